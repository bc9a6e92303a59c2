"""Two job steps: open an item into pages, and read one page. Each may be run twice without harm.

The foreign bytes are parsed by the Reader in a child process; here the outcome is stored, then one
transaction writes it with its event, the next jobs, and the end of this job (or nothing, if the lease
has passed to another worker).
"""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from edrms.access.model import Actor
from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import no_such
from edrms.ids import ItemId, ObjectKey, new_id
from edrms.jobs.queue import Claim, enqueue_next, enqueue_parts, finish
from edrms.records.tables import PageBarcode, PageContent
from edrms.records.words import WordBox, pack_words, value_digest
from edrms.storage.holders import item_holder
from edrms.storage.ports import KeepingStore, StoredObject
from edrms.uow import UnitOfWork, write
from scanning.batches.model import DIVIDE_ITEM, READ_PAGE, ItemState, PageState
from scanning.batches.tables import Item, ItemPage
from scanning.intake.receive import add_item
from scanning.quality.model import QualityRules
from scanning.quality.recording import record_file, record_page
from scanning.quality.sampling import draw_if_read
from scanning.reading.model import Attachment, CannotRead, HeldReason, OpenedItem, PageReading
from scanning.reading.originals import Originals
from scanning.reading.ports import Reader, Scanner

CHUNK_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Bench:
    """What every step of a worker works with."""

    database: Database
    store: KeepingStore
    clock: Clock
    reader: Reader
    scanner: Scanner
    originals: Originals
    scratch: Path
    actor: Actor
    max_object_bytes: int
    quality: QualityRules

    @contextmanager
    def work_directory(self) -> Iterator[Path]:
        """A fresh private directory, gone afterwards."""
        directory = Path(tempfile.mkdtemp(dir=self.scratch))
        try:
            yield directory
        finally:
            shutil.rmtree(directory, ignore_errors=True)

    def put_file(self, path: Path, item_id: str) -> StoredObject:
        """Store a file made by this step, kept for the item until that is filed."""
        with path.open("rb") as file:
            chunks = iter(lambda: file.read(CHUNK_BYTES), b"")
            own = self.store.of(item_holder(item_id))
            return own.put(chunks, max_bytes=self.max_object_bytes)


@dataclass(frozen=True, slots=True)
class _Inside:
    """A file that came inside another, stored for the item it will be."""

    item_id: ItemId
    name: str
    stored: StoredObject


def _item(session: Session, item_id: str, *, locked: bool = False) -> Item:
    item = session.get(Item, item_id, with_for_update=locked)
    if item is None:
        raise no_such("item")
    return item


def open_item(bench: Bench, claim: Claim) -> None:
    """Find out what an item is; make its pages and their jobs, or hold it with the reason."""
    with bench.database.read() as session:
        item = _item(session, claim.subject_id)
    path = bench.originals.path(ObjectKey(item.object_key), item.sha256)
    with bench.work_directory() as directory:
        try:
            bench.scanner.check(path)
            opened = bench.reader.open_item(path, directory, depth=item.depth, name=item.name)
            _as_expected(item, opened)
        except CannotRead as refusal:
            hold_item(bench, claim, refusal)
            return
        inside = [_put_attachment(bench, found) for found in opened.attachments]
    with write(bench.database, bench.actor, bench.clock) as work:
        fresh = _item(work.session, item.item_id, locked=True)
        _open(work, fresh, opened, inside)
        record_file(work, fresh, opened, bench.quality)
        finish(work, claim)


def _as_expected(item: Item, opened: OpenedItem) -> None:
    if item.expected_pages not in (None, opened.page_count):
        counts = f"the manifest says {item.expected_pages}, the file has {opened.page_count}"
        raise CannotRead(HeldReason.OTHER_PAGES, counts)


def _put_attachment(bench: Bench, found: Attachment) -> _Inside:
    item_id = ItemId(new_id())
    return _Inside(item_id, found.name, bench.put_file(found.path, item_id))


def hold_item(bench: Bench, claim: Claim, refusal: CannotRead) -> None:
    """The item waits, whole, for a person; its neighbours go on."""
    with write(bench.database, bench.actor, bench.clock) as work:
        item = _item(work.session, claim.subject_id, locked=True)
        item.state = ItemState.HELD
        item.held_reason, item.held_detail = refusal.reason, refusal.detail[:500]
        work.journal("item:content:hold", "item", item.item_id, reason=refusal.reason.value)
        draw_if_read(work, item.batch_id, bench.quality.sampling)
        finish(work, claim)


