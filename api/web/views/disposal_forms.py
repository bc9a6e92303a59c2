"""The forms of disposal: proposing, appraising, and going on to the next step."""

from collections.abc import Callable
from typing import Literal

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from api.authn import actor, permission, step_up
from api.web.context import instance
from api.web.disposal_wording import ITEM_STATES, class_choices
from api.web.forms import date_of, faults, typed_date
from api.web.shell import say, shell
from api.web.view_models import AppraisePage, CaseFormPage, FieldError, ProposeCasePage
from api.web.views.disposal import blueprint
from edrms.errors import Invalid, Refused
from retention.disposal_words import DEFAULTS, Appraisal, DueFilter
from retention.model import Action

_Act = Literal["approve", "execute", "decline"]
_NAMES = {"extend_until": "until", "items": "decision"}


@blueprint.route("/disposal/new", methods=["GET", "POST"])
@permission("disposal:case:propose")
def propose() -> ResponseReturnValue:
    """Open a case of what is due."""
    if request.method == "GET":
        return _propose_form()
    given = request.form
    try:
        until = date_of(typed_date(given, "until"), "until")
        said = DueFilter(given.get("class_id", ""), until)
        case_id = instance().disposal.proposing.propose(actor(), given.get("title", ""), said)
    except Invalid as error:
        return _propose_form(faults(error))
    except Refused as error:
        return _propose_form((FieldError(field="class_id", message=error.message),))
    say("success", _("The case is open. Look at its records and decide."))
    return redirect(url_for("disposal.show", case_id=case_id), 303)


def _propose_form(errors: tuple[FieldError, ...] = ()) -> ResponseReturnValue:
    given = request.form
    page = ProposeCasePage(
        classes=class_choices(), title=given.get("title", ""), class_id=given.get("class_id", ""),
        until=typed_date(given, "until"), errors=errors,
    )  # fmt: skip
    return render_template("disposal_new.html", page=page, shell=shell()), 422 if errors else 200


@blueprint.route("/disposal/<case_id>/appraise", methods=["GET", "POST"])
@permission("disposal:item:appraise")
def appraise(case_id: str) -> ResponseReturnValue:
    """Decide on the records chosen, or on all alike that have no decision yet."""
    if request.method == "GET":
        return _appraise_form(case_id)
    given = request.form
    try:
        ids = _chosen(case_id)
        until = date_of(typed_date(given, "until"), "until")
        said = Appraisal(given.get("decision", ""), given.get("reason", ""), until,
                         given.get("to_class", ""))  # fmt: skip
        instance().disposal.acts.appraise(actor(), case_id, said, ids)
    except Invalid as error:
        return _appraise_form(case_id, faults(error, _NAMES))
    except Refused as error:
        return _back(case_id, error)
    say("success", ngettext("%(num)s record is decided.", "%(num)s records are decided.", len(ids)))
    return redirect(url_for("disposal.show", case_id=case_id), 303)


def _chosen(case_id: str) -> list[str]:
    """The items ticked, or those under the class and action that were chosen together."""
    given = request.values
    if items := given.getlist("item"):
        return items
    class_id, action = given.get("class", ""), given.get("action", "")
    if not class_id:
        return []
    return instance().disposal.cases.alike(actor(), case_id, class_id, action)


def _appraise_form(case_id: str, errors: tuple[FieldError, ...] = ()) -> ResponseReturnValue:
    found = instance().disposal.cases.open(actor(), case_id)
    given, ids = request.values, _chosen(case_id)
    if not ids and not errors:
        say("warning", _("Choose at least one record that has no decision yet, or tick some."))
        return redirect(url_for("disposal.show", case_id=case_id), 303)
    action = given.get("action", "")
    page = AppraisePage(
        case_id=case_id, reference=found.row.reference, count=len(ids),
        items=tuple(request.values.getlist("item")), class_id=given.get("class", ""),
        action=action, classes=class_choices(),
        decision=given.get("decision", _offered(action)), reason=given.get("reason", ""),
        until=typed_date(request.form, "until"), to_class=given.get("to_class", ""), errors=errors,
    )  # fmt: skip
    return render_template("disposal_appraise.html", page=page, shell=shell()), (
        422 if errors else 200
    )


