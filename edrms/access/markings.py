"""Markings: how a client or record is guarded beyond its type, and what each does. Data, and pure.

restricted, sealed: nobody below that level gets in. address: shows an address that must not get about
(domestic abuse). exempt-1 to exempt-7: exempt from publication under the Local Government Act 1972,
Schedule 12A, Part 1 (England); such a record does not go to people of another organisation.
"""

from dataclasses import dataclass

from edrms.access.model import LEVELS
from edrms.fileplan.model import Sensitivity

ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class ExemptCategory:
    """A category of exempt information and the sentence to be said before it is shared."""

    number: int
    words: str

    @property
    def marking(self) -> str:
        return f"exempt-{self.number}"


EXEMPT = (
    ExemptCategory(1, "Information relating to any individual"),
    ExemptCategory(2, "Information likely to reveal the identity of an individual"),
    ExemptCategory(
        3, "Financial or business affairs of any particular person, the council included"
    ),
    ExemptCategory(4, "Consultations or negotiations in a labour relations matter"),
    ExemptCategory(5, "Legal professional privilege"),
    ExemptCategory(6, "A notice, order or direction the council proposes"),
    ExemptCategory(7, "Prevention, investigation or prosecution of crime"),
)
_EXEMPT = {category.marking: category.number for category in EXEMPT}

OF_CLIENTS = frozenset({Sensitivity.RESTRICTED.value, Sensitivity.SEALED.value, ADDRESS})
OF_RECORDS = OF_CLIENTS | _EXEMPT.keys()


def level_of(own: str, markings: frozenset[str]) -> str:
    """The highest of a record's own sensitivity and its markings. An unknown one stays unknown."""
    if own not in LEVELS:
        return own
    marked = [level for level in LEVELS if level in markings or level == own]
    return marked[-1]


def exempt_of(markings: frozenset[str]) -> frozenset[int]:
    """The numbers of the exempt categories among these markings."""
    return frozenset(_EXEMPT[one] for one in markings if one in _EXEMPT)
