"""Steps by which pages are put in order: an arrangement in, another out; no page is lost or doubled. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from edrms.errors import Invalid
from scanning.arranging.model import Act, Arrangement, Part, PlacedPage, Step

TURNS = (0, 90, 180, 270)
OUT = ("blank", "separator")


def after(now: Arrangement, step: Step, new_id: str) -> Arrangement:
    """The arrangement after a step. new_id: for the document it may begin.

    Raises Invalid, saying why, for a step that means nothing as the pages are.
    """
    if now.page(step.page_id) is None:
        raise _no("That page is not in this file.", "page")
    return _DOES[step.act](now, step, new_id)


def changed_documents(before: Arrangement, now: Arrangement) -> set[str]:
    """Ids of the documents that are other than they were: pages, order, a page's way up, or gone, or new."""
    turned = {page.page_id: page.turned_degrees for page in before.pages}
    moved = {page.page_id for page in now.pages if turned[page.page_id] != page.turned_degrees}
    old, new = ({part.document_id: part for part in one.parts} for one in (before, now))
    return {
        document_id
        for document_id in old.keys() | new.keys()
        if _content(old.get(document_id)) != _content(new.get(document_id))
        or any(moved & set(part.page_ids) for part in (old.get(document_id),) if part)
    }


Partings = dict[str, dict[str, tuple[str, ...]]]


def partings(now: Arrangement, was: Mapping[str, Sequence[str]]) -> Partings:
    """Pages of records that lie in other documents now. was: the pages each record has, by the document it
    was filed from. Answers by that document, then by the one they are in."""
    found: Partings = {}
    for document_id, page_ids in was.items():
        for page_id in page_ids:
            part = now.part_of(page_id)
            if part is not None and part.document_id != document_id:
                left = found.setdefault(document_id, {})
                left[part.document_id] = (*left.get(part.document_id, ()), page_id)
    return found


def together(found: Partings, document_id: str) -> set[str]:
    """This document and all that pages went to or from, however many lie between."""
    pairs = [(one, other) for one, left in found.items() for other in left]
    reached, size = {document_id}, 0
    while size < len(reached):
        size = len(reached)
        reached |= {end for pair in pairs if reached & set(pair) for end in pair}
    return reached


def _content(part: Part | None) -> tuple[str, ...]:
    return part.page_ids if part else ()


def _split(now: Arrangement, step: Step, new_id: str) -> Arrangement:
    part = _part(now, step.page_id)
    at = part.page_ids.index(step.page_id)
    if at == 0:
        raise _no("A document begins with this page already.", "page")
    first = replace(part, page_ids=part.page_ids[:at])
    second = Part(new_id, part.page_ids[at:], part.envelope_page_id)
    return _with(now, {part.document_id: (first, second)})


def _join(now: Arrangement, step: Step, new_id: str) -> Arrangement:
    part = _part(now, step.page_id)
    at = now.parts.index(part)
    if at == 0:
        raise _no("There is no document before this one.", "page")
    before = now.parts[at - 1]
    joined = replace(before, page_ids=before.page_ids + part.page_ids)
    return _with(now, {before.document_id: (joined,), part.document_id: ()})


def _move(now: Arrangement, step: Step, new_id: str) -> Arrangement:
    _part(now, step.page_id)
    moved = _placed(_without(now, step.page_id), step)
    if moved == now:
        raise _no("The page is there already.", "position")
    return moved


def _bring_back(now: Arrangement, step: Step, new_id: str) -> Arrangement:
    if now.part_of(step.page_id) is not None:
        raise _no("This page is in a document already.", "page")
    back = _page(now, step.page_id, kind="content")
    if step.document_id:
        return _placed(back, step)
    return replace(back, parts=(*back.parts, Part(new_id, (step.page_id,))))


def _take_out(now: Arrangement, step: Step, new_id: str) -> Arrangement:
    _part(now, step.page_id)
    if step.kind not in OUT:
        raise _no("Say whether it is blank or a separator.", "kind")
    return _page(_without(now, step.page_id), step.page_id, kind=step.kind)


def _turn(now: Arrangement, step: Step, new_id: str) -> Arrangement:
    if step.turned_degrees not in TURNS:
        raise _no("A page is turned by 0, 90, 180 or 270 degrees.", "turned_degrees")
    return _page(now, step.page_id, turned_degrees=step.turned_degrees)


def _mark(now: Arrangement, step: Step, new_id: str) -> Arrangement:
    return _page(now, step.page_id, fault=step.fault)


def _link(now: Arrangement, step: Step, new_id: str) -> Arrangement:
    if step.rescan_of == step.page_id:
        raise _no("A page is not a rescan of itself.", "rescan_of")
    return _page(now, step.page_id, rescan_of=step.rescan_of)


_DOES: dict[Act, Callable[[Arrangement, Step, str], Arrangement]] = {
    Act.SPLIT: _split, Act.JOIN: _join, Act.MOVE: _move, Act.TURN: _turn, Act.TAKE_OUT: _take_out,
    Act.BRING_BACK: _bring_back, Act.MARK: _mark, Act.LINK: _link,
}  # fmt: skip


def _part(now: Arrangement, page_id: str) -> Part:
    part = now.part_of(page_id)
    if part is None:
        raise _no("This page is in no document.", "page")
    return part


def _placed(now: Arrangement, step: Step) -> Arrangement:
    """The page, which is in no document, put into one."""
    part = next((one for one in now.parts if one.document_id == step.document_id), None)
    if part is None:
        raise _no("Its document would have no page left, or is not in this file.", "document_id")
    if not 1 <= step.position <= len(part.page_ids) + 1:
        last = len(part.page_ids) + 1
        raise _no(f"Give a place from 1 to {last}.", "position")
    at = step.position - 1
    ids = (*part.page_ids[:at], step.page_id, *part.page_ids[at:])
    return _with(now, {part.document_id: (replace(part, page_ids=ids),)})


def _without(now: Arrangement, page_id: str) -> Arrangement:
    """Without the page in any document; a document that has none left is gone."""
    part = _part(now, page_id)
    ids = tuple(one for one in part.page_ids if one != page_id)
    return _with(now, {part.document_id: (replace(part, page_ids=ids),) if ids else ()})


def _with(now: Arrangement, instead: dict[str, tuple[Part, ...]]) -> Arrangement:
    parts: list[Part] = []
    for part in now.parts:
        parts += instead.get(part.document_id, (part,))
    return replace(now, parts=tuple(parts))


def _page(now: Arrangement, page_id: str, **told: object) -> Arrangement:
    def other(page: PlacedPage) -> PlacedPage:
        return replace(page, **told) if page.page_id == page_id else page  # type: ignore[arg-type]

    changed = replace(now, pages=tuple(other(page) for page in now.pages))
    if changed == now:
        raise _no("That is so already.", "page")
    return changed


def _no(why: str, field: str) -> Invalid:
    return Invalid(why, fields={field: why})
