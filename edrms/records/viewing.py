"""Opening records: decided against live rows, journalled, and only then do bytes leave.

If the event cannot be written the view is refused, because both stand in one transaction; and so it is
while events have waited too long for their seal.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload, undefer

from edrms.access.model import Actor, Decision
from edrms.access.policy import DOWNLOAD, PRINT, VIEW, require
from edrms.access.reviews import note_for_review
from edrms.access.tables import Marking
from edrms.audit.state import SealGuard
from edrms.audit.tables import AuditEvent
from edrms.clients.model import Client
from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import no_such
from edrms.ids import ObjectKey
from edrms.records.client_files import ListedRecord, clients_shown, shown_of
from edrms.records.reading import (
    client_ids_of,
    page_of,
    visible_among,
    visible_record,
)
from edrms.records.tables import FILED, PageContent, Record, RecordPage, Rendition
from edrms.storage.ports import ObjectStore
from edrms.uow import UnitOfWork, write


@dataclass(frozen=True, slots=True)
class OpenRecord:
    """A record opened for reading: its pages in order (None where a page could not be read).

    markings: of the record and of the clients it is about (edrms/access/markings.py). permits: of
    DOWNLOAD and PRINT, what this reader may do with it now (a broken glass lets in only to look).
    """

    record: Record
    clients: tuple[Client, ...]
    pages: tuple[PageContent | None, ...]
    markings: frozenset[str]
    permits: frozenset[str]


@dataclass(frozen=True, slots=True)
class Content:
    """Bytes on their way out."""

    stream: BinaryIO
    media_type: str
    size_bytes: int


class RecordViewing:
    """What practitioners do with filed records."""

    def __init__(
        self, database: Database, store: ObjectStore, clock: Clock, seals: SealGuard
    ) -> None:
        self._seals = seals
        self._database = database
        self._store = store
        self._clock = clock

    def open(self, actor: Actor, record_id: str, page: int | None = None) -> OpenRecord:
        """A record with its pages and clients; journalled as viewed. page: NotFound if it has none such."""
        with self._may(actor, VIEW, record_id) as (work, record, decision):
            opened = _opened(work, record)
            if page is not None and not 1 <= page <= len(opened.pages):
                raise no_such("page")
            work.journal(VIEW, "record", record_id, reason=decision.reason)
        return opened

    def to_print(self, actor: Actor, record_id: str) -> OpenRecord:
        """The same to be put on paper; journalled as printed."""
        with self._may(actor, PRINT, record_id) as (work, record, decision):
            opened = _opened(work, record)
            work.journal(PRINT, "record", record_id, reason=decision.reason)
        return opened

    @contextmanager
    def _may(
        self, actor: Actor, permission: str, record_id: str
    ) -> Iterator[tuple[UnitOfWork, Record, Decision]]:
        """A transaction of one look at a record that the actor may take so."""
        require(actor, permission)
        with write(self._database, actor, self._clock) as work:
            record, decision = visible_record(work.session, actor, permission, record_id, work.now)
            self._seals.check(work.session)
            yield work, record, decision
            note_for_review(work, decision, record_id)

    def to_take_away(
        self, actor: Actor, permission: str, record_id: str
    ) -> tuple[Record, frozenset[str]]:
        """A record the actor may download or print, and what must be said before: its markings, and
        those of the clients it is about. permission: DOWNLOAD or PRINT."""
        with self._database.read() as session:
            now = self._clock.now()
            record, _ = visible_record(session, actor, permission, record_id, now)
            return record, _markings(session, record, now)

    def page_image(self, actor: Actor, record_id: str, number: int) -> Content:
        """The picture of one page; journalled as viewed."""
        with write(self._database, actor, self._clock) as work:
            _, decision = visible_record(work.session, actor, VIEW, record_id, work.now)
            page = page_of(work.session, record_id, number)
            self._seals.check(work.session)
            if not page.view_key:
                raise no_such("page image")
            work.journal(
                "record:page:view", "record", record_id, reason=decision.reason, page=number
            )
        return self._content(page.view_key, page.view_media_type)

    def rendition(
        self, actor: Actor, record_id: str, kind: str, *, by_ticket: bool = False
    ) -> tuple[Record, Content]:
        """The original as received, or the searchable PDF; journalled as downloaded. by_ticket: that was
        journalled when the ticket was issued, and now its use is."""
        with write(self._database, actor, self._clock) as work:
            record, decision = visible_record(work.session, actor, DOWNLOAD, record_id, work.now)
            self._seals.check(work.session)
            made = work.session.get(Rendition, (record_id, kind))
            if made is None:
                raise no_such("rendition")
            if by_ticket:
                work.journal("access:ticket:use", "record", record_id, rendition=kind)
            else:
                work.journal(DOWNLOAD, "record", record_id, reason=decision.reason, rendition=kind)
                note_for_review(work, decision, record_id)
        return record, self._content(made.object_key, made.media_type)

    def thumbnail_source(self, actor: Actor, record_id: str, number: int) -> Content:
        """The picture of one page, to be made small for the strip; journalled as viewed, and as small."""
        with write(self._database, actor, self._clock) as work:
            _, decision = visible_record(work.session, actor, VIEW, record_id, work.now)
            self._seals.check(work.session)
            page = page_of(work.session, record_id, number)
            if not page.view_key:
                raise no_such("page image")
            work.journal(
                "record:page:view", "record", record_id, reason=decision.reason, page=number,
                small=True,
            )  # fmt: skip
        return self._content(page.view_key, page.view_media_type)

    def visible(self, actor: Actor, record_ids: Collection[str]) -> frozenset[str]:
        """Those of these records that the actor may open, for showing links only where they lead."""
        with self._database.read() as session:
            return frozenset(visible_among(session, actor, VIEW, record_ids, self._clock.now()))

    def recent(self, actor: Actor, limit: int) -> list[ListedRecord]:
        """What the actor opened lately and may still open, latest first."""
        require(actor, VIEW)
        last = func.max(AuditEvent.at)
        statement = (
            select(AuditEvent.subject_id, last)
            .where(AuditEvent.actor_id == actor.staff_id, AuditEvent.action == VIEW)
            .group_by(AuditEvent.subject_id)
            .order_by(last.desc())
            .limit(limit)
        )
        with self._database.read() as session:
            opened = session.execute(statement).all()
            ids = [one for one, _ in opened]
            rows = visible_among(session, actor, VIEW, ids, self._clock.now())
            about = {one for row in rows.values() for one in client_ids_of(row)}
            people = clients_shown(session, actor, about, self._clock.now())
        return [
            ListedRecord(rows[one], at, shown_of(rows[one], people))
            for one, at in opened
            if one in rows
        ]

    def count(self) -> int:
        """How many records are filed, for comparing with the index."""
        with self._database.read() as session:
            filed = select(func.count(Record.record_id)).where(Record.state == FILED)
            return session.scalar(filed) or 0

    def _content(self, key: str, media_type: str) -> Content:
        stored = ObjectKey(key)
        return Content(self._store.open(stored), media_type, self._store.size(stored))


def _markings(session: Session, record: Record, at: datetime) -> frozenset[str]:
    subjects = [record.record_id, *client_ids_of(record)]
    marked = select(Marking.marking).where(Marking.subject_id.in_(subjects), Marking.live(at))
    return frozenset(session.scalars(marked))


def _opened(work: UnitOfWork, record: Record) -> OpenRecord:
    """Everything of a record for whoever reads it."""
    statement = (
        select(RecordPage)
        .where(RecordPage.record_id == record.record_id)
        .options(selectinload(RecordPage.reading).options(undefer(PageContent.words)))
        .order_by(RecordPage.number)
    )
    permits = frozenset(
        one
        for one in (DOWNLOAD, PRINT)
        if visible_among(work.session, work.actor, one, [record.record_id], work.now)
    )
    return OpenRecord(
        record,
        tuple(clients_shown(work.session, work.actor, client_ids_of(record), work.now).values()),
        tuple(one.reading for one in work.session.scalars(statement)),
        _markings(work.session, record, work.now),
        permits,
    )
