"""Destroying many: group by group, others first, and each record as carefully as if it were the only one."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import event, func, select

from api.wiring import Instance, build
from edrms.access.work import allocate
from edrms.clock import FixedClock
from edrms.errors import Refused
from edrms.records import endings
from edrms.staff.accounts import SYSTEM
from edrms.storage.holders import record_holder
from edrms.storage.key_tables import ObjectKeyRow
from edrms.uow import write
from retention.hold_guard import condemn
from tests import factories
from tests.service.disposals import Office, another_client, office
from tests.service.events import events


@pytest.fixture
def desk(instance: Instance, clock: FixedClock) -> Office:
    return office(instance, clock, records=0)


@contextmanager
def statements(instance: Instance) -> Iterator[Counter[str]]:
    """What is asked of both databases meanwhile: how often each statement, alike but for its values."""
    seen: Counter[str] = Counter()

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen[statement.partition("VALUES")[0].partition(" IN (")[0]] += 1

    engines = [instance.database.engine, instance.keys.database.engine]
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield seen
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)


def test_a_group_of_records_takes_no_more_statements_than_a_few_but_their_events(
    desk: Office,
) -> None:
    taken = []
    for count in (3, 12):
        records = desk.file(count)
        case_id = desk.executing(desk.approved(desk.appraised(case_id=desk.proposed(records))))
        with statements(desk.instance) as seen:
            assert desk.run(case_id).is_certified
        taken.append(seen)
    few, many = taken
    grown = {what for what, times in many.items() if times > few[what] + 3}
    assert {what.partition(" (")[0] for what in grown} <= {"INSERT INTO audit_events"}


def test_in_one_group_each_record_is_judged_by_itself(desk: Office) -> None:
    kept = {"hold": desk.file(1)[0], "receives": "", "begins": ""}
    olives = desk.file(2)
    others = {"receives": another_client(desk), "begins": another_client(desk)}
    for what, person in others.items():
        desk.olive, olive = person, desk.olive
        kept[what] = desk.file(1)[0]
        desk.olive = olive
    case_id = desk.executing()
    desk.hold_record(kept["hold"])
    factories.filed_record(desk.instance, [others["receives"]])
    with write(desk.instance.database, SYSTEM, desk.clock) as work:
        allocate(work, others["begins"].client_id, team_id=factories.TEAMS["adults"])
    assert desk.run(case_id).is_certified
    assert {one: desk.state(one) for one in desk.records} == {
        **dict.fromkeys(olives, "disposed"), **dict.fromkeys(kept.values(), "filed"),
    }  # fmt: skip
    why = {what: desk.item(record_id).skipped_because for what, record_id in kept.items()}
    assert why == {"hold": "held", "receives": "activity", "begins": "activity"}


def test_keys_go_together_or_not_at_all(desk: Office) -> None:
    records = desk.file(3)
    holders = [record_holder(one) for one in records]
    for one in records:  # as custody gives them on
        desk.instance.store.of(record_holder(one)).put([b"a page"], max_bytes=100)
    give_up(desk, records[:2])
    with pytest.raises(Refused):
        desk.instance.custody.destroy_records(records)
    assert keys_under(desk, holders) == 3
    gone = desk.instance.custody.destroy_records(records[:2])
    assert keys_under(desk, holders) == 1 and desk.instance.keys.held_by(holders[2])
    assert all(len(gone[one].unreadable) == 1 and not gone[one].still_held for one in records[:2])
    again = desk.instance.custody.destroy_records(records[:2])
    assert [again[one].at for one in again] == [gone[one].at for one in gone]


def give_up(desk: Office, record_ids: list[str]) -> None:
    with write(desk.instance.database, SYSTEM, desk.clock) as work:
        condemn(work, record_ids)
        work.journal("record:content:erase", "record", record_ids[0], place="test")


def keys_under(desk: Office, holders: list[str]) -> int:
    counted = select(func.count()).where(ObjectKeyRow.holder.in_(holders))
    with desk.instance.keys.database.read() as session:
        return session.scalar(counted) or 0


def test_while_it_rests_others_can_write(desk: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endings, "AT_ONCE", 2)
    desk.file(5)
    case_id, rests = desk.executing(), 0
    other = build(desk.instance.settings, desk.clock)

    def others_first(_seconds: float) -> None:
        nonlocal rests
        rests += 1
        with write(other.database, SYSTEM, desk.clock) as work:  # waits for whoever holds the lock
            work.journal("audit:event:view", "test", "meanwhile")
        other.store.put([b"a letter"], max_bytes=100)

    for place in (desk.instance.erasing, desk.instance.disposal.executing):
        monkeypatch.setattr(place._pace, "_sleep", others_first)
    assert desk.run(case_id).is_certified
    assert rests > 20
    assert len(events(desk.instance, "audit:event:view", "meanwhile")) == rests
