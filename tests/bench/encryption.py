"""What encryption costs: the same files taken in, and the same pages viewed, with and without it.

A page is viewed twice over: through the application, as people do, which is what the goal is about; and
by the service alone, where the same cost stands beside less. The product has no way to switch it off:
the plain instance here is wired by hand. Both are worked by this one process, turn by turn, so that
whatever else weighs on the machine weighs on both.
"""

import dataclasses
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from flask.testing import FlaskClient
from sqlalchemy import select

from api.app import create_app
from api.setting_up import make_instance
from api.uploads import file_chunks
from api.wiring import Instance, indexer, page_worker
from edrms.audit.state import SealGuard
from edrms.ids import ClientId
from edrms.jobs.worker import Worker
from edrms.records.tables import Record
from edrms.records.viewing import RecordViewing
from edrms.settings import Settings
from edrms.staff.accounts import SYSTEM
from edrms.storage.encrypted_store import EncryptedStore
from edrms.storage.holders import Holder
from edrms.storage.local_store import LocalObjectStore
from edrms.storage.ports import KeepingStore, ObjectStore
from edrms.uow import write
from scanning.indexing.filing import IndexDecision
from scanning.intake.receive import Intake
from scanning.reading.model import Limits
from scanning.reading.ports import Reader
from scanning.reading.sandboxed_reader import SandboxedReader
from scanning.sample_post.generate import make_post
from scanning.sample_post.post_list import POST
from tests import factories
from tests.bench.filled import quantiles
from tests.bench.ingest import READ_BY_OCR
from tests.bench.own_instance import FALLBACK_TYPE, PASSWORD, sample_clients
from tests.bench.processes import processor_s

OPERATOR = factories.actor("quality_supervisor", name="operator")
VIEWER_ROLES = ("social_worker_children", "social_worker_adults")
VIEWER = factories.actor(*VIEWER_ROLES, name="viewer")
TEXTS = 60
LARGE_BYTES, LARGE_ROUNDS = 20_000_000, 8


class PlainStore(LocalObjectStore):
    """A directory that keeps nothing for anybody and encrypts nothing."""

    def of(self, _holder: Holder) -> ObjectStore:
        return self


@dataclasses.dataclass
class Side:
    """An instance and what it has spent. looks: seconds of each page viewed through the application;
    views: by the service alone."""

    instance: Instance
    worker: Worker
    scans_s: float = 0.0
    scans_processor_s: float = 0.0
    texts_s: float = 0.0
    large: list[float] = dataclasses.field(default_factory=list)
    looks: list[float] = dataclasses.field(default_factory=list)
    views: list[float] = dataclasses.field(default_factory=list)


def measure_encryption(
    directory: Path, only: Sequence[str] | None = None, views: int = 400
) -> dict[str, Any]:
    """Ratios of encrypted over plain time: 1 costs nothing. directory: scratch. views: of each side."""
    scans = [one.name for one in POST if one.container.value in READ_BY_OCR]
    scans = [name for name in scans if only is None or name in only]
    make_post(directory / "post", only=scans)
    reader = SandboxedReader(Limits())
    sides = tuple(_side(directory / name, name == "plain", reader) for name in ("plain", "sealed"))
    for turn, name in enumerate(scans):
        for side in _by_turns(sides, turn):
            _scan(side, directory / "post" / name)
    for turn in range(TEXTS):
        for side in _by_turns(sides, turn):
            side.texts_s += _timed(lambda s=side, t=turn: _text(s, t))  # type: ignore[misc]
    for turn in range(LARGE_ROUNDS):
        for side in _by_turns(sides, turn):
            side.large.append(_timed(lambda s=side: _large(s)))  # type: ignore[misc]
    for side in sides:
        _file_everything(side)
    _view_by_turns(sides, views)
    return _figures(sides)


def _view_by_turns(sides: tuple[Side, ...], views: int) -> None:
    pages = [_pages(side.instance) for side in sides]
    browsers = [_browser(side.instance) for side in sides]
    for turn in range(views):
        for side in _by_turns(sides, turn):
            of_side = sides.index(side)
            page, browser = pages[of_side][turn % len(pages[of_side])], browsers[of_side]
            side.looks.append(_timed(lambda b=browser, p=page: _look(b, p)))  # type: ignore[misc]
            side.views.append(_timed(lambda s=side, p=page: _view(s, p)))  # type: ignore[misc]


def _by_turns(sides: tuple[Side, ...], turn: int) -> tuple[Side, ...]:
    return sides[::-1] if turn % 2 else sides


def _side(home: Path, is_plain: bool, reader: Reader) -> Side:
    made = make_instance(
        Settings(home=home, audit_seal_limit_s=1e9, requests_per_minute=1_000_000)
    )  # no sealer is at work beside it
    with write(made.database, SYSTEM, made.clock) as work:
        factories.make_teams(work)
        for person in sample_clients():
            factories.add_to_register(work, person)
    if is_plain:
        made = _over(made, PlainStore(home / "plain"))
    return Side(made, page_worker(made, "bench", reader))


