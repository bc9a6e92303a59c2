"""How far a client's name and a printed name agree: order, initials, short forms, slips of OCR.

Which of the printed names is the subject's was settled in names.py; what a whole name is worth in
bits is here, beside the veto of a subject who is called something else.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import IntEnum
from functools import cache, lru_cache
from importlib import resources

from edrms.clients.folding import fold_name
from edrms.clients.model import Client
from scanning.indexing.agreement import Agreement
from scanning.indexing.found import FoundName, Identifiers
from scanning.indexing.likeness import letters_apart
from scanning.indexing.model import Evidence, EvidenceKind, Role


class Likeness(IntEnum):
    """How alike two surnames or two forenames are."""

    DIFFERENT = 0
    ABSENT = 1
    INITIAL = 2
    NEAR = 3
    SHORT_FORM = 4
    SAME = 5


@dataclass(frozen=True, slots=True)
class NameLikeness:
    """A printed name beside a client's."""

    name: FoundName
    surname: Likeness
    forename: Likeness

    @property
    def is_full(self) -> bool:
        """Surname and forename are the client's."""
        return self.surname is Likeness.SAME and self.forename >= Likeness.SHORT_FORM

    @property
    def is_nearly_full(self) -> bool:
        """The same, a slip of OCR in the surname allowed."""
        return self.surname >= Likeness.NEAR and self.forename >= Likeness.SHORT_FORM

    @property
    def bits(self) -> float:
        """Bits the name is worth if it is the subject's."""
        return _SURNAME_BITS[self.surname] + _FORENAME_BITS[self.forename]


NEAR_FORENAME = "the forename differs by one letter"
# A brother or a twin shares surname, home and even birth: his forename alone must outweigh these.
_ANOTHER_NAME_BITS = -14.0
_SURNAME_BITS = {Likeness.SAME: 7.0, Likeness.NEAR: 2.5, Likeness.DIFFERENT: -10.0}
_FORENAME_BITS = {
    Likeness.SAME: 6.0,
    Likeness.SHORT_FORM: 5.0,
    Likeness.NEAR: 3.0,
    Likeness.INITIAL: 3.0,
    Likeness.ABSENT: 0.0,
    Likeness.DIFFERENT: -8.0,
}


@cache
def short_forms_of(name: str) -> frozenset[str]:
    """Every other form of a forename (short_forms.txt beside this module, one name's forms a line)."""
    table = resources.files("scanning.indexing").joinpath("short_forms.txt")
    groups = (frozenset(line.split()) for line in table.read_text(encoding="utf-8").splitlines())
    return frozenset().union(*(group for group in groups if name in group))


KnownNames = tuple[tuple[tuple[str, ...], str], ...]


def likeness_of(client: Client, name: FoundName) -> NameLikeness:
    """The best reading of a printed name as this client's, under any name he is known by."""
    return likeness_to(known_names(client), name)


def likeness_to(known: KnownNames, name: FoundName) -> NameLikeness:
    """The same for a client's known names."""
    best, best_rank = NameLikeness(name, Likeness.DIFFERENT, Likeness.DIFFERENT), (-1, -1)
    for forenames, surname in known:
        for first, last in _splits(name.words, name.surname_first):
            of_surname = _surname_likeness(surname, last)
            if of_surname < best_rank[0]:
                continue
            rank = (of_surname, _forename_likeness(forenames, first))
            if rank > best_rank:
                best, best_rank = NameLikeness(name, *rank), rank
    return best


def known_names(client: Client) -> KnownNames:
    """(forenames, surname) folded without spaces: the name itself, then full aliases."""
    single = tuple(_joined(n) for n in client.other_names if len(n.split()) == 1)
    own = (
        (_joined(client.forename), *single, *_first_words(client.forename)),
        _joined(client.surname),
    )
    return (own, *(name for alias in client.other_names for name in _names_of_alias(alias.split())))


def _names_of_alias(words: list[str]) -> Iterator[tuple[tuple[str, ...], str]]:
    if len(words) > 1:
        yield (_joined(words[0]),), _joined(" ".join(words[1:]))
    if len(words) > 2:
        yield (_joined(words[0]),), _joined(words[-1])


def _first_words(forename: str) -> tuple[str, ...]:
    words = forename.split()
    return (_joined(words[0]),) if len(words) > 1 else ()


@lru_cache(maxsize=4096)
def _splits(words: tuple[str, ...], surname_first: bool) -> tuple[tuple[tuple[str, ...], str], ...]:
    """(forenames, surname) in every order the printed words allow; particles join the surname."""
    folded = tuple(filter(None, (_joined(word) for word in words)))
    splits: list[tuple[tuple[str, ...], str]] = []
    for count in range(1, min(3, len(folded)) + 1):
        if not surname_first:
            splits.append((folded[:-count], "".join(folded[-count:])))
        if surname_first or len(folded) in (2, 3):
            splits.append((folded[count:], "".join(folded[:count])))
    return tuple(splits)


