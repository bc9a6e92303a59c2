"""The paper of a batch and of a person's file, tasks of paper, and its destruction."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.authn import actor, permission
from api.web.context import instance, page_number
from api.web.forms import whole_number
from api.web.paper_form import acted, choice, line, lines
from api.web.paper_page import part_row
from api.web.paper_wording import (
    ANSWERS,
    CLOSED_BY,
    TASK_STATES,
    place_rows,
    quality_words,
)
from api.web.presenting import pagination
from api.web.shell import shell
from api.web.view_models import (
    CheckRow,
    Choice,
    FormField,
    PaperBatchPage,
    PaperFilePage,
    PaperFileRow,
    PaperFormPage,
    PaperTaskRow,
    PaperTasksPage,
    PlaceRow,
    SubjectLink,
)
from api.web.views.paper import blueprint
from edrms.access.policy import holds
from edrms.errors import Invalid
from scanning.paper.checks import CHECK
from scanning.paper.desk import VIEW
from scanning.paper.destroying import PROPOSE
from scanning.paper.model import TaskKind, TaskState
from scanning.paper.tasks import ANSWER, ISOLATE, PAGE_SIZE, OpenTask


@blueprint.get("/paper/batches/<batch_id>")
@permission("paper:box:view")
def batch(batch_id: str) -> ResponseReturnValue:
    """Where the paper of a batch is, and what its destruction waits for."""
    found = instance().paper.looks.of_batch(actor(), batch_id)
    people = instance().staff.names({one.by for one in found.checks})
    page = PaperBatchPage(
        batch_id=batch_id, reference=found.batch.reference, quality=quality_words(found.quality),
        checks=tuple(
            CheckRow(
                at=one.at, by=people[one.by], note=one.note,
                result=_("Passed") if one.has_passed else _("Failed"),
            )
            for one in found.checks
        ),
        parts=tuple(part_row(one, may_choose=holds(actor(), PROPOSE)) for one in found.parts),
        documents=tuple(
            row for _document, places in found.documents
            for row in place_rows(places, with_links=True)
        ),
        may_check=holds(actor(), CHECK), may_propose=holds(actor(), PROPOSE),
    )  # fmt: skip
    return render_template("paper_batch.html", page=page, shell=shell())


@blueprint.route("/paper/batches/<batch_id>/quality", methods=["GET", "POST"])
@permission("batch:quality:check")
def quality(batch_id: str) -> ResponseReturnValue:
    """Record a quality check of the batch by name."""
    here, given = url_for("paper.batch", batch_id=batch_id), request.form

    def do() -> tuple[str, str]:
        if given.get("result") not in ("passed", "failed"):
            message = _("Choose: passed or failed.")
            raise Invalid(message, fields={"result": message})
        number = whole_number(given.get("documents", ""), "documents", _("Enter a whole number."))
        instance().paper.quality.record(
            actor(), batch_id, has_passed=given["result"] == "passed", documents=number,
            note=given.get("note", ""),
        )  # fmt: skip
        return _("The check is recorded."), here

    def page() -> PaperFormPage:
        found = instance().paper.looks.of_batch(actor(), batch_id)
        return PaperFormPage(
            title=_("Record a quality check"), caption=found.batch.reference, href=request.path,
            words=_("You say, by name, that the scans were compared with their paper."),
            back_href=here, button=_("Record"),
            fields=(
                choice("result", _("What came of it?"),
                       {"passed": _("Passed: the scans can stand for the paper"),
                        "failed": _("Failed: the paper stays")}),
                line("documents", _("How many documents were compared?")),
                lines("note", _("What was found"), _("At least 10 characters. Name nobody in it.")),
            ),
        )  # fmt: skip

    return acted(page, do)


@blueprint.get("/clients/<client_id>/paper")
@permission("paper:place:view")
def of_client(client_id: str) -> ResponseReturnValue:
    """A person's file, what is digital and what is paper in one order."""
    found = instance().paper.looks.of_client(actor(), client_id)
    known = instance().clients.summaries(actor(), [client_id])
    links = holds(actor(), VIEW)
    page = PaperFilePage(
        client_id=client_id, name=known[client_id].full_name if client_id in known else "",
        rows=tuple(
            PaperFileRow(
                record_id=record.record_id, reference=record.reference, title=record.title,
                document_date=record.document_date, places=place_rows(places, with_links=links),
            )
            for record, places in found
        ),
    )  # fmt: skip
    return render_template("paper_client.html", page=page, shell=shell())


