"""The start page: what needs this person."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from api.authn import actor, signed_in
from api.web.context import instance
from api.web.presenting import batch_row
from api.web.shell import shell
from api.web.view_models import HomePage
from edrms.access.policy import holds
from edrms.clock import civil_date

blueprint = Blueprint("home", __name__)
MOST_BATCHES = 8


@blueprint.get("/")
@signed_in
def index() -> ResponseReturnValue:
    """The start page."""
    who = actor()
    sees_batches = holds(who, "batch:own:view") or holds(who, "batch:all:view")
    accounts = instance().ledger.batches(who, 50) if sees_batches else []
    names = instance().staff.names(account.batch.opened_by for account in accounts)
    rows = [batch_row(account, names) for account in accounts]
    waiting = instance().desk.waiting(who) if holds(who, "document:queue:view") else None
    today = civil_date(instance().clock.now())
    oldest = waiting.oldest_since if waiting else None
    page = HomePage(
        waiting_count=waiting.documents if waiting else None,
        oldest_age_days=(today - civil_date(oldest)).days if oldest else None,
        held_count=sum(row.attention_count for row in rows) if sees_batches else None,
        disagreeing_count=sum(not row.pages.agrees for row in rows) if sees_batches else None,
        may_upload=holds(who, "batch:list:open"),
        may_search=holds(who, "search:index:query"),
        my_batches=tuple(rows[:MOST_BATCHES]),
    )
    return render_template("home.html", page=page, shell=shell())
