"""Putting the pages of a file in order by hand. One transaction each; every change can be undone, last first.

Only what waits for indexing is changed: of a document that is on file, or rejected, no page moves; one that
was taken off a wrong file and waits again is divided (parting.py says what becomes of its record). The file
as it came is never touched; a page that was turned is read again the way up that was said.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from edrms.access.model import Actor, BatchFacts
from edrms.access.policy import decide, require
from edrms.audit.state import SealGuard
from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import Conflict, Invalid, no_such
from edrms.ids import new_id
from edrms.records.tables import PageContent
from edrms.uow import UnitOfWork, write
from scanning.arranging.keeping import must_be_free, pages_on_record
from scanning.arranging.model import Act, Arrangement, Step
from scanning.arranging.plain import from_plain, to_plain
from scanning.arranging.rows import arrangement_of, loaded, write_arrangement
from scanning.arranging.rules import after, changed_documents
from scanning.arranging.tables import PageChange
from scanning.batches.model import DocumentState, ItemState
from scanning.batches.tables import Batch, Document, Item, ItemPage
from scanning.indexing.desk_guard import names_only_findable
from scanning.reading.model import PageKind

ARRANGE = "item:page:arrange"


@dataclass(frozen=True, slots=True)
class FileOfPages:
    """A file's pages as they lie, for whoever may arrange them.

    contents: what was read of the pages that may be looked at, by page id. last: the change that would be
    undone, None where there is none. changes: how many were made so far; whoever changes says what they saw.
    on_record: ids of pages that are a record's, and so are neither turned nor taken out.
    """

    item: Item
    arrangement: Arrangement
    documents: dict[str, Document]
    contents: dict[str, PageContent]
    last: PageChange | None
    changes: int
    is_being_made: bool
    on_record: frozenset[str]


class Arranging:
    """The pages of files, and what is done to them by hand."""

    def __init__(self, database: Database, clock: Clock, seals: SealGuard) -> None:
        self._database = database
        self._clock = clock
        self._seals = seals

    def pages(self, actor: Actor, item_id: str) -> FileOfPages:
        """The file's pages; journalled as viewed. NotFound alike when absent and when not for the actor."""
        require(actor, ARRANGE)
        with write(self._database, actor, self._clock) as work:
            item = _open(work, actor, item_id)
            self._seals.check(work.session)
            work.journal("item:page:view", "item", item_id)
            return FileOfPages(
                item=item,
                arrangement=arrangement_of(item),
                documents={one.document_id: one for one in item.documents},
                contents=_contents(work.session, actor, item_id),
                last=_last(work.session, item_id),
                changes=_count(work.session, item_id),
                is_being_made=any(one.revision != one.made_revision for one in item.documents),
                on_record=pages_on_record(work.session, item_id),
            )

    def picture(self, actor: Actor, item_id: str, number: int) -> PageContent:
        """What was read of one page, for its picture; journalled. NotFound for one that has none, or that is
        on file, where the record's own access rules decide."""
        require(actor, ARRANGE)
        with write(self._database, actor, self._clock) as work:
            item = _open(work, actor, item_id)
            self._seals.check(work.session)
            page_id = next((one.page_id for one in item.pages if one.number == number), "")
            content = _contents(work.session, actor, item_id).get(page_id)
            if content is None or not content.view_key:
                raise no_such("page")
            work.journal("item:page:view", "page", page_id)
        return content

    def page_at(self, actor: Actor, batch_number: int, file_number: int, page_number: int) -> str:
        """The id of a page by its batch's number, which file of that it is in, and its number there.

        Raises Invalid when there is none. That it may be known to the actor is asked when it is linked.
        """
        require(actor, ARRANGE)
        asked = (
            select(ItemPage.page_id)
            .join(Item, Item.item_id == ItemPage.item_id)
            .join(Batch, Batch.batch_id == Item.batch_id)
            .where(
                Batch.number == batch_number, Item.ordinal == file_number,
                ItemPage.number == page_number,
            )
        )  # fmt: skip
        with self._database.read() as session:
            page_id = session.scalar(asked)
        if page_id is None:
            raise Invalid("There is no such page.", fields={"rescan_of": "There is no such page."})
        return page_id

    def places(self, page_ids: Collection[str]) -> dict[str, str]:
        """Where pages are, in words (batch, file of it, page), by id."""
        asked = (
            select(ItemPage, Item, Batch)
            .join(Item, Item.item_id == ItemPage.item_id)
            .join(Batch, Batch.batch_id == Item.batch_id)
            .where(ItemPage.page_id.in_(page_ids))
        )
        with self._database.read() as session:
            return {
                page.page_id: f"{batch.reference}/{item.ordinal}/{page.number}"
                for page, item, batch in session.execute(asked)
            }

    def change(self, actor: Actor, item_id: str, step: Step, *, seen: int | None = None) -> None:
        """Do one thing to a page. seen: how many changes the actor knew of; Conflict if there are more.

        Raises Invalid for a step that means nothing, Conflict where a document is on file, rejected, being
        read or in a colleague's hands.
        """

        def changed(now: Arrangement, work: UnitOfWork) -> Arrangement:
            if step.act is Act.LINK and step.rescan_of:
                _must_be_earlier(work, actor, step)
            return after(now, step, new_id())

        self._apply(actor, item_id, changed, step, seen)

    def undo(self, actor: Actor, item_id: str, *, seen: int | None = None) -> None:
        """Take the last change back. Raises Conflict when there is none, or as `change` does."""
        self._apply(actor, item_id, None, None, seen)

    def _apply(
        self, actor: Actor, item_id: str,
        changed: Callable[[Arrangement, UnitOfWork], Arrangement] | None,
        step: Step | None, seen: int | None,
    ) -> None:  # fmt: skip
        require(actor, ARRANGE)
        with write(self._database, actor, self._clock) as work:
            item = _open(work, actor, item_id)
            if seen is not None and seen != _count(work.session, item_id):
                raise Conflict(
                    "These pages were changed meanwhile. Look at them as they are now.",
                    code="changed_meanwhile",
                )
            before = arrangement_of(item)
            if changed is None or step is None:
                now = _undone(work, item_id, before)
            else:
                now = changed(before, work)
                _keep(work, item_id, step, before, now)
            affected = changed_documents(before, now)
            must_be_free(work, item, before, now, affected)
            write_arrangement(work, item, now, affected)


