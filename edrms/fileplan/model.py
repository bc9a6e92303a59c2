"""Words of the file plan: services, sensitivities, record classes and document types.

Frozen values only. The data itself and its loading are in catalogue.py; periods and triggers belong
to retention.
"""

from dataclasses import dataclass
from enum import StrEnum


class Service(StrEnum):
    """Part of the council whose file a document is for."""

    CHILDREN = "children"
    ADULTS = "adults"
    FINANCE = "finance"
    GENERAL = "general"


class Sensitivity(StrEnum):
    """How a record of a type is guarded from the moment it is filed."""

    NORMAL = "normal"
    RESTRICTED = "restricted"
    SEALED = "sealed"


@dataclass(frozen=True, slots=True)
class RecordClass:
    """A row of the file plan; its id is the id of its row in the retention schedule."""

    id: str
    name: str
    service: Service


@dataclass(frozen=True, slots=True)
class DocumentType:
    """A kind of document the post brings.

    cues: words a person would look for; the classifier keeps its own, richer list.
    record_classes: the default class for each service that receives the type.
    filing_threshold: score (0 to 1) from which a document of this type may file itself.
    note: why these classes.
    """

    code: str
    name: str
    cues: tuple[str, ...]
    services: tuple[Service, ...]
    sensitivity: Sensitivity
    record_classes: tuple[tuple[Service, str], ...]
    filing_threshold: float
    note: str = ""

    def record_class_for(self, service: Service | str) -> str | None:
        """Default record class id on a file of this service.

        A type kept by one service only (an invoice, a complaint) has the same class on every
        file. None: the type does not belong to that service, and a person must choose.
        """
        by_service = dict(self.record_classes)
        own = by_service.get(Service(service))
        if own is None and self.is_for_any_file:
            return self.record_classes[0][1]
        return own

    @property
    def is_for_any_file(self) -> bool:
        """Whether a document of this type may stand on the file of any client."""
        return not {Service.CHILDREN, Service.ADULTS} & set(self.services)
