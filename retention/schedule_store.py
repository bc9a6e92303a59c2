"""Schedules as rows, read into values: which one is in force, and any version there ever was."""

import csv
import io
import json
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from edrms.errors import Refused, no_such
from edrms.fileplan import load_record_classes
from retention.model import Drawn, Schedule, Status
from retention.schedule import parse
from retention.tables import ScheduleVersion

_KEPT_READ = 16  # schedules of a few dozen rows each


def in_force(session: Session) -> Schedule | None:
    """The schedule in force; None before the first was taken into force."""
    row = row_in_force(session)
    return read_schedule(row) if row else None


def must_be_in_force(session: Session) -> Schedule:
    """The same; Refused where there is none, saying what to do."""
    found = in_force(session)
    if found is None:
        raise Refused(
            "No retention schedule is in force, so nothing has a date: run `edrms retention init`.",
            code="no_schedule",
        )
    return found


def row_in_force(session: Session) -> ScheduleVersion | None:
    """The row of the schedule in force."""
    return session.scalar(
        select(ScheduleVersion).where(
            ScheduleVersion.in_force_from.is_not(None), ScheduleVersion.replaced_at.is_(None)
        )
    )


def get_version(session: Session, version: int) -> ScheduleVersion:
    """The row of a version. Raises NotFound if there is none."""
    row = session.get(ScheduleVersion, version) if 0 < version < 1 << 31 else None
    if row is None:
        raise no_such("schedule")
    return row


def read_schedule(row: ScheduleVersion) -> Schedule:
    """The rules of a stored version; its text was read once already, when it was proposed."""
    return _read(row.version, row.profile, row.text, json.dumps(row.drawn))


@lru_cache(maxsize=_KEPT_READ)
def _read(version: int, profile: str, text: str, drawn: str) -> Schedule:
    """By the classes of its own time: the file plan may have others since."""
    classes = frozenset(row["id"] for row in csv.DictReader(io.StringIO(text, newline="")))
    return parse(
        text, version=version, profile=profile, known_classes=classes,
        drawn=drawn_from_json(json.loads(drawn)),
    )  # fmt: skip


def known_classes() -> frozenset[str]:
    """Ids of every record class of the file plan."""
    return frozenset(one.id for one in load_record_classes())


def drawn_as_json(drawn: tuple[Drawn, ...]) -> list[dict[str, object]]:
    """Which class a status draws onto files of which classes, as stored."""
    return [
        {"status": str(one.status), "class": one.class_id, "from": sorted(one.from_classes)}
        for one in drawn
    ]


def drawn_from_json(stored: list[dict[str, object]]) -> tuple[Drawn, ...]:
    """The same, read back."""
    return tuple(
        Drawn(Status(str(one["status"])), str(one["class"]), frozenset(_words(one["from"])))
        for one in stored
    )


def _words(value: object) -> list[str]:
    if not isinstance(value, list):
        raise ValueError(f"expected a list of classes, not {value!r}")
    return [str(one) for one in value]
