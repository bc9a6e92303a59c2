"""What the bench of destruction stands on: an instance with records that are due, in cases that were
approved and waited for, and records of other people that stay.

Everything a record has in the product is there: a scan, two pages with pictures, text and word boxes, its
place in the ledger, keys, entries in the index. It is written in bulk, since reading it would take hours.
"""

import io
import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from PIL import Image
from sqlalchemy import event, insert

from api.wiring import Instance, indexer
from edrms.clients.model import Client
from edrms.clock import FixedClock, civil_date
from edrms.db import Base
from edrms.ids import ClientId, new_id
from edrms.records.tables import (
    CaseFile,
    PageContent,
    Record,
    RecordAttachment,
    RecordPage,
    Rendition,
)
from edrms.records.words import WordBox, pack_words
from edrms.staff.accounts import SYSTEM
from edrms.storage.holders import record_holder
from retention.proposing import MOST_IN_A_CASE
from scanning.batches.tables import Batch, Document, Item, ItemPage
from search.bench import made_records
from search.model import IndexedRecord
from tests import factories
from tests.bench.filled import page_content
from tests.service.disposals import Office, office
from tests.service.retained import record_event, renewed

RECORDS_OF_A_CLIENT = 25
WAITING_DAYS = 14
PICTURE_PX = (600, 850)
AT_ONCE = 500
MOST_BYTES = 1 << 24


@dataclass(frozen=True)
class ToDestroy:
    """cases: ids, in the order they are carried out. going, staying: record ids. clients: who stays."""

    desk: Office
    cases: list[str]
    going: list[str]
    staying: list[str]
    clients: list[str]

    @property
    def instance(self) -> Instance:
        return self.desk.instance


def filled(home: Path, going: int, staying: int, **given: Any) -> ToDestroy:
    """An instance on the engines of this run with so many records in cases about to be carried out.

    given: settings. Its clock stands; what happened to it began some weeks before now.
    """
    clock = FixedClock(datetime.now(UTC) - timedelta(days=WAITING_DAYS, hours=2))
    instance = factories.new_instance(home, clock, **given)
    with _nobody_waits_for_the_disk(instance):
        made = _filled(office(instance, clock, records=0), clock, going, staying)
    os.sync()
    return made


@contextmanager
def _nobody_waits_for_the_disk(instance: Instance) -> Iterator[None]:
    """Filling is not what is measured: an hour of it would be waiting."""

    def hurry(connection: Any, _record: object) -> None:
        if instance.database.is_sqlite:
            connection.execute("PRAGMA synchronous = OFF")

    engines = [one.engine for one in (instance.database, instance.keys.database)]
    for engine in engines:
        engine.dispose()
        event.listen(engine, "connect", hurry)
    with patch("os.fsync"):
        yield
    for engine in engines:
        event.remove(engine, "connect", hurry)
        engine.dispose()


def _filled(desk: Office, clock: FixedClock, going: int, staying: int) -> ToDestroy:
    ended, kept = (_people(desk, count) for count in (going, staying))
    for client_id in ended:
        person = factories.client(client_id=ClientId(client_id))
        record_event(desk.instance, person, "SERVICE_END", date(2010, 1, 4))
    maker = _Maker(desk.instance)
    made, stays = maker.make(ended, going), maker.make(kept, staying)
    renewed(desk.instance)
    indexer(desk.instance).rebuild(SYSTEM)
    clock.advance(timedelta(hours=1))
    return ToDestroy(desk, _cases(desk, made), made, stays, kept)


