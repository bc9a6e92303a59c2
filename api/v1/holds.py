"""Holds by API: place, see, look at again, lift."""

from typing import Any, cast, get_args

from flask import Response, request

from api.authn import actor, permission, step_up
from api.v1 import blueprint, schema_holds
from api.v1.operation import body, operation, send
from api.web.context import instance, page_number
from edrms.errors import Invalid
from edrms.staff.finding import staff_id_of
from retention.hold_looks import Listed, Which
from retention.hold_tables import HoldScope
from retention.hold_words import Placing, Scope, ScopeKind


@blueprint.get("/holds")
@permission("hold:hold:view")
@operation(schema_holds.HoldList, query=("show",))
def holds() -> Response:
    """The holds you may know of: live (the default), due for a look, or lifted (`show`)."""
    show = request.args.get("show", "live")
    if show not in get_args(Which):
        raise Invalid("Ask for live, due or lifted.", fields={"show": "live, due or lifted"})
    found = instance().holds.listed(actor(), cast(Which, show))
    return send(schema_holds.HoldList(holds=[_hold(one) for one in found]))


@blueprint.post("/holds")
@permission("hold:hold:place")
@operation(schema_holds.HoldPlaced, schema_holds.NewHold, status=201)
def place_hold() -> Response:
    """Hold records, case files, clients, record classes, or what a saved query catches."""
    given = body(schema_holds.NewHold)
    placed = instance().holds.place(
        actor(),
        Placing(
            title=given.title, reason=given.reason, authority=given.authority,
            owner_id=staff_id_of(instance().database, given.owner), review_on=given.review_on,
            scopes=tuple(_said(one) for one in given.scopes), is_secret=given.is_secret,
            is_confirmed=given.is_confirmed,
        ),
    )  # fmt: skip
    made = schema_holds.HoldPlaced(
        hold_id=placed.hold_id, reference=placed.reference, too_late=placed.too_late
    )
    return send(made, 201)


def _said(given: schema_holds.HoldScope) -> Scope:
    criteria: dict[str, Any] = (
        given.criteria.model_dump(exclude_defaults=True) if given.criteria else {}
    )
    return Scope(ScopeKind(given.kind), given.id, criteria)


@blueprint.get("/holds/<hold_id>")
@permission("hold:hold:view")
@operation(schema_holds.OneHold)
def hold(hold_id: str) -> Response:
    """One hold, its reviews, and how many records it is on."""
    found = instance().holds.open(actor(), hold_id)
    reviews = [
        schema_holds.HoldReview(at=one.at, by=one.by, note=one.note, review_on=one.review_on)
        for one in found.reviews
    ]
    return send(
        schema_holds.OneHold(hold=_hold(found.listed), reviews=reviews, records=found.count)
    )


@blueprint.get("/holds/<hold_id>/records")
@permission("hold:hold:view")
@operation(schema_holds.HeldRecords, query=("page",))
def held_records(hold_id: str) -> Response:
    """A page of the records it is on, of those you may see, by reference."""
    found, total = instance().holds.on(actor(), hold_id, page_number())
    records = [
        schema_holds.HeldRecord(
            record_id=one.record_id, reference=one.reference, title=one.title,
            document_type=one.document_type,
        )
        for one in found
    ]  # fmt: skip
    return send(schema_holds.HeldRecords(records=records, total=total))


@blueprint.post("/holds/<hold_id>/lift")
@permission("hold:hold:lift")
@step_up
@operation(schema_holds.Lifted, schema_holds.Lifting)
def lift_hold(hold_id: str) -> Response:
    """Lift a hold for good; what was approved for its end is appraised afresh."""
    given = body(schema_holds.Lifting)
    afresh = instance().holds.lift(actor(), hold_id, given.reason, given.authority)
    return send(schema_holds.Lifted(appraised_afresh=afresh))


@blueprint.post("/holds/<hold_id>/reviews")
@permission("hold:hold:review")
@operation(takes=schema_holds.Reviewing, status=204)
def review_hold(hold_id: str) -> Response:
    """Say that it is still needed, and until when it is looked at again."""
    given = body(schema_holds.Reviewing)
    instance().holds.review(actor(), hold_id, given.note, given.review_on)
    return Response(status=204)


@blueprint.post("/holds/<hold_id>/owner")
@permission("hold:hold:review")
@operation(takes=schema_holds.NewOwner, status=204)
def hand_over_hold(hold_id: str) -> Response:
    """Let somebody else answer for it."""
    given = body(schema_holds.NewOwner)
    owner_id = staff_id_of(instance().database, given.owner)
    instance().holds.hand_over(actor(), hold_id, owner_id, given.note)
    return Response(status=204)


def _hold(one: Listed) -> schema_holds.Hold:
    row = one.hold
    return schema_holds.Hold(
        hold_id=row.hold_id, reference=row.reference, title=row.title, reason=row.reason,
        authority=row.authority, owner_id=row.owner_id, owner_works_here=one.owner_works_here,
        review_on=row.review_on, needs_look=one.needs_look, is_secret=row.is_secret,
        placed_by=row.placed_by, placed_at=row.placed_at, lifted_by=row.lifted_by,
        lifted_at=row.lifted_at, lifted_reason=row.lifted_reason,
        lifted_authority=row.lifted_authority, scopes=[_scope(scope) for scope in row.scopes],
    )  # fmt: skip


def _scope(row: HoldScope) -> schema_holds.HoldScope:
    criteria = None if row.criteria is None else schema_holds.Criteria(**row.criteria)
    kind = ScopeKind(row.kind).value
    return schema_holds.HoldScope(kind=kind, id=row.subject_id, criteria=criteria)
