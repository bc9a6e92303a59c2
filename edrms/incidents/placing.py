"""What moving a record from one person's file to another's does to its rows, in the caller's transaction."""

from collections.abc import Collection

from sqlalchemy import select

from edrms.access.guards import END_GRANT
from edrms.access.tables import Grant
from edrms.clients.tables import ClientRow
from edrms.fileplan import document_type
from edrms.incidents.tables import MOVED, QUEUED, TAKEN_OFF, Incident
from edrms.jobs.queue import enqueue
from edrms.records.filing import INDEX_LINE, INDEX_RECORD, attach
from edrms.records.reading import client_ids_of
from edrms.records.tables import WITHDRAWN, Record
from edrms.uow import UnitOfWork


def move(work: UnitOfWork, record: Record, wrong: Collection[str], right: Collection[str]) -> str:
    """Off the files of these, onto those of these; withdrawn where none is left. The caller has locked it.

    Returns what became of it: see Incident.
    """
    for attachment in list(record.attachments):
        if attachment.case_file.client_id in wrong:
            work.session.delete(attachment)
    work.session.flush()
    work.session.expire(record, ["attachments"])
    fresh = set(right) - set(client_ids_of(record))
    wanted = select(ClientRow).where(ClientRow.client_id.in_(fresh)).order_by(ClientRow.client_id)
    clients = work.session.scalars(wanted).all()
    attach(work, record.record_id, document_type(record.document_type), clients)
    work.session.flush()
    work.session.expire(record, ["attachments"])
    record.version += 1
    if not record.attachments:
        record.state = WITHDRAWN
    enqueue(work, INDEX_RECORD, record.record_id, line=INDEX_LINE)
    if fresh:
        return MOVED
    return TAKEN_OFF if record.attachments else QUEUED


def end_grants(work: UnitOfWork, record_id: str) -> int:
    """Whoever was let in to this record alone was let in for the wrong person's sake; how many were."""
    live = select(Grant).where(Grant.subject_id == record_id, Grant.live(work.now))
    grants = work.session.scalars(live.order_by(Grant.grant_id).with_for_update()).all()
    for grant in grants:
        grant.until_at, grant.ended_by = work.now, work.actor.staff_id
        work.journal(
            END_GRANT, "record", record_id, reason="misfiled", grant=grant.grant_id,
            staff=grant.staff_id,
        )  # fmt: skip
    return len(grants)


def journal_persons(
    work: UnitOfWork, incident: Incident, wrong: Collection[str], right: Collection[str]
) -> None:
    """The same as events of the persons: the log of one tells that it was there though it is no more."""
    told = {"record": incident.record_id, "incident": incident.incident_id}
    for client_id in wrong:
        work.journal("client:record:remove", "client", client_id, **told)
    for client_id in right:
        work.journal("client:record:add", "client", client_id, **told)
