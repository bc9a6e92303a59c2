"""Requests as OpenSearch reads them: who may see, what matches, how it scores, what is counted.

Pure builders. The arithmetic of ranking.py is said here in the server's language: each script is a
constant text with parameters, so that the server compiles it once. The server's own statistics (how
many documents hold a term) count hidden records too; nothing here uses them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from search import ranking
from search.model import AccessFilter, SearchRequest, Sort
from search.opensearch_mapping import NEAR_SCALE, spelt
from search.places import TEXT_FIELDS, fields_of
from search.query import Clause, Leaf, Query

Body = dict[str, Any]
NOTHING: Body = {"match_none": {}}
DELETED: Body = {"term": {"deleted": True}}
HELD: Body = {
    "bool": {"filter": [{"exists": {"field": "record_id"}}], "must_not": [DELETED]},
}
SHOWN = ["record_id", "version", "pages", *TEXT_FIELDS]
_MOST_VALUES = 50_000  # of one filter; the server takes 65,536
_MOST_FACETS = 10_000
_BY_LENGTH = (
    "_score / (params.fixed + params.by_word * (doc['words'].size() == 0 ? 0 : doc['words'].value))"
)
_CLAUSE = "params.rarity * _score / (params.k1 + _score)"
_SQUARED = "_score * _score"
_ROUNDED = (
    "double score = params.is_squared ? Math.sqrt(_score / params.weight) : _score;"
    " if (score <= 0) { return 0; }"
    " double scale = Math.pow(10, params.digits - 1 - Math.floor(Math.log10(score)));"
    " return Math.floor(score * scale + 0.5) / scale;"
)


@dataclass(frozen=True, slots=True)
class Facts:
    """Of the visible records only. held: of each clause, how many hold it. both: matches with all
    words, and with as many as can be."""

    visible: int
    mean_words: float
    held: tuple[int, ...]
    strict: int
    loose: int


def visible(access: AccessFilter | tuple[AccessFilter, ...]) -> Body:
    """What the asker may see: any one of the filters; nothing for none."""
    alternatives = access if isinstance(access, tuple) else (access,)
    return any_of([_let_in(one) for one in alternatives])


def _let_in(access: AccessFilter) -> Body:
    wanted = [having("service", access.services), having("sensitivity", access.sensitivities)]
    if access.client_ids is not None:
        wanted.append(having("client_id", access.client_ids))
    if access.record_ids is not None:
        wanted.append(having("record_id", access.record_ids))
    if NOTHING in wanted:
        return NOTHING
    parts: Body = {"filter": [*wanted, {"exists": {"field": "record_id"}}]}
    hidden = [
        having("client_id", access.except_client_ids),
        having("record_id", access.except_record_ids),
    ]
    if some := [query for query in hidden if query != NOTHING]:
        parts["must_not"] = some
    return {"bool": parts}


def having(field: str, values: Iterable[Any]) -> Body:
    """Documents with any of the values; none for no value. What cannot be said is held by none."""
    said = sorted(value for value in values if not isinstance(value, str) or _can_be_said(value))
    parts = [said[at : at + _MOST_VALUES] for at in range(0, len(said), _MOST_VALUES)]
    return any_of([{"terms": {field: part}} for part in parts])


def _can_be_said(value: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in value)


def any_of(queries: Sequence[Body]) -> Body:
    """Any one of these, whatever they score; nothing for none."""
    some = [query for query in queries if query != NOTHING]
    if len(some) == 1:
        return some[0]
    return {"bool": {"should": some, "minimum_should_match": 1}} if some else NOTHING


def chosen(request: SearchRequest) -> list[Body]:
    """What the request narrows to, beside its words."""
    filters = []
    if request.document_type is not None:
        filters.append(having("kind", {request.document_type}))
    if request.client_id is not None:
        filters.append(having("client_id", {request.client_id}))
    days = {"gte": request.from_date, "lte": request.to_date}
    limits = {name: day.toordinal() for name, day in days.items() if day is not None}
    return [*filters, {"range": {"day": limits}}] if limits else filters


def matches(leaf: Leaf) -> Body:
    """Documents that have the leaf, as a filter."""
    everywhere = leaf.field or "any"
    if leaf.prefix:
        return any_of(_beginning(everywhere, leaf.prefix))
    words = [spelt(run[0]) for run in leaf.runs if len(run) == 1]
    phrases = [
        _run(field, run, 1.0) for run in leaf.runs if len(run) > 1 for field in fields_of(leaf)
    ]
    return any_of([*([{"terms": {everywhere: words}}] if words else []), *phrases])


def matches_clause(clause: Clause) -> Body:
    """Documents that have any leaf of the clause."""
    return any_of([matches(leaf) for leaf in clause.leaves])


def _beginning(field: str, prefix: str) -> list[Body]:
    return [{"prefix": {field: {"value": begins + spelt(prefix)}}} for begins in ("", "=")]


def _run(field: str, run: tuple[str, ...], boost: float) -> Body:
    """A run, scoring boost for each time it stands there.

    The server scores a phrase once for each of its terms: hence the division.
    """
    if len(run) == 1:
        return {"term": {field: {"value": spelt(run[0]), "boost": boost}}}
    phrase = " ".join(map(spelt, run))
    return {"match_phrase": {field: {"query": phrase, "boost": boost / len(run)}}}


class Wanted:
    """A query's words as the server is to look for them, within what is visible and chosen."""

    def __init__(self, seen: Body, narrowed: list[Body], query: Query) -> None:
        self._seen = seen
        self.query = query
        self._filters = narrowed
        self._excluded = [matches(leaf) for leaf in query.excluded]
        self._clauses = [matches_clause(clause) for clause in query.clauses]

    def counting(self) -> Body:
        """A request for the Facts of this query."""
        both = [self._matching([], all_words) for all_words in (True, False)]
        counted: Body = {"words": {"sum": {"field": "words"}}}
        for name, filters in (("held", self._clauses), ("both", both)):
            counted[name] = {"filters": {"filters": filters}}
        return {**_counts_only(self._seen), "aggs": counted}

    def by_day(self, *, all_words: bool) -> Body:
        """The matches, for an order by day."""
        return self._matching([self._seen], all_words)

    def _matching(self, filters: list[Body], all_words: bool) -> Body:
        parts = [*filters, *self._filters]
        for clause, filter_ in zip(self.query.clauses, self._clauses, strict=True):
            if all_words or clause.is_required:
                parts.append(filter_)
        if self._clauses and not all_words:
            parts.append(any_of(self._clauses))
        return {"bool": {"filter": parts, "must_not": self._excluded}}

    def scored(self, facts: Facts, *, all_words: bool) -> Body:
        """The matches with their scores."""
        rarities = [ranking.rarity(held, facts.visible) for held in facts.held]
        scored = [
            _scored(clause, rarity, facts.mean_words)
            for clause, rarity in zip(self.query.clauses, rarities, strict=True)
        ]
        words = {"bool": {"should": scored, **self._matching([self._seen], all_words)["bool"]}}
        given = {"digits": ranking.SIGNIFICANT_DIGITS, "weight": sum(rarities)}
        if all_words:
            return _script(words, _ROUNDED, is_squared=False, **given)
        return _script(self._covering(words, rarities), _ROUNDED, is_squared=True, **given)

    def _covering(self, words: Body, rarities: list[float]) -> Body:
        """Square of the score times the weight of the clauses held; its root is taken at the end."""
        functions = [
            {"filter": clause, "weight": rarity}
            for clause, rarity in zip(self._clauses, rarities, strict=True)
            if clause != NOTHING
        ]
        squared = _script(words, _SQUARED)
        how = {"score_mode": "sum", "boost_mode": "multiply"}
        return {"function_score": {"query": squared, "functions": functions, **how}}


