"""Keeping the index up to date: index jobs in, whole records into the engine.

The rows are the truth: a job names a record, and what is indexed is what the rows say now. Whoever has
written looks again before its jobs are done: had a record changed meanwhile, another may have written
that first, and this would be left as the last word.
"""

import logging
import threading
import time
from collections.abc import Collection, Iterator, Sequence
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from edrms.access.model import Actor
from edrms.clients.model import Client
from edrms.clients.register import get_clients
from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import StaleLease, Unavailable
from edrms.fileplan import document_type
from edrms.ids import StaffId
from edrms.jobs.queue import WORK, Claim, Queue, finish
from edrms.jobs.tables import Job
from edrms.records.filing import INDEX_LINE
from edrms.records.reading import client_ids_of, services_of
from edrms.records.tables import FILED, Record, RecordPage
from edrms.uow import write
from search.model import IndexedRecord
from search.ports import FOR_EVER, IndexBusy, IndexUnavailable, SearchIndex

MOST_AT_ONCE = 100
BUSY_WAIT_S = 1.0
GATHER_S = 1.0  # what was filed while pages are read is found this much later at most
GIVEN_BACK_FOR = timedelta(seconds=1)
INDEXER = Actor(StaffId("indexer"), "EDRMS index", frozenset())
Seen = tuple[int, int | None, int]
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
        """Index until stopped. While another process writes, the index is damaged or the database
        away, wait, and say so once. A lease lost in writing is no harm: it is written again."""
        said = ""
        while not self._stop.is_set():
            try:
                self._rest(self.do_some(), poll_s)
            except (IndexBusy, IndexUnavailable, Unavailable, StaleLease) as error:
                if str(error) != said:
                    log.warning("index_waiting", extra={"cause": str(error)})
                said = str(error)
                self._stop.wait(BUSY_WAIT_S)
                continue
            said = ""

    def _rest(self, done: int, poll_s: float) -> None:
        """Until the next look. While pages are being read, let records gather: a write costs hardly more for
        ten of them than for one."""
        if not done:
            self._stop.wait(poll_s)
        until = time.monotonic() + GATHER_S
        while 0 < done < MOST_AT_ONCE and time.monotonic() < until:
            if not self._queue.has_unfinished(WORK) or self._stop.wait(poll_s):
                return

    def do_some(self) -> int:
        """Index what is waiting, at most MOST_AT_ONCE records; returns how many jobs were done.

        If the engine refuses, the jobs are given back and come round again.
        """
        claims = self._queue.claim(INDEX_LINE, INDEXER, MOST_AT_ONCE)
        if not claims:
            return 0
        wanted = {claim.subject_id for claim in claims}
        while True:
            try:
                seen = self._write(wanted)
            except (IndexBusy, IndexUnavailable) as error:
                self._give_back(claims, error)
                raise
            with write(self._database, INDEXER, self._clock) as work:
                if _seen(work.session, wanted) == seen:
                    for claim in claims:
                        finish(work, claim)
                    return len(claims)

    def _write(self, record_ids: set[str]) -> Seen:
        """Have the index hold what the rows say of these; gives what was seen of them before."""
        with self._database.read() as session:
            seen = _seen(session, record_ids)
            records = list(_indexed(session, record_ids))
            ended = _ended(session, record_ids - {record.record_id for record in records})
        self._index.upsert(records)
        if ended:
            self._index.delete(ended)
        return seen

    def _give_back(self, claims: Sequence[Claim], error: Exception) -> None:
        for claim in claims:
            self._queue.give_back(claim, INDEXER, str(error), wait=GIVEN_BACK_FOR, counts=False)

    def rebuild(self, actor: Actor) -> int:
        """Build the whole index afresh from the rows and swap it in; returns how many records.

        Rows are first looked at once the engine holds its write lock, so a record filed meanwhile
        has a job that waits for the lock; they are read in short parts, so nobody waits to write.
        """
        self._index.rebuild(_every_record(self._database))
        count = self._index.count()
        with write(self._database, actor, self._clock) as work:
            work.journal("search:index:rebuild", "index", "", records=count)
        return count


def _every_record(database: Database) -> Iterator[IndexedRecord]:
    last = 0
    while True:
        with database.read() as session:
            rows = session.execute(
                select(Record.number, Record.record_id)
                .where(Record.number > last, Record.state == FILED)
                .order_by(Record.number)
                .limit(MOST_AT_ONCE)
            ).all()
            part = list(_indexed(session, [record_id for _, record_id in rows]))
        if not rows:
            return
        yield from part
        last = rows[-1][0]


def _seen(session: Session, record_ids: Collection[str]) -> Seen:
    """What tells a change to these: how many jobs there are for them, the last, and how many are filed.

    Every change adds a job, but destruction, which takes them out of the index itself.
    """
    jobs = select(func.count(), func.max(Job.number)).where(Job.subject_id.in_(record_ids))
    filed = select(func.count()).where(Record.record_id.in_(record_ids), Record.state == FILED)
    count, last = session.execute(jobs.where(Job.line == INDEX_LINE)).one()
    return count, last, session.scalar(filed) or 0


def _ended(session: Session, record_ids: Collection[str]) -> dict[str, int]:
    """Those of no file, with the version of their row."""
    found = select(Record.record_id, Record.version).where(Record.record_id.in_(record_ids))
    return dict.fromkeys(record_ids, FOR_EVER) | dict(session.execute(found).all())


def _indexed(session: Session, record_ids: Collection[str]) -> Iterator[IndexedRecord]:
    statement = (
        select(Record)
        .where(Record.record_id.in_(record_ids), Record.state == FILED)
        .options(selectinload(Record.pages).selectinload(RecordPage.reading))
    )
    for record in session.scalars(statement):
        clients = get_clients(session, client_ids_of(record))
        yield indexed_record(record, list(clients.values()))


def indexed_record(record: Record, clients: list[Client]) -> IndexedRecord:
    """What the index is given of a record: everything a person may look for, and who may find it."""
    return IndexedRecord(
        record_id=record.record_id,
        version=record.version,
        title=f"{record.title} {document_type(record.document_type).name} {record.reference}",
        document_type=record.document_type,
        document_date=record.document_date,
        filed_at=record.filed_at,
        services=services_of(record),
        sensitivity=record.sensitivity,
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
