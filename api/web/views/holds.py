"""Holds: the list, one hold and what it is on, and placing, looking again, handing over and lifting."""

from typing import Literal, cast, get_args

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from api.authn import actor, permission, step_up
from api.web.context import instance, page_number
from api.web.csv_answer import csv_answer
from api.web.forms import date_of, faults, typed_date
from api.web.hold_form import FIELDS, new_hold_page, typed_hold
from api.web.hold_wording import about, hold_href
from api.web.presenting import pagination
from api.web.shell import say, shell
from api.web.subjects import href_of
from api.web.view_models import (
    FieldError,
    HoldFormPage,
    HoldPage,
    HoldReviewRow,
    HoldRow,
    HoldsPage,
    SubjectLink,
)
from edrms.access.policy import holds as has
from edrms.access.subjects import Subject, SubjectKind
from edrms.errors import Conflict, Invalid, Refused
from edrms.records.tables import Record
from edrms.staff.finding import find_staff
from retention.hold_looks import PAGE_SIZE, Listed, OpenHold, Which
from retention.hold_scopes import PLACE
from retention.holds import LIFT, REVIEW

blueprint = Blueprint("holds", __name__)
_CSV_AT_ONCE = 5_000
_CONFIRMABLE = {"holds_everything", "holds_nothing"}
_Action = Literal["lift", "review", "owner"]


@blueprint.get("/holds")
@permission("hold:hold:view")
def index() -> ResponseReturnValue:
    """The holds the reader may know of: live, due for a look, or lifted."""
    asked = request.args.get("show", "live")
    show = cast(Which, asked if asked in get_args(Which) else "live")
    teams = instance().holds.teams(actor())
    page = HoldsPage(
        show=show,
        rows=tuple(_row(one, teams) for one in instance().holds.listed(actor(), show)),
        may_place=has(actor(), PLACE),
    )
    return render_template("holds.html", page=page, shell=shell())


def _row(one: Listed, teams: dict[str, str]) -> HoldRow:
    return HoldRow(
        hold_id=one.hold.hold_id, reference=one.hold.reference, title=one.hold.title,
        about=about(one.hold.scopes, teams), owner=one.owner_name, review_on=one.hold.review_on,
        is_secret=one.hold.is_secret, lifted_at=one.hold.lifted_at, note=_note(one),
    )  # fmt: skip


def _note(one: Listed) -> str:
    if not one.needs_look:
        return ""
    if not one.owner_works_here:
        return str(_("The owner works here no more"))
    return str(_("Look whether it is still needed"))


@blueprint.get("/holds/<hold_id>")
@permission("hold:hold:view")
def show(hold_id: str) -> ResponseReturnValue:
    """One hold, and the records it is on, page by page, as far as the reader may see them."""
    opened = instance().holds.open(actor(), hold_id)
    paging = pagination(page_number(), PAGE_SIZE, opened.count)
    records, _total = instance().holds.on(actor(), hold_id, paging.page)
    page = _hold_page(opened, records, paging.page)
    return render_template("hold.html", page=page, shell=shell())


def _hold_page(opened: OpenHold, records: tuple[Record, ...], number: int) -> HoldPage:
    hold, is_live = opened.listed.hold, opened.listed.hold.lifted_at is None
    people = instance().staff.names(
        one for one in (hold.placed_by, hold.lifted_by, *(row.by for row in opened.reviews)) if one
    )
    return HoldPage(
        row=_row(opened.listed, instance().holds.teams(actor())),
        reason=hold.reason, authority=hold.authority, placed_by=people[hold.placed_by],
        placed_at=hold.placed_at, lifted_by=people[hold.lifted_by] if hold.lifted_by else "",
        lifted_reason=hold.lifted_reason, lifted_authority=hold.lifted_authority,
        reviews=tuple(
            HoldReviewRow(at=one.at, by=people[one.by], note=one.note, review_on=one.review_on)
            for one in opened.reviews
        ),
        records=tuple(_link(one) for one in records),
        count=opened.count,
        paging=pagination(number, PAGE_SIZE, opened.count),
        may_lift=is_live and has(actor(), LIFT),
        may_review=is_live and has(actor(), REVIEW),
    )  # fmt: skip


def _link(record: Record) -> SubjectLink:
    href = href_of(Subject(SubjectKind.RECORD, record.record_id))
    return SubjectLink(text=f"{record.reference} {record.title}", href=href)


@blueprint.get("/holds/<hold_id>/records.csv")
@permission("hold:hold:view")
def records_csv(hold_id: str) -> Response:
    """Everything it is on that the reader may see, as a file."""
    rows: list[Record] = []
    number, total = 1, 1
    while len(rows) < total:
        some, total = instance().holds.on(actor(), hold_id, number, size=_CSV_AT_ONCE)
        if not some:
            break
        rows += some
        number += 1
    headings = [_("Reference"), _("Title"), _("Document type"), _("Date"), _("Received")]
    return csv_answer(
        "held-records", headings,
        ((one.reference, one.title, one.document_type, one.document_date, one.received_on)
         for one in rows),
    )  # fmt: skip


