"""What came for the people somebody works with: whose it is, until when, and who is not told."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from api.setting_up import staff_actor
from api.wiring import Instance
from edrms.access.model import Actor
from edrms.access.subjects import Subject, SubjectKind
from edrms.access.work import allocate
from edrms.clients.model import Client
from edrms.clock import FixedClock
from edrms.errors import Denied
from edrms.records.arrivals import DAYS, LIST
from edrms.records.tables import WITHDRAWN, Record
from edrms.staff.accounts import SYSTEM
from edrms.uow import write
from tests import factories
from tests.service.events import events


@pytest.fixture
def olive(instance: Instance) -> Client:
    made = factories.client()
    factories.on_the_register(instance, made)
    return made


@pytest.fixture
def ivor(instance: Instance) -> Client:
    made = factories.client(forename="Ivor", surname="Abberley", nhs_number="", identifiers=())
    factories.on_the_register(instance, made)
    return made


def worker(instance: Instance, name: str, role: str = "social_worker_adults") -> Actor:
    factories.staff_member(instance, name, role)
    return staff_actor(instance, name)


def told(instance: Instance, who: Actor) -> list[str]:
    found = instance.arrivals.unopened(who, 20)
    assert found is not None
    assert found[1] == len(found[0])
    return [one.record.record_id for one in found[0]]


def test_what_came_is_told_until_it_is_opened_to_each_by_themselves(
    instance: Instance, olive: Client, ivor: Client, clock: FixedClock
) -> None:
    wyn, col = worker(instance, "wyn"), worker(instance, "col")
    first = factories.filed_record(instance, [olive])
    clock.advance(timedelta(hours=1))
    second = factories.filed_record(instance, [ivor])
    assert told(instance, wyn) == [second, first]
    instance.viewing.open(wyn, second)
    assert told(instance, wyn) == [first]
    assert told(instance, col) == [second, first]


def test_people_by_name_come_before_those_of_the_team(
    instance: Instance, olive: Client, ivor: Client
) -> None:
    wyn = worker(instance, "wyn")
    factories.filed_record(instance, [olive])
    mine = factories.filed_record(instance, [ivor])
    with write(instance.database, SYSTEM, instance.clock) as work:
        allocate(work, ivor.client_id, staff_id=wyn.staff_id)
    assert told(instance, wyn) == [mine]
    people = instance.arrivals.people(wyn, 20)
    assert people is not None
    assert [one.client_id for one in people[0]] == [ivor.client_id]


def test_the_people_of_a_team_are_listed_by_name(
    instance: Instance, olive: Client, ivor: Client
) -> None:
    wyn = worker(instance, "wyn")
    found, total = instance.arrivals.people(wyn, 1) or ([], 0)
    assert ([one.surname for one in found], total) == (["Abberley"], 2)
    found, total = instance.arrivals.people(wyn, 1, 1) or ([], 0)
    assert ([one.surname for one in found], total) == (["Tregenza"], 2)


def test_neither_old_post_nor_what_one_filed_oneself_is_new(
    instance: Instance, olive: Client, clock: FixedClock
) -> None:
    wyn = worker(instance, "wyn")
    own = factories.filed_record(instance, [olive])
    with instance.database.session() as session, session.begin():
        session.execute(update(Record).values(filed_by=wyn.staff_id))
    assert told(instance, wyn) == []
    came = factories.filed_record(instance, [olive])
    assert told(instance, wyn) == [came] != [own]
    clock.advance(timedelta(days=DAYS))
    assert told(instance, wyn) == [came]
    clock.advance(timedelta(seconds=1))
    assert told(instance, wyn) == []


def test_nothing_is_told_of_what_may_not_be_seen(
    instance: Instance, olive: Client, ivor: Client
) -> None:
    wyn, officer = worker(instance, "wyn"), worker(instance, "officer", "information_governance")
    factories.filed_record(instance, [olive])
    withdrawn = factories.filed_record(instance, [ivor])
    with instance.database.session() as session, session.begin():
        session.execute(update(Record).where(Record.record_id == withdrawn).values(state=WITHDRAWN))
    blocked = Subject(SubjectKind.CLIENT, olive.client_id)
    review_on = instance.clock.now().date() + timedelta(days=90)
    instance.guards.block(officer, blocked, wyn.staff_id, "Her own aunt", review_on)
    assert told(instance, wyn) == []
    people = instance.arrivals.people(wyn, 20)
    assert people is not None
    assert [one.client_id for one in people[0]] == [ivor.client_id]


def test_who_works_with_nobody_has_no_such_list_and_who_reads_nothing_may_not_ask(
    instance: Instance, olive: Client
) -> None:
    factories.filed_record(instance, [olive])
    manager = replace(worker(instance, "manager", "records_manager"), teams=frozenset())
    administrator = worker(instance, "administrator", "system_administrator")
    assert instance.arrivals.unopened(manager, 20) is None
    assert instance.arrivals.people(manager, 20) is None
    with pytest.raises(Denied):
        instance.arrivals.unopened(administrator, 20)
    with pytest.raises(Denied):
        instance.arrivals.people(administrator, 20)


def test_what_was_listed_is_in_the_log_and_an_empty_list_is_not(
    instance: Instance, olive: Client, clock: FixedClock
) -> None:
    wyn = worker(instance, "wyn")
    assert told(instance, wyn) == []
    assert events(instance, LIST) == []
    records = [factories.filed_record(instance, [olive]) for _ in range(3)]
    found, total = instance.arrivals.unopened(wyn, 2) or ([], 0)
    (event,) = events(instance, LIST)
    assert total == 3
    assert event.actor_id == wyn.staff_id
    assert event.detail["shown"] == [one.record.record_id for one in found]
    rest, _ = instance.arrivals.unopened(wyn, 2, 2) or ([], 0)
    assert {one.record.record_id for one in (*found, *rest)} == set(records)


def test_nothing_is_told_when_it_cannot_be_written_down(
    instance: Instance, olive: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    wyn = worker(instance, "wyn")
    factories.filed_record(instance, [olive])
    monkeypatch.setattr("edrms.uow.ACTIONS", frozenset())
    with pytest.raises(RuntimeError):
        instance.arrivals.unopened(wyn, 20)
    with pytest.raises(RuntimeError):
        instance.arrivals.people(wyn, 20)
