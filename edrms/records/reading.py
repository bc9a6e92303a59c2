"""Reading records back: decided per record, journalled before bytes leave, absent and forbidden alike."""

from collections.abc import Collection, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from edrms.access.model import Actor, RecordFacts, Scope
from edrms.access.policy import decide
from edrms.access.sql import services_of_type, visible_records
from edrms.errors import no_such
from edrms.records.tables import CaseFile, PageContent, Record, RecordAttachment, RecordPage


def facts_of(record: Record) -> RecordFacts:
    """What the policy needs to know of a record."""
    on_files = {attachment.case_file.service for attachment in record.attachments}
    return RecordFacts(
        frozenset(on_files) | services_of_type(record.document_type), record.sensitivity
    )


def visible_record(session: Session, actor: Actor, permission: str, record_id: str) -> Record:
    """The record, if this actor may; raises NotFound alike for absent and forbidden."""
    record = session.get(Record, record_id)
    if record is None or not decide(actor, permission, facts_of(record)).allowed:
        raise no_such("record")
    return record


_MOST_PAGES = 1_000_000  # a greater number is asked for by hand, and may not fit the column


def visible_page(
    session: Session, actor: Actor, permission: str, record_id: str, number: int
) -> tuple[Record, PageContent]:
    """A record's page as it was read; NotFound if absent, forbidden, or never readable."""
    record = visible_record(session, actor, permission, record_id)
    if not 0 < number <= _MOST_PAGES:
        raise no_such("page")
    page = session.scalar(
        select(PageContent)
        .join(RecordPage, RecordPage.page_id == PageContent.page_id)
        .where(RecordPage.record_id == record_id, RecordPage.number == number)
    )
    if page is None:
        raise no_such("page")
    return record, page


def client_ids_of(record: Record) -> list[str]:
    """The clients on whose files the record is."""
    return sorted({attachment.case_file.client_id for attachment in record.attachments})


def records_of_client(session: Session, scopes: Sequence[Scope], client_id: str) -> list[Record]:
    """A client's records within the scopes, newest document first."""
    on_file = (
        select(RecordAttachment.record_id)
        .join(CaseFile, CaseFile.case_file_id == RecordAttachment.case_file_id)
        .where(CaseFile.client_id == client_id)
    )
    statement = (
        select(Record)
        .where(Record.record_id.in_(on_file), visible_records(scopes))
        .options(selectinload(Record.pages))
        .order_by(func.coalesce(Record.document_date, Record.received_on).desc(), Record.number)
    )
    return list(session.scalars(statement))


def visible_among(
    session: Session, scopes: Sequence[Scope], record_ids: Collection[str]
) -> dict[str, Record]:
    """Those of these records that are within the scopes now, by id: the live check behind search."""
    statement = select(Record).where(Record.record_id.in_(record_ids), visible_records(scopes))
    return {record.record_id: record for record in session.scalars(statement)}


def page_counts(session: Session, record_ids: Collection[str]) -> dict[str, int]:
    """How many pages each of these records has."""
    statement = (
        select(RecordPage.record_id, func.count())
        .where(RecordPage.record_id.in_(record_ids))
        .group_by(RecordPage.record_id)
    )
    return dict(session.execute(statement).all())
