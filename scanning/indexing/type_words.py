"""The words of a document as the learned classifier counts them. Pure.

Words of letters only, without figures: no number of anybody can become a feature. Names are left out by
whoever learns (learn_types.py), for only there it is known whose document it is.
"""

import re
from collections.abc import Collection

_WORD = re.compile(r"[a-z]{2,20}")
_MOST_WORDS = 1500  # the head of a document tells its type


def words_of(text: str, without: Collection[str] = ()) -> dict[str, int]:
    """How often each word and each pair of neighbours stands in a text. without: folded words to skip."""
    words = [w for w in _WORD.findall(text.lower().replace("'", "")) if w not in without][
        :_MOST_WORDS
    ]
    counted: dict[str, int] = {}
    for place, word in enumerate(words):
        counted[word] = counted.get(word, 0) + 1
        if place:
            pair = f"{words[place - 1]} {word}"
            counted[pair] = counted.get(pair, 0) + 1
    return counted
