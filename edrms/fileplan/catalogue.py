"""The file plan's data, read once from the tables shipped beside this module.

Values and their meaning are in model.py. A malformed table stops the program at its first use:
a wrong file plan must never be half believed.
"""

from collections.abc import Iterator
from functools import cache
from importlib import resources

from edrms.fileplan.model import DocumentType, RecordClass, Sensitivity, Service

_DOMAINS = {
    "C": Service.CHILDREN,
    "A": Service.ADULTS,
    "F": Service.FINANCE,
    "G": Service.GENERAL,
}


@cache
def load_document_types() -> tuple[DocumentType, ...]:
    """Every document type in order of its code.

    Raises ValueError or KeyError if the shipped table is malformed or names an unknown class.
    """
    known = {record_class.id for record_class in load_record_classes()}
    types = tuple(_document_type(row) for row in _rows("document_types.psv"))
    strangers = {c for t in types for _, c in t.record_classes} - known
    if strangers:
        raise ValueError(f"document types name unknown record classes: {sorted(strangers)}")
    return types


@cache
def load_record_classes() -> tuple[RecordClass, ...]:
    """Every record class of the file plan; ids are those of the retention schedule."""
    return tuple(
        RecordClass(row["id"], row["name"], Service(row["service"]))
        for row in _rows("record_classes.psv")
    )


def document_type(code: str) -> DocumentType:
    """The type with this code; KeyError if the file plan has none."""
    return _types_by_code()[code]


def record_class(class_id: str) -> RecordClass:
    """The record class with this id; KeyError if the file plan has none."""
    return {c.id: c for c in load_record_classes()}[class_id]


def services_of_type(code: str) -> frozenset[str]:
    """The services a type belongs to on any file; empty for types kept by the client's service."""
    kind = _types_by_code().get(code)
    if kind is None or not kind.is_for_any_file:
        return frozenset()
    return frozenset(Service(service).value for service in kind.services)


@cache
def _types_by_code() -> dict[str, DocumentType]:
    return {t.code: t for t in load_document_types()}


def _document_type(row: dict[str, str]) -> DocumentType:
    pairs = (pair.split(":") for pair in row["record_classes"].split())
    return DocumentType(
        code=row["code"],
        name=row["name"],
        cues=tuple(cue.strip() for cue in row["cues"].split(",")),
        services=tuple(_DOMAINS[letter] for letter in row["domains"].split()),
        sensitivity=Sensitivity(row["sensitivity"]),
        record_classes=tuple((Service(service), class_id) for service, class_id in pairs),
        filing_threshold=float(row["filing_threshold"]),
        note=row["note"],
    )


def _rows(name: str) -> Iterator[dict[str, str]]:
    """Rows of a table: one header line, fields split on "|", no quoting."""
    text = resources.files("edrms.fileplan").joinpath(name).read_text(encoding="utf-8")
    header, *lines = text.splitlines()
    columns = header.split("|")
    for line in lines:
        yield dict(zip(columns, line.split("|"), strict=True))
