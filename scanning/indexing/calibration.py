"""From bits to a score that is right as often as it says: two numbers, kept as data with a version.

The score is a share: 2^(slope x bits) of a client over the same of all rivals and of nobody on the register.
nobody_bits says how much must agree before a client is likelier than somebody who is on no file; slope damps
bits that are not independent of each other. Both are fitted to generated post (`python -m tests.quality
--calibrate`) of other seeds than those reported. Source: docs/quality.md.
"""

import json
import math
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True, slots=True)
class Calibration:
    """version: kept with every suggestion."""

    version: str
    nobody_bits: float
    slope: float

    def score(self, bits: float, rivals: Iterable[float]) -> float:
        """0 to 1: how likely a claim of so many bits is right against rivals of these."""
        own = math.exp2(self.slope * bits)
        nobody = math.exp2(self.slope * self.nobody_bits)
        others = nobody + sum(math.exp2(self.slope * rival) for rival in rivals)
        return round(own / (own + others), 4)


@cache
def calibration() -> Calibration:
    """The numbers in use; ValueError or TypeError if the file beside this module is malformed."""
    stored = resources.files("scanning.indexing").joinpath("match_calibration.json")
    return Calibration(**json.loads(stored.read_text(encoding="utf-8")))
