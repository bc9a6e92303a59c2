"""Keys: whose they are, what destroying one destroys, another root key, and what is wrong at start."""

import json
import shutil
import stat
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import delete, select, update

from api.app import create_app
from api.cli import main
from api.instance_keys import key_store
from api.setting_up import make_instance
from api.web.key_check import key_check
from api.wiring import Instance, build
from edrms.audit.tables import AuditEvent
from edrms.clock import FixedClock, SystemClock
from edrms.db import Database
from edrms.errors import CannotStart, Damaged, EdrmsError, Refused, Unavailable
from edrms.ids import ObjectKey, new_id
from edrms.jobs.worker import Worker
from edrms.records.tables import PageContent, Record, Rendition
from edrms.settings import Settings
from edrms.staff.accounts import SYSTEM
from edrms.storage.encrypted_store import EncryptedStore
from edrms.storage.holders import item_holder, record_holder
from edrms.storage.key_destroying import destroy
from edrms.storage.key_tables import HolderKey, KeyStoreRow
from edrms.storage.key_upkeep import health, rewrap_some, unopened
from edrms.storage.local_store import LocalObjectStore
from edrms.storage.root_key_command import CommandRootKey
from edrms.storage.root_key_file import RootKeyFile
from edrms.storage.root_keys import GivenRootKeys, parse_root_keys
from edrms.storage.wrapping import root_id
from edrms.uow import write
from retention.hold_guard import condemn
from scanning.batches.tables import Item
from scanning.batches.verify import verify
from tests import factories
from tests.contract.sealed_stores import encrypted
from tests.contract.sealed_stores import key_store as keys_in
from tests.service.events import events

POST_ROOM = factories.actor("post_room")
MOST = 1 << 20
OLD, NEW = bytes(range(32)), bytes(range(32, 64))


@pytest.fixture
def filed(instance: Instance, worker: Worker) -> Instance:
    """Two letters of one scan with a separator between them, both filed, and a text that waits."""
    person = factories.client()
    factories.on_the_register(instance, person)
    letter = factories.page(factories.letter_to(person))
    scan = factories.tiff(letter, factories.separator(), letter)
    factories.read_in(
        instance, worker, POST_ROOM, {"scan.tif": scan, "waits.txt": "Dear colleague"}
    )
    assert len(records(instance)) == 2
    return instance


def given_up(instance: Instance, *record_ids: str) -> None:
    with write(instance.database, SYSTEM, instance.clock) as work:
        condemn(work, record_ids)
        work.journal("record:content:file", "record", record_ids[0])


def records(instance: Instance) -> list[Record]:
    with instance.database.read() as session:
        return list(session.scalars(select(Record).order_by(Record.number)))


def objects_of(instance: Instance, record_id: str) -> set[ObjectKey]:
    """The original, and what is only of this record."""
    with instance.database.read() as session:
        keys = set(
            session.scalars(select(Rendition.object_key).where(Rendition.record_id == record_id))
        )
        record = session.get(Record, record_id)
        assert record is not None
        for page in record.pages:
            content = session.get(PageContent, page.page_id)
            assert content is not None
            keys |= {content.view_key, content.text_layer_key} - {""}
    return {ObjectKey(key) for key in keys}


def original_of(instance: Instance, name: str) -> ObjectKey:
    with instance.database.read() as session:
        return ObjectKey(session.scalars(select(Item.object_key).where(Item.name == name)).one())


def can_be_read(instance: Instance, key: ObjectKey) -> bool:
    try:
        with instance.store.open(key) as stream:
            stream.read()
    except Damaged:
        return False
    return True


# --- from item to record --------------------------------------------------------------------------


def test_what_was_filed_is_held_by_its_records_alone_and_what_waits_by_its_item(
    filed: Instance,
) -> None:
    assert filed.custody.settle_all() == 1
    one, other = (record_holder(record.record_id) for record in records(filed))
    original = original_of(filed, "scan.tif")
    held = filed.keys.holders_of([original, original_of(filed, "waits.txt")])
    assert held[original] == {one, other}
    (waiting,) = held[original_of(filed, "waits.txt")]
    assert waiting.startswith("item:")
    for record in records(filed):
        own = objects_of(filed, record.record_id) - {original}
        assert len(own) == 3  # picture, text layer, searchable PDF
        for found in filed.keys.holders_of(own).values():
            assert found == {record_holder(record.record_id)}
    assert filed.custody.settle_all() == 0
    assert verify(filed.database, filed.store).is_clean


