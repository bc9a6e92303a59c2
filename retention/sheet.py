"""A table of cells as text: CSV or fields split on "|", read with line numbers and written harmless.

What the cells of a schedule mean is in cells.py; which columns it has in schedule.py.
"""

import csv
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from edrms.errors import Invalid

LONGEST_CELL = 2_000  # characters
LONGEST_TABLE = 2_000_000  # characters
_SHOWN = 5  # faults in the message; all are in its fields
_ACTS = ("C", "Zl", "Zp")  # control, format and unassigned characters; line and paragraph ends
_FORMULA = re.compile(r"'*[=+\-@|%\uff1d\uff0b\uff0d\uff20]")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong in one cell. line: as an editor counts; 0: in no line of its own."""

    line: int
    column: str
    reason: str

    @property
    def place(self) -> str:
        """Where it is, in words."""
        parts = [f"line {self.line}"] if self.line else []
        return ", ".join([*parts, *([self.column] if self.column else [])]) or "the file"


@dataclass(frozen=True, slots=True)
class Row:
    """One line's cells by column. line: as an editor counts, the first is 1."""

    line: int
    cells: dict[str, str]


def refusal(faults: Iterable[Fault]) -> Invalid:
    """Everything that is wrong, at once. fields: by place; data `faults`: line, column and reason each."""
    listed = sorted(set(faults), key=lambda fault: (fault.line, fault.column, fault.reason))
    fields: dict[str, str] = {}
    for fault in listed:
        fields[fault.place] = "; ".join(filter(None, (fields.get(fault.place), fault.reason)))
    shown = " ".join(
        f"{where[0].upper()}{where[1:]}: {what}." for where, what in [*fields.items()][:_SHOWN]
    )
    more = f" And {len(fields) - _SHOWN} more." if len(fields) > _SHOWN else ""
    plain: list[dict[str, Any]] = [
        {"line": one.line, "column": one.column, "reason": one.reason} for one in listed
    ]
    message = f"Nothing was imported. {shown}{more} Put it right and import the whole file again."
    return Invalid(message, code="bad_table", fields=fields, faults=plain)


def text_of(content: bytes) -> str:
    """The text of a file that somebody saved. Raises Invalid unless it is UTF-8, marked or not."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise refusal([Fault(0, "", 'this is UTF-16: save it as "CSV UTF-8"')])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = len(re.findall(rb"\r\n|\r|\n", content[: error.start])) + 1
        raise refusal([Fault(line, "", 'not UTF-8: save it as "CSV UTF-8"')]) from error


def read_table(
    text: str, columns: Sequence[str], piped: Sequence[str]
) -> tuple[list[Row], list[Fault]]:
    """Its rows, and what is wrong with its form.

    columns: what a CSV must have, in any order; piped: what one split on "|" must have. Blank lines
    are passed over; a row with a fault of form is left out. Raises Invalid if there is no reading it.
    """
    text = text.removeprefix("\ufeff")
    if len(text) > LONGEST_TABLE:
        raise refusal(
            [Fault(0, "", f"more than {LONGEST_TABLE:,} characters: is this a schedule?")]
        )
    lines = re.split(r"\r\n|\r|\n", text)
    first = next(filter(str.strip, lines), "")
    is_piped = "|" in first and "," not in first
    numbered, faults = _piped(lines) if is_piped else _commas(lines)
    if not numbered:
        raise refusal([*faults, Fault(1, "", "there is no header line, nor anything else")])
    (header_line, header), *body = numbered
    names = [name.strip().lower() for name in header]
    wrong = [*_header_faults(header_line, names, piped if is_piped else columns)]
    if wrong:
        raise refusal([*wrong, *faults])
    rows = []
    for line, fields in body:
        if len(fields) == len(names):
            cells = {name: _cell(field) for name, field in zip(names, fields, strict=True)}
            unfit = [*_unfit(line, cells)]
            faults += unfit
            rows += [] if unfit else [Row(line, cells)]
        else:
            faults.append(
                Fault(line, "", f"{len(fields)} fields where the header has {len(names)}")
            )
    return rows, faults


def write_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A CSV no cell of which a spreadsheet takes for a formula; read_table gives the same cells back."""
    lines: list[str] = []
    writer = csv.writer(_Lines(lines), lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([f"'{cell}" if _FORMULA.match(cell) else cell for cell in row])
    return "".join(lines)


class _Lines:
    def __init__(self, lines: list[str]) -> None:
        self.write = lines.append


def _piped(lines: Sequence[str]) -> tuple[list[tuple[int, list[str]]], list[Fault]]:
    numbered = [(n, line.split("|")) for n, line in enumerate(lines, start=1) if line.strip()]
    return numbered, []


def _commas(lines: Sequence[str]) -> tuple[list[tuple[int, list[str]]], list[Fault]]:
    numbered: list[tuple[int, list[str]]] = []
    reader, begins = csv.reader([f"{line}\n" for line in lines], strict=True), 1
    while True:
        try:
            fields = next(reader, None)
        except csv.Error as error:
            reason = f"the quotation marks do not pair, and no further line was read ({error})"
            return numbered, [Fault(begins, "", reason)]
        if fields is None:
            return numbered, []
        if any(field.strip() for field in fields):
            numbered.append((begins, fields))
        begins = reader.line_num + 1


def _header_faults(line: int, names: Sequence[str], wanted: Sequence[str]) -> Iterable[Fault]:
    for name in wanted:
        if name not in names:
            yield Fault(line, name, "this column is missing")
        elif names.count(name) > 1:
            yield Fault(line, name, "this column is there more than once")
    for name in names:
        if name not in wanted:
            known = ", ".join(wanted)
            shown = "".join(c if c.isprintable() else "?" for c in name[:40]) or "(no name)"
            yield Fault(line, shown, f"there is no such column; a schedule has {known}")


def _cell(field: str) -> str:
    text = field.strip()
    return text[1:] if text.startswith("'") and _FORMULA.match(text) else text


def _unfit(line: int, cells: dict[str, str]) -> Iterable[Fault]:
    for column, cell in cells.items():
        if len(cell) > LONGEST_CELL:
            yield Fault(line, column, f"longer than {LONGEST_CELL:,} characters")
        elif "\ufffd" in cell:
            yield Fault(line, column, "a character was lost (\ufffd): save the file as UTF-8")
        elif any(character in "\n\r" for character in cell):
            yield Fault(line, column, "a line break inside a cell, or a quotation mark left open")
        elif unseen := [c for c in cell if unicodedata.category(c).startswith(_ACTS)]:
            yield Fault(line, column, f"a character that cannot be seen (U+{ord(unseen[0]):04X})")
