"""No change of state without its event in the same transaction, and no event is ever changed."""

from contextlib import suppress
from datetime import timedelta
from threading import Thread

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import IntegrityError, InternalError, OperationalError, ProgrammingError

from api.wiring import Instance
from edrms.audit.tables import AuditDetail, AuditEvent
from edrms.clients.register import add_client
from edrms.clients.tables import ClientRow
from edrms.clock import FixedClock
from edrms.db import Base
from edrms.errors import Refused
from edrms.jobs.queue import WORK, enqueue
from edrms.records.tables import Record
from edrms.staff.accounts import SYSTEM
from edrms.uow import UnitOfWork, UnjournalledChange, write
from tests import factories
from tests.service.events import events, personal_detail


def stored_forename(instance: Instance, client_id: str) -> str | None:
    with instance.database.read() as session:
        row = session.get(ClientRow, client_id)
        return row.forename if row else None


@pytest.fixture
def client_id(instance: Instance) -> str:
    person = factories.client()
    factories.on_the_register(instance, person, allocated=False)
    return person.client_id


def change_the_row(work: UnitOfWork, client_id: str) -> None:
    work.session.get_one(ClientRow, client_id).forename = "Changed"


def change_in_bulk(work: UnitOfWork, client_id: str) -> None:
    work.session.execute(
        update(ClientRow).where(ClientRow.client_id == client_id).values(forename="Changed")
    )


def change_the_table(work: UnitOfWork, client_id: str) -> None:
    work.session.execute(update(Base.metadata.tables["clients"]).values(forename="Changed"))


def delete_the_row(work: UnitOfWork, client_id: str) -> None:
    row = work.session.get_one(ClientRow, client_id)
    work.session.delete(row)


def delete_in_bulk(work: UnitOfWork, client_id: str) -> None:
    work.session.execute(delete(Record))


def insert_in_bulk(work: UnitOfWork, client_id: str) -> None:
    work.session.execute(
        insert(ClientRow),
        [{"client_id": "x", "forename": "", "surname": "", "service": "adults", "address_lines": [],
          "other_names": [], "forename_folded": "", "surname_folded": ""}],
    )  # fmt: skip


def write_sql(work: UnitOfWork, client_id: str) -> None:
    work.session.execute(text("UPDATE clients SET forename = 'Changed'"))


def write_to_the_connection(work: UnitOfWork, client_id: str) -> None:
    work.session.connection().exec_driver_sql("UPDATE clients SET forename = 'Changed'")


@pytest.mark.parametrize(
    "change",
    [
        change_the_row, change_in_bulk, change_the_table, delete_the_row, delete_in_bulk,
        insert_in_bulk, write_sql, write_to_the_connection,
    ],
)  # fmt: skip
def test_a_change_without_an_event_is_refused_whole(
    instance: Instance, client_id: str, change: object
) -> None:
    assert callable(change)
    with (
        pytest.raises(UnjournalledChange),
        write(instance.database, SYSTEM, instance.clock) as work,
    ):
        change(work, client_id)
    assert stored_forename(instance, client_id) == "Olive"


def test_a_change_with_its_event_is_kept(instance: Instance, client_id: str) -> None:
    with write(instance.database, SYSTEM, instance.clock) as work:
        change_the_row(work, client_id)
        work.journal("client:summary:add", "client", client_id)
    assert stored_forename(instance, client_id) == "Changed"


def test_leases_and_jobs_change_without_an_event(instance: Instance) -> None:
    with write(instance.database, SYSTEM, instance.clock) as work:
        enqueue(work, "open_item", "x")
    assert instance.queue.claim(WORK, SYSTEM)


def test_an_action_outside_the_vocabulary_is_refused(instance: Instance) -> None:
    with (
        pytest.raises(UnjournalledChange),
        write(instance.database, SYSTEM, instance.clock) as work,
    ):
        work.journal("record:content:shred", "record", "x")


