"""Which root key and key store an instance has, and whether they are its own.

The rows remember which key store was joined to them (event instance:keys:join), so that another
instance's, or a new empty one in the place of a lost one, is refused.
"""

from pathlib import Path

from sqlalchemy import func, select

from edrms.audit.tables import AuditEvent
from edrms.clock import Clock, SystemClock
from edrms.db import Database
from edrms.errors import CannotStart
from edrms.settings import Settings
from edrms.staff.accounts import SYSTEM
from edrms.storage.key_store import KeyStore
from edrms.storage.key_upkeep import health
from edrms.storage.root_key_command import CommandRootKey
from edrms.storage.root_key_file import RootKeyFile
from edrms.storage.root_keys import GivenRootKeys, RootKey, parse_root_keys
from edrms.uow import write
from scanning.batches.tables import Item

JOINED = "instance:keys:join"


def root_key_file(settings: Settings) -> RootKeyFile | None:
    """The file the root key is in; None where it comes from elsewhere. Raises CannotStart: two places."""
    given = {
        "EDRMS_ROOT_KEY": settings.root_key.get_secret_value(),
        "EDRMS_ROOT_KEY_FILE": settings.root_key_file,
        "EDRMS_ROOT_KEY_COMMAND": settings.root_key_command,
    }
    named = [name for name, value in given.items() if value]
    if len(named) > 1:
        raise CannotStart(f"{', '.join(named)}: give the root key in one place only.")
    if named and not settings.root_key_file:
        return None
    return RootKeyFile(Path(settings.root_key_file or settings.home.resolve() / "root_key"))


def root_key(settings: Settings) -> RootKey:
    """The root key of these settings. Raises CannotStart."""
    file = root_key_file(settings)
    if file is not None:
        return GivenRootKeys(file.read)
    if settings.root_key_command:
        return CommandRootKey(settings.root_key_command)
    given = settings.root_key.get_secret_value()
    return GivenRootKeys(lambda: parse_root_keys(given, "EDRMS_ROOT_KEY"))


def key_store(settings: Settings, clock: Clock) -> KeyStore:
    """The key store of these settings; whether it is there and fits is for `check`."""
    return KeyStore(_database(settings), root_key(settings), clock)


def _database(settings: Settings) -> Database:
    password = settings.keys_password.get_secret_value()
    return Database(settings.keys, password, "EDRMS_KEYS_URL")


def check(database: Database, keys: KeyStore) -> None:
    """Whether the root key opens the key store and the key store is this instance's.

    Raises CannotStart saying which is wrong, or Unavailable.
    """
    store_id, joined = keys.check(), _joined(database)
    if not joined:
        raise CannotStart("No key store has been joined to this instance yet: run `edrms init`.")
    if joined != store_id:
        raise CannotStart(
            f"EDRMS_KEYS_URL: this is the key store {store_id} of another instance; the one of this "
            f"instance is {joined}. Name the right one, or put it back from its backup."
        )


def make(settings: Settings) -> None:
    """Root key (where it is a file of ours) and key store of a new instance; what is there is left.

    Raises CannotStart rather than make new ones in the place of lost ones.
    """
    database = Database(settings.database, settings.database_password.get_secret_value())
    keys_database = _database(settings)
    try:
        _refuse_in_place_of_lost(database, settings)
        if (file := root_key_file(settings)) is not None:
            file.make()
        keys = KeyStore(keys_database, root_key(settings), SystemClock())
        _join(database, keys)
        check(database, keys)
    finally:
        keys_database.close()
        database.close()


def _refuse_in_place_of_lost(database: Database, settings: Settings) -> None:
    joined, file = _joined(database), root_key_file(settings)
    with database.read() as session:
        items = session.scalar(select(func.count()).select_from(Item)) or 0
    if items and not joined:
        raise CannotStart(
            "This instance has files from before encryption, which this version does not convert. "
            "Take them out with the version that stored them, and in again with this one."
        )
    if joined and file is not None:
        file.read()
    if joined:
        key_store(settings, SystemClock()).check()


def _joined(database: Database) -> str:
    statement = (
        select(AuditEvent.subject_id)
        .where(AuditEvent.action == JOINED)
        .order_by(AuditEvent.number)
        .limit(1)
    )
    with database.read() as session:
        return session.scalar(statement) or ""


def _join(database: Database, keys: KeyStore) -> None:
    store_id = keys.make()
    if not _joined(database) and health(keys).holders:
        raise CannotStart(
            "EDRMS_KEYS_URL: this key store holds the keys of another instance. Give each its own."
        )
    with write(database, SYSTEM, SystemClock()) as work:
        work.alone("key store")
        statement = select(AuditEvent.event_id).where(AuditEvent.action == JOINED).limit(1)
        if work.session.scalar(statement) is None:
            work.journal(JOINED, "key_store", store_id)