def _scored(clause: Clause, rarity: float, mean_words: float) -> Body:
    parts = [part for leaf in clause.leaves for part in _frequency(leaf, mean_words)]
    frequency = {"bool": {"should": parts}} if parts else NOTHING
    return _script(frequency, _CLAUSE, rarity=rarity, k1=ranking.K1)


def _frequency(leaf: Leaf, mean_words: float) -> list[Body]:
    """Parts that add up to the weighted frequency of a leaf."""
    if not leaf.field and not leaf.prefix and len(leaf.runs) == len(leaf.runs[0]) == 1:
        tenths = {"value": spelt(leaf.runs[0][0]), "boost": 1 / NEAR_SCALE}
        body = _run("body", leaf.runs[0], ranking.FIELD_WEIGHTS["body"])
        return [_by_length(body, mean_words), {"term": {"near": tenths}}]
    parts = []
    for field in fields_of(leaf):
        best = _in_field(field, leaf)
        parts.append(_by_length(best, mean_words) if field == "body" else best)
    return parts


def _in_field(field: str, leaf: Leaf) -> Body:
    """Weighted frequency in one field: of alternatives the most frequent; a prefix counts once."""
    weight = ranking.FIELD_WEIGHTS[field]
    if leaf.prefix:
        return {
            "constant_score": {"filter": any_of(_beginning(field, leaf.prefix)), "boost": weight}
        }
    runs = [_run(field, run, weight) for run in leaf.runs]
    return runs[0] if len(runs) == 1 else {"dis_max": {"queries": runs}}


def _by_length(query: Body, mean_words: float) -> Body:
    """Divided by ranking.length_norm of the document."""
    by_word = ranking.B / max(mean_words, 1.0)
    return _script(query, _BY_LENGTH, fixed=1 - ranking.B, by_word=by_word)


def _script(query: Body, source: str, **params: Any) -> Body:
    return {"script_score": {"query": query, "script": {"source": source, "params": params}}}


def _counts_only(query: Body) -> Body:
    return {"size": 0, "track_total_hits": True, "query": query}


def holding(seen: Body, leaves: Sequence[Leaf]) -> Body:
    """A request for how many visible documents have each leaf."""
    return {
        **_counts_only(seen),
        "aggs": {"held": {"filters": {"filters": [*map(matches, leaves)]}}},
    }


def counting(query: Body) -> Body:
    """A request for how many documents match."""
    return _counts_only(query)


def page_of_hits(query: Body, request: SearchRequest, is_scored: bool) -> Body:
    """A request for one page of hits with total and facets.

    Each facet is counted without its own choice; the total and the hits obey both.
    """
    types = [having("kind", request.document_types)] if request.document_types else []
    years = [having("year", request.years)] if request.years else []
    order = "asc" if request.sort is Sort.OLDEST else "desc"
    first = {"_score": "desc"} if is_scored else {"day": order}
    body = {
        "query": query,
        "from": (request.page - 1) * request.page_size,
        "size": request.page_size,
        "track_total_hits": True,
        "sort": [first, {"record_id": "asc"}],
        "_source": SHOWN,
        "aggs": {"by_type": _facet("kind", years), "by_year": _facet("year", types)},
    }
    return (
        {**body, "post_filter": {"bool": {"filter": [*types, *years]}}} if types + years else body
    )


def _facet(field: str, narrowed: list[Body]) -> Body:
    counted = {"of": {"terms": {"field": field, "size": _MOST_FACETS}}}
    return {"filter": {"bool": {"filter": narrowed}}, "aggs": counted}