def test_destroying_a_record_makes_its_objects_unreadable_and_the_shared_original_dies_last(
    filed: Instance,
) -> None:
    first, second = (record.record_id for record in records(filed))
    given_up(filed, first, second)
    original = original_of(filed, "scan.tif")
    gone = filed.custody.destroy_records([first])[first]  # without a round of settling before
    assert set(gone.unreadable) == objects_of(filed, first) - {original}
    assert set(gone.still_held) >= {original}
    assert not any(can_be_read(filed, key) for key in gone.unreadable)
    assert all(can_be_read(filed, key) for key in objects_of(filed, second))
    assert _is_deleted(filed, next(iter(gone.unreadable)))
    for key in objects_of(filed, second) | {original}:
        assert not _is_deleted(filed, key)  # also the original, which the other record shares
    last = filed.custody.destroy_records([second])[second]
    assert original in last.unreadable and not last.still_held
    assert not can_be_read(filed, original)
    assert can_be_read(filed, original_of(filed, "waits.txt"))


def _is_deleted(instance: Instance, key: ObjectKey) -> bool:
    try:
        instance.store.delete(key)
    except Refused as error:
        assert error.error_code == "filed"
        return False
    return True


def test_what_nobody_can_open_any_more_is_named_by_verify(filed: Instance) -> None:
    first = records(filed)[0].record_id
    given_up(filed, first)
    gone = filed.custody.destroy_records([first])[first]
    faults = verify(filed.database, filed.store).faults
    assert len(faults) == len(gone.unreadable)
    assert all("no key opens it" in fault for fault in faults)


def test_a_destroyed_record_stays_destroyed_however_often_keys_are_settled(filed: Instance) -> None:
    first = records(filed)[0].record_id
    given_up(filed, first)
    gone = filed.custody.destroy_records([first])[first]
    for _ in range(2):
        filed.custody.settle_all()
    again = filed.custody.destroy_records([first])[first]
    assert again.at == gone.at and not again.unreadable
    assert not any(can_be_read(filed, key) for key in gone.unreadable)
    with pytest.raises(Refused):
        filed.keys.holder(record_holder(first))


@pytest.mark.embedded
def test_a_destroyed_key_is_in_no_byte_of_the_key_store(filed: Instance) -> None:
    filed.custody.settle_all()
    holder = record_holder(records(filed)[0].record_id)
    with filed.keys.database.read() as session:
        row = session.get(HolderKey, holder)
        assert row is not None
        wrapped = row.wrapped
    assert wrapped in every_byte(filed)
    destroy(filed.keys, [holder])
    assert wrapped not in every_byte(filed)


def every_byte(instance: Instance) -> bytes:
    return b"".join(p.read_bytes() for p in instance.settings.home.glob("keys.sqlite3*"))


