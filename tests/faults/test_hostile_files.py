"""Foreign files and the child that reads them may do their worst: each ends as a named reason."""

import os
import socket
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scanning.reading.model import CannotRead, HeldReason, Limits, OpenedItem
from scanning.reading.plain import opened_from_plain
from scanning.reading.sandbox import OPEN_ITEM, READERS, Sandbox
from tests.faults import hostile, probes

pytestmark = pytest.mark.faults

SMALL = Limits(cpu_s=1, wall_s=3, output_bytes=4 << 20)
PROBES = [
    f"tests.faults.probes:{name}"
    for name, function in vars(probes).items()
    if getattr(function, "__module__", "") == probes.__name__
]


@pytest.fixture(scope="module")
def reader() -> Iterator[Sandbox]:
    with Sandbox(Limits()) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def prober() -> Iterator[Sandbox]:
    with Sandbox(SMALL, PROBES) as sandbox:
        yield sandbox


def probe(sandbox: Sandbox, name: str, workdir: Path, **args: Any) -> dict[str, Any]:
    return sandbox.run(f"tests.faults.probes:{name}", args, workdir)


def reason_of(sandbox: Sandbox, name: str, workdir: Path) -> HeldReason:
    with pytest.raises(CannotRead) as held:
        probe(sandbox, name, workdir)
    return held.value.reason


def opened(sandbox: Sandbox, path: Path, workdir: Path) -> OpenedItem:
    args = {"path": str(path), "name": path.name}
    return opened_from_plain(sandbox.run(OPEN_ITEM, args, workdir), workdir)


def held_for(sandbox: Sandbox, path: Path, workdir: Path) -> HeldReason:
    with pytest.raises(CannotRead) as held:
        opened(sandbox, path, workdir)
    return held.value.reason


def seconds_for(sandbox: Sandbox, name: str, workdir: Path) -> float:
    started_at = time.monotonic()
    reason_of(sandbox, name, workdir)
    return time.monotonic() - started_at


# --- the child misbehaves -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("refuse", HeldReason.DAMAGED),
        ("fail", HeldReason.READER_CRASHED),
        ("hog_memory", HeldReason.TOO_MUCH_MEMORY),
        ("spin", HeldReason.TOOK_TOO_LONG),
        ("flood_answer", HeldReason.UNPACKS_TOO_LARGE),
        ("flood_one_file", HeldReason.UNPACKS_TOO_LARGE),
        ("flood_many_files", HeldReason.UNPACKS_TOO_LARGE),
        ("kill_itself", HeldReason.READER_CRASHED),
    ],
)
def test_a_misbehaving_child_ends_with_its_reason_and_the_next_is_unharmed(
    prober: Sandbox, tmp_path: Path, name: str, reason: HeldReason
) -> None:
    assert reason_of(prober, name, tmp_path) is reason
    assert probe(prober, "echo", tmp_path, word="here")["args"]["word"] == "here"


def test_a_sleeping_child_is_ended_by_the_clock_on_the_wall(tmp_path: Path) -> None:
    with Sandbox(replace(SMALL, wall_s=1), PROBES) as sandbox:
        assert seconds_for(sandbox, "sleep", tmp_path) < 2.5


def test_a_crash_tells_where_but_never_what(prober: Sandbox, tmp_path: Path) -> None:
    with pytest.raises(CannotRead, match=r"RuntimeError at probes\.py:\d+$"):
        probe(prober, "fail", tmp_path)


def test_no_program_a_child_started_survives_it(prober: Sandbox, tmp_path: Path) -> None:
    probe(prober, "start_a_program_and_sleep", tmp_path, for_s=0.5)
    assert_no_heart_beats(tmp_path)


def test_no_program_survives_the_wall_clock(tmp_path: Path) -> None:
    with Sandbox(replace(SMALL, wall_s=1), PROBES) as sandbox:
        reason = reason_of(sandbox, "start_a_program_and_sleep", tmp_path)
        assert reason is HeldReason.TOOK_TOO_LONG
        assert_no_heart_beats(tmp_path)


def assert_no_heart_beats(workdir: Path) -> None:
    beats = sorted(workdir.glob("beat-*"))
    assert [beat.name for beat in beats] == ["beat-inside", "beat-outside"]
    before = [beat.read_bytes() for beat in beats]
    time.sleep(0.3)
    assert [beat.read_bytes() for beat in beats] == before


