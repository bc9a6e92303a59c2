"""Looking into the audit log: pages of events, a timeline, one event, an export. Each look is an event.

The log is read first and the look journalled after, before anything is handed out: a long question never
holds up those who write, and if the look cannot be journalled nothing is shown. Order is by time and
then by number, newest first. Who looked at whom: edrms/audit/looks.py.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hmac import compare_digest
from itertools import pairwise
from typing import Any

from sqlalchemy import Select, func, literal, select, tuple_
from sqlalchemy.orm import Session

from edrms.access.model import Actor
from edrms.access.policy import require
from edrms.audit.finding import Condition, Found, blocked_for, find, is_secret
from edrms.audit.model import Asked, Bar, Detail, Entry, Page, Timeline
from edrms.audit.naming import entries_of
from edrms.audit.seal_view import Sealing, SealState
from edrms.audit.stretches import stretches
from edrms.audit.tables import AuditDetail, AuditEvent
from edrms.clock import Clock, civil_date
from edrms.db import Database, UtcDateTime
from edrms.errors import Invalid, no_such
from edrms.uow import digest_of, write

VIEW_EVENTS = "audit:event:view"
EXPORT = "audit:event:export"
VIEW_DETAIL = "audit:detail:view"
PAGE_SIZE = 50
MOST_EXPORTED = 100_000
_AT_ONCE = 1_000
_LARGEST_NUMBER = 2**63 - 1


@dataclass(frozen=True, slots=True)
class OpenEvent:
    """One event, and its place in the sealed log, from 0 (None while it has none)."""

    entry: Entry
    place: int | None
    seal: SealState


class AuditExplorer:
    """Reads the log for those who may."""

    def __init__(self, database: Database, clock: Clock, sealing: Sealing) -> None:
        self._database = database
        self._clock = clock
        self._sealing = sealing

    def seal_state(self) -> SealState:
        """How the sealing of the log stands now."""
        return self._sealing.state()

    def events(
        self, actor: Actor, asked: Asked, before: int | None = None, size: int = PAGE_SIZE
    ) -> Page:
        """A page of events, newest first; journalled.

        before: number of the last event of the page before. Raises NotFound if there is none of it.
        """
        require(actor, VIEW_EVENTS)
        at = self._clock.now()
        with self._database.read() as session:
            found = find(session, actor, asked, at)
            rows: list[AuditEvent] = []
            if not found.faults:
                statement = _newest(found.conditions)
                if before is not None:
                    statement = statement.where(_after(session, before))
                rows = list(session.scalars(statement.limit(size + 1)))
            entries = entries_of(session, actor, rows[:size], at)
        self._journal(actor, asked, found, shown=len(entries))
        older = rows[size - 1].number if len(rows) > size else None
        return Page(entries, older, found.staff, found.faults)

    def timeline(self, actor: Actor, asked: Asked) -> Timeline:
        """How many events each hour, day or month has; journalled."""
        require(actor, VIEW_EVENTS)
        each, edges = stretches(asked.from_day, asked.to_day, civil_date(self._clock.now()))
        with self._database.read() as session:
            found = find(session, actor, asked, self._clock.now())
            bars = () if found.faults else _counted(session, found.conditions, edges)
        self._journal(actor, asked, found, report="timeline")
        return Timeline(each, bars, found.staff, found.faults)

    def event(self, actor: Actor, event_id: str) -> OpenEvent:
        """One event; journalled. Raises NotFound."""
        require(actor, VIEW_EVENTS)
        at = self._clock.now()
        with self._database.read() as session:
            row = _one(session, actor, event_id, at)
            [entry] = entries_of(session, actor, [row], at)
        with write(self._database, actor, self._clock) as work:
            work.journal(VIEW_EVENTS, "event", event_id)
        return self._opened(entry)

    def detail(self, actor: Actor, event_id: str) -> tuple[OpenEvent, Detail]:
        """One event with its personal detail, checked against the event; journalled. Raises NotFound."""
        require(actor, VIEW_DETAIL)
        with write(self._database, actor, self._clock) as work:
            row = _one(work.session, actor, event_id, work.now)
            [entry] = entries_of(work.session, actor, [row], work.now)
            found = _detail(row, work.session.get(AuditDetail, event_id))
            work.journal(VIEW_DETAIL, "event", event_id, state=found.state)
        return self._opened(entry), found

    def _opened(self, entry: Entry) -> OpenEvent:
        return OpenEvent(entry, self._sealing.place_of(entry.event_id), self._sealing.state())

    def export(self, actor: Actor, asked: Asked, form: str) -> Iterator[Entry]:
        """Every event asked for, newest first, as of now; journalled before the first is given.

        form: what they will be written as. Raises Invalid for what names nothing and, so that no export
        is ever cut short unseen, for more than MOST_EXPORTED.
        """
        require(actor, EXPORT)
        with self._database.read() as session:
            found = find(session, actor, asked, self._clock.now())
            newest = session.scalar(select(func.max(AuditEvent.number))) or 0
            conditions = (*found.conditions, AuditEvent.number <= newest)
            count = 0 if found.faults else _count(session, conditions, MOST_EXPORTED + 1)
        wrong = dict(found.faults) or ({"size": "many"} if count > MOST_EXPORTED else {})
        outcome = "refused" if wrong else "done"
        self._journal(actor, asked, found, as_export=True, outcome=outcome, form=form, shown=count)
        if wrong:
            raise Invalid(
                f"Nothing was exported. Narrow what you ask for: at most {MOST_EXPORTED:,} events.",
                fields=wrong,
            )
        return self._exported(actor, conditions)

    def _exported(self, actor: Actor, conditions: tuple[Condition, ...]) -> Iterator[Entry]:
        """In pieces of their own, so that no transaction stays open for as long as somebody reads."""
        before: int | None = None
        while True:
            with self._database.read() as session:
                statement = _newest(conditions).limit(_AT_ONCE)
                if before is not None:
                    statement = statement.where(_after(session, before))
                rows = list(session.scalars(statement))
                entries = entries_of(session, actor, rows, self._clock.now())
            yield from entries
            if len(rows) < _AT_ONCE:
                return
            before = rows[-1].number

    def _journal(
        self, actor: Actor, asked: Asked, found: Found, *, as_export: bool = False, **detail: Any
    ) -> None:
        """What was looked for: ids in the event, words typed about people kept apart."""
        typed = [one for one in (asked.staff, asked.client) if one]
        ids = {"staff": sorted(found.staff), "client": found.client_id, "record": found.record_id}
        narrowed = {
            "actions": sorted(asked.actions), "outcome": asked.outcome, "source": asked.source,
            "request": asked.request_id,
            "from": asked.from_day.isoformat() if asked.from_day else "",
            "to": asked.to_day.isoformat() if asked.to_day else "",
        }  # fmt: skip
        said = {name: value for name, value in {**ids, **narrowed}.items() if value}
        detail |= {"personal": " | ".join(typed), "asked": said}
        with write(self._database, actor, self._clock) as work:
            if as_export:
                work.journal(EXPORT, "audit", "", **detail)
            else:
                work.journal(VIEW_EVENTS, "audit", "", **detail)


def _newest(conditions: tuple[Condition, ...]) -> Select[AuditEvent]:
    order = AuditEvent.at.desc(), AuditEvent.number.desc()
    return select(AuditEvent).where(*conditions).order_by(*order)


def _after(session: Session, number: int) -> Condition:
    """Condition of the events that come after this one in the order of pages."""
    at = None
    if 0 < number <= _LARGEST_NUMBER:
        at = session.scalar(select(AuditEvent.at).where(AuditEvent.number == number))
    if at is None:
        raise no_such("page of events")
    last = tuple_(literal(at, UtcDateTime()), literal(number))
    return tuple_(AuditEvent.at, AuditEvent.number) < last


def _count(session: Session, conditions: tuple[Condition, ...], most: int) -> int:
    some = select(AuditEvent.number).where(*conditions).limit(most).subquery()
    return session.scalar(select(func.count()).select_from(some)) or 0


def _counted(
    session: Session, conditions: tuple[Condition, ...], edges: list[datetime]
) -> tuple[Bar, ...]:
    """A count for each stretch between two edges, each read from the index by itself."""
    found = []
    for begin, end in pairwise(edges):
        within = AuditEvent.at >= begin, AuditEvent.at < end
        count = session.scalar(select(func.count(AuditEvent.number)).where(*conditions, *within))
        found.append(Bar(begin, end, count or 0))
    return tuple(found)


def _one(session: Session, actor: Actor, event_id: str, at: datetime) -> AuditEvent:
    row = session.scalar(select(AuditEvent).where(AuditEvent.event_id == event_id))
    if row is None or is_secret(actor, row) or row.subject_id in blocked_for(session, actor, at):
        raise no_such("event")
    return row


def _detail(event: AuditEvent, kept: AuditDetail | None) -> Detail:
    if not event.detail_digest:
        return Detail("none") if kept is None else Detail("altered", kept.text)
    if kept is None:
        return Detail("erased")
    try:
        key = bytes.fromhex(kept.key)
    except ValueError:
        return Detail("altered", kept.text)
    is_right = compare_digest(digest_of(key, kept.text), event.detail_digest)
    return Detail("kept" if is_right else "altered", kept.text)
