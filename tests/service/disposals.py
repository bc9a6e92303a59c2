"""What tests of disposal share: an office of people who are known apart, and records that are due."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import select

from api.setting_up import staff_actor
from api.wiring import Instance, sealer
from edrms.access.model import Actor
from edrms.clients.model import Client, Identifier
from edrms.clock import FixedClock
from edrms.records.tables import Record, RecordStub
from edrms.staff.accounts import SYSTEM
from edrms.staff.persons import set_person
from edrms.uow import write
from retention.disposal_tables import DisposalCase, DisposalCertificate, DisposalItem
from retention.disposal_words import Appraisal
from retention.executing import Progress
from retention.hold_words import Placing, Scope, ScopeKind
from retention.tables import StoredAnswer
from tests import factories
from tests.service.retained import record_event, renewed, with_schedule

WHY = "past its period, nothing speaks for keeping it"
PEOPLE = {
    "anna": ("records_manager", "E100"), "anna2": ("information_governance", "E100"),
    "bert": ("information_governance", "E200"), "cara": ("records_manager", "E300"),
    "nora": ("information_governance", ""),
}  # fmt: skip
DESTROY = Appraisal("destroy", WHY)


@dataclass
class Office:
    """An instance with people, a schedule, and records of one person whose service ended long ago."""

    instance: Instance
    clock: FixedClock
    olive: Client
    records: list[str] = field(default_factory=list)

    def who(self, name: str) -> Actor:
        return staff_actor(self.instance, name)

    def file(self, count: int = 1, **given: object) -> list[str]:
        made = [
            factories.filed_record(self.instance, [self.olive], title=f"Plan {number}", **given)  # type: ignore[arg-type]
            for number in range(count)
        ]
        self.records += made
        renewed(self.instance)
        return [str(one) for one in made]

    def seal(self) -> None:
        """Everything that waits goes under a published checkpoint."""
        one = sealer(self.instance, "sealer-of-tests")
        term = one.take_lead()
        assert term
        while one.round(term):
            pass
        one._leader.lay_down(term, one.actor)

    def wait(self, days: int = 14) -> None:
        """Days go by, and something happens on each of them."""
        for _ in range(days):
            self.clock.advance(timedelta(days=1))
            with write(self.instance.database, SYSTEM, self.clock) as work:
                work.journal("audit:event:view", "test", "a day")
            self.seal()

    def proposed(self, records: list[str] | None = None, by: str = "anna") -> str:
        return self.instance.disposal.proposing.propose(
            self.who(by), "Adults due 2026", records or self.records
        )

    def appraised(self, said: Appraisal = DESTROY, by: str = "anna", case_id: str = "") -> str:
        case_id = case_id or self.proposed()
        acts = self.instance.disposal.acts
        acts.appraise(self.who(by), case_id, said, [one.item_id for one in self.items(case_id)])
        acts.complete(self.who(by), case_id)
        return case_id

    def approved(self, case_id: str = "", by: str = "bert") -> str:
        case_id = case_id or self.appraised()
        self.approve(case_id, by)
        self.instance.disposal.acts.announce(self.who(by), case_id)
        return case_id

    def approve(self, case_id: str, by: str = "bert", **given: object) -> None:
        fields: dict[str, object] = {"has_stepped_up": True}
        self.instance.disposal.acts.approve(self.who(by), case_id, WHY, **fields | given)  # type: ignore[arg-type]

    def executing(self, case_id: str = "", by: str = "cara") -> str:
        case_id = case_id or self.approved()
        if self.case(case_id).state == "waiting":
            self.wait()
            self.instance.disposal.acts.execute(self.who(by), case_id, has_stepped_up=True)
        return case_id

    def run(self, case_id: str, most_groups: int = 1_000_000) -> Progress:
        return self.instance.disposal.executing.run(SYSTEM, case_id, most_groups)

    def hold(self, scope: Scope, *, is_secret: bool = False) -> str:
        return self.instance.holds.place(
            self.who("bert"),
            Placing("Inquiry", WHY, "Letter 2026/14", self.who("bert").staff_id,
                    self.clock.now().date() + timedelta(days=300), (scope,), is_secret, True),
        ).hold_id  # fmt: skip

    def hold_record(self, record_id: str, *, is_secret: bool = False) -> str:
        return self.hold(Scope(ScopeKind.RECORD, record_id), is_secret=is_secret)

    def case(self, case_id: str) -> DisposalCase:
        with self.instance.database.read() as session:
            return session.get_one(DisposalCase, case_id)

    def items(self, case_id: str) -> list[DisposalItem]:
        with self.instance.database.read() as session:
            mine = select(DisposalItem).where(DisposalItem.case_id == case_id)
            return list(session.scalars(mine.order_by(DisposalItem.item_id)))

    def item(self, record_id: str) -> DisposalItem:
        """The latest item of a record."""
        with self.instance.database.read() as session:
            mine = select(DisposalItem).where(DisposalItem.record_id == record_id)
            return session.scalars(mine.order_by(DisposalItem.proposed_at.desc())).all()[0]

    def state(self, record_id: str) -> str:
        with self.instance.database.read() as session:
            return session.get_one(Record, record_id).state

    def stub(self, record_id: str) -> RecordStub | None:
        with self.instance.database.read() as session:
            return session.get(RecordStub, record_id)

    def certificate(self, case_id: str) -> DisposalCertificate | None:
        with self.instance.database.read() as session:
            return session.get(DisposalCertificate, case_id)

    def answer(self, record_id: str) -> StoredAnswer:
        with self.instance.database.read() as session:
            return session.get_one(StoredAnswer, record_id)


def office(instance: Instance, clock: FixedClock, records: int = 2) -> Office:
    """People, a schedule in force, and so many records that are due."""
    administrator = factories.actor("system_administrator", name="sa")
    for name, (role, number) in PEOPLE.items():
        staff_id = factories.staff_member(instance, name, role)
        if number:
            set_person(instance.database, clock, administrator, staff_id, number, "",
                       is_same_person=name == "anna2")  # fmt: skip
    with_schedule(instance)
    olive = factories.client()
    factories.on_the_register(instance, olive)
    made = Office(instance, clock, olive)
    record_event(instance, olive, "SERVICE_END", date(2010, 1, 4))
    made.file(records)
    clock.advance(timedelta(hours=1))
    return made


def another_client(made: Office) -> Client:
    """Somebody else whose service ended as long ago."""
    person = factories.client(
        forename="Bryn", nhs_number="", identifiers=(Identifier("LAS", "LAS-300001"),)
    )
    factories.on_the_register(made.instance, person)
    record_event(made.instance, person, "SERVICE_END", date(2010, 1, 4))
    return person
