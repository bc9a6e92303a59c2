"""A batch of more than 500 mixed pages with separators, from hot folder to filed with the ledger balanced:
the real sweep, real readers, a clerk who works the queue by API, and the sheet to sign.
"""

import hashlib
import io
import json
import threading
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from pypdf import PdfReader
from sqlalchemy import select

from api.app import create_app
from api.setting_up import staff_actor
from api.wiring import Instance
from edrms.clients.model import Client, Identifier
from edrms.jobs.worker import Worker
from edrms.records.reading import client_ids_of
from edrms.records.tables import Record
from scanning.batches.ledger import BatchAccount
from scanning.batches.model import ItemState, Whereabouts
from scanning.batches.verify import verify
from scanning.folders.drops import RELEASED, Place
from scanning.folders.hot_folder import HotFolder
from scanning.reading.model import HeldReason
from tests import factories
from tests.service.events import events
from tests.service.mixed_post import MixedPost, mixed_post

HELD_FILE = "a4"  # of which the manifest says another number of pages
WHY_REJECTED = "It is about nobody we know"
READERS = 2
SETTLED_S = 10.0


class Scanner:
    """A hot folder with post in it, swept as its process sweeps it, on a clock of ours."""

    def __init__(self, instance: Instance, home: Path, post: MixedPost) -> None:
        self.path, self.now = home, 0.0
        tray = home / "tray 7"
        tray.mkdir(parents=True)
        for name, content in post.files.items():
            (tray / name).write_bytes(content)
        (tray / "manifest.csv").write_bytes(post.manifest(**{HELD_FILE: 7}))
        place = Place(path=home, account="scanner")
        made, who = instance, staff_actor(instance, "scanner")
        self._folder = HotFolder(
            place, who, made.intake, made.ledger, made.closing, lambda: self.now
        )

    def sweep(self) -> int:
        """Look, wait until nothing changes any more, look again."""
        self._folder.sweep()
        self.now += SETTLED_S
        return self._folder.sweep()

    def released(self, reference: str) -> dict[str, bytes]:
        """What lies in the folder of what is done, by name."""
        every = (self.path / RELEASED / reference).iterdir()
        return {one.name: one.read_bytes() for one in every}


class Clerk:
    """Somebody who works the indexing queue by API."""

    def __init__(self, instance: Instance) -> None:
        self._api = create_app(instance).test_client()
        given = {"username": "clerk", "password": factories.PASSWORD}
        token = self._api.post("/api/v1/sessions", json=given).json["token"]
        self._headers = {"Authorization": f"Bearer {token}"}

    def work_the_queue(self, instance: Instance, post: MixedPost) -> tuple[int, int]:
        """File what is somebody's and reject what is nobody's; returns how many of each."""
        named = {one.document_id: one for one in factories.documents(instance)}
        filed = rejected = 0
        while waiting := self._queue():
            for document_id in waiting:
                whose = post.whose(named[document_id].item.name, named[document_id].first_page)
                self._post(f"{document_id}/take", {}, 200)
                if whose is None:
                    self._post(f"{document_id}/reject", {"reason": WHY_REJECTED}, 204)
                    rejected += 1
                    continue
                body = {"document_type": "D30", "client_ids": [whose.client_id], "title": "Letter"}
                self._post(f"{document_id}/file", body, 201)
                filed += 1
        return filed, rejected

    def _queue(self) -> list[str]:
        found = self._api.get("/api/v1/documents", headers=self._headers).json
        return [one["document_id"] for one in found["documents"]]

    def _post(self, what: str, body: dict[str, object], status: int) -> None:
        answer = self._api.post(f"/api/v1/documents/{what}", json=body, headers=self._headers)
        assert answer.status_code == status, answer.text


@pytest.fixture
def people(instance: Instance) -> list[Client]:
    """Four clients, and an account for each who has a hand in it."""
    known = [
        ("Olive", "Tregenza", "9434765919"), ("Piran", "Nancarrow", "9434765838"),
        ("Morwenna", "Chenoweth", "9434765889"), ("Jago", "Trelawney", "9434765870"),
    ]  # fmt: skip
    made = [
        factories.client(
            forename=forename, surname=surname, nhs_number=number,
            date_of_birth=date(1941 + 7 * at, 3 + at, 9 + at),
            identifiers=(Identifier("LAS", f"LAS-{204417 + 1717 * at}"),),
        )
        for at, (forename, surname, number) in enumerate(known)
    ]  # fmt: skip
    factories.on_the_register(instance, *made)
    roles = {"scanner": "post_room", "clerk": "indexer", "sue": "quality_supervisor"}
    for name, role in roles.items():
        factories.staff_member(instance, name, role)
    return made


