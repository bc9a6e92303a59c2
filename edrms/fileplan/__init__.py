"""File plan: document types and record classes, as data. Periods and triggers are retention's."""

from edrms.fileplan.catalogue import (
    document_type,
    load_document_types,
    load_record_classes,
    record_class,
)
from edrms.fileplan.model import DocumentType, RecordClass, Sensitivity, Service

__all__ = [
    "DocumentType",
    "RecordClass",
    "Sensitivity",
    "Service",
    "document_type",
    "load_document_types",
    "load_record_classes",
    "record_class",
]
