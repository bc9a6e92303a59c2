"""Character error rate of the made letters by how they were captured, against what is asked of each way.

The way stands in the picture's name: dev017_skew300.jpg. Text is compared as the shared scorer does it.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Sequence

from rapidfuzz.distance import Levenshtein
from rich.table import Table

from tests.quality.measure import Measured

SCAN, SKEWED, PHONE = "scan", "skewed", "phone"
GOALS = {SCAN: 0.02, SKEWED: 0.05, PHONE: 0.25}
_WAY = re.compile(r"_(?P<way>[a-z]+)\d+$")
_KINDS = {"skew": SKEWED, "phone": PHONE}  # all others are scans
_ALIKE = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "—": "-", "–": "-", "\f": " "})


def captures_table(measured: Sequence[Measured]) -> Table | None:
    """Errors and characters by way, and together by what the goals name; None where no name tells."""
    ways: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for one in measured:
        way = _WAY.search(one.file.path.stem)
        if one.file.text and way:
            ways[way["way"]].append(errors_in(one.file.text, one.outcome.text))
    if not ways:
        return None
    table = Table("Captured", "Letters", "Characters", "CER", "Goal", title="By capture")
    for kind, goal in GOALS.items():
        own = {way: each for way, each in ways.items() if _KINDS.get(way, SCAN) == kind}
        if own:
            _add(table, kind, [pair for each in own.values() for pair in each], f"{goal:.2f}")
        for way, each in own.items():
            _add(table, f"  {way}", each, "")
    return table


def _add(table: Table, name: str, pairs: Sequence[tuple[int, int]], goal: str) -> None:
    errors, characters = map(sum, zip(*pairs, strict=True))
    rate = f"{errors / characters:.4f}"
    table.add_row(name, str(len(pairs)), str(characters), rate, goal)


def errors_in(true: str, read: str) -> tuple[int, int]:
    """Characters to change, and characters in all, white space and quotation marks made alike."""
    wanted, found = _plain(true), _plain(read)
    return Levenshtein.distance(wanted, found), len(wanted)


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).translate(_ALIKE).split())
