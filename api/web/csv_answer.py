"""A list as a CSV file whose cells no spreadsheet takes for a formula, and no screen for an order."""

import io
from collections.abc import Iterable, Iterator, Sequence

from defusedcsv import csv
from flask import Response, stream_with_context

from edrms.audit.plain import cell

_BYTE_ORDER_MARK = "\ufeff"  # a spreadsheet then reads UTF-8


def csv_answer(name: str, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """The rows as a file to save. name: without its ending."""
    whole = "".join(csv_lines(headings, rows))
    response = Response(whole.encode(), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def csv_stream(name: str, headings: Sequence[str], rows: Iterable[Sequence[object]]) -> Response:
    """The same for a list of any length: written as it is sent, row by row."""
    lines = (line.encode() for line in csv_lines(headings, rows))
    response = Response(stream_with_context(lines), content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def csv_lines(headings: Sequence[str], rows: Iterable[Sequence[object]]) -> Iterator[str]:
    """The headings and then each row as one line, made as it is asked for; UTF-8 is to be sent."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    writer.writerow(headings)
    yield _BYTE_ORDER_MARK + out.getvalue()
    for row in rows:
        out.seek(0)
        out.truncate()
        writer.writerow(["" if value is None else cell(str(value)) for value in row])
        yield out.getvalue()