@pytest.mark.embedded
def test_a_key_that_is_still_found_after_destroying_it_is_said_so(
    filed: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    filed.custody.settle_all()
    holder = record_holder(records(filed)[0].record_id)
    copy = filed.settings.home / "keys.sqlite3-journal"
    monkeypatch.setattr(
        filed.keys.database, "clear_deleted", lambda *_: copy.write_bytes(b"x" + before)
    )
    before = every_byte(filed)
    with pytest.raises(Damaged, match="can still be found"):
        destroy(filed.keys, [holder])


@pytest.mark.parametrize("step", ["keep", "drop"])
def test_cut_off_between_the_steps_nothing_is_lost_and_the_next_round_ends_it(
    filed: Instance, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def cut_off(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(filed.keys, step, cut_off)
    with pytest.raises(KeyboardInterrupt):
        filed.custody.settle_all()
    monkeypatch.undo()
    assert verify(filed.database, filed.store).is_clean
    filed.custody.settle_all()
    assert verify(filed.database, filed.store).is_clean
    original = original_of(filed, "scan.tif")
    assert all(one.startswith("record:") for one in filed.keys.holders_of([original])[original])


def test_keys_of_a_file_without_a_row_are_kept(instance: Instance) -> None:
    """Rows restored from before it came: the bytes are the only copy of a letter."""
    stored = instance.store.of(item_holder(new_id())).put([b"came later"], max_bytes=MOST)
    instance.custody.settle_all()
    assert can_be_read(instance, stored.key)


def test_what_a_cut_off_step_left_cannot_be_opened_once_its_item_is_filed(
    filed: Instance, clock: FixedClock
) -> None:
    with filed.database.read() as session:
        item_id = session.scalars(select(Item.item_id).where(Item.name == "scan.tif")).one()
    left = filed.store.of(item_holder(item_id)).put([b"a second picture"], max_bytes=MOST)
    filed.custody.settle_all()
    assert can_be_read(filed, left.key)
    clock.advance(timedelta(days=1, minutes=1))
    filed.custody.settle_all()
    assert not can_be_read(filed, left.key)
    assert filed.keys.items_after(item_holder(item_id)[:-1], 1) != [item_holder(item_id)]


def test_a_refused_repeat_of_an_upload_leaves_no_key_behind(instance: Instance) -> None:
    batch = factories.batch(instance, POST_ROOM)
    stored = instance.store.of(item_holder("f" * 32)).put([b"x"], max_bytes=9)
    instance.store.delete(stored.key)
    instance.custody.settle_all()
    assert instance.keys.items_after("item:", 9) == []
    assert batch


# --- another root key -----------------------------------------------------------------------------


def test_rotating_goes_on_where_it_stopped_and_both_keys_open_meanwhile(tmp_path: Path) -> None:
    old = keys_in(tmp_path, OLD)
    store = EncryptedStore(LocalObjectStore(tmp_path / "objects"), old)
    stored = [store.put([bytes([n])], max_bytes=9).key for n in range(7)]
    sealed = {p.name: p.read_bytes() for p in (tmp_path / "objects").rglob("*") if p.is_file()}
    both = keys_in(tmp_path, NEW, OLD)
    assert rewrap_some(both, 3) == 3
    found = health(both)
    assert (found.holders, found.under_older, found.is_rotating) == (7, 4, True)
    seen = EncryptedStore(store.inner, both)
    for number, key in enumerate(stored):
        with seen.open(key) as stream:
            assert stream.read() == bytes([number])
    with pytest.raises(CannotStart, match=root_id(NEW)):
        for key in stored:
            store.open(key).close()  # a process that has only the old one
    while rewrap_some(both, 3):
        pass
    assert not health(both).is_rotating
    new = EncryptedStore(store.inner, keys_in(tmp_path, NEW))
    for number, key in enumerate(stored):
        with new.open(key) as stream:
            assert stream.read() == bytes([number])
    assert sealed == {
        p.name: p.read_bytes() for p in (tmp_path / "objects").rglob("*") if p.is_file()
    }
    with pytest.raises(CannotStart, match="needs the root key"):
        keys_in(tmp_path, OLD)


def run(settings: Settings, *words: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, list(words), env=settings.environment())
    return done.exit_code, done.output


@pytest.mark.embedded
def test_the_commands_change_the_root_key_and_a_running_process_goes_on(filed: Instance) -> None:
    settings, original = filed.settings, original_of(filed, "scan.tif")
    before = RootKeyFile(settings.home / "root_key").read()
    assert run(settings, "keys", "retire", "--yes")[1].startswith("0 older")
    code, said = run(settings, "keys", "rotate")
    assert code == 0, said
    after = RootKeyFile(settings.home / "root_key").read()
    assert after[1:] == before and after[0] not in before
    assert can_be_read(filed, original)  # it re-reads the file when it meets the new key
    code, said = run(settings, "keys", "status")
    assert code == 0 and root_id(after[0]) in said and "still under" not in said
    code, said = run(settings, "keys", "retire", "--yes")
    assert code == 0 and said.startswith("1 older")
    assert RootKeyFile(settings.home / "root_key").read() == after[:1]
    assert run(settings, "keys", "check")[0] == 0
    (event,) = events(filed, "instance:keys:rotate")
    assert event.detail["root"] == root_id(after[0])


@pytest.mark.embedded
def test_a_new_root_key_is_not_made_where_the_key_comes_from_a_setting(tmp_path: Path) -> None:
    made = make_instance(factories.settings(tmp_path, root_key=OLD.hex()))
    assert not (tmp_path / "root_key").exists()
    environment = made.settings.environment() | {"EDRMS_ROOT_KEY": OLD.hex()}
    done = CliRunner().invoke(main, ["keys", "rotate"], env=environment)
    assert done.exit_code == 1 and "no new root key" in done.output
    environment["EDRMS_ROOT_KEY"] = f"{NEW.hex()} {OLD.hex()}"
    done = CliRunner().invoke(main, ["keys", "rotate"], env=environment)
    assert done.exit_code == 0 and root_id(NEW) in done.output


def test_every_key_that_does_not_open_is_named(filed: Instance) -> None:
    assert unopened(filed.keys) == []
    (holder,) = filed.keys.holders_of([original_of(filed, "waits.txt")])[
        original_of(filed, "waits.txt")
    ]
    with filed.keys.write() as session:
        session.execute(
            update(HolderKey).where(HolderKey.holder == holder).values(wrapped=bytes(60))
        )
    (fault,) = unopened(filed.keys)
    assert holder in fault


# --- a key management system ----------------------------------------------------------------------

KMS = """
import base64, json, sys
asked = json.load(sys.stdin)
mode = sys.argv[1]
if mode == "silent": sys.exit(3)
if mode == "nonsense": print("<html>"); sys.exit(0)
if mode == "refuses" and asked["do"] == "unwrap": print(json.dumps({"refused": "no"})); sys.exit(1)
mask = bytes([7]) * 32
swap = lambda text: base64.b64encode(bytes(a ^ b for a, b in zip(base64.b64decode(text)[:32], mask))).decode()
if asked["do"] == "current": print(json.dumps({"root_id": mode}))
if asked["do"] == "wrap":
    wrapped = base64.b64decode(swap(asked["key"])) + base64.b64decode(asked["bound_to"])
    print(json.dumps({"root_id": mode, "wrapped": base64.b64encode(wrapped).decode()}))
if asked["do"] == "unwrap":
    ok = base64.b64decode(asked["wrapped"])[32:] == base64.b64decode(asked["bound_to"])
    print(json.dumps({"key": swap(asked["wrapped"])} if ok else {"refused": "bound to another"}))
"""


@pytest.fixture
def kms(tmp_path: Path) -> Iterator[str]:
    """The beginning of a command that plays a key management system; its mode is to be added."""
    program = tmp_path / "kms.py"
    program.write_text(KMS)
    yield f"{sys.executable} {program} "


def test_an_instance_runs_on_a_key_management_system(tmp_path: Path, kms: str) -> None:
    made = factories.new_instance(tmp_path / "home", root_key_command=kms + "k1")
    receipt = factories.send(made, POST_ROOM, factories.batch(made, POST_ROOM), "a.txt", "Dear")
    assert not (tmp_path / "home" / "root_key").exists()
    again = build(factories.settings(tmp_path / "home", root_key_command=kms + "k2")
                  .model_copy(update={"database_url": made.settings.database_url,
                                      "keys_url": made.settings.keys_url,
                                      "objects_url": made.settings.objects_url,
                                      "search_url": made.settings.search_url}))  # fmt: skip
    assert health(again.keys).under_root == {"k1": 1}
    while rewrap_some(again.keys):
        pass
    assert health(again.keys).under_root == {"k2": 1}
    with again.database.read() as session:
        item = session.get(Item, receipt.item_id)
        assert item is not None
    assert can_be_read(again, ObjectKey(item.object_key))


def test_a_key_bound_to_another_place_is_refused_by_it(kms: str) -> None:
    root = CommandRootKey(kms + "k1")
    name, wrapped = root.wrap(OLD, b"here")
    assert root.unwrap(name, wrapped, b"here") == OLD
    with pytest.raises(Damaged):
        root.unwrap(name, wrapped, b"there")


@pytest.mark.parametrize("mode", ["silent", "nonsense"])
def test_a_key_management_system_that_answers_nonsense_is_unavailable(kms: str, mode: str) -> None:
    root = CommandRootKey(kms + mode)
    for ask in (root.current_id, lambda: root.wrap(OLD, b""), lambda: root.unwrap("k", b"", b"")):
        with pytest.raises(Unavailable):
            ask()


def test_a_refusal_is_damage_and_a_missing_program_a_wrong_setting(kms: str) -> None:
    with pytest.raises(Damaged):
        CommandRootKey(kms + "refuses").unwrap("k", b"", b"")
    with pytest.raises(CannotStart, match="EDRMS_ROOT_KEY_COMMAND"):
        CommandRootKey("/nowhere/kms").current_id()
    with pytest.raises(CannotStart):
        CommandRootKey("  ")


# --- what is wrong at start -----------------------------------------------------------------------


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """The directory of an instance that has received a file, now stopped."""
    made = make_instance(Settings(home=tmp_path / "home", min_free_bytes=0))
    factories.send(made, POST_ROOM, factories.batch(made, POST_ROOM), "a.txt", "Dear colleague")
    made.database.close()
    made.keys.database.close()
    return tmp_path / "home"


def refusal(home: Path, start: object = build, **given: object) -> str:
    """What the start of an instance here is refused with."""
    settings = Settings(home=home, min_free_bytes=0, **given)  # type: ignore[arg-type]
    with pytest.raises(CannotStart) as refused:
        start(settings)  # type: ignore[operator]
    return refused.value.message


@pytest.mark.embedded
@pytest.mark.parametrize("start", [build, make_instance])
def test_a_lost_key_store_is_never_replaced_by_an_empty_one(home: Path, start: object) -> None:
    (home / "keys.sqlite3").unlink()
    assert "there is no key store" in refusal(home, start)
    assert not (home / "keys.sqlite3").exists()


@pytest.mark.embedded
@pytest.mark.parametrize("start", [build, make_instance])
def test_a_lost_root_key_is_never_replaced_by_a_new_one(home: Path, start: object) -> None:
    (home / "root_key").unlink()
    assert "there is no root key" in refusal(home, start)
    assert not (home / "root_key").exists()


@pytest.mark.embedded
def test_another_root_key_is_refused_by_name(home: Path) -> None:
    given = root_id(RootKeyFile(home / "root_key").read()[0])
    (home / "root_key").write_text(NEW.hex())
    said = refusal(home)
    assert f"needs the root key {given}" in said and root_id(NEW) in said
    assert NEW.hex() not in said


@pytest.mark.embedded
def test_the_key_store_of_another_instance_is_refused(home: Path, tmp_path: Path) -> None:
    shutil.copy(home / "root_key", tmp_path / "root_key")
    make_instance(Settings(home=tmp_path / "other", min_free_bytes=0,
                           root_key_file=str(tmp_path / "root_key")))  # fmt: skip
    shutil.copy(tmp_path / "other" / "keys.sqlite3", home / "keys.sqlite3")
    assert "of another instance" in refusal(home)
    assert "of another instance" in refusal(home, make_instance)


@pytest.mark.embedded
def test_a_new_instance_does_not_join_a_key_store_in_use(home: Path, tmp_path: Path) -> None:
    given = {
        "keys_url": f"sqlite:///{home / 'keys.sqlite3'}",
        "root_key_file": str(home / "root_key"),
    }
    assert "another instance" in refusal(tmp_path / "new", make_instance, **given)


@pytest.mark.embedded
def test_an_altered_key_store_is_refused(home: Path) -> None:
    settings = Settings(home=home)
    keys = key_store(settings, SystemClock())
    with keys.write() as session:
        row = session.scalars(select(KeyStoreRow)).one()
        row.wrapped = row.wrapped[:-1] + bytes([row.wrapped[-1] ^ 1])
    assert "does not open the key store" in refusal(home)


@pytest.mark.embedded
@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"keys_url": "mysql://x/y"}, "EDRMS_KEYS_URL"),
        ({"root_key": "ab" * 32, "root_key_command": "kms"}, "one place only"),
        ({"root_key": "secret words"}, "64 hex digits"),
        ({"root_key_file": "/nowhere/root_key"}, "there is no root key"),
    ],
)
def test_a_wrong_setting_is_named(home: Path, given: dict[str, str], said: str) -> None:
    words = refusal(home, **given)
    assert said in words and "secret words" not in words


