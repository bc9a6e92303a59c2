"""Reading records back: decided per record, journalled before bytes leave, absent and forbidden alike."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from edrms.access.facts import record_facts
from edrms.access.model import Actor, Decision
from edrms.access.policy import decide
from edrms.access.sql import visible_records
from edrms.errors import no_such
from edrms.fileplan.catalogue import services_of_type
from edrms.records.tables import FILED, CaseFile, PageContent, Record, RecordAttachment, RecordPage


def services_of(record: Record) -> frozenset[str]:
    """The services of the files a record is on, and those its type belongs to on any file."""
    on_files = {attachment.case_file.service for attachment in record.attachments}
    return frozenset(on_files) | services_of_type(record.document_type)


# One record with its files and renditions by one statement: every opening of a record waits for it.
_AT_ONCE = (
    joinedload(Record.attachments).joinedload(RecordAttachment.case_file),
    joinedload(Record.renditions),
)


def visible_record(
    session: Session, actor: Actor, permission: str, record_id: str, at: datetime
) -> tuple[Record, Decision]:
    """The record, if this actor may, and why; raises NotFound alike for absent and forbidden."""
    record = session.get(Record, record_id, options=_AT_ONCE)
    if record is None or record.state != FILED:
        raise no_such("record")
    decision = decide(actor, permission, record_facts(session, record, at))
    if not decision.allowed:
        raise no_such("record", reason=decision.reason)
    return record, decision


_MOST_PAGES = 1_000_000  # a greater number is asked for by hand, and may not fit the column


def page_of(session: Session, record_id: str, number: int) -> PageContent:
    """A record's page as it was read; NotFound if absent or never readable."""
    if not 0 < number <= _MOST_PAGES:
        raise no_such("page")
    page = session.scalar(
        select(PageContent)
        .join(RecordPage, RecordPage.page_id == PageContent.page_id)
        .where(RecordPage.record_id == record_id, RecordPage.number == number)
    )
    if page is None:
        raise no_such("page")
    return page


def client_ids_of(record: Record) -> list[str]:
    """The clients on whose files the record is."""
    return sorted({attachment.case_file.client_id for attachment in record.attachments})


def on_file_of(client_id: str) -> Select[str]:
    """Ids of all records on a client's file, whoever may see them."""
    return (
        select(RecordAttachment.record_id)
        .join(CaseFile, CaseFile.case_file_id == RecordAttachment.case_file_id)
        .where(CaseFile.client_id == client_id)
    )


def records_of_client(
    session: Session, actor: Actor, permission: str, client_id: str, at: datetime
) -> list[Record]:
    """A client's records that the actor may use so, newest document first."""
    statement = (
        select(Record)
        .where(Record.record_id.in_(on_file_of(client_id)), visible_records(actor, permission, at))
        .options(selectinload(Record.pages))
        .order_by(func.coalesce(Record.document_date, Record.received_on).desc(), Record.number)
    )
    return list(session.scalars(statement))


def visible_among(
    session: Session, actor: Actor, permission: str, record_ids: Collection[str], at: datetime
) -> dict[str, Record]:
    """Those of these records that the actor may use so now, by id: the live check behind search."""
    visible = visible_records(actor, permission, at)
    statement = select(Record).where(Record.record_id.in_(record_ids), visible)
    return {record.record_id: record for record in session.scalars(statement)}


def page_counts(session: Session, record_ids: Collection[str]) -> dict[str, int]:
    """How many pages each of these records has."""
    statement = (
        select(RecordPage.record_id, func.count())
        .where(RecordPage.record_id.in_(record_ids))
        .group_by(RecordPage.record_id)
    )
    return dict(session.execute(statement).all())
