"""Search over filed records."""

import re
from collections.abc import Callable, Iterable

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.authn import actor, permission
from api.limits import counted_as
from api.web.context import instance, page_number
from api.web.presenting import pagination, summaries
from api.web.shell import shell
from api.web.view_models import Facet, SearchHit, SearchPage, TextPart
from edrms.access.policy import holds
from edrms.errors import Invalid
from edrms.fileplan import document_type, load_document_types
from edrms.jobs.overview import overview
from edrms.records.filing import INDEX_RECORD
from search.model import FacetCount, Notice
from search.service import Answer, FoundRecord

blueprint = Blueprint("search", __name__)
PAGE_SIZE = 20
MOST_PAGES_SHOWN = 6
BEHIND_AFTER_S = 60
_YEAR = re.compile("[12][0-9]{3}")


@blueprint.get("/search")
@permission("search:index:query")
@counted_as("searches")
def index() -> ResponseReturnValue:
    """The search box and what it found; type and year may be given several times."""
    typed = request.args.get("q", "").strip()
    if not typed:
        return render_template("search.html", page=SearchPage(), shell=shell())
    kinds, years, number = _types_asked(), _years_asked(), page_number()
    answer = instance().search.search(
        actor(),
        typed,
        document_types=frozenset(kinds),
        years=frozenset(int(year) for year in years),
        page=number,
        page_size=PAGE_SIZE,
    )
    paging = pagination(number, PAGE_SIZE, answer.results.total)
    if paging.page < number:
        there = url_for("search.index", q=typed, type=kinds, year=years, page=paging.page)
        return redirect(there)
    page = _page(typed, answer, number, kinds, years)
    return render_template("search.html", page=page, shell=shell())


def _types_asked() -> list[str]:
    asked = list(dict.fromkeys(request.args.getlist("type")))
    known = {kind.code for kind in load_document_types()}
    if set(asked) - known:
        raise Invalid(_("There is no such document type to filter by."), fields={"type": ""})
    return asked


def _years_asked() -> list[str]:
    asked = list(dict.fromkeys(request.args.getlist("year")))
    if not all(_YEAR.fullmatch(year) for year in asked):
        raise Invalid(_("Enter a year with four digits to filter by."), fields={"year": ""})
    return asked


def _page(
    typed: str, answer: Answer, number: int, kinds: list[str], years: list[str]
) -> SearchPage:
    results = answer.results
    problems = {
        Notice.NO_WORDS: _("Type at least one word with a letter or a number in it."),
        Notice.TOO_LONG: _("That is too long to search for. Use fewer words."),
    }
    links_clients = holds(actor(), "client:file:view")
    return SearchPage(
        query=typed,
        is_searched=True,
        hits=tuple(_hit(found) for found in answer.found),
        pagination=pagination(number, PAGE_SIZE, results.total),
        matched="any" if results.notice is Notice.SOME_WORDS else "all",
        suggestion=results.suggestion or "",
        types=_facets(results.by_type, kinds, lambda code: document_type(code).name),
        years=_facets(results.by_year, years, str),
        query_problem=problems.get(results.notice, "") if results.notice else "",
        index_behind_s=_behind_s(),
        links_clients=links_clients,
    )


def _behind_s() -> int | None:
    """How long the oldest record not yet indexed has waited, where that is worth saying."""
    now = instance().clock.now()
    waits = [
        int((now - kind.oldest).total_seconds())
        for kind in overview(instance().database).kinds
        if kind.kind == INDEX_RECORD and kind.oldest
    ]
    return waits[0] if waits and waits[0] > BEHIND_AFTER_S else None


def _facets(
    counts: Iterable[FacetCount], selected: list[str], name: Callable[[str], str]
) -> tuple[Facet, ...]:
    """Every value with its count; a ticked one stays, even at nought, so that it can be unticked."""
    by_value = {each.value: each.count for each in counts}
    return tuple(
        Facet(value=value, label=name(value), count=by_value.get(value, 0),
              selected=value in selected)
        for value in dict.fromkeys([*by_value, *selected])
    )  # fmt: skip


def _hit(found: FoundRecord) -> SearchHit:
    record = found.record
    return SearchHit(
        record_id=record.record_id,
        title=record.title,
        type_name=document_type(record.document_type).name,
        document_date=record.document_date,
        clients=summaries(found.clients),
        page_count=found.page_count,
        snippet=tuple(
            TextPart(text=span.text, is_marked=span.is_hit) for span in found.hit.snippet
        ),
        page_numbers=found.hit.page_numbers[:MOST_PAGES_SHOWN],
    )