def _people(desk: Office, records: int) -> list[str]:
    """Clients for so many records, each with the one case file that a plan goes on."""
    people = [_person() for _ in range(-(-records // RECORDS_OF_A_CLIENT))]
    factories.on_the_register(desk.instance, *people)
    rows = [
        {"case_file_id": one.client_id, "client_id": one.client_id, "record_class": "A02",
         "service": "adults", "opened_at": desk.clock.now()}
        for one in people
    ]  # fmt: skip
    with desk.instance.database.session() as session, session.begin():
        session.execute(insert(CaseFile), rows)
    return [one.client_id for one in people]


def _person() -> Client:
    return factories.client(nhs_number="", identifiers=())


def _cases(desk: Office, records: Sequence[str]) -> list[str]:
    """Through every step up to being carried out, by the people who take them."""
    cases = [
        desk.approved(
            desk.appraised(case_id=desk.proposed(list(records[at : at + MOST_IN_A_CASE])))
        )
        for at in range(0, len(records), MOST_IN_A_CASE)
    ]
    desk.wait(WAITING_DAYS)
    for case_id in cases:
        desk.instance.disposal.acts.execute(desk.who("cara"), case_id, has_stepped_up=True)
    return cases


class _Maker:
    """Makes filed records, each with its own scan."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._now = instance.clock.now()
        self._picture = _picture()
        self._made = 0
        self._batch_id = new_id()
        row = {
            "batch_id": self._batch_id, "number": 1, "channel": "upload", "opened_by": "bench",
            "received_on": civil_date(self._now), "opened_at": self._now,
        }  # fmt: skip
        with instance.database.session() as session, session.begin():
            session.execute(insert(Batch), [row])

    def make(self, clients: Sequence[str], count: int) -> list[str]:
        """So many records by turns on these clients' files; their ids."""
        ids: list[str] = []
        for at in range(0, count, AT_ONCE):
            some = list(made_records(self._made, min(AT_ONCE, count - at)))
            ids += self._add(some, clients)
        return ids

    def _add(self, some: Sequence[IndexedRecord], clients: Sequence[str]) -> list[str]:
        tables = (
            Item, Document, ItemPage, Record, RecordAttachment, PageContent, RecordPage, Rendition,
        )  # fmt: skip
        rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for one in some:
            self._made += 1
            made = self._rows(new_id(), one, clients[self._made % len(clients)])
            for table, of_table in made.items():
                rows[table.__tablename__] += of_table
        with self._instance.database.session() as session, session.begin():
            for table in tables:
                session.execute(insert(table), rows[table.__tablename__])
        return [row["record_id"] for row in rows[Record.__tablename__]]

    def _rows(
        self, record_id: str, one: IndexedRecord, client_id: str
    ) -> dict[type[Base], list[dict[str, Any]]]:
        """A record's rows by table; its objects are put first, under its own key."""
        store = self._instance.store.of(record_holder(record_id))
        scan = store.put([b"as it came " + record_id.encode()], max_bytes=MOST_BYTES)
        item_id, document_id, number = new_id(), new_id(), self._made
        pages = {f"{record_id[:30]}p{n}": text for n, text in enumerate(one.pages, start=1)}
        views = {page: store.put([self._picture], max_bytes=MOST_BYTES).key for page in pages}
        return {
            Item: [{
                "item_id": item_id, "batch_id": self._batch_id, "ordinal": number, "depth": 0,
                "name": f"scan_{number}.pdf", "object_key": scan.key, "sha256": scan.sha256,
                "size_bytes": scan.size_bytes, "state": "read", "page_count": len(pages),
                "media_type": "application/pdf", "received_at": self._now,
            }],
            Document: [{
                "document_id": document_id, "item_id": item_id, "ordinal": 1, "first_page": 1,
                "last_page": len(pages), "page_count": len(pages), "state": "filed",
                "record_id": record_id,
                "suggestion": {"title": one.title}, "waiting_since": self._now,
            }],
            ItemPage: [
                {"page_id": page, "item_id": item_id, "number": n, "position": n, "state": "read",
                 "kind": "content", "document_id": document_id}
                for n, page in enumerate(pages, start=1)
            ],
            Record: [{
                "record_id": record_id, "number": number, "reference": f"R-{number:08}",
                "document_type": "D30", "title": one.title, "document_date": one.document_date,
                "received_on": civil_date(self._now), "filed_at": self._now, "filed_by": "bench",
                "sensitivity": "normal", "original_name": f"scan_{number}.pdf",
                "batch_id": self._batch_id, "item_id": item_id, "document_id": document_id,
                "evidence": {"why": one.title},
            }],
            RecordAttachment: [{"record_id": record_id, "case_file_id": client_id}],
            PageContent: [
                page_content(page, text, views[page]) | {"words": _boxes(text)}
                for page, text in pages.items()
            ],
            RecordPage: [
                {"record_id": record_id, "number": n, "page_id": page}
                for n, page in enumerate(pages, start=1)
            ],
            Rendition: [{
                "record_id": record_id, "kind": "original", "object_key": scan.key,
                "media_type": "application/pdf", "size_bytes": scan.size_bytes,
                "sha256": scan.sha256,
            }],
        }  # fmt: skip


def _boxes(text: str) -> bytes:
    """Ten words a line, as a reader gives them."""
    return pack_words(
        WordBox(word, 100 * (n % 10), 40 * (n // 10), 90 + 100 * (n % 10), 30 + 40 * (n // 10), 0.9)
        for n, word in enumerate(text.split())
    )


def _picture() -> bytes:
    """A page with the grain of a scanner, as a browser is shown it."""
    grain = np.random.default_rng(3).integers(200, 255, PICTURE_PX[::-1], np.uint8)
    content = io.BytesIO()
    Image.fromarray(grain).save(content, "JPEG", quality=40)
    return content.getvalue()
