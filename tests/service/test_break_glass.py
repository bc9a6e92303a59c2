"""Breaking the glass, views on duty, what their owners are told, and who looks at it afterwards."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from api.wiring import Instance, indexer
from edrms.access.model import Actor, Relation
from edrms.access.standing import actor_at
from edrms.access.subjects import Subject, SubjectKind
from edrms.access.work import add_team, allocate, deallocate, join_team, leave_team, put_on_duty
from edrms.clients.model import Client
from edrms.clock import FixedClock
from edrms.errors import Closed, Conflict, Denied, Invalid, NotFound, Refused
from edrms.staff.accounts import SYSTEM
from edrms.uow import write
from tests import factories
from tests.service.events import events, personal_detail

WHY = "found alone at the police station"
GOVERNANCE = factories.actor("information_governance", name="ig")


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[Instance]:
    made = factories.new_instance(tmp_path / "home", factories.fixed_clock())
    yield made
    made.database.close()


@pytest.fixture
def jory(instance: Instance) -> Client:
    """A child who is nobody's yet."""
    person = factories.child()
    factories.on_the_register(instance, person, allocated=False)
    return person


def _staff(instance: Instance, name: str, *roles: str) -> Actor:
    """As the rows make them, in no team but those joined here."""
    with write(instance.database, SYSTEM, instance.clock) as work:
        staff_id = factories.add_to_staff(work, name, *roles)
        for team_id in factories.TEAMS.values():
            leave_team(work, team_id, staff_id)
    return _now(instance, staff_id)


def _now(instance: Instance, staff_id: str) -> Actor:
    with instance.database.read() as session:
        return actor_at(session, staff_id, "Pat Example", instance.clock.now())


def _client(person: Client) -> Subject:
    return Subject(SubjectKind.CLIENT, person.client_id)


def test_the_glass_lets_in_at_once_for_a_time_and_only_to_look(
    instance: Instance, jory: Client
) -> None:
    record_id = factories.filed_record(instance, [jory], document_type="D05")
    wenna = _staff(instance, "wenna", "social_worker_children")
    with pytest.raises(Closed) as closed:
        instance.clients.open(wenna, jory.client_id)
    assert closed.value.data["may_break_glass"]
    glass = instance.glass.break_for(wenna, _client(jory), WHY, 4)
    assert instance.clients.open(wenna, jory.client_id).records
    assert instance.viewing.open(wenna, record_id).permits == frozenset()
    assert [one.hit.record_id for one in _search(instance, wenna)] == [record_id]
    with pytest.raises(NotFound):
        instance.viewing.rendition(wenna, record_id, "original")
    with pytest.raises(NotFound):
        instance.viewing.to_print(wenna, record_id)
    assert instance.glass.open_for(wenna) == [glass]
    assert isinstance(instance.clock, FixedClock)
    instance.clock.advance(timedelta(hours=4))
    with pytest.raises(NotFound):
        instance.viewing.open(wenna, record_id)
    assert instance.glass.open_for(wenna) == []


def _search(instance: Instance, who: Actor):  # type: ignore[no-untyped-def]
    while indexer(instance).do_some():
        pass
    return instance.search.search(who, "review").found


def test_the_reason_is_journalled_apart_and_every_look_says_by_what_right(
    instance: Instance, jory: Client
) -> None:
    record_id = factories.filed_record(instance, [jory], document_type="D05")
    wenna = _staff(instance, "wenna", "social_worker_children")
    instance.glass.break_for(wenna, _client(jory), WHY, 1)
    instance.viewing.open(wenna, record_id)
    [broken] = events(instance, "access:glass:break", jory.client_id)
    assert personal_detail(instance, broken) == WHY and WHY not in str(broken.detail)
    [view] = events(instance, "record:content:view", record_id)
    assert "glass" in view.reason


@pytest.mark.parametrize("ending", ["block", "seal"])
def test_the_glass_never_breaks_a_block_or_a_seal(
    instance: Instance, jory: Client, ending: str
) -> None:
    record_id = factories.filed_record(instance, [jory], document_type="D05")
    wenna = _staff(instance, "wenna", "social_worker_children")
    instance.glass.break_for(wenna, _client(jory), WHY, 4)
    assert instance.viewing.open(wenna, record_id)
    if ending == "block":
        instance.guards.block(GOVERNANCE, _client(jory), wenna.staff_id, "a relative of hers")
    else:
        instance.seals.seal(factories.actor("adoption_team"), jory.client_id, "adoption order")
    with pytest.raises(NotFound):
        instance.viewing.open(wenna, record_id)
    for _ in range(2):
        with pytest.raises(NotFound):
            instance.glass.break_for(wenna, _client(jory), WHY, 4)


