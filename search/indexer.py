"""Keeping the index up to date: index jobs in, whole records into the engine, one writing process.

The rows are the truth: a job names a record, and what is indexed is what the rows say now.
"""

import logging
import threading
from collections.abc import Iterator, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from edrms.access.model import Actor
from edrms.clients.model import Client
from edrms.clients.register import get_clients
from edrms.clock import Clock
from edrms.db import Database
from edrms.fileplan import document_type
from edrms.ids import StaffId
from edrms.jobs.queue import Queue, finish
from edrms.records.filing import INDEX_RECORD
from edrms.records.reading import client_ids_of, facts_of
from edrms.records.tables import Record, RecordPage
from edrms.uow import write
from search.model import IndexedRecord
from search.ports import IndexBusy, IndexUnavailable, SearchIndex

MOST_AT_ONCE = 100
BUSY_WAIT_S = 1.0
INDEXER = Actor(StaffId("indexer"), "EDRMS index", frozenset())
log = logging.getLogger("edrms.indexer")


class Indexer:
    """Does index jobs many at a time until told to stop."""

    def __init__(self, database: Database, index: SearchIndex, queue: Queue, clock: Clock) -> None:
        self._database = database
        self._index = index
        self._queue = queue
        self._clock = clock
        self._stop = threading.Event()

    def stop(self) -> None:
        """Finish the writing in hand, then return from run."""
        self._stop.set()

    def run(self, poll_s: float) -> None:
        """Index until stopped. While another process writes, or the index is damaged, wait."""
        while not self._stop.is_set():
            try:
                busy = self.do_some()
            except (IndexBusy, IndexUnavailable) as error:
                log.warning("index_waiting", extra={"cause": str(error)})
                self._stop.wait(BUSY_WAIT_S)
                continue
            if not busy:
                self._stop.wait(poll_s)

    def do_some(self) -> int:
        """Index what is waiting, at most MOST_AT_ONCE records; returns how many jobs were done.

        If the engine refuses, the leases run out and the jobs come round again.
        """
        claims = self._queue.claim([INDEX_RECORD], INDEXER, MOST_AT_ONCE)
        if not claims:
            return 0
        with self._database.read() as session:
            records = list(_indexed(session, [claim.subject_id for claim in claims]))
        self._index.upsert(records)
        with write(self._database, INDEXER, self._clock) as work:
            for claim in claims:
                finish(work, claim)
        return len(claims)

    def rebuild(self, actor: Actor) -> int:
        """Build the whole index afresh from the rows and swap it in; returns how many records."""
        with self._database.read() as session:
            record_ids = session.scalars(select(Record.record_id).order_by(Record.number)).all()
            self._index.rebuild(_in_parts(session, record_ids))
        with write(self._database, actor, self._clock) as work:
            work.journal("search:index:rebuild", "index", "", records=len(record_ids))
        return len(record_ids)


def _in_parts(session: Session, record_ids: Sequence[str]) -> Iterator[IndexedRecord]:
    for start in range(0, len(record_ids), MOST_AT_ONCE):
        yield from _indexed(session, record_ids[start : start + MOST_AT_ONCE])
        session.expunge_all()


def _indexed(session: Session, record_ids: Sequence[str]) -> Iterator[IndexedRecord]:
    statement = (
        select(Record)
        .where(Record.record_id.in_(record_ids))
        .options(selectinload(Record.pages).selectinload(RecordPage.reading))
    )
    for record in session.scalars(statement):
        clients = get_clients(session, client_ids_of(record))
        yield indexed_record(record, list(clients.values()))


def indexed_record(record: Record, clients: list[Client]) -> IndexedRecord:
    """What the index is given of a record: everything a person may look for, and who may find it."""
    facts = facts_of(record)
    return IndexedRecord(
        record_id=record.record_id,
        version=record.version,
        title=f"{record.title} {document_type(record.document_type).name} {record.reference}",
        document_type=record.document_type,
        document_date=record.document_date,
        filed_at=record.filed_at,
        services=facts.services,
        sensitivity=facts.sensitivity,
        client_ids=frozenset(client.client_id for client in clients),
        client_names=tuple(
            name for client in clients for name in (client.full_name, *client.other_names)
        ),
        identifiers=tuple(value for client in clients for value in _identifiers(client)),
        pages=tuple(page.reading.text if page.reading else "" for page in record.pages),
        file_names=(record.original_name,),
    )


def _identifiers(client: Client) -> Iterator[str]:
    if client.nhs_number:
        yield client.nhs_number
    for known in client.identifiers:
        yield known.value
