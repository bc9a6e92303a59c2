"""What tests of paper share: an office with a post room, and batches that lie in boxes."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from api.wiring import Instance
from edrms.clock import FixedClock
from edrms.ids import new_id
from edrms.staff.accounts import SYSTEM
from edrms.staff.persons import set_person
from edrms.uow import write
from scanning.batches.tables import Batch, Document, Item, ItemPage
from scanning.indexing.filing import IndexDecision, file_document
from scanning.paper.boxes import SaidOfBox
from scanning.paper.destroying import Done
from scanning.paper.placing import What
from scanning.paper.rules import BoxAct, Condition
from scanning.paper.tables import PaperBox, PaperMove, PaperPart, PaperTask
from scanning.quality.tables import QualitySample
from tests import factories
from tests.service.disposals import Office, office
from tests.service.retained import renewed

WHY = "the scan was compared with the paper, page by page"
STANDSTILL = 90


@dataclass
class PaperOffice(Office):
    """An office whose post is scanned and put into boxes."""

    def batch(
        self, *types: str, pages: int = 2, sheets: int | None = None, filed: bool = True,
        closed: bool = True,
    ) -> str:  # fmt: skip
        """A batch of one file with a document of each type, so many pages each. Returns its reference."""
        by = self.who("pat")
        batch_id = factories.batch(self.instance, by, expected_sheets=sheets)
        stored = self.instance.store.put([b"as it came"], max_bytes=1 << 20)
        count = len(types) * pages
        item_id = new_id()
        with write(self.instance.database, SYSTEM, self.clock) as work:
            work.session.add(
                Item(
                    item_id=item_id, batch_id=batch_id, ordinal=1, name="scan_0001.tif",
                    object_key=stored.key, sha256=stored.sha256, size_bytes=stored.size_bytes,
                    state="read", media_type="image/tiff", page_count=count, received_at=work.now,
                )
            )  # fmt: skip
            work.session.flush()
            for number, code in enumerate(types):
                self._document(work, item_id, number, pages, code, filed=filed)
            work.journal("batch:item:receive", "batch", batch_id)
            self.instance.quality.catch_up(work)
        renewed(self.instance)
        if closed:
            self.instance.closing.close(self.who("quinn"), batch_id, WHY)
        with self.instance.database.read() as session:
            return session.get_one(Batch, batch_id).reference

    def _document(self, work, item_id, number, pages, code, *, filed):  # type: ignore[no-untyped-def]
        first = number * pages + 1
        document = Document(
            document_id=new_id(), item_id=item_id, ordinal=number + 1, first_page=first,
            last_page=first + pages - 1, page_count=pages, state="to_index", waiting_since=work.now,
        )  # fmt: skip
        work.session.add(document)
        work.session.flush()
        for page in range(first, first + pages):
            work.session.add(
                ItemPage(
                    page_id=new_id(),
                    item_id=item_id,
                    number=page,
                    position=page,
                    state="read",
                    kind="content",
                    document_id=document.document_id,
                )
            )
        work.session.flush()
        work.session.refresh(document)
        if filed:
            said = IndexDecision(code, (self.olive.client_id,), date(2026, 5, 18), "Plan", {})
            self.records.append(file_document(work, document, said))

    def document(self, reference: str, number: int = 1) -> Document:
        with self.instance.database.read() as session:
            return session.scalars(
                select(Document)
                .join(Item, Item.item_id == Document.item_id)
                .where(Item.batch_id == self.batch_id(reference), Document.ordinal == number)
            ).one()

    def batch_id(self, reference: str) -> str:
        with self.instance.database.read() as session:
            wanted = select(Batch.batch_id).where(Batch.number == int(reference[2:]))
            return session.scalars(wanted).one()

    def record(self, reference: str, number: int = 1) -> str:
        return self.document(reference, number).record_id or ""

    def box(self, barcode: str = "", location: str = "Shelf 1") -> str:
        return self.paper.boxes.register(self.who("pat"), barcode, location, "Post room")

    @property
    def paper(self):  # type: ignore[no-untyped-def]
        return self.instance.paper

    def put(self, box_id: str, reference: str, file: int | None = None, pages: str = "",
            kept: str = "") -> str:  # fmt: skip
        return self.paper.placing.put(self.who("pat"), box_id, What(reference, file, pages), kept)

    def separate(self, box_id: str, reference: str, pages: str) -> str:
        return self.paper.placing.separate(self.who("pat"), box_id, What(reference, 1, pages))

    def check(self, reference: str, *, has_passed: bool = True, by: str = "quinn") -> None:
        """Everything of the batch's sample is looked at, and passed or failed by this supervisor."""
        quality, who = self.instance.quality, self.who(by)
        with self.instance.database.read() as session:
            mine = (QualitySample.batch_id == self.batch_id(reference)) & QualitySample.is_sampled
            wanted = select(QualitySample.document_id).where(mine)
            ids = session.scalars(wanted.where(QualitySample.outcome != "passed")).all()
            ids = ids or session.scalars(wanted).all()
        for document_id in ids:
            opened = quality.desk.open(who, document_id)
            quality.judging.judge(
                who, document_id, has_passed=has_passed, seen=len(opened.judgements),
                fault="illegible", reason=WHY,
            )  # fmt: skip

    def lend(self, box_id: str) -> None:
        due = self.clock.now().date() + timedelta(days=7)
        said = SaidOfBox(custodian="Legal", due_back_on=due)
        self.paper.boxes.act(self.who("pat"), box_id, BoxAct.LEND, said)

    def stand_still(self, days: int = STANDSTILL) -> None:
        """Days go by, with a checkpoint seen elsewhere at least every nine of them."""
        while days > 0:
            self.clock.advance(timedelta(days=min(9, days)))
            days -= 9
            with write(self.instance.database, SYSTEM, self.clock) as work:
                work.journal("audit:event:view", "test", "days")
            self.seal()

    def ready(self, *types: str, box_id: str = "") -> tuple[str, str]:
        """A batch whose paper may be destroyed. Returns its reference and the part's id."""
        reference = self.batch(*types or ("D30", "D30"))
        part_id = self.put(box_id or self.box(), reference)
        self.check(reference)
        self.stand_still()
        return reference, part_id

    def propose(self, *parts: str, records: tuple[str, ...] = (), by: str = "quinn") -> str:
        return self.paper.destroying.propose(self.who(by), WHY, parts, records)

    def done(self, **given: object) -> Done:
        fields: dict[str, object] = {
            "method": "cross_cut", "witness": "Sam Witness", "destroyed_on": self.clock.now().date(),
        }  # fmt: skip
        return Done(**fields | given)  # type: ignore[arg-type]

    def confirm(self, destruction_id: str, by: str = "bert", **given: object) -> None:
        said: dict[str, object] = {"has_stepped_up": True}
        done = self.done()
        if "done" in given:
            done = given.pop("done")  # type: ignore[assignment]
        self.paper.destroying.confirm(self.who(by), destruction_id, done, **said | given)

    def part(self, part_id: str) -> PaperPart:
        with self.instance.database.read() as session:
            return session.get_one(PaperPart, part_id)

    def box_row(self, box_id: str) -> PaperBox:
        with self.instance.database.read() as session:
            return session.get_one(PaperBox, box_id)

    def history(self, box_id: str) -> list[str]:
        with self.instance.database.read() as session:
            mine = select(PaperMove).where(PaperMove.box_id == box_id)
            return [one.act for one in session.scalars(mine.order_by(PaperMove.number))]

    def tasks(self, kind: str = "") -> list[PaperTask]:
        with self.instance.database.read() as session:
            every = session.scalars(select(PaperTask).order_by(PaperTask.opened_at)).all()
            return [one for one in every if kind in ("", one.kind)]

    def unmet(self, reference: str, by: str = "quinn") -> set[str]:
        """What of a batch's first part is not true now."""
        found = self.paper.looks.of_batch(self.who(by), self.batch_id(reference))
        asked: tuple[Condition, ...] = found.parts[0].conditions
        return {one.asked.value for one in asked if not one.is_met}


def paper_office(instance: Instance, clock: FixedClock) -> PaperOffice:
    """The office of tests of disposal, with a post room and a schedule in force."""
    made = office(instance, clock, records=0)
    administrator = factories.actor("system_administrator", name="sa")
    for name, role, number in (("pat", "post_room", "E400"), ("quinn", "quality_supervisor", "E500"),
                               ("quinn2", "records_manager", "E500")):  # fmt: skip
        staff_id = factories.staff_member(instance, name, role)
        set_person(instance.database, clock, administrator, staff_id, number, "",
                   is_same_person=name == "quinn2")  # fmt: skip
    return PaperOffice(made.instance, made.clock, made.olive, made.records)
