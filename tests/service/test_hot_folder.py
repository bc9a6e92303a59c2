"""Hot folders: what is stable becomes a batch, what is done moves away, what fails stays with a note."""

import json
import os
from pathlib import Path

import pytest

from api.wiring import Instance
from edrms.errors import NoSpace
from edrms.jobs.worker import Worker
from edrms.storage.ports import StoredObject
from scanning.batches.counts import Sides
from scanning.batches.ledger import BatchAccount
from scanning.batches.model import ItemState
from scanning.folders import files
from scanning.folders.drops import NOTE, RELEASED, Place
from scanning.folders.hot_folder import HotFolder
from scanning.reading.model import HeldReason
from tests import factories

SCANNER = factories.actor("post_room", name="scanner")
SUPERVISOR = factories.actor("quality_supervisor")


class Hot:
    """A hot folder under test, its clock, and what became of what was put there."""

    def __init__(self, instance: Instance, path: Path, **set_up: object) -> None:
        path.mkdir(exist_ok=True)
        self.instance, self.path, self.now = instance, path, 0.0
        self.place = Place(path=path, account="scanner", **set_up)  # type: ignore[arg-type]
        self.restart()

    def restart(self) -> None:
        """Another process, which remembers nothing."""
        made = self.instance
        self.folder = HotFolder(
            self.place, SCANNER, made.intake, made.ledger, made.closing, lambda: self.now
        )

    def put(self, name: str, content: bytes | str = b"A letter") -> Path:
        path = self.path / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def settle(self, seconds: float = 10.0) -> int:
        """Look, wait, look again."""
        self.folder.sweep()
        self.now += seconds
        return self.folder.sweep()

    def batches(self) -> list[BatchAccount]:
        return list(reversed(self.instance.ledger.batches(SUPERVISOR)))

    def left(self) -> list[str]:
        """Names below the folder, without what was released and keys."""
        every = (path.relative_to(self.path) for path in self.path.rglob("*") if path.is_file())
        return sorted(str(path) for path in every if path.parts[0] != RELEASED)

    def released(self) -> list[str]:
        there = (self.path / RELEASED).rglob("*")
        return sorted(str(p.relative_to(self.path / RELEASED)) for p in there if p.is_file())


@pytest.fixture
def hot(instance: Instance, tmp_path: Path) -> Hot:
    return Hot(instance, tmp_path / "hot")


def names(account: BatchAccount) -> list[str]:
    return [item.name for item in account.items]


def held(account: BatchAccount) -> dict[str, str]:
    return {item.name: item.held_reason for item in account.items if item.state == ItemState.HELD}


def manifest(*rows: dict[str, object], **batch: object) -> str:
    return json.dumps({"batch": batch, "files": rows})


def test_loose_files_that_are_stable_become_one_batch_and_move_away(hot: Hot) -> None:
    hot.put("b.txt")
    hot.put("a.txt", b"Another")
    assert hot.settle() == 2
    (batch,) = hot.batches()
    assert names(batch) == ["a.txt", "b.txt"]
    assert (batch.batch.channel, batch.batch.announced_files) == ("folder", 2)
    assert hot.left() == []
    assert hot.released() == ["B-00001/a.txt", "B-00001/b.txt"]
    assert hot.settle() == 0 and len(hot.batches()) == 1


def test_a_file_still_being_written_is_waited_for_and_holds_up_no_other(hot: Hot) -> None:
    growing = hot.put("growing.txt", b"one")
    hot.put("ready.txt")
    hot.folder.sweep()
    hot.now += 9
    growing.write_bytes(b"one, two")
    hot.folder.sweep()
    hot.now += 1.5
    assert hot.folder.sweep() == 1
    assert hot.left() == ["growing.txt"]
    hot.now += 10
    assert hot.folder.sweep() == 1
    assert [names(one) for one in hot.batches()] == [["ready.txt"], ["growing.txt"]]


@pytest.mark.parametrize("name", ["x.pdf.part", "x.tmp", ".hidden", "~$letter.docx", "Thumbs.db"])
def test_what_is_not_post_is_left_alone(hot: Hot, name: str) -> None:
    hot.put(name)
    assert hot.settle() == 0
    assert hot.left() == [name] and hot.batches() == []


