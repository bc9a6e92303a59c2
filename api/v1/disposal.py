"""Disposal by API: propose, appraise, approve, set going, decline; certificates and stubs."""

from flask import Response, request

from api.authn import actor, permission, step_up
from api.certificate_files import certificate_file
from api.v1 import blueprint
from api.v1 import schema_disposal as schema
from api.v1.operation import body, operation, send
from api.web.context import instance, page_number
from edrms.errors import Invalid
from retention.disposal_cases import ListedCase, SeenItem, ends_waiting_at
from retention.disposal_tables import DisposalCase
from retention.disposal_words import Appraisal, DueFilter


@blueprint.get("/disposal/cases")
@permission("disposal:case:view")
@operation(schema.CaseList)
def disposal_cases() -> Response:
    """Every case, those that wait for you first."""
    found = instance().disposal.cases.listed(actor())
    return send(schema.CaseList(cases=[_listed(one) for one in found]))


def _listed(one: ListedCase) -> schema.Case:
    return _case(one.row, one.records, waits_for_me=one.waits_for_me)


def _case(row: DisposalCase, records: int, *, waits_for_me: bool) -> schema.Case:
    return schema.Case(
        case_id=row.case_id, reference=row.reference, title=row.title, state=row.state,
        schedule_version=row.schedule_version, records=records, waits_for_me=waits_for_me,
        proposed_by=row.proposed_by, proposed_at=row.proposed_at, approved_by=row.approved_by,
        approved_at=row.approved_at, waiting_until=ends_waiting_at(row),
        executed_by=row.executed_by, executing_at=row.executing_at,
        certified_at=row.certified_at, declined_by=row.declined_by, declined_at=row.declined_at,
    )  # fmt: skip


@blueprint.post("/disposal/cases")
@permission("disposal:case:propose")
@operation(schema.CaseMade, schema.NewCase, status=201)
def propose_disposal() -> Response:
    """Open a case of these records, or of what is due that you may see and that is in no other case."""
    given = body(schema.NewCase)
    if given.records and (given.class_id or given.until):
        wrong = {"records": "Name records, or say what is due; not both."}
        raise Invalid("The case was not opened.", fields=wrong)
    what = given.records or DueFilter(given.class_id, given.until)
    case_id = instance().disposal.proposing.propose(actor(), given.title, what)
    return send(schema.CaseMade(case_id=case_id), 201)


@blueprint.get("/disposal/cases/<case_id>")
@permission("disposal:case:view")
@operation(schema.OneCase, query=("page",))
def disposal_case(case_id: str) -> Response:
    """One case and a page of its records, of those you may see."""
    found = instance().disposal.cases.open(actor(), case_id, page_number())
    alike = [
        schema.Alike(
            class_id=one.class_id, action=one.action, authority=one.authority,
            records=one.records, undecided=one.undecided,
        )
        for one in found.alike
    ]  # fmt: skip
    return send(
        schema.OneCase(
            case=_case(found.row, found.total, waits_for_me=found.waits_for_me),
            may=sorted(found.may), alike=alike, items=[_item(one) for one in found.items],
            total=found.total, hidden_here=found.hidden_here, list_sha256=found.list_now,
            has_certificate=found.has_certificate,
        )
    )  # fmt: skip


def _item(one: SeenItem) -> schema.CaseItem:
    item = one.item
    return schema.CaseItem(
        item_id=item.item_id, record_id=item.record_id, reference=one.reference, title=one.title,
        state=item.state, due_on=item.due_on, class_id=one.ground.class_id if one.ground else "",
        decision=item.decision, reason=item.reason, extend_until=item.extend_until,
        to_class=item.to_class, why_not=one.why_not,
    )  # fmt: skip


