"""The numbers of the desk from sums: records of which nothing is said by name are counted by how they
stand and of which kind they are, all others one by one, by the conditions of the lists.

So a number is that of its list for this very person (docs/adr/0028). What narrows to one client, to a fact
that is missing or to what is sealed is counted one by one altogether; there are few of those.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVarTuple

from sqlalchemy import CompoundSelect, Select, func, select, union
from sqlalchemy.orm import Session

from edrms.access.model import Actor
from edrms.access.plain import reaches, singled_out
from edrms.clock import civil_date
from edrms.records.tables import Record
from retention.answers import State
from retention.desk_filter import NO_CLASS, Condition, Standing, Wanted
from retention.desk_tables import StandingRow, Unsettled
from retention.desk_totals import Count, classes_kept
from retention.reading import VIEW_ANSWER
from retention.settling import kinds_of
from retention.tables import StoredAnswer

MOST_UNSETTLED = 100_000
_DAY = timedelta(days=1)
_Columns = TypeVarTuple("_Columns")
_STATES = {
    Standing.OVERDUE: State.DATED, Standing.AHEAD: State.DATED, Standing.DATED: State.DATED,
    Standing.UNKNOWN: State.UNKNOWN, Standing.PERMANENT: State.PERMANENT, Standing.WAITING: "",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Days:
    """From one day to another, both included."""

    first: date = date.min
    last: date = date.max

    def holds_all_of(self, month: int) -> bool:
        """Whether every day of the month (year * 100 + month) is among them."""
        begins = date(month // 100, month % 100, 1)
        return self.first <= begins and _last_of(begins) <= self.last

    def within(self, month: int) -> "Days":
        """Those of the month; the last is before the first where there is none."""
        begins = date(month // 100, month % 100, 1)
        return Days(max(self.first, begins), min(self.last, _last_of(begins)))


@dataclass(frozen=True, slots=True)
class Sums:
    """What an actor is shown of the plain records: of these kinds, less those singled out (their ids)."""

    kinds: tuple[int, ...]
    apart: CompoundSelect[str]

    def one_by_one(self) -> Condition:
        """True for records on which the sums say nothing: they are counted by the conditions of a list."""
        return Record.record_id.in_(self.apart)

    def plain(self, statement: Select[*_Columns]) -> Select[*_Columns]:
        """A statement about standings, of plain records alone that the actor may see."""
        apart = self.apart.subquery()
        return statement.outerjoin(apart, apart.c[0] == StandingRow.record_id).where(
            StandingRow.kind_id.in_(self.kinds), apart.c[0].is_(None)
        )


def sums_for(session: Session, actor: Actor, wanted: Wanted, at: datetime) -> Sums | None:
    """None where the sums do not know what is asked for, or would not help."""
    if wanted.client_id or wanted.lacks or wanted.why or wanted.sealed or _is_behind(session):
        return None
    kinds = (
        kind_id
        for kind, kind_id in kinds_of(session).items()
        if (not wanted.service or wanted.service in kind.services)
        and reaches(actor, VIEW_ANSWER, kind)
    )
    apart = union(*singled_out(actor, VIEW_ANSWER, at), select(Unsettled.record_id))
    return Sums(tuple(kinds), apart)


def _is_behind(session: Session) -> bool:
    """Whether so much waits to be settled that counting every record is less work."""
    some = select(Unsettled.number).limit(MOST_UNSETTLED + 1).subquery()
    return (session.scalar(select(func.count()).select_from(some)) or 0) > MOST_UNSETTLED


@dataclass(frozen=True, slots=True)
class _Kept:
    state: str
    month: int | None
    classes: tuple[str, ...]
    records: int


def plain_totals(
    session: Session, sums: Sums, wanted: Wanted, today: date
) -> tuple[list[Count], Counter[str]]:
    """The plain records by the class that decides, state and month, as of today; and by class, how many
    of them lack a fact for its rule."""
    due, counts, unknown = Days(last=today), list[Count](), Counter[str]()
    for one in _kept(session, sums, wanted):
        if one.state == State.UNKNOWN:
            chosen = (_chosen(wanted),) if wanted.class_id else one.classes
            unknown.update(dict.fromkeys(chosen, one.records))
        is_due = one.month is not None and due.holds_all_of(one.month)
        counts.append(Count(_decides(one), one.state, one.month, is_due, one.records))
    month = today.year * 100 + today.month
    if not due.holds_all_of(month):
        for one in _dated(session, sums, wanted, month, due):
            counts.append(Count(_decides(one), one.state, month, True, one.records))
            counts.append(Count(_decides(one), one.state, month, False, -one.records))
    return counts, unknown


def _decides(one: _Kept) -> str:
    """The class of the rule that decides; "" where none does."""
    return one.classes[0] if one.classes and one.state != State.UNKNOWN else ""


def plain_count(session: Session, sums: Sums, wanted: Wanted, at: datetime) -> int:
    """How many of the plain records are wanted."""
    days, state = _days(wanted, civil_date(at)), None
    if wanted.standing is not None:
        state = _STATES[wanted.standing]
    every = list(_kept(session, sums, wanted, state))
    if days is None:
        return sum(one.records for one in every)
    months = {one.month for one in every if one.month is not None}
    whole = {month for month in months if days.holds_all_of(month)}
    parts = {
        month for month in months - whole if days.within(month).first <= days.within(month).last
    }
    in_part = (one for month in parts for one in _dated(session, sums, wanted, month, days))
    return sum(one.records for one in (*(one for one in every if one.month in whole), *in_part))


def _days(wanted: Wanted, today: date) -> Days | None:
    """The days on which what is wanted falls due; None where it need have no date."""
    first, last = wanted.from_day or date.min, wanted.to_day or date.max
    match wanted.standing:
        case Standing.OVERDUE:
            last = min(last, today)
        case Standing.AHEAD:
            first = max(first, today + _DAY)
        case _ if wanted.from_day is None and wanted.to_day is None:
            return None
    return Days(first, last)


def _kept(
    session: Session, sums: Sums, wanted: Wanted, state: str | None = None
) -> Iterator[_Kept]:  # fmt: skip
    """Sums of the plain records: all that are kept, less those of what is singled out."""
    found: Counter[tuple[str, int | None, str]] = Counter()
    every = _sums(sums) if state is None else _sums(sums).where(StandingRow.state == state)
    apart = _sums(sums).where(StandingRow.record_id.in_(sums.apart))
    for sign, statement in ((1, every), (-1, apart)):
        for stands, month, text, records in session.execute(statement):
            found[stands, month, text] += sign * records
    rows = (
        _Kept(stands, month, classes_kept(text), records)
        for (stands, month, text), records in found.items()
        if records
        and (state is None or stands == state)  # a row of none would tell that it is there
    )
    return _of_class(rows, wanted)


def _sums(sums: Sums) -> Select[str, int | None, str, int]:
    by = StandingRow.state, StandingRow.due_month, StandingRow.classes
    return select(*by, func.count()).where(StandingRow.kind_id.in_(sums.kinds)).group_by(*by)


def _dated(
    session: Session, sums: Sums, wanted: Wanted, month: int, days: Days
) -> Iterator[_Kept]:  # fmt: skip
    """Plain records that fall due on these days of a month, which the sums do not tell apart."""
    some = days.within(month)
    rows = session.execute(
        sums.plain(select(StandingRow.classes, func.count()))
        .join(StoredAnswer, StoredAnswer.record_id == StandingRow.record_id)
        .where(
            StandingRow.state == State.DATED, StandingRow.due_month == month,
            StoredAnswer.due_on.between(some.first, some.last),
        )
        .group_by(StandingRow.classes)
    )  # fmt: skip
    found = (_Kept(State.DATED, month, classes_kept(text), records) for text, records in rows)
    return _of_class(found, wanted)


def _of_class(found: Iterable[_Kept], wanted: Wanted) -> Iterator[_Kept]:
    return (one for one in found if not wanted.class_id or _chosen(wanted) in one.classes)


def _chosen(wanted: Wanted) -> str:
    return "" if wanted.class_id == NO_CLASS else wanted.class_id


def _last_of(begins: date) -> date:
    """The last day of a month; the last of all has no next."""
    if (begins.year, begins.month) == (date.max.year, date.max.month):
        return date.max
    return (begins + timedelta(days=31)).replace(day=1) - _DAY


def plain_lacking(sums: Sums, wanted: Wanted) -> Select[str]:
    """Ids of the plain records wanted that lack a fact."""
    found = sums.plain(select(StandingRow.record_id)).where(StandingRow.state == State.UNKNOWN)
    if wanted.class_id:
        text = StandingRow.classes + ","
        found = found.where(text.contains(f",{_chosen(wanted)},", autoescape=True))
    return found
