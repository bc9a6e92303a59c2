"""A list as a CSV file whose cells no spreadsheet takes for a formula."""

import io
from collections.abc import Iterable, Sequence

from defusedcsv import csv
from flask import Response


def csv_answer(name: str, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """The rows as a file to save. name: without its ending. UTF-8 with a mark, as Excel wants it."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(headings)
    writer.writerows([[_cell(value) for value in row] for row in rows])
    response = Response(out.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def _cell(value: object) -> str:
    return "" if value is None else str(value)
