"""A council's retention schedule from text and back to it. Pure; nothing is half accepted.

Text is CSV with COLUMNS in any order, or the shipped form split on "|" with PIPED. The form of the
table is in sheet.py, of its cells in cells.py.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import TypeVar

from retention.cells import (
    alternative_text,
    alternatives,
    civil_date,
    longer_than_none,
    period,
    period_text,
    rough_days,
    word,
)
from retention.model import Action, Basis, Drawn, Period, Rule, Schedule, Status, Trigger
from retention.sheet import Fault, Row, read_table, refusal, text_of, write_table

__all__ = ["COLUMNS", "PIPED", "parse", "parse_drawn", "render", "render_drawn", "text_of"]

PIPED = (
    "id", "record_class", "trigger", "period", "alt", "action", "basis", "authority", "src", "notes",
)  # fmt: skip
COLUMNS = (*PIPED[:8], "owner", "review_date", "maximum", *PIPED[8:])
DRAWN_COLUMNS = ("status", "class_id", "from_classes", "why")
_Value = TypeVar("_Value")


def parse(
    text: str,
    *,
    version: int,
    profile: str,
    known_classes: Collection[str],
    drawn: Iterable[Drawn] = (),
) -> Schedule:
    """The schedule a text describes.

    known_classes: of the file plan; each needs exactly one row. drawn: from parse_drawn.
    Raises Invalid with everything that is wrong, each fault by line and column: its `fields`, and its
    data `faults`. Then nothing of the text is accepted.
    """
    rows, form = read_table(text, COLUMNS, PIPED)
    faults = [*form]
    lines: dict[str, int] = {}
    rules: dict[str, Rule] = {}
    for row in rows:
        reader = _Reader(row)
        rule = _rule(reader)
        faults += [*reader.faults, *_misplaced(row, lines, known_classes)]
        lines.setdefault(row.cells["id"], row.line)
        if rule is not None:
            rules[rule.class_id] = rule
    # Where a line could not be read, what seems to be lacking may well be in it.
    for class_id in () if form else sorted(set(known_classes) - set(lines)):
        faults.append(
            Fault(0, f"class {class_id}", "the file plan has this class and no row has it")
        )
    drawn = tuple(drawn)
    faults += () if form else _undrawable(drawn, lines)
    if faults:
        raise refusal(faults)
    return Schedule(version, profile, MappingProxyType(rules), drawn)


def render(schedule: Schedule) -> str:
    """The schedule as CSV, which parses back to the same; no cell is a spreadsheet's formula."""
    return write_table(COLUMNS, (_cells(rule) for rule in schedule.rules.values()))


def parse_drawn(text: str, *, known_classes: Collection[str]) -> tuple[Drawn, ...]:
    """Which statuses draw which classes: DRAWN_COLUMNS, from_classes split by spaces, why for people.

    Raises Invalid with everything that is wrong.
    """
    rows, faults = read_table(text, DRAWN_COLUMNS, DRAWN_COLUMNS)
    found: list[Drawn] = []
    for row in rows:
        reader = _Reader(row)
        status = reader.read("status", lambda cell: word(Status, cell, called="status"))
        class_id = reader.read("class_id", lambda cell: _known(cell, known_classes))
        classes = reader.read("from_classes", lambda cell: _classes(cell, known_classes))
        if class_id and class_id in (classes or ()):
            reader.fault("from_classes", f"{class_id} would be drawn onto itself")
        if status and class_id and any((o.status, o.class_id) == (status, class_id) for o in found):
            reader.fault("class_id", f"another row has {status} drawing {class_id} already")
        faults += reader.faults
        if status and class_id and classes:
            found.append(Drawn(status, class_id, classes))
    if faults:
        raise refusal(faults)
    return tuple(found)


def render_drawn(
    drawn: Iterable[Drawn], why: Mapping[tuple[Status, str], str] | None = None
) -> str:
    """Drawn classes as CSV, which parses back to the same."""
    reasons = why or {}
    return write_table(DRAWN_COLUMNS, (
        [one.status, one.class_id, " ".join(sorted(one.from_classes)),
         reasons.get((one.status, one.class_id), "")] for one in drawn
    ))  # fmt: skip


