"""Whose findings are there for whom: the record within reach, and everybody in it findable. Whatever else is
not there, neither in a list nor in a count, as at the indexing desk.
"""

from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, not_, select

from edrms.access.model import Actor
from edrms.access.policy import FIND
from edrms.access.sql import visible_clients, visible_records
from edrms.clients.tables import ClientRow
from edrms.records.tables import CaseFile, Record, RecordAttachment
from scanning.misfiles.tables import MisfileFiledOn, MisfileFinding

VIEW = "record:misfile:view"
DISMISS = "record:misfile:dismiss"


def is_there_for(actor: Actor, at: datetime, permission: str = VIEW) -> ColumnElement[bool]:
    """A condition on findings: the actor may use the record so, and find whom it names and whose files are
    wrong."""
    records = select(Record.record_id).where(visible_records(actor, permission, at))
    clients = select(ClientRow.client_id).where(visible_clients(actor, FIND, at))
    wrong = exists().where(MisfileFiledOn.finding_id == MisfileFinding.finding_id)
    return and_(
        MisfileFinding.record_id.in_(records.correlate(None)),
        MisfileFinding.client_id.in_(clients.correlate(None)),
        not_(wrong.where(MisfileFiledOn.client_id.not_in(clients.correlate(None)))),
    )


def still_stands() -> ColumnElement[bool]:
    """A condition on findings: the record is on one of the files on which it was found to be wrong."""
    return exists().where(
        RecordAttachment.record_id == MisfileFinding.record_id,
        RecordAttachment.case_file_id == CaseFile.case_file_id,
        MisfileFiledOn.finding_id == MisfileFinding.finding_id,
        MisfileFiledOn.client_id == CaseFile.client_id,
    )
