"""A certificate of records destroyed as a PDF for reading. The same content gives the same bytes."""

from typing import Any

from edrms.certificates.certificate_pdf import Sheet, pdf_of_sheet
from retention.certificate import lines, record_row

_COLUMNS = (
    ("Record", 28), ("Class", 15), ("Due since", 24), ("Destroyed (UTC)", 46), ("Pages", 15),
    ("Also in", 46),
)  # fmt: skip
_NOTE = (
    "This page is for reading. The signed file beside it (JSON) is the proof: check it with "
    "`edrms disposal verify`, or as docs/disposal.md says, without this system."
)


def pdf_of(certified: dict[str, Any]) -> bytes:
    """The certificate as a PDF of A4 pages."""
    return pdf_of_sheet(
        Sheet(
            heading="Certificate of destruction",
            title=f"Certificate of destruction {certified['reference']}",
            author=certified["council"], facts=tuple(lines(certified)), note=_NOTE,
            columns=_COLUMNS, rows=tuple(record_row(one) for one in certified["destroyed"]),
        )
    )  # fmt: skip