@pytest.mark.parametrize(
    ("reason", "hours", "family"),
    [("", 4, Invalid), ("urgent", 4, Invalid), (" . " * 3, 4, Invalid), (WHY, 0, Invalid),
     (WHY, 25, Invalid)],
)  # fmt: skip
def test_without_a_reason_or_a_limit_the_glass_holds(
    instance: Instance, jory: Client, reason: str, hours: int, family: type[Exception]
) -> None:
    wenna = _staff(instance, "wenna", "social_worker_children")
    with pytest.raises(family):
        instance.glass.break_for(wenna, _client(jory), reason, hours)
    with pytest.raises(Closed):
        instance.clients.open(wenna, jory.client_id)


def test_who_may_not_break_the_glass_is_not_offered_it(instance: Instance, jory: Client) -> None:
    support = _staff(instance, "sam", "business_support_children")
    with pytest.raises(Closed) as closed:
        instance.clients.open(support, jory.client_id)
    assert not closed.value.data["may_break_glass"]
    with pytest.raises(Denied):
        instance.glass.break_for(support, _client(jory), WHY, 1)
    other_service = _staff(instance, "ann", "social_worker_adults")
    with pytest.raises(NotFound):
        instance.glass.break_for(other_service, _client(jory), WHY, 1)


def test_ones_own_glass_is_closed_early_and_nobody_elses(instance: Instance, jory: Client) -> None:
    wenna = _staff(instance, "wenna", "social_worker_children")
    ann = _staff(instance, "ann", "social_worker_children")
    glass = instance.glass.break_for(wenna, _client(jory), WHY, 4)
    with pytest.raises(NotFound):
        instance.glass.end(ann, glass.grant_id)
    instance.glass.end(wenna, glass.grant_id)
    with pytest.raises(Closed):
        instance.clients.open(wenna, jory.client_id)
    with pytest.raises(Conflict):
        instance.glass.end(wenna, glass.grant_id)


def test_the_owners_are_told_and_nobody_else(instance: Instance, jory: Client) -> None:
    wenna = _staff(instance, "wenna", "social_worker_children")
    own = _staff(instance, "own", "social_worker_children")
    head = _staff(instance, "head", "team_manager")
    colleague = _staff(instance, "colleague", "social_worker_children")
    with write(instance.database, SYSTEM, instance.clock) as work:
        above = add_team(work, "Service", "children")
        below = add_team(work, "Locality", "children", above)
        join_team(work, above, head.staff_id, supervises=True)
        join_team(work, below, colleague.staff_id)
        allocate(work, jory.client_id, team_id=below, staff_id=own.staff_id)
    instance.glass.break_for(wenna, _client(jory), WHY, 4)
    for who in (own, head):
        [told] = instance.notices.unseen(who)
        assert told.about_staff_id == wenna.staff_id and told.subject == _client(jory)
    assert instance.notices.unseen(colleague) == instance.notices.unseen(wenna) == []
    with pytest.raises(NotFound):
        instance.notices.see(colleague, told.notice_id)
    instance.notices.see(head, told.notice_id)
    assert instance.notices.unseen(head) == []


def test_a_broken_glass_waits_for_review_by_another_and_is_overdue_the_next_day(
    instance: Instance, jory: Client
) -> None:
    wenna = _staff(instance, "wenna", "social_worker_children")
    both = replace(wenna, roles=wenna.roles | {"information_governance"})
    instance.glass.break_for(wenna, _client(jory), WHY, 4)
    assert instance.reviews.waiting(both) == ([], 0)
    [row], count = instance.reviews.waiting(GOVERNANCE)
    assert (count, row.reason, row.staff_id, row.is_overdue) == (1, WHY, wenna.staff_id, False)
    with pytest.raises(Refused):
        instance.reviews.decide(both, row.review_id, "justified", "mine")
    with pytest.raises(Invalid):
        instance.reviews.decide(GOVERNANCE, row.review_id, "not_justified", " ")
    with pytest.raises(NotFound):
        instance.reviews.decide(factories.actor("team_manager"), row.review_id, "justified", "")
    assert isinstance(instance.clock, FixedClock)
    instance.clock.advance(timedelta(days=1, seconds=1))
    assert instance.reviews.waiting(GOVERNANCE)[0][0].is_overdue
    instance.reviews.decide(GOVERNANCE, row.review_id, "justified", "")
    assert instance.reviews.waiting(GOVERNANCE) == ([], 0)
    with pytest.raises(Conflict):
        instance.reviews.decide(GOVERNANCE, row.review_id, "justified", "")


