"""Boxes of paper: the list, one box, its label, and every act on it or on what lies in it."""

from typing import cast, get_args

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.authn import actor, permission
from api.web.context import instance, page_number
from api.web.forms import date_of, faults, typed_date, whole_number
from api.web.paper_form import acted, choice, day, line, lines
from api.web.paper_page import box_page, box_row
from api.web.paper_wording import PART_STATES
from api.web.presenting import pagination
from api.web.shell import shell
from api.web.view_models import Choice, FieldError, FormField, PaperFormPage, PaperPage
from edrms.access.policy import holds
from edrms.clock import civil_date
from edrms.errors import Invalid
from scanning.paper.boxes import PAGE_SIZE, REGISTER, SaidOfBox, Which
from scanning.paper.placing import Report, What
from scanning.paper.rules import BoxAct

blueprint = Blueprint("paper", __name__)


@blueprint.get("/paper")
@permission("paper:box:view")
def index() -> ResponseReturnValue:
    """The boxes, or the one whose barcode was scanned."""
    typed = request.args.get("barcode", "").strip()
    errors: tuple[FieldError, ...] = ()
    if typed:
        try:
            found = instance().paper.boxes.find(actor(), typed)
            return redirect(url_for("paper.box", box_id=found), 303)
        except Invalid as error:
            errors = faults(error)
    asked = request.args.get("show", "all")
    show = cast(Which, asked if asked in get_args(Which) else "all")
    rows, total = instance().paper.boxes.listed(actor(), show, page_number())
    today = civil_date(instance().clock.now())
    words = {"all": _("All"), "out": _("Out"), "overdue": _("Overdue"), "lost": _("Lost"),
             "retired": _("Retired")}  # fmt: skip
    page = PaperPage(
        show=show, shows=tuple(Choice(value=key, label=text) for key, text in words.items()),
        rows=tuple(box_row(one, today) for one in rows),
        paging=pagination(page_number(), PAGE_SIZE, total), may_register=holds(actor(), REGISTER),
        sees_tasks=holds(actor(), "paper:task:view"),
        sees_destructions=holds(actor(), "paper:destruction:view"), barcode=typed, errors=errors,
    )  # fmt: skip
    return render_template("paper.html", page=page, shell=shell()), 422 if errors else 200


@blueprint.route("/paper/boxes/new", methods=["GET", "POST"])
@permission("paper:box:register")
def register() -> ResponseReturnValue:
    """A new box."""
    given = request.form

    def do() -> tuple[str, str]:
        made = instance().paper.boxes.register(
            actor(), given.get("barcode", ""), given.get("location", ""), given.get("custodian", "")
        )
        return _("The box is registered. Print its label."), url_for("paper.box", box_id=made)

    return acted(
        lambda: PaperFormPage(
            title=_("Register a box"), caption="", words="", button=_("Register"),
            href=url_for("paper.register"), back_href=url_for("paper.index"),
            fields=(
                line("barcode", _("Barcode"), _("Left empty: one is made. The label is printed next.")),
                line("location", _("Where it stands")),
                line("custodian", _("Who answers for it"), _("A person, a team or a store")),
            ),
        ), do,
    )  # fmt: skip


@blueprint.get("/paper/boxes/<box_id>")
@permission("paper:box:view")
def box(box_id: str) -> ResponseReturnValue:
    """One box."""
    page = box_page(instance().paper.boxes.open(actor(), box_id))
    return render_template("paper_box.html", page=page, shell=shell())


