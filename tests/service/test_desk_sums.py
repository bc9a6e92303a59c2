"""The sums of the desk against a count made record by record: of random councils, for whoever looks, while
some of what changed is settled and some is not. On both databases."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from edrms.access.facts import client_facts, record_facts
from edrms.access.model import Actor
from edrms.access.policy import decide
from edrms.access.tables import Block, Grant, Marking
from edrms.clients.tables import ClientRow
from edrms.clock import FixedClock, civil_date
from edrms.db import Database
from edrms.records.tables import (
    DESTROYING,
    DISPOSED,
    FILED,
    WITHDRAWN,
    CaseFile,
    Record,
    RecordAttachment,
)
from edrms.staff.accounts import SYSTEM
from edrms.uow import write
from retention import desk_sums
from retention.desk import Desk
from retention.desk_facts import FactsDesk
from retention.desk_filter import NO_CLASS, Standing, Wanted
from retention.desk_sums import sums_for
from retention.desk_tables import StandingRow, Unsettled
from retention.profiles import BASE
from retention.schedules import install
from retention.tables import MissingFact, StoredAnswer
from tests import factories
from tests.access_agreement import actors, roles_of_world
from tests.access_reference import SHIPPED, World
from tests.access_worlds import SHIPPED_ROLES, put
from tests.engines import instances
from tests.service.desk_councils import CLASSES, answer_rows, council, settled

SEEN = "retention:answer:view"
DESK_ROLES = ("records_manager", "information_governance", "adoption_team", "papers", "outside",
              "by_grant")  # fmt: skip
# Beside the shipped ones: whom the type lets in to anybody's file, who sees less, who sees by name alone.
INVENTED = "".join(
    f"""
[roles.{code}]
name = "{code}"
permissions = ["facts", "retention:desk:view", "retention:fact:list"]
{words}
"""
    for code, words in {
        "papers": """[[roles.papers.reach]]
services = ["finance"]
normal = ["any"]""",
        "outside": """is_outside = true
[[roles.outside.reach]]
services = ["adults", "general"]
normal = ["any"]
restricted = ["any"]""",
        "by_grant": """[[roles.by_grant.reach]]
services = ["children", "adults"]
normal = ["listed", "granted"]
restricted = ["granted"]""",
    }.items()
)
SEEDS = (1, 2, 3, 4)
CHANGES = 40
SERVICES = ("children", "adults", "finance", "general")


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    made = instances.database_with_tables(request.param, tmp_path, factories.MONDAY)
    yield made
    made.close()


@dataclass
class Council:
    """A random council with its answers in a database, at its moment."""

    database: Database
    world: World
    clock: FixedClock
    dice: Random

    def change(self, session: Session) -> None:
        """One thing that any part of the product, or anybody by hand, might do to a record."""
        record_id = self.dice.choice(list(self.world.records))
        self.dice.choice(_CHANGES)(session, record_id, self.dice)


def founded(database: Database, seed: int) -> Council:
    """Each of the staff has a role of the desk, most another beside it, and grants on a few records."""
    dice = Random(seed)
    world = council(dice)
    world.roles_text = SHIPPED + INVENTED
    yesterday = {"from_at": world.at - timedelta(days=1), "until_at": None}
    world.holdings = [
        {"staff_id": one, "role": role} | yesterday
        for number, one in enumerate(world.only)
        for role in {DESK_ROLES[number % len(DESK_ROLES)], dice.choice(SHIPPED_ROLES)}
    ]
    world.grants += [
        {"staff_id": one, "subject_kind": "record", "subject_id": record_id,
         "relation": dice.choice(("granted", "listed", "admitted"))} | yesterday
        for one in world.only
        for record_id in dice.sample(list(world.records), 4)
    ]  # fmt: skip
    answers, missing = answer_rows(dice, world)
    with write(database, SYSTEM, FixedClock(world.at)) as work:
        install(work, BASE)
    with database.session() as session, session.begin():
        put(session, world, 1, dice)
        session.execute(insert(StoredAnswer), answers)
        session.execute(insert(MissingFact), missing)
    return Council(database, world, FixedClock(world.at), dice)


# --- what may happen to a record --------------------------------------------------------------------


def _state(session: Session, record_id: str, dice: Random) -> None:
    to = dice.choice((FILED, WITHDRAWN, DESTROYING, DISPOSED))
    session.execute(update(Record).where(Record.record_id == record_id).values(state=to))


def _type(session: Session, record_id: str, dice: Random) -> None:
    row = session.get_one(Record, record_id)
    row.document_type = dice.choice(("D05", "D46", "D31", "D13"))
    row.sensitivity = dice.choice(("normal", "restricted", "sealed", "secret"))


def _taken_off(session: Session, record_id: str, dice: Random) -> None:
    on = select(RecordAttachment.case_file_id).where(RecordAttachment.record_id == record_id)
    file = dice.choice([*session.scalars(on), ""])
    session.execute(
        delete(RecordAttachment).where(
            RecordAttachment.record_id == record_id, RecordAttachment.case_file_id == file
        )
    )


def _put_on(session: Session, record_id: str, dice: Random) -> None:
    file = dice.choice(session.scalars(select(CaseFile.case_file_id)).all())
    key = {"record_id": record_id, "case_file_id": file}
    if session.get(RecordAttachment, key) is None:
        session.add(RecordAttachment(**key))


def _service(session: Session, _record_id: str, dice: Random) -> None:
    """Of a person's files alike: facts of a decision know one service of each person."""
    file, to = dice.choice(session.scalars(select(CaseFile)).all()), dice.choice(SERVICES)
    session.execute(update(CaseFile).where(CaseFile.client_id == file.client_id).values(service=to))


