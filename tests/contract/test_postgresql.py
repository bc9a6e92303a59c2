"""What only a database across a network can suffer: lost connections, deadlocks, refused passwords."""

import socket
import threading
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import func, make_url, select, text, update
from sqlalchemy.exc import ProgrammingError

from api import migrations
from api.migrations.grants import log_is_out_of_reach
from api.wiring import upgrade_tables
from edrms.clock import SystemClock
from edrms.db import Database
from edrms.errors import CannotStart, OutcomeUnknown, Unavailable
from edrms.ids import new_id
from edrms.settings import Settings
from edrms.staff.accounts import SYSTEM
from edrms.storage.holders import record_holder
from edrms.storage.key_destroying import destroy
from edrms.storage.key_store import KeyStore
from edrms.storage.key_tables import HolderKey
from edrms.storage.root_keys import GivenRootKeys
from edrms.uow import UnitOfWork, write
from scanning.batches.tables import Batch
from tests.contract.test_database import a_batch, journalled, put
from tests.engines import instances
from tests.faults.cut_wire import CutWire
from tests.faults.processes import wait_until

CLOCK = SystemClock()
WAITING = """
    SELECT count(*) FROM pg_stat_activity
    WHERE wait_event_type = 'Lock' AND datname = current_database()"""


@pytest.fixture
def url() -> str:
    return instances.new_database()


@pytest.fixture
def database(url: str) -> Iterator[Database]:
    made = Database(url)
    migrations.upgrade(made, CLOCK)
    yield made
    made.close()


def end_other_connections(database: Database) -> None:
    """What a restart of the server, or its operator, does."""
    with database.engine.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )


def batches(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count(Batch.batch_id))) or 0


def test_a_connection_lost_before_the_commit_means_nothing_was_changed(
    database: Database, url: str
) -> None:
    other = Database(url)
    with pytest.raises(Unavailable) as lost, write(database, SYSTEM, CLOCK) as work:
        journalled(work, a_batch(1))
        work.session.flush()
        end_other_connections(other)
        work.session.execute(select(1))
    assert not isinstance(lost.value, OutcomeUnknown) and "Nothing was changed" in str(lost.value)
    assert batches(database) == 0
    put(database, a_batch(1))
    assert batches(database) == 1
    other.close()


def test_after_a_tidying_that_failed_a_transaction_is_still_whole_or_nothing(
    database: Database,
) -> None:
    with pytest.raises(ProgrammingError):
        database.clear_deleted("no_such_table")
    with pytest.raises(RuntimeError), write(database, SYSTEM, CLOCK) as work:
        journalled(work, a_batch(1))
        work.session.flush()
        raise RuntimeError
    assert batches(database) == 0


def test_idle_connections_that_the_server_dropped_are_replaced_unseen(
    database: Database, url: str
) -> None:
    put(database, a_batch(1))
    other = Database(url)
    end_other_connections(other)
    assert batches(database) == 1
    other.close()


@pytest.mark.parametrize(("reaches", "kept"), [(False, 0), (True, 1)])
def test_a_wire_cut_during_the_commit_leaves_the_outcome_unknown_and_says_so(
    database: Database, url: str, reaches: bool, kept: int
) -> None:
    """Whether the commit reached the server cannot be told from this side."""
    with CutWire(url, cut_at=b"COMMIT", after_passing_on=reaches) as wire:
        across = Database(wire.url)
        with (
            pytest.raises(OutcomeUnknown, match="may or may not"),
            write(across, SYSTEM, CLOCK) as work,
        ):
            journalled(work, a_batch(1))
        across.close()
        wire.wait_until_settled()
    assert batches(database) == kept


def test_what_follows_a_commit_does_not_run_when_the_outcome_is_unknown(
    database: Database, url: str
) -> None:
    with CutWire(url, cut_at=b"COMMIT", after_passing_on=True) as wire:
        across, ran = Database(wire.url), []
        with pytest.raises(OutcomeUnknown), write(across, SYSTEM, CLOCK) as work:
            journalled(work, a_batch(1))
            work.after_commit(lambda: ran.append(True))
        across.close()
    assert ran == []


def test_of_two_in_a_deadlock_one_is_told_that_nothing_was_changed(database: Database) -> None:
    first, second = a_batch(1), a_batch(2)
    put(database, first, second)
    ready, refused = threading.Barrier(2), []

    def cross(one: Batch, other: Batch) -> None:
        try:
            with write(database, SYSTEM, CLOCK) as work:
                for number, batch in enumerate((one, other)):
                    mine = update(Batch).where(Batch.batch_id == batch.batch_id)
                    work.session.execute(mine.values(note=one.batch_id))
                    if not number:
                        ready.wait()
                work.journal("instance:schema:upgrade", "instance", "test")
        except Unavailable as error:
            refused.append((one.batch_id, error))

    threads = [
        threading.Thread(target=cross, args=pair) for pair in ((first, second), (second, first))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1 and "Nothing was changed" in str(refused[0][1])
    with database.read() as session:
        assert refused[0][0] not in set(session.scalars(select(Batch.note)))


def test_a_server_that_is_not_there_is_unavailable() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nobody = Database(f"postgresql://edrms@127.0.0.1:{closed.getsockname()[1]}/edrms", "secret")
        with pytest.raises(Unavailable) as error, nobody.read() as session:
            session.execute(select(1))
    assert "secret" not in str(error.value)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda url: url.replace("edrms:", "edrms:wrong"),
        lambda url: url.replace("edrms:", "nobody:"),
        lambda url: url.rsplit("/", 1)[0] + "/no_such_database",
    ],
)
def test_a_refused_password_or_an_unknown_database_stops_the_start_without_saying_it(
    url: str, spoil: Callable[[str], str]
) -> None:
    wrong = Database(spoil(url))
    with pytest.raises(CannotStart, match="EDRMS_DATABASE_") as refused:
        migrations.check(wrong)
    secret = url.split(":")[2].split("@")[0]
    assert secret not in str(refused.value)
    assert secret not in repr(wrong.engine)


