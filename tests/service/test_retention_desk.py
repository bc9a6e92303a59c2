"""The desk's numbers agree with the lists behind them and with a count made by hand; what a viewer may
not see is in none of them."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from api.demo_lives import add_lives
from api.wiring import Instance
from edrms.access.model import Actor
from edrms.clients.model import Client
from edrms.clock import FixedClock, civil_date
from edrms.errors import Denied, NotFound
from edrms.ids import ClientId
from edrms.records.tables import DESTROYING, Record
from edrms.staff.accounts import SYSTEM
from edrms.uow import write
from retention.desk_filter import NO_CLASS, Standing, Wanted
from retention.hold_words import Placing, Scope, ScopeKind
from retention.profiles import BASE, profile_text
from retention.schedules import install
from retention.tables import MissingFact, StoredAnswer
from tests import factories
from tests.access_agreement import actors, roles_of_world
from tests.access_reference import Reference, World
from tests.access_worlds import put
from tests.service.desk_councils import answer_rows, council, settled
from tests.service.retained import (
    GOVERNANCE,
    MANAGER,
    previewed,
    record_event,
    renewed,
    with_schedule,
)

SEED, WORLDS, PEOPLE = 20261126, 2, 3
SEEN = "retention:answer:view"


@pytest.fixture
def clock() -> FixedClock:
    return factories.fixed_clock()


@pytest.fixture
def instance(tmp_path: Path, clock: FixedClock) -> Iterator[Instance]:
    made = factories.new_instance(tmp_path / "home", clock)
    yield made
    made.index.close()
    made.database.close()


@pytest.fixture
def jory(instance: Instance) -> Client:
    person = factories.child()
    factories.on_the_register(instance, person)
    return person


# --- random councils --------------------------------------------------------------------------------


@pytest.fixture
def worlds(instance: Instance, clock: FixedClock) -> Iterator[tuple[World, list[Actor]]]:
    def made() -> Iterator[tuple[World, list[Actor]]]:
        dice, first = Random(SEED), 1
        with write(instance.database, SYSTEM, instance.clock) as work:
            install(work, BASE)
        for turn in range(WORLDS):
            world = council(dice)
            clock.advance(world.at - clock.now())
            answers, missing = answer_rows(dice, world)
            with instance.database.session() as session:
                session.execute(update(Record).values(state=DESTROYING))  # of the council before
                for table in (MissingFact, StoredAnswer):
                    session.execute(table.__table__.delete())
                put(session, world, first, dice)
                session.execute(insert(StoredAnswer), answers)
                session.execute(insert(MissingFact), missing)
                session.commit()
                first += len(world.records)
            if turn % 2:
                settled(instance.database, instance.clock)
            with instance.database.read() as session, roles_of_world(world):
                yield world, actors(session, world)

    return made()


def all_of(instance: Instance, actor: Actor, wanted: Wanted) -> list[str]:
    """The ids of a list, page by page; the same as when it is taken as a file."""
    ids: list[str] = []
    total = 1
    while len(ids) < total:
        rows, total = instance.retention.desk.listed(actor, wanted, 23, len(ids))
        ids += [row.record_id for row in rows]
        assert rows or not total
    assert [row.record_id for row in instance.retention.desk.every(actor, wanted)] == ids
    return ids


def test_numbers_agree_with_their_lists_and_count_nothing_that_may_not_be_seen(
    instance: Instance, worlds: Iterator[tuple[World, list[Actor]]]
) -> None:
    judged = unseen = 0
    for world, people in worlds:
        reference = Reference(world)
        for actor in people[:PEOPLE]:
            may = {
                one for one in world.records if reference.record(actor.staff_id, SEEN, one).allowed
            }
            unseen += len(world.records) - len(may)
            judged += judge_totals(instance, actor, may)
    assert judged > 100 and unseen > 200


def judge_totals(instance: Instance, actor: Actor, may: set[str]) -> int:
    desk = instance.retention.desk
    found = desk.totals(actor, Wanted())
    listed = {one: all_of(instance, actor, Wanted(one)) for one in Standing}
    others = (Standing.OVERDUE, Standing.AHEAD, Standing.UNKNOWN, Standing.PERMANENT,
              Standing.WAITING)  # fmt: skip
    parts = [one for standing in others for one in listed[standing]]
    assert Counter(parts) == Counter(may)
    assert len(listed[Standing.OVERDUE]) == found.overdue == desk.overdue(actor)
    assert len(listed[Standing.UNKNOWN]) == found.unknown
    assert len(listed[Standing.PERMANENT]) == found.permanent
    assert len(listed[Standing.WAITING]) == found.waiting
    assert sorted(listed[Standing.DATED]) == sorted(
        [*listed[Standing.OVERDUE], *listed[Standing.AHEAD]]
    )
    years = sum(one.records for one in found.years)
    assert (
        found.overdue + years + found.beyond.records == found.dated == len(listed[Standing.DATED])
    )
    judged = 0
    for stretch in (*found.months, *found.years, found.beyond):
        if stretch.records or judged % 5 == 0:
            wanted = Wanted(from_day=stretch.from_day, to_day=stretch.to_day)
            assert len(all_of(instance, actor, wanted)) == stretch.records
        judged += 1
    for class_id, row in found.classes.items():
        of = class_id or NO_CLASS
        tomorrow = found.today + timedelta(days=1)
        after = found.year_ends + timedelta(days=1)
        for count, wanted in (
            (row.overdue, Wanted(Standing.OVERDUE, of)),
            (row.unknown, Wanted(Standing.UNKNOWN, of)),
            (row.permanent, Wanted(Standing.PERMANENT, of)),
            (row.year, Wanted(class_id=of, from_day=tomorrow, to_day=found.year_ends)),
            (row.later, Wanted(class_id=of, from_day=after)),
        ):
            assert len(all_of(instance, actor, wanted)) == count
        alone = desk.totals(actor, Wanted(class_id=of))
        assert alone.classes == ({class_id: row} if any_of(row) else {})
    return judged


def any_of(row: object) -> bool:
    return any(getattr(row, name) for name in ("overdue", "year", "later", "unknown", "permanent"))


def test_each_missing_fact_opens_as_many_records_as_it_says_and_none_is_of_somebody_unseen(
    instance: Instance, worlds: Iterator[tuple[World, list[Actor]]]
) -> None:
    judged = 0
    for world, people in worlds:
        reference = Reference(world)
        with instance.database.read() as session:
            rows = session.execute(
                select(MissingFact.record_id, MissingFact.client_id, MissingFact.trigger,
                       MissingFact.why).distinct()
            ).all()  # fmt: skip
        lacked = Counter(row[0] for row in rows)
        for actor in people[:PEOPLE]:
            may = {
                one for one in world.records if reference.record(actor.staff_id, SEEN, one).allowed
            }
            known = {
                one for one in world.clients if reference.client(actor.staff_id, SEEN, one).allowed
            }
            by_hand = Counter(tuple(row[1:]) for row in rows if row[0] in may and row[1] in known)
            alone = Counter(
                tuple(row[1:])
                for row in rows
                if row[0] in may and row[1] in known and lacked[row[0]] == 1
            )
            found = list(instance.retention.desk_facts.every(actor, Wanted()))
            assert {(one.client_id, one.trigger, one.why): one.records for one in found} == by_hand
            assert {
                (one.client_id, one.trigger, one.why): one.settles for one in found if one.settles
            } == alone
            assert instance.retention.desk_facts.count(actor) == len(found)
            assert [one.since for one in found] == sorted(one.since for one in found)
            for one in found[:5]:
                behind = Wanted(
                    client_id=one.client_id, why=one.why, lacks=one.trigger or "none",
                )  # fmt: skip
                assert len(all_of(instance, actor, behind)) == one.records
                only, total = instance.retention.desk_facts.listed(actor, behind)
                assert total == 1 and only[0] == one
                judged += 1
    assert judged >= 30


# --- one council, by hand ---------------------------------------------------------------------------


def test_a_record_moves_from_ahead_to_overdue_on_its_day(
    instance: Instance, jory: Client, clock: FixedClock
) -> None:
    with_schedule(instance)
    record_id = factories.filed_record(instance, [jory], document_type="D05")
    renewed(instance)
    [row], total = instance.retention.desk.listed(MANAGER, Wanted(Standing.AHEAD))
    assert (row.record_id, total) == (record_id, 1)
    assert row.why.startswith("Kept until ") and row.classes
    with instance.database.read() as session:
        due_on = session.get_one(StoredAnswer, record_id).due_on
    assert due_on is not None
    clock.advance(timedelta(days=(due_on - civil_date(clock.now())).days - 1))
    assert instance.retention.desk.overdue(MANAGER) == 0
    assert instance.retention.desk.totals(MANAGER, Wanted()).months[0].records == 1
    clock.advance(timedelta(days=1))
    assert instance.retention.desk.overdue(MANAGER) == 1
    found = instance.retention.desk.totals(MANAGER, Wanted())
    assert (found.overdue, sum(one.records for one in found.years)) == (1, 0)
    [row], _ = instance.retention.desk.listed(MANAGER, Wanted(Standing.OVERDUE))
    assert re.match("Due (for|to be)", row.why)


def test_a_record_without_an_answer_is_waiting_and_says_nothing_of_why(
    instance: Instance, jory: Client
) -> None:
    factories.filed_record(instance, [jory], document_type="D05")
    [row], _ = instance.retention.desk.listed(MANAGER, Wanted(Standing.WAITING))
    assert (row.answer, row.why, row.classes) == (None, "", ())
    assert instance.retention.desk.totals(MANAGER, Wanted()).waiting == 1
    assert instance.retention.desk.of_client(MANAGER, jory.client_id) is None


def test_a_restricted_record_is_counted_for_governance_and_not_for_the_records_manager(
    instance: Instance, jory: Client
) -> None:
    with_schedule(instance)
    record_id = factories.filed_record(instance, [jory], document_type="D05")
    factories.filed_record(instance, [jory], document_type="D05")
    renewed(instance)
    with write(instance.database, SYSTEM, instance.clock) as work:
        work.session.get_one(Record, record_id).sensitivity = "restricted"
        work.journal("record:content:file", "record", record_id)
    for who, count in ((MANAGER, 1), (GOVERNANCE, 2)):
        assert instance.retention.desk.totals(who, Wanted()).dated == count
        assert instance.retention.desk.listed(who, Wanted())[1] == count
        told = instance.retention.desk.of_client(who, jory.client_id)
        assert told is not None and told.records == count


def test_a_held_record_is_told_to_those_who_may_know_of_the_hold_and_to_nobody_else(
    instance: Instance, jory: Client
) -> None:
    with_schedule(instance)
    owner = factories.staff_member(instance, "owner", "information_governance")
    held = factories.filed_record(instance, [jory], document_type="D05")
    free = factories.filed_record(instance, [jory], document_type="D05")
    renewed(instance)
    for is_secret, knowing in ((True, {GOVERNANCE}), (False, {GOVERNANCE, MANAGER})):
        placing = Placing(
            title="Inquiry", reason="the inquiry has written to us", authority="Letter 14",
            owner_id=owner, review_on=date(2027, 5, 1), is_secret=is_secret,
            scopes=(Scope(ScopeKind.RECORD, held),),
        )  # fmt: skip
        instance.holds.place(GOVERNANCE, placing)
        for who in (GOVERNANCE, MANAGER):
            rows, _ = instance.retention.desk.listed(who, Wanted())
            assert {row.record_id: row.is_held for row in rows} == {
                held: who in knowing, free: False,
            }  # fmt: skip


def test_the_invented_lives_of_the_demonstration_fill_every_part_of_the_desk(
    instance: Instance,
) -> None:
    with_schedule(instance)
    for number in range(16):
        person = factories.client(client_id=ClientId(f"{number:032x}"), nhs_number="",
                                  identifiers=())  # fmt: skip
        factories.on_the_register(instance, person)
        factories.filed_record(instance, [person], document_type="D30")
    for number in range(16, 18):
        person = factories.child(client_id=ClientId(f"{number:032x}"), nhs_number="",
                                 identifiers=())  # fmt: skip
        factories.on_the_register(instance, person)
        factories.filed_record(instance, [person], document_type="D05")
    assert add_lives(instance, MANAGER) >= 12
    found = instance.retention.desk.totals(MANAGER, Wanted())
    assert found.overdue and found.unknown and not found.waiting
    assert sum(one.records for one in found.months) and found.beyond.records
    wanted = {one.trigger for one in instance.retention.desk_facts.every(MANAGER, Wanted())}
    assert wanted == {"SERVICE_END", "ORDER_DATE"}
    assert add_lives(instance, MANAGER) == 0  # all of it is known


def test_the_page_of_a_person_says_what_comes_last_and_what_is_not_known(
    instance: Instance, jory: Client
) -> None:
    with_schedule(instance)
    factories.filed_record(instance, [jory], document_type="D05")
    renewed(instance)
    told = instance.retention.desk.of_client(MANAGER, jory.client_id)
    assert told is not None and told.last_on is not None
    assert told.why.startswith("Kept until ")
    record_event(instance, jory, "adopted", date(2020, 1, 1))
    told = instance.retention.desk.of_client(MANAGER, jory.client_id)
    assert told is not None
    assert (told.records, told.unknown, told.last_on, told.why) == (1, 1, None, "")
    nobody = factories.actor("finance", name="fin")
    assert instance.retention.desk.of_client(nobody, jory.client_id) is None


@pytest.mark.parametrize("role", ["social_worker_children", "auditor", "finance", "indexer"])
def test_the_desk_is_closed_to_those_without_the_permission(instance: Instance, role: str) -> None:
    who = factories.actor(role)
    for ask in (
        lambda: instance.retention.desk.totals(who, Wanted()),
        lambda: instance.retention.desk.listed(who, Wanted()),
        lambda: list(instance.retention.desk.every(who, Wanted())),
        lambda: instance.retention.desk.overdue(who),
        lambda: instance.retention.desk_facts.count(who),
        lambda: instance.retention.desk_facts.listed(who, Wanted()),
        lambda: instance.retention.previews.of(who, 1),
        lambda: list(instance.retention.previews.every(who, 1)),
    ):
        with pytest.raises(Denied):
            ask()


def test_a_preview_counts_the_records_one_may_see_and_no_others(
    instance: Instance, jory: Client
) -> None:
    with_schedule(instance)
    hidden = factories.filed_record(instance, [jory], document_type="D05", title="Hidden")
    factories.filed_record(instance, [jory], document_type="D05", title="Shown")
    renewed(instance)
    with instance.database.read() as session:
        class_id = session.get_one(StoredAnswer, hidden).class_id
    text = re.sub(rf"(?m)^({class_id},[^\n]*?),P\d+Y,", r"\1,P1Y,", profile_text(BASE))
    assert text != profile_text(BASE)
    version = instance.retention.schedules.propose(MANAGER, text, "shorter")
    with write(instance.database, SYSTEM, instance.clock) as work:
        work.session.get_one(Record, hidden).sensitivity = "restricted"
        work.journal("record:content:file", "record", hidden)
    for who, titles in ((MANAGER, ["Shown"]), (GOVERNANCE, ["Hidden", "Shown"])):
        found = previewed(instance, version, who)
        assert sorted(one.title for one in found.page) == titles
        assert (found.sums.records, found.sums.changed) == (len(titles), len(titles))
        assert sum(sum(one.values()) for one in found.sums.by_class.values()) == len(titles)
        assert sum(found.sums.due_by_class.values()) == found.sums.become_due
        every = list(instance.retention.previews.every(who, version))
        assert sorted(one.title for one in every) == titles
        assert all(one.before.startswith("Kept") and one.after for one in every)
    with pytest.raises(NotFound):
        instance.retention.previews.of(MANAGER, 99)


def test_a_record_one_may_not_see_is_in_no_list_of_facts_lacking(
    instance: Instance,
) -> None:
    """The same council with the hidden record and without: whoever may not see it finds no difference."""
    with_schedule(instance)
    olive = factories.client()
    factories.on_the_register(instance, olive)
    factories.filed_record(instance, [olive], document_type="D30")
    renewed(instance)
    without = told_of_facts(instance, MANAGER)
    assert [one.records for one in without[0][0]] == [1]
    hidden = factories.filed_record(instance, [olive], document_type="D30")
    renewed(instance)
    with write(instance.database, SYSTEM, instance.clock) as work:
        work.session.get_one(Record, hidden).sensitivity = "restricted"
        what = {"client_id": olive.client_id, "record_id": hidden, "why": "unknown"}
        for kind, trigger in (("A16", "SERVICE_END"), ("A16", "DOD")):
            work.session.add(MissingFact(class_id=kind, trigger=trigger, **what))
        work.journal("record:content:file", "record", hidden)
    assert told_of_facts(instance, MANAGER) == without
    (found, total), *_ = told_of_facts(instance, GOVERNANCE)  # who may see it is told of it
    assert total == 2
    assert {(one.trigger, one.records, one.class_ids) for one in found} == {
        ("SERVICE_END", 2, ("A02", "A16")), ("DOD", 1, ("A16",)),
    }  # fmt: skip


def told_of_facts(instance: Instance, who: Actor) -> tuple[Any, ...]:
    """Everything told of facts that are lacking, by JSON, on the desk and for one person."""
    found = instance.retention.answers.lacking(who)
    client_id = found[0][0].client_id
    return (
        found, instance.retention.answers.lacking(who, client_id=client_id),
        instance.retention.desk_facts.listed(who, Wanted()),
        instance.retention.desk_facts.count(who),
        list(instance.retention.desk_facts.every(who, Wanted())),
    )  # fmt: skip


def test_what_is_due_under_a_seal_is_on_the_desk_of_who_admits_to_it_and_nobody_elses(
    instance: Instance, jory: Client
) -> None:
    """By type, by the record's own seal or by the person's; an officer sees it once admitted."""
    adoption = factories.actor("adoption_team")
    with_schedule(instance)
    shown = factories.filed_record(instance, [jory], document_type="D05")
    sealed = factories.filed_record(instance, [jory], document_type="D13")
    renewed(instance)
    with write(instance.database, SYSTEM, instance.clock) as work:
        long_ago = {"state": "dated", "due_on": date(2001, 1, 1), "due_month": 200101,
                    "action": "REVIEW", "class_id": "C03"}  # fmt: skip
        mine = StoredAnswer.record_id.in_([shown, sealed])
        work.session.execute(update(StoredAnswer).where(mine).values(**long_ago))
    desk, wanted = instance.retention.desk, Wanted(Standing.OVERDUE, sealed=True)

    def due(who: Actor) -> list[str]:
        rows, total = desk.listed(who, wanted)
        assert total == len(rows) == desk.overdue(who, sealed=True)
        return [row.record_id for row in rows]

    assert due(adoption) == [sealed]
    assert due(GOVERNANCE) == due(MANAGER) == []
    before = [desk.totals(GOVERNANCE, Wanted()), desk.listed(GOVERNANCE, Wanted())]
    instance.seals.seal(adoption, jory.client_id, "the adoption order")
    assert sorted(due(adoption)) == sorted([shown, sealed])
    assert due(GOVERNANCE) == [] and desk.overdue(GOVERNANCE) == 0
    assert before[0].overdue == 1  # type: ignore[union-attr]
