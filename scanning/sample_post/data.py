"""The data files beside this code: pipe-separated tables and letter templates, read as they are.

Nothing here knows what the tables mean; people.py, fields.py and template.py do.
"""

import csv
from collections.abc import Iterator
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent


@cache
def table(name: str) -> tuple[dict[str, str], ...]:
    """Rows of wording/<name>.psv, first line is the heading. Raises FileNotFoundError."""
    with (HERE / "wording" / f"{name}.psv").open(encoding="utf-8", newline="") as lines:
        return tuple(csv.DictReader(lines, delimiter="|", quoting=csv.QUOTE_NONE))


@cache
def template_source(name: str) -> str:
    """Text of templates/<name>.txt. Raises FileNotFoundError."""
    return (HERE / "templates" / f"{name}.txt").read_text(encoding="utf-8")


def template_names() -> Iterator[str]:
    """Names of all templates, in order."""
    yield from sorted(file.stem for file in (HERE / "templates").glob("*.txt"))
