"""The store on two S3 servers of different makers keeps the contract, and the bucket holds no surprises.

What goes wrong between store and server: test_s3_faults.py. What is wrong from the start:
test_s3_start.py.
"""

import io
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from edrms.errors import Damaged, NotFound, Refused, Unsupported
from edrms.ids import ObjectKey, new_id
from edrms.storage.ports import Capabilities, ObjectStore
from edrms.storage.s3_store import S3ObjectStore
from tests.contract.s3_buckets import bare, bucket, config_of, name_of
from tests.contract.store_contract import LARGE, LETTER, MOST, ROOT, StoreContract
from tests.engines.wanted import Engine

SERVERS = [Engine.MINIO, Engine.VERSITYGW]
KINDS = [(server, holds) for server in SERVERS for holds in (False, True)]
SENT_AT_ONCE = LARGE[: 1 << 20]  # MinIO locks an object until it has sent what was asked for


def kind(given: tuple[Engine, bool]) -> str:
    return f"{given[0].name.lower()}-{'with-holds' if given[1] else 'plain'}"


@pytest.fixture(params=KINDS, ids=kind)
def store(request: pytest.FixtureRequest) -> Iterator[S3ObjectStore]:
    server, holds = request.param
    with bucket(config_of(server), with_holds=holds) as made:
        yield made


@pytest.fixture(params=SERVERS, ids=lambda one: one.name.lower())
def holding(request: pytest.FixtureRequest) -> Iterator[S3ObjectStore]:
    with bucket(config_of(request.param), with_holds=True) as made:
        yield made


@pytest.fixture(params=SERVERS, ids=lambda one: one.name.lower())
def plain(request: pytest.FixtureRequest) -> Iterator[S3ObjectStore]:
    with bucket(config_of(request.param), with_holds=False) as made:
        yield made


def replace_behind_the_back(store: S3ObjectStore, key: ObjectKey, content: bytes) -> None:
    config = store._config
    bare(config).put_object(config.bucket, name_of(key), io.BytesIO(content), len(content))


class TestS3ObjectStore(StoreContract):
    def spoil(self, store: ObjectStore, key: ObjectKey) -> None:
        assert isinstance(store, S3ObjectStore)
        replace_behind_the_back(store, key, LETTER[:100] + b"!" + LETTER[101:])

    def url(self, store: ObjectStore) -> str:
        assert isinstance(store, S3ObjectStore)
        config = store._config
        return (
            f"s3+http://{config.access_key}:{config.secret_key}@{config.endpoint}"
            f"/{config.bucket}/{config.prefix}"
        )


def test_what_the_bucket_can_do_is_found_out(plain: S3ObjectStore, holding: S3ObjectStore) -> None:
    assert plain.prepare() == Capabilities(keeps_versions=False, has_holds=False)
    assert holding.prepare() == Capabilities(keeps_versions=True, has_holds=True)


def test_an_object_replaced_while_it_is_read_is_damaged_and_never_a_mixture(
    store: S3ObjectStore,
) -> None:
    stored = store.put([SENT_AT_ONCE], max_bytes=MOST)
    with store.open(stored.key) as stream:
        assert stream.read(1000) == SENT_AT_ONCE[:1000]
        replace_behind_the_back(store, stored.key, SENT_AT_ONCE[::-1])
        with pytest.raises(Damaged):
            stream.seek(900_000)
            stream.read(1)


def test_an_object_that_vanished_while_it_is_read_is_not_found(store: S3ObjectStore) -> None:
    stored = store.put([SENT_AT_ONCE], max_bytes=MOST)
    with store.open(stored.key) as stream:
        store.delete(stored.key)
        stream.seek(900_000)
        with pytest.raises(NotFound):
            stream.read(1)


def test_a_deleted_object_leaves_no_older_version_and_no_mark(holding: S3ObjectStore) -> None:
    stored = holding.put([LETTER], max_bytes=MOST)
    replace_behind_the_back(holding, stored.key, b"newer")
    config = holding._config
    bare(config).remove_object(config.bucket, name_of(stored.key))
    assert len(holding._requests.versions(stored.key)) == 3
    holding.delete(stored.key)
    assert holding._requests.versions(stored.key) == []


def test_a_held_object_cannot_be_deleted_until_it_is_released(holding: S3ObjectStore) -> None:
    stored, other = (holding.put([LETTER], max_bytes=MOST) for _ in range(2))
    for _ in range(2):
        holding.hold(stored.key)
    assert holding.is_held(stored.key) and not holding.is_held(other.key)
    with pytest.raises(Refused):
        holding.delete(stored.key)
    with holding.open(stored.key) as stream:
        assert stream.read() == LETTER
    for _ in range(2):
        holding.release(stored.key)
    assert not holding.is_held(stored.key)
    holding.delete(stored.key)
    assert dict(holding.keys()).keys() == {other.key}


