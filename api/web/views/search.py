"""Search over filed records."""

from datetime import date

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.authn import actor, permission
from api.web.context import instance
from api.web.presenting import pagination, summaries
from api.web.shell import shell
from api.web.view_models import Facet, SearchHit, SearchPage, TextPart
from edrms.fileplan import document_type
from search.model import FacetCount, Notice
from search.service import Answer, FoundRecord

blueprint = Blueprint("search", __name__)
PAGE_SIZE = 20
MOST_PAGES_SHOWN = 6


@blueprint.get("/search")
@permission("search:index:query")
def index() -> ResponseReturnValue:
    """The search box and what it found."""
    typed = request.args.get("q", "").strip()
    number = max(1, request.args.get("page", 1, type=int))
    if not typed:
        return render_template("search.html", page=SearchPage(), shell=shell())
    year = request.args.get("year", "")
    in_year = int(year) if year.isdecimal() and 1800 < int(year) < 3000 else None
    kind = request.args.get("type", "")
    answer = instance().search.search(
        actor(),
        typed,
        document_type=kind or None,
        from_date=date(in_year, 1, 1) if in_year else None,
        to_date=date(in_year, 12, 31) if in_year else None,
        page=number,
        page_size=PAGE_SIZE,
    )
    page = _page(typed, answer, number, kind, year)
    return render_template("search.html", page=page, shell=shell())


def _page(typed: str, answer: Answer, number: int, kind: str, year: str) -> SearchPage:
    results = answer.results
    problems = {
        Notice.NO_WORDS: _("Type at least one word with a letter or a number in it."),
        Notice.TOO_LONG: _("That is too long to search for. Use fewer words."),
    }
    return SearchPage(
        query=typed,
        is_searched=True,
        hits=tuple(_hit(found) for found in answer.found),
        pagination=pagination(number, PAGE_SIZE, results.total),
        matched="any" if results.notice is Notice.SOME_WORDS else "all",
        suggestion=results.suggestion or "",
        types=_facets(results.by_type, kind, lambda code: document_type(code).name),
        years=_facets(results.by_year, year, str),
        query_problem=problems.get(results.notice, "") if results.notice else "",
    )


def _facets(counts: tuple[FacetCount, ...], selected: str, name: object) -> tuple[Facet, ...]:
    return tuple(
        Facet(
            value=each.value, label=name(each.value), count=each.count,  # type: ignore[operator]
            selected=each.value == selected,
        )
        for each in counts
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
