"""The governance desk: what falls due when, the records behind each number, and facts to find out.

Every list stands under an address with its filter, and can be had as a file.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from flask import Blueprint, Response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.authn import actor, permission
from api.web import desk_form
from api.web.context import instance, page_number
from api.web.csv_answer import csv_answer, csv_stream
from api.web.desk_page import desk_page, kept_row, lack_rows
from api.web.presenting import pagination
from api.web.shell import shell
from api.web.view_models import DeskFilter, DeskPage, KeptPage, LackPage, Pagination
from edrms.access.model import Actor
from edrms.access.policy import holds
from edrms.errors import Invalid
from retention.answers import columns_of
from retention.desk import PAGE_SIZE, Listed
from retention.desk_facts import Lacking
from retention.desk_filter import Standing, Wanted
from retention.proposing import PROPOSE

blueprint = Blueprint("retention_desk", __name__, url_prefix="/retention")
_AT_ONCE = 500
_Row = TypeVar("_Row")


@blueprint.get("")
@permission("retention:desk:view")
def index() -> ResponseReturnValue:
    """What falls due by month, by year and by class."""
    given = desk_form.typed()
    wanted, faults = desk_form.wanted_of(given)
    if faults:
        page = DeskPage(
            as_of=instance().clock.now(),
            filter=desk_form.filter_of(given, faults),
            has_schedule=True,
        )
        return render_template("retention.html", page=page, shell=shell()), 422
    return render_template(
        "retention.html", page=desk_page(given, _narrowed(wanted)), shell=shell()
    )


def _narrowed(wanted: Wanted) -> Wanted:
    """The desk is narrowed by class and service alone; the rest is for lists."""
    return Wanted(class_id=wanted.class_id, service=wanted.service)


@blueprint.get("/due.csv")
@permission("retention:desk:view")
def due_csv() -> Response:
    """The numbers by month and by year as a file."""
    found = instance().retention.desk.totals(actor(), _narrowed(_asked()))
    rows: list[tuple[object, ...]] = [
        (kind, one.from_day, one.to_day, one.records)
        for kind, some in ((_("month"), found.months), (_("year"), found.years),
                           (_("after"), (found.beyond,)))
        for one in some
    ]  # fmt: skip
    rows.insert(0, (_("due now"), None, found.today, found.overdue))
    return csv_answer("retention-due", [_("Stretch"), _("From"), _("To"), _("Records")], rows)


@blueprint.get("/classes.csv")
@permission("retention:desk:view")
def classes_csv() -> Response:
    """The numbers by class as a file."""
    found = desk_page(desk_form.typed(), _narrowed(_asked()))
    headings = [_("Class"), _("Name"), _("Due now"), _("Due within 12 months"), _("Due later"),
                _("A fact is missing"), _("Kept for good")]  # fmt: skip
    return csv_answer(
        "retention-classes", headings,
        ((row.code, row.name, *(count for count, _href in row.counts)) for row in found.classes),
    )  # fmt: skip


@blueprint.get("/records")
@permission("retention:desk:view")
def records() -> ResponseReturnValue:
    """The records behind a number, the earliest date first."""

    def page(listing: _Listing[Listed]) -> KeptPage:
        return KeptPage(
            filter=listing.filter, rows=tuple(kept_row(row) for row in listing.rows),
            paging=listing.paging,
            may_propose=listing.wanted.standing is Standing.OVERDUE and holds(actor(), PROPOSE),
        )  # fmt: skip

    desk = instance().retention.desk
    return _list_page("retention_desk.records", "retention_records.html", desk.listed, page)


@blueprint.get("/records.csv")
@permission("retention:desk:view")
def records_csv() -> Response:
    """The same, all of them, as a file."""
    found = instance().retention.desk.every(actor(), _asked())
    headings = [_("Reference"), _("Title"), _("Classes"), _("State"), _("Date"), _("Not before"),
                _("What is proposed then"), _("On hold"), _("Why"), _("Received")]  # fmt: skip
    return csv_stream("retention-records", headings, (_record_cells(row) for row in found))


def _record_cells(row: Listed) -> tuple[object, ...]:
    known = columns_of(row.answer) if row.answer else {}
    return (
        row.reference, row.title, " ".join(row.classes), kept_row(row).state, known.get("due_on"),
        known.get("not_before"), known.get("action"),
        _("yes") if row.is_held else _("no"), row.why, row.received_on,
    )  # fmt: skip


@blueprint.get("/unknown")
@permission("retention:fact:list")
def unknown() -> ResponseReturnValue:
    """Facts without which records have no date, those waited for longest first."""

    def page(listing: _Listing[Lacking]) -> LackPage:
        return LackPage(filter=listing.filter, rows=lack_rows(listing.rows), paging=listing.paging)

    facts = instance().retention.desk_facts
    return _list_page("retention_desk.unknown", "retention_unknown.html", facts.listed, page)


@blueprint.get("/unknown.csv")
@permission("retention:fact:list")
def unknown_csv() -> Response:
    """The same, all of them, as a file."""
    headings = [_("Person"), _("What is missing"), _("Classes"), _("Records waiting"),
                _("Records it would settle"), _("Waiting since")]  # fmt: skip
    return csv_stream("retention-facts", headings, _fact_cells(_asked()))


def _fact_cells(wanted: Wanted) -> Iterator[tuple[object, ...]]:
    """Names are looked up for some facts at a time."""
    some: list[Lacking] = []
    for one in instance().retention.desk_facts.every(actor(), wanted):
        some.append(one)
        if len(some) == _AT_ONCE:
            yield from _cells_of(some)
            some = []
    yield from _cells_of(some)


def _cells_of(found: list[Lacking]) -> Iterator[tuple[object, ...]]:
    for row in lack_rows(found):
        yield (row.who.text, row.what, " ".join(row.classes), row.records, row.settles,
               row.since)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Listing(Generic[_Row]):
    """A page of a list, with what was asked for. paging: None where the filter cannot be read."""

    filter: DeskFilter
    wanted: Wanted
    rows: Sequence[_Row] = ()
    paging: Pagination | None = None


def _list_page(
    endpoint: str, template: str,
    listed: Callable[[Actor, Wanted, int, int], tuple[list[_Row], int]],
    page_of: Callable[[_Listing[_Row]], KeptPage | LackPage],
) -> ResponseReturnValue:  # fmt: skip
    """A page of a list under its filter: faults named on it, and the last page for one behind it."""
    given = desk_form.typed()
    wanted, faults = desk_form.wanted_of(given)
    page_filter = desk_form.filter_of(given, faults)
    if faults:
        page = page_of(_Listing(page_filter, wanted))
        return render_template(template, page=page, shell=shell()), 422
    number = page_number()
    rows, total = listed(actor(), wanted, PAGE_SIZE, (number - 1) * PAGE_SIZE)
    paging = pagination(number, PAGE_SIZE, total)
    if paging.page < number:
        values: dict[str, Any] = dict(page_filter.args)
        return redirect(url_for(endpoint, page=paging.page, **values))
    page = page_of(_Listing(page_filter, wanted, rows, paging))
    return render_template(template, page=page, shell=shell())


def _asked() -> Wanted:
    """What a file is asked to hold. Raises Invalid for a filter that cannot be read."""
    wanted, faults = desk_form.wanted_of(desk_form.typed())
    if faults:
        raise Invalid(" ".join(faults.values()), fields=faults)
    return wanted
