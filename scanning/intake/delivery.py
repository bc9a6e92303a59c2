"""What is known of a delivery of post when its batch is opened. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from edrms.errors import Invalid
from scanning.batches.counts import Sides

MOST_COUNTED = 99_999
MOST_SETTINGS = 20
_LONGEST = {"stream": 32, "note": 500, "origin": 160, "device": 64}


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """received_on: when the post arrived, today if not said. announced_files: how many files the sender
    says will follow. origin: where the post was collected. device: the scanner's name. settings: what the
    device was set to, as it names that (resolution_dpi, colour). Counts are None where nobody counted.
    """

    stream: str = ""
    note: str = ""
    received_on: date | None = None
    origin: str = ""
    device: str = ""
    settings: Mapping[str, str] = field(default_factory=dict)
    sides: Sides = Sides.UNKNOWN
    announced_files: int | None = None
    expected_sheets: int | None = None
    expected_documents: int | None = None
    scanned_from: datetime | None = None
    scanned_until: datetime | None = None

    def checked(self, today: date) -> dict[str, object]:
        """The columns of a batch. Raises Invalid naming every field that is wrong."""
        wrong = {**self._wrong_words(), **self._wrong_counts(), **self._wrong_times(today)}
        if wrong:
            raise Invalid("The batch was not opened.", fields=wrong)
        return {
            **{name: " ".join(getattr(self, name).split()) for name in _LONGEST},
            "received_on": self.received_on or today,
            "settings": dict(self.settings),
            "sides": self.sides.value,
            "announced_files": self.announced_files,
            "expected_sheets": self.expected_sheets,
            "expected_documents": self.expected_documents,
            "scanned_from": self.scanned_from,
            "scanned_until": self.scanned_until,
        }

    def _wrong_words(self) -> dict[str, str]:
        wrong = {
            name: f"Use at most {longest} characters."
            for name, longest in _LONGEST.items()
            if len(getattr(self, name)) > longest
        }
        words = [*self.settings, *self.settings.values()]
        if len(self.settings) > MOST_SETTINGS or any(len(word) > 100 for word in words):
            wrong["settings"] = f"Give at most {MOST_SETTINGS} settings of at most 100 characters."
        return wrong

    def _wrong_counts(self) -> dict[str, str]:
        counts = ("announced_files", "expected_sheets", "expected_documents")
        return {
            name: f"Give a number from 1 to {MOST_COUNTED}."
            for name in counts
            if (count := getattr(self, name)) is not None and not 1 <= count <= MOST_COUNTED
        }

    def _wrong_times(self, today: date) -> dict[str, str]:
        wrong = {}
        if self.received_on and self.received_on > today:
            wrong["received_on"] = "The date received cannot be in the future."
        if self.scanned_from and self.scanned_until and self.scanned_until < self.scanned_from:
            wrong["scanned_until"] = "Scanning cannot end before it began."
        return wrong
