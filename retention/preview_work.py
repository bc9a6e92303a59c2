"""Working a preview out: asked for in one transaction with its job, done slice by slice by whoever claims
it, and what enacting wants of it. Who may look at it is previewing.py.

Each slice is read without a lock and written in a short transaction of its own, so that nobody waits. Two
that do the same slice at once do it once: the second finds that it is done.
"""

from datetime import timedelta

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from edrms.access.model import Actor
from edrms.clock import Clock, civil_date
from edrms.db import Database
from edrms.errors import Refused
from edrms.ids import new_id
from edrms.jobs.queue import Claim, enqueue, finish
from edrms.records.tables import Record
from edrms.uow import UnitOfWork, write
from retention.answers import answer_as_json
from retention.comparing import Change, Looked, next_slice
from retention.preview_tables import (
    FAILED,
    FINISHED,
    SUPERSEDED,
    WAITING,
    PreviewedChange,
    SchedulePreview,
)
from retention.schedule_store import get_version, read_schedule, row_in_force
from retention.tables import ScheduleVersion

PREVIEW = "retention:schedule:preview"
PREVIEW_SCHEDULE = "preview_schedule"  # the kind of job
SLICES_A_JOB = 20  # then other work has its turn
MOST_AGE = timedelta(days=7)
_REMOVED_AT_ONCE = 5_000


def ask_for_preview(work: UnitOfWork, version: int) -> str:
    """Have a version previewed against the one in force; the id of the preview. Journalled.

    One that waits or is under way for the same is not asked for again.
    """
    work.alone("schedule previews")
    against = row_in_force(work.session)
    number = against.version if against else None
    latest = latest_preview(work.session, version)
    if latest is not None and (latest.state, latest.against) == (WAITING, number):
        return latest.preview_id
    _supersede(work.session, version)
    row = SchedulePreview(
        preview_id=new_id(), version=version, against=number, state=WAITING,
        as_of=civil_date(work.now), asked_by=work.actor.staff_id, asked_at=work.now,
    )  # fmt: skip
    work.session.add(row)
    work.session.flush()
    enqueue(work, PREVIEW_SCHEDULE, row.preview_id)
    work.journal(PREVIEW, "schedule", str(version), preview=row.preview_id, against=number)
    return row.preview_id


def latest_preview(session: Session, version: int) -> SchedulePreview | None:
    """The preview of a version that was asked for last."""
    mine = SchedulePreview.version == version, SchedulePreview.state != SUPERSEDED
    return session.scalars(select(SchedulePreview).where(*mine)).one_or_none()


def _supersede(session: Session, version: int) -> None:
    session.execute(
        update(SchedulePreview)
        .where(SchedulePreview.version == version, SchedulePreview.state != SUPERSEDED)
        .values(state=SUPERSEDED)
    )


def must_be_previewed(work: UnitOfWork, row: ScheduleVersion) -> SchedulePreview:
    """The preview on which a version may be enacted. Refused (not_previewed), saying what is wrong."""
    found, now = latest_preview(work.session, row.version), row_in_force(work.session)
    if found is None or found.state != FINISHED or found.begun_at is None:
        raise _not_previewed(
            "Nobody could look yet at what it would change: its preview is not finished."
        )
    if found.against != (now.version if now else None):
        raise _not_previewed("Its preview is against another schedule than the one in force now.")
    if work.now - found.begun_at > MOST_AGE:
        raise _not_previewed(
            f"Its preview is older than {MOST_AGE.days} days; facts have changed since."
        )
    return found


def _not_previewed(words: str) -> Refused:
    return Refused(f"{words} Have it previewed first.", code="not_previewed")


class PreviewWork:
    """Does the job of a preview."""

    def __init__(self, database: Database, clock: Clock, actor: Actor) -> None:
        self._database = database
        self._clock = clock
        self._actor = actor

    def do(self, claim: Claim) -> None:
        """Some slices; what is left is a job again, behind whatever came meanwhile."""
        for _ in range(SLICES_A_JOB):
            if not self._slice(claim.subject_id):
                break
        with write(self._database, self._actor, self._clock) as work:
            row = work.session.get_one(SchedulePreview, claim.subject_id)
            if row.state == WAITING:
                enqueue(work, PREVIEW_SCHEDULE, row.preview_id)
            finish(work, claim)

    def give_up(self, claim: Claim) -> None:
        """It could not be done: the preview says so, and can be asked for again."""
        with write(self._database, self._actor, self._clock) as work:
            row = work.session.get_one(SchedulePreview, claim.subject_id, with_for_update=True)
            row.state = FAILED if row.state == WAITING else row.state
            finish(work, claim)

    def to_the_end(self, preview_id: str) -> None:
        """All of it at once, for who waits at a command line."""
        while self._slice(preview_id):
            pass

    def _slice(self, preview_id: str) -> bool:
        """One slice; whether there is more to do."""
        if self._removed_some():
            return True
        began_at = self._clock.now()
        with self._database.read() as session:
            row = session.get_one(SchedulePreview, preview_id)
            if row.state != WAITING:
                return False
            new = read_schedule(get_version(session, row.version))
            old = read_schedule(get_version(session, row.against)) if row.against else None
            found = next_slice(session, row.last_number, old, new, row.as_of)
            everything = session.scalar(select(func.count(Record.record_id))) or 0
        with write(self._database, self._actor, self._clock) as work:
            now = work.session.get_one(SchedulePreview, preview_id, with_for_update=True)
            if now.state != WAITING or now.last_number != row.last_number:
                return now.state == WAITING  # somebody else did this slice
            now.begun_at, now.to_look_at = now.begun_at or began_at, everything
            return _write_down(work, now, found)

    def _removed_some(self) -> bool:
        """Changes of previews that others took the place of go first, some at a time."""
        gone = select(SchedulePreview.preview_id).where(SchedulePreview.state == SUPERSEDED)
        some = (
            select(PreviewedChange.preview_id, PreviewedChange.number)
            .where(PreviewedChange.preview_id.in_(gone))
            .limit(_REMOVED_AT_ONCE)
        )
        with self._database.read() as session:
            rows = session.execute(some).all()
        if not rows:
            return False
        with write(self._database, self._actor, self._clock) as work:
            for preview_id in {row.preview_id for row in rows}:
                last = max(row.number for row in rows if row.preview_id == preview_id)
                work.session.execute(
                    delete(PreviewedChange).where(
                        PreviewedChange.preview_id == preview_id, PreviewedChange.number <= last
                    )
                )
        return True


def _write_down(work: UnitOfWork, row: SchedulePreview, found: Looked | None) -> bool:
    if found is None:
        row.state, row.finished_at = FINISHED, work.now
        return False
    row.last_number, row.looked_at = found.last_number, row.looked_at + found.looked_at
    rows = [_as_row(row.preview_id, number, change) for number, change in found.changes]
    if rows:
        work.session.execute(insert(PreviewedChange), rows)
    return True


def _as_row(preview_id: str, number: int, change: Change) -> dict[str, object]:
    return {
        "preview_id": preview_id, "number": number, "record_id": change.record_id,
        "class_id": change.class_id, "effect": change.effect.value,
        "becomes_due": change.becomes_due,
        "before": answer_as_json(change.before) if change.before else None,
        "after": answer_as_json(change.after),
    }  # fmt: skip
