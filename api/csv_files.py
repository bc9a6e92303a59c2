"""Reading a CSV file that somebody made: its columns must be there, and each fault names its line."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

from edrms.errors import Invalid


def rows_of(path: Path, columns: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """Line number and fields of each row. Raises Invalid for a missing column or a ragged line."""
    rows = csv.DictReader(_lines_of(path))
    missing = set(columns) - set(rows.fieldnames or ())
    if missing:
        raise Invalid(f"{path.name}: no column {', '.join(sorted(missing))}.")
    for row in rows:
        if None in row or None in row.values():
            raise wrong_line(path, rows.line_num, f"expected {len(columns)} fields")
        yield rows.line_num, row


def wrong_line(path: Path, number: int, what: str) -> Invalid:
    """The refusal of a whole file for what is wrong in one line."""
    return Invalid(f"{path.name}, line {number}: {what.rstrip('.')}. Nothing was imported.")


def _lines_of(path: Path) -> list[str]:
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig").splitlines(keepends=True)
    except UnicodeDecodeError as error:
        number = content[: error.start].count(b"\n") + 1
        raise wrong_line(path, number, "this is not UTF-8") from error