def test_500_mixed_pages_go_from_the_hot_folder_to_filed_with_the_ledger_balanced(
    instance: Instance, people: list[Client], tmp_path: Path
) -> None:
    by = staff_actor(instance, "scanner")
    post = mixed_post(instance.post_sheets, by, people)
    assert sum(post.pages.values()) >= 500
    scanner = Scanner(instance, tmp_path / "hot", post)
    assert scanner.sweep() == len(post.files)
    read(instance)
    accept_the_held_file(instance)
    read(instance)
    filed_themselves = len(records(instance))
    filed, rejected = Clerk(instance).work_the_queue(instance, post)
    read(instance)
    assert filed_themselves > len(post.truths) / 2 and filed > 1 and rejected == 1
    assert filed_themselves + filed == len(post.truths) - 1
    must_be_on_the_files_it_is_about(instance, post)
    must_balance(account(instance), post)
    scanner.sweep()
    must_be_closed_and_its_sheet_agree(instance)
    released = scanner.released(account(instance).batch.reference)
    assert {name: released.pop(name) for name in post.files} == post.files
    assert set(released) == {"manifest.csv"}
    report = verify(instance.database, instance.store)
    assert report.faults == [] and report.unreferenced_objects == 0
    assert report.pages == sum(post.pages.values())


def account(instance: Instance) -> BatchAccount:
    [found] = instance.ledger.batches(staff_actor(instance, "sue"))
    return found


def read(instance: Instance) -> None:
    """Several page workers at once until nothing is left to do, then the index."""
    workers = [
        factories.a_worker(instance, factories.shared_reader(), f"worker-{number}")
        for number in range(READERS)
    ]
    threads = [threading.Thread(target=work, args=(one,)) for one in workers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    factories.do_all(instance, workers[0])


def work(worker: Worker) -> None:
    while worker.do_one():
        pass


def accept_the_held_file(instance: Instance) -> None:
    """One file has not the pages that the manifest says: it alone is held, and says so."""
    held = [one for one in account(instance).items if one.state == ItemState.HELD]
    assert [(one.name, one.held_reason) for one in held] == [
        (f"{HELD_FILE}.tif", HeldReason.OTHER_PAGES)
    ]
    assert held[0].held_detail == "the manifest says 7, the file has 2"
    instance.ledger.retry(staff_actor(instance, "sue"), held[0].item_id)


def records(instance: Instance) -> list[Record]:
    with instance.database.read() as session:
        return list(session.scalars(select(Record).order_by(Record.number)))


def must_be_on_the_files_it_is_about(instance: Instance, post: MixedPost) -> None:
    """Every document of the post was recognised, and none is on anybody else's file."""
    by_id = {one.record_id: one for one in records(instance)}
    documents = factories.documents(instance)
    found = {(one.item.name, one.first_page): one for one in documents}
    assert set(found) == {(one.file, one.first_page) for one in post.truths}
    for truth in post.truths:
        document = found[truth.file, truth.first_page]
        if truth.client is None:
            assert (document.state, document.reason) == ("rejected", WHY_REJECTED)
        else:
            record = by_id[document.record_id or ""]
            assert client_ids_of(record) == [truth.client.client_id], truth


def must_balance(found: BatchAccount, post: MixedPost) -> None:
    """Sheets in are filed, blank, separators or rejected; each page, asked alone, is at one of these."""
    assert found.differences == () and found.batch.faults == []
    places = Counter(place.place for pages in found.pages.values() for place in pages)
    of_nobody = sum(post.pages[one.file] for one in post.truths if one.client is None)
    every = sum(post.pages.values())
    assert places == {
        Whereabouts.SEPARATOR: post.separator_pages,
        Whereabouts.BLANK: post.blank_pages,
        Whereabouts.REJECTED: of_nobody,
        Whereabouts.FILED: every - post.separator_pages - post.blank_pages - of_nobody,
    }
    assert dict(places) == dict(found.reconciliation.at)
    assert found.reconciliation.balances and found.reconciliation.is_settled
    assert found.reconciliation.pages == every


def must_be_closed_and_its_sheet_agree(instance: Instance) -> None:
    """The batch closed itself, and its sheet bears the digest that the log keeps and anybody can make."""
    found, supervisor = account(instance), staff_actor(instance, "sue")
    assert found.batch.closed_at is not None and found.batch.closing_reason == ""
    told = {
        "batch": found.batch.reference,
        "counts": [[one.what.value, one.expected, one.came] for one in found.counts],
        "files": [[i.ordinal, i.name, i.sha256, i.size_bytes, i.page_count] for i in found.items],
    }
    plain = json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    digest = hashlib.sha256(plain.encode()).hexdigest()
    [event] = events(instance, "batch:list:close")
    assert event.detail["account_sha256"] == digest
    _, sheet = instance.sheets.sheet(supervisor, found.batch.batch_id)
    words = "".join(page.extract_text() for page in PdfReader(io.BytesIO(sheet)).pages)
    assert digest in "".join(words.split())
