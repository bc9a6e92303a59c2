"""The one view of the host that gives out files: what a ticket stands for."""

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.authn import act_as, by_ticket
from api.content_host import PATH, as_file
from api.web.context import instance
from edrms.access.model import Actor
from edrms.errors import Invalid
from edrms.ids import ObjectKey
from edrms.records.viewing import Content
from edrms.tickets.service import Subject

blueprint = Blueprint("content", __name__)
LONGEST_TICKET = 100


@blueprint.get(PATH)
@by_ticket
def fetch() -> ResponseReturnValue:
    """The file of a ticket: the session must still live, and the right to the file still stand."""
    ticket = request.args.get("ticket", "")
    if not 0 < len(ticket) <= LONGEST_TICKET:
        raise Invalid(_("A ticket is expected."))
    taken = instance().tickets.take(ticket)
    actor = act_as(_bearer(taken.session_hash))
    name, content = _of(actor, taken.subject)
    return as_file(name, content)


def _bearer(token_hash: str) -> Actor | None:
    """Whoever asked for the ticket, if their session or token still lives."""
    found = instance().sessions.find_by_digest(token_hash)
    return found.actor if found else instance().tokens.find_by_digest(token_hash)


def _of(actor: Actor, subject: Subject) -> tuple[str, Content]:
    if subject.kind == "item":
        item = instance().ledger.original(actor, subject.subject_id, by_ticket=True)
        key = ObjectKey(item.object_key)
        return item.name, Content(instance().store.open(key), "", item.size_bytes)
    record, content = instance().viewing.rendition(
        actor, subject.subject_id, subject.rendition, by_ticket=True
    )
    return f"{record.reference} {record.title}", content