def test_a_folder_is_a_batch_of_its_own_and_goes_when_it_is_empty(hot: Hot) -> None:
    hot.put("tray 7/1.txt")
    hot.put("tray 7/inner/2.txt")
    hot.put("loose.txt")
    assert hot.settle() == 3
    assert [names(one) for one in hot.batches()] == [["loose.txt"], ["1.txt"], ["2.txt"]]
    assert [one.batch.note for one in hot.batches()] == ["", "tray 7", "inner"]
    hot.settle()
    assert [path.name for path in hot.path.iterdir()] == [RELEASED]


def test_what_the_folder_and_the_manifest_say_is_kept_and_the_manifest_wins(
    instance: Instance, tmp_path: Path
) -> None:
    hot = Hot(instance, tmp_path / "hot", stream="adults", device="S1", sides=Sides.ONE)
    hot.put(
        "t/manifest.json", manifest({"file": "a.txt"}, sides="both", sheets=4, origin="Eastgate")
    )
    hot.put("t/a.txt")
    hot.settle()
    (account,) = hot.batches()
    batch = account.batch
    assert (batch.stream, batch.device, batch.sides) == ("adults", "S1", "both")
    assert (batch.expected_sheets, batch.origin) == (4, "Eastgate")
    assert hot.released() == ["B-00001/a.txt", "B-00001/manifest.json"]


def test_a_file_and_its_manifest_of_the_same_name_are_a_batch(hot: Hot) -> None:
    hot.put("scan1.txt")
    hot.put("scan1.xml", '<batch><file name="scan1.txt" pages="1"/></batch>')
    hot.put("plain.txt", "Plain")
    hot.settle()
    assert [names(one) for one in hot.batches()] == [["scan1.txt"], ["plain.txt"]]
    assert "B-00001/scan1.xml" in hot.released()


def test_files_that_a_manifest_names_are_waited_for_then_said_to_be_missing(hot: Hot) -> None:
    hot.put("t/manifest.csv", "file\na.txt\nb.txt\n")
    hot.put("t/a.txt")
    assert hot.settle() == 0
    hot.put("t/b.txt", "Late but there")
    assert hot.settle() == 2
    assert hot.batches()[0].batch.faults == []
    hot.put("u/manifest.csv", "file\nc.txt\nd.txt\n")
    hot.put("u/c.txt", "The one that came")
    assert hot.settle(3599) == 0
    hot.now += 2
    assert hot.folder.sweep() == 1
    account = hot.batches()[1]
    assert account.batch.faults == ["Line 3: d.txt is not there."]
    assert [(one.what, one.expected, one.came) for one in account.differences] == [("files", 2, 1)]


def test_a_file_that_the_manifest_does_not_name_is_held_and_read_once_somebody_says_so(
    hot: Hot, worker: Worker
) -> None:
    hot.put("t/manifest.csv", "file\na.txt\n")
    hot.put("t/a.txt")
    hot.put("t/stray.txt", "Who sent this?")
    assert hot.settle() == 2
    factories.do_all(hot.instance, worker)
    (account,) = hot.batches()
    assert held(account) == {"stray.txt": HeldReason.NOT_NAMED}
    assert account.batch.faults == ["stray.txt is not in the manifest."]
    stray = next(item for item in account.items if item.name == "stray.txt")
    hot.instance.ledger.retry(SUPERVISOR, stray.item_id)
    factories.do_all(hot.instance, worker)
    (account,) = hot.batches()
    assert held(account) == {} and account.reconciliation.pages == 2


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ("a.txt,,\na.txt,2,", HeldReason.NAMED_TWICE),
        (f"a.txt,,{'0' * 64}", HeldReason.OTHER_BYTES),
        ("a.txt,2,", HeldReason.OTHER_PAGES),
    ],
)
def test_a_file_that_is_not_as_its_manifest_says_is_held_until_somebody_accepts_it(
    hot: Hot, worker: Worker, rows: str, reason: HeldReason
) -> None:
    hot.put("t/manifest.csv", f"file,pages,sha256\n{rows}\nb.txt,1,\n")
    hot.put("t/a.txt", "One page")
    hot.put("t/b.txt", "Another")
    assert hot.settle() == 2
    factories.do_all(hot.instance, worker)
    (account,) = hot.batches()
    assert held(account) == {"a.txt": reason}
    (item,) = (one for one in account.items if one.name == "a.txt")
    if reason is HeldReason.OTHER_PAGES:
        assert item.held_detail == "the manifest says 2, the file has 1"
    hot.instance.ledger.retry(SUPERVISOR, item.item_id)
    factories.do_all(hot.instance, worker)
    assert held(hot.batches()[0]) == {}


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("manifest.csv", b"file\nna\xefve.txt\n", "Line 2 is not written in UTF-8"),
        ("manifest.xml", b"<batch>", "It is no XML"), ("list.json", b"{}", 'no list "files"'),
    ],
)  # fmt: skip
def test_a_manifest_that_cannot_be_read_holds_its_files_and_stays_with_a_note(
    hot: Hot, worker: Worker, name: str, content: bytes, why: str
) -> None:
    hot.put(f"t/{name}", content)
    hot.put("t/a.txt")
    assert hot.settle() == 1
    factories.do_all(hot.instance, worker)
    (account,) = hot.batches()
    assert held(account) == {"a.txt": HeldReason.NO_MANIFEST}
    assert why in account.batch.faults[0]
    assert hot.left() == [f"t/{name}", f"t/{name}{NOTE}"]
    assert why in (hot.path / f"t/{name}{NOTE}").read_text()
    assert hot.settle() == 0


