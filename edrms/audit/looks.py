"""Reports of who looked at whom, by staff member and by client, and the patterns in them.

Each report is journalled like any look into the log. What is shown is what the log has; the names
beside it only as far as the asker may know them (edrms/audit/naming.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from edrms.access.model import Actor
from edrms.access.policy import require
from edrms.access.tables import Allocation, DutyTurn
from edrms.audit import rules
from edrms.audit.explorer import EXPORT, VIEW_EVENTS
from edrms.audit.finding import Condition, find
from edrms.audit.model import Alert, Alerts, Asked, Look, Looks, Named, Seen
from edrms.audit.naming import clients_by_record, named_of, staff_names
from edrms.audit.tables import AuditEvent
from edrms.clients.tables import ClientRow
from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import Invalid
from edrms.uow import write

MOST_DAYS = 92
MOST_READ = 200_000  # looks; a report of more says that it is cut
MOST_ALERTS = 500


@dataclass(frozen=True, slots=True)
class Days:
    """The civil days a report is of, both included. Raises Invalid for none, or more than MOST_DAYS."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if not 0 <= (self.last - self.first).days < MOST_DAYS:
            raise Invalid(
                f"Choose at most {MOST_DAYS} days, the first before the last.",
                fields={"from": "days"},
            )


class AuditReports:
    """Makes the reports for those who may look into the log."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def by_staff(self, actor: Actor, staff: str, days: Days, *, as_file: bool = False) -> Looks:
        """Whom a staff member looked at, day by day. staff: as typed; it must name one person."""
        return self._report(actor, "by_staff", Asked(staff=staff), days, as_file=as_file)

    def by_client(self, actor: Actor, client: str, days: Days, *, as_file: bool = False) -> Looks:
        """Who looked at a client's file or any record on it, and when. client: as typed."""
        return self._report(actor, "by_client", Asked(client=client), days, as_file=as_file)

    def _report(
        self, actor: Actor, report: str, asked: Asked, days: Days, *, as_file: bool
    ) -> Looks:
        require(actor, EXPORT if as_file else VIEW_EVENTS)
        at = self._clock.now()
        with self._database.read() as session:
            found = find(session, actor, _of_looks(asked, days), at)
            faults = dict(found.faults)
            if len(found.staff) > 1:
                faults["staff"] = "many"
            seen, is_cut = ([], False) if faults else _seen(session, found.conditions)
            looks = tuple(rules.looks_of(seen))
            about = "" if faults else found.client_id or next(iter(found.staff), "")
            named = _named(session, actor, looks, {about} | set(found.staff), at)
        self._journal(actor, report, about, asked, days, len(looks), as_file=as_file)
        return Looks(about, looks, named, is_cut, faults)

    def _journal(
        self, actor: Actor, report: str, about: str, asked: Asked, days: Days, shown: int, *,
        as_file: bool,
    ) -> None:  # fmt: skip
        kind, typed = ("staff", asked.staff) if report == "by_staff" else ("client", asked.client)
        detail: dict[str, Any] = {
            "personal": typed, "report": report, "shown": shown,
            "from": days.first.isoformat(), "to": days.last.isoformat(),
        }  # fmt: skip
        with write(self._database, actor, self._clock) as work:
            if as_file:
                work.journal(EXPORT, kind, about, **detail)
            else:
                work.journal(VIEW_EVENTS, kind, about, **detail)

    def alerts(self, actor: Actor, days: Days) -> Alerts:
        """The patterns of these days, latest first; journalled."""
        require(actor, VIEW_EVENTS)
        at = self._clock.now()
        with self._database.read() as session:
            found = find(session, actor, _of_looks(Asked(), days), at)
            seen, is_cut = _seen(session, found.conditions)
            every = _alerts(session, seen)
            alerts = tuple(sorted(every, key=lambda one: one.last_at, reverse=True)[:MOST_ALERTS])
            named = _named(session, actor, alerts, set(), at)
        with write(self._database, actor, self._clock) as work:
            work.journal(VIEW_EVENTS, "audit", "", report="alerts", shown=len(alerts))
        return Alerts(alerts, named, is_cut or len(every) > MOST_ALERTS)


def _of_looks(asked: Asked, days: Days) -> Asked:
    return Asked(
        staff=asked.staff, client=asked.client, actions=rules.LOOKS, outcome="done",
        from_day=days.first, to_day=days.last,
    )  # fmt: skip


def last_days(today: date, count: int) -> Days:
    """The days up to today."""
    return Days(today - timedelta(days=count - 1), today)


def _seen(session: Session, conditions: tuple[Condition, ...]) -> tuple[list[Seen], bool]:
    """The looks, latest first, and whether there were more than are read."""
    statement = (
        select(
            AuditEvent.at, AuditEvent.actor_id, AuditEvent.action, AuditEvent.subject_kind,
            AuditEvent.subject_id,
        )
        .where(*conditions)
        .order_by(AuditEvent.at.desc(), AuditEvent.number.desc())
        .limit(MOST_READ + 1)
    )  # fmt: skip
    rows = session.execute(statement).all()
    return [Seen(*row) for row in rows[:MOST_READ]], len(rows) > MOST_READ


def _named(
    session: Session, actor: Actor, rows: Sequence[Look | Alert], others: set[str], at: datetime
) -> Named:
    of_kind = {
        kind: {row.subject_id for row in rows if row.subject_kind == kind}
        for kind in ("client", "record")
    }
    staff = {row.staff_id for row in rows} | others
    return named_of(session, actor, staff, of_kind["client"] | others, of_kind["record"], at)


def _alerts(session: Session, seen: list[Seen]) -> list[Alert]:
    records = {one.subject_id for one in seen if one.subject_kind == "record"}
    clients_of = clients_by_record(session, records, with_sealed=True)
    names = staff_names(session, {one.staff_id for one in seen})
    by_staff = [one for one in seen if one.staff_id in names]
    return [
        *rules.of_same_surname(by_staff, names, clients_of, _surnames(session)),
        *rules.of_nobodys(by_staff, clients_of, _allocations(session)),
        *rules.out_of_hours(by_staff, _duties(session)),
    ]


def _surnames(session: Session) -> dict[str, str]:
    found: dict[str, str] = {}
    for client_id, surname in session.execute(select(ClientRow.client_id, ClientRow.surname)):
        found[client_id] = surname
    return found


def _allocations(session: Session) -> Mapping[str, list[rules.Span]]:
    found: dict[str, list[rules.Span]] = {}
    rows = select(Allocation.client_id, Allocation.from_at, Allocation.until_at)
    for client_id, begin, end in session.execute(rows):
        found.setdefault(client_id, []).append((begin, end))
    return found


def _duties(session: Session) -> Mapping[str, list[rules.Span]]:
    found: dict[str, list[rules.Span]] = {}
    rows = select(DutyTurn.staff_id, DutyTurn.from_at, DutyTurn.until_at)
    for staff_id, begin, end in session.execute(rows):
        found.setdefault(staff_id, []).append((begin, end))
    return found