def _over(made: Instance, store: KeepingStore) -> Instance:
    seals = SealGuard(made.database, made.clock, made.settings.audit_seal_limit_s)
    return dataclasses.replace(
        made,
        store=store,
        intake=Intake(
            made.database,
            store,
            made.clock,
            made.settings.max_upload_bytes,
            made.settings.uploads_per_day_bytes,
        ),
        viewing=RecordViewing(made.database, store, made.clock, seals),
    )


def _timed(do: Callable[[], object]) -> float:
    started = time.perf_counter()
    do()
    return time.perf_counter() - started


def _scan(side: Side, file: Path) -> None:
    used = processor_s()
    side.scans_s += _timed(lambda: _take_in(side, file))
    side.scans_processor_s += processor_s() - used


def _take_in(side: Side, file: Path) -> None:
    """From first byte to searchable, as one worker does it."""
    batch_id = side.instance.intake.open_batch(OPERATOR, channel="folder")
    with file.open("rb") as content:
        side.instance.intake.receive_file(OPERATOR, batch_id, file.name, file_chunks(content))
    _work(side)


def _work(side: Side) -> None:
    while side.worker.do_one():
        pass
    while indexer(side.instance).do_some():
        pass


def _text(side: Side, number: int) -> None:
    batch_id = side.instance.intake.open_batch(OPERATOR, channel="folder")
    side.instance.intake.receive_file(OPERATOR, batch_id, "a.txt", [b"Dear colleague, %d" % number])
    _work(side)


def _large(side: Side) -> None:
    piece = bytes(range(256)) * 256
    chunks = (piece for _ in range(LARGE_BYTES // len(piece)))
    side.instance.store.put(chunks, max_bytes=LARGE_BYTES)


def _file_everything(side: Side) -> None:
    """Whatever waits goes on somebody's file; then keys go from items to records."""
    anybody = ClientId(sample_clients()[0].client_id)
    for document in side.instance.desk.queue(OPERATOR, limit=500):
        decision = IndexDecision(FALLBACK_TYPE, (anybody,), None, "Bench", {"by": "bench"})
        side.instance.desk.file(OPERATOR, document.document_id, decision)
    if isinstance(side.instance.store, EncryptedStore):
        side.instance.custody.settle_all()


def _pages(instance: Instance) -> list[tuple[str, int]]:
    with instance.database.read() as session:
        records = session.scalars(select(Record).order_by(Record.original_name, Record.number))
        found = [
            (record.record_id, page.number)
            for record in records
            for page in record.pages
            if page.reading is not None and page.reading.view_key
        ]
    return [one for one in found if _can_view(instance, one)]


def _can_view(instance: Instance, page: tuple[str, int]) -> bool:
    return page[0] in instance.viewing.visible(VIEWER, [page[0]])


def _view(side: Side, page: tuple[str, int]) -> None:
    """Decided, journalled and read to its last byte, as the picture of a page is."""
    content = side.instance.viewing.page_image(VIEWER, *page)
    with content.stream as stream:
        while stream.read(1 << 18):
            pass


def _look(browser: FlaskClient, page: tuple[str, int]) -> None:
    """The same as a signed-in person's browser asks for it."""
    answer = browser.get("/records/{}/pages/{}/image".format(*page))
    if answer.status_code != 200:
        raise RuntimeError(f"a page was not shown: {answer.status_code}")


def _browser(instance: Instance) -> FlaskClient:
    with write(instance.database, SYSTEM, instance.clock) as work:
        factories.add_to_staff(work, VIEWER.name, *VIEWER_ROLES, password=PASSWORD)
    browser = create_app(instance).test_client()
    browser.post("/sign-in", data={"username": VIEWER.name, "password": PASSWORD})
    return browser


def _figures(sides: tuple[Side, ...]) -> dict[str, Any]:
    plain, sealed = sides
    return {
        "scans_plain_s": round(plain.scans_s, 1),
        "scans_encrypted_s": round(sealed.scans_s, 1),
        "scans_ratio": round(sealed.scans_s / plain.scans_s, 3),
        "scans_processor_ratio": round(sealed.scans_processor_s / plain.scans_processor_s, 3),
        "scans_goal": 1.05,
        "short_texts_ratio": round(sealed.texts_s / plain.texts_s, 3),
        "storing_20_mb_ratio": round(median(sealed.large) / median(plain.large), 3),
        **quantiles("view_plain", plain.looks),
        **quantiles("view_encrypted", sealed.looks),
        "view_ratio_of_medians": round(median(sealed.looks) / median(plain.looks), 3),
        "view_ratio_of_sums": round(sum(sealed.looks) / sum(plain.looks), 3),
        "view_goal": 1.1,
        "service_alone_ratio_of_medians": round(median(sealed.views) / median(plain.views), 3),
        "service_alone_ratio_of_sums": round(sum(sealed.views) / sum(plain.views), 3),
    }
