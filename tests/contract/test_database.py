"""The database's contract, held by SQLite and PostgreSQL alike: the same tables from the same migrations,
the same values back, the same refusals. What only PostgreSQL can suffer is in test_postgresql.py."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from threading import Barrier, Thread

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import String, Text, func, literal, select, text
from sqlalchemy.exc import IntegrityError

import api.wiring  # noqa: F401 - all tables are known
from api import migrations
from edrms.audit.tables import AuditDetail, AuditEvent
from edrms.clients.tables import ClientName, ClientRow
from edrms.clock import SystemClock
from edrms.db import Base, Database
from edrms.errors import CannotStart, Invalid
from edrms.folding import fold_text
from edrms.folding_sql import folded
from edrms.ids import new_id
from edrms.jobs.tables import Job
from edrms.staff.accounts import SYSTEM
from edrms.uow import UnitOfWork, write
from scanning.batches.tables import Batch
from tests.engines import instances

CLOCK = SystemClock()


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database of this kind without tables."""
    is_sqlite = request.param == "sqlite"
    made = Database(f"sqlite:///{tmp_path / 'rows'}" if is_sqlite else instances.new_database())
    yield made
    made.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database with the tables of the newest migration."""
    made = instances.database_with_tables(request.param, tmp_path)
    yield made
    made.close()


def journalled(work: UnitOfWork, *rows: Base) -> None:
    """Write these rows, and the event that must go with them."""
    work.session.add_all(rows)
    work.journal("instance:schema:upgrade", "instance", "test")


def put(database: Database, *rows: Base) -> None:
    with write(database, SYSTEM, CLOCK) as work:
        journalled(work, *rows)


def a_client(surname: str, **given: object) -> ClientRow:
    fields = {"forename": "Ada", "service": "adults", "forename_folded": "ada"} | given
    return ClientRow(client_id=new_id(), surname=surname, surname_folded=surname, **fields)


def a_batch(number: int) -> Batch:
    return Batch(
        batch_id=new_id(), number=number, channel="web", received_on=date(2026, 1, 2),
        opened_by="p", opened_at=CLOCK.now(),
    )  # fmt: skip


def test_migrations_make_exactly_the_tables_of_the_code(database: Database) -> None:
    with database.read() as session:
        context = MigrationContext.configure(
            session.connection(), opts={"compare_type": True, "render_as_batch": True}
        )
        assert compare_metadata(context, Base.metadata) == []


def test_all_text_is_compared_by_code_point(database: Database) -> None:
    put(database, *(a_client(name) for name in ("b", "B", "a", "Z", "é", "e", "_", "z")))
    with database.read() as session:
        names = list(session.scalars(select(ClientRow.surname).order_by(ClientRow.surname)))
        assert names == sorted(names)
        found = session.scalars(select(ClientRow.surname).where(ClientRow.surname < "Z")).all()
        assert sorted(found) == ["B"]
        if not database.is_sqlite:
            other = session.execute(text(
                "SELECT table_name, column_name FROM information_schema.columns "
                "WHERE table_schema = 'public' AND table_name <> 'alembic_version' AND "
                "data_type IN ('text', 'character varying') AND collation_name IS DISTINCT FROM 'C'"
            )).all()  # fmt: skip
            assert other == []


def test_case_matters_to_the_database_as_folding_is_ours(database: Database) -> None:
    put(database, a_client("Smith"))
    with database.read() as session:
        for other in ("smith", "SMITH"):
            found = select(func.count()).where(ClientRow.surname == other)
            assert session.scalar(found) == 0


def test_a_beginning_is_looked_for_with_its_case_and_its_odd_characters(
    database: Database,
) -> None:
    client = a_client("Smith")
    put(database, client)
    put(database, *(ClientName(client_id=client.client_id, part=p) for p in ("o%x", "o_x", "oax")))
    with database.read() as session:
        for begins, found in (("o%", ["o%x"]), ("o_", ["o_x"]), ("o", ["o%x", "o_x", "oax"])):
            wanted = ClientName.part.startswith(begins, autoescape=True)
            parts = session.scalars(select(ClientName.part).where(wanted)).all()
            assert sorted(parts) == sorted(found)


def test_a_moment_comes_back_aware_and_the_same_whatever_zone_it_was_given_in(
    database: Database,
) -> None:
    summer = datetime(2026, 7, 1, 0, 30, 0, 123456, tzinfo=timezone(timedelta(hours=1)))
    batch = a_batch(1)
    batch.opened_at = summer
    put(database, batch)
    with database.read() as session:
        stored = session.scalars(select(Batch)).one()
        assert stored.opened_at == summer and stored.opened_at.tzinfo is UTC
        assert stored.received_on == date(2026, 1, 2)
        later = select(func.count()).where(Batch.opened_at > summer - timedelta(microseconds=1))
        assert session.scalar(later) == 1


def test_a_naive_moment_is_refused(database: Database) -> None:
    batch = a_batch(1)
    batch.opened_at = datetime(2026, 1, 1)
    with pytest.raises(Exception, match="naive"):
        put(database, batch)


def test_json_comes_back_as_it_went(database: Database) -> None:
    odd = {"ŵ": ["😀", None, 1.5, True, {"a\0b": "\u0000"}], "": 2**40, "empty": {}}
    put(
        database, Job(job_id=new_id(), kind="k", subject_id="s", payload=odd, queued_at=CLOCK.now())
    )
    with database.read() as session:
        assert session.scalars(select(Job)).one().payload == odd


def test_text_no_engine_can_hold_is_mended_alike(database: Database) -> None:
    put(database, AuditDetail(event_id="e", text="a\0b", key=""), a_client("c\0d"))
    with database.read() as session:
        assert session.scalars(select(AuditDetail.text)).one() == "a\ufffdb"
        looked_for = select(func.count()).where(ClientRow.surname == "c\0d")
        assert session.scalar(looked_for) in (0, 1)  # never an error


def test_text_longer_than_its_column_is_refused_alike() -> None:
    for table in Base.metadata.tables.values():
        for column in table.columns:
            if isinstance(column.type, String) and column.type.length:
                mapper = next(m for m in Base.registry.mappers if m.local_table is table)
                with pytest.raises(Invalid, match="Too long"):
                    name = mapper.get_property_by_column(column).key
                    mapper.class_(**{name: "x" * (column.type.length + 1)})


def test_numbers_beyond_32_bits_fit_where_they_may_occur(database: Database) -> None:
    with write(database, SYSTEM, CLOCK) as work:
        work.session.add(
            AuditEvent(
                number=2**40, event_id="e", at=work.now, actor_id="a", action="b",
                subject_kind="c", subject_id="d", outcome="done",
            )
        )  # fmt: skip
    with database.read() as session:
        assert session.scalar(select(func.max(AuditEvent.number))) == 2**40


def test_one_at_a_time_numbers_have_no_gap_and_no_double(database: Database) -> None:
    ready = Barrier(4)

    def open_some() -> None:
        ready.wait()
        for _ in range(5):
            with write(database, SYSTEM, CLOCK) as work:
                work.alone("batch numbers")
                last = work.session.scalar(select(func.max(Batch.number))) or 0
                journalled(work, a_batch(last + 1))

    threads = [Thread(target=open_some) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as session:
        numbers = session.scalars(select(Batch.number).order_by(Batch.number)).all()
    assert numbers == list(range(1, 21))


def test_a_read_sees_one_moment_however_long_it_lasts(database: Database) -> None:
    put(database, a_batch(1))
    with database.read() as session:
        counted = session.scalar(select(func.count(Batch.batch_id)))
        writer = Thread(target=lambda: put(database, a_batch(2)))
        if not database.is_sqlite:  # there, a writer waits for the reader
            writer.start()
            writer.join()
        assert session.scalar(select(func.count(Batch.batch_id))) == counted == 1


def test_after_a_bulk_import_the_database_knows_how_much_there_is(database: Database) -> None:
    now = CLOCK.now()
    put(
        database,
        *(
            Job(job_id=new_id(), kind="k", subject_id="s", payload={}, queued_at=now)
            for _ in range(300)
        ),
    )
    database.take_stock(Job.__tablename__)
    assert _counted(database) in (300, None)  # SQLite plans without counting


def _counted(database: Database) -> int | None:
    if database.is_sqlite:
        return None
    known = text("SELECT reltuples FROM pg_class WHERE relname = :name")
    with database.read() as session:
        return round(session.execute(known, {"name": Job.__tablename__}).scalar_one())


def test_a_constraint_is_ours_to_answer_for_and_no_failure(database: Database) -> None:
    put(database, a_batch(1))
    with pytest.raises(IntegrityError):
        put(database, a_batch(1))


def test_upgrading_twice_changes_nothing_and_is_said_once(empty: Database) -> None:
    assert migrations.upgrade(empty, CLOCK) == ("", migrations.newest())
    assert migrations.upgrade(empty, CLOCK) == (migrations.newest(), migrations.newest())
    with empty.read() as session:
        assert session.scalar(select(func.count(AuditEvent.number))) == 1


def test_two_who_upgrade_at_once_make_the_tables_once(empty: Database) -> None:
    ready, refused = Barrier(2), []

    def upgrade() -> None:
        ready.wait()
        try:
            migrations.upgrade(empty, CLOCK)
        except CannotStart as error:
            refused.append(error)

    threads = [Thread(target=upgrade) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not refused
    migrations.check(empty)
    with empty.read() as session:
        assert session.scalar(select(func.count(AuditEvent.number))) == 1


def test_a_database_without_tables_is_refused_with_what_to_do(empty: Database) -> None:
    with pytest.raises(CannotStart, match="run `edrms init`"):
        migrations.check(empty)


@pytest.mark.parametrize("revision", ["9999", "not ours"])
def test_a_newer_or_foreign_database_is_refused_and_left_alone(
    database: Database, revision: str
) -> None:
    with database.session() as session:
        session.execute(text("UPDATE alembic_version SET version_num = :it"), {"it": revision})
        session.commit()
    for attempt in (
        lambda: migrations.check(database),
        lambda: migrations.upgrade(database, CLOCK),
    ):
        with pytest.raises(CannotStart, match=f"{revision}.*newer version"):
            attempt()
    assert migrations.present(database) == revision


def test_an_older_database_is_refused_with_what_to_do(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrations, "newest", lambda: "0999")
    with pytest.raises(CannotStart, match=r"older than this version.*backup.*`edrms migrate`"):
        migrations.check(database)


def test_a_migration_that_fails_leaves_nothing_behind(empty: Database) -> None:
    with suppress(RuntimeError), write(empty, SYSTEM, CLOCK) as work:
        migrations.apply(work)
        raise RuntimeError("the power went")
    assert migrations.present(empty) == ""
    migrations.upgrade(empty, CLOCK)


@pytest.mark.parametrize(
    "words",
    [
        "", " ", "Siân’s REVIEW", "ŁÓDŹ  Øresund ĐÐ ß ẞ Æsop Œuvre Þór ı İ", "ﬁle №7 Å K", "a\n\tb--c",
        "e\u0301te\u0301 caf\u00e9", "Ελλάδα ab Москва", "x\u200by \u202eevil", "O'Neill & Sons (UK) 12/3/26",
    ],
)  # fmt: skip
def test_text_is_folded_alike_by_python_and_by_the_database(database: Database, words: str) -> None:
    with database.read() as session:
        found = session.scalar(select(folded(literal(words, Text()))))
    assert found == fold_text(words)


def test_every_latin_letter_is_folded_alike(database: Database) -> None:
    letters = [chr(one) for one in range(32, 0x250)]
    with database.read() as session:
        found = [session.scalar(select(folded(literal(f"a{one}b", Text())))) for one in letters]
    assert found == [fold_text(f"a{one}b") for one in letters]