def test_of_two_manifests_neither_is_believed(hot: Hot) -> None:
    hot.put("t/one.csv", "file\na.txt\n")
    hot.put("t/two.csv", "file\nb.txt\n")
    hot.put("t/a.txt")
    hot.settle()
    (account,) = hot.batches()
    assert held(account) == {"a.txt": HeldReason.NO_MANIFEST}
    assert "There are several: one.csv, two.csv." in account.batch.faults[0]
    assert [name for name in hot.left() if name.endswith(NOTE)] == [
        f"t/one.csv{NOTE}", f"t/two.csv{NOTE}",
    ]  # fmt: skip


def test_where_manifests_are_asked_for_a_file_without_one_waits_and_is_then_held(
    instance: Instance, tmp_path: Path
) -> None:
    hot = Hot(instance, tmp_path / "hot", needs_manifest=True, wait_s=60)
    hot.put("a.txt")
    assert hot.settle(59) == 0
    hot.now += 2
    assert hot.folder.sweep() == 1
    assert held(hot.batches()[0]) == {"a.txt": HeldReason.NO_MANIFEST}


def test_what_is_wrong_with_the_manifests_own_facts_is_said_and_stops_nothing(hot: Hot) -> None:
    hot.put("t/m.json", manifest({"file": "a.txt"}, received_on="2099-01-01", origin="x" * 200))
    hot.put("t/a.txt")
    assert hot.settle() == 1
    (account,) = hot.batches()
    assert [fault.partition(":")[0] for fault in account.batch.faults] == [
        "The manifest's origin", "The manifest's received_on",
    ]  # fmt: skip


def test_a_file_that_is_refused_stays_with_a_note_and_is_tried_again_without_it(
    hot: Hot, monkeypatch: pytest.MonkeyPatch
) -> None:
    hot.put("a.txt")
    hot.put("large.txt", b"x" * 2000)
    monkeypatch.setattr(hot.instance.intake, "_max_upload_bytes", 1000)
    assert hot.settle() == 1
    assert hot.left() == ["large.txt", f"large.txt{NOTE}"]
    assert "large" in (hot.path / f"large.txt{NOTE}").read_text()
    (account,) = hot.batches()
    assert "large.txt was not taken in." in account.batch.faults[0]
    assert hot.settle() == 0
    monkeypatch.setattr(hot.instance.intake, "_max_upload_bytes", 10_000)
    (hot.path / f"large.txt{NOTE}").unlink()
    assert hot.settle() == 1 and hot.left() == []


