"""How good the scans of each device and operator were, day by day: what was found, and what people failed."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, TypeVar

from sqlalchemy import Select, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from edrms.access.model import Actor
from edrms.access.policy import require
from edrms.clock import Clock, civil_date
from edrms.db import Database
from edrms.errors import Invalid
from edrms.staff.tables import StaffMember
from scanning.batches.tables import Batch
from scanning.quality.sampling_rules import FAILED
from scanning.quality.tables import PageCheck, QualityFinding, QualityJudgement

VIEW_FIGURES = "quality:figure:view"
Key = TypeVar("Key")
USUAL_WEEKS = 12
LONGEST = timedelta(days=2 * 366)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which days, both included; device and operator (user name): "" for every one."""

    from_day: date
    to_day: date
    device: str = ""
    operator: str = ""


@dataclass(slots=True)
class Tally:
    """pages: checked. findings: of each kind. judged, failed: judgements of samples."""

    pages: int = 0
    findings: Counter[str] = field(default_factory=Counter)
    judged: int = 0
    failed: int = 0

    @property
    def found(self) -> int:
        """How many findings of any kind."""
        return sum(self.findings.values())

    @property
    def per_thousand(self) -> float | None:
        """Findings to 1,000 pages checked; None where none was."""
        return 1000 * self.found / self.pages if self.pages else None

    @property
    def failed_share(self) -> float | None:
        """Share of judgements that failed; None where there was none."""
        return self.failed / self.judged if self.judged else None


@dataclass(frozen=True, slots=True)
class Day:
    """One day of one device and operator, as it is logged."""

    on: date
    device: str
    operator: str
    tally: Tally


@dataclass(frozen=True, slots=True)
class Figures:
    """days: each with anything in it. devices, operators: all there are to choose from."""

    days: Sequence[Day]
    devices: Sequence[str]
    operators: Sequence[str]

    @property
    def whole(self) -> Tally:
        """All of it together."""
        return next(iter(_together(self.days, lambda _: "").values()), Tally())

    @property
    def by_week(self) -> Mapping[date, Tally]:
        """By the Monday of each week, oldest first; weeks without anything are left out."""
        return dict(sorted(_together(self.days, lambda one: monday_of(one.on)).items()))

    @property
    def by_device(self) -> Mapping[str, Tally]:
        """By device, in their order; "" where none was said."""
        return dict(sorted(_together(self.days, lambda one: one.device).items()))

    @property
    def by_operator(self) -> Mapping[str, Tally]:
        """By the user name of whoever opened the batch."""
        return dict(sorted(_together(self.days, lambda one: one.operator).items()))


def monday_of(day: date) -> date:
    """The first day of its week."""
    return day - timedelta(days=day.weekday())


def _together(days: Iterable[Day], key_of: Callable[[Day], Key]) -> dict[Key, Tally]:
    found: dict[Key, Tally] = {}
    for one in days:
        tally = found.setdefault(key_of(one), Tally())
        tally.pages += one.tally.pages
        tally.findings += one.tally.findings
        tally.judged += one.tally.judged
        tally.failed += one.tally.failed
    return found


class QualityFigures:
    """The figures, for whoever answers for the quality of scanning. They name devices and staff, no post."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def usual(self) -> Asked:
        """The last twelve weeks, this one included."""
        today = civil_date(self._clock.now())
        return Asked(monday_of(today) - timedelta(weeks=USUAL_WEEKS - 1), today)

    def of(self, actor: Actor, asked: Asked) -> Figures:
        """What was logged on these days. Raises Invalid for days the wrong way round, or too many."""
        require(actor, VIEW_FIGURES)
        if asked.to_day < asked.from_day:
            raise Invalid(
                "The days are the wrong way round.", fields={"to": "Not before the first."}
            )
        if asked.to_day - asked.from_day > LONGEST:
            raise Invalid("These are too many days.", fields={"from": "At most two years."})
        with self._database.read() as session:
            days = _logged(session, asked)
            devices = session.scalars(select(Batch.device).where(Batch.device != "").distinct())
            operators = session.scalars(
                select(StaffMember.username).where(
                    StaffMember.staff_id.in_(select(Batch.opened_by).distinct())
                )
            )
            return Figures(days, sorted(devices), sorted(operators))


def _logged(session: Session, asked: Asked) -> list[Day]:
    people = session.execute(select(StaffMember.staff_id, StaffMember.username)).all()
    names: dict[str, str] = dict(people)
    days: dict[tuple[date, str, str], Tally] = {}

    def tally(on: date, device: str, opened_by: str) -> Tally:
        return days.setdefault((on, device, names.get(opened_by, opened_by)), Tally())

    for on, device, by, _, count in session.execute(
        _counted(PageCheck, PageCheck.checked_on, PageCheck.checked_on, asked)
    ):
        tally(on, device, by).pages += count
    for on, device, by, fault, count in session.execute(
        _counted(QualityFinding, QualityFinding.found_on, QualityFinding.fault, asked)
    ):
        tally(on, device, by).findings[fault] += count
    for on, device, by, outcome, count in session.execute(
        _counted(QualityJudgement, QualityJudgement.judged_on, QualityJudgement.outcome, asked)
    ):
        of_day = tally(on, device, by)
        of_day.judged += count
        of_day.failed += count if outcome == FAILED else 0
    return [
        Day(on, device, operator, found)
        for (on, device, operator), found in sorted(days.items(), key=lambda one: one[0])
        if asked.operator in ("", operator)
    ]


def _counted(
    table: type[PageCheck] | type[QualityFinding] | type[QualityJudgement],
    day: InstrumentedAttribute[date],
    kind: InstrumentedAttribute[Any],
    asked: Asked,
) -> Select[Any]:
    """Rows of a table by day, device, operator and kind."""
    counted = (
        select(day, Batch.device, Batch.opened_by, kind, func.count())
        .select_from(table)
        .join(Batch, Batch.batch_id == table.batch_id)
        .where(day >= asked.from_day, day <= asked.to_day)
        .group_by(day, Batch.device, Batch.opened_by, kind)
    )
    return counted.where(Batch.device == asked.device) if asked.device else counted