@pytest.mark.embedded
def test_files_from_before_encryption_are_refused_with_what_to_do(home: Path) -> None:
    database = Database(Settings(home=home).database)
    with database.engine.begin() as connection:
        for (name,) in connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).all():
            connection.exec_driver_sql(f"DROP TRIGGER {name}")
        connection.execute(delete(AuditEvent).where(AuditEvent.action == "instance:keys:join"))
    assert "run `edrms init`" in refusal(home)
    assert "from before encryption" in refusal(home, make_instance)


@pytest.mark.embedded
def test_a_root_key_file_is_for_its_owner_and_refused_when_open_to_all(home: Path) -> None:
    path = home / "root_key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    assert "open to every user" in refusal(home)


def test_root_keys_that_are_no_root_keys_are_never_repeated() -> None:
    for text in ["", "zz" * 32, "ab" * 31, "ab" * 32 + " short"]:
        with pytest.raises(CannotStart) as refused:
            parse_root_keys(text, "EDRMS_ROOT_KEY")
        assert not text or text not in refused.value.message
    assert parse_root_keys(f"{OLD.hex()}\n{NEW.hex()}\n", "") == (OLD, NEW)


def test_two_that_make_a_root_key_at_once_agree(tmp_path: Path) -> None:
    file = RootKeyFile(tmp_path / "root_key")
    file.make()
    first = file.read()
    file.make()
    file._write((NEW,), replace=False)
    assert file.read() == first
    assert list(tmp_path.iterdir()) == [tmp_path / "root_key"]