class _Reader:
    """Reads the cells of one row and collects what is wrong with them."""

    def __init__(self, row: Row) -> None:
        self.row = row
        self.faults: list[Fault] = []

    def fault(self, column: str, reason: str) -> None:
        self.faults.append(Fault(self.row.line, column, reason))

    def read(self, column: str, reading: Callable[[str], _Value]) -> _Value | None:
        """What the reading makes of a cell; None, and a fault, where it raises ValueError."""
        try:
            return reading(self.row.cells[column])
        except ValueError as error:
            self.fault(column, str(error))
            return None

    def optional(self, column: str, reading: Callable[[str], _Value]) -> _Value | None:
        """The same for a cell that may be empty or left out."""
        empty = self.row.cells.get(column, "") in ("", "none")
        return None if empty else self.read(column, reading)

    def words(self, column: str, *, wanted: str = "") -> str:
        """Free text. wanted: why it may not be empty, if it may not."""
        text = self.row.cells.get(column, "")
        text = "" if text == "none" else text
        if wanted and not text:
            self.fault(column, wanted)
        return text


def _rule(reader: _Reader) -> Rule | None:
    trigger = reader.read("trigger", lambda cell: word(Trigger, cell, called="trigger"))
    action = reader.read("action", lambda cell: word(Action, cell, called="action"))
    basis = reader.read("basis", lambda cell: word(Basis, cell, called="basis"))
    least = reader.read("period", period if action is Action.RETAIN else longer_than_none)
    others = reader.read("alt", lambda cell: alternatives(cell, trigger))
    maximum: Period | None = reader.optional("maximum", longer_than_none)
    review_on: date | None = reader.optional("review_date", civil_date)
    if maximum and least and rough_days(maximum) < rough_days(least):
        reader.fault(
            "maximum", f"{period_text(maximum)} is less than the period {period_text(least)}"
        )
    if action is Action.RETAIN and others:
        reader.fault("alt", "RETAIN keeps for good, so nothing can stand in its place")
    if action is Action.RETAIN and maximum:
        reader.fault("maximum", "RETAIN keeps for good, so there is no longest time")
    title = reader.words("record_class", wanted="the class needs a name")
    authority = reader.words("authority", wanted="say what the period rests on")
    owner, source, notes = (reader.words(column) for column in ("owner", "src", "notes"))
    if reader.faults or not (trigger and action and basis and least) or others is None:
        return None
    return Rule(
        class_id=reader.row.cells["id"], title=title, trigger=trigger, period=least,
        alternatives=others, action=action, basis=basis, authority=authority, owner=owner,
        review_on=review_on, maximum=maximum, source=source, notes=notes,
    )  # fmt: skip


def _misplaced(row: Row, lines: Mapping[str, int], known: Collection[str]) -> Iterable[Fault]:
    class_id = row.cells["id"]
    if class_id in lines:
        yield Fault(row.line, "id", f"{class_id} has a row already, in line {lines[class_id]}")
    elif class_id not in known:
        yield Fault(row.line, "id", _unknown_class(class_id))


def _undrawable(drawn: Iterable[Drawn], lines: Collection[str]) -> Iterable[Fault]:
    for one in drawn:
        if one.class_id not in lines:
            reason = (
                f"whoever is {one.status} has this class drawn onto their files; it needs a row"
            )
            yield Fault(0, f"class {one.class_id}", reason)


def _unknown_class(class_id: str) -> str:
    return f'the file plan has no class "{class_id}"' if class_id else "the class's id is needed"


def _known(class_id: str, known: Collection[str]) -> str:
    if class_id not in known:
        raise ValueError(_unknown_class(class_id))
    return class_id


def _classes(cell: str, known: Collection[str]) -> frozenset[str]:
    if not cell:
        raise ValueError("name at least one class")
    return frozenset(_known(one, known) for one in cell.split())


def _cells(rule: Rule) -> list[str]:
    return [
        rule.class_id, rule.title, rule.trigger, period_text(rule.period),
        ";".join(map(alternative_text, rule.alternatives)), rule.action, rule.basis, rule.authority,
        rule.owner, rule.review_on.isoformat() if rule.review_on else "",
        period_text(rule.maximum) if rule.maximum else "", rule.source, rule.notes,
    ]  # fmt: skip
