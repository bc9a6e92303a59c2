"""The witness cosigns what continues what it has cosigned and nothing else; exports hold outside."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from api.auditing import ALARM
from api.cli import main
from edrms.audit import verifier
from edrms.audit.details import erase_detail
from edrms.audit.exporting import AuditExport
from edrms.audit.notes import load_key, make_key, published, read_published
from edrms.audit.place import CheckpointPlace
from edrms.audit.tables import AuditDetail, AuditEvent
from edrms.audit.verifier import (
    LOG_KEY,
    WITNESS_KEY,
    Key,
    Tampered,
    leaf_hash,
    node_hash,
    verify_export,
    verify_proof,
)
from edrms.audit.witness import Witness
from edrms.errors import CannotStart, Denied, NotFound, Refused, Unavailable
from tests import factories
from tests.architecture import laws
from tests.service.audit_logs import event_bytes, make_log, signer
from tests.service.queue_of_work import database_of
from tests.service.test_audit_sealing import Sealed

WITNESS = signer("witness/1", WITNESS_KEY)
OFFICER = factories.actor("information_governance")
VERIFIER = Path(verifier.__file__)


@pytest.fixture
def sealed(tmp_path: Path) -> Iterator[Sealed]:
    place = CheckpointPlace(tmp_path / "place")
    place.prepare()
    database = database_of("sqlite", tmp_path)
    yield Sealed(database, place, factories.fixed_clock())
    database.close()


def seal_some(sealed: Sealed, *counts: int) -> None:
    for count in counts:
        sealed.add(count, personal="tortoise")
        sealed.seal()


def witness(sealed: Sealed) -> Witness:
    state = sealed.place.root.with_name("witness")
    return Witness(sealed.place, state, signer().key, WITNESS, sealed.clock)


def file_of(sealed: Sealed, size: int) -> Path:
    return sealed.place.root / "checkpoints" / f"{0:016d}" / f"{size:020d}"


def put(sealed: Sealed, size: int, content: str) -> None:
    file_of(sealed, size).unlink(missing_ok=True)
    file_of(sealed, size).write_text(content)


def alarm(sealed: Sealed) -> str:
    """The kind of alarm; nothing new is cosigned and nothing forgotten."""
    state = sealed.place.root.with_name("witness")
    before = {one.name: one.read_bytes() for one in state.glob("*")}
    cosigned = sorted((sealed.place.root / "cosigned").glob("*"))
    with pytest.raises(Tampered) as found:
        witness(sealed).look()
    assert {one.name: one.read_bytes() for one in state.glob("*")} == before
    assert sorted((sealed.place.root / "cosigned").glob("*")) == cosigned
    return found.value.kind


def test_a_witness_follows_an_honest_log_and_cosigns_its_newest_head(sealed: Sealed) -> None:
    assert witness(sealed).look() is None
    seal_some(sealed, 1, 300, 7)
    seen = witness(sealed).look()
    assert seen and (seen.size, seen.checked) == (309, 3)
    again = witness(sealed).look()
    assert again and (again.checked, again.note) == (0, seen.note)
    seal_some(sealed, 2)
    sealed.clock.advance(timedelta(days=-9))
    last = witness(sealed).look()
    assert last and (last.size, last.checked) == (311, 1)


def test_a_log_set_back_is_alarmed(sealed: Sealed) -> None:
    seal_some(sealed, 1, 2)
    witness(sealed).look()
    file_of(sealed, 4).unlink()
    assert alarm(sealed) == "rollback"


def test_a_fork_is_alarmed_though_it_is_signed_by_the_true_key(sealed: Sealed) -> None:
    seal_some(sealed, 1, 2)
    witness(sealed).look()
    other = make_log([event_bytes(number) for number in range(9)], [4, 9])
    put(sealed, 9, published(4, [], other.notes[1]))
    assert alarm(sealed) == "fork"
    put(sealed, 9, published(0, [], other.notes[1]))
    assert alarm(sealed) == "fork"
    file_of(sealed, 9).unlink()
    put(sealed, 4, published(2, [], other.notes[0]))
    assert alarm(sealed) == "fork"


def test_another_log_a_false_signature_and_a_proof_with_any_bit_turned_are_alarmed(
    sealed: Sealed,
) -> None:
    seal_some(sealed, 1)
    witness(sealed).look()
    seal_some(sealed, 4)
    honest = file_of(sealed, 6).read_text()
    old, proof, note = read_published(honest)
    assert old == 2 and proof
    for number, one in enumerate(proof):
        for bit in range(0, 256, 9):
            flipped = bytearray(one)
            flipped[bit // 8] ^= 1 << bit % 8
            wrong = [*proof[:number], bytes(flipped), *proof[number + 1 :]]
            put(sealed, 6, published(old, wrong, note))
            assert alarm(sealed) == "fork"
    put(sealed, 6, published(old, proof, note[:-8] + "AAAA" + note[-4:]))
    assert alarm(sealed) in ("forged", "malformed")
    put(sealed, 6, published(old, proof, make_log([b"x"], [1], signer("edrms/x")).notes[0]))
    assert alarm(sealed) == "foreign"
    put(sealed, 6, "nonsense")
    assert alarm(sealed) == "malformed"
    put(sealed, 6, honest)
    assert witness(sealed).look()


def test_a_place_that_is_gone_is_no_proof_of_anything(sealed: Sealed) -> None:
    seal_some(sealed, 1)
    witness(sealed).look()
    shutil.rmtree(sealed.place.root)
    with pytest.raises(Unavailable, match="gone"):
        witness(sealed).look()


def test_the_command_alarms_by_its_exit_status(sealed: Sealed, tmp_path: Path) -> None:
    seal_some(sealed, 1, 2)
    run = CliRunner()
    made = run.invoke(main, ["audit", "witness-key", str(tmp_path / "k"), "--name", "w/2"])
    assert made.exit_code == 0 and Key.parse(made.output).kind == WITNESS_KEY
    words = [
        "audit", "witness", "--place", str(sealed.place.root), "--log-key", str(signer().key),
        "--key", str(tmp_path / "k"), "--state", str(tmp_path / "state"),
    ]  # fmt: skip
    assert run.invoke(main, words).exit_code == 0
    file_of(sealed, 4).unlink()
    ended = run.invoke(main, words)
    assert ended.exit_code == ALARM and "ALARM. rollback" in ended.output


# --- exports, proofs, details ---------------------------------------------------------------------


def out(sealed: Sealed) -> AuditExport:
    return AuditExport(sealed.database, sealed.clock, signer().key, sealed.place)


def outsider(*words: object) -> subprocess.CompletedProcess[str]:
    """The verifier as an outsider runs it: the one file, elsewhere, without the product."""
    return subprocess.run(
        [sys.executable, "-I", *map(str, words)], capture_output=True, text=True, check=False
    )


def test_an_export_holds_by_the_one_file_alone(sealed: Sealed, tmp_path: Path) -> None:
    seal_some(sealed, 3, 20)
    witness(sealed).look()
    sealed.clock.advance(timedelta(days=-1))
    directory = tmp_path / "export"
    assert out(sealed).whole(OFFICER, directory, with_details=True) == 24
    alone = tmp_path / "elsewhere.py"
    shutil.copyfile(VERIFIER, alone)
    words = ["log", directory, "--key", signer().key, "--witness", WITNESS.key]
    held = ["--held", sealed.place.root]
    ended = outsider(alone, *words, *held)
    assert ended.returncode == 0 and "24 events hold" in ended.stdout, ended.stderr
    lines = (directory / "events.jsonl").read_bytes().splitlines(keepends=True)
    lines[7] = lines[7].replace(b"system", b"nobody")
    (directory / "events.jsonl").write_bytes(b"".join(lines))
    ended = outsider(alone, *words)
    assert ended.returncode == 1 and "edited: event 7" in ended.stderr
    (directory / "events.jsonl").unlink()
    assert outsider(alone, *words).returncode == 1  # a check that cannot be made never passes


def test_an_export_is_for_those_who_may_and_never_in_the_place_of_another(
    sealed: Sealed, tmp_path: Path
) -> None:
    with pytest.raises(Refused, match="Nothing is sealed"):
        out(sealed).whole(OFFICER, tmp_path / "export")
    seal_some(sealed, 1)
    with pytest.raises(Denied):
        out(sealed).whole(factories.actor("team_manager"), tmp_path / "export")
    with pytest.raises(Refused, match="there already"):
        out(sealed).whole(OFFICER, tmp_path)


def test_every_event_has_a_proof_that_holds_for_it_alone(sealed: Sealed) -> None:
    seal_some(sealed, 2, 280)
    with sealed.database.read() as session:
        ids = list(session.scalars(select(AuditEvent.event_id).order_by(AuditEvent.number)))
    chosen = [0, 1, 2, 255, 256, 257, 282]
    given = [out(sealed).proof(OFFICER, ids[seq]) for seq in chosen]
    for seq, (proof, event) in zip(chosen, given, strict=True):
        assert f"\nindex {seq}\n" in proof
        assert verify_proof(proof, event, signer().key).size == 283
        for _, other in given:
            if other != event:
                with pytest.raises(Tampered, match="unproven"):
                    verify_proof(proof, other, signer().key)
    proof, event = given[3]
    for at in range(0, len(proof.encode()), 3):
        flipped = bytearray(proof.encode())
        flipped[at] ^= 1
        with pytest.raises((Tampered, UnicodeDecodeError)):
            verify_proof(flipped.decode(), event, signer().key)
    with pytest.raises(NotFound):
        out(sealed).proof(OFFICER, "unknown")
    with pytest.raises(Refused, match="not sealed yet"):
        out(sealed).proof(OFFICER, latest(sealed))


def latest(sealed: Sealed) -> str:
    with sealed.database.read() as session:
        return session.scalars(
            select(AuditEvent.event_id).order_by(AuditEvent.number.desc()).limit(1)
        ).one()


def test_a_proof_carries_the_witness_once_there_is_one(sealed: Sealed) -> None:
    seal_some(sealed, 5)
    event_id = latest(sealed)
    proof, event = out(sealed).proof(OFFICER, event_id)
    with pytest.raises(Tampered, match="unwitnessed"):
        verify_proof(proof, event, signer().key, WITNESS.key)
    witness(sealed).look()
    proof, event = out(sealed).proof(OFFICER, event_id)
    assert verify_proof(proof, event, signer().key, WITNESS.key).witnessed


def none_kept(*_: object) -> bool:
    return False


def test_a_detail_is_checked_and_may_lawfully_be_gone(sealed: Sealed, tmp_path: Path) -> None:
    seal_some(sealed, 3)
    event_id = latest(sealed)
    with pytest.raises(Denied):
        erase_detail(
            sealed.database,
            sealed.clock,
            factories.actor("auditor"),
            event_id,
            "why",
            keeps=none_kept,
        )
    erase_detail(
        sealed.database, sealed.clock, OFFICER, event_id, "asked for by the person", keeps=none_kept
    )
    with pytest.raises(NotFound):
        erase_detail(sealed.database, sealed.clock, OFFICER, event_id, "again", keeps=none_kept)
    with sealed.database.read() as session:
        assert session.get(AuditDetail, event_id) is None
    sealed.seal()
    assert sealed.verify() == 5
    directory = tmp_path / "export"
    out(sealed).whole(OFFICER, directory, with_details=True)
    assert verify_export(directory, signer().key).size == 5
    details = directory / "details.jsonl"
    given = [json.loads(line) for line in details.read_text().splitlines()]
    assert len(given) == 3 and given[-1]["text"] == "asked for by the person"
    given[0]["text"] = "hare"
    details.write_text("".join(json.dumps(one) + "\n" for one in given))
    with pytest.raises(Tampered, match="detail"):
        verify_export(directory, signer().key)


# --- keys and the documentation -------------------------------------------------------------------


def test_a_key_file_is_for_its_owner_alone_and_kept(tmp_path: Path) -> None:
    path = tmp_path / "key"
    made = make_key(path, "edrms/a", LOG_KEY)
    assert path.stat().st_mode & 0o777 == 0o600
    assert make_key(path, "edrms/b", LOG_KEY).key == made.key
    with pytest.raises(CannotStart, match="no key for this use"):
        load_key(path, WITNESS_KEY)
    path.chmod(0o640)
    with pytest.raises(CannotStart, match="read by others"):
        load_key(path, LOG_KEY)
    for name in ("", "two words", "a+b"):
        with pytest.raises(CannotStart):
            make_key(tmp_path / "other", name, LOG_KEY)


def test_keys_written_by_the_go_library_are_understood() -> None:
    """Key of the example in transparency-dev's documentation."""
    words = "binarytransparency.log/example+5de0f997+AcPfp2roeTxqSqmPdDkA9rIAd0pe3C5Je6Rze2SqBDUp"
    assert str(Key.parse(words)) == words
    with pytest.raises(Tampered):
        Key.parse(words.replace("5de0", "5de1"))


def test_the_example_worked_by_hand_in_the_documentation_holds() -> None:
    page = (laws.ROOT / "docs" / "audit.md").read_text(encoding="utf-8")
    part = page.partition("## 8.")[2].partition("## 9.")[0]
    left, right = leaf_hash(b"a"), leaf_hash(b"b")
    assert re.findall(r"[0-9a-f]{64}", part) == [
        left.hex(), right.hex(), node_hash(left, right).hex(),
    ]  # fmt: skip
    indented = [line[4:] for line in part.splitlines() if line.startswith("    ") or not line]
    text = "\n".join(indented)
    key = Key.parse(next(line for line in indented if "+ATt" in line))
    note = "example.org/log\n2\n" + text.partition("example.org/log\n2\n")[2].rstrip("\n") + "\n"
    assert verifier.genuine(note, key).root == node_hash(left, right)


def test_the_verifier_needs_nothing_of_ours() -> None:
    module = laws.Module("edrms/audit/verifier.py", VERIFIER.read_text(encoding="utf-8"))
    roots = {name.split(".")[0] for _, name in module.imports}
    assert roots - set(sys.stdlib_module_names) == {"cryptography"}
