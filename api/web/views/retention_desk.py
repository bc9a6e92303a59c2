"""The governance desk: what falls due when, the records behind each number, and facts to find out.

Every list stands under an address with its filter, and can be had as a file.
"""

from collections.abc import Iterator, Mapping
from typing import Any

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
from api.web.view_models import DeskPage, KeptPage, LackPage
from edrms.errors import Invalid
from retention.answers import columns_of
from retention.desk import PAGE_SIZE, Listed
from retention.desk_facts import Lacking
from retention.desk_filter import Wanted

blueprint = Blueprint("retention_desk", __name__, url_prefix="/retention")
_AT_ONCE = 500


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
    given = desk_form.typed()
    wanted, faults = desk_form.wanted_of(given)
    page_filter = desk_form.filter_of(given, faults)
    if faults:
        page = KeptPage(filter=page_filter)
        return render_template("retention_records.html", page=page, shell=shell()), 422
    number = page_number()
    rows, total = instance().retention.desk.listed(
        actor(), wanted, PAGE_SIZE, (number - 1) * PAGE_SIZE
    )
    paging = pagination(number, PAGE_SIZE, total)
    if paging.page < number:
        return redirect(_again("retention_desk.records", paging.page, page_filter.args))
    page = KeptPage(filter=page_filter, rows=tuple(kept_row(row) for row in rows), paging=paging)
    return render_template("retention_records.html", page=page, shell=shell())


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
    given = desk_form.typed()
    wanted, faults = desk_form.wanted_of(given)
    page_filter = desk_form.filter_of(given, faults)
    if faults:
        page = LackPage(filter=page_filter)
        return render_template("retention_unknown.html", page=page, shell=shell()), 422
    number = page_number()
    rows, total = instance().retention.desk_facts.listed(
        actor(), wanted, PAGE_SIZE, (number - 1) * PAGE_SIZE
    )
    paging = pagination(number, PAGE_SIZE, total)
    if paging.page < number:
        return redirect(_again("retention_desk.unknown", paging.page, page_filter.args))
    page = LackPage(filter=page_filter, rows=lack_rows(rows), paging=paging)
    return render_template("retention_unknown.html", page=page, shell=shell())


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


def _again(endpoint: str, number: int, args: Mapping[str, str]) -> str:
    """The last page there is of the same list."""
    values: dict[str, Any] = dict(args)
    return url_for(endpoint, page=number, **values)


def _asked() -> Wanted:
    """What a file is asked to hold. Raises Invalid for a filter that cannot be read."""
    wanted, faults = desk_form.wanted_of(desk_form.typed())
    if faults:
        raise Invalid(" ".join(faults.values()), fields=faults)
    return wanted