@blueprint.route("/holds/new", methods=["GET", "POST"])
@permission("hold:hold:place")
def place() -> ResponseReturnValue:
    """Hold a record, a person, a file, a class, or what fits a description."""
    if request.method == "GET":
        return _new(about_typed=request.args.get("about", ""))
    try:
        placed = instance().holds.place(actor(), typed_hold())
    except Invalid as error:
        return _new(faults(error, FIELDS))
    except Refused as error:
        if error.error_code not in _CONFIRMABLE:
            raise
        wrong = FieldError(field="confirmed", message=_confirm_words(error.error_code))
        return _new((wrong,), to_confirm=wrong.message)
    say("success", _("%(reference)s is live. Nothing it is on is destroyed.",
                     reference=placed.reference))  # fmt: skip
    if placed.too_late:
        say("warning", ngettext(
            "%(num)s record it is on had been given up to destruction before.",
            "%(num)s records it is on had been given up to destruction before.", placed.too_late,
        ))  # fmt: skip
    return redirect(hold_href(placed.hold_id), 303)


def _confirm_words(code: str) -> str:
    if code == "holds_everything":
        return str(_("This catches every record there is. Narrow it, or confirm that you mean it."))
    return str(_("This catches nothing now. Look whether it is right, or confirm that it is meant for "
                 "what is still to come."))  # fmt: skip


def _new(
    errors: tuple[FieldError, ...] = (), to_confirm: str = "", about_typed: str = ""
) -> ResponseReturnValue:
    page = new_hold_page(errors, to_confirm, about_typed)
    return render_template("hold_new.html", page=page, shell=shell()), 422 if errors else 200


@blueprint.route("/holds/<hold_id>/lift", methods=["GET", "POST"])
@permission("hold:hold:lift")
@step_up
def lift(hold_id: str) -> ResponseReturnValue:
    """End it for good."""
    if request.method == "GET":
        return _form("lift", hold_id)
    given = request.form
    try:
        afresh = instance().holds.lift(
            actor(), hold_id, given.get("words", ""), given.get("authority", "")
        )
    except Invalid as error:
        return _form("lift", hold_id, faults(error, {"reason": "words"}))
    words = _("The hold is lifted.")
    if afresh:
        words += " " + ngettext(
            "%(num)s record that was approved for its end is appraised afresh.",
            "%(num)s records that were approved for their end are appraised afresh.", afresh,
        )  # fmt: skip
    return _done(hold_id, words)


@blueprint.route("/holds/<hold_id>/review", methods=["GET", "POST"])
@permission("hold:hold:review")
def review(hold_id: str) -> ResponseReturnValue:
    """It is still needed; when it is looked at again."""
    if request.method == "GET":
        return _form("review", hold_id)
    given = request.form
    try:
        day = date_of(typed_date(given, "day"), "day")
        instance().holds.review(actor(), hold_id, given.get("words", ""), day)
    except Invalid as error:
        return _form("review", hold_id, faults(error, {"note": "words", "review_on": "day"}))
    return _done(hold_id, _("Recorded: the hold is still needed."))


@blueprint.route("/holds/<hold_id>/owner", methods=["GET", "POST"])
@permission("hold:hold:review")
def hand_over(hold_id: str) -> ResponseReturnValue:
    """Somebody else answers for it."""
    if request.method == "GET":
        return _form("owner", hold_id)
    given = request.form
    try:
        found = find_staff(instance().database, given.get("owner", ""), field="owner")
        instance().holds.hand_over(actor(), hold_id, found.staff_id, given.get("words", ""))
    except Invalid as error:
        return _form("owner", hold_id, faults(error, {"note": "words"}))
    return _done(hold_id, _("%(name)s answers for the hold.", name=found.name))


@blueprint.errorhandler(Conflict)
def say_no(error: Conflict) -> ResponseReturnValue:
    """It was lifted meanwhile: say so on its page."""
    say("warning", error.message)
    return redirect(hold_href(str((request.view_args or {}).get("hold_id", ""))), 303)


def _done(hold_id: str, words: str) -> ResponseReturnValue:
    say("success", words)
    return redirect(url_for("holds.show", hold_id=hold_id), 303)


def _form(
    action: _Action, hold_id: str, errors: tuple[FieldError, ...] = ()
) -> ResponseReturnValue:
    hold = instance().holds.open(actor(), hold_id).listed.hold
    given = request.form
    page = HoldFormPage(
        action=action, hold_id=hold_id, title=f"{hold.reference} {hold.title}",
        words=given.get("words", ""), authority=given.get("authority", ""),
        owner=given.get("owner", ""), day=typed_date(given, "day"), errors=errors,
    )  # fmt: skip
    return render_template("hold_form.html", page=page, shell=shell()), 422 if errors else 200