def test_a_read_cannot_change_anything(database: Database) -> None:
    put(database, a_batch(1))
    with pytest.raises(Exception, match="read-only"), database.read() as session:
        session.execute(update(Batch).values(note="changed"))


def test_only_a_transaction_that_need_not_last_does_not_wait_for_the_disk(
    database: Database,
) -> None:
    def waits(work: UnitOfWork) -> str:
        return str(work.session.scalar(text("SELECT current_setting('synchronous_commit')")))

    with write(database, SYSTEM, CLOCK) as work:
        assert waits(work) == "on"
        work.need_not_last()
        assert waits(work) == "off"
    with write(database, SYSTEM, CLOCK) as work:
        assert waits(work) == "on"


def test_a_lock_waited_for_too_long_is_given_up(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = a_batch(1)
    put(database, batch)
    with write(database, SYSTEM, CLOCK) as holding:
        holding.session.get(Batch, batch.batch_id, with_for_update=True)
        with pytest.raises(Unavailable, match="too busy"), write(database, SYSTEM, CLOCK) as work:
            work.session.execute(text("SELECT set_config('lock_timeout', '50ms', true)"))
            work.session.get(Batch, batch.batch_id, with_for_update=True)


@pytest.fixture
def application(url: str) -> Iterator[Database]:
    """The database as web and workers find it, where another role owns the tables."""
    role, owner = f"edrms_app_{new_id()}", Database(url)
    with owner.engine.begin() as connection:
        connection.execute(text(f"CREATE ROLE {role} LOGIN PASSWORD 'invented'"))
    address = make_url(url).set(username=role, password="invented")
    ours = address.render_as_string(hide_password=False)
    upgrade_tables(Settings(database_url=ours, database_owner_url=url))
    made = Database(ours)
    yield made
    made.close()
    with owner.engine.begin() as connection:
        connection.execute(text(f"DROP OWNED BY {role}"))
        connection.execute(text(f"DROP ROLE {role}"))
    owner.close()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_events SET outcome = 'done'",
        "DELETE FROM audit_events",
        "TRUNCATE audit_events",
        "TRUNCATE audit_details",
        "TRUNCATE batches",
        "UPDATE audit_details SET text = ''",
        "DROP TABLE audit_events",
        "DROP TABLE batches",
        "ALTER TABLE audit_events DISABLE TRIGGER ALL",
        "ALTER TABLE audit_events DISABLE TRIGGER audit_events_no_change",
        "ALTER TABLE audit_events ADD COLUMN x text",
        "DROP TRIGGER audit_events_no_change ON audit_events",
        "CREATE OR REPLACE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RETURN OLD; END $$",
        "CREATE TABLE of_ours (x text)",
        "SET session_replication_role = replica",
        "UPDATE alembic_version SET version_num = '0001'",
    ],
)
def test_the_role_of_web_and_workers_cannot_change_the_log_or_the_tables(
    application: Database, statement: str
) -> None:
    put(application, a_batch(1))
    refused = pytest.raises(ProgrammingError, match=r"permission denied|must be owner")
    with refused, application.engine.begin() as connection:
        connection.execute(text(statement))
    assert log_is_out_of_reach(application)


def test_the_role_of_web_and_workers_can_do_its_work(application: Database) -> None:
    put(application, a_batch(1))
    with write(application, SYSTEM, CLOCK) as work:
        work.journal("search:index:query", "index", "", personal="words")
        work.session.execute(update(Batch).values(note="seen"))
        work.session.delete(work.session.scalars(select(Batch)).one())
    assert batches(application) == 0
    migrations.check(application)


def test_an_owner_that_is_the_same_role_or_of_another_database_is_refused(url: str) -> None:
    elsewhere = url.replace("edrms:", "other:").rsplit("/", 1)[0] + "/elsewhere"
    for owner in (url, elsewhere):
        with pytest.raises(CannotStart, match="EDRMS_DATABASE_OWNER_URL"):
            upgrade_tables(Settings(database_url=url, database_owner_url=owner))


def test_where_one_role_does_everything_the_log_is_in_its_reach(database: Database) -> None:
    assert not log_is_out_of_reach(database)


def test_of_two_who_destroy_a_holder_that_never_had_a_key_the_second_finds_it_destroyed(
    url: str,
) -> None:
    keys = KeyStore(Database(url), GivenRootKeys(lambda: (bytes(range(32)),)), CLOCK)
    keys.make()
    holder, found = record_holder(new_id()), []
    second = threading.Thread(target=lambda: found.append(destroy(keys, [holder])))
    with keys.write() as session:
        session.add(HolderKey(holder=holder, wrapped=b"", root_id="", made_at=CLOCK.now(),
                              destroyed_at=CLOCK.now()))  # fmt: skip
        session.flush()
        second.start()
        wait_until(lambda: waits_for_another(keys.database))
    second.join(30)
    assert [set(destroyed) for destroyed in found] == [{holder}]
    keys.database.close()


def waits_for_another(database: Database) -> bool:
    with database.read() as session:
        return bool(session.scalar(text(WAITING)))
