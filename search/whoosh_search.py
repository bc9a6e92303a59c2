"""Answering one request over a set of segments: who may see, what matches, in what order.

The access mask is made first and everything else is computed inside it. Nothing here opens files or
writes; hits are described (pages, snippets) in whoosh_describe.py.
"""

import heapq
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from search import ranking
from search.effort import is_too_much
from search.model import AccessFilter, FacetCount, Notice, Results, SearchRequest, Sort
from search.query import Clause, Query, parse
from search.whoosh_describe import Found, described
from search.whoosh_matching import Matching
from search.whoosh_segment import Segment
from search.whoosh_spelling import respelled_among


@dataclass(frozen=True, slots=True)
class _Matched:
    """Per segment: which visible documents match, and their scores."""

    masks: list[Any]
    scores: list[Any]

    def count(self) -> int:
        return sum(int(mask.sum()) for mask in self.masks)


def visible_mask(segment: Segment, access: AccessFilter | tuple[AccessFilter, ...]) -> Any:
    """Which documents of the segment the asker may see; all False for an empty filter or none."""
    mask: Any = np.zeros(segment.n, dtype=bool)
    for one in access if isinstance(access, tuple) else (access,):
        mask |= _let_in(segment, one)
    return mask


def _let_in(segment: Segment, access: AccessFilter) -> Any:
    mask: Any = _having_any(segment, "service", access.services)
    mask &= _having_any(segment, "sensitivity", access.sensitivities)
    if access.client_ids is not None:
        mask &= segment.about_any(access.client_ids)
    if access.record_ids is not None:
        mask &= segment.being_any(access.record_ids)
    mask &= ~segment.about_any(access.except_client_ids)
    mask &= ~segment.being_any(access.except_record_ids)
    return mask & segment.live


def _having_any(segment: Segment, field: str, values: frozenset[str]) -> Any:
    mask: Any = np.zeros(segment.n, dtype=bool)
    for value in values:
        mask[segment.postings(field, value)[0]] = True
    return mask


def answer(segments: Sequence[Segment], request: SearchRequest) -> Results:
    """Results of a request over these segments."""
    query = parse(request.text)
    if query.invalid:
        return Results(notice=query.invalid)
    if is_too_much(query):
        return Results(notice=Notice.TOO_LONG)
    visible = [visible_mask(segment, request.access) for segment in segments]
    chosen = [
        mask & _facet_mask(segment, request)
        for segment, mask in zip(segments, visible, strict=True)
    ]
    matching = Matching(segments, visible)
    matched, query, notice, suggestion = _matched(matching, chosen, query)
    types = [_type_mask(segment, request.document_types) for segment in segments]
    years = [_year_mask(segment, request.years) for segment in segments]
    shown = _all_of(matched.masks, types, years)
    if request.sort is Sort.RELEVANCE and query.clauses:
        keys = [-_rounded(scores) for scores in matched.scores]
    else:
        sign = 1 if request.sort is Sort.OLDEST else -1
        keys = [sign * segment.day for segment in segments]
    found = _page_of(segments, shown, keys, request)
    by_type = _type_counts(segments, _all_of(matched.masks, years))
    by_year = _year_counts(segments, _all_of(matched.masks, types))
    hits = described(matching, found, query)
    total = sum(int(mask.sum()) for mask in shown)
    return Results(hits, total, by_type, by_year, notice, suggestion)


def _rounded(scores: Any) -> Any:
    """Array of scores, none negative, to their significant digits; 0 stays 0."""
    magnitude = np.floor(np.log10(np.where(scores > 0, scores, 1.0)))
    scale = 10.0 ** (ranking.SIGNIFICANT_DIGITS - 1 - magnitude)
    return np.floor(scores * scale + 0.5) / scale


def _all_of(*masks: list[Any]) -> list[Any]:
    return [np.logical_and.reduce(of_segment) for of_segment in zip(*masks, strict=True)]


def _type_mask(segment: Segment, types: frozenset[str]) -> Any:
    return _having_any(segment, "kind", types) if types else np.ones(segment.n, dtype=bool)


def _year_mask(segment: Segment, years: frozenset[int]) -> Any:
    mask: Any = np.full(segment.n, not years)
    for year in years:
        first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
        mask |= (segment.day >= first) & (segment.day <= last)
    return mask


