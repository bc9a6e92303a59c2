"""Looks that wait to be reviewed: a file opened in an emergency, a record seen on duty."""

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.authn import actor, permission
from api.web.context import instance, page_number
from api.web.forms import faults
from api.web.presenting import pagination
from api.web.shell import say, shell
from api.web.subjects import links_to
from api.web.view_models import FieldError, ReviewRow, ReviewsPage
from edrms.errors import Conflict, Invalid, Refused

blueprint = Blueprint("reviews", __name__)
PAGE_SIZE = 25


@blueprint.get("/access/reviews")
@permission("access:review:decide")
def index() -> ResponseReturnValue:
    """Others' looks at what the person may see, oldest first."""
    return _list()


def _list(wrong_id: str = "", errors: tuple[FieldError, ...] = ()) -> ResponseReturnValue:
    number = page_number()
    found, total = instance().reviews.waiting(actor(), PAGE_SIZE, (number - 1) * PAGE_SIZE)
    paging = pagination(number, PAGE_SIZE, total)
    if paging.page < number:
        return redirect(url_for("reviews.index", page=paging.page))
    names = instance().staff.names(one.staff_id for one in found)
    links = links_to(one.subject for one in found)
    page = ReviewsPage(
        rows=tuple(
            ReviewRow(
                review_id=one.review_id, kind=one.kind,  # type: ignore[arg-type]
                who=names[one.staff_id], subject=links[one.subject], reason=one.reason,
                at=one.at, until=one.until, is_overdue=one.is_overdue,
            )
            for one in found
        ),
        pagination=paging,
        wrong_id=wrong_id,
        outcome=request.form.get("outcome", ""),
        note=request.form.get("note", ""),
        errors=errors,
    )  # fmt: skip
    return render_template("reviews.html", page=page, shell=shell()), 422 if errors else 200


@blueprint.post("/access/reviews/<review_id>")
@permission("access:review:decide")
def decide(review_id: str) -> ResponseReturnValue:
    """Say whether it was justified. Nobody decides on their own."""
    outcome, note = request.form.get("outcome", ""), request.form.get("note", "")
    try:
        instance().reviews.decide(actor(), review_id, outcome, note)
    except Invalid as error:
        names = {field: f"{field}-{review_id}" for field in ("outcome", "note")}
        return _list(review_id, faults(error, names))
    except (Conflict, Refused) as error:
        say("warning", error.message)
    else:
        say("success", _("The review is recorded."))
    return redirect(url_for("reviews.index"), 303)