def test_a_link_out_of_the_folder_and_a_pipe_are_never_read(hot: Hot, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("not post")
    (hot.path / "link.txt").symlink_to(secret)
    (hot.path / "linked folder").symlink_to(tmp_path)
    os.mkfifo(hot.path / "pipe.txt")
    hot.put("a.txt")
    hot.settle()
    taken = [name for account in hot.batches() for name in names(account)]
    assert taken == ["a.txt"]
    assert secret.read_text() == "not post"
    assert "link.txt" in hot.left()


def test_a_file_that_changes_while_it_is_read_is_left_and_comes_later(
    hot: Hot, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = hot.put("a.txt", b"first")
    genuine = files.read

    def read(of: Path) -> object:
        yield from genuine(of)
        if path.read_bytes() == b"first":
            path.write_bytes(b"second, longer")
            raise files.Changed("The file changed while it was read.")

    monkeypatch.setattr(files, "read", read)
    assert hot.settle() == 0
    assert hot.left() == [".edrms-batch", "a.txt"] and list(hot.instance.store.keys()) == []
    assert hot.settle() == 1
    (account,) = hot.batches()
    assert [item.size_bytes for item in account.items] == [len(b"second, longer")]


class Killed(BaseException):
    """The process ended here."""


@pytest.mark.parametrize(
    "step", ["before a file is kept", "before it is moved", "before the key goes"]
)
@pytest.mark.parametrize("at", [1, 2, 3])
def test_cut_off_at_any_step_every_file_is_one_item_of_one_batch(
    hot: Hot, monkeypatch: pytest.MonkeyPatch, worker: Worker, step: str, at: int
) -> None:
    hot.put("t/manifest.csv", "file,pages\na.txt,1\nb.txt,1\nc.txt,1\n")
    for name in "abc":
        hot.put(f"t/{name}.txt", f"Letter {name}")
    place, name = {
        "before a file is kept": (hot.instance.intake, "_accept"),
        "before it is moved": (files, "release"),
        "before the key goes": (files, "forget_key"),
    }[step]
    genuine, calls = getattr(place, name), []

    def cut_off(*given: object, **named: object) -> object:
        calls.append(given)
        if len(calls) == at:
            raise Killed
        return genuine(*given, **named)

    with monkeypatch.context() as patched:
        patched.setattr(place, name, cut_off)
        if step == "before the key goes" and at > 1:
            hot.settle()
        else:
            with pytest.raises(Killed):
                hot.settle()
    hot.restart()
    hot.settle()
    hot.settle()
    factories.do_all(hot.instance, worker)
    (account,) = hot.batches()
    assert sorted(names(account)) == ["a.txt", "b.txt", "c.txt"]
    assert account.batch.faults == [] and account.differences == ()
    assert [name for name in hot.left() if not name.endswith(".edrms-batch")] == []
    assert sorted(Path(name).name for name in hot.released()) == [
        "a.txt", "b.txt", "c.txt", "manifest.csv",
    ]  # fmt: skip


def test_a_full_store_leaves_no_note_and_is_waited_out(
    hot: Hot, monkeypatch: pytest.MonkeyPatch
) -> None:
    hot.put("a.txt")
    with monkeypatch.context() as patched:

        def full(*_: object, **__: object) -> StoredObject:
            raise NoSpace("The store is full.")

        patched.setattr(type(hot.instance.store), "put", full)
        with pytest.raises(NoSpace):
            hot.settle()
    assert [name for name in hot.left() if name.endswith(NOTE)] == []
    assert hot.settle() == 1 and len(hot.batches()) == 1


def test_a_batch_whose_counts_agree_is_closed_and_one_that_differs_waits_for_a_supervisor(
    hot: Hot, worker: Worker
) -> None:
    hot.put("t/m.json", manifest({"file": "a.txt"}, sheets=1, sides="one", documents=1))
    hot.put("t/a.txt")
    hot.put("u/m.json", manifest({"file": "b.txt"}, sheets=2, sides="one"))
    hot.put("u/b.txt", "Another")
    hot.settle()
    assert [one.batch.closed_at is None for one in hot.batches()] == [True, True]
    factories.do_all(hot.instance, worker)
    hot.folder.sweep()
    assert [one.batch.closed_at is None for one in hot.batches()] == [False, True]
    hot.put("later.txt", "In another batch")
    hot.settle()
    assert [names(one) for one in hot.batches()] == [["a.txt"], ["b.txt"], ["later.txt"]]


def test_a_name_that_was_released_before_is_not_written_over(hot: Hot) -> None:
    first = files.release(hot.put("a.txt", b"one"), hot.path / "done")
    second = files.release(hot.put("a.txt", b"two"), hot.path / "done")
    assert (first.read_bytes(), second.read_bytes()) == (b"one", b"two")
    assert second.name == "a-2.txt"
