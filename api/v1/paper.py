"""Paper by API: boxes and what lies in them, where a record's paper is, tasks, destruction. Destruction is
proposed and confirmed on the pages, where a person looks at each condition."""

from flask import Response, request

from api.authn import actor, permission
from api.certificate_files import certificate_file
from api.v1 import blueprint
from api.v1 import schema_paper as schema
from api.v1.operation import body, operation, send
from api.web.context import instance, page_number
from edrms.errors import Invalid
from scanning.paper.boxes import SaidOfBox
from scanning.paper.model import TaskState
from scanning.paper.placing import What
from scanning.paper.rules import BoxAct
from scanning.paper.tables import PaperBox
from scanning.paper.where import Place


@blueprint.get("/paper/boxes")
@permission("paper:box:view")
@operation(schema.PaperBoxList, query=("barcode", "page"))
def paper_boxes() -> Response:
    """The boxes by barcode, or the one of a `barcode`."""
    room = instance().paper.boxes
    if barcode := request.args.get("barcode", ""):
        found = room.open(actor(), room.find(actor(), barcode))
        return send(schema.PaperBoxList(boxes=[_box(found.row)], total=1))
    rows, total = room.listed(actor(), "all", page_number())
    return send(schema.PaperBoxList(boxes=[_box(one) for one in rows], total=total))


@blueprint.post("/paper/boxes")
@permission("paper:box:register")
@operation(schema.PaperBoxMade, schema.NewPaperBox, status=201)
def register_paper_box() -> Response:
    """Register a box."""
    given = body(schema.NewPaperBox)
    box_id = instance().paper.boxes.register(
        actor(), given.barcode, given.location, given.custodian
    )
    return send(schema.PaperBoxMade(box_id=box_id), 201)


@blueprint.get("/paper/boxes/<box_id>")
@permission("paper:box:view")
@operation(schema.OnePaperBox)
def paper_box(box_id: str) -> Response:
    """One box, what lies or lay in it, and its history, the latest first."""
    found = instance().paper.boxes.open(actor(), box_id)
    parts = [
        schema.PaperPart(
            part_id=one.row.part_id, batch=one.batch_reference, file=one.file,
            first_page=one.row.first_page, last_page=one.row.last_page, state=one.row.state,
            kept_because=one.row.kept_because, destruction_id=one.row.destruction_id,
        )
        for one in found.parts
    ]  # fmt: skip
    history = [
        schema.PaperMove(
            at=one.at, by=one.by, act=one.act, part_id=one.part_id, location=one.location,
            custodian=one.custodian, due_back_on=one.due_back_on, reason=one.reason,
        )
        for one in found.history
    ]  # fmt: skip
    whole = schema.OnePaperBox(
        box=_box(found.row), is_overdue=found.is_overdue, parts=parts, history=history
    )
    return send(whole)


@blueprint.post("/paper/boxes/<box_id>/acts")
@permission("paper:box:move")
@operation(takes=schema.PaperBoxAct, status=204)
def act_on_paper_box(box_id: str) -> Response:
    """Move a box, give it out, take it back, report it lost or found."""
    given = body(schema.PaperBoxAct)
    said = SaidOfBox(given.location, given.custodian, given.due_back_on, given.reason)
    instance().paper.boxes.act(actor(), box_id, BoxAct(given.act), said)
    return Response(status=204)


@blueprint.post("/paper/boxes/<box_id>/parts")
@permission("paper:part:place")
@operation(schema.PaperPlaced, schema.PaperToPlace, status=201)
def place_paper(box_id: str) -> Response:
    """Put a batch, a file of it or some pages into a box."""
    given, placing = body(schema.PaperToPlace), instance().paper.placing
    what = What(given.batch, given.file, given.pages)
    act = placing.separate if given.is_taken_out else placing.put
    part_id = act(actor(), box_id, what, given.kept_because)
    return send(schema.PaperPlaced(part_id=part_id), 201)


@blueprint.get("/records/<record_id>/paper")
@permission("paper:place:view")
@operation(schema.PaperPlaces)
def record_paper(record_id: str) -> Response:
    """Where the paper of a record is. Nothing for what you may not see."""
    found = instance().paper.looks.of_record(actor(), record_id)
    return send(schema.PaperPlaces(places=[_place(one) for one in found]))


@blueprint.get("/paper/tasks")
@permission("paper:task:view")
@operation(schema.PaperTaskList, query=("state", "page"))
def paper_tasks() -> Response:
    """Tasks of paper: open (the default), isolated or closed."""
    state = request.args.get("state", "open")
    if state not in set(TaskState):
        raise Invalid(
            "Ask for open, isolated or closed.", fields={"state": "open, isolated or closed"}
        )
    rows, total = instance().paper.tasks.listed(actor(), TaskState(state), page_number())
    tasks = [
        schema.PaperTask(
            task_id=one.row.task_id, kind=one.row.kind, state=one.row.state,
            opened_at=one.row.opened_at, record=one.record, box_id=one.row.box_id,
            places=[_place(place) for place in one.places], answer=one.row.answer,
            reason=one.row.reason,
        )
        for one in rows
    ]  # fmt: skip
    return send(schema.PaperTaskList(tasks=tasks, total=total))


@blueprint.post("/paper/tasks/<task_id>/isolation")
@permission("paper:task:isolate")
@operation(status=204)
def isolate_paper(task_id: str) -> Response:
    """Say that what a hold is on was put apart."""
    instance().paper.tasks.isolated(actor(), task_id)
    return Response(status=204)


@blueprint.post("/paper/tasks/<task_id>/answer")
@permission("paper:task:answer")
@operation(takes=schema.PaperAnswer, status=204)
def answer_paper_task(task_id: str) -> Response:
    """Say why there is nothing to destroy."""
    given = body(schema.PaperAnswer)
    instance().paper.tasks.answer(actor(), task_id, given.answer, given.reason)
    return Response(status=204)


@blueprint.get("/paper/destructions")
@permission("paper:destruction:view")
@operation(schema.PaperDestructionList)
def paper_destructions() -> Response:
    """Acts of destruction, those still proposed first."""
    found = [
        schema.PaperDestruction(
            destruction_id=one.destruction_id, reference=one.reference, state=one.state,
            proposed_by=one.proposed_by, proposed_at=one.proposed_at,
            confirmed_by=one.confirmed_by, confirmed_at=one.confirmed_at,
            destroyed_on=one.destroyed_on, method=one.method, number=one.number,
        )
        for one in instance().paper.destroying.listed(actor())
    ]  # fmt: skip
    return send(schema.PaperDestructionList(destructions=found))


@blueprint.get("/paper/destructions/<destruction_id>/certificate")
@permission("paper:destruction:view")
@operation()
def paper_certificate(destruction_id: str) -> Response:
    """The signed certificate, byte for byte."""
    return certificate_file(instance().paper.certifying.open(actor(), destruction_id), "json")


def _box(row: PaperBox) -> schema.PaperBox:
    return schema.PaperBox(
        box_id=row.box_id, barcode=row.barcode, location=row.location, custodian=row.custodian,
        state=row.state, due_back_on=row.due_back_on,
    )  # fmt: skip


def _place(one: Place) -> schema.PaperPlace:
    return schema.PaperPlace(
        batch=one.batch_reference, file=one.file, first_page=one.first_page,
        last_page=one.last_page, state=one.part.state if one.part else "",
        box=one.box.barcode if one.box else "", location=one.box.location if one.box else "",
        destruction=one.destruction.reference if one.destruction else "",
        number=one.destruction.number if one.destruction else "",
    )  # fmt: skip
