"""Key stores and encrypted stores for tests, over any store."""

from pathlib import Path

from edrms.clock import SystemClock
from edrms.db import Database
from edrms.storage.encrypted_store import EncryptedStore
from edrms.storage.key_store import KeyStore
from edrms.storage.ports import ObjectStore
from edrms.storage.root_keys import GivenRootKeys

ROOT_KEY = bytes(range(32))


def key_store(directory: Path, *root_keys: bytes) -> KeyStore:
    """A key store in a file of this directory, made if it is not there."""
    given = root_keys or (ROOT_KEY,)
    database = Database(f"sqlite:///{directory / 'keys.sqlite3'}", setting="EDRMS_KEYS_URL")
    keys = KeyStore(database, GivenRootKeys(lambda: given), SystemClock())
    keys.make()
    return keys


def encrypted(inner: ObjectStore, directory: Path) -> EncryptedStore:
    """An encrypted store over this one, its keys in this directory."""
    return EncryptedStore(inner, key_store(directory))
