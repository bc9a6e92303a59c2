"""Words of a saved query: what a record must be for a hold to catch it. Frozen values only."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Criteria:
    """Every part given must fit, and of each part any one word; an empty part narrows nothing.

    record_classes: of a case file the record is on. services: of such a file, or of the type on any
    file. teams: ids; a client of the file is or was ever allocated to one. dated, received: civil days,
    both ends included; a record without a document date fits any range of it. phrase: folded
    (edrms/folding.py); stands on one page, or a page of the record could not be read.
    """

    record_classes: frozenset[str] = frozenset()
    document_types: frozenset[str] = frozenset()
    services: frozenset[str] = frozenset()
    teams: frozenset[str] = frozenset()
    dated_from: date | None = None
    dated_to: date | None = None
    received_from: date | None = None
    received_to: date | None = None
    phrase: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked for, so that every record fits."""
        return self == Criteria()


@dataclass(frozen=True, slots=True)
class Known:
    """What a criterion may name."""

    record_classes: frozenset[str]
    document_types: frozenset[str]
    services: frozenset[str]
    teams: frozenset[str]
