"""The governance desk: how records stand, when they fall due, and the lists behind the numbers.

From the stored answers, by a few statements however many records there are. Nothing is counted that
the actor may not see: what one may ask is `retention:desk:view`, on which records is decided by
`retention:answer:view`. Nothing is destroyed on the word of these lists.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from edrms.access.model import Actor
from edrms.access.policy import holds, require
from edrms.clock import Clock, civil_date
from edrms.db import Database
from edrms.records.tables import Record
from retention.answers import MissingRow, State, answer_of
from retention.desk_filter import (
    NO_CLASS,
    Condition,
    Standing,
    Wanted,
    beside_answers,
    conditions,
    is_due,
    known_people,
)
from retention.desk_sums import plain_count, plain_totals, sums_for
from retention.desk_totals import Count, Totals, totals
from retention.evaluation import missing_rows
from retention.hold_guard import live_holds_on
from retention.hold_scopes import VIEW as VIEW_HOLDS
from retention.hold_scopes import visible_holds
from retention.hold_tables import Hold
from retention.model import Answer
from retention.reading import VIEW_ANSWER, told
from retention.schedule_store import get_version, read_schedule
from retention.tables import MissingFact, StoredAnswer

VIEW_DESK = "retention:desk:view"
PAGE_SIZE = 50
_AT_ONCE = 500
_LAST = date.max
_COLUMNS = (
    "state", "due_on", "not_before", "action", "class_id", "ground", "schedule_version",
    "evaluated_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Listed:
    """A record in a list. answer: None while none was worked out. classes: of the rule that decides,
    or of those that lack a fact. why: in one sentence; "" without an answer. is_held: by a hold that the
    actor may know of."""

    record_id: str
    reference: str
    title: str
    received_on: date
    answer: Answer | None
    classes: tuple[str, ...]
    why: str
    is_held: bool = False


@dataclass(frozen=True, slots=True)
class OfClient:
    """How the records of one person stand that the actor may see. why: of the date that comes last."""

    records: int
    overdue: int
    unknown: int
    permanent: int
    waiting: int
    last_on: date | None
    why: str


class Desk:
    """Numbers and lists for those who answer for how long records stay."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def totals(self, actor: Actor, wanted: Wanted) -> Totals:
        """How the records wanted stand, and when they fall due."""
        require(actor, VIEW_DESK)
        now = self._clock.now()
        with self._database.read() as session:
            return _totals(session, actor, wanted, now)

    def overdue(self, actor: Actor, *, sealed: bool = False) -> int:
        """How many records are due. sealed: of those under a seal that the actor is let in to."""
        require(actor, VIEW_DESK)
        wanted = Wanted(Standing.OVERDUE, sealed=sealed)
        with self._database.read() as session:
            return _count(session, actor, wanted, self._clock.now())

    def listed(
        self, actor: Actor, wanted: Wanted, limit: int = PAGE_SIZE, offset: int = 0
    ) -> tuple[list[Listed], int]:
        """A page of the records wanted, the earliest date first, and how many there are in all."""
        require(actor, VIEW_DESK)
        now = self._clock.now()
        with self._database.read() as session:
            total = _count(session, actor, wanted, now)
            rows = session.execute(_records(actor, wanted, now).limit(limit).offset(offset)).all()
            return _listed(session, actor, rows, now), total

    def every(self, actor: Actor, wanted: Wanted) -> Iterator[Listed]:
        """All of them, read slice by slice as they are taken, each slice decided upon afresh."""
        require(actor, VIEW_DESK)
        last: tuple[date, int] | None = None
        while True:
            now = self._clock.now()
            with self._database.read() as session:
                statement = _records(actor, wanted, now)
                if last is not None:
                    statement = statement.where(_behind(*last))
                rows = session.execute(statement.limit(_AT_ONCE)).all()
                found = _listed(session, actor, rows, now)
            if not rows:
                return
            record, answer = rows[-1]
            last = (answer.due_on if answer and answer.due_on else _LAST, record.number)
            yield from found

    def of_client(self, actor: Actor, client_id: str) -> OfClient | None:
        """For the page of a person that is shown anyway; None where there is nothing to say, and for
        who may not know."""
        if not holds(actor, VIEW_ANSWER):
            return None
        now, wanted = self._clock.now(), Wanted(client_id=client_id)
        with self._database.read() as session:
            found = _totals(session, actor, wanted, now)
            records = found.dated + found.unknown + found.permanent + found.waiting
            if records == found.waiting:
                return None
            dated = Wanted(Standing.DATED, client_id=client_id)
            latest = _records(actor, dated, now).order_by(None)
            rows = session.execute(
                latest.order_by(StoredAnswer.due_on.desc(), Record.number).limit(1)
            ).all()
            last = _listed(session, actor, rows, now)
            last_on = next((row.due_on for _, row in rows if row), None)
        return OfClient(
            records, found.overdue, found.unknown, found.permanent, found.waiting,
            last_on, last[0].why if last else "",
        )  # fmt: skip