@blueprint.post("/disposal/cases/<case_id>/appraisals")
@permission("disposal:item:appraise")
@operation(takes=schema.Appraising, status=204)
def appraise_disposal(case_id: str) -> Response:
    """Decide what becomes of these items, or of all alike that are not yet decided."""
    given, room = body(schema.Appraising), instance().disposal
    said = Appraisal(given.decision, given.reason, given.extend_until, given.to_class)
    ids = given.items
    if not ids and given.class_id:
        ids = room.cases.alike(actor(), case_id, given.class_id, given.action)
    room.acts.appraise(actor(), case_id, said, ids)
    return Response(status=204)


@blueprint.post("/disposal/cases/<case_id>/completion")
@permission("disposal:item:appraise")
@operation(status=204)
def complete_disposal(case_id: str) -> Response:
    """Every record has its decision: the case goes on to be approved by somebody else."""
    instance().disposal.acts.complete(actor(), case_id)
    return Response(status=204)


@blueprint.post("/disposal/cases/<case_id>/approval")
@permission("disposal:case:approve")
@step_up
@operation(takes=schema.Approving, status=204)
def approve_disposal(case_id: str) -> Response:
    """Approve the list that you looked at."""
    given = body(schema.Approving)
    if not given.list_sha256:
        wrong = {"list_sha256": "Give the list_sha256 of the case as you looked at it."}
        raise Invalid("Nothing was approved.", fields=wrong)
    instance().disposal.acts.approve(
        actor(), case_id, given.reason, has_stepped_up=True, seen_list=given.list_sha256
    )
    return Response(status=204)


@blueprint.post("/disposal/cases/<case_id>/announcement")
@permission("disposal:case:approve")
@operation(status=204)
def announce_disposal(case_id: str) -> Response:
    """Begin the waiting period."""
    instance().disposal.acts.announce(actor(), case_id)
    return Response(status=204)


@blueprint.post("/disposal/cases/<case_id>/execution")
@permission("disposal:case:execute")
@step_up
@operation(status=204)
def execute_disposal(case_id: str) -> Response:
    """Have it carried out; it begins within a minute, and cannot be called back."""
    instance().disposal.acts.execute(actor(), case_id, has_stepped_up=True)
    return Response(status=204)


@blueprint.post("/disposal/cases/<case_id>/refusal")
@permission("disposal:case:decline")
@operation(takes=schema.Declining, status=204)
def decline_disposal(case_id: str) -> Response:
    """End the case without carrying anything out."""
    instance().disposal.acts.decline(actor(), case_id, body(schema.Declining).reason)
    return Response(status=204)


@blueprint.get("/disposal/cases/<case_id>/certificate")
@permission("disposal:case:view")
@operation()
def disposal_certificate(case_id: str) -> Response:
    """The signed certificate, byte for byte."""
    return certificate_file(instance().disposal.certifying.open(actor(), case_id), "json")


@blueprint.get("/disposal/cases/<case_id>/certificate.pdf")
@permission("disposal:case:view")
@operation()
def disposal_certificate_pdf(case_id: str) -> Response:
    """The certificate for reading."""
    return certificate_file(instance().disposal.certifying.open(actor(), case_id), "pdf")


@blueprint.get("/disposal/stubs")
@permission("record:stub:view")
@operation(schema.StubList, query=("client",))
def disposal_stubs() -> Response:
    """What was destroyed of a person's file (`client`), as far as you might have seen it."""
    client_id = request.args.get("client", "")
    if not client_id:
        raise Invalid("Say whose.", fields={"client": "Give the id of a client."})
    found = instance().disposal.stubs.of_client(actor(), client_id)
    stubs = [
        schema.Stub(
            record_id=one.record_id, reference=one.reference, document_type=one.document_type,
            document_date=one.document_date, received_on=one.received_on, filed_at=one.filed_at,
            pages=one.page_count, destroyed_at=one.ended_at, places=list(one.places),
            remains_in=list(one.remains_in), case_id=one.case_id,
            case_reference=one.case_reference, is_certified=one.is_certified,
        )
        for one in found
    ]  # fmt: skip
    return send(schema.StubList(stubs=stubs))