@blueprint.get("/paper/tasks")
@permission("paper:task:view")
def tasks() -> ResponseReturnValue:
    """What is to be destroyed or isolated because of something else."""
    asked = request.args.get("show", "open")
    show = TaskState(asked) if asked in set(TaskState) else TaskState.OPEN
    rows, total = instance().paper.tasks.listed(actor(), show, page_number())
    page = PaperTasksPage(
        show=show,
        shows=tuple(Choice(value=key, label=str(text)) for key, text in TASK_STATES.items()),
        rows=tuple(_task(one) for one in rows),
        paging=pagination(page_number(), PAGE_SIZE, total),
        may_propose=show is TaskState.OPEN and holds(actor(), PROPOSE),
    )
    return render_template("paper_tasks.html", page=page, shell=shell())


def _task(one: OpenTask) -> PaperTaskRow:
    row = one.row
    answer = str(CLOSED_BY.get(row.answer, "")) if row.answer else ""
    return PaperTaskRow(
        task_id=row.task_id, title=_task_title(one), opened_at=row.opened_at,
        places=_task_places(one), state_name=str(TASK_STATES[row.state]), is_secret=row.is_secret,
        answer=f"{answer}: {row.reason}" if row.reason else answer, actions=_task_actions(one),
        record_id=row.record_id if any(place.is_live for place in one.places) else "",
    )  # fmt: skip


def _task_title(one: OpenTask) -> str:
    if one.row.kind == TaskKind.DESTROY:
        return str(_("Destroy the paper of record %(reference)s, which was disposed of",
                     reference=one.record))  # fmt: skip
    box = one.box.barcode if one.box else ""
    if one.hold:
        return str(_("Isolate what hold %(hold)s is on in box %(box)s", hold=one.hold, box=box))
    return str(_("Isolate what a hold is on in box %(box)s", box=box))


def _task_places(one: OpenTask) -> tuple[PlaceRow, ...]:
    if one.row.kind == TaskKind.DESTROY:
        return place_rows(one.places, with_links=holds(actor(), VIEW))
    if one.box is None:
        return ()
    href = url_for("paper.box", box_id=one.box.box_id)
    return (PlaceRow(what=one.box.barcode, where=one.box.location, href=href),)


def _task_actions(one: OpenTask) -> tuple[SubjectLink, ...]:
    if one.row.state != TaskState.OPEN:
        return ()
    if one.row.kind == TaskKind.ISOLATE:
        if not holds(actor(), ISOLATE):
            return ()
        href = url_for("paper.isolation", task_id=one.row.task_id)
        return (SubjectLink(text=_("It is isolated"), href=href),)
    if not holds(actor(), ANSWER):
        return ()
    href = url_for("paper.answer", task_id=one.row.task_id)
    return (SubjectLink(text=_("There is nothing to destroy"), href=href),)


@blueprint.route("/paper/tasks/<task_id>/isolation", methods=["GET", "POST"])
@permission("paper:task:isolate")
def isolation(task_id: str) -> ResponseReturnValue:
    """The box is where nobody destroys it."""

    def do() -> tuple[str, str]:
        instance().paper.tasks.isolated(actor(), task_id)
        return _("Recorded: it rests until the hold is lifted."), url_for("paper.tasks")

    return acted(lambda: _task_form(
        _("It is isolated"),
        _("You say that what the hold is on was put apart, marked, and kept from destruction."), (),
    ), do)  # fmt: skip


@blueprint.route("/paper/tasks/<task_id>/answer", methods=["GET", "POST"])
@permission("paper:task:answer")
def answer(task_id: str) -> ResponseReturnValue:
    """Say why there is nothing to destroy."""
    given = request.form

    def do() -> tuple[str, str]:
        instance().paper.tasks.answer(
            actor(), task_id, given.get("answer", ""), given.get("reason", "")
        )
        return _("The task is closed."), url_for("paper.tasks")

    fields = (
        choice("answer", _("Why?"), ANSWERS),
        lines("reason", _("Reason"), _("At least 10 characters. It is recorded with your name.")),
    )
    return acted(lambda: _task_form(_("There is nothing to destroy"), "", fields), do)


def _task_form(title: str, words: str, fields: tuple[FormField, ...]) -> PaperFormPage:
    return PaperFormPage(
        title=title, caption=_("Tasks of paper"), words=words, button=title, href=request.path,
        back_href=url_for("paper.tasks"), fields=fields,
    )  # fmt: skip
