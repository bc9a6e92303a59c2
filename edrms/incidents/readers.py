"""Who opened a record while it was on the wrong file, from the audit log: facts of a moment, to be frozen.

Everybody whose looks are journalled counts, programs too. Who saw it only in a list (of what a search found,
of what came for their people, or because they opened the file it was on) is told apart from who opened it.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import String, cast, select
from sqlalchemy.orm import Session

from edrms.access.policy import DOWNLOAD, OPEN_FILE, PRINT, VIEW
from edrms.audit.tables import AuditEvent
from edrms.records.filing import FILE

REPAIR = "record:misfile:repair"
LISTS = ("search:index:query", "record:arrival:list")
_COUNTED = {
    VIEW: "opened", "record:page:view": "pages", DOWNLOAD: "downloads", PRINT: "prints",
    "record:content:transfer": "transfers",
}  # fmt: skip
COUNTS = ("opened", "pages", "downloads", "prints", "transfers", "listed")


@dataclass(frozen=True, slots=True)
class Placed:
    """When the record was put on a file, and by whom."""

    at: datetime
    by: str


def placed_on(
    session: Session, record_id: str, client_ids: Collection[str], filed: Placed
) -> dict[str, Placed]:
    """Since when the record has been on each of these clients' files, without a break. filed: what is so
    where the log does not say."""
    events = session.execute(
        select(AuditEvent.action, AuditEvent.at, AuditEvent.actor_id, AuditEvent.detail)
        .where(
            AuditEvent.subject_id == record_id, AuditEvent.action.in_((FILE, REPAIR)),
            AuditEvent.outcome == "done",
        )
        .order_by(AuditEvent.number)
    ).all()  # fmt: skip
    found: dict[str, Placed] = {}
    for action, at, by, detail in events:
        on = set(detail.get("clients" if action == FILE else "to_clients", ()))
        found = {one: found.get(one, Placed(at, by)) for one in on}
    return {one: found.get(one, filed) for one in client_ids}


def readers_of(
    session: Session, record_id: str, client_ids: Collection[str], since: datetime
) -> list[dict[str, Any]]:
    """Everybody who opened the record, or saw it listed (on these clients' files, by a search or as newly
    come), since then.

    Plain values, those who opened it first: staff_id, the COUNTS, first_at and last_at (ISO, UTC).
    """
    found: dict[str, dict[str, Any]] = {}
    for staff_id, at, action in _looks(session, record_id, client_ids, since):
        one = found.setdefault(
            staff_id, {"staff_id": staff_id, **dict.fromkeys(COUNTS, 0), "first_at": at}
        )
        one[_COUNTED.get(action, "listed")] += 1
        one["last_at"] = at
    return sorted(
        map(_plain, found.values()), key=lambda one: (not has_opened(one), one["first_at"])
    )


def has_opened(reader: dict[str, Any]) -> bool:
    """Whether a reader saw what it says, not only that it is there."""
    return any(reader[name] for name in COUNTS if name != "listed")


def _looks(
    session: Session, record_id: str, client_ids: Collection[str], since: datetime
) -> list[tuple[str, datetime, str]]:
    """Who, when and how, in order; asked of each index of the log by itself."""
    opened = AuditEvent.subject_id == record_id, AuditEvent.action.in_(_COUNTED)
    on_file = AuditEvent.subject_id.in_(client_ids), AuditEvent.action == OPEN_FILE
    found = AuditEvent.action.in_(LISTS), cast(AuditEvent.detail, String).contains(record_id)
    rows = [
        row
        for asked in (opened, on_file, found)
        for row in session.execute(
            select(AuditEvent.number, AuditEvent.actor_id, AuditEvent.at, AuditEvent.action).where(
                *asked, AuditEvent.at >= since, AuditEvent.outcome == "done"
            )
        )
    ]
    return [(by, at, action) for _, by, at, action in sorted(rows)]


def _plain(reader: dict[str, Any]) -> dict[str, Any]:
    times = {name: reader[name].isoformat() for name in ("first_at", "last_at")}
    return {**reader, **times}


def reading_ids(readers: Collection[dict[str, Any]]) -> Iterator[str]:
    """Those who opened it."""
    return (one["staff_id"] for one in readers if has_opened(one))