def test_no_key_shows_in_any_representation(tmp_path: Path) -> None:
    keys = keys_in(tmp_path, OLD)
    opened = keys.holder(item_holder(new_id()))
    settings = Settings(root_key=OLD.hex(), keys_password="hidden")
    shown = f"{opened!r} {keys!r} {keys.root!r} {settings!r} {json.dumps(settings.environment())}"
    assert OLD.hex() not in shown and repr(opened.key) not in shown and "hidden" not in shown


def test_a_process_that_was_given_only_an_older_root_key_says_which_is_missing() -> None:
    old, new = GivenRootKeys(lambda: (OLD,)), GivenRootKeys(lambda: (NEW,))
    name, wrapped = new.wrap(bytes(32), b"")
    with pytest.raises(EdrmsError, match=name):
        old.unwrap(name, wrapped, b"")


def test_many_workers_may_keep_keys_of_one_item_at_once(tmp_path: Path) -> None:
    own = encrypted(LocalObjectStore(tmp_path / "objects"), tmp_path).of(item_holder("a" * 32))
    with ThreadPoolExecutor(6) as pool:
        stored = list(pool.map(lambda n: own.put([bytes([n])], max_bytes=9), range(40)))
    for number, one in enumerate(stored):
        with own.open(one.key) as stream:
            assert stream.read() == bytes([number])
    assert health(own.keys_kept).holders == 1


@pytest.mark.embedded
def test_the_status_page_says_how_the_keys_are(
    filed: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = RootKeyFile(filed.settings.home / "root_key").read
    with create_app(filed).test_request_context():
        assert key_check(filed.keys).state == "good"
        monkeypatch.setattr(filed.keys, "root", GivenRootKeys(lambda: (NEW, *real())))
        found = key_check(filed.keys)
        assert found.state == "watch" and "2 keys to do" in found.detail
        monkeypatch.setattr(filed.keys, "root", GivenRootKeys(lambda: (NEW,)))
        assert key_check(filed.keys).state == "bad"
        (filed.settings.home / "keys.sqlite3").rename(filed.settings.home / "away")
        assert key_check(filed.keys).state == "bad"
