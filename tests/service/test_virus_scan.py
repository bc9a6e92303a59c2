"""A file is scanned before anything opens it: a virus is held and never given out, no verdict means wait."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

import pytest

from api.web.batch_page import batch_page
from api.wiring import Instance
from edrms.clock import FixedClock
from edrms.errors import CannotStart, Refused, Unavailable
from edrms.jobs.worker import UNAVAILABLE_WAIT
from scanning.batches.ledger import BatchAccount
from scanning.reading.clamd_scanner import ClamdScanner
from scanning.reading.model import CannotRead, HeldReason
from scanning.reading.ports import Reader
from tests import factories
from tests.engines.clamav import EICAR
from tests.engines.server import free_port
from tests.engines.wanted import Engine, url_of
from tests.service.queue_of_work import QueueOfWork

POST_ROOM = factories.actor("quality_supervisor")


def sent(instance: Instance, files: dict[str, bytes]) -> BatchAccount:
    batch_id = factories.batch(instance, POST_ROOM)
    for name, content in files.items():
        factories.send(instance, POST_ROOM, batch_id, name, content)
    return instance.ledger.batch(POST_ROOM, batch_id)


def states(instance: Instance, account: BatchAccount) -> dict[str, tuple[str, str]]:
    items = instance.ledger.batch(POST_ROOM, account.batch.batch_id).items
    return {item.name: (str(item.state), item.held_reason) for item in items}


def instance_with(home: Path, clock: FixedClock, url: str) -> Instance:
    return factories.new_instance(home, clock, antivirus_url=url)


def test_a_virus_is_held_with_its_reason_never_given_out_and_its_neighbours_are_read(
    tmp_path: Path, clock: FixedClock, reader: Reader
) -> None:
    instance = instance_with(tmp_path / "home", clock, url_of(Engine.CLAMAV))
    account = sent(instance, {"bad.txt": EICAR, "good.txt": b"Minutes of the allotment society"})
    factories.do_all(instance, factories.a_worker(instance, reader))
    assert states(instance, account) == {"bad.txt": ("held", "infected"), "good.txt": ("read", "")}
    bad = next(item for item in account.items if item.name == "bad.txt")
    with pytest.raises(Refused, match="virus"):
        instance.ledger.original(POST_ROOM, bad.item_id)
    instance.ledger.reject(POST_ROOM, bad.item_id, "a virus")
    with pytest.raises(Refused, match="virus"):
        instance.ledger.original(POST_ROOM, bad.item_id)
    assert instance.store.size(bad.object_key) == len(EICAR)  # kept, as everything accepted is


def test_while_the_scanner_is_away_files_wait_and_nothing_is_let_pass(
    tmp_path: Path, clock: FixedClock, reader: Reader
) -> None:
    instance = instance_with(tmp_path / "home", clock, f"clamd://127.0.0.1:{free_port()}")
    account = sent(instance, {"good.txt": b"Minutes of the allotment society"})
    worker = factories.a_worker(instance, reader)
    queue = QueueOfWork(instance.database, clock, instance.queue)
    for _ in range(5):  # more often than a job may fail
        assert worker.do_one() and not worker.do_one()
        queue.let_pass(UNAVAILABLE_WAIT + timedelta(seconds=1))
    assert states(instance, account) == {"good.txt": ("received", "")}


@contextmanager
def pretended(answer: bytes, *, reads: bool = True) -> Iterator[str]:
    """The URL of something that answers a file with these bytes, having read it or not."""

    def serve(listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                with client, suppress(OSError):
                    said = client.recv(1 << 16)
                    while reads and not said.endswith(bytes(4)):
                        said = said[-8:] + client.recv(1 << 16)
                    client.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=serve, args=(listener,), daemon=True).start()
        yield f"clamd://127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "file"
    path.write_bytes(b"a letter " * 30_000)
    return path


@pytest.mark.parametrize(
    "answer",
    [b"", b"stream: OK", b"\0", b"stream: \0", b"HTTP/1.1 200 OK\r\n\r\nOK\0", b"UNKNOWN COMMAND\0",
     b"stream: OK but not quite\0", b"\xff" * 5000, b"FOUND\0"],
)  # fmt: skip
def test_only_a_whole_verdict_counts(answer: bytes, file: Path) -> None:
    with pretended(answer) as url, pytest.raises(Unavailable) as caught:
        ClamdScanner(url).check(file)
    assert "letter" not in str(caught.value)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"stream: Eicar-Test-Signature FOUND\0", HeldReason.INFECTED),
        (b"stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND\0", HeldReason.NOT_SCANNED),
        (b"INSTREAM size limit exceeded. ERROR\0", HeldReason.NOT_SCANNED),
    ],
)
def test_what_is_not_found_clean_is_held_with_the_reason(
    answer: bytes, reason: HeldReason, file: Path
) -> None:
    with pretended(answer) as url, pytest.raises(CannotRead) as caught:
        ClamdScanner(url).check(file)
    assert caught.value.reason is reason


def test_a_scanner_that_says_nothing_is_not_waited_for_longer_than_agreed(file: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(Unavailable):
        url = f"clamd://127.0.0.1:{silent.getsockname()[1]}"
        ClamdScanner(url, answer_within_s=0.2).check(file)


def test_a_file_larger_than_the_real_scanner_takes_is_held_not_passed(tmp_path: Path) -> None:
    path = tmp_path / "large"
    with path.open("wb") as large:
        large.truncate(101 << 20)  # the test scanner's StreamMaxLength is 100 MB
    with pytest.raises(CannotRead) as caught:
        ClamdScanner(url_of(Engine.CLAMAV)).check(path)
    assert caught.value.reason is HeldReason.NOT_SCANNED


@pytest.mark.parametrize("url", ["clamav:3310", "clamd://", "http://clamav:3310", "clamd://h:0x/"])
def test_an_address_that_cannot_be_read_stops_the_start_by_its_name(url: str) -> None:
    with pytest.raises(CannotStart, match="EDRMS_ANTIVIRUS_URL: expected clamd://host:port"):
        ClamdScanner(url)


def test_the_page_of_a_batch_offers_no_download_of_a_virus(
    tmp_path: Path, clock: FixedClock, reader: Reader
) -> None:
    with pretended(b"stream: Some.Virus FOUND\0") as url:
        instance = instance_with(tmp_path / "home", clock, url)
        account = sent(instance, {"bad.txt": b"anything"})
        factories.do_all(instance, factories.a_worker(instance, reader))
    held = instance.ledger.batch(POST_ROOM, account.batch.batch_id)
    (row,) = batch_page(held, instance, POST_ROOM).items
    assert (row.held_reason, row.may_download, row.may_reject) == ("infected", False, True)