def test_a_killed_server_is_replaced_for_the_next_call(tmp_path: Path) -> None:
    with Sandbox(SMALL, PROBES) as sandbox:
        probe(sandbox, "echo", tmp_path)
        assert sandbox._server is not None
        os.kill(sandbox._server.pid, 9)
        sandbox._server.wait()
        assert probe(sandbox, "echo", tmp_path, word="again")["args"]["word"] == "again"


def test_a_child_that_attacks_its_server_harms_nobody(tmp_path: Path) -> None:
    with Sandbox(SMALL, PROBES) as sandbox:
        try:
            probe(sandbox, "kill_its_parent", tmp_path)
        except CannotRead as held:
            assert held.reason is HeldReason.READER_CRASHED
        assert probe(sandbox, "echo", tmp_path, word="well")["args"]["word"] == "well"


def test_everything_below_a_killed_worker_ends(tmp_path: Path) -> None:
    worker = os.fork()
    if worker == 0:
        probe(Sandbox(replace(SMALL, wall_s=60), PROBES), "start_a_program_and_sleep", tmp_path)
        os._exit(0)
    wait_until(lambda: len(list(tmp_path.glob("beat-*"))) == 2)
    os.kill(worker, 9)
    os.waitpid(worker, 0)
    time.sleep(0.3)
    assert_no_heart_beats(tmp_path)


def wait_until(condition: Any) -> None:
    ends_at = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < ends_at
        time.sleep(0.05)


# --- what the child can reach -----------------------------------------------------------------


def test_the_child_knows_no_secret_of_the_workers_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDRMS_DATABASE_URL", "postgresql://secret")
    with Sandbox(SMALL, PROBES) as sandbox:
        names = probe(sandbox, "echo", tmp_path)["environment"]
    assert not [name for name in names if "EDRMS" in name]


def test_the_child_sees_its_own_folder_and_no_other(prober: Sandbox, tmp_path: Path) -> None:
    if not prober.protections()["files_restricted"]:
        pytest.fail("this kernel has no Landlock: files are not restricted")
    mine, keys = tmp_path / "mine", tmp_path / "keys"
    mine.mkdir()
    keys.mkdir()
    (mine / "page").write_text("page")
    (keys / "master").write_text("key")
    names = [str(mine / "page"), str(keys / "master"), "/etc/passwd"]
    found = probe(prober, "look_around", mine, names=names, write=str(keys / "new"))
    assert list(found["read"].values()) == [True, False, False]
    assert found["wrote"] is False


def test_the_child_has_no_network(prober: Sandbox, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        found = probe(prober, "call_out", tmp_path, port=listener.getsockname()[1])
    assert found["connected"] is not prober.protections()["tcp_refused"]


def test_limits_are_set_in_the_child(prober: Sandbox, tmp_path: Path) -> None:
    found = probe(prober, "raise_its_limit", tmp_path)
    assert found == {"soft": SMALL.memory_bytes, "core": 0}


def test_a_function_not_on_the_list_is_refused(prober: Sandbox, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="not an allowed reader"):
        prober.run("os:system", {"command": "true"}, tmp_path)


def test_the_readers_are_the_only_functions_of_a_plain_sandbox() -> None:
    assert all(name.startswith("scanning.reading.entry:") for name in READERS)


# --- hostile and broken files, through the whole of it ------------------------------------------


def test_an_empty_file_is_held_as_empty(reader: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "empty.pdf").write_bytes(b"")
    assert held_for(reader, tmp_path / "empty.pdf", tmp_path) is HeldReason.EMPTY


def test_a_pdf_that_needs_a_password_is_held_as_encrypted(reader: Sandbox, tmp_path: Path) -> None:
    path = hostile.encrypted_pdf(tmp_path / "a.pdf", user_password="secret")
    assert held_for(reader, path, tmp_path) is HeldReason.ENCRYPTED


def test_a_pdf_cut_short_is_held_as_damaged(reader: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "cut.pdf"
    path.write_bytes(hostile.pdf_bytes(20)[:-3000])
    assert held_for(reader, path, tmp_path) is HeldReason.DAMAGED


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "TIFF"])
@pytest.mark.parametrize("kept", [0.3, 0.7, 0.98])
def test_a_picture_cut_short_is_held_as_damaged(
    reader: Sandbox, tmp_path: Path, image_format: str, kept: float
) -> None:
    path = hostile.picture_file(tmp_path / "cut", image_format, kept)
    assert held_for(reader, path, tmp_path) is HeldReason.DAMAGED


