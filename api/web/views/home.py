"""The start page: what needs this person."""

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from api.authn import actor, signed_in
from api.web.context import instance
from api.web.desk_page import home_figures as retention_figures
from api.web.incident_page import home_figures as incident_figures
from api.web.misfile_page import home_figures as misfile_figures
from api.web.paper_page import home_figures as paper_figures
from api.web.presenting import batch_row, document_list
from api.web.quality_page import home_figures as quality_figures
from api.web.shell import shell
from api.web.view_models import BatchRow, HomePage
from api.web.views.notices import notice_rows
from edrms.access.policy import VIEW, holds
from edrms.clock import civil_date

blueprint = Blueprint("home", __name__)
MOST_BATCHES = 8
MOST_RECENT = 8
MOST_NOTICES = 5


@blueprint.get("/")
@signed_in
def index() -> ResponseReturnValue:
    """The start page; each part only for whoever may follow it."""
    who = actor()
    oversees = holds(who, "batch:all:view")
    sees_batches = oversees or holds(who, "batch:own:view")
    needs = instance().ledger.attention(who) if sees_batches else None
    waiting = instance().desk.waiting(who) if holds(who, "document:queue:view") else None
    oldest = waiting.oldest_since if waiting else None
    today = civil_date(instance().clock.now())
    may_upload = holds(who, "batch:list:open")
    reads = holds(who, VIEW)
    arrived = instance().arrivals.unopened(who, MOST_RECENT) if reads else None
    page = HomePage(
        waiting_count=waiting.documents if waiting else None,
        overdue_count=waiting.overdue if waiting else 0,
        oldest_age_days=(today - civil_date(oldest)).days if oldest else None,
        held_count=needs.held_items if needs else None,
        disagreeing_count=needs.disagreeing_batches if needs else None,
        sees_every_batch=oversees,
        sees_status=holds(who, "system:status:view"),
        may_upload=may_upload,
        may_search=holds(who, "search:index:query"),
        my_batches=_my_batches() if may_upload else (),
        notices=notice_rows(MOST_NOTICES),
        review_count=_reviews(),
        figures=(
            *incident_figures(), *misfile_figures(), *retention_figures(), *quality_figures(),
            *paper_figures(),
        ),
        recent=document_list(instance().viewing.recent(who, MOST_RECENT)) if reads else None,
        arrivals=document_list(arrived[0]) if arrived else None,
        arrival_count=arrived[1] if arrived else 0,
    )  # fmt: skip
    return render_template("home.html", page=page, shell=shell())


def _reviews() -> int | None:
    if not holds(actor(), "access:review:decide"):
        return None
    return instance().reviews.waiting(actor(), limit=1)[1]


def _my_batches() -> tuple[BatchRow, ...]:
    accounts = instance().ledger.batches(actor(), MOST_BATCHES, show="mine")
    names = instance().staff.names(account.batch.opened_by for account in accounts)
    return tuple(batch_row(account, names) for account in accounts)