def _keep(
    work: UnitOfWork, item_id: str, step: Step, before: Arrangement, now: Arrangement
) -> None:
    plain = to_plain(before), to_plain(now)
    change = PageChange(
        change_id=new_id(), item_id=item_id, ordinal=_count(work.session, item_id) + 1,
        act=step.act.value, page_id=step.page_id, before=plain[0], after=plain[1],
        made_by=work.actor.staff_id, made_at=work.now,
    )  # fmt: skip
    work.session.add(change)
    work.journal(
        "item:page:arrange", "item", item_id, act=step.act.value, page=step.page_id,
        change=change.change_id, before=plain[0]["parts"],
    )  # fmt: skip


def _undone(work: UnitOfWork, item_id: str, now: Arrangement) -> Arrangement:
    """The arrangement before the last change that is not undone."""
    last = _last(work.session, item_id)
    if last is None:
        raise Conflict("There is nothing to undo.", code="nothing_to_undo")
    if from_plain(last.after) != now:
        raise Conflict("The pages are not as that change left them.", code="not_as_left")
    last.undone_by, last.undone_at = work.actor.staff_id, work.now
    work.journal(
        "item:page:undo", "item", item_id, act=last.act, page=last.page_id, change=last.change_id,
        before=to_plain(now)["parts"],
    )  # fmt: skip
    return from_plain(last.before)


def _open(work: UnitOfWork, actor: Actor, item_id: str) -> Item:
    """The file, locked, if it is read and every waiting document of it is there for the actor."""
    item = loaded(work, item_id)
    if item is None or item.state != ItemState.READ:
        raise no_such("item")
    waiting = select(Document.document_id).where(
        Document.item_id == item_id, Document.state == DocumentState.TO_INDEX
    )
    ids = set(work.session.scalars(waiting))
    findable = waiting.where(names_only_findable(actor, work.now))
    hidden = ids - set(work.session.scalars(findable))
    is_own = decide(actor, "batch:own:view", BatchFacts(item.batch.opened_by)).allowed
    if hidden or not (ids or is_own):
        raise no_such("item")
    return item


def _must_be_earlier(work: UnitOfWork, actor: Actor, step: Step) -> None:
    """A rescan comes after the bad scan, in a batch that the actor may work on."""
    places = {
        page_id: (batch, place)
        for page_id, batch, *place in (
            (page.page_id, batch, batch.number, item.ordinal, page.number)
            for page, item, batch in work.session.execute(
                select(ItemPage, Item, Batch)
                .join(Item, Item.item_id == ItemPage.item_id)
                .join(Batch, Batch.batch_id == Item.batch_id)
                .where(or_(ItemPage.page_id == step.page_id, ItemPage.page_id == step.rescan_of))
            )
        )
    }
    bad, rescan = places.get(step.rescan_of or ""), places.get(step.page_id)
    if bad is None or rescan is None or not _may_know(actor, bad[0], rescan[0]):
        raise Invalid("There is no such page.", fields={"rescan_of": "There is no such page."})
    if bad[1] >= rescan[1]:
        why = "A rescan comes after the bad scan: give a page that was scanned before."
        raise Invalid(why, fields={"rescan_of": why})


def _may_know(actor: Actor, bad: Batch, rescan: Batch) -> bool:
    facts = BatchFacts(bad.opened_by)
    own = decide(actor, "batch:own:view", facts).allowed
    return own or decide(actor, "batch:all:view", facts).allowed or bad.batch_id == rescan.batch_id


def _contents(session: Session, actor: Actor, item_id: str) -> dict[str, PageContent]:
    """Of the pages in waiting documents, and of those in none that were read as no post or that the actor
    took out: one taken out by somebody else may name whom the actor may not find, and no document says so.
    """
    taken_out = select(PageChange.page_id).where(
        PageChange.item_id == item_id, PageChange.act == Act.TAKE_OUT,
        PageChange.made_by == actor.staff_id, PageChange.undone_at.is_(None),
    )  # fmt: skip
    no_post = PageContent.kind.in_((PageKind.BLANK, PageKind.SEPARATOR))
    in_none = and_(ItemPage.document_id.is_(None), or_(no_post, ItemPage.page_id.in_(taken_out)))
    asked = (
        select(PageContent)
        .join(ItemPage, ItemPage.page_id == PageContent.page_id)
        .outerjoin(Document, Document.document_id == ItemPage.document_id)
        .where(
            ItemPage.item_id == item_id,
            or_(in_none, Document.state == DocumentState.TO_INDEX),
        )
    )
    return {content.page_id: content for content in session.scalars(asked)}


def _last(session: Session, item_id: str) -> PageChange | None:
    asked = select(PageChange).where(PageChange.item_id == item_id, PageChange.undone_at.is_(None))
    return session.scalar(asked.order_by(PageChange.ordinal.desc()).limit(1))


def _count(session: Session, item_id: str) -> int:
    """How often this file's pages were changed or a change was undone."""
    made, undone = session.execute(
        select(func.count(PageChange.change_id), func.count(PageChange.undone_at)).where(
            PageChange.item_id == item_id
        )
    ).one()
    return int(made) + int(undone)
