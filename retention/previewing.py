"""What a proposed schedule would change, for people at the desk: of the records they may see."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select

from edrms.access.model import Actor
from edrms.access.policy import require
from edrms.access.sql import visible_records
from edrms.clock import Clock, civil_date
from edrms.db import Database
from edrms.records.reading import visible_among
from edrms.records.tables import Record
from edrms.uow import write
from retention.comparing import Change, Preview, changes
from retention.desk_filter import known_people
from retention.model import Schedule
from retention.reading import VIEW_ANSWER, told
from retention.schedule_store import get_version, in_force, read_schedule, row_in_force
from retention.schedules import PREVIEW

FIRST = 20


@dataclass(frozen=True, slots=True)
class SeenChange:
    """A record whose answer would be another, and both in a sentence. before: "" without a schedule."""

    reference: str
    title: str
    change: Change
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class SeenPreview:
    """The sums over the records the actor may see. due_by_class: how many would be due at once."""

    sums: Preview
    due_by_class: dict[str, int]
    first: tuple[SeenChange, ...]


class Previews:
    """Looks ahead at schedules; nothing is changed."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def of(self, actor: Actor, version: int, most: int = FIRST) -> SeenPreview:
        """How many answers would be others, by class, and the first of them. Journalled.

        Raises NotFound for a version there is none of. Asks the rules twice for every record.
        """
        require(actor, PREVIEW)
        sums, due, first = self._begin(actor, version), dict[str, int](), list[SeenChange]()
        for seen in self._slices(actor, version):
            for one in seen:
                sums.count(one.change)
                if one.change.becomes_due:
                    due[one.change.class_id] = due.get(one.change.class_id, 0) + 1
            first += seen[: most - len(first)]
        self._journal(actor, sums)
        return SeenPreview(sums, due, tuple(first))

    def every(self, actor: Actor, version: int) -> Iterator[SeenChange]:
        """Every change the actor may see, as it is come upon. Journalled at the end."""
        require(actor, PREVIEW)
        sums = self._begin(actor, version)
        for seen in self._slices(actor, version):
            for one in seen:
                sums.count(one.change)
                yield one
        self._journal(actor, sums)

    def _slices(self, actor: Actor, version: int) -> Iterator[list[SeenChange]]:
        with self._database.read() as session:
            old, new = in_force(session), read_schedule(get_version(session, version))
        today = civil_date(self._clock.now())
        for _looked_at, changed in changes(self._database, old, new, today):
            yield self._seen(actor, changed, old, new)

    def _seen(
        self, actor: Actor, changed: Sequence[Change], old: Schedule | None, new: Schedule
    ) -> list[SeenChange]:
        ids, now = [one.record_id for one in changed], self._clock.now()
        with self._database.read() as session:
            records = visible_among(session, actor, VIEW_ANSWER, ids, now)
            people = known_people(session, actor, list(records), now)
        return [
            SeenChange(
                records[one.record_id].reference, records[one.record_id].title, one,
                told(one.before, old, people) if one.before and old else "",
                told(one.after, new, people),
            )
            for one in changed
            if one.record_id in records
        ]  # fmt: skip

    def _begin(self, actor: Actor, version: int) -> Preview:
        visible = visible_records(actor, VIEW_ANSWER, self._clock.now())
        with self._database.read() as session:
            get_version(session, version)
            against = row_in_force(session)
            records = session.scalar(select(func.count(Record.record_id)).where(visible)) or 0
        return Preview(version, against.version if against else None, records=records)

    def _journal(self, actor: Actor, sums: Preview) -> None:
        with write(self._database, actor, self._clock) as work:
            work.journal(PREVIEW, "schedule", str(sums.version), records=sums.records,
                         changed=sums.changed, against=sums.against)  # fmt: skip
