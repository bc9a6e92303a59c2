"""Which language a page is written in: English, Welsh or both, by the small words no text does without.

The words are in small_words.txt, a line for each language; those that both have (a, o, am, i) are in
neither.
"""

from collections.abc import Iterable
from functools import cache
from importlib import resources

from scanning.reading.model import Language

LEAST_WORDS = 5
BOTH_SHARE = 0.2  # of the small words, below which a language is only quoted


def language_of(words: Iterable[str]) -> Language:
    """The language of these words; unknown while fewer than five small words tell."""
    plain = [word.strip(".,;:()!?\"'").lower() for word in words]
    known = _small_words()
    english, welsh = (sum(word in known[code] for word in plain) for code in ("en", "cy"))
    if english + welsh < LEAST_WORDS:
        return Language.UNKNOWN
    share = welsh / (english + welsh)
    if share < BOTH_SHARE:
        return Language.ENGLISH
    return Language.WELSH if share > 1 - BOTH_SHARE else Language.BOTH


@cache
def _small_words() -> dict[str, frozenset[str]]:
    text = resources.files("scanning.reading").joinpath("small_words.txt").read_text("utf-8")
    lines = (line.split() for line in text.splitlines())
    return {code: frozenset(words) for code, *words in lines}