def _answered(session: Session, record_id: str, dice: Random) -> None:
    row = session.get(StoredAnswer, record_id)
    if row is None:
        return
    session.execute(delete(MissingFact).where(MissingFact.record_id == record_id))
    row.state, row.due_on, row.class_id = "permanent", None, dice.choice(CLASSES)
    if dice.random() < 0.7:
        row.state, row.due_on = "dated", date(2026, 1, 1) + timedelta(days=dice.randrange(700))
    row.due_month = row.due_on.year * 100 + row.due_on.month if row.due_on else None


def _lacks(session: Session, record_id: str, dice: Random) -> None:
    row = session.get(StoredAnswer, record_id)
    if row is None or row.state != "unknown":
        return
    session.execute(delete(MissingFact).where(MissingFact.record_id == record_id))
    about = session.scalars(
        select(CaseFile.client_id).join(RecordAttachment).where(
            RecordAttachment.record_id == record_id
        )
    ).all()  # fmt: skip
    for class_id in dice.sample(("", *CLASSES), dice.randint(0, 3)) if about else ():
        session.add(MissingFact(record_id=record_id, client_id=about[0], class_id=class_id,
                                trigger="DOB", why="unknown"))  # fmt: skip


def _forgotten(session: Session, record_id: str, _dice: Random) -> None:
    for table in (MissingFact, StoredAnswer):
        session.execute(delete(table).where(table.record_id == record_id))


_CHANGES: tuple[Callable[[Session, str, Random], None], ...] = (
    _state, _type, _taken_off, _put_on, _service, _answered, _lacks, _forgotten,
)  # fmt: skip


# --- counting record by record ----------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """A record that the actor may see, as it stands."""

    state: str
    due_on: date | None
    classes: frozenset[str]
    services: frozenset[str]

    def is_wanted(self, wanted: Wanted, today: date) -> bool:
        stands = {
            None: True,
            Standing.OVERDUE: self.due_on is not None and self.due_on <= today,
            Standing.AHEAD: self.due_on is not None and self.due_on > today,
            Standing.DATED: self.due_on is not None,
            Standing.UNKNOWN: self.state == "unknown",
            Standing.PERMANENT: self.state == "permanent",
            Standing.WAITING: self.state == "",
        }[wanted.standing]
        class_id = "" if wanted.class_id == NO_CLASS else wanted.class_id
        on = self.due_on
        return bool(
            stands
            and (not wanted.class_id or class_id in self.classes)
            and (not wanted.service or wanted.service in self.services)
            and (not wanted.from_day or (on and on >= wanted.from_day))
            and (not wanted.to_day or (on and on <= wanted.to_day))
        )


def rows_seen(session: Session, actor: Actor, world: World) -> list[Row]:
    """Each filed record decided upon by itself, by the policy and the facts about it."""
    found = []
    for record in session.scalars(select(Record).where(Record.state == FILED)):
        if not decide(actor, SEEN, record_facts(session, record, world.at)).allowed:
            continue
        answer = session.get(StoredAnswer, record.record_id)
        lacking = session.scalars(
            select(MissingFact.class_id).where(MissingFact.record_id == record.record_id)
        ).all()
        state = answer.state if answer else ""
        classes = lacking if state == "unknown" else [answer.class_id] if answer else []
        services = frozenset(one.case_file.service for one in record.attachments)
        found.append(Row(state, answer.due_on if answer else None, frozenset(classes), services))
    return found


