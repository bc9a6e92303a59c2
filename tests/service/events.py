"""Reading the audit log in tests."""

from sqlalchemy import select

from api.wiring import Instance
from edrms.audit.tables import AuditDetail, AuditEvent


def events(instance: Instance, action: str = "", subject: str = "") -> list[AuditEvent]:
    """Events in order, all of them or those of one action or subject."""
    statement = select(AuditEvent).order_by(AuditEvent.number)
    if action:
        statement = statement.where(AuditEvent.action == action)
    if subject:
        statement = statement.where(AuditEvent.subject_id == subject)
    with instance.database.read() as session:
        return list(session.scalars(statement))


def personal_detail(instance: Instance, event: AuditEvent) -> str:
    """The words kept apart from an event."""
    with instance.database.read() as session:
        row = session.get(AuditDetail, event.event_id)
        return row.text if row else ""
