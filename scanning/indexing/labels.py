"""Labels of forms and letters with the slips of OCR taken out, so that "Patlent:" is still a label.

Only words that stand before a colon are touched, and only towards a word of labels that begins with the same
letter; what a label introduces is never changed. Names of people are not labels: names.py.
"""

import re
from functools import lru_cache

from scanning.indexing.likeness import letters_apart

_BEFORE_COLON = re.compile(r"(?<![\w'.|/&-])(?:[\w'.|/&-]++ ?+){1,5}(?=\s{0,2}[:;])")
_WORD = re.compile(r"[\w'.|-]+")
_RE = re.compile(r"^(\W{0,3})(?:R[co0]|Ke|R e)(?=\s?[:;])")
_SECTION = re.compile(
    r"^\W*[SP]\w{3,7} [\dIl]{1,2}\b.{0,40}$"
)  # a heading: "Section 2 Details of referrer"
_OF = frozenset({"ot", "of", "oi"})
_FIGURE_AS_LETTER = str.maketrans("0158|", "oisbl")
_SHORTEST = 4
_VOCABULARY = frozenset(
    [
        "name",
        "names",
        "full",
        "child",
        "children",
        "young",
        "person",
        "client",
        "patient",
        "service",
        "user",
        "pupil",
        "student",
        "resident",
        "surname",
        "forename",
        "forenames",
        "family",
        "first",
        "last",
        "given",
        "date",
        "birth",
        "address",
        "home",
        "number",
        "reference",
        "case",
        "your",
        "hospital",
        "subject",
        "applicant",
        "adult",
        "tenant",
        "customer",
        "details",
        "postcode",
        "telephone",
        "gender",
        "mother",
        "father",
        "parent",
        "guardian",
        "referrer",
        "organisation",
        "school",
        "regarding",
        "concerning",
        "dyddiad",
        "geni",
        "ynghylch",
        "enwau",
        "cyfenw",
        "plentyn",
        "cyfeirnod",
        "social",
        "worker",
        "consultant",
        "doctor",
        "teacher",
        "section",
        "part",
    ]
)


def with_labels_mended(text: str) -> str:
    """The line with what OCR made of its labels put right; another line as it is."""
    if _SECTION.match(text):
        return _WORD.sub(lambda word: _mended(word[0]), text)
    if ":" not in text and ";" not in text:
        return text
    return _BEFORE_COLON.sub(_mended_label, _RE.sub(r"\1Re", text))


def _mended_label(found: re.Match[str]) -> str:
    return _WORD.sub(lambda word: _mended(word[0]), found[0])


@lru_cache(maxsize=8192)
def _mended(printed: str) -> str:
    word = printed.translate(_FIGURE_AS_LETTER).lower()
    if word in _OF and printed.islower():
        return "of"
    if len(word) < _SHORTEST or printed.isdigit() or word.rstrip("s").rstrip("'") in _VOCABULARY:
        return printed
    most = 1 if len(word) < 7 else 2
    near = [w for w in _VOCABULARY if w[0] == word[0] and letters_apart(w, word, most) <= most]
    if not near:
        return printed
    meant = min(near, key=lambda w: (letters_apart(w, word), w))
    return meant.capitalize() if printed[0].isupper() else meant