def facts_seen(session: Session, actor: Actor, world: World) -> set[tuple[str, str, str]]:
    """The facts that records wait for, of records and of people that may be seen."""
    found = set()
    for fact in session.scalars(select(MissingFact)):
        record = session.get_one(Record, fact.record_id)
        answer = session.get(StoredAnswer, fact.record_id)
        client = session.get_one(ClientRow, fact.client_id)
        if (
            record.state == FILED and answer is not None and answer.state == "unknown"
            and decide(actor, SEEN, record_facts(session, record, world.at)).allowed
            and decide(actor, SEEN, client_facts(session, client, world.at)).allowed
        ):  # fmt: skip
            found.add((fact.client_id, fact.trigger, fact.why))
    return found


def asked(dice: Random, today: date) -> Iterator[Wanted]:
    """What people open: everything, each standing, and some of each narrowing."""
    yield from (Wanted(one) for one in (None, *Standing))
    for _ in range(8):
        first = today + timedelta(days=dice.randrange(-500, 500))
        last = first + timedelta(days=dice.choice((-3, 0, 5, 30, 31, 200, 366, 8000)))
        yield Wanted(
            dice.choice((None, None, *Standing)),
            class_id=dice.choice(("", "", NO_CLASS, *CLASSES)),
            service=dice.choice(("", "", *SERVICES)),
            from_day=dice.choice((None, first, first.replace(day=1))),
            to_day=dice.choice((None, last)),
        )


def judge(made: Council, actor: Actor) -> int:
    """Hold the desk against the count; returns how many records the actor may see."""
    with roles_of_world(made.world):
        return _judge(made, actor)


def _judge(made: Council, actor: Actor) -> int:
    desk, today = Desk(made.database, made.clock), civil_date(made.world.at)
    with made.database.read() as session:
        seen = rows_seen(session, actor, made.world)
        facts = facts_seen(session, actor, made.world)
    for wanted in asked(made.dice, today):
        by_hand = sum(row.is_wanted(wanted, today) for row in seen)
        rows, total = desk.listed(actor, wanted, limit=1000)
        assert (total, len(rows)) == (by_hand, by_hand), wanted
    for narrowed in (Wanted(), Wanted(class_id="C01"), Wanted(class_id=NO_CLASS),
                     Wanted(service="children"), Wanted(class_id="X03", service="adults")):  # fmt: skip
        judge_totals(desk, actor, narrowed, [one for one in seen if one.is_wanted(narrowed, today)])
    assert FactsDesk(made.database, made.clock).count(actor) == len(facts)
    assert desk.overdue(actor) == sum(
        row.is_wanted(Wanted(Standing.OVERDUE), today) for row in seen
    )
    return len(seen)


def judge_totals(desk: Desk, actor: Actor, wanted: Wanted, seen: list[Row]) -> None:
    found = desk.totals(actor, wanted)
    today = found.today
    states = Counter(row.state for row in seen)
    ahead = [row.due_on for row in seen if row.due_on and row.due_on > today]
    assert (found.dated, found.unknown, found.permanent, found.waiting) == (
        states["dated"], states["unknown"], states["permanent"], states[""],
    )  # fmt: skip
    assert found.overdue == states["dated"] - len(ahead)
    for one in (*found.months, *found.years, found.beyond):
        last = one.to_day or date.max
        assert one.records == sum(one.from_day <= on <= last for on in ahead), one
    chosen = {"" if wanted.class_id == NO_CLASS else wanted.class_id} if wanted.class_id else None
    classes = {
        class_id
        for row in seen
        for class_id in row.classes
        if chosen is None or row.state != "unknown" or class_id in chosen
    }
    assert set(found.classes) == classes
    for class_id, row in found.classes.items():
        mine = [one for one in seen if class_id in one.classes]
        due = [one.due_on for one in mine if one.due_on]
        assert (row.overdue, row.year, row.later) == (
            sum(on <= today for on in due),
            sum(today < on <= found.year_ends for on in due),
            sum(on > found.year_ends for on in due),
        )
        by_state = Counter(one.state for one in mine)
        assert (row.unknown, row.permanent) == (by_state["unknown"], by_state["permanent"])