def test_an_error_leaves_neither_change_nor_event_nor_what_was_to_follow(
    instance: Instance, client_id: str
) -> None:
    before, followed = len(events(instance)), []
    with pytest.raises(Refused), write(instance.database, SYSTEM, instance.clock) as work:
        change_the_row(work, client_id)
        work.journal("client:summary:add", "client", client_id)
        work.after_commit(lambda: followed.append(1))
        work.session.flush()
        raise Refused("A rule says no.")
    assert stored_forename(instance, client_id) == "Olive"
    assert (len(events(instance)), followed) == (before, [])


def test_what_follows_the_commit_sees_the_committed_row(instance: Instance) -> None:
    person, seen = factories.client(), []
    with write(instance.database, SYSTEM, instance.clock) as work:
        work.after_commit(lambda: seen.append(stored_forename(instance, person.client_id)))
        add_client(work, person)
    assert seen == ["Olive"]


def test_personal_words_are_kept_apart_and_may_be_erased_while_the_event_stays(
    instance: Instance,
) -> None:
    with write(instance.database, SYSTEM, instance.clock) as work:
        work.journal("search:index:query", "index", "", personal="tortoise", total=1)
    (event,) = events(instance, "search:index:query")
    assert personal_detail(instance, event) == "tortoise"
    assert "tortoise" not in str((event.detail, event.reason, event.subject_id))
    with instance.database.session() as session, session.begin():
        session.execute(delete(AuditDetail))
    assert events(instance, "search:index:query")


@pytest.mark.parametrize(
    "harm",
    [
        "UPDATE audit_events SET actor_id = 'nobody'",
        "DELETE FROM audit_events",
        "DELETE FROM audit_events WHERE number = 1",
        "INSERT OR REPLACE INTO audit_events SELECT * FROM audit_events WHERE number = 1",
        "REPLACE INTO audit_events SELECT number, 'x', at, 'nobody', action, subject_kind, "
        "subject_id, outcome, reason, detail FROM audit_events WHERE number = 1",
        "REPLACE INTO audit_events SELECT 999, event_id, at, 'nobody', action, subject_kind, "
        "subject_id, outcome, reason, detail FROM audit_events WHERE number = 1",
        "INSERT INTO audit_events SELECT * FROM audit_events WHERE number = 1 "
        "ON CONFLICT(number) DO UPDATE SET actor_id = 'nobody'",
        "TRUNCATE audit_events",
        "TRUNCATE audit_events CASCADE",
    ],
)
def test_an_event_is_never_changed_replaced_or_deleted(instance: Instance, harm: str) -> None:
    """Refused by the engine's trigger, or as words it does not know."""
    before = [(event.number, event.event_id, event.actor_id) for event in events(instance)]
    refused = (IntegrityError, OperationalError, ProgrammingError)
    with pytest.raises(refused), instance.database.session() as session:
        session.execute(text(harm))
        session.commit()
    assert [(event.number, event.event_id, event.actor_id) for event in events(instance)] == before


def test_a_mistaken_change_while_reading_is_rolled_back_or_refused(
    instance: Instance, client_id: str
) -> None:
    with suppress(InternalError), instance.database.read() as session:
        session.get_one(ClientRow, client_id).forename = "Changed"
        session.flush()
    assert stored_forename(instance, client_id) == "Olive"


def test_eight_threads_of_fifty_writes_lose_none(instance: Instance, clock: FixedClock) -> None:
    def add_fifty(thread: int) -> None:
        for number in range(50):
            with write(instance.database, SYSTEM, clock) as work:
                enqueue(work, "test", f"{thread}-{number}")
                work.journal("audit:event:view", "test", f"{thread}-{number}")

    clock.advance(timedelta(seconds=1))
    threads = [Thread(target=add_fifty, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = events(instance, "audit:event:view")
    assert len({event.subject_id for event in found}) == len(found) == 400
    numbers = [event.number for event in events(instance)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert instance.queue.waiting() == 400
    with instance.database.read() as session:
        assert len(set(session.scalars(select(AuditEvent.event_id)))) == len(numbers)
