"""Grants, markings, blocks, seals and reports on access, by API."""

from datetime import datetime

from flask import Response, request

from api.authn import actor, permission, step_up
from api.v1 import blueprint, schema_access
from api.v1.access import found_staff
from api.v1.operation import body, operation, send
from api.web.context import instance
from api.web.subjects import subject_in
from edrms.errors import Invalid


@blueprint.get("/clients/<client_id>/access")
@blueprint.get("/records/<record_id>/access")
@permission("access:guard:view")
@operation(schema_access.Guarding)
def guarding(client_id: str = "", record_id: str = "") -> Response:
    """What guards a client or record now and who is let in; blocks only for those who may know."""
    found = instance().access_reports.guarding(actor(), subject_in(client_id, record_id))
    return send(
        schema_access.Guarding(
            grants=[
                schema_access.Grant(
                    grant_id=row.grant_id, staff_id=row.staff_id, relation=row.relation,
                    reason=row.reason, since=row.from_at, until=row.until_at,
                )
                for row in found.grants
            ],
            markings=[
                schema_access.Marking(
                    marking_id=row.marking_id, marking=row.marking, reason=row.reason,
                    since=row.from_at, review_on=row.review_on,
                )
                for row in found.markings
            ],
            blocks=[
                schema_access.Block(
                    block_id=row.block_id, staff_id=row.staff_id, reason=row.reason,
                    since=row.from_at, review_on=row.review_on,
                )
                for row in found.blocks
            ],
        )
    )  # fmt: skip


@blueprint.post("/clients/<client_id>/access/grants")
@blueprint.post("/records/<record_id>/access/grants")
@permission("access:guard:view")
@step_up
@operation(schema_access.Made, schema_access.NewGrant, status=201)
def give_grant(client_id: str = "", record_id: str = "") -> Response:
    """Let somebody in until a moment within a year."""
    given = body(schema_access.NewGrant)
    made = instance().guards.grant(
        actor(), subject_in(client_id, record_id), found_staff(given.username), given.relation,
        given.until, given.reason,
    )  # fmt: skip
    return send(schema_access.Made(id=made), 201)


@blueprint.post("/clients/<client_id>/access/grants/<guard_id>/end")
@blueprint.post("/records/<record_id>/access/grants/<guard_id>/end")
@permission("access:grant:end")
@step_up
@operation(takes=schema_access.Why, status=204)
def end_grant(guard_id: str, client_id: str = "", record_id: str = "") -> Response:
    """End a grant, from the next request on."""
    why, about = body(schema_access.Why).reason, subject_in(client_id, record_id)
    instance().guards.end_grant(actor(), guard_id, why, about)
    return Response(status=204)


@blueprint.post("/clients/<client_id>/access/markings")
@blueprint.post("/records/<record_id>/access/markings")
@permission("access:marking:place")
@operation(schema_access.Made, schema_access.NewMarking, status=201)
def place_marking(client_id: str = "", record_id: str = "") -> Response:
    """Mark it restricted, address, or exempt-1 to exempt-7 (records only)."""
    given, subject = body(schema_access.NewMarking), subject_in(client_id, record_id)
    made = instance().guards.mark(actor(), subject, given.marking, given.reason, given.review_on)
    return send(schema_access.Made(id=made), 201)


@blueprint.post("/clients/<client_id>/access/markings/<guard_id>/end")
@blueprint.post("/records/<record_id>/access/markings/<guard_id>/end")
@permission("access:marking:lift")
@operation(takes=schema_access.Why, status=204)
def lift_marking(guard_id: str, client_id: str = "", record_id: str = "") -> Response:
    """Lift a marking; a seal stays."""
    why, about = body(schema_access.Why).reason, subject_in(client_id, record_id)
    instance().guards.lift_marking(actor(), guard_id, why, about)
    return Response(status=204)


@blueprint.post("/clients/<client_id>/access/blocks")
@blueprint.post("/records/<record_id>/access/blocks")
@permission("access:block:place")
@step_up
@operation(schema_access.Made, schema_access.NewBlock, status=201)
def place_block(client_id: str = "", record_id: str = "") -> Response:
    """Keep one person out, whatever their roles; not oneself."""
    given, subject = body(schema_access.NewBlock), subject_in(client_id, record_id)
    staff_id = found_staff(given.username)
    made = instance().guards.block(actor(), subject, staff_id, given.reason, given.review_on)
    return send(schema_access.Made(id=made), 201)


@blueprint.post("/clients/<client_id>/access/blocks/<guard_id>/end")
@blueprint.post("/records/<record_id>/access/blocks/<guard_id>/end")
@permission("access:block:lift")
@step_up
@operation(takes=schema_access.Why, status=204)
def lift_block(guard_id: str, client_id: str = "", record_id: str = "") -> Response:
    """Lift a block; not one's own."""
    why, about = body(schema_access.Why).reason, subject_in(client_id, record_id)
    instance().guards.lift_block(actor(), guard_id, why, about)
    return Response(status=204)


@blueprint.post("/clients/<client_id>/access/seal")
@permission("access:seal:place")
@step_up
@operation(schema_access.Sealed, schema_access.NewSeal, status=201)
def seal(client_id: str) -> Response:
    """Seal a client's file, and link it to the new identity if there is one."""
    given = body(schema_access.NewSeal)
    placed = instance().seals.seal(actor(), client_id, given.reason, given.new_client_id)
    return send(schema_access.Sealed(id=placed.marking_id, naming=list(placed.naming)), 201)


@blueprint.get("/clients/<client_id>/could-see")
@blueprint.get("/records/<record_id>/could-see")
@permission("access:report:view")
@operation(schema_access.CouldSee, query=("at",))
def could_see(client_id: str = "", record_id: str = "") -> Response:
    """Who could open it at a moment (`at`, with an offset from UTC; now if not said), and why."""
    at = _moment(request.args.get("at", ""))
    found = instance().access_reports.who_could_see(actor(), subject_in(client_id, record_id), at)
    staff = [
        schema_access.Could(
            staff_id=one.staff_id, name=one.name, relation=one.decision.relation or "",
            reason=one.decision.reason,
        )
        for one in found
    ]  # fmt: skip
    return send(schema_access.CouldSee(at=at, staff=staff))


def _moment(given: str) -> datetime:
    now = instance().clock.now()
    if not given:
        return now
    try:
        at = datetime.fromisoformat(given)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None or at > now or at.year < 2000:
        raise Invalid("The report was not made.", fields={"at": "A moment past, with its offset."})
    return at
