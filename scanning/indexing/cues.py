"""The classifier's cues, read once from document_cues.psv beside this module.

kind is title (the name such a paper bears), cue (words found in it), acronym (only as capitals stand)
or never (words that speak against it). How cues become a score is in classify.py.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib import resources

from edrms.fileplan import document_type
from scanning.indexing.likeness import pieces_of
from scanning.indexing.lines import without_accents


class CueKind(StrEnum):
    """What a cue tells."""

    TITLE = "title"
    CUE = "cue"
    ACRONYM = "acronym"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Cue:
    """A phrase of a document type. folded: as skeleton() folds it, with blanks at both ends.

    closed: without any blank, "" for one too short to be found so. start: its first START_LETTERS, blanks not
    counted, "" for a shorter one. pieces: see pieces_of; none for a phrase that is not looked for with slips.
    """

    code: str
    kind: CueKind
    phrase: str
    folded: str
    closed: str
    start: str
    pieces: tuple[str, ...]


START_LETTERS = 6
LEAST_HEAD_LIKENESS = 90  # of a title, 0 to 100, to what stands in the head of a document
_SHORTEST_WITH_SLIPS = 11  # letters
_LONGEST_WITH_BLANKS = 12
_CONFUSED = str.maketrans("015|8!", "olslbl")


def skeleton(text: str) -> str:
    """Text as OCR cannot tell it apart: small letters, one blank between words, i, l and 1 alike."""
    plain = without_accents(text).lower().replace("'", "").translate(_CONFUSED)
    plain = plain.replace("rn", "m").replace("vv", "w").replace("i", "l")
    return f" {' '.join(re.findall(r'[a-z0-9&<]+', plain))} "


@cache
def load_cues() -> tuple[Cue, ...]:
    """Every cue; KeyError or ValueError if the table is malformed or names an unknown type."""
    table = resources.files("scanning.indexing").joinpath("document_cues.psv")
    _, *rows = table.read_text(encoding="utf-8").splitlines()
    return tuple(cue for row in rows for cue in _cues_of(*row.split("|")))


def starts_in(closed: str) -> set[str]:
    """Every start a cue may have that stands in a text without blanks."""
    return {"", *_runs_in(closed, START_LETTERS)}


def pieces_in(head: str) -> set[str]:
    """Every piece of a cue that stands in the head of a document."""
    return {
        piece
        for length, pieces in _pieces_by_length()
        for piece in pieces.intersection(_runs_in(head, length))
    }


def _runs_in(text: str, length: int) -> Iterator[str]:
    """Every run of so many letters: to look one up in a set is quicker than to search the text for it."""
    return (text[at : at + length] for at in range(len(text) - length + 1))


@cache
def _pieces_by_length() -> tuple[tuple[int, frozenset[str]], ...]:
    every = {piece for cue in load_cues() for piece in cue.pieces}
    return tuple(
        (length, frozenset(piece for piece in every if len(piece) == length))
        for length in {len(piece) for piece in every}
    )


def _cues_of(code: str, kind: str, phrases: str) -> list[Cue]:
    document_type(code)
    wanted = dict.fromkeys(phrase.strip() for phrase in phrases.split(";"))
    return [_cue(code, CueKind(kind), phrase) for phrase in wanted]


def _cue(code: str, kind: CueKind, phrase: str) -> Cue:
    folded = skeleton(phrase)
    bare = folded.replace(" ", "")
    closed = bare if len(folded) > _LONGEST_WITH_BLANKS else ""
    start = bare[:START_LETTERS] if len(bare) >= START_LETTERS else ""
    title = folded.strip()
    has_slips = kind is CueKind.TITLE and len(title) >= _SHORTEST_WITH_SLIPS
    pieces = pieces_of(title, LEAST_HEAD_LIKENESS) if has_slips else ()
    return Cue(code, kind, phrase, folded, closed, start, pieces)
