"""English stemming, taken from Whoosh. Words go in folded and lower case; nothing else lives here."""

from functools import lru_cache

from whoosh.lang.porter2 import stem as _porter2


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """Stem of a folded English word (Porter's second algorithm); digits come back unchanged."""
    return str(_porter2(word)) if word.isalpha() else word
