"""What goes with a record when it is handed over: everything known of it, in forms that need no software of
ours. Who may have it is for whoever calls.
"""

import json
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from edrms.access.model import Actor
from edrms.access.tables import Marking
from edrms.audit.canonical import canonical
from edrms.audit.sealing import COLUMNS
from edrms.audit.tables import AuditEvent, AuditSeal
from edrms.clients.model import Client
from edrms.clients.register import get_clients
from edrms.errors import Damaged
from edrms.fileplan import document_type, record_class
from edrms.ids import ObjectKey
from edrms.records.reading import client_ids_of
from edrms.records.tables import Record, RecordPage, Rendition
from edrms.storage.ports import ObjectStore
from retention.bag import BagWriter
from retention.hold_guard import live_holds_on
from retention.hold_scopes import visible_holds
from retention.hold_tables import Hold
from retention.sheet import write_table

CHUNK_BYTES = 1 << 20
ENDINGS = {
    "application/pdf": ".pdf", "image/tiff": ".tif", "image/jpeg": ".jpg", "image/png": ".png",
    "text/plain": ".txt", "message/rfc822": ".eml",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
}  # fmt: skip
README = """Records of {council}, handed to {recipient}.

index.csv lists them. Each has a folder named by its reference:
  record.json    what it is: type, dates, people, files it was on, how it was guarded, holds
  history.jsonl  every event of its history, one a line, as the audit log hashes them
  original.*     the file as it came; searchable.pdf: its pages with their text
  text/          the text of each page

Nothing here needs software of anybody's. Dates are year-month-day; moments are in UTC.
"""


@dataclass(frozen=True, slots=True)
class Folder:
    """A record's folder before it is written. stored: file name, key and SHA-256 of each stored file.
    texts: page number and text. history: lines."""

    reference: str
    stored: tuple[tuple[str, str, str], ...]
    texts: tuple[tuple[int, str], ...]
    described: dict[str, Any]
    history: bytes


def gathered(session: Session, actor: Actor, record: Record, at: datetime) -> Folder:
    """Everything of a record but its stored bytes, so that no transaction waits for whoever takes it."""
    stored = tuple(
        (_name(made), made.object_key, made.sha256)
        for made in sorted(record.renditions, key=lambda one: one.kind)
    )
    history = b"".join(event + b"\n" for event in _history(session, record.record_id))
    texts = tuple(_texts(session, record.record_id))
    of_record = described(session, actor, record, at)
    return Folder(record.reference, stored, texts, of_record, history)


def put(
    bag: BagWriter, store: ObjectStore, folder: Folder
) -> Generator[None, None, dict[str, str]]:
    """Put a record's folder into the bag; the value in the end: SHA-256 by path within the bag.

    Raises Damaged where stored bytes are not those recorded.
    """
    payload: dict[str, str] = {}
    under = folder.reference
    for name, key, sha256 in folder.stored:
        found = yield from bag.add(f"{under}/{name}", _bytes(store, key))
        if found != sha256:
            raise Damaged("A stored file no longer hashes as recorded.", key=key)
        payload[f"data/{under}/{name}"] = found
    for number, text in folder.texts:
        name = f"{under}/text/{number:04d}.txt"
        payload[f"data/{name}"] = yield from bag.add(name, [text.encode()])
    about, history = f"{under}/record.json", f"{under}/history.jsonl"
    payload[f"data/{about}"] = yield from bag.add_json(about, folder.described)
    payload[f"data/{history}"] = yield from bag.add(history, [folder.history])
    return payload


def described(session: Session, actor: Actor, record: Record, at: datetime) -> dict[str, Any]:
    """Everything known of a record that is not its content. Holds: those the actor may know of."""
    clients = get_clients(session, client_ids_of(record))
    markings = select(Marking.marking).where(
        Marking.subject_id.in_([record.record_id, *clients]), Marking.live(at)
    )
    held = live_holds_on(session, [record.record_id], at).get(record.record_id, ())
    holds = session.scalars(
        select(Hold)
        .where(Hold.hold_id.in_(held), visible_holds(actor, at))
        .order_by(Hold.reference)
    )
    return {
        "record_id": record.record_id,
        "reference": record.reference,
        "title": record.title,
        "document_type": {
            "code": record.document_type, "name": document_type(record.document_type).name,
        },
        "document_date": record.document_date.isoformat() if record.document_date else None,
        "received_on": record.received_on.isoformat(),
        "filed_at": record.filed_at.isoformat(),
        "filed_by": record.filed_by,
        "original_name": record.original_name,
        "sensitivity": record.sensitivity,
        "markings": sorted(set(session.scalars(markings))),
        "files": [
            {
                "case_file_id": one.case_file.case_file_id,
                "client_id": one.case_file.client_id,
                "class": one.case_file.record_class,
                "class_name": record_class(one.case_file.record_class).name,
                "service": one.case_file.service,
            }
            for one in record.attachments
        ],
        "clients": [_client(clients[one]) for one in sorted(clients)],
        "renditions": [
            {
                "kind": made.kind, "media_type": made.media_type, "size_bytes": made.size_bytes,
                "sha256": made.sha256,
            }
            for made in record.renditions
        ],
        "why_filed_so": record.evidence,
        "holds": [
            {"reference": one.reference, "title": one.title, "authority": one.authority}
            for one in holds
        ],
    }  # fmt: skip


def index_csv(records: list[dict[str, Any]]) -> str:
    """The list of what is in a bag, to be read by people; no cell is a spreadsheet's formula."""
    columns = ("reference", "type", "title", "date", "people", "folder")
    rows = (
        (
            one["reference"], one["document_type"]["name"], one["title"], one["document_date"] or "",
            "; ".join(client["name"] for client in one["clients"]), one["reference"],
        )
        for one in records
    )  # fmt: skip
    return write_table(columns, rows)


def _client(client: Client) -> dict[str, Any]:
    return {
        "client_id": client.client_id,
        "name": client.full_name,
        "other_names": list(client.other_names),
        "date_of_birth": client.date_of_birth.isoformat() if client.date_of_birth else None,
        "date_of_death": client.date_of_death.isoformat() if client.date_of_death else None,
        "nhs_number": client.nhs_number,
        "identifiers": [{"system": one.system, "value": one.value} for one in client.identifiers],
    }


def _name(made: Rendition) -> str:
    if made.kind == "searchable_pdf":
        return "searchable.pdf"
    return f"original{ENDINGS.get(made.media_type, '.bin')}"


def _bytes(store: ObjectStore, key: str) -> Iterator[bytes]:
    with store.open(ObjectKey(key)) as stream:
        while chunk := stream.read(CHUNK_BYTES):
            yield chunk


def _texts(session: Session, record_id: str) -> Iterator[tuple[int, str]]:
    pages = select(RecordPage).where(RecordPage.record_id == record_id).order_by(RecordPage.number)
    for page in session.scalars(pages):
        if page.reading is not None and page.reading.text:
            yield page.number, page.reading.text


def _history(session: Session, record_id: str) -> Iterator[bytes]:
    """The record's events in the log's order, as they are hashed, with their place where sealed."""
    statement = (
        select(AuditSeal.seq, *COLUMNS)
        .select_from(AuditEvent)
        .outerjoin(AuditSeal, AuditSeal.number == AuditEvent.number)
        .where(AuditEvent.subject_kind == "record", AuditEvent.subject_id == record_id)
        .order_by(AuditEvent.number)
    )
    for row in session.execute(statement):
        event = json.loads(canonical(row._mapping))
        place = {"place_in_log": row.seq, "event": event}
        yield json.dumps(place, sort_keys=True, separators=(",", ":")).encode()
