"""Which words answer a query, for boxes on a page image and for snippets.

Pure: text and query in, word numbers and spans out, read by the same words.py as the index. A
phrase marks its words only where they stand together.
"""

from bisect import bisect_right
from collections.abc import Iterable, Sequence

from search.model import Span
from search.query import Leaf, Query
from search.words import Token, normal, tokens

SNIPPET_WORDS = 32


def leaves_of(query: Query) -> tuple[Leaf, ...]:
    """Every leaf that is wanted (the excluded ones mark nothing)."""
    return tuple(leaf for clause in query.clauses for leaf in clause.leaves)


def matching_words(query: Query, words: Sequence[str]) -> set[int]:
    """Indexes of the words (of one page, in reading order) that answer the query.

    words may carry punctuation, as OCR gives them; a whole such as a date marks all its words.
    """
    starts, texts, length = [], [], 0
    for word in words:
        text = normal(word)
        starts.append(length)
        texts.append(text)
        length += len(text) + 1
    marked: set[int] = set()
    for start, end in matching_ranges(leaves_of(query), tokens(" ".join(texts))):
        marked.update(range(bisect_right(starts, start) - 1, bisect_right(starts, end - 1)))
    return marked


def matching_ranges(leaves: Iterable[Leaf], found: Sequence[Token]) -> list[tuple[int, int]]:
    """Character ranges that match any leaf, sorted and without overlap."""
    at: dict[str, list[Token]] = {}
    for token in found:
        at.setdefault(token.term, []).append(token)
    ranges: list[tuple[int, int]] = []
    for leaf in leaves:
        if leaf.prefix:
            ranges += _prefix_ranges(leaf.prefix, at)
        for run in leaf.runs:
            ranges += _run_ranges(run, at)
    return _merged(ranges)


def _prefix_ranges(prefix: str, at: dict[str, list[Token]]) -> list[tuple[int, int]]:
    beginnings = (prefix, "=" + prefix)
    return [
        (token.start, token.end)
        for term, places in at.items()
        if term.startswith(beginnings)
        for token in places
    ]


def _run_ranges(run: tuple[str, ...], at: dict[str, list[Token]]) -> list[tuple[int, int]]:
    later = [{token.position: token for token in at.get(term, ())} for term in run[1:]]
    ranges = []
    for first in at.get(run[0], ()):
        rest = [step.get(first.position + offset) for offset, step in enumerate(later, start=1)]
        if all(rest):
            ranges += [(token.start, token.end) for token in [first, *rest] if token]
    return ranges


def _merged(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def snippet(leaves: Iterable[Leaf], page_text: str) -> tuple[Span, ...]:
    """About SNIPPET_WORDS words of the page where most of the query stands, hits marked.

    A page without any match gives its beginning; an empty page gives ().
    """
    text = normal(page_text)
    found = tokens(text)
    if not found:
        return ()
    marks = matching_ranges(leaves, found)
    primary = [token for token in found if token.is_primary]
    first = _window(primary, marks)
    chosen = primary[first : first + SNIPPET_WORDS]
    spans = _spans(text, chosen[0].start, chosen[-1].end, marks)
    return tuple(Span(span.text.replace("\n", " "), span.is_hit) for span in spans)


def mark_text(query: Query, page_text: str) -> tuple[Span, ...]:
    """The whole text of a page in spans, those that answer the query marked."""
    text = normal(page_text)
    return _spans(text, 0, len(text), matching_ranges(leaves_of(query), tokens(text)))


def _window(primary: list[Token], marks: list[tuple[int, int]]) -> int:
    """First word of the window holding the most different marked words, a few words before."""
    starts = [token.start for token in primary]
    hits = [bisect_right(starts, start) - 1 for start, _ in marks]
    best, best_value = 0, 0
    for number, first in enumerate(hits):
        inside = [
            hit for hit in hits[number : number + SNIPPET_WORDS] if hit < first + SNIPPET_WORDS - 6
        ]
        value = len({primary[hit].term for hit in inside}) * 100 + len(inside)
        if value > best_value:
            best, best_value = first, value
    return max(0, min(best - 5, len(primary) - SNIPPET_WORDS))


def _spans(text: str, start: int, end: int, marks: list[tuple[int, int]]) -> tuple[Span, ...]:
    spans: list[Span] = []
    at = start
    for mark_start, mark_end in marks:
        if mark_end <= start or mark_start >= end:
            continue
        low, high = max(mark_start, start), min(mark_end, end)
        if low > at:
            spans.append(Span(text[at:low], is_hit=False))
        spans.append(Span(text[low:high], is_hit=True))
        at = high
    if at < end:
        spans.append(Span(text[at:end], is_hit=False))
    return tuple(spans)
