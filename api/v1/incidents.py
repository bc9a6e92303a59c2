"""Documents on the wrong file, by API: reporting, repairing, and the incidents."""

from typing import cast

from flask import Response, request

from api.authn import actor, permission
from api.v1 import blueprint, schema_incidents
from api.v1.operation import body, operation, send
from api.web.context import instance, page_number
from api.web.incident_wording import SHOWS
from edrms.incidents.cases import Assessment, Case, Which
from edrms.incidents.misfiles import Repair, Repaired
from edrms.incidents.rules import due_at
from edrms.incidents.tables import RIGHT, WRONG


@blueprint.post("/records/<record_id>/wrong-person-reports")
@permission("record:misfile:report")
@operation(schema_incidents.Misfiled, schema_incidents.WrongPersonReport, status=201)
def report_wrong_person(record_id: str) -> Response:
    """Say that a record is not about these of its clients; 409 where somebody has said so."""
    given = body(schema_incidents.WrongPersonReport)
    made = instance().wrong_person.report(actor(), record_id, given.wrong, given.reason)
    return _made(made)


@blueprint.post("/records/<record_id>/wrong-person")
@permission("record:misfile:repair")
@operation(schema_incidents.Misfiled, schema_incidents.WrongPerson, status=201)
def repair_wrong_person(record_id: str) -> Response:
    """Take a record off the wrong files, everywhere and at once; 409 where it was changed meanwhile."""
    given = body(schema_incidents.WrongPerson)
    said = Repair(given.version, tuple(given.wrong), tuple(given.right), given.reason)
    return _made(instance().wrong_person.repair(actor(), record_id, said))


def _made(made: Repaired) -> Response:
    return send(
        schema_incidents.Misfiled(
            incident_id=made.incident_id, reference=made.reference, became=made.became
        ),
        201,
    )


@blueprint.get("/incidents")
@permission("incident:case:view")
@operation(schema_incidents.IncidentList, query=("show", "page"))
def incidents() -> Response:
    """A page of 50 incidents (`show`: open, overdue, closed or all), the earliest report first."""
    asked = request.args.get("show", "open")
    which = cast(Which, asked) if asked in SHOWS else "open"
    found, total = instance().incidents.listed(actor(), which, page_number())
    listed = [_incident(one) for one in found]
    return send(schema_incidents.IncidentList(total=total, incidents=listed))


@blueprint.get("/incidents/<incident_id>")
@permission("incident:case:view")
@operation(schema_incidents.Incident)
def incident(incident_id: str) -> Response:
    """One incident with who opened the record meanwhile, and what was decided."""
    return send(_incident(instance().incidents.open(actor(), incident_id)))


@blueprint.post("/incidents/<incident_id>/assessment")
@permission("incident:case:decide")
@operation(takes=schema_incidents.Assessment, status=204)
def assess_incident(incident_id: str) -> Response:
    """Say how great the risk is and who was told; again until it is closed. 409 for whoever caused it."""
    given = body(schema_incidents.Assessment)
    said = Assessment(given.risk, given.note, given.regulator_told_on, given.people_told_on)
    instance().incidents.assess(actor(), incident_id, said)
    return Response(status=204)


@blueprint.post("/incidents/<incident_id>/closing")
@permission("incident:case:decide")
@operation(takes=schema_incidents.Note, status=204)
def close_incident(incident_id: str) -> Response:
    """Close an incident; 422 while somebody who must be told was not, 409 for whoever caused it."""
    instance().incidents.close(actor(), incident_id, body(schema_incidents.Note).note)
    return Response(status=204)


@blueprint.post("/incidents/<incident_id>/dismissal")
@permission("incident:case:decide")
@operation(takes=schema_incidents.Note, status=204)
def dismiss_incident(incident_id: str) -> Response:
    """What was reported is no incident: the record is where it belongs. 409 for whoever put it there."""
    instance().incidents.dismiss(actor(), incident_id, body(schema_incidents.Note).note)
    return Response(status=204)


def _incident(case: Case) -> schema_incidents.Incident:
    """People are named by id only: whoever may not find one of them is not shown the incident."""
    one = case.incident
    return schema_incidents.Incident(
        incident_id=one.incident_id, reference=one.reference, record_id=one.record_id,
        state=one.state, became=one.became, reported_by=one.reported_by,
        wrong=[each.client_id for each in one.people if each.part == WRONG],
        right=[each.client_id for each in one.people if each.part == RIGHT],
        reported_at=one.reported_at, reason=one.reason,
        tell_regulator_by=due_at(one.reported_at), is_overdue=case.is_overdue, since=one.since,
        misfiled_by=one.misfiled_by, contained_by=one.contained_by,
        contained_at=one.contained_at, repair_reason=one.repair_reason,
        readers=[schema_incidents.Reader(**each) for each in one.readers], risk=one.risk,
        assessment=one.assessment, regulator_told_on=one.regulator_told_on,
        people_told_on=one.people_told_on, closed_at=one.closed_at, closing=one.closing,
    )  # fmt: skip
