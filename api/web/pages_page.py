"""The pages of a file as their page shows them."""

from collections.abc import Mapping

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from api.web.presenting import may_open
from api.web.view_models import Choice, FieldError, FileDocument, FilePage, PagesPage
from api.wiring import Instance
from edrms.access.model import Actor
from edrms.access.policy import holds
from scanning.arranging.model import Act, Part, ScanFault
from scanning.arranging.service import FileOfPages
from scanning.batches.model import DocumentState
from scanning.batches.tables import Document

FAULTS: Mapping[str, LazyString] = {
    ScanFault.NONE: _l("Nothing"),
    ScanFault.CUT_OFF: _l("Cut off"),
    ScanFault.BLURRED: _l("Blurred"),
    ScanFault.PALE: _l("Too pale"),
    ScanFault.FOLDED: _l("Folded"),
    ScanFault.COVERED: _l("Something lies over it"),
    ScanFault.OTHER: _l("Something else"),
}
ACTS: Mapping[str, LazyString] = {
    Act.SPLIT: _l("a document was split"),
    Act.JOIN: _l("two documents were joined"),
    Act.MOVE: _l("a page was moved"),
    Act.TURN: _l("a page was turned"),
    Act.TAKE_OUT: _l("a page was taken out"),
    Act.BRING_BACK: _l("a page was brought back"),
    Act.MARK: _l("the scan of a page was marked"),
    Act.LINK: _l("a rescan was linked"),
}


def pages_page(
    instance: Instance, actor: Actor, item_id: str, chosen: int, errors: tuple[FieldError, ...] = ()
) -> PagesPage:
    """The page of a file the actor may put in order. chosen: the number of a page, 0 for none."""
    known = instance.arranging.pages(actor, item_id)
    places = instance.arranging.places(
        [page.rescan_of for page in known.arrangement.pages if page.rescan_of]
    )
    shown = _documents(known, places, actor)
    pages = [(page, document) for document in shown for page in document.pages]
    at = next(((p, d) for p, d in pages if p.number == chosen and p.may_change), None)
    last = known.last
    fault = known.arrangement.pages[chosen - 1].fault.value if at else ""
    return PagesPage(
        item_id=item_id,
        name=known.item.name,
        batch_id=known.item.batch_id if may_open(actor, known.item.batch) else "",
        batch_reference=known.item.batch.reference,
        documents=tuple(shown),
        seen=known.changes,
        chosen=at[0] if at else None,
        chosen_is_loose=bool(at and not at[1].document_id),
        places=tuple(
            Choice(value=one.document_id, label=one.title)
            for one in shown
            if one.document_id and one.state == DocumentState.TO_INDEX
        ),
        faults=tuple(Choice(value=code, label=str(name)) for code, name in FAULTS.items()),
        chosen_fault=fault,
        last_act=str(ACTS[last.act]) if last else "",
        last_by=instance.staff.names([last.made_by]).get(last.made_by, "") if last else "",
        last_at=last.made_at if last else None,
        is_being_made=known.is_being_made,
        errors=errors,
    )


def _documents(known: FileOfPages, places: Mapping[str, str], actor: Actor) -> list[FileDocument]:
    """Each document, then the pages in none."""
    shown = [
        _document(known, number, part, places, actor)
        for number, part in enumerate(known.arrangement.parts, start=1)
    ]
    placed = {page_id for part in known.arrangement.parts for page_id in part.page_ids}
    loose = [one.page_id for one in known.arrangement.pages if one.page_id not in placed]
    if loose:
        pages = _pages(known, loose, places, may_change=True, in_document=False)
        title = _("Blank pages, separators and headers")
        shown.append(FileDocument(document_id="", title=title, state="", pages=pages))
    return shown


def _document(
    known: FileOfPages, number: int, part: Part, places: Mapping[str, str], actor: Actor
) -> FileDocument:
    document = known.documents[part.document_id]
    waits = document.state == DocumentState.TO_INDEX
    before = known.arrangement.parts[number - 2] if number > 1 else None
    is_made = document.revision == document.made_revision
    return FileDocument(
        document_id=part.document_id,
        title=_title(number, document),
        state=document.state,
        pages=_pages(known, part.page_ids, places, may_change=waits, in_document=True),
        may_join=waits
        and not document.record_id
        and before is not None
        and known.documents[before.document_id].state == DocumentState.TO_INDEX,
        workbench=waits and is_made and holds(actor, "document:index:file"),
        was_on_file=waits and bool(document.record_id),
    )


def _title(number: int, document: Document) -> str:
    """What it is called here: of a filed one no more than its number."""
    if document.state != DocumentState.TO_INDEX:
        return str(_("Document %(number)s", number=number))
    title = document.suggestion.get("title", "")
    return str(_("Document %(number)s: %(title)s", number=number, title=title))


def _pages(
    known: FileOfPages, ids: "tuple[str, ...] | list[str]", places: Mapping[str, str], *,
    may_change: bool, in_document: bool,
) -> tuple[FilePage, ...]:  # fmt: skip
    numbers = {page.page_id: number for number, page in enumerate(known.arrangement.pages, start=1)}
    found = []
    for position, page_id in enumerate(ids, start=1):
        page = known.arrangement.pages[numbers[page_id] - 1]
        content = known.contents.get(page_id)
        found.append(
            FilePage(
                number=numbers[page_id],
                position=position if in_document else 0,
                kind=page.kind,
                has_picture=content is not None and bool(content.view_key),
                fault=str(FAULTS[page.fault]) if page.fault else "",
                rescan_of=places.get(page.rescan_of or "", ""),
                is_turned=page.turned_degrees is not None,
                may_change=may_change,
                may_split=may_change and in_document and position > 1,
                is_on_record=page_id in known.on_record,
            )
        )
    return tuple(found)
