"""What came lately for the people somebody works with."""

from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from api.authn import actor, permission
from api.web.context import instance, page_number
from api.web.presenting import document_list, pagination
from api.web.shell import shell
from api.web.view_models import ArrivalsPage
from edrms.access.policy import VIEW
from edrms.records.arrivals import DAYS

blueprint = Blueprint("arrivals", __name__)
PAGE_SIZE = 50


@blueprint.get("/arrivals")
@permission(VIEW)
def index() -> ResponseReturnValue:
    """All of it, newest first."""
    number = page_number()
    found, total = instance().arrivals.unopened(
        actor(), PAGE_SIZE, (number - 1) * PAGE_SIZE
    ) or ([], 0)  # fmt: skip
    paging = pagination(number, PAGE_SIZE, total)
    if paging.page < number:
        return redirect(url_for("arrivals.index", page=paging.page))
    page = ArrivalsPage(arrivals=document_list(found), pagination=paging, days=DAYS)
    return render_template("arrivals.html", page=page, shell=shell())