def _open(work: UnitOfWork, item: Item, opened: OpenedItem, inside: list[_Inside]) -> None:
    item.media_type, item.page_count = opened.media_type, opened.page_count
    item.notes = [*item.notes, *opened.notes]
    item.state = ItemState.READING
    for one in inside:
        add_item(work, item.batch_id, one.item_id, one.name, one.stored, parent=item)
    pages = [
        ItemPage(page_id=new_id(), item_id=item.item_id, number=number, position=number)
        for number in range(1, opened.page_count + 1)
    ]
    work.session.add_all(pages)
    enqueue_parts(work, READ_PAGE, [page.page_id for page in pages], share=item.batch_id)
    work.journal(
        "item:content:open", "item", item.item_id,
        media_type=opened.media_type, pages=opened.page_count, attachments=len(inside),
    )  # fmt: skip


def read_page(bench: Bench, claim: Claim) -> None:
    """Read one page; the last page of an item starts its division into documents."""
    with bench.database.read() as session:
        page, item = _page_and_item(session, claim.subject_id)
    path = bench.originals.path(ObjectKey(item.object_key), item.sha256)
    with bench.work_directory() as directory:
        try:
            reading = bench.reader.read_page(
                path, directory, media_type=item.media_type, page_number=page.number
            )
        except CannotRead as refusal:
            fail_page(bench, claim, refusal)
            return
        content = content_of(bench, page, reading)
    with write(bench.database, bench.actor, bench.clock) as work:
        page, item = _page_and_item(work.session, claim.subject_id, locked=True)
        page.state, page.kind = PageState.READ, reading.kind
        work.session.merge(content)
        faults = record_page(work, item, page, reading, bench.quality)
        work.journal(
            "item:page:read", "page", page.page_id, kind=reading.kind.value,
            text_source=reading.text_source.value, confidence=reading.confidence,
            findings=list(faults),
        )  # fmt: skip
        _divide_if_last(work, item)
        finish(work, claim)


def fail_page(bench: Bench, claim: Claim, refusal: CannotRead) -> None:
    """The page cannot be read: it says why, and a person will decide about its document."""
    with write(bench.database, bench.actor, bench.clock) as work:
        page, item = _page_and_item(work.session, claim.subject_id, locked=True)
        page.state, page.kind, page.reason = PageState.FAILED, "content", str(refusal)
        record_page(work, item, page, None, bench.quality)
        work.journal("item:page:fail", "page", page.page_id, reason=refusal.reason.value)
        _divide_if_last(work, item)
        finish(work, claim)


def _page_and_item(
    session: Session, page_id: str, *, locked: bool = False
) -> tuple[ItemPage, Item]:
    page = session.get(ItemPage, page_id)
    if page is None:
        raise no_such("page")
    return page, _item(session, page.item_id, locked=locked)


def _divide_if_last(work: UnitOfWork, item: Item) -> None:
    work.session.flush()
    waiting = select(func.count()).where(
        ItemPage.item_id == item.item_id, ItemPage.state == PageState.WAITING
    )
    if work.session.scalar(waiting) == 0:
        enqueue_next(work, DIVIDE_ITEM, item.item_id, share=item.batch_id)


def content_of(bench: Bench, page: ItemPage, reading: PageReading) -> PageContent:
    """What is kept of a reading; its pictures are stored."""
    view = bench.put_file(reading.view_image, page.item_id) if reading.view_image else None
    layer = bench.put_file(reading.text_layer, page.item_id) if reading.text_layer else None
    boxes = (WordBox(w.text, w.x0, w.y0, w.x1, w.y1, w.confidence) for w in reading.words)
    return PageContent(
        page_id=page.page_id,
        kind=reading.kind,
        text=reading.text,
        words=pack_words(boxes),
        text_source=reading.text_source,
        width_px=reading.width_px,
        height_px=reading.height_px,
        resolution_dpi=reading.resolution_dpi,
        rotation_degrees=reading.rotation_degrees,
        turned_degrees=page.turned_degrees,
        confidence=reading.confidence,
        notes=list(reading.notes),
        view_key=view.key if view else "",
        view_media_type=_media_type(reading.view_image),
        text_layer_key=layer.key if layer else "",
        barcodes=[
            PageBarcode(
                ordinal=ordinal, kind=one.kind, value=one.value, digest=value_digest(one.value),
                x0=one.x0, y0=one.y0, x1=one.x1, y1=one.y1,
            )
            for ordinal, one in enumerate(reading.barcodes, start=1)
        ],
    )  # fmt: skip


def _media_type(image: Path | None) -> str:
    if image is None:
        return ""
    return "image/png" if image.suffix == ".png" else "image/jpeg"


def give_up(bench: Bench, claim: Claim) -> None:
    """Every worker that took this job died with it: hold the item or fail the page, with that reason."""
    refusal = CannotRead(HeldReason.READER_CRASHED, "reading stopped the worker several times")
    if claim.kind == READ_PAGE:
        fail_page(bench, claim, refusal)
    else:
        hold_item(bench, claim, refusal)
