"""What a proposed schedule would change, for people at the desk: of the records they may see, from the
preview that was worked out (preview_work.py). Nothing is counted that the asker may not see."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from edrms.access.model import Actor
from edrms.access.policy import require
from edrms.access.sql import visible_records
from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import Refused
from edrms.records.tables import Record
from edrms.uow import write
from retention.answers import answer_from_json
from retention.comparing import Change, Effect
from retention.desk_filter import known_people
from retention.model import Schedule
from retention.preview_tables import FAILED, FINISHED, PreviewedChange, SchedulePreview
from retention.preview_work import PREVIEW, ask_for_preview, latest_preview
from retention.reading import VIEW_ANSWER, told
from retention.schedule_store import get_version, read_schedule, row_in_force

PAGE_SIZE = 50
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class SeenChange:
    """A record whose answer would be another, and both in a sentence. before: "" without a schedule."""

    reference: str
    title: str
    change: Change
    before: str
    after: str


@dataclass(slots=True)
class Sums:
    """How many records would change, of those the actor may see: by class and effect, and newly due."""

    records: int = 0
    changed: int = 0
    become_due: int = 0
    by_class: dict[str, dict[Effect, int]] = field(default_factory=dict)
    due_by_class: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SeenPreview:
    """The preview of a version that was asked for last. state: "" where none was. percent: looked at.
    is_current: against what is in force now. sums, page: once it is finished."""

    version: int
    state: str
    percent: int = 0
    against: int | None = None
    is_current: bool = False
    begun_at: datetime | None = None
    finished_at: datetime | None = None
    sums: Sums = field(default_factory=Sums)
    page: tuple[SeenChange, ...] = ()

    @property
    def is_finished(self) -> bool:
        """There is something to look at."""
        return self.state == FINISHED

    @property
    def is_under_way(self) -> bool:
        """It will be finished without anybody doing anything."""
        return self.state not in ("", FINISHED, FAILED)


class Previews:
    """Has schedules previewed, and shows what was found; nothing is changed."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def ask(self, actor: Actor, version: int) -> str:
        """Have a version previewed against the one in force, by the facts of now; the preview's id.

        Raises NotFound for a version there is none of.
        """
        require(actor, PREVIEW)
        with write(self._database, actor, self._clock) as work:
            get_version(work.session, version)
            return ask_for_preview(work, version)

    def of(self, actor: Actor, version: int, page: int = 1, most: int = PAGE_SIZE) -> SeenPreview:
        """How far the preview is; once it is finished how many answers would be others, by class, and a
        page of them (from 1). Journalled. Raises NotFound for a version there is none of."""
        require(actor, PREVIEW)
        with write(self._database, actor, self._clock) as work:
            session, now = work.session, work.now
            get_version(session, version)
            row = latest_preview(session, version)
            preview = row.preview_id if row else ""
            work.journal(PREVIEW, "schedule", str(version), preview=preview, page=page)
            if row is None:
                return SeenPreview(version, "")
            shown, sums = tuple[SeenChange, ...](), Sums()
            if row.state == FINISHED:
                sums = _sums(session, actor, row, now)
                wanted = _changes(actor, row, now).limit(most).offset(most * (max(1, page) - 1))
                shown = tuple(_seen(session, actor, row, session.execute(wanted).all(), now))
            in_force = row_in_force(session)
            return SeenPreview(
                version, row.state, _percent(row), row.against,
                row.against == (in_force.version if in_force else None), row.begun_at,
                row.finished_at, sums, shown,
            )  # fmt: skip

    def every(self, actor: Actor, version: int) -> Iterator[SeenChange]:
        """Every change that was found and the actor may see, read slice by slice as they are taken;
        journalled. Raises Refused (not_finished) where the preview is not finished."""
        require(actor, PREVIEW)
        with write(self._database, actor, self._clock) as work:
            get_version(work.session, version)
            row = latest_preview(work.session, version)
            if row is None or row.state != FINISHED:
                raise Refused("The preview is not finished. Try again later.", code="not_finished")
            work.journal(PREVIEW, "schedule", str(version), preview=row.preview_id, page=0)
        return self._every(actor, row)

    def _every(self, actor: Actor, row: SchedulePreview) -> Iterator[SeenChange]:
        last = 0
        while True:
            now = self._clock.now()
            with self._database.read() as session:
                wanted = _changes(actor, row, now).where(PreviewedChange.number > last)
                rows = session.execute(wanted.limit(_AT_ONCE)).all()
                found = _seen(session, actor, row, rows, now)
            if not rows:
                return
            last = rows[-1][0].number
            yield from found


def _percent(row: SchedulePreview) -> int:
    if row.state == FINISHED:
        return 100
    return min(99, 100 * row.looked_at // row.to_look_at) if row.to_look_at else 0


def _sums(session: Session, actor: Actor, row: SchedulePreview, at: datetime) -> Sums:
    visible = visible_records(actor, VIEW_ANSWER, at)
    found = Sums(session.scalar(select(func.count(Record.record_id)).where(visible)) or 0)
    what = PreviewedChange.class_id, PreviewedChange.effect, PreviewedChange.becomes_due
    counts = session.execute(
        select(*what, func.count())
        .join(Record, Record.record_id == PreviewedChange.record_id)
        .where(PreviewedChange.preview_id == row.preview_id, visible)
        .group_by(*what)
    )
    for class_id, effect, becomes_due, count in counts:
        found.changed += count
        of_class = found.by_class.setdefault(class_id, {})
        of_class[Effect(effect)] = of_class.get(Effect(effect), 0) + count
        if becomes_due:
            found.become_due += count
            found.due_by_class[class_id] = found.due_by_class.get(class_id, 0) + count
    return found


def _changes(
    actor: Actor, row: SchedulePreview, at: datetime
) -> Select[PreviewedChange, Record]:  # fmt: skip
    return (
        select(PreviewedChange, Record)
        .join(Record, Record.record_id == PreviewedChange.record_id)
        .where(
            PreviewedChange.preview_id == row.preview_id, visible_records(actor, VIEW_ANSWER, at)
        )
        .order_by(PreviewedChange.number)
    )  # fmt: skip


def _seen(
    session: Session, actor: Actor, row: SchedulePreview,
    found: Sequence[tuple[PreviewedChange, Record]], at: datetime,
) -> list[SeenChange]:  # fmt: skip
    old = read_schedule(get_version(session, row.against)) if row.against else None
    new = read_schedule(get_version(session, row.version))
    people = known_people(session, actor, [record.record_id for _, record in found], at)
    return [_one(row, change, record, (old, new), people) for change, record in found]


def _one(
    row: SchedulePreview, found: PreviewedChange, record: Record,
    schedules: tuple[Schedule | None, Schedule], people: frozenset[str],
) -> SeenChange:  # fmt: skip
    old, new = schedules
    before = answer_from_json(found.before, row.as_of) if found.before else None
    after = answer_from_json(found.after, row.as_of)
    change = Change(record.record_id, found.class_id, Effect(found.effect), before, after)
    return SeenChange(
        record.reference, record.title, change,
        told(before, old, people) if before and old else "", told(after, new, people),
    )  # fmt: skip
