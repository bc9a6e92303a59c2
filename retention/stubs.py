"""What was destroyed of a person's file: the stubs, for those who may know, and nobody else sees a trace."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from edrms.access.facts import client_facts, record_facts
from edrms.access.model import Actor
from edrms.access.policy import decide, require
from edrms.clients.tables import ClientRow
from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import no_such
from edrms.records.reading import on_file_of
from edrms.records.tables import DISPOSED, Record, RecordStub
from edrms.uow import write
from retention.disposal_tables import DisposalCase, DisposalItem
from retention.workflow import ENDING, ItemState

VIEW_STUB = "record:stub:view"


@dataclass(frozen=True, slots=True)
class Stub:
    """What stays of one record. case_id, case_reference: whose certificate tells of it, "" if none yet."""

    record_id: str
    reference: str
    document_type: str
    document_date: date | None
    received_on: date
    filed_at: datetime
    page_count: int
    ended_at: datetime
    places: tuple[str, ...]
    remains_in: tuple[str, ...]
    case_id: str
    case_reference: str
    is_certified: bool


class Stubs:
    """Stubs by person."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def of_client(self, actor: Actor, client_id: str) -> tuple[Stub, ...]:
        """What was destroyed of a client's file, the latest first, as far as the actor might have seen
        it; journalled. NotFound alike for a client absent or out of reach."""
        require(actor, VIEW_STUB)
        with write(self._database, actor, self._clock) as work:
            session = work.session
            client = session.get(ClientRow, client_id)
            if client is None:
                raise no_such("client")
            decision = decide(actor, VIEW_STUB, client_facts(session, client, work.now))
            if not decision.allowed:
                raise no_such("client", reason=decision.reason)
            found = _stubs(session, actor, client_id, work.now)
            work.journal(VIEW_STUB, "client", client_id, shown=len(found))
            return found


def _stubs(session: Session, actor: Actor, client_id: str, at: datetime) -> tuple[Stub, ...]:
    rows = session.execute(
        select(Record, RecordStub)
        .join(RecordStub, RecordStub.record_id == Record.record_id)
        .where(Record.record_id.in_(on_file_of(client_id)), Record.state == DISPOSED)
        .order_by(RecordStub.ended_at.desc(), Record.reference)
    ).all()
    return tuple(
        _stub(session, record, stub)
        for record, stub in rows
        if decide(actor, VIEW_STUB, record_facts(session, record, at)).allowed
    )


def _stub(session: Session, record: Record, stub: RecordStub) -> Stub:
    case = session.scalar(
        select(DisposalCase)
        .join(DisposalItem, DisposalItem.case_id == DisposalCase.case_id)
        .where(
            DisposalItem.record_id == record.record_id, DisposalItem.state == ItemState.DONE,
            DisposalItem.decision.in_(ENDING),
        )
    )  # fmt: skip
    return Stub(
        record_id=record.record_id, reference=record.reference,
        document_type=record.document_type, document_date=record.document_date,
        received_on=record.received_on, filed_at=record.filed_at, page_count=stub.page_count,
        ended_at=stub.ended_at or record.filed_at, places=tuple(sorted(stub.proofs)),
        remains_in=tuple(stub.remains_in), case_id=case.case_id if case else "",
        case_reference=case.reference if case else "",
        is_certified=case is not None and case.certified_at is not None,
    )  # fmt: skip
