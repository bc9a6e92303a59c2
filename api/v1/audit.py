"""The audit log by API: the same filter and the same words as the pages."""

from flask import Response

from api import audit_files, audit_form
from api.authn import actor, permission
from api.v1 import blueprint, schema
from api.v1.operation import operation, send
from api.web.context import instance
from edrms.errors import Invalid


@blueprint.get("/audit/events")
@permission("audit:event:view")
@operation(schema.AuditEvents, query=(*audit_form.FIELDS, "before"))
def audit_events() -> Response:
    """A page of events, newest first; looking is an event itself.

    `what` is an action or a group of them (`group:records`); `from` and `to` are days, both included.
    """
    asked, faults = audit_form.asked_of(audit_form.typed())
    if faults:
        raise Invalid("The log was not looked into.", fields=faults)
    page = instance().audit.events(actor(), asked, audit_form.before())
    if page.faults:
        raise Invalid("Nothing is known so.", fields=audit_form.fault_words(page.faults))
    events = [_event(audit_files.event_json(entry)) for entry in page.entries]
    return send(schema.AuditEvents(events=events, older=page.older))


def _event(fields: dict[str, object]) -> schema.AuditEvent:
    return schema.AuditEvent.model_validate(_mended(fields))


def _mended(value: object) -> object:
    """Half a character, which no answer could hold, becomes a question mark."""
    match value:
        case str():
            return value.encode("utf-8", "replace").decode("utf-8")
        case dict():
            return {str(_mended(name)): _mended(one) for name, one in value.items()}
        case list():
            return [_mended(one) for one in value]
    return value
