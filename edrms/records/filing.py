"""Filing: a document becomes a record on one or more clients' files.

Record, version, attachments, renditions, event and index job commit together in the caller's
transaction. The bytes are in the store already; nothing here touches them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from edrms.clients.tables import ClientRow
from edrms.errors import Conflict, Invalid
from edrms.fileplan import DocumentType, document_type
from edrms.ids import (
    BatchId,
    CaseFileId,
    DocumentId,
    ItemId,
    PageId,
    RecordId,
    new_id,
    new_reference,
)
from edrms.jobs.queue import enqueue
from edrms.records.content import RenditionToFile as RenditionToFile
from edrms.records.content import add_content, set_content
from edrms.records.tables import (
    FILED,
    WITHDRAWN,
    CaseFile,
    Record,
    RecordAttachment,
)
from edrms.uow import UnitOfWork

FILE = "record:content:file"
INDEX_RECORD = "index_record"
INDEX_LINE = "index"  # what index writers claim from
_LENGTH_OF_TITLE = 200
# Where a type goes that its service does not usually receive (an adult's form on a child's file).
MAIN_CLASS = {"children": "C03", "adults": "A02"}


@dataclass(frozen=True, slots=True)
class Filing:
    """Everything a record is made from. evidence: why it was filed so (scores, reasons, by whom)."""

    document_id: DocumentId
    item_id: ItemId
    batch_id: BatchId
    document_type: str
    title: str
    document_date: date | None
    received_on: date
    client_ids: tuple[str, ...]
    original_name: str
    pages: tuple[PageId, ...]
    renditions: tuple[RenditionToFile, ...]
    evidence: dict[str, Any] = field(default_factory=dict)


def file_record(
    work: UnitOfWork, filing: Filing, *, within: ColumnElement[bool] | None = None
) -> RecordId:
    """File a document. Raises Invalid for an unknown type, no client, or an unknown client.

    within: a condition on clients; one who does not meet it is answered as one who does not exist.
    One at a time until the commit: record numbers have no gaps, and a client has one file of a class.
    """
    kind = _known_type(filing.document_type)
    work.alone("filing")
    clients = clients_within(work.session, filing.client_ids, within)
    record_id = RecordId(new_id())
    record = Record(
        record_id=record_id,
        number=next_number(work.session),
        reference=next_reference(work.session),
        version=1,
        state=FILED,
        document_type=kind.code,
        title=filing.title.strip()[:_LENGTH_OF_TITLE] or kind.name,
        document_date=filing.document_date,
        received_on=filing.received_on,
        filed_at=work.now,
        filed_by=work.actor.staff_id,
        sensitivity=kind.sensitivity,
        original_name=filing.original_name,
        batch_id=filing.batch_id,
        item_id=filing.item_id,
        document_id=filing.document_id,
        evidence=filing.evidence,
    )
    work.session.add(record)
    attach(work, record_id, kind, clients)
    add_content(work.session, record_id, filing.pages, filing.renditions)
    work.journal(
        FILE, "record", record_id,
        document=filing.document_id, document_type=kind.code, clients=list(filing.client_ids),
    )  # fmt: skip
    enqueue(work, INDEX_RECORD, record_id, line=INDEX_LINE)
    return record_id


def file_again(
    work: UnitOfWork, record_id: str, filing: Filing, *, within: ColumnElement[bool] | None = None
) -> RecordId:
    """File a record that was taken off every file: the same record, with its reference, keys and history,
    in a new version. It consists of the pages its document has now, in the forms made of these. Raises as
    file_record does, Conflict if it does not wait.

    The caller has guarded it and has retention follow (edrms/records/moving.py).
    """
    kind = _known_type(filing.document_type)
    work.alone("filing")
    clients = clients_within(work.session, filing.client_ids, within)
    record = work.session.get(Record, record_id, with_for_update=True, populate_existing=True)
    if record is None or record.state != WITHDRAWN:
        raise Conflict("This document has already been dealt with.", code="already_indexed")
    record.state, record.version = FILED, record.version + 1
    record.filed_at, record.filed_by = work.now, work.actor.staff_id
    record.document_type, record.sensitivity = kind.code, kind.sensitivity
    record.title = filing.title.strip()[:_LENGTH_OF_TITLE] or kind.name
    record.document_date = filing.document_date
    record.evidence = filing.evidence | {"filed_before": record.evidence}
    attach(work, record.record_id, kind, clients)
    set_content(work, record, filing.pages, filing.renditions)
    work.journal(
        FILE, "record", record_id, document=filing.document_id, document_type=kind.code,
        clients=list(filing.client_ids), version=record.version,
    )  # fmt: skip
    enqueue(work, INDEX_RECORD, record_id, line=INDEX_LINE)
    return RecordId(record_id)


def _known_type(code: str) -> DocumentType:
    try:
        return document_type(code)
    except KeyError as error:
        raise Invalid(
            "Choose a document type.", fields={"document_type": "Choose a document type."}
        ) from error


def clients_within(
    session: Session, client_ids: Sequence[str], within: ColumnElement[bool] | None = None
) -> list[ClientRow]:
    """These clients in order. Raises Invalid for none, and alike for one who does not exist and one who does
    not meet the condition."""
    wanted = list(dict.fromkeys(client_ids))
    if not wanted:
        raise Invalid("Choose at least one client.", fields={"clients": "Choose a client."})
    known = select(ClientRow).where(
        ClientRow.client_id.in_(wanted), true() if within is None else within
    )
    found = {client.client_id: client for client in session.scalars(known)}
    if len(found) != len(wanted):
        raise Invalid("A client was not found.", fields={"clients": "Choose a client again."})
    return [found[client_id] for client_id in wanted]


def next_number(session: Session) -> int:
    """The number of the next record, for whoever is alone with "filing"."""
    return (session.scalar(select(func.max(Record.number))) or 0) + 1


def next_reference(session: Session) -> str:
    """A reference that no record has or had."""
    while True:
        reference = new_reference("R")
        if session.scalar(select(Record.number).where(Record.reference == reference)) is None:
            return reference


def attach(
    work: UnitOfWork, record_id: str, kind: DocumentType, clients: Sequence[ClientRow]
) -> None:
    """Put a record on the file of each of these clients that its type goes to, opened if there is none."""
    for client in clients:
        record_class = kind.record_class_for(client.service) or MAIN_CLASS[client.service]
        case_file_id = _case_file(work, client, record_class)
        work.session.add(RecordAttachment(record_id=record_id, case_file_id=case_file_id))


def _case_file(work: UnitOfWork, client: ClientRow, record_class: str) -> CaseFileId:
    existing = work.session.scalar(
        select(CaseFile).where(
            CaseFile.client_id == client.client_id, CaseFile.record_class == record_class
        )
    )
    if existing:
        return CaseFileId(existing.case_file_id)
    opened = CaseFile(
        case_file_id=new_id(), client_id=client.client_id, record_class=record_class,
        service=client.service, opened_at=work.now,
    )  # fmt: skip
    work.session.add(opened)
    work.session.flush()
    return CaseFileId(opened.case_file_id)