def test_a_hold_reaches_below_a_newer_version_put_over_it(holding: S3ObjectStore) -> None:
    stored = holding.put([LETTER], max_bytes=MOST)
    holding.hold(stored.key)
    replace_behind_the_back(holding, stored.key, b"newer")
    with pytest.raises(Refused):
        holding.delete(stored.key)
    assert len(holding._requests.versions(stored.key)) == 2


def test_holds_are_not_pretended_where_the_bucket_has_none(plain: S3ObjectStore) -> None:
    stored = plain.put([LETTER], max_bytes=MOST)
    for ask in (plain.hold, plain.release, plain.is_held):
        with pytest.raises(Unsupported):
            ask(stored.key)


def test_what_is_absent_cannot_be_held(holding: S3ObjectStore) -> None:
    for ask in (holding.hold, holding.release, holding.is_held):
        for key in (ObjectKey(new_id()), ObjectKey("../secrets")):
            with pytest.raises(NotFound):
                ask(key)


def test_only_our_own_well_formed_names_are_listed(plain: S3ObjectStore) -> None:
    config, ours = plain._config, plain.put([LETTER], max_bytes=MOST).key
    foreign = (new_id(), f"{name_of(ObjectKey(new_id()))}.txt", f"documents/folder/{new_id()}",
               f"other/{new_id()}", "documents/a b&c+é", f"documents/probe-{new_id()}")  # fmt: skip
    for name in foreign:
        bare(config).put_object(config.bucket, name, io.BytesIO(b"x"), 1)
    assert [key for key, _ in plain.keys()] == [ours]  # noqa: SIM118 - a store, not a mapping


def test_a_listing_of_many_pages_is_read_to_its_end(
    plain: S3ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "edrms.storage.s3_requests._ENCODED", {"encoding-type": "url", "max-keys": "3"}
    )
    put = {plain.put([bytes([number])], max_bytes=MOST).key for number in range(10)}
    assert dict(plain.keys()).keys() == put


HALF = """
import sys
from edrms.storage.s3_config import s3_config
from edrms.storage.s3_store import S3ObjectStore
def slow():
    yield b"x" * (20 << 20)
    print("half", flush=True)
    sys.stdin.read()
S3ObjectStore(s3_config(sys.stdin.readline().strip())).put(slow(), max_bytes=1 << 30)
"""


def test_what_a_killed_process_left_half_sent_is_no_object_and_is_cleared_when_old(
    store: S3ObjectStore,
) -> None:
    child = subprocess.Popen(
        [sys.executable, "-c", HALF], stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT
    )
    assert child.stdin is not None and child.stdout is not None
    child.stdin.write(TestS3ObjectStore().url(store).encode() + b"\n")
    child.stdin.flush()
    assert child.stdout.readline() == b"half\n"
    child.kill()
    child.communicate()
    assert list(store.keys()) == []
    assert store.clear_incomplete(timedelta(days=1)) == 0
    store.prepare()
    assert len(list(store._requests.uploads())) == 1
    assert store.clear_incomplete(timedelta(seconds=-5)) == 1
    assert list(store._requests.uploads()) == []


def test_uploads_of_others_in_the_bucket_are_left_alone(plain: S3ObjectStore) -> None:
    config = plain._config
    bare(config)._create_multipart_upload(config.bucket, f"theirs/{new_id()}", {})
    assert plain.clear_incomplete(timedelta(seconds=-5)) == 0


def test_a_failed_upload_is_given_up_at_once(store: S3ObjectStore) -> None:
    with pytest.raises(ZeroDivisionError):
        store.put((LARGE if at < 2 else bytes(1 // 0) for at in range(3)), max_bytes=1 << 30)
    assert list(store._requests.uploads()) == []


def test_after_a_fork_parent_and_child_have_connections_of_their_own(
    plain: S3ObjectStore, tmp_path: Path
) -> None:
    stored = plain.put([LARGE], max_bytes=len(LARGE))
    child = os.fork()
    if child == 0:
        try:
            plain.fetch(stored.key, stored.sha256, tmp_path / "child")
        finally:
            os._exit(0)
    plain.fetch(stored.key, stored.sha256, tmp_path / "parent")
    os.waitpid(child, 0)
    assert (tmp_path / "child").read_bytes() == (tmp_path / "parent").read_bytes() == LARGE
