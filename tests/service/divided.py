"""Two letters stuck together in one scan and filed on one person's file, to be divided. Holds no test."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from api.wiring import Instance
from edrms.ids import ObjectKey
from edrms.records.tables import PageContent, Record, RecordPage, Rendition
from edrms.staff.accounts import SYSTEM
from edrms.uow import write
from retention.hold_guard import condemn
from scanning.arranging.model import Act, Step
from scanning.batches.tables import Document, ItemPage, SuggestedClient
from scanning.batches.verify import verify
from tests import factories
from tests.service.misfiled import POST_ROOM, Office

HERS, HIS = "velociraptor", "hovercraft"


@dataclass
class Stuck:
    """Olive's letter and Percy's in one file, filed on Olive's, taken off it, back in the queue."""

    office: Office
    record_id: str
    item_id: str
    document_id: str

    @property
    def instance(self) -> Instance:
        return self.office.instance

    @property
    def pages(self) -> list[str]:
        """Ids of the file's pages, in order."""
        with self.instance.database.read() as session:
            asked = select(ItemPage.page_id).where(ItemPage.item_id == self.item_id)
            return list(session.scalars(asked.order_by(ItemPage.number)))

    def do(self, act: Act, page_number: int, by: str = "ina", **told: Any) -> None:
        """One thing to a page, and whatever is to be made anew."""
        step = Step(act=act, page_id=self.pages[page_number - 1], **told)
        self.instance.arranging.change(self.office.who(by), self.item_id, step)
        self.work()

    def split(self, at: int = 2) -> str:
        """Id of the document that begins with this page."""
        self.do(Act.SPLIT, at)
        return self.of_page(at)

    def undo(self) -> None:
        self.instance.arranging.undo(self.office.who("ina"), self.item_id)
        self.work()

    def work(self) -> None:
        factories.do_all(
            self.instance, factories.a_worker(self.instance, factories.shared_reader())
        )

    def of_page(self, number: int) -> str:
        """The document a page is in."""
        with self.instance.database.read() as session:
            return session.get_one(ItemPage, self.pages[number - 1]).document_id or ""

    def documents(self) -> list[Document]:
        return factories.documents(self.instance, self.item_id)

    def record_of(self, document_id: str) -> str:
        with self.instance.database.read() as session:
            return session.get_one(Document, document_id).record_id or ""

    def file_both(self) -> str:
        """Divided; the first part on Olive's file, the second on Percy's. Id of the second's record."""
        second = self.split()
        self.office.index_document(self.document_id, self.office.olive)
        return self.office.index_document(second, self.office.percy)

    def numbers(self, record_id: str) -> list[int]:
        """Numbers in the file of a record's pages."""
        with self.instance.database.read() as session:
            asked = (
                select(ItemPage.number)
                .join(RecordPage, RecordPage.page_id == ItemPage.page_id)
                .where(RecordPage.record_id == record_id)
            )
            return list(session.scalars(asked.order_by(RecordPage.number)))

    def forms(self, record_id: str) -> dict[str, ObjectKey]:
        with self.instance.database.read() as session:
            asked = select(Rendition.kind, Rendition.object_key)
            rows = session.execute(asked.where(Rendition.record_id == record_id))
            return {kind: ObjectKey(key) for kind, key in rows}

    def pictures(self, number: int) -> set[ObjectKey]:
        """Objects made of one page."""
        with self.instance.database.read() as session:
            made = session.get_one(PageContent, self.pages[number - 1])
            return {ObjectKey(key) for key in (made.view_key, made.text_layer_key) if key}

    def holders(self, *keys: ObjectKey) -> set[str]:
        found = self.instance.keys.holders_of(keys)
        return {str(one) for holders in found.values() for one in holders}

    def destroy(self, *record_ids: str) -> None:
        with write(self.instance.database, SYSTEM, self.instance.clock) as work:
            condemn(work, record_ids)
            work.journal("record:content:destroy", "record", record_ids[0])
        assert set(self.instance.erasing.end(SYSTEM, record_ids)) == set(record_ids)

    def rows(self) -> list[object]:
        """Everything of the file, its record and whom it names, but how often it was put in order."""
        with self.instance.database.read() as session:
            documents = session.execute(
                select(*(one for one in Document.__table__.c if "revision" not in one.name))
                .where(Document.item_id == self.item_id).order_by(Document.document_id)
            ).all()  # fmt: skip
            ids = [one.document_id for one in documents]
            records = select(Record.__table__).where(Record.item_id == self.item_id)
            of_records = [one.record_id for one in session.execute(records)]
            read = PageContent.page_id, PageContent.view_key, PageContent.text_layer_key
            return [
                documents, session.execute(records).all(),
                session.execute(
                    select(ItemPage.__table__).where(ItemPage.item_id == self.item_id)
                    .order_by(ItemPage.number)
                ).all(),
                session.execute(
                    select(RecordPage.__table__).where(RecordPage.record_id.in_(of_records))
                    .order_by(RecordPage.number)
                ).all(),
                session.execute(
                    select(Rendition.__table__).where(Rendition.record_id.in_(of_records))
                    .order_by(Rendition.kind)
                ).all(),
                session.execute(
                    select(*read).where(PageContent.page_id.in_(self.pages))
                    .order_by(PageContent.page_id)
                ).all(),
                session.execute(
                    select(SuggestedClient.__table__).where(SuggestedClient.document_id.in_(ids))
                    .order_by(SuggestedClient.client_id)
                ).all(),
            ]  # fmt: skip

    def clean(self) -> None:
        """Every page at one place, every object there and readable."""
        assert verify(self.instance.database, self.instance.store).faults == []
        assert self.instance.ledger.whole(self.office.who("iggy")).balances


def letters(office: Office) -> list[str]:
    """The words of both letters, each with a word that no other has."""
    return [
        factories.letter_to(office.olive, f"The {HERS} came."),
        f"Dear colleague\nName: {office.percy.full_name}\nThe {HIS} stayed.\n",
    ]


def scanned(office: Office, name: str, content: bytes | str, *, settled: bool = True) -> Stuck:
    """This file as one document, filed on Olive's file and taken off it. settled: its keys went on to its
    record before."""
    worker = factories.a_worker(office.instance, factories.shared_reader())
    batch = factories.read_in(office.instance, worker, POST_ROOM, {name: content})
    item_id = batch.items[0].item_id
    [document] = factories.documents(office.instance, item_id)
    record_id = document.record_id or office.index_document(document.document_id, office.olive)
    assert office.on_files_of(record_id) == {office.olive.client_id}
    if settled:
        office.instance.custody.settle_all()
    office.repair(record_id)
    return Stuck(office, record_id, item_id, document.document_id)


def as_text(office: Office, *more: str, settled: bool = True) -> Stuck:
    """Both letters, and more pages, as a text: quickly read, and its only form is the file as it came."""
    return scanned(office, "stuck.txt", "\f".join([*letters(office), *more]), settled=settled)


def as_scan(office: Office, *more: str, settled: bool = True) -> Stuck:
    """The same as a scan."""
    sheets = [factories.page(words) for words in [*letters(office), *more]]
    return scanned(office, "stuck.tif", factories.tiff(*sheets), settled=settled)
