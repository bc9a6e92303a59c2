"""Filed records in bulk: the rows filing would have left, written straight into the tables.

Only rows; the index is built from them by the product's own rebuild. Texts are search.bench's.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import insert

from edrms.clients.model import Client
from edrms.db import Database
from edrms.fileplan import Sensitivity, Service, load_document_types
from edrms.ids import ClientId, new_id
from edrms.records.filing import MAIN_CLASS
from edrms.records.tables import CaseFile, PageContent, Record, RecordAttachment, RecordPage
from search.bench import made_records
from search.model import IndexedRecord

CLIENTS = 400
NOW = datetime(2026, 11, 2, tzinfo=UTC)
_SERVICES = (Service.CHILDREN, Service.ADULTS)
_TYPES = tuple(kind for kind in load_document_types() if kind.sensitivity is not Sensitivity.SEALED)


def made_clients() -> list[Client]:
    """CLIENTS people, half of them children and half adults; their ids are their numbers."""
    return [
        Client(
            client_id=ClientId(f"c{number:05d}"),
            forename=f"Forename{number}",
            surname=f"Surname{number % 97}",
            service=_SERVICES[number % len(_SERVICES)].value,
            date_of_birth=date(1930, 1, 1) + timedelta(days=number * 71),
            nhs_number="",
        )
        for number in range(CLIENTS)
    ]


def open_case_files(database: Database) -> None:
    """One case file for each client of made_clients, with the client's id."""
    rows = [
        {
            "case_file_id": client.client_id,
            "client_id": client.client_id,
            "record_class": MAIN_CLASS[Service(client.service)],
            "service": client.service,
            "opened_at": NOW,
        }
        for client in made_clients()
    ]
    with database.session() as session, session.begin():
        session.execute(insert(CaseFile), rows)


def add_records(database: Database, first: int, count: int) -> None:
    """Records numbered first to first + count - 1, of two pages and 300 words each."""
    made = list(made_records(first, count))
    with database.session() as session, session.begin():
        session.execute(insert(Record), [_record(one, first + n) for n, one in enumerate(made)])
        session.execute(insert(RecordAttachment), [_attachment(one) for one in made])
        session.execute(insert(PageContent), [row for one in made for row in _contents(one)])
        session.execute(insert(RecordPage), [row for one in made for row in _pages(one)])


def _record(one: IndexedRecord, number: int) -> dict[str, Any]:
    kind = _TYPES[number % len(_TYPES)]
    return {
        "record_id": one.record_id, "number": number + 1, "reference": f"R-{number:08}",
        "version": 1, "state": "filed",
        "document_type": kind.code, "title": one.title, "document_date": one.document_date,
        "received_on": NOW.date(), "filed_at": NOW, "filed_by": "bench",
        "sensitivity": kind.sensitivity.value, "original_name": f"scan_{number}.pdf",
        "batch_id": "bench", "item_id": one.record_id, "document_id": one.record_id,
        "evidence": {},
    }  # fmt: skip


def _attachment(one: IndexedRecord) -> dict[str, Any]:
    number = int(one.record_id.removeprefix("r"))
    return {"record_id": one.record_id, "case_file_id": f"c{number % CLIENTS:05d}"}


def _contents(one: IndexedRecord) -> list[dict[str, Any]]:
    return [
        page_content(f"{one.record_id}p{number}", text)
        for number, text in enumerate(one.pages, start=1)
    ]


def page_content(page_id: str, text: str, view_key: str = "") -> dict[str, Any]:
    """The row of a page that was read. view_key: object of its picture, a JPEG."""
    return {
        "page_id": page_id, "kind": "content", "text": text, "words": b"", "text_source": "ocr",
        "width_px": 1240, "height_px": 1754, "resolution_dpi": 150, "rotation_degrees": 0,
        "confidence": 0.9, "notes": [], "view_key": view_key, "text_layer_key": "",
        "view_media_type": "image/jpeg" if view_key else "",
    }  # fmt: skip


def _pages(one: IndexedRecord) -> list[dict[str, Any]]:
    return [
        {"record_id": one.record_id, "number": number, "page_id": f"{one.record_id}p{number}"}
        for number in range(1, len(one.pages) + 1)
    ]


def add_page(database: Database, text: str, view_key: str = "") -> str:
    """A page read, for a record yet to be filed; its id."""
    page_id = new_id()
    with database.session() as session, session.begin():
        session.execute(insert(PageContent), [page_content(page_id, text, view_key)])
    return page_id


def quantiles(name: str, seconds: Sequence[float]) -> dict[str, float]:
    """Median, 95th percentile and worst, in milliseconds."""
    ordered = sorted(seconds)
    return {
        f"{name}_p50_ms": round(ordered[len(ordered) // 2] * 1000, 1),
        f"{name}_p95_ms": round(ordered[int(len(ordered) * 0.95)] * 1000, 1),
        f"{name}_max_ms": round(ordered[-1] * 1000, 1),
    }