def _facet_mask(segment: Segment, request: SearchRequest) -> Any:
    mask: Any = np.ones(segment.n, dtype=bool)
    if request.document_type is not None:
        mask &= _having_any(segment, "kind", frozenset({request.document_type}))
    if request.client_id is not None:
        mask &= _having_any(segment, "client_id", frozenset({request.client_id}))
    if request.from_date is not None:
        mask &= segment.day >= request.from_date.toordinal()
    if request.to_date is not None:
        mask &= segment.day <= request.to_date.toordinal()
    return mask


def _matched(
    matching: Matching, chosen: list[Any], query: Query
) -> tuple[_Matched, Query, Notice | None, str | None]:
    """All words; else all words with unknown ones respelled; else as many of the words as can be."""
    combined = _combined(matching, chosen, query)
    if len(query.clauses) <= ranking.STRICT_CLAUSES or not query.clauses:
        strict = combined(all_words=True)
        if strict.count():
            return strict, query, None, None
    else:
        loose = combined(all_words=False)
        if loose.count():
            is_whole = combined(all_words=True).count() > 0
            return loose, query, None if is_whole else Notice.SOME_WORDS, None
        strict = loose
    other, text = respelled_among(matching, query)
    if other is not None:
        near = _combined(matching, chosen, other)(all_words=True)
        if near.count():
            return near, other, Notice.NEAR_SPELLINGS, text
    loose = combined(all_words=False)
    if loose.count():
        return loose, query, Notice.SOME_WORDS, None
    return strict, query, None, None


def _combined(matching: Matching, chosen: list[Any], query: Query) -> Any:
    """A function that combines the clauses' matches, either all of them or as many as can be."""
    clauses = [_Scored(matching, clause) for clause in query.clauses]
    weight = sum(clause.rarity for clause in clauses) or 1.0

    def combine(*, all_words: bool) -> _Matched:
        masks, scores = [], []
        for number, base in enumerate(chosen):
            mask, score, coverage = base.copy(), np.zeros(len(base)), np.zeros(len(base))
            for leaf in query.excluded:
                mask &= matching.frequency(number, leaf) == 0
            for scored in clauses:
                frequency = scored.frequencies[number]
                score += scored.rarity * ranking.saturated(frequency)
                coverage += scored.rarity * (frequency > 0)
                if all_words or scored.clause.is_required:
                    mask &= frequency > 0
            if clauses:
                mask &= coverage > 0
            masks.append(mask)
            scores.append(score * (coverage / weight) ** ranking.COVERAGE_POWER)
        return _Matched(masks, scores)

    return combine


class _Scored:
    """A clause with its rarity and, per segment, how often each document has it."""

    def __init__(self, matching: Matching, clause: Clause) -> None:
        self.clause = clause
        self.frequencies = [
            sum(matching.frequency(number, leaf) for leaf in clause.leaves)
            for number in range(len(matching.segments))
        ]
        holding = sum(int((frequency > 0).sum()) for frequency in self.frequencies)
        self.rarity = ranking.rarity(holding, matching.visible_count)


def _page_of(
    segments: Sequence[Segment], masks: list[Any], keys: list[Any], request: SearchRequest
) -> list[Found]:
    """The page of documents asked for, least key first, then by record id."""
    rows = (
        (key, segment.ids[number], at, number)
        for at, (segment, mask, values) in enumerate(zip(segments, masks, keys, strict=True))
        for number, key in zip(mask.nonzero()[0].tolist(), values[mask].tolist(), strict=True)
    )
    wanted = request.page * request.page_size
    page = heapq.nsmallest(wanted, rows)[wanted - request.page_size :]
    return [Found(at, number) for _, _, at, number in page]


def _type_counts(segments: Sequence[Segment], masks: list[Any]) -> tuple[FacetCount, ...]:
    """Matches of each document type, most first, then by name."""
    types: Counter[str] = Counter()
    for segment, mask in zip(segments, masks, strict=True):
        types.update(segment.types[number] for number in mask.nonzero()[0].tolist())
    ordered = sorted(types.items(), key=lambda item: (-item[1], item[0]))
    return tuple(FacetCount(value, count) for value, count in ordered)


def _year_counts(segments: Sequence[Segment], masks: list[Any]) -> tuple[FacetCount, ...]:
    """Matches of each year, newest first."""
    days: Counter[int] = Counter()
    for segment, mask in zip(segments, masks, strict=True):
        days.update(segment.day[mask].tolist())
    years: Counter[int] = Counter()
    for day, count in days.items():
        years[date.fromordinal(day).year] += count
    return tuple(
        FacetCount(str(value), count) for value, count in sorted(years.items(), reverse=True)
    )
