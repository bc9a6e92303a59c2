"""Misfiles by API: filed documents whose pages name another client better, and saying that one is right."""

from flask import Response, request

from api.authn import actor, permission
from api.v1 import blueprint
from api.v1 import schema_misfiles as schema
from api.v1.operation import body, operation, send
from api.web.context import instance, page_number
from edrms.clients.model import Client
from edrms.errors import Invalid
from scanning.misfiles.desk import Listed
from scanning.misfiles.model import State

PAGE_SIZE = 100


@blueprint.get("/misfiles")
@permission("record:misfile:view")
@operation(schema.Misfiles, query=("state", "batch", "page"))
def misfiles() -> Response:
    """Findings in a state (open unless said otherwise), of all batches or one, a hundred to a page."""
    word, batch = request.args.get("state", State.OPEN.value), request.args.get("batch", "")[:20]
    if word not in list(State):
        raise Invalid("There is no such state.", fields={"state": f"One of {', '.join(State)}."})
    desk, state = instance().misfiles.desk, State(word)
    offset = PAGE_SIZE * (page_number() - 1)
    listed = desk.listed(actor(), state, batch, PAGE_SIZE, offset)
    total = desk.count(actor(), state, batch)
    return send(schema.Misfiles(total=total, findings=[_found(one) for one in listed]))


@blueprint.post("/misfiles/<finding_id>/dismiss")
@permission("record:misfile:dismiss")
@operation(schema.Misfiles, schema.Dismissal)
def dismiss_misfile(finding_id: str) -> Response:
    """The document is where it belongs; answers how many are open still, without them."""
    desk = instance().misfiles.desk
    desk.dismiss(actor(), finding_id, body(schema.Dismissal).reason)
    return send(schema.Misfiles(total=desk.waiting(actor()), findings=[]))


def _found(one: Listed) -> schema.MisfileFound:
    finding, record = one.finding, one.record
    return schema.MisfileFound(
        finding_id=finding.finding_id, record_id=record.record_id, reference=record.reference,
        title=record.title,
        filed_on=[
            _party(one.people[filed.client_id], filed.words)
            for filed in finding.filed
            if filed.client_id in one.people
        ],
        also_on=[
            schema.MisfileKept(client_id=client.client_id, name=client.full_name)
            for client in one.also
        ],
        names=_party(one.people[finding.client_id], finding.words),
        page=finding.page, line=finding.line, score=finding.score, matcher=finding.matcher,
        found_at=finding.found_at, state=one.state.value, reason=finding.reason,
    )  # fmt: skip


def _party(client: Client, words: str) -> schema.MisfileParty:
    return schema.MisfileParty(client_id=client.client_id, name=client.full_name, words=words)
