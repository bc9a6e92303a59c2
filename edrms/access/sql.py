"""The policy read as SQL: which records a scope reaches. The index filter is its twin in search."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, exists, false, or_

from edrms.access.model import Scope
from edrms.fileplan import Service, load_document_types
from edrms.records.tables import CaseFile, Record, RecordAttachment


def visible_records(scopes: Sequence[Scope]) -> ColumnElement[bool]:
    """A condition on records true for those within any of the scopes; false if there is none."""
    return or_(false(), *(_within(scope) for scope in scopes))


def _within(scope: Scope) -> ColumnElement[bool]:
    on_a_file = exists().where(
        RecordAttachment.record_id == Record.record_id,
        RecordAttachment.case_file_id == CaseFile.case_file_id,
        CaseFile.service.in_(scope.services),
    )
    reached = or_(on_a_file, Record.document_type.in_(_types_of(scope)))
    return and_(reached, Record.sensitivity.in_(scope.sensitivities))


def _types_of(scope: Scope) -> list[str]:
    """Types that are a service's own business whoever's file they are on: invoices for finance."""
    return [
        kind.code
        for kind in load_document_types()
        if kind.is_for_any_file and set(kind.services) & scope.services
    ]


def services_of_type(code: str) -> frozenset[str]:
    """The services a type belongs to on any file; empty for types kept by the client's service."""
    for kind in load_document_types():
        if kind.code == code and kind.is_for_any_file:
            return frozenset(Service(service).value for service in kind.services)
    return frozenset()
