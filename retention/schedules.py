"""Schedules over time: proposed by one person, previewed, and taken into force by another.

A version is never changed. Whatever was decided under it can be read back with its rules.
"""

import re
from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from edrms.access.guards import said
from edrms.access.model import Actor
from edrms.access.policy import require
from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import Conflict, Invalid, Refused
from edrms.records.tables import CaseFile
from edrms.staff.persons import is_somebody_else
from edrms.uow import UnitOfWork, write
from retention.evaluation import alone_with_answers
from retention.model import Drawn, Schedule
from retention.preview_work import ask_for_preview, must_be_previewed
from retention.profiles import PROFILES, profile_text, shipped_drawn
from retention.schedule import parse, parse_drawn, render
from retention.schedule_store import (
    drawn_as_json,
    get_version,
    known_classes,
    read_schedule,
    row_in_force,
)
from retention.tables import ScheduleVersion

VIEW_SCHEDULE = "retention:schedule:view"
PROPOSE = "retention:schedule:propose"
ENACT = "retention:schedule:enact"
_LONGEST_NOTE = 2000
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_NAMED = "Lower-case letters, digits and hyphens, at most 64, such as cornwall-2026."


class Schedules:
    """Proposes and enacts schedules; previews are previewing.py."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def versions(self, actor: Actor) -> Sequence[ScheduleVersion]:
        """Every version there ever was, newest first."""
        require(actor, VIEW_SCHEDULE)
        newest_first = select(ScheduleVersion).order_by(ScheduleVersion.version.desc())
        with self._database.read() as session:
            return session.scalars(newest_first).all()

    def number_in_force(self, actor: Actor) -> int | None:
        """The number of the version that records are kept by; None before the first."""
        require(actor, VIEW_SCHEDULE)
        with self._database.read() as session:
            row = row_in_force(session)
            return row.version if row else None

    def version(self, actor: Actor, version: int) -> tuple[ScheduleVersion, Schedule]:
        """One version, and its rules. Raises NotFound if there is none."""
        require(actor, VIEW_SCHEDULE)
        with self._database.read() as session:
            row = get_version(session, version)
            return row, read_schedule(row)

    def propose(
        self, actor: Actor, text: str, profile: str, note: str = "", drawn: str = ""
    ) -> int:  # fmt: skip
        """Import a schedule as a proposed version; returns its number.

        profile: what the council calls it. drawn: the table of which classes statuses draw, as CSV; the
        shipped one if empty. Raises Invalid with every line that is wrong, or with the classes left out
        that files still use; then nothing is changed.
        """
        require(actor, PROPOSE)
        if not _NAME.fullmatch(profile):
            raise Invalid("Give the schedule a name.", fields={"profile": _NAMED})
        classes = known_classes()
        given = parse_drawn(drawn, known_classes=classes) if drawn else shipped_drawn(classes)
        with write(self._database, actor, self._clock) as work:
            version = propose(work, text, profile, given, note).version
            ask_for_preview(work, version)
            return version

    def take_effect(self, actor: Actor, version: int, reason: str) -> None:
        """From now on records are kept by this version; upkeep answers again for every one of them.

        Refused for who proposed it, by whatever account is known to be theirs, for one that is older
        than the one in force, and without a preview of it that is finished, lately begun and against
        what is in force now (not_previewed).
        """
        require(actor, ENACT)
        with write(self._database, actor, self._clock) as work:
            alone_with_answers(work)
            row = get_version(work.session, version)
            if is_somebody_else(work.session, actor.staff_id, [row.proposed_by]) is False:
                raise Refused(
                    "A schedule is taken into force by somebody else than who proposed it.",
                    code="own_proposal",
                )
            because = said(reason)
            _must_be_next(work.session, row)
            enact(work, row, because, must_be_previewed(work, row).preview_id)


def propose(
    work: UnitOfWork, text: str, profile: str, drawn: tuple[Drawn, ...], note: str
) -> ScheduleVersion:
    """The same in the caller's transaction, who has asked the policy."""
    work.alone("schedule versions")
    version = (work.session.scalar(select(func.max(ScheduleVersion.version))) or 0) + 1
    schedule = parse(
        text, version=version, profile=profile, known_classes=known_classes(), drawn=drawn
    )
    _must_have_what_files_use(work.session, schedule)
    row = ScheduleVersion(
        version=version, profile=profile, text=render(schedule), drawn=drawn_as_json(drawn),
        note=" ".join(note.split())[:_LONGEST_NOTE], proposed_by=work.actor.staff_id,
        proposed_at=work.now,
    )  # fmt: skip
    work.session.add(row)
    work.session.flush()
    work.journal(PROPOSE, "schedule", str(version), profile=profile, rules=len(schedule.rules))
    return row


def enact(work: UnitOfWork, row: ScheduleVersion, reason: str, preview_id: str = "") -> None:
    """Take a proposed version into force in the caller's transaction, who has asked the policy.

    preview_id: of what was looked at before.
    """
    before = _must_be_next(work.session, row)
    _must_have_what_files_use(work.session, read_schedule(row))
    if before is not None:
        before.replaced_at = work.now
    row.in_force_from, row.enacted_by = work.now, work.actor.staff_id
    row.enacted_because = reason
    work.session.flush()
    work.journal(ENACT, "schedule", str(row.version), personal=reason,
                 replaces=before.version if before else None, preview=preview_id)  # fmt: skip


def _must_be_next(session: Session, row: ScheduleVersion) -> ScheduleVersion | None:
    """The version that this one would take the place of."""
    if row.in_force_from is not None:
        raise Conflict("This schedule was taken into force already.", code="in_force")
    before = row_in_force(session)
    if before is not None and before.version > row.version:
        raise Refused(
            f"Version {before.version} is in force, which is newer: propose this one again.",
            code="older",
        )
    return before


def install(work: UnitOfWork, profile: str) -> int:
    """The first schedule of an instance: a shipped profile, in force at once. Returns its version.

    For who runs the machine, before anybody could propose or enact. Refused once one is in force.
    """
    alone_with_answers(work)
    if row_in_force(work.session) is not None:
        raise Refused(
            "A schedule is in force already: import another and have it enacted.", code="in_force"
        )
    if profile not in PROFILES:
        raise Invalid(f"There is no profile {profile}: choose one of {', '.join(PROFILES)}.")
    drawn = shipped_drawn(known_classes())
    row = propose(work, profile_text(profile), profile, drawn, f"shipped profile {profile}")
    enact(work, row, f"first schedule of this installation: {profile}")
    return row.version


def _must_have_what_files_use(session: Session, schedule: Schedule) -> None:
    used = set(session.scalars(select(CaseFile.record_class).distinct()))
    if left_out := sorted(used - set(schedule.rules)):
        raise Invalid(
            f"Files still use {', '.join(left_out)}: a schedule without them is not taken in.",
            fields=dict.fromkeys(left_out, "Files of this class need a rule."),
        )
