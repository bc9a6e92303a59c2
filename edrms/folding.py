"""Text folded so that a phrase is found however it was written. Pure.

Case, accents, punctuation and line ends do not matter. Letters of other scripts than Latin are left out,
so a phrase in one of them cannot be looked for. The same in SQL: folding_sql.py. Names and numbers of
clients: edrms/clients/folding.py.
"""

import re
import unicodedata

_MARKS = re.compile("[\u0300-\u036f]")
_BETWEEN = re.compile("[^a-z0-9]+")
DOUBLE = {"ß": "ss", "ẞ": "ss", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe", "þ": "th", "Þ": "th"}
SINGLE = ("łŁøØđĐðÐı", "llooddddi")
_PLAIN = str.maketrans(dict(zip(*SINGLE, strict=True)) | DOUBLE)


def fold_text(text: str) -> str:
    """Small letters a to z and digits, one space between words: "Siân’s REVIEW" -> "sian s review"."""
    plain = _MARKS.sub("", unicodedata.normalize("NFKD", text)).translate(_PLAIN)
    return _BETWEEN.sub(" ", plain.lower()).strip()
