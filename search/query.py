"""What people type becomes a small query: clauses of leaves, each leaf a choice of runs of terms.

Pure, and total: any text gives a Query or says why not; odd characters are read as spaces. The
grammar: words, "phrases", -not, prefix*, this OR that, and type: client: ref: before a word.
"""

import re
from dataclasses import dataclass

from search.model import Notice
from search.words import MAX_TERM, STOP_WORDS, Token, fold, normal, terms_of, tokens

MAX_CHARACTERS = 4_000
MAX_WORDS = 300
FIELDS = ("type", "client", "ref")
_LEXEME = re.compile(
    r"(?:(?<=\s)|^)(?P<minus>[-−])?(?:(?P<field>type|client|ref):)?"
    r"(?:\"(?P<phrase>[^\"]*)\"?|(?P<word>[^\s\"]+))|(?P<loose>[^\s\"]+)|\"(?P<late>[^\"]*)\"?",
    re.IGNORECASE,
)
_PREFIX = re.compile(r"[^\W_]{2,}\*")
_QUOTES = str.maketrans({"“": '"', "”": '"', "„": '"', "«": '"', "»": '"'})


@dataclass(frozen=True, slots=True)
class Leaf:
    """One thing looked for. runs: alternatives, each a run of terms at consecutive positions.

    prefix: folded beginning of a word, "" if none (then runs is empty). field: one of FIELDS or "".
    text: as typed, for messages.
    """

    text: str
    runs: tuple[tuple[str, ...], ...] = ()
    prefix: str = ""
    field: str = ""


@dataclass(frozen=True, slots=True)
class Clause:
    """Leaves of which one must match. is_required: asked for by mark (phrase, field, prefix, OR)."""

    leaves: tuple[Leaf, ...]
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """A question read. clauses: wanted. excluded: none of these may match. invalid: why not read."""

    clauses: tuple[Clause, ...] = ()
    excluded: tuple[Leaf, ...] = ()
    invalid: Notice | None = None


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    minus: bool = False
    field: str = ""
    is_phrase: bool = False


def parse(text: str) -> Query:
    """Read what was typed. Never raises; a blank text gives a Query with nothing in it."""
    text = normal(text).translate(_QUOTES)
    if len(text) > MAX_CHARACTERS:
        return Query(invalid=Notice.TOO_LONG)
    clauses, excluded = _read(_pieces(text))
    if len(clauses) + len(excluded) > MAX_WORDS:
        return Query(invalid=Notice.TOO_LONG)
    if not clauses and text.strip():
        return Query(invalid=Notice.NO_WORDS)
    return Query(_without_stop_words(clauses), tuple(excluded))


def _pieces(text: str) -> list[_Piece]:
    pieces = []
    for found in _LEXEME.finditer(text):
        phrase = found["phrase"] if found["phrase"] is not None else found["late"]
        word = found["word"] or found["loose"] or ""
        field = (found["field"] or "").lower()
        pieces.append(
            _Piece(
                word if phrase is None else phrase, bool(found["minus"]), field, phrase is not None
            )
        )
    return pieces


def _read(pieces: list[_Piece]) -> tuple[list[Clause], list[Leaf]]:
    clauses: list[Clause] = []
    excluded: list[Leaf] = []
    plain: list[str] = []
    join_next = False
    for piece in [*pieces, _Piece("", is_phrase=True)]:
        if _is_plain(piece) and not join_next:
            plain.append(piece.text)
            continue
        clauses += [Clause((leaf,)) for leaf in _leaves(" ".join(plain))]
        plain = []
        if piece.text in ("OR", "AND", "NOT") and not piece.is_phrase:
            join_next = piece.text == "OR"
            continue
        _add(piece, clauses, excluded, join_next)
        join_next = False
    return clauses, excluded


def _is_plain(piece: _Piece) -> bool:
    is_marked = piece.minus or piece.field or piece.is_phrase or piece.text in ("OR", "AND", "NOT")
    return not is_marked and not _PREFIX.fullmatch(piece.text)


def _add(piece: _Piece, clauses: list[Clause], excluded: list[Leaf], is_choice: bool) -> None:
    leaves = _marked_leaves(piece)
    if piece.minus:
        excluded += leaves
    elif leaves and is_choice and clauses:
        clauses[-1] = Clause(clauses[-1].leaves + tuple(leaves), is_required=True)
    else:
        clauses += [Clause((leaf,), is_required=not _is_plain(piece)) for leaf in leaves]


def _marked_leaves(piece: _Piece) -> list[Leaf]:
    if _PREFIX.fullmatch(piece.text) and not piece.is_phrase:
        return [Leaf(piece.text, prefix=fold(piece.text[:-1])[:MAX_TERM], field=piece.field)]
    if piece.is_phrase or piece.minus:
        return _phrase(piece)
    return _leaves(piece.text, piece.field)


def _phrase(piece: _Piece) -> list[Leaf]:
    found = tokens(piece.text)
    run = tuple(token.term for token in found if token.is_primary)
    if not run:
        return []
    last = max(token.last_position for token in found)
    wholes = [
        (token.term,)
        for token in found
        if not token.is_primary and (token.position, token.last_position) == (0, last) and last
    ]
    return [Leaf(piece.text.strip(), tuple(dict.fromkeys([run, *wholes])), field=piece.field)]


def _leaves(text: str, field: str = "") -> list[Leaf]:
    """One leaf for each word, or for each whole (date, code, compound): the longest first."""
    found = tokens(text)
    primary = {token.position: token for token in found if token.is_primary}
    leaves = []
    position = 0
    while position in primary:
        here = [token for token in found if token.position == position]
        last = max(token.last_position for token in here)
        leaves.append(_leaf(text, here, [primary[at] for at in range(position, last + 1)], field))
        position = last + 1
    return leaves


def _leaf(text: str, here: list[Token], parts: list[Token], field: str) -> Leaf:
    last = parts[-1].position
    typed = text[parts[0].start : max(token.end for token in [here[0], *parts])]
    wholes = [
        (token.term,)
        for token in here
        if token.last_position == last > token.position and not token.term.startswith("=")
    ]
    runs: list[tuple[str, ...]] = [run for run in wholes if run[0].startswith("date:")]
    if not runs:
        runs = [tuple(token.term for token in parts), *wholes]
    halves = re.split(r"['’ʼ`]", typed)
    if len(parts) == 1 and len(halves) == 2 and len(halves[0]) <= 2 and len(halves[1]) > 2:
        runs.append((terms_of(halves[0])[0], terms_of(halves[1])[0]))
    return Leaf(typed, tuple(dict.fromkeys(runs)), field=field)


def _without_stop_words(clauses: list[Clause]) -> tuple[Clause, ...]:
    """Without words that say nothing, unless nothing else was asked; a word twice counts once."""
    kept = [
        clause for clause in clauses if clause.is_required or not _is_stop_word(clause.leaves[0])
    ]
    return tuple(dict.fromkeys(kept or clauses))


def _is_stop_word(leaf: Leaf) -> bool:
    return leaf.text.casefold() in STOP_WORDS