def _offered(action: str) -> str:
    """The decision ticked at first; a review is decided by people."""
    offered = DEFAULTS.get(Action(action)) if action in set(Action) else None
    return str(offered or "")


@blueprint.post("/disposal/<case_id>/complete")
@permission("disposal:item:appraise")
def complete(case_id: str) -> ResponseReturnValue:
    """Every record has its decision."""
    return _step(case_id, lambda: instance().disposal.acts.complete(actor(), case_id),
                 _("The appraisal is complete. Somebody else approves or declines."))  # fmt: skip


@blueprint.post("/disposal/<case_id>/announce")
@permission("disposal:case:approve")
def announce(case_id: str) -> ResponseReturnValue:
    """Begin the waiting period."""
    return _step(case_id, lambda: instance().disposal.acts.announce(actor(), case_id),
                 _("The waiting period has begun."))  # fmt: skip


@blueprint.route("/disposal/<case_id>/approve", methods=["GET", "POST"])
@permission("disposal:case:approve")
@step_up
def approve(case_id: str) -> ResponseReturnValue:
    """Approve the list as it was shown; the waiting period begins."""
    given = request.form

    def act() -> None:
        acts, shown = instance().disposal.acts, given.get("seen_list", "")
        if not shown:
            raise Invalid(_("Look at the list again."), fields={"reason": _("Look at it again.")})
        acts.approve(
            actor(), case_id, given.get("reason", ""), has_stepped_up=True, seen_list=shown
        )
        acts.announce(actor(), case_id)

    return _confirmed("approve", case_id, act, _("Approved. The waiting period has begun."))


@blueprint.route("/disposal/<case_id>/execute", methods=["GET", "POST"])
@permission("disposal:case:execute")
@step_up
def execute(case_id: str) -> ResponseReturnValue:
    """Have it carried out."""

    def act() -> None:
        instance().disposal.acts.execute(actor(), case_id, has_stepped_up=True)

    return _confirmed("execute", case_id, act, _("It is being carried out, and goes on by itself."))


@blueprint.route("/disposal/<case_id>/decline", methods=["GET", "POST"])
@permission("disposal:case:decline")
def decline(case_id: str) -> ResponseReturnValue:
    """End it without carrying anything out."""

    def act() -> None:
        instance().disposal.acts.decline(actor(), case_id, request.form.get("reason", ""))

    return _confirmed("decline", case_id, act, _("Declined. Nothing was carried out."))


def _confirmed(act: _Act, case_id: str, do: Callable[[], None], done: str) -> ResponseReturnValue:
    if request.method == "GET":
        return _case_form(act, case_id)
    try:
        do()
    except Invalid as error:
        return _case_form(act, case_id, faults(error))
    except Refused as error:
        return _back(case_id, error)
    say("success", done)
    return redirect(url_for("disposal.show", case_id=case_id), 303)


def _case_form(
    act: _Act, case_id: str, errors: tuple[FieldError, ...] = ()
) -> ResponseReturnValue:  # fmt: skip
    found = instance().disposal.cases.open(actor(), case_id)
    counts = tuple((str(ITEM_STATES[one]), count) for one, count in found.by_state.items())
    page = CaseFormPage(
        act=act, case_id=case_id, reference=found.row.reference, title=found.row.title,
        counts=counts, seen_list=request.form.get("seen_list", found.list_now),
        reason=request.form.get("reason", ""), errors=errors,
    )  # fmt: skip
    return render_template("disposal_form.html", page=page, shell=shell()), 422 if errors else 200


def _step(case_id: str, do: Callable[[], None], done: str) -> ResponseReturnValue:
    try:
        do()
    except Refused as error:
        return _back(case_id, error)
    say("success", done)
    return redirect(url_for("disposal.show", case_id=case_id), 303)


def _back(case_id: str, error: Refused) -> ResponseReturnValue:
    """The case's own page, which says what it is now, with what was refused on top."""
    say("warning", error.message)
    return redirect(url_for("disposal.show", case_id=case_id), 303)