def test_a_png_that_lacks_rows_is_held_as_damaged(reader: Sandbox, tmp_path: Path) -> None:
    path = hostile.png_without_its_last_rows(tmp_path / "short.png")
    assert held_for(reader, path, tmp_path) is HeldReason.DAMAGED


def test_a_tiff_in_a_loop_is_held_as_damaged(reader: Sandbox, tmp_path: Path) -> None:
    path = hostile.tiff_in_a_loop(tmp_path / "loop.tif")
    assert held_for(reader, path, tmp_path) is HeldReason.DAMAGED


@pytest.mark.parametrize("make", [hostile.huge_png, hostile.huge_tiff])
def test_a_picture_of_60000_by_60000_is_held_before_it_is_decoded(
    reader: Sandbox, tmp_path: Path, make: Any
) -> None:
    assert held_for(reader, make(tmp_path / "huge"), tmp_path) is HeldReason.TOO_MANY_PIXELS


def test_a_pdf_of_2000_pages_is_opened(reader: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "long.pdf"
    path.write_bytes(hostile.pdf_bytes(2000))
    assert opened(reader, path, tmp_path).page_count == 2000


def test_a_pdf_of_too_many_pages_is_held(tmp_path: Path) -> None:
    path = tmp_path / "long.pdf"
    path.write_bytes(hostile.pdf_bytes(12))
    with Sandbox(Limits(max_pages=11)) as sandbox:
        assert held_for(sandbox, path, tmp_path) is HeldReason.TOO_MANY_PAGES


@pytest.mark.parametrize("name", list(hostile.STRANGE_PDFS))
def test_a_strange_pdf_is_accepted_or_held_within_its_limits(
    reader: Sandbox, tmp_path: Path, name: str
) -> None:
    path = tmp_path / "strange.pdf"
    path.write_bytes(hostile.STRANGE_PDFS[name]())
    try:
        assert opened(reader, path, tmp_path).page_count >= 1
    except CannotRead as held:
        assert held.reason in {HeldReason.DAMAGED, HeldReason.TOO_MUCH_MEMORY}


def test_a_word_document_that_unpacks_without_end_is_held(reader: Sandbox, tmp_path: Path) -> None:
    path = hostile.docx_bomb(tmp_path / "bomb.docx")
    assert held_for(reader, path, tmp_path) is HeldReason.UNPACKS_TOO_LARGE


def test_a_word_document_cannot_ask_for_our_files(reader: Sandbox, tmp_path: Path) -> None:
    path = hostile.docx_with_entities(tmp_path / "evil.docx")
    assert held_for(reader, path, tmp_path) is HeldReason.DAMAGED


def test_a_message_nested_20_deep_is_held_at_the_depth_allowed(
    reader: Sandbox, tmp_path: Path
) -> None:
    path = tmp_path / "nested.eml"
    path.write_bytes(hostile.nested_message(20).as_bytes())
    for depth in range(Limits().max_depth + 1):
        workdir = tmp_path / str(depth)
        workdir.mkdir()
        plain = reader.run(OPEN_ITEM, {"path": str(path), "depth": depth}, workdir)
        (inner,) = opened_from_plain(plain, workdir).attachments
        path = inner.path
    with pytest.raises(CannotRead) as held:
        reader.run(OPEN_ITEM, {"path": str(path), "depth": Limits().max_depth + 1}, tmp_path)
    assert held.value.reason is HeldReason.NESTED_TOO_DEEP


def test_a_message_of_a_thousand_nested_parts_ends_typed(reader: Sandbox, tmp_path: Path) -> None:
    opening = "".join(
        f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(3000)
    )
    path = tmp_path / "deep.eml"
    path.write_text(f"From: a@example.org\nSubject: deep\n{opening}\n\nend\n")
    assert held_for(reader, path, tmp_path) is HeldReason.NESTED_TOO_DEEP
