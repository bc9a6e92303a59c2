"""What waits on whoever answers for access: restrictions due for review, stale grants, open reviews.

Each number opens its list, and each list can be had as a file.
"""

import calendar
from datetime import date, timedelta

from flask import Blueprint, Response, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.authn import actor, permission
from api.web import access_wording
from api.web.context import instance
from api.web.csv_answer import csv_answer
from api.web.shell import shell
from api.web.subjects import links_to
from api.web.view_models import (
    DuePage,
    DueRow,
    Figure,
    OversightPage,
    StalePage,
    StaleRow,
    SubjectLink,
)
from edrms.access.policy import holds
from edrms.access.subjects import Subject, SubjectKind
from edrms.access.tables import Block, Grant, Marking
from edrms.clock import civil_date

blueprint = Blueprint("oversight", __name__)
ENDS_SOON = timedelta(days=14)


@blueprint.get("/access")
@permission("access:guard:view")
def index() -> ResponseReturnValue:
    """The numbers, each with its list."""
    page = OversightPage(
        as_of=instance().clock.now(), figures=tuple(_figures()), links=tuple(_links())
    )
    return render_template("oversight.html", page=page, shell=shell())


def _figures() -> list[Figure]:
    due, stale = _due_rows(), _stale_rows()
    overdue = sum(row.is_overdue for row in due)
    figures = [
        Figure(
            label=_("Restrictions to look at this month"), count=len(due),
            href=url_for("oversight.due"), is_alarm=bool(overdue),
            detail=_("%(count)s are past their date.", count=overdue) if overdue else "",
        ),
        Figure(
            label=_("Grants that nobody seems to need"), count=len(stale),
            href=url_for("oversight.stale"),
            detail=_("Never used, ending soon, or held by somebody who has left."),
        ),
    ]  # fmt: skip
    if holds(actor(), "access:review:decide"):
        figures.insert(0, _reviews())
    return figures


def _reviews() -> Figure:
    oldest, total = instance().reviews.waiting(actor(), limit=1)
    is_overdue = any(one.is_overdue for one in oldest)
    return Figure(
        label=_("Emergency and duty looks to review"), count=total, href=url_for("reviews.index"),
        detail=_("The oldest is overdue.") if is_overdue else "", is_alarm=is_overdue,
    )  # fmt: skip


def _links() -> list[SubjectLink]:
    links = [SubjectLink(text=_("Role by action"), href=url_for("access_reports.matrix"))]
    if holds(actor(), "access:report:view"):
        links.append(SubjectLink(text=_("Reports on access"), href=url_for("access_reports.index")))
    return links


def _month_end() -> date:
    today = civil_date(instance().clock.now())
    return today.replace(day=calendar.monthrange(today.year, today.month)[1])


def _due_rows() -> tuple[DueRow, ...]:
    found = instance().access_reports.due_for_review(actor(), _month_end())
    links = links_to(_about(one) for one in found)
    names = instance().staff.names(
        who for one in found for who in (one.placed_by, getattr(one, "staff_id", "")) if who
    )
    today = civil_date(instance().clock.now())
    return tuple(
        DueRow(
            subject=links[_about(one)],
            what=_("%(name)s is kept out", name=names[one.staff_id])
            if isinstance(one, Block)
            else access_wording.marking_words(one.marking),
            reason=one.reason,
            by=names[one.placed_by],
            since=one.from_at,
            review_on=one.review_on,
            is_overdue=one.review_on < today,
        )
        for one in found
        if one.review_on is not None
    )


def _about(guard: Marking | Block | Grant) -> Subject:
    return Subject(SubjectKind(guard.subject_kind), guard.subject_id)


def _stale_rows() -> tuple[StaleRow, ...]:
    ending_before = instance().clock.now() + ENDS_SOON
    found = instance().access_reports.stale_grants(actor(), ending_before)
    links = links_to(_about(one.grant) for one in found)
    names = instance().staff.names(one.grant.staff_id for one in found)
    return tuple(
        StaleRow(
            subject=links[_about(one.grant)],
            who=names[one.grant.staff_id],
            how=access_wording.relation_words(one.grant.relation),
            since=one.grant.from_at,
            until=one.grant.until_at,
            why=str(access_wording.STALE[one.why]),
        )
        for one in found
    )


@blueprint.get("/access/restrictions")
@permission("access:guard:view")
def due() -> ResponseReturnValue:
    """Markings and blocks whose review falls this month or has passed, earliest first."""
    page = DuePage(rows=_due_rows(), month_end=_month_end())
    return render_template("restrictions_due.html", page=page, shell=shell())


@blueprint.get("/access/restrictions.csv")
@permission("access:guard:view")
def due_csv() -> Response:
    """The same as a file."""
    headings = [_("About"), _("Restriction"), _("Reason"), _("Placed by"), _("Since"),
                _("Look at it by"), _("Past its date")]  # fmt: skip
    return csv_answer(
        "restrictions-due", headings,
        (
            (row.subject.text, row.what, row.reason, row.by, row.since.isoformat(), row.review_on,
             _("yes") if row.is_overdue else _("no"))
            for row in _due_rows()
        ),
    )  # fmt: skip


@blueprint.get("/access/grants")
@permission("access:guard:view")
def stale() -> ResponseReturnValue:
    """Grants that nobody seems to need, the earliest ending first."""
    page = StalePage(rows=_stale_rows())
    return render_template("stale_grants.html", page=page, shell=shell())


@blueprint.get("/access/grants.csv")
@permission("access:guard:view")
def stale_csv() -> Response:
    """The same as a file."""
    headings = [_("About"), _("Who"), _("How"), _("Since"), _("Until"), _("Why it is listed")]
    return csv_answer(
        "grants-to-look-at", headings,
        (
            (row.subject.text, row.who, row.how, row.since.isoformat(),
             row.until.isoformat() if row.until else "", row.why)
            for row in _stale_rows()
        ),
    )  # fmt: skip