@pytest.mark.parametrize("seed", SEEDS)
def test_every_sum_is_what_counting_record_by_record_gives_for_this_very_person(
    database: Database, seed: int
) -> None:
    made, seen = founded(database, seed), 0
    chosen = list(made.world.only)[3 * seed - 3 : 3 * seed]
    with database.read() as session, roles_of_world(made.world):
        known = {one.staff_id: one for one in actors(session, made.world)}
    for_nothing_settled, for_all, for_some = (known[one] for one in made.dice.sample(chosen, 3))
    seen += judge(made, for_nothing_settled)
    settled(database, made.clock)
    seen += judge(made, for_all)
    with database.session() as session, session.begin():
        for _ in range(CHANGES):
            made.change(session)
    settled(database, made.clock, most=20)
    seen += judge(made, for_some)
    assert 0 < seen < 3 * len(made.world.records)


def test_what_is_settled_is_summed_and_not_looked_at_one_by_one(database: Database) -> None:
    """Else every number above would be right for nothing."""
    made = founded(database, 4)
    settled(database, made.clock)
    for table in (Marking, Block, Grant):
        with database.session() as session, session.begin():
            session.execute(delete(table))
    officer = factories.actor("information_governance")
    desk = Desk(database, made.clock)
    before = desk.totals(officer, Wanted())
    with database.session() as session, session.begin():
        session.execute(update(StandingRow).values(state="permanent", due_month=None))
    after = desk.totals(officer, Wanted())
    assert before.dated and (after.dated, after.permanent) == (
        0, before.dated + before.permanent + before.unknown + before.waiting,
    )  # fmt: skip


def test_while_much_waits_to_be_settled_every_record_is_counted(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = founded(database, 8)
    officer = factories.actor("information_governance")
    with database.read() as session:
        assert sums_for(session, officer, Wanted(), made.world.at)
        monkeypatch.setattr(desk_sums, "MOST_UNSETTLED", len(made.world.records))
        assert sums_for(session, officer, Wanted(), made.world.at) is None
    assert judge(made, officer)


@pytest.mark.parametrize("change", _CHANGES, ids=lambda one: one.__name__.strip("_"))
def test_no_change_goes_by_unnoticed(database: Database, change: Callable[..., None]) -> None:
    made = founded(database, 5)
    settled(database, made.clock)
    noticed = 0
    for record_id in made.world.records:
        with database.session() as session, session.begin():
            before = _made_of(session)
            change(session, record_id, made.dice)
            session.flush()
            after = _made_of(session)
            told = set(session.scalars(select(Unsettled.record_id)))
            changed = {one for one in before | after if before.get(one) != after.get(one)}
            assert changed <= told
            noticed += len(changed)
            session.execute(delete(Unsettled))
    assert noticed > 10


def _made_of(session: Session) -> dict[str, Any]:
    """Whatever a standing is made of, by record id."""
    found: dict[str, list[Any]] = {}
    files = select(
        RecordAttachment.record_id, RecordAttachment.case_file_id, CaseFile.service
    ).join(CaseFile)
    for statement in (
        select(Record.record_id, Record.state, Record.sensitivity, Record.document_type),
        select(StoredAnswer.record_id, StoredAnswer.state, StoredAnswer.class_id,
               StoredAnswer.due_month),
        select(MissingFact.record_id, MissingFact.class_id),
        files,
    ):  # fmt: skip
        for record_id, *rest in session.execute(statement):
            found.setdefault(record_id, []).append(sorted(map(str, rest)))
    return {record_id: sorted(rest) for record_id, rest in found.items()}


def test_a_new_title_leaves_nothing_to_settle(database: Database) -> None:
    made = founded(database, 6)
    settled(database, made.clock)
    with database.session() as session, session.begin():
        session.execute(update(Record).values(title="Plan", state=Record.state))
        session.execute(update(StoredAnswer).values(schedule_version=2, state=StoredAnswer.state))
        assert not session.scalar(select(func.count()).select_from(Unsettled))


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_change_committed_while_others_are_settled_is_not_lost(database: Database) -> None:
    """Marked earlier, committed later: whoever settles meanwhile leaves it. On SQLite writers are alone."""
    made = founded(database, 7)
    first, *_ = made.world.records
    with database.session() as session, session.begin():
        session.execute(update(Record).where(Record.record_id == first).values(state=WITHDRAWN))
        settled(database, made.clock)
    with database.read() as session:
        assert list(session.scalars(select(Unsettled.record_id))) == [first]
        assert session.get(StandingRow, first) is not None
    settled(database, made.clock)
    with database.read() as session:
        assert session.get(StandingRow, first) is None