def _totals(session: Session, actor: Actor, wanted: Wanted, now: datetime) -> Totals:
    where, today = conditions(actor, wanted, now), civil_date(now)
    counts, unknown = list[Count](), Counter[str]()
    if sums := sums_for(session, actor, wanted, now):
        counts, unknown = plain_totals(session, sums, wanted, today)
        where.append(sums.one_by_one())
    others = _counts(session, where, today)
    if any(one.state == State.UNKNOWN for one in others):
        unknown.update(_unknown(session, where, wanted))
    return totals(today, [*counts, *others], unknown)


def _counts(session: Session, where: Sequence[Condition], today: date) -> list[Count]:
    by = (
        func.coalesce(StoredAnswer.class_id, ""), func.coalesce(StoredAnswer.state, ""),
        StoredAnswer.due_month, case((is_due(today), 1), else_=0),
    )  # fmt: skip
    rows = session.execute(
        beside_answers(select(*by, func.count(Record.record_id))).where(*where).group_by(*by)
    )
    return [Count(kind, state, month, bool(due), n) for kind, state, month, due, n in rows]


def _unknown(session: Session, where: Sequence[Condition], wanted: Wanted) -> dict[str, int]:
    """By class, how many of the records meant lack a fact for its rule."""
    lacking = aliased(MissingFact)
    statement = (
        beside_answers(select(lacking.class_id, func.count(Record.record_id.distinct())))
        .join(lacking, lacking.record_id == Record.record_id)
        .where(*where, StoredAnswer.state == State.UNKNOWN)
        .group_by(lacking.class_id)
    )
    found = dict(session.execute(statement).all())
    if wanted.class_id:
        chosen = "" if wanted.class_id == NO_CLASS else wanted.class_id
        return {one: count for one, count in found.items() if one == chosen}
    return found


def _count(session: Session, actor: Actor, wanted: Wanted, now: datetime) -> int:
    where, plain = conditions(actor, wanted, now), 0
    if sums := sums_for(session, actor, wanted, now):
        plain = plain_count(session, sums, wanted, now)
        where.append(sums.one_by_one())
    return plain + (session.scalar(beside_answers(select(func.count())).where(*where)) or 0)


_order = func.coalesce(StoredAnswer.due_on, _LAST)


def _records(
    actor: Actor, wanted: Wanted, now: datetime
) -> Select[Record, StoredAnswer | None]:  # fmt: skip
    statement = beside_answers(select(Record, StoredAnswer))
    return statement.where(*conditions(actor, wanted, now)).order_by(_order, Record.number)


def _behind(on: date, number: int) -> ColumnElement[bool]:
    return or_(_order > on, and_(_order == on, Record.number > number))


def _listed(
    session: Session, actor: Actor, rows: Sequence[tuple[Record, StoredAnswer | None]], now: datetime
) -> list[Listed]:  # fmt: skip
    ids = [record.record_id for record, _ in rows]
    lacked: dict[str, list[MissingRow]] = defaultdict(list)
    for record_id, missing in missing_rows(session, ids):
        lacked[record_id].append(missing)
    known = known_people(session, actor, ids, now)
    held = _held(session, actor, ids, now)
    found = (
        _one(session, record, row, sorted(lacked[record.record_id]), known, now)
        for record, row in rows
    )
    return [replace(one, is_held=one.record_id in held) for one in found]


def _held(session: Session, actor: Actor, ids: Sequence[str], now: datetime) -> frozenset[str]:
    """Those of these records on which a hold is live that the actor may know of."""
    if not holds(actor, VIEW_HOLDS):
        return frozenset()
    on = live_holds_on(session, ids, now)
    every = {hold_id for some in on.values() for hold_id in some}
    wanted = select(Hold.hold_id).where(Hold.hold_id.in_(every), visible_holds(actor, now))
    known = set(session.scalars(wanted)) if every else set[str]()
    return frozenset(record_id for record_id, some in on.items() if known & set(some))


def _one(
    session: Session, record: Record, row: StoredAnswer | None, lacked: list[MissingRow],
    known: frozenset[str], now: datetime,
) -> Listed:  # fmt: skip
    answer: Answer | None = None
    why, classes = "", tuple[str, ...]()
    if row is not None:
        columns = {name: getattr(row, name) for name in _COLUMNS}
        answer = answer_of(columns, lacked, civil_date(now))
        schedule = read_schedule(get_version(session, row.schedule_version))
        why = told(answer, schedule, known)
        classes = tuple(sorted({one[1] for one in lacked})) if lacked else (row.class_id,)
    return Listed(
        record.record_id, record.reference, record.title, record.received_on, answer,
        tuple(one for one in classes if one), why,
    )  # fmt: skip
