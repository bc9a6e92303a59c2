"""Answering one request with an OpenSearch index: count what is visible, then ask for a page of hits.

Two questions: the first counts, of the visible records only, what the ranking needs; the second
scores with these numbers and brings one page. A word nobody holds costs two more. Nothing here writes.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from rapidfuzz.distance import Levenshtein

from search import ranking
from search.effort import is_too_much
from search.highlight import leaves_of
from search.model import FacetCount, Notice, Results, SearchRequest, Sort
from search.opensearch_describe import described
from search.opensearch_mapping import spelt
from search.opensearch_query import (
    NOTHING,
    Body,
    Facts,
    Wanted,
    chosen,
    holding,
    page_of_hits,
    visible,
)
from search.query import Query, parse
from search.spelling import (
    SPELLING_FIELDS,
    edits_tried,
    leaf_of,
    most_held,
    respelled,
    words_to_respell,
)

Ask = Callable[[Body], Any]
_MOST_CANDIDATES = 10_000
_CANDIDATES_AT_ONCE = 500
_NO_LIMIT = 1e9


def answer(ask: Ask, request: SearchRequest) -> Results:
    """Results of a request. ask: puts a body to the index and returns the decoded answer."""
    query = parse(request.text)
    if query.invalid:
        return Results(notice=query.invalid)
    if is_too_much(query):
        return Results(notice=Notice.TOO_LONG)
    return _Answering(ask, request).of(query)


class _Answering:
    """One request on its way."""

    def __init__(self, ask: Ask, request: SearchRequest) -> None:
        self._ask = ask
        self._request = request
        self._seen = visible(request.access)
        self._narrowed = chosen(request)

    def of(self, query: Query) -> Results:
        """All words; else with unknown ones respelled; else as many of the words as can be."""
        if self._seen == NOTHING:
            return Results()
        wanted = Wanted(self._seen, self._narrowed, query)
        if not query.clauses:
            return self._page(wanted.by_day(all_words=True), query)
        facts = self._facts(wanted)
        is_long = len(query.clauses) > ranking.STRICT_CLAUSES
        if facts.strict and not is_long:
            return self._ranked(wanted, facts, all_words=True)
        if facts.loose and is_long:
            notice = None if facts.strict else Notice.SOME_WORDS
            return self._ranked(wanted, facts, all_words=False, notice=notice)
        return self._near(query, facts) or (
            self._ranked(wanted, facts, all_words=False, notice=Notice.SOME_WORDS)
            if facts.loose
            else Results()
        )

    def _near(self, query: Query, facts: Facts) -> Results | None:
        """Matches of the query respelled, if there are any."""
        held = dict(zip(query.clauses, facts.held, strict=True))
        words = words_to_respell(query, held.__getitem__)
        other, text = respelled(query, self._nearest(words) if words else {})
        if other is None:
            return None
        wanted = Wanted(self._seen, self._narrowed, other)
        found = self._facts(wanted)
        if not found.strict:
            return None
        return self._ranked(
            wanted, found, all_words=True, notice=Notice.NEAR_SPELLINGS, suggestion=text
        )

    def _facts(self, wanted: Wanted) -> Facts:
        told = self._ask(wanted.counting())
        visible_count = told["hits"]["total"]["value"]
        strict, loose = _bucket_counts(told, "both")
        words = told["aggregations"]["words"]["value"] or 0.0
        return Facts(
            visible=visible_count,
            mean_words=words / max(visible_count, 1),
            held=_bucket_counts(told, "held"),
            strict=strict,
            loose=loose,
        )

    def _ranked(
        self,
        wanted: Wanted,
        facts: Facts,
        *,
        all_words: bool,
        notice: Notice | None = None,
        suggestion: str | None = None,
    ) -> Results:
        if self._request.sort is Sort.RELEVANCE:
            body = wanted.scored(facts, all_words=all_words)
        else:
            body = wanted.by_day(all_words=all_words)
        return self._page(body, wanted.query, notice, suggestion)

    def _page(
        self,
        body: Body,
        query: Query,
        notice: Notice | None = None,
        suggestion: str | None = None,
    ) -> Results:
        is_scored = bool(query.clauses) and self._request.sort is Sort.RELEVANCE
        told = self._ask(page_of_hits(body, self._request, is_scored))
        leaves = leaves_of(query)
        facets = {name: facet["of"]["buckets"] for name, facet in told["aggregations"].items()}
        return Results(
            hits=tuple(
                described(hit["_source"], hit["_id"], leaves) for hit in told["hits"]["hits"]
            ),
            total=told["hits"]["total"]["value"],
            by_type=_counts(facets["by_type"], lambda one: (-one["doc_count"], one["key"])),
            by_year=_counts(facets["by_year"], lambda one: -one["key"]),
            notice=notice,
            suggestion=suggestion,
        )

    def _nearest(self, words: Iterable[str]) -> dict[str, str]:
        """For each word the nearest that a visible record holds, where there is one."""
        near = self._candidates(tuple(words))
        held = self._holding({other for others in near.values() for other in others})
        found = {}
        for word, others in near.items():
            for edits in edits_tried(word):
                close = {other: held[other] for other, far in others.items() if far <= edits}
                if best := most_held(close):
                    found[word] = best
                    break
        return found

    def _candidates(self, words: tuple[str, ...]) -> dict[str, dict[str, int]]:
        """For each word those near it, hidden records' words among them, and how many edits away."""
        looked_for = [(word, begins) for word in words for begins in ("", "=")]
        told = self._ask({"size": 0, "suggest": dict(_suggestions(looked_for))})["suggest"]
        near: dict[str, dict[str, int]] = {word: {} for word in words}
        for name, found in told.items():
            word, begins = looked_for[int(name.partition(" ")[0])]
            for option in found[0]["options"] if found else ():
                other = option["text"].removeprefix(begins)
                far = Levenshtein.distance(word, other)
                if other.isalpha() and far <= max(edits_tried(word)):
                    near[word][other] = far
        return near

    def _holding(self, words: set[str]) -> Mapping[str, int]:
        """How many visible records hold each word."""
        held: dict[str, int] = {}
        ordered = sorted(words)
        for at in range(0, len(ordered), _CANDIDATES_AT_ONCE):
            part = ordered[at : at + _CANDIDATES_AT_ONCE]
            told = self._ask(holding(self._seen, [leaf_of(word) for word in part]))
            held |= dict(zip(part, _bucket_counts(told, "held"), strict=True))
        return held


def _suggestions(looked_for: list[tuple[str, str]]) -> Iterable[tuple[str, Body]]:
    """One for each word and field: every near term of the field, whoever's, none left out."""
    for number, (word, begins) in enumerate(looked_for):
        for field in SPELLING_FIELDS:
            near = {
                "field": field,
                "analyzer": "asked",
                "suggest_mode": "always",
                "max_edits": max(edits_tried(word)),
                "prefix_length": len(begins) + 1,
                "min_word_length": 1,
                "accuracy": 0,
                "max_term_freq": _NO_LIMIT,
                "size": _MOST_CANDIDATES,
                "shard_size": _MOST_CANDIDATES,
            }
            yield f"{number} {field}", {"text": begins + spelt(word), "term": near}


def _bucket_counts(told: Any, name: str) -> tuple[int, ...]:
    return tuple(bucket["doc_count"] for bucket in told["aggregations"][name]["buckets"])


def _counts(buckets: list[Any], order: Callable[[Any], Any]) -> tuple[FacetCount, ...]:
    return tuple(
        FacetCount(str(bucket["key"]), bucket["doc_count"]) for bucket in sorted(buckets, key=order)
    )