def test_the_duty_team_looks_without_delay_and_every_look_is_reviewed(
    instance: Instance, jory: Client
) -> None:
    record_id = factories.filed_record(instance, [jory], document_type="D02")  # restricted
    night = _staff(instance, "night", "emergency_duty")
    for _ in range(2):
        instance.viewing.open(night, record_id)
    rows, count = instance.reviews.waiting(GOVERNANCE)
    assert count == 2
    assert {row.kind for row in rows} == {"duty"}
    assert {row.subject.subject_id for row in rows} == {record_id}


def test_on_duty_a_worker_sees_the_services_normal_files_until_the_turn_ends(
    instance: Instance, jory: Client
) -> None:
    normal = factories.filed_record(instance, [jory], document_type="D05")
    restricted = factories.filed_record(instance, [jory], document_type="D02")
    wenna = _staff(instance, "wenna", "social_worker_children")
    with write(instance.database, SYSTEM, instance.clock) as work:
        put_on_duty(work, wenna.staff_id, "children", work.now + timedelta(hours=8))
    on_duty = _now(instance, wenna.staff_id)
    instance.viewing.open(on_duty, normal)
    with pytest.raises(NotFound):
        instance.viewing.open(on_duty, restricted)
    assert instance.clients.open(on_duty, jory.client_id).has_restricted
    assert instance.reviews.waiting(GOVERNANCE)[1] == 1
    assert isinstance(instance.clock, FixedClock)
    instance.clock.advance(timedelta(hours=8))
    with pytest.raises(NotFound):
        instance.viewing.open(_now(instance, wenna.staff_id), normal)


def test_who_could_see_it_on_a_past_day_is_read_from_the_rows_of_that_day(
    instance: Instance, jory: Client
) -> None:
    record_id = factories.filed_record(instance, [jory], document_type="D05")
    wenna = _staff(instance, "wenna", "social_worker_children")
    clock = instance.clock
    assert isinstance(clock, FixedClock)
    times = [clock.now()]

    def later() -> None:
        clock.advance(timedelta(days=1))
        times.append(clock.now())

    later()
    with write(instance.database, SYSTEM, clock) as work:
        allocate(work, jory.client_id, staff_id=wenna.staff_id)
    later()
    instance.guards.block(GOVERNANCE, _client(jory), wenna.staff_id, "a relative of hers")
    later()
    with write(instance.database, SYSTEM, clock) as work:
        deallocate(work, jory.client_id, staff_id=wenna.staff_id)
    subject = Subject(SubjectKind.RECORD, record_id)
    could = [
        {one.staff_id: one.decision.relation for one in
         instance.access_reports.who_could_see(GOVERNANCE, subject, at)}
        for at in times
    ]  # fmt: skip
    assert could == [{}, {wenna.staff_id: Relation.ALLOCATED}, {}, {}]
    assert len(events(instance, "access:report:view", record_id)) == len(times)
    with pytest.raises(Denied):
        instance.access_reports.who_could_see(wenna, subject, times[0])


def test_the_reports_name_what_is_due_and_what_nobody_needs(
    instance: Instance, jory: Client
) -> None:
    wenna = _staff(instance, "wenna", "social_worker_children")
    ann = _staff(instance, "ann", "social_worker_children")
    now = instance.clock.now()
    marking = instance.guards.mark(
        GOVERNANCE, _client(jory), "restricted", "asked for by the manager",
        (now + timedelta(days=20)).date(),
    )  # fmt: skip
    for who in (wenna, ann):
        instance.guards.grant(
            GOVERNANCE, _client(jory), who.staff_id, Relation.GRANTED, now + timedelta(days=90),
            "working on the case",
        )  # fmt: skip
    instance.clients.open(ann, jory.client_id)
    reports = instance.access_reports
    assert reports.due_for_review(GOVERNANCE, (now + timedelta(days=19)).date()) == []
    [due] = reports.due_for_review(GOVERNANCE, (now + timedelta(days=20)).date())
    assert due.marking_id == marking  # type: ignore[union-attr]
    stale = reports.stale_grants(GOVERNANCE, now + timedelta(days=14))
    assert [(one.grant.staff_id, one.why) for one in stale] == [(wenna.staff_id, "unused")]
    ending = reports.stale_grants(GOVERNANCE, now + timedelta(days=91))
    assert {(one.grant.staff_id, one.why) for one in ending} == {
        (wenna.staff_id, "unused"), (ann.staff_id, "ending"),
    }  # fmt: skip
    guarding = reports.guarding(GOVERNANCE, _client(jory))
    assert len(guarding.grants) == 2 and len(guarding.markings) == 1
