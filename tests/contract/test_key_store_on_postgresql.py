"""The key store on PostgreSQL, and what only a database across a network can suffer."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import make_url

from edrms.clock import SystemClock
from edrms.db import Database
from edrms.errors import CannotStart, Refused, Unavailable
from edrms.ids import ObjectKey, new_id
from edrms.storage.encrypted_store import EncryptedStore
from edrms.storage.holders import item_holder, record_holder
from edrms.storage.key_destroying import destroy
from edrms.storage.key_store import KeyStore
from edrms.storage.key_upkeep import health, rewrap_some, unopened
from edrms.storage.local_store import LocalObjectStore
from edrms.storage.root_keys import GivenRootKeys
from edrms.storage.wrapping import new_key
from tests.contract.sealed_stores import ROOT_KEY
from tests.engines import instances

OTHER = ROOT_KEY[::-1]


@pytest.fixture
def url() -> str:
    return instances.new_database()


def opened(url: str, *root_keys: bytes) -> KeyStore:
    given = root_keys or (ROOT_KEY,)
    database = Database(url, setting="EDRMS_KEYS_URL")
    return KeyStore(database, GivenRootKeys(lambda: given), SystemClock())


@pytest.fixture
def keys(url: str) -> Iterator[KeyStore]:
    made = opened(url)
    made.make()
    yield made
    made.database.close()


def test_it_is_made_once_and_by_one(url: str) -> None:
    with pytest.raises(CannotStart, match="no key store"):
        opened(url).check()
    made = opened(url).make()
    assert opened(url).make() == opened(url).check() == made


def test_two_that_make_it_at_once_agree(url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(lambda _: opened(url).make(), range(4)))) == 1


def test_many_workers_keep_keys_of_one_item_at_once(keys: KeyStore, tmp_path: Path) -> None:
    own = EncryptedStore(LocalObjectStore(tmp_path), keys).of(item_holder("a" * 32))
    with ThreadPoolExecutor(8) as pool:
        stored = list(pool.map(lambda n: own.put([bytes([n])], max_bytes=9), range(60)))
    for number, one in enumerate(stored):
        with own.open(one.key) as stream:
            assert stream.read() == bytes([number])
    assert (health(keys).holders, health(keys).object_keys) == (1, 60)
    assert unopened(keys) == []


def test_the_item_lets_go_only_of_what_another_holds(keys: KeyStore) -> None:
    item, record = item_holder(new_id()), record_holder(new_id())
    one, other = ObjectKey(new_id()), ObjectKey(new_id())
    keys.keep(keys.holder(item), {one: new_key(), other: new_key()})
    keys.keep(keys.holder(record), {one: keys.data_key(one)})
    keys.drop(item, [one, other])
    assert keys.holders_of([one, other]) == {one: {record}, other: {item}}
    keys.drop(item, [], even_last=[other])
    assert keys.items_after("item:", 9) == []


def test_a_destroyed_key_is_gone_and_never_made_again(keys: KeyStore) -> None:
    record, key = record_holder(new_id()), ObjectKey(new_id())
    keys.keep(keys.holder(record), {key: new_key()})
    gone = destroy(keys, [record])[record]
    assert gone.unreadable == (key,)
    assert destroy(keys, [record])[record].at == gone.at
    with pytest.raises(Refused):
        keys.holder(record)


def test_the_root_key_is_changed_in_steps(keys: KeyStore, url: str) -> None:
    for _ in range(5):
        keys.keep(keys.holder(record_holder(new_id())), {ObjectKey(new_id()): new_key()})
    both = opened(url, OTHER, ROOT_KEY)
    assert rewrap_some(both, 2) == 2
    assert health(both).under_older == 3
    while rewrap_some(both, 2):
        pass
    assert unopened(opened(url, OTHER)) == []


def test_a_wrong_password_is_a_wrong_setting_and_is_not_repeated(url: str) -> None:
    wrong = make_url(url).set(password="not this one").render_as_string(hide_password=False)
    with pytest.raises(CannotStart, match="EDRMS_KEYS_URL") as refused:
        opened(wrong).check()
    assert "not this one" not in refused.value.message


def test_a_server_that_is_away_is_unavailable_and_nothing_is_stored(
    url: str, keys: KeyStore, tmp_path: Path
) -> None:
    away = opened(make_url(url).set(port=1).render_as_string(hide_password=False))
    store = EncryptedStore(LocalObjectStore(tmp_path), away)
    with pytest.raises(Unavailable):
        store.put((1 // 0 for _ in "x"), max_bytes=9)  # type: ignore[misc]
    sound = EncryptedStore(LocalObjectStore(tmp_path), keys).put([b"x"], max_bytes=9)
    with pytest.raises(Unavailable):
        store.open(sound.key)
