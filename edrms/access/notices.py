"""Notices to staff: what was done to files they answer for, and what they opened that was on a wrong file,
until they have seen it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from edrms.access.model import Actor
from edrms.access.subjects import Subject, SubjectKind
from edrms.access.tables import Notice
from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import no_such
from edrms.uow import write


@dataclass(frozen=True, slots=True)
class Told:
    """Something the staff member is told. kind: "glass" (broken), or "misfile" (what they opened on this
    person's file was not about the person). about: who did it."""

    notice_id: str
    kind: str
    subject: Subject
    about_staff_id: str
    at: datetime


class Notices:
    """What a staff member is told and has not put away yet."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def unseen(self, actor: Actor, limit: int = 50) -> list[Told]:
        """The actor's own, latest first."""
        statement = (
            select(Notice)
            .where(Notice.staff_id == actor.staff_id, Notice.seen_at.is_(None))
            .order_by(Notice.at.desc(), Notice.notice_id)
            .limit(limit)
        )
        with self._database.read() as session:
            return [
                Told(
                    row.notice_id, row.kind,
                    Subject(SubjectKind(row.subject_kind), row.subject_id),
                    row.about_staff_id, row.at,
                )
                for row in session.scalars(statement)
            ]  # fmt: skip

    def see(self, actor: Actor, notice_id: str) -> None:
        """The actor has seen it. NotFound for somebody else's."""
        with write(self._database, actor, self._clock) as work:
            row = work.session.get(Notice, notice_id)
            if row is None or row.staff_id != actor.staff_id:
                raise no_such("notice")
            if row.seen_at is None:
                row.seen_at = work.now
                work.journal("access:notice:see", "notice", notice_id)
