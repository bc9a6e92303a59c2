"""A figure of the engines' bench: ours, the bare engine's, their ratio, and what the ratio should be."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from typing import Any

from rich.table import Table


@dataclass(frozen=True, slots=True)
class Figure:
    """One line. ours, against: both in the unit. at_least, at_most: targets of the ratio, if it has one."""

    what: str
    unit: str
    ours: float
    against: float
    ratio: float
    at_least: float | None = None
    at_most: float | None = None

    @property
    def target(self) -> str:
        """In words, "" without one."""
        if self.at_least is not None:
            return f"at least {self.at_least:g}"
        return "" if self.at_most is None else f"under {self.at_most:.2g}"

    @property
    def verdict(self) -> str:
        """Whether the target is met, "" without one."""
        if self.at_least is not None:
            return "met" if self.ratio >= self.at_least else "missed"
        if self.at_most is not None:
            return "met" if self.ratio < self.at_most else "missed"
        return ""


def quickness(
    what: str, unit: str, ours: float, bare: float, at_least: float | None = None
) -> Figure:
    """Times of the same work: the ratio is bare over ours, so 1 is as fast as bare, more is faster."""
    return Figure(what, unit, ours, bare, bare / ours, at_least)


def rate(what: str, unit: str, ours: float, bare: float, at_least: float | None = None) -> Figure:
    """So much in a second of each: the ratio is ours over bare, so again more is faster."""
    return Figure(what, unit, ours, bare, ours / bare, at_least)


def share(what: str, unit: str, part: float, whole: float, at_most: float) -> Figure:
    """A part of something larger."""
    return Figure(what, unit, part, whole, part / whole, at_most=at_most)


def table(title: str, figures: Iterable[Figure]) -> Table:
    """For a terminal."""
    made = Table("What", "Ours", "Against", "Unit", "Ratio", "Target", "", title=title)
    for one in figures:
        made.add_row(
            one.what, f"{one.ours:.4g}", f"{one.against:.4g}", one.unit, f"{one.ratio:.3g}",
            one.target, one.verdict,
        )  # fmt: skip
    return made


def as_json(figures: Iterable[Figure]) -> list[dict[str, Any]]:
    """Values for JSON, numbers to four figures."""
    return [
        {name: _short(value) for name, value in asdict(one).items()} | {"verdict": one.verdict}
        for one in figures
    ]


def _short(value: Any) -> Any:
    return float(f"{value:.4g}") if isinstance(value, float) else value
