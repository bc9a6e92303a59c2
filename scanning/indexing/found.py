"""What is found on a page before anybody is asked whose it is: values with place, role and doubt.

How each is found is in numbers.py, births.py and names.py.
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from edrms.clients.folding import fold_name
from scanning.indexing.lines import Line
from scanning.indexing.model import Evidence, EvidenceKind, Role


@dataclass(frozen=True, slots=True)
class FoundNumber:
    """A number or code. value: folded as the register folds it; printed: as on the page.

    labelled: whether the page says what it is. repaired: whether OCR's letters were read as
    digits (or the other way round) to get it.
    """

    value: str
    printed: str
    line: Line
    role: Role
    labelled: bool = False
    repaired: bool = False

    def evidence(self, kind: EvidenceKind, note: str = "") -> Evidence:
        """This number as evidence."""
        return self.line.evidence(kind, self.printed, note)


@dataclass(frozen=True, slots=True)
class FoundBirth:
    """A date that is, or may be, a date of birth. readings: likeliest first."""

    readings: tuple[date, ...]
    printed: str
    line: Line
    role: Role
    labelled: bool
    repaired: bool = False


@dataclass(frozen=True, slots=True)
class FoundName:
    """A person's name as printed, without title. words: its words in printed order.

    surname_first: whether the page says so ("SMITH, John"); otherwise either order is possible.
    """

    words: tuple[str, ...]
    line: Line
    role: Role
    surname_first: bool = False

    @property
    def printed(self) -> str:
        """The name with one space between its words."""
        return " ".join(self.words)

    @property
    def folded(self) -> tuple[str, ...]:
        """Words as the register folds them; a double-barrelled name is one word with a space."""
        return tuple(filter(None, (fold_name(word) for word in self.words)))


@dataclass(frozen=True)
class Identifiers:
    """Everything on a document that can point at a person."""

    lines: tuple[Line, ...]
    nhs_numbers: tuple[FoundNumber, ...]
    references: tuple[FoundNumber, ...]
    uprns: tuple[FoundNumber, ...]
    postcodes: tuple[FoundNumber, ...]
    births: tuple[FoundBirth, ...]
    names: tuple[FoundName, ...]

    def names_of(self, *roles: Role) -> tuple[FoundName, ...]:
        """The names in these roles."""
        return tuple(name for name in self.names if name.role in roles)

    @property
    def subjects(self) -> tuple[FoundName, ...]:
        """Whom the document is about: those labelled so or, if nobody is, those presumed."""
        return self.names_of(Role.SUBJECT) or self.names_of(Role.PRESUMED)

    @cached_property
    def name_words(self) -> frozenset[str]:
        """Every run of up to three words of every name, folded and without spaces, to look surnames up in."""
        runs: set[str] = set()
        for name in self.names:
            words = [word.replace(" ", "") for word in name.folded]
            for start in range(len(words)):
                runs.update("".join(words[start:end]) for end in range(start + 1, start + 4))
        return frozenset(runs)
