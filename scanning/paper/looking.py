"""Looking at paper: of a batch with what its destruction waits for, of a record, of a person's file."""

from dataclasses import dataclass

from sqlalchemy import select

from edrms.access.facts import record_facts
from edrms.access.model import Actor
from edrms.access.policy import OPEN_FILE, decide, require
from edrms.access.policy import VIEW as VIEW_RECORD
from edrms.access.subjects import Subject, SubjectKind, facts_within
from edrms.clock import Clock, civil_date
from edrms.db import Database
from edrms.errors import no_such
from edrms.records.paper import HoldsOnRecords
from edrms.records.reading import records_of_client
from edrms.records.tables import Record
from edrms.uow import write
from scanning.batches.model import Reconciliation
from scanning.batches.tables import Batch, Document
from scanning.batches.totals import account_of_batch
from scanning.paper.desk import VIEW, parts_of_batch
from scanning.paper.destroying import known_held
from scanning.paper.lists import Line, NamedLine, PaperLists
from scanning.paper.model import Quality
from scanning.paper.ports import QualityCheck
from scanning.paper.tables import BatchQualityCheck
from scanning.paper.where import Place, documents_of_batch, places_of_records

VIEW_PLACE = "paper:place:view"


@dataclass(frozen=True, slots=True)
class PaperOfBatch:
    """The paper of one batch: what is registered, with its conditions as they are now, and where each
    document's pages lie. checks: the quality checks recorded by people, the latest first."""

    batch: Batch
    account: Reconciliation
    quality: Quality
    checks: tuple[BatchQualityCheck, ...]
    parts: tuple[NamedLine, ...]
    documents: tuple[tuple[Document, tuple[Place, ...]], ...]


class PaperLooks:
    """What may be seen of paper."""

    def __init__(
        self, database: Database, clock: Clock, holds: HoldsOnRecords, quality: QualityCheck
    ) -> None:
        self._database = database
        self._clock = clock
        self._holds = holds
        self._quality = quality

    def of_batch(self, actor: Actor, batch_id: str) -> PaperOfBatch:
        """Journalled. NotFound if there is none. It tells of no record but by its pages."""
        require(actor, VIEW)
        with write(self._database, actor, self._clock) as work:
            session = work.session
            batch = session.get(Batch, batch_id)
            if batch is None:
                raise no_such("batch")
            lists = PaperLists(session, self._quality)
            lines = [Line(row, row.span) for row in parts_of_batch(session, batch_id)]
            held = known_held(session, self._holds, actor, lists.records_of(lines), work)
            checks = session.scalars(
                select(BatchQualityCheck)
                .where(BatchQualityCheck.batch_id == batch_id)
                .order_by(BatchQualityCheck.number.desc())
            )
            work.journal(VIEW, "batch", batch_id)
            return PaperOfBatch(
                batch, account_of_batch(session, batch_id),
                self._quality.of_batch(session, batch_id), tuple(checks),
                tuple(lists.named(lines, held, civil_date(work.now))),
                tuple(documents_of_batch(session, batch_id)),
            )  # fmt: skip

    def of_record(self, actor: Actor, record_id: str) -> tuple[Place, ...]:
        """Where a record's paper is, for whoever may see the record and know of paper; else nothing. Part of
        a look at the record, which is journalled."""
        with self._database.read() as session:
            record = session.get(Record, record_id)
            if record is None:
                return ()
            facts = record_facts(session, record, self._clock.now())
            if not decide(actor, VIEW_PLACE, facts).allowed:
                return ()
            return places_of_records(session, [record_id]).get(record_id, ())

    def of_client(
        self, actor: Actor, client_id: str
    ) -> tuple[tuple[Record, tuple[Place, ...]], ...]:  # fmt: skip
        """A person's file, both parts in one order: each record the actor may see, newest first, with where
        its paper is. Journalled. NotFound alike for absent and forbidden."""
        require(actor, VIEW_PLACE)
        with write(self._database, actor, self._clock) as work:
            session = work.session
            subject = Subject(SubjectKind.CLIENT, client_id)
            facts_within(session, actor, OPEN_FILE, subject, work.now)
            records = records_of_client(session, actor, VIEW_RECORD, client_id, work.now)
            seen = [
                one
                for one in records
                if decide(actor, VIEW_PLACE, record_facts(session, one, work.now)).allowed
            ]
            places = places_of_records(session, [one.record_id for one in seen])
            work.journal(VIEW_PLACE, "client", client_id)
            return tuple((one, places.get(one.record_id, ())) for one in seen)