@lru_cache(maxsize=65536)
def _joined(name: str) -> str:
    return fold_name(name).replace(" ", "")


@lru_cache(maxsize=8192)
def as_ocr_sees(folded: str) -> str:
    """A folded name with the letters that OCR cannot tell apart made one: "oiiver" is "oliver"."""
    return folded.replace("rn", "m").replace("vv", "w").replace("cl", "d").replace("i", "l")


def _surname_likeness(own: str, printed: str) -> Likeness:
    if own == printed or (len(own) >= 4 and as_ocr_sees(own) == as_ocr_sees(printed)):
        return Likeness.SAME
    slips = 1 if len(own) < 9 else 2
    if len(own) >= 4 and letters_apart(own, printed, slips) <= slips:
        return Likeness.NEAR
    return Likeness.DIFFERENT


def _forename_likeness(own: tuple[str, ...], printed: tuple[str, ...]) -> Likeness:
    if not printed:
        return Likeness.ABSENT
    return max(_one_forename(name, printed) for name in own if name or len(own) == 1)


def _one_forename(own: str, printed: tuple[str, ...]) -> Likeness:
    first = printed[0]
    if own in (first, "".join(printed), "".join(printed[:2])):
        return Likeness.SAME
    if len(first) == 1:
        return Likeness.INITIAL if own[:1] == first else Likeness.DIFFERENT
    if own and first in short_forms_of(own):
        return Likeness.SHORT_FORM
    if len(own) >= 4 and as_ocr_sees(own) == as_ocr_sees(first):
        return Likeness.SAME
    if min(len(own), len(first)) >= 5 and letters_apart(own, first, 1) <= 1:
        return Likeness.NEAR
    if len(own) == 1 and first.startswith(own):
        return Likeness.INITIAL
    return Likeness.DIFFERENT


def _best(likenesses: Iterable[NameLikeness]) -> NameLikeness | None:
    """The printed name most like the client's, or None where there are no names."""
    return max(likenesses, key=lambda found: found.bits, default=None)


def on_name(
    known: KnownNames, subjects: list[NameLikeness], found: Identifiers
) -> Agreement | None:
    """The subject's name beside the client's; without a subject, a mention of the client's name.

    subjects: how like each of the document's subjects is to the client.
    """
    explicit = found.names_of(Role.SUBJECT)
    subject = _best(subjects)
    if subject and subject.bits > 0:
        return _of_subject(subject)
    mention = _best(likeness_to(known, name) for name in found.names)
    if mention and mention.surname is Likeness.SAME and mention.forename >= Likeness.INITIAL:
        return _of_mention(mention, bool(explicit))
    if subject is None:
        return None
    veto = "the document is about somebody of another name"
    bits = _ANOTHER_NAME_BITS if explicit else -4.0
    return Agreement(EvidenceKind.NAME, bits, _evidence(subject, "is another name"), veto=veto)


def _of_subject(subject: NameLikeness) -> Agreement:
    named = subject.forename >= Likeness.INITIAL
    counts = subject.surname is Likeness.SAME and named
    note, veto = "", ""
    if subject.surname is Likeness.NEAR:
        note = "has a surname that differs by a letter or two"
    elif subject.forename is Likeness.NEAR:
        note, veto = "has a forename that differs by one letter", NEAR_FORENAME
    elif not named:
        note = "has no forename that agrees"
    return Agreement(EvidenceKind.NAME, subject.bits, _evidence(subject, note), counts, veto)


def _of_mention(mention: NameLikeness, is_about_another: bool) -> Agreement:
    as_whom = {
        Role.OTHER: "is named as somebody other than the subject",
        Role.WRITER: "is the writer's name",
        Role.COPY: "is on the copy list",
        Role.ADDRESSEE: "is the person addressed",
    }.get(mention.name.role, "is only mentioned")
    if is_about_another:
        veto = "the document is about somebody else, who is named as its subject"
        return Agreement(EvidenceKind.NAME, -10.0, _evidence(mention, as_whom), veto=veto)
    bits = mention.bits if mention.name.role is Role.MENTIONED else mention.bits / 2
    counts = mention.is_full and mention.name.role is Role.MENTIONED
    return Agreement(EvidenceKind.NAME, bits, _evidence(mention, as_whom), counts=counts)


def _evidence(likeness: NameLikeness, note: str) -> Evidence:
    return likeness.name.line.evidence(EvidenceKind.NAME, likeness.name.printed, note)
