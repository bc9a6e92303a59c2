"""Sealing: every committed event gets its place once, whatever fails in between. On both databases."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from threading import Thread

import pytest
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from edrms.audit.canonical import canonical
from edrms.audit.checking import verify_database
from edrms.audit.place import CheckpointPlace
from edrms.audit.sealer import Sealer
from edrms.audit.sealing import COLUMNS, seal_waiting
from edrms.audit.state import SealGuard, sealing_state
from edrms.audit.tables import (
    AuditCheckpoint,
    AuditDetail,
    AuditEvent,
    AuditNode,
    AuditSeal,
    AuditWaiting,
)
from edrms.audit.verifier import Tampered, genuine
from edrms.clock import FixedClock
from edrms.db import Database
from edrms.errors import Damaged, StaleLease, Unavailable
from edrms.staff.accounts import SYSTEM
from edrms.uow import write
from tests import factories
from tests.service.audit_logs import signer
from tests.service.queue_of_work import database_of

LIMIT_S = 900.0


@dataclass
class Sealed:
    """A database, a place, and the sealing of one into the other."""

    database: Database
    place: CheckpointPlace
    clock: FixedClock

    def add(self, count: int = 1, personal: str = "") -> None:
        for number in range(count):
            with write(self.database, SYSTEM, self.clock) as work:
                work.journal("audit:event:view", "test", str(number), personal=personal)

    def sealer(self, name: str = "sealer-1") -> Sealer:
        return Sealer(
            self.database, self.clock, signer(), self.place, name=name, lease_s=30
        )  # fmt: skip

    def seal(self) -> int:
        """All that waits, by a sealer that comes and goes."""
        one = self.sealer()
        term = one.take_lead()
        assert term
        sealed = 0
        while some := one.round(term):
            sealed += some
        one._leader.lay_down(term, one.actor)
        return sealed

    def state(self) -> object:
        return sealing_state(self.database, self.clock, LIMIT_S)

    def count(self, table: type) -> int:
        with self.database.read() as session:
            return session.scalar(select(func.count()).select_from(table)) or 0

    def problems(self) -> str:
        return " ".join(sealing_state(self.database, self.clock, LIMIT_S).problems)

    def verify(self) -> int:
        return verify_database(self.database, signer().key, self.place).size

    def may_read(self) -> None:
        with self.database.read() as session:
            SealGuard(self.database, self.clock, LIMIT_S).check(session)


@pytest.fixture(params=["sqlite", "postgresql"])
def sealed(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Sealed]:
    place = CheckpointPlace(tmp_path / "place")
    place.prepare()
    database = database_of(request.param, tmp_path)
    yield Sealed(database, place, factories.fixed_clock())
    database.close()


def by_number(sealed: Sealed) -> list[tuple[int, int]]:
    with sealed.database.read() as session:
        statement = select(AuditSeal.seq, AuditSeal.number).order_by(AuditSeal.seq)
        return [tuple(row) for row in session.execute(statement)]


def test_every_event_waits_until_it_is_under_a_published_checkpoint(sealed: Sealed) -> None:
    sealed.add(5)
    assert sealed.count(AuditWaiting) == 6  # and that of the tables
    assert sealed.seal() == 6
    assert sealed.count(AuditWaiting) == 0
    assert sealed.verify() == sealed.place.newest() == 6
    assert sealed.problems() == ""


def test_an_event_rolled_back_never_waits(sealed: Sealed) -> None:
    with suppress(RuntimeError), write(sealed.database, SYSTEM, sealed.clock) as work:
        work.journal("audit:event:view", "test", "1")
        work.session.flush()
        raise RuntimeError
    assert sealed.seal() == 1


def test_an_event_that_commits_late_gets_a_later_place_and_is_not_skipped(
    sealed: Sealed,
) -> None:
    if sealed.database.is_sqlite:
        pytest.skip("writers of SQLite commit in the order of their numbers")
    with write(sealed.database, SYSTEM, sealed.clock) as late:
        late.journal("audit:event:view", "test", "late")
        late.session.flush()
        sealed.add(3)
        assert sealed.seal() == 4
        waiting = dict(by_number(sealed))
    assert sealed.seal() == 1
    places = dict(by_number(sealed))
    assert places[4] not in waiting.values() and places[4] < waiting[3]
    assert sealed.verify() == 5


def test_many_rounds_make_one_log_and_each_head_continues_the_last(sealed: Sealed) -> None:
    for count in (1, 2, 300, 5, 260):
        sealed.add(count)
        sealed.seal()
    assert sealed.verify() == 569
    assert sealed.count(AuditNode) == 2
    assert [seq for seq, _ in by_number(sealed)] == list(range(569))


def test_of_two_sealers_one_leads(sealed: Sealed) -> None:
    first, second = sealed.sealer("a"), sealed.sealer("b")
    assert first.take_lead()
    assert second.take_lead() is None


def test_a_sealer_stopped_past_its_lease_seals_nothing_more(sealed: Sealed) -> None:
    """It would give places that another has given to others."""
    sealed.add(3)
    stale = sealed.sealer("stale")
    term = stale.take_lead()
    assert term
    stale._leader.lay_down(term, stale.actor)  # as when its lease ran out and another took it
    other = sealed.sealer("other")
    theirs = other.take_lead()
    assert theirs
    with pytest.raises(StaleLease):
        stale.round(term)
    assert sealed.count(AuditSeal) == 0
    assert other.round(theirs) == 4
    assert sealed.verify() == 4


def test_two_sealers_and_writers_at_once_give_each_event_one_place(sealed: Sealed) -> None:
    sealers = [sealed.sealer(name) for name in ("a", "b")]
    threads = [Thread(target=one.run, args=[0.01]) for one in sealers]
    writers = [Thread(target=sealed.add, args=[40]) for _ in range(3)]
    for thread in [*threads, *writers]:
        thread.start()
    for writer in writers:
        writer.join()
    for one in sealers:
        one.stop()
    for thread in threads:
        thread.join()
    sealed.seal()
    assert sealed.verify() == 121


def killed_at(sealed: Sealed, monkeypatch: pytest.MonkeyPatch, where: str, nth: int) -> None:
    """A sealer that ends as if killed at the nth call of something."""
    from edrms.audit import sealer as module

    calls, real = [0], getattr(module, where)

    class Killed(BaseException):
        pass

    def die(*given: object) -> object:
        calls[0] += 1
        if calls[0] == nth:
            raise Killed
        return real(*given)

    one = sealed.sealer("killed")
    term = one.take_lead()
    assert term
    with monkeypatch.context() as patched:
        patched.setattr(module, where, die)
        with suppress(Killed):
            one.round(term)
    one._leader.lay_down(term, one.actor)


@pytest.mark.parametrize(
    ("where", "nth"), [("publish_newest", 1), ("seal_waiting", 1), ("publish_newest", 2)]
)
def test_a_killed_sealer_leaves_a_log_that_the_next_one_continues(
    sealed: Sealed, monkeypatch: pytest.MonkeyPatch, where: str, nth: int
) -> None:
    sealed.add(2)
    killed_at(sealed, monkeypatch, where, nth)
    sealed.add(3)
    sealed.seal()
    assert sealed.verify() == 6
    assert sealed.count(AuditWaiting) == 0


def test_while_the_place_is_gone_nothing_is_sealed_and_it_is_said(sealed: Sealed) -> None:
    sealed.add()
    sealed.seal()
    away = sealed.place.root.rename(sealed.place.root.with_name("away"))
    sealed.add(2)
    assert sealed.seal() == 0
    assert "gone" in sealed.problems() and sealed.count(AuditWaiting) == 2
    assert not sealed.place.root.exists(), "a place that is gone is never made anew"
    away.rename(sealed.place.root)
    assert sealed.seal() == 2
    assert sealed.problems() == "" and sealed.verify() == 4


def test_a_place_that_was_emptied_is_a_place_that_is_gone(sealed: Sealed) -> None:
    """Such as the empty directory under a disk that is not mounted."""
    sealed.add()
    sealed.seal()
    shutil.rmtree(sealed.place.root)
    sealed.place.prepare()
    sealed.add()
    sealed.seal()
    sealed.add()
    assert sealed.seal() == 0
    assert "lost those it had" in sealed.problems()


def test_a_database_set_back_behind_its_checkpoints_seals_nothing(
    sealed: Sealed,
) -> None:
    """The same place, but a database that knows nothing of what was given out."""
    sealed.add()
    sealed.seal()
    place = sealed.place.root / "checkpoints" / f"{0:016d}" / f"{99:020d}"
    shutil.copyfile(sealed.place.root / "checkpoints" / f"{0:016d}" / f"{2:020d}", place)
    sealed.add()
    assert sealed.seal() == 0
    assert "holds one of size 99" in sealed.problems()


def test_sealing_stops_when_the_stored_tree_is_not_the_one_that_was_signed(
    sealed: Sealed,
) -> None:
    sealed.add(3)
    sealed.seal()
    harm(sealed, update(AuditSeal).where(AuditSeal.seq == 1).values(leaf_hash=bytes(32)))
    sealed.add()
    assert sealed.seal() == 0
    assert "not the one that was signed last" in sealed.problems()


def test_a_clock_set_back_is_said_and_breaks_nothing(sealed: Sealed) -> None:
    sealed.add(2)
    sealed.seal()
    sealed.clock.advance(timedelta(days=-365))
    sealed.add(2)
    assert sealed.seal() == 2
    assert "behind the last checkpoints" in sealed.problems()
    sealed.clock.advance(timedelta(days=730))
    sealed.add()
    sealed.seal()
    assert sealed.problems() == ""
    assert sealed.verify() == 6


def test_content_is_not_read_once_an_event_has_waited_too_long(sealed: Sealed) -> None:
    if not sealed.database.is_sqlite:
        pytest.skip("PostgreSQL's own clock cannot be moved; the next test ages the row instead")
    sealed.add()
    sealed.may_read()
    sealed.clock.advance(timedelta(seconds=LIMIT_S + 1))
    sealed.add()
    with pytest.raises(Unavailable, match="cannot be opened just now"):
        sealed.may_read()
    assert sealed.state().reading_stopped  # type: ignore[attr-defined]
    sealed.seal()
    sealed.may_read()
    sealed.add()
    sealed.clock.advance(timedelta(days=-400))
    with pytest.raises(Unavailable):  # a clock set back does not lift the limit
        sealed.may_read()


@pytest.mark.parametrize("sign", [-1, 1])
def test_a_wait_is_too_long_in_either_direction(sealed: Sealed, sign: int) -> None:
    sealed.seal()
    sealed.add()
    with sealed.database.read() as session:
        since = session.scalars(select(AuditWaiting.since)).one()
    for seconds, refused in ((LIMIT_S - 60, False), (LIMIT_S + 60, True)):
        moved = since + sign * timedelta(seconds=seconds)
        with write(sealed.database, SYSTEM, sealed.clock) as work:
            work.session.execute(update(AuditWaiting).values(since=moved))
        if refused:
            with pytest.raises(Unavailable):
                sealed.may_read()
        else:
            sealed.may_read()


def harm(sealed: Sealed, *statements: object) -> None:
    """What somebody does who may change the database itself: the triggers are taken off first."""
    tables = ("audit_events", "audit_seals", "audit_nodes", "audit_checkpoints")
    with sealed.database.session() as session:
        if sealed.database.is_sqlite:
            found = text(
                "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%no_%'"
            )
            for (name,) in session.execute(found).all():
                session.execute(text(f"DROP TRIGGER {name}"))
        else:
            for table in tables:
                session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER {table}_no_change"))
        for statement in statements:
            session.execute(statement)  # type: ignore[call-overload]
        session.commit()


def first_bad(sealed: Sealed) -> tuple[str, int | None]:
    with pytest.raises(Tampered) as found:
        sealed.verify()
    return found.value.kind, found.value.seq


HARMS: list[tuple[Callable[[], list[object]], tuple[str, int | None]]] = [
    (lambda: [update(AuditEvent).where(AuditEvent.number == 4).values(actor_id="x")], ("edited", 3)),
    (lambda: [update(AuditEvent).where(AuditEvent.number == 4).values(detail={"a": 1})], ("edited", 3)),
    (lambda: [delete(AuditEvent).where(AuditEvent.number == 4)], ("deleted", 3)),
    (lambda: [delete(AuditEvent).where(AuditEvent.number >= 4)], ("deleted", 3)),
    (lambda: [update(AuditSeal).where(AuditSeal.seq == 3).values(leaf_hash=bytes(32))], ("leaf", 3)),
    (lambda: [delete(AuditWaiting)], ("unsealed", None)),
    (lambda: [delete(AuditCheckpoint).where(AuditCheckpoint.size > 2)], ("stale", 2)),
    (
        lambda: [
            update(AuditSeal).where(AuditSeal.seq == 3).values(number=999),
            update(AuditSeal).where(AuditSeal.seq == 4).values(number=4),
            update(AuditSeal).where(AuditSeal.seq == 3).values(number=5),
        ],
        ("swapped", 3),
    ),
]  # fmt: skip


@pytest.mark.parametrize("which", range(len(HARMS)))
def test_harm_done_in_the_database_is_named(sealed: Sealed, which: int) -> None:
    for count in (1, 4, 2):
        sealed.add(count)
        sealed.seal()
    sealed.add()  # waits
    assert sealed.verify() == 8
    statements, said = HARMS[which]
    harm(sealed, *statements())
    assert first_bad(sealed) == said


def test_no_row_of_the_log_is_changed_through_the_product(sealed: Sealed) -> None:
    sealed.add(300, personal="words")
    sealed.seal()
    tables = ("audit_events", "audit_seals", "audit_nodes", "audit_checkpoints")
    first = {"audit_events": "number", "audit_seals": "seq", "audit_nodes": "place",
             "audit_checkpoints": "size"}  # fmt: skip
    tries = [f"DELETE FROM {table}" for table in tables]
    tries += [f"UPDATE {table} SET {column} = {column} + 1000" for table, column in first.items()]
    tries += ["UPDATE audit_details SET text = 'other words'"]
    if sealed.database.is_sqlite:
        tries += [f"REPLACE INTO {table} SELECT * FROM {table}" for table in tables]
    else:
        tries += [f"TRUNCATE {table} CASCADE" for table in tables]
        replica = "SET session_replication_role = replica; "
        tries += [replica + one for one in list(tries)]
    for words in tries:
        with pytest.raises(DBAPIError, match="never changed"), sealed.database.session() as one:
            one.execute(text(words))
    assert sealed.verify() == 301


def test_an_event_put_in_by_other_means_waits_too(sealed: Sealed) -> None:
    sealed.seal()
    with write(sealed.database, SYSTEM, sealed.clock) as work:
        work.session.execute(
            insert(AuditEvent).values(
                event_id="x", at=work.now, actor_id="a", action="b", subject_kind="c",
                subject_id="d", outcome="done", reason="", detail={}, request_id="", source="",
                detail_digest="",
            )
        )  # fmt: skip
    assert sealed.seal() == 1


def test_odd_text_and_numbers_are_sealed_as_they_are_read_back(sealed: Sealed) -> None:
    odd = {"é": ['😀\u2028\x7f"\\/', None, True, -1, 2**40, 0.5, 1e-9], "": {"b": 1, "a": {}}}
    with write(sealed.database, SYSTEM, sealed.clock) as work:
        work.journal("audit:event:view", "test", "1", reason="a\r\n\x1b[31m", **odd)
    sealed.seal()
    assert sealed.verify() == 2
    with sealed.database.read() as session:
        row = session.execute(select(*COLUMNS).where(AuditEvent.number == 2)).one()
    assert canonical(row._mapping).isascii() and b'{"decimal":"1e-09"}' in canonical(row._mapping)


def test_a_checkpoint_is_signed_only_with_the_events_it_is_of(sealed: Sealed) -> None:
    """Nothing is given out before it is committed."""
    sealed.add(2)
    with suppress(RuntimeError), write(sealed.database, SYSTEM, sealed.clock) as work:
        seal_waiting(work, signer())
        raise RuntimeError("the power went")
    assert sealed.count(AuditSeal) == sealed.count(AuditCheckpoint) == sealed.place.newest() == 0
    assert sealed.seal() == 3


def test_what_was_published_is_whole_readable_and_genuine(sealed: Sealed) -> None:
    sealed.add(2)
    sealed.seal()
    file = sealed.place.root / "checkpoints" / f"{0:016d}" / f"{3:020d}"
    assert [one.name for one in file.parent.iterdir()] == [file.name]
    head, _, note = file.read_text().partition("\n\n")
    assert head == "old 0" and genuine(note, signer().key).size == 3
    assert file.stat().st_mode & 0o777 == 0o444
    with pytest.raises(Damaged):
        sealed.place.publish(3, "another")
    assert file.read_text().endswith(note)


def test_details_erased_leave_the_log_as_it_was(sealed: Sealed) -> None:
    sealed.add(3, personal="tortoise")
    sealed.seal()
    with write(sealed.database, SYSTEM, sealed.clock) as work:
        work.session.execute(delete(AuditDetail))
    assert sealed.verify() == 4
