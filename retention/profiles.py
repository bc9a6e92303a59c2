"""The schedules the product ships, as data: retention/profiles/*.csv.

One is whole, the others are overlays: their rows stand in the place of its rows of the same class.
A malformed file stops the program at its first use, as the file plan's tables do.
"""

from collections.abc import Collection
from importlib import resources

from retention.model import Drawn, Rule, Schedule
from retention.schedule import COLUMNS, parse, parse_drawn
from retention.sheet import read_table, refusal, write_table

BASE = "england-statutory-minimum"
OVERLAYS = ("england-calgg-125", "scotland", "wales")
PROFILES = (BASE, *OVERLAYS)


def profile_text(name: str) -> str:
    """A shipped profile whole, as the CSV that schedule.parse reads. Raises KeyError if there is none."""
    if name not in PROFILES:
        raise KeyError(name)
    by_class = _rows(BASE)
    if name != BASE:
        changed = _rows(name)
        if strangers := changed.keys() - by_class.keys():
            raise ValueError(f"{name} has rows for classes {BASE} lacks: {sorted(strangers)}")
        by_class |= changed
    return write_table(COLUMNS, ([row[column] for column in COLUMNS] for row in by_class.values()))


def shipped_drawn(known_classes: Collection[str]) -> tuple[Drawn, ...]:
    """Which statuses draw which classes, the same in every profile."""
    return parse_drawn(_read("drawn"), known_classes=known_classes)


def load_profile(name: str, *, version: int, known_classes: Collection[str]) -> Schedule:
    """A shipped profile as a schedule. Raises KeyError for an unknown name; Invalid if the file plan
    and the profile do not have the same classes."""
    drawn = shipped_drawn(known_classes)
    return parse(
        profile_text(name), version=version, profile=name, known_classes=known_classes, drawn=drawn
    )


def differences(one: Schedule, other: Schedule) -> tuple[tuple[Rule | None, Rule | None], ...]:
    """The rules in which two schedules differ, by class; None where one of them has no rule."""
    classes = sorted({*one.rules, *other.rules})
    pairs = ((one.rules.get(class_id), other.rules.get(class_id)) for class_id in classes)
    return tuple((old, new) for old, new in pairs if old != new)


def _rows(name: str) -> dict[str, dict[str, str]]:
    rows, faults = read_table(_read(name), COLUMNS, ())
    if faults:
        raise refusal(faults)
    return {row.cells["id"]: row.cells for row in rows}


def _read(name: str) -> str:
    return resources.files("retention").joinpath("profiles", f"{name}.csv").read_text("utf-8")
