"""Where on the page a piece of evidence stands: the words with boxes that its text was read from.

The words of a page come in the order of its text, so they are followed line by line; nothing is
guessed where words and text have parted: then the evidence has no boxes.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache

from scanning.indexing.lines import without_accents
from scanning.indexing.model import Evidence, PageText
from scanning.reading.model import Word

_LOOK_AHEAD = 8


def with_words(found: Iterable[Evidence], pages: tuple[PageText, ...]) -> tuple[Evidence, ...]:
    """The same evidence with the boxes of its printed words, where its page was given with words."""
    by_number = {page.number: page for page in pages if page.words}

    @cache
    def lines_of(number: int) -> tuple[tuple[Word, ...], ...]:
        return tuple(_words_by_line(by_number[number]))

    def with_its_words(evidence: Evidence) -> Evidence:
        if evidence.page not in by_number:
            return evidence
        on_line = lines_of(evidence.page)[evidence.line - 1 : evidence.line]
        return replace(evidence, words=_words_saying(evidence.value, *on_line))

    return tuple(with_its_words(evidence) for evidence in found)


def _words_by_line(page: PageText) -> Iterator[tuple[Word, ...]]:
    at = 0
    for line in page.text.splitlines():
        if not line.strip():
            continue
        found = []
        for token in line.split():
            near = range(at, min(at + _LOOK_AHEAD, len(page.words)))
            place = next((i for i in near if page.words[i].text == token), None)
            if place is not None:
                found.append(page.words[place])
                at = place + 1
        yield tuple(found)


def _words_saying(value: str, words: tuple[Word, ...] = ()) -> tuple[Word, ...]:
    """The shortest run of words whose letters and digits hold those of the value."""
    wanted = _bare(value)
    runs = (
        words[start:end]
        for length in range(1, len(words) + 1)
        for start in range(len(words) - length + 1)
        for end in (start + length,)
    )
    return next((run for run in runs if wanted in _bare("".join(w.text for w in run))), ())


def _bare(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", without_accents(text).lower())