@blueprint.get("/paper/boxes/<box_id>/label.pdf")
@permission("paper:box:view")
def label(box_id: str) -> Response:
    """Its label, to be printed."""
    council = instance().settings.council_name
    barcode, data = instance().paper.boxes.label(actor(), box_id, council)
    response = Response(data, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="box-{barcode}.pdf"'
    return response


@blueprint.route("/paper/boxes/<box_id>/move", methods=["GET", "POST"])
@permission("paper:box:move")
def move(box_id: str) -> ResponseReturnValue:
    """It stands elsewhere now."""
    return _box_act(box_id, BoxAct.MOVE, _("Move the box"))


@blueprint.route("/paper/boxes/<box_id>/lend", methods=["GET", "POST"])
@permission("paper:box:move")
def lend(box_id: str) -> ResponseReturnValue:
    """Somebody takes it away for a time."""
    return _box_act(box_id, BoxAct.LEND, _("Give the box out"))


@blueprint.route("/paper/boxes/<box_id>/return", methods=["GET", "POST"])
@permission("paper:box:move")
def give_back(box_id: str) -> ResponseReturnValue:
    """It is back."""
    return _box_act(box_id, BoxAct.GIVE_BACK, _("Take the box back"))


@blueprint.route("/paper/boxes/<box_id>/lose", methods=["GET", "POST"])
@permission("paper:box:move")
def lose(box_id: str) -> ResponseReturnValue:
    """Nobody knows where it is."""
    return _box_act(box_id, BoxAct.LOSE, _("Report the box lost"))


@blueprint.route("/paper/boxes/<box_id>/find", methods=["GET", "POST"])
@permission("paper:box:move")
def find(box_id: str) -> ResponseReturnValue:
    """It turned up."""
    return _box_act(box_id, BoxAct.FIND, _("The box is found"))


@blueprint.route("/paper/boxes/<box_id>/retire", methods=["GET", "POST"])
@permission("paper:box:retire")
def retire(box_id: str) -> ResponseReturnValue:
    """It is empty, and is used no more."""
    return _box_act(box_id, BoxAct.RETIRE, _("Retire the box"))


def _box_act(box_id: str, act: BoxAct, title: str) -> ResponseReturnValue:
    here, given = url_for("paper.box", box_id=box_id), request.form

    def do() -> tuple[str, str]:
        due = date_of(typed_date(given, "due_back_on"), "due_back_on")
        said = SaidOfBox(given.get("location", ""), given.get("custodian", ""), due,
                         given.get("reason", ""))  # fmt: skip
        instance().paper.boxes.act(actor(), box_id, act, said)
        return _("Recorded."), here

    def page() -> PaperFormPage:
        row = instance().paper.boxes.open(actor(), box_id).row
        fields = []
        if act in (BoxAct.MOVE, BoxAct.GIVE_BACK, BoxAct.FIND):
            fields.append(line("location", _("Where it stands now"), value=row.location))
        if act in (BoxAct.LEND, BoxAct.GIVE_BACK, BoxAct.FIND):
            asked = _("Who takes it") if act is BoxAct.LEND else _("Who answers for it now")
            fields.append(line("custodian", asked))
        if act is BoxAct.LEND:
            fields.append(day("due_back_on", _("To be back by"), _("Within a year.")))
        is_needed = act in (BoxAct.LOSE, BoxAct.FIND, BoxAct.RETIRE)
        hint = _("At least 10 characters. It is recorded.") if is_needed else _("Optional")
        fields.append(lines("reason", _("Reason"), hint))
        return PaperFormPage(
            title=title, caption=row.barcode, words="", button=title, href=request.path,
            back_href=here, fields=tuple(fields), is_final=act is BoxAct.RETIRE,
        )  # fmt: skip

    return acted(page, do)


@blueprint.route("/paper/boxes/<box_id>/put", methods=["GET", "POST"])
@permission("paper:part:place")
def put(box_id: str) -> ResponseReturnValue:
    """Put a batch, a file of it or some pages into the box."""
    return _place(box_id, is_out_of=False, title=_("Put paper in"))


@blueprint.route("/paper/boxes/<box_id>/take-out", methods=["GET", "POST"])
@permission("paper:part:place")
def take_out(box_id: str) -> ResponseReturnValue:
    """Take pages out of what lies in a box with the rest, into this one."""
    return _place(box_id, is_out_of=True, title=_("Put in what is taken out of its batch"))


def _place(box_id: str, *, is_out_of: bool, title: str) -> ResponseReturnValue:
    here, given = url_for("paper.box", box_id=box_id), request.form

    def do() -> tuple[str, str]:
        typed = given.get("file", "").strip()
        message = _("Give the number of the file within the batch.")
        file = whole_number(typed, "file", message) if typed else None
        what = What(given.get("batch", ""), file, given.get("pages", ""))
        placing = instance().paper.placing
        act = placing.separate if is_out_of else placing.put
        act(actor(), box_id, what, given.get("kept_because", ""))
        return _("Recorded: it lies in this box."), here

    def page() -> PaperFormPage:
        row = instance().paper.boxes.open(actor(), box_id).row
        return PaperFormPage(
            title=title, caption=row.barcode, button=title, href=request.path, back_href=here,
            words=_("The rest of the batch stays where it is.") if is_out_of else "",
            fields=(
                line("batch", _("Batch"), _("Such as B-00012"), request.args.get("batch", "")),
                line("file", _("File"), _("Its number within the batch; empty for all of them"),
                     request.args.get("file", "")),
                line("pages", _("Pages"), _("Such as 3 or 3-6; empty for the whole file"),
                     request.args.get("pages", "")),
                line("kept_because", _("An original to be kept for good?"),
                     _("Say why, such as: signed deed. Left empty: the rules of its type say.")),
            ),
        )  # fmt: skip

    return acted(page, do)


@blueprint.route("/paper/parts/<part_id>/box", methods=["GET", "POST"])
@permission("paper:part:place")
def rebox(part_id: str) -> ResponseReturnValue:
    """Move it into another box."""
    given = request.form

    def do() -> tuple[str, str]:
        to = instance().paper.boxes.find(actor(), given.get("barcode", ""))
        instance().paper.placing.move(actor(), part_id, to)
        return _("Recorded: it lies in this box."), url_for("paper.box", box_id=to)

    return acted(
        lambda: _part_form(
            _("Move to another box"), (line("barcode", _("Barcode of the other box")),)
        ), do,
    )  # fmt: skip


@blueprint.route("/paper/parts/<part_id>/report", methods=["GET", "POST"])
@permission("paper:part:report")
def report(part_id: str) -> ResponseReturnValue:
    """Say that it is lost, found, or gone."""
    given = request.form
    words = {
        one.value: _("It is found") if one is Report.FOUND else str(PART_STATES[one.value])
        for one in Report
    }

    def do() -> tuple[str, str]:
        what = given.get("what", "")
        if what not in words:
            message = _("Choose what became of it.")
            raise Invalid(message, fields={"what": message})
        instance().paper.placing.report(actor(), part_id, Report(what), given.get("reason", ""))
        return _("Recorded. It shows on the record."), url_for("paper.index")

    reason = lines("reason", _("Reason"), _("At least 10 characters. It is recorded."))
    return acted(
        lambda: _part_form(
            _("What became of it"), (choice("what", _("What became of it?"), words), reason)
        ), do,
    )  # fmt: skip


@blueprint.route("/paper/parts/<part_id>/keep", methods=["GET", "POST"])
@permission("paper:part:keep")
def keep(part_id: str) -> ResponseReturnValue:
    """Mark it as an original that is never to be destroyed."""

    def do() -> tuple[str, str]:
        instance().paper.placing.keep(actor(), part_id, request.form.get("reason", ""))
        return _("Recorded: it is kept for good."), url_for("paper.index")

    reason = lines("reason", _("Reason"), _("At least 10 characters. It is recorded."))
    return acted(lambda: _part_form(_("Keep it for good"), (reason,)), do)


def _part_form(title: str, fields: tuple[FormField, ...]) -> PaperFormPage:
    return PaperFormPage(
        title=title, caption=_("Paper"), words="", button=title, href=request.path,
        back_href=url_for("paper.index"), fields=fields,
    )  # fmt: skip
