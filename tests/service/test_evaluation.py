"""Answers kept beside the records: renewed by what changes, slice by slice, and never believed blindly.

Dates are worked by hand from the shipped schedule: C03 is 30 years from birth, C05 75 (15 from death
below 18), C10 100 from the order, C04 35 from the case's closure, A02 8 from the end of the service.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from threading import Event

import pytest
from sqlalchemy import event as sa_event
from sqlalchemy import func, select, update

import retention.evaluation
import retention.walking
from api.duties import periodic
from api.wiring import Instance
from edrms.clients.model import Client
from edrms.clients.tables import ClientRow
from edrms.clock import FixedClock, civil_date
from edrms.errors import Denied, Invalid, NotFound, Refused
from edrms.records.tables import CaseFile, Record
from edrms.staff.accounts import SYSTEM
from edrms.uow import write
from retention.answers import answer_of, columns_of, missing_of
from retention.evaluation import ask, renew
from retention.extensions import extend
from retention.gathering import gather
from retention.life import SubjectKind
from retention.model import Due, NotDue, Status, Trigger, Unknown
from retention.schedule_store import must_be_in_force
from retention.tables import MissingFact, StoredAnswer, ToRenew
from tests import factories
from tests.service.events import events
from tests.service.retained import (
    GOVERNANCE,
    MANAGER,
    file_of,
    lacks,
    past,
    record_event,
    renewed,
    said,
    stored,
    with_schedule,
)

BORN = date(2014, 5, 17)


@pytest.fixture
def clock() -> FixedClock:
    return factories.fixed_clock()


@pytest.fixture
def instance(tmp_path: Path, clock: FixedClock) -> Iterator[Instance]:
    made = factories.new_instance(tmp_path / "home", clock)
    with_schedule(made)
    yield made
    made.database.close()


@pytest.fixture
def jory(instance: Instance) -> Client:
    person = factories.child()
    factories.on_the_register(instance, person)
    return person


def filed(instance: Instance, *people: Client, kind: str = "C03") -> str:
    """A record on a file of this class of each of these people."""
    record_id = factories.filed_record(instance, people, document_type="D05")
    with write(instance.database, SYSTEM, instance.clock) as work:
        ids = [person.client_id for person in people]
        work.session.execute(
            update(CaseFile).where(CaseFile.client_id.in_(ids)).values(record_class=kind)
        )
        work.journal("record:content:file", "record", record_id)
    return record_id


def answered(instance: Instance, record_id: str) -> object:
    return instance.retention.answers.of_record(GOVERNANCE, record_id).answer


# --- what is asked of the rules --------------------------------------------------------------------


def test_without_a_schedule_in_force_nothing_has_a_date_and_it_says_what_to_do(
    tmp_path: Path,
) -> None:
    bare = factories.new_instance(tmp_path / "bare", factories.fixed_clock())
    person = factories.child()
    factories.on_the_register(bare, person)
    record_id = factories.filed_record(bare, [person], document_type="D05")
    record_event(bare, person, "CASE_CLOSED", date(2020, 1, 1))
    assert renewed(bare) == 1
    with pytest.raises(Refused, match="edrms retention init"):
        bare.retention.answers.of_record(GOVERNANCE, record_id)
    with bare.database.read() as session:
        assert session.scalar(select(func.count()).select_from(StoredAnswer)) == 0
    bare.database.close()


def test_facts_come_from_register_record_file_and_person_together(
    instance: Instance, jory: Client
) -> None:
    record_id = filed(instance, jory)
    file_id = file_of(instance, jory).case_file_id
    for kind, on, subject, of in (
        ("began", date(2018, 1, 1), SubjectKind.CASE_FILE, file_id),
        ("CASE_CLOSED", date(2019, 1, 1), SubjectKind.CASE_FILE, file_id),
        ("began", date(2020, 1, 1), SubjectKind.CASE_FILE, file_id),
        ("looked_after", date(2021, 3, 1), SubjectKind.CLIENT, jory.client_id),
        ("looked_after", date(2020, 3, 1), SubjectKind.CLIENT, jory.client_id),
        ("QC_PASS", date(2026, 5, 30), SubjectKind.RECORD, record_id),
    ):
        event = replace(said(jory, kind, on), subject_kind=subject, subject_id=of)
        instance.retention.events.record(MANAGER, event)
    with instance.database.read() as session:
        [facts] = gather(session, [record_id])
    [file] = facts.files
    happened = {
        trigger: (sorted(one.dates), one.began_again_on)
        for trigger, one in file.happenings.items()
    }  # fmt: skip
    assert happened == {
        Trigger.DOB: ([BORN], None),
        Trigger.CASE_CLOSED: ([date(2019, 1, 1)], date(2020, 1, 1)),
        Trigger.QC_PASS: ([date(2026, 5, 30)], None),
        Trigger.RECEIVED: ([date(2026, 6, 1)], None),
        Trigger.CAPTURED: ([date(2026, 6, 1)], None),
        Trigger.FY_END: ([date(2026, 5, 18)], None),
    }
    assert file.statuses == {Status.LOOKED_AFTER: date(2020, 3, 1)}
    assert file.began_on == date(2018, 1, 1)


def test_the_financial_year_is_of_the_document_unless_an_event_says_otherwise(
    instance: Instance, jory: Client
) -> None:
    record_id, other_id = filed(instance, jory), filed(instance, jory)
    event = replace(
        said(jory, "FY_END", date(2025, 4, 2)), subject_kind=SubjectKind.RECORD,
        subject_id=record_id,
    )  # fmt: skip
    instance.retention.events.record(MANAGER, event)
    with write(instance.database, SYSTEM, instance.clock) as work:
        work.session.execute(
            update(Record).where(Record.record_id == other_id).values(document_date=None)
        )
        work.journal("record:content:file", "record", other_id)
    with instance.database.read() as session:
        said_of, undated = gather(session, [record_id, other_id])
    assert said_of.files[0].happenings[Trigger.FY_END].dates == {date(2025, 4, 2)}
    assert Trigger.FY_END not in undated.files[0].happenings


def test_the_day_of_capture_is_the_councils_day_not_utcs(
    instance: Instance, clock: FixedClock, jory: Client
) -> None:
    clock.advance(timedelta(hours=14, minutes=30))  # 23:30 UTC on 1 June is 00:30 on the 2nd there
    record_id = filed(instance, jory)
    with instance.database.read() as session:
        [facts] = gather(session, [record_id])
    assert facts.files[0].happenings[Trigger.CAPTURED].dates == {date(2026, 6, 2)}


def test_many_records_are_gathered_by_a_few_statements_however_many(
    instance: Instance, jory: Client
) -> None:
    one = [filed(instance, jory)]
    many = one + [factories.filed_record(instance, [jory], document_type="D05") for _ in range(15)]
    assert statements(instance, one) == statements(instance, many) <= 6


def statements(instance: Instance, record_ids: list[str]) -> int:
    told: list[str] = []

    def tell(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        told.append(statement)

    sa_event.listen(instance.database.engine, "before_cursor_execute", tell)
    try:
        with instance.database.read() as session:
            assert len(gather(session, record_ids)) == len(record_ids)
    finally:
        sa_event.remove(instance.database.engine, "before_cursor_execute", tell)
    return len([one for one in told if one.startswith("SELECT")])


def test_an_extension_is_a_fact_and_the_latest_end_counts(instance: Instance, jory: Client) -> None:
    record_id = filed(instance, jory)
    with write(instance.database, SYSTEM, instance.clock) as work:
        extend(work, record_id, date(2090, 1, 1), "asked for by an inquiry")
        extend(work, record_id, date(2080, 1, 1), "a claim is expected")
    answer = answered(instance, record_id)
    assert isinstance(answer, NotDue)
    assert (answer.until, answer.ground.reason) == (date(2090, 1, 1), "asked for by an inquiry")
    assert stored(instance, record_id).due_on == date(2090, 1, 1)
    first, _ = events(instance, "retention:record:extend", record_id)
    assert first.detail == {"until": "2090-01-01"} and first.detail_digest


@pytest.mark.parametrize(
    ("until", "because", "field"),
    [
        (date(2026, 6, 1), "asked for by an inquiry", "until"),
        (date(2090, 1, 1), "because", "reason"),
    ],
)
def test_an_extension_needs_a_day_to_come_and_a_reason(
    instance: Instance, jory: Client, until: date, because: str, field: str
) -> None:
    record_id = filed(instance, jory)
    with (
        pytest.raises(Invalid) as refused,
        write(instance.database, SYSTEM, instance.clock) as work,
    ):
        extend(work, record_id, until, because)
    assert set(refused.value.fields) == {field}
    assert events(instance, "retention:record:extend") == []


# --- what is kept ----------------------------------------------------------------------------------


def test_a_record_newly_filed_has_its_answer_at_the_next_walk(
    instance: Instance, jory: Client
) -> None:
    record_id = filed(instance, jory)
    renewed(instance)
    kept = stored(instance, record_id)
    assert (kept.state, kept.due_on, kept.due_month) == ("dated", date(2044, 5, 17), 204405)
    assert (kept.class_id, kept.action, kept.schedule_version) == ("C03", "REVIEW", 1)
    assert past(instance, record_id) == []


def test_a_status_reached_re_dates_every_record_on_file_in_the_same_transaction(
    instance: Instance, jory: Client
) -> None:
    record_id = filed(instance, jory)
    renewed(instance)
    event_id = record_event(instance, jory, "looked_after", date(2020, 1, 1))
    assert stored(instance, record_id).due_on == date(2089, 5, 17)
    record_event(instance, jory, "adopted", date(2021, 1, 1))
    assert (stored(instance, record_id).state, lacks(instance, record_id)) == (
        "unknown", {("C10", "ORDER_DATE", "unknown")},
    )  # fmt: skip
    record_event(instance, jory, "ORDER_DATE", date(2021, 1, 1))
    assert stored(instance, record_id).due_on == date(2121, 1, 1)
    assert lacks(instance, record_id) == set()
    assert [(one.state, one.due_on) for one in past(instance, record_id)] == [
        ("dated", date(2044, 5, 17)),
        ("dated", date(2089, 5, 17)),
        ("unknown", None),
    ]
    assert event_id


def test_withdrawing_takes_its_consequence_back(instance: Instance, jory: Client) -> None:
    record_id = filed(instance, jory)
    event_id = record_event(instance, jory, "looked_after", date(2020, 1, 1))
    assert stored(instance, record_id).due_on == date(2089, 5, 17)
    instance.retention.events.withdraw(MANAGER, event_id, "it was the other brother")
    assert stored(instance, record_id).due_on == date(2044, 5, 17)


def test_a_death_learnt_late_counts_from_when_it_was(instance: Instance, jory: Client) -> None:
    record_id = filed(instance, jory, kind="C05")
    record_event(instance, jory, "DOD", date(2020, 2, 1))
    assert stored(instance, record_id).due_on == date(2035, 2, 1)


def test_who_is_known_to_have_died_without_a_date_is_waited_for(instance: Instance) -> None:
    olive = factories.client()
    factories.on_the_register(instance, olive)
    record_id = filed(instance, olive, kind="A02")
    record_event(instance, olive, "SERVICE_END", date(2010, 1, 1))
    assert stored(instance, record_id).due_on == date(2018, 1, 1)
    record_event(instance, olive, "deceased", date(2026, 5, 1))
    assert stored(instance, record_id).state == "unknown"
    assert ("A19", "DOD", "unknown") in lacks(instance, record_id)
    record_event(instance, olive, "DOD", date(2026, 4, 1))
    assert stored(instance, record_id).due_on == date(2034, 4, 1)


def test_a_contradiction_keeps_the_record_and_is_a_fact_lacking(
    instance: Instance, jory: Client
) -> None:
    record_id = filed(instance, jory)
    record_event(instance, jory, "DOB", date(2014, 7, 15))
    assert stored(instance, record_id).state == "unknown"
    assert lacks(instance, record_id) == {("C03", "DOB", "contradicted")}


def test_a_record_on_two_files_waits_for_the_later_of_its_people(
    instance: Instance, jory: Client
) -> None:
    kit = factories.child(forename="Kit", date_of_birth=date(2018, 2, 28), nhs_number="",
                          identifiers=())  # fmt: skip
    factories.on_the_register(instance, kit)
    record_id = filed(instance, jory, kit)
    renewed(instance)
    assert stored(instance, record_id).due_on == date(2048, 2, 28)
    record_event(instance, jory, "looked_after", date(2020, 1, 1))
    assert stored(instance, record_id).due_on == date(2089, 5, 17)


def test_only_the_records_of_that_person_are_asked_about(instance: Instance, jory: Client) -> None:
    other = factories.client()
    factories.on_the_register(instance, other)
    theirs = factories.filed_record(instance, [other], document_type="D30")
    mine = filed(instance, jory)
    record_event(instance, jory, "looked_after", date(2020, 1, 1))
    with instance.database.read() as session:
        assert set(session.scalars(select(StoredAnswer.record_id))) == {mine}
    assert theirs != mine


def test_an_answer_that_stays_is_not_written_again(
    instance: Instance, clock: FixedClock, jory: Client
) -> None:
    record_id = filed(instance, jory)
    renewed(instance)
    first = stored(instance, record_id).evaluated_at
    clock.advance(timedelta(hours=1))
    record_event(instance, jory, "LAST_CONTACT", date(2020, 1, 1))  # C03 does not ask for it
    with write(instance.database, SYSTEM, instance.clock) as work:
        assert renew(work, [record_id]) == 0
    assert stored(instance, record_id).evaluated_at == first
    assert past(instance, record_id) == []


def test_a_refused_event_leaves_the_answers_alone(instance: Instance, jory: Client) -> None:
    record_id = filed(instance, jory)
    renewed(instance)
    with pytest.raises(Refused):
        record_event(instance, jory, "DOD", date(2014, 5, 16))
    assert stored(instance, record_id).due_on == date(2044, 5, 17)


def test_of_a_person_with_many_records_upkeep_does_the_rest_and_resumes(
    instance: Instance, jory: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention.evaluation, "MOST_AT_ONCE", 4)
    monkeypatch.setattr(retention.walking, "SLICE", 2)
    ids = [filed(instance, jory) for _ in range(5)]
    renewed(instance)
    record_event(instance, jory, "looked_after", date(2020, 1, 1))
    assert {stored(instance, one).due_on for one in ids} == {date(2044, 5, 17)}
    with write(instance.database, SYSTEM, instance.clock) as work:
        assert retention.walking.walk(work)
    assert [stored(instance, one).due_on.year for one in ids] == [2089, 2089, 2044, 2044, 2044]
    renewed(instance)
    assert {stored(instance, one).due_on for one in ids} == {date(2089, 5, 17)}
    with instance.database.read() as session:
        assert session.scalar(select(func.count()).select_from(ToRenew)) == 0


def test_upkeep_walks_once_a_day_over_all_and_sees_what_the_register_learnt(
    instance: Instance, clock: FixedClock, jory: Client
) -> None:
    record_id = filed(instance, jory)
    renewed(instance)
    with write(instance.database, SYSTEM, instance.clock) as work:
        work.session.get_one(ClientRow, jory.client_id).date_of_birth = date(2013, 5, 17)
        work.journal("client:summary:add", "client", jory.client_id)
    renewed(instance)
    assert stored(instance, record_id).due_on == date(2044, 5, 17)
    assert events(instance, "retention:answer:renew") == []
    clock.advance(timedelta(days=1))
    upkeep = periodic(instance, "upkeep-1")
    [duty] = [one for one in upkeep._duties if one.name == "retention"]
    assert upkeep.offer(duty)
    assert stored(instance, record_id).due_on == date(2043, 5, 17)
    [event] = events(instance, "retention:answer:renew")
    assert event.detail == {"records": 1, "changed": 1}


def test_what_is_due_is_said_by_the_day_and_not_by_what_is_stored(
    instance: Instance, clock: FixedClock, jory: Client
) -> None:
    record_id = filed(instance, jory)
    renewed(instance)
    before = stored(instance, record_id)
    clock.advance(datetime_of(date(2044, 5, 16)) - clock.now())
    assert isinstance(answered(instance, record_id), NotDue)
    clock.advance(timedelta(days=1))
    assert isinstance(answered(instance, record_id), Due)
    renewed(instance)
    assert stored(instance, record_id).due_on == before.due_on
    assert past(instance, record_id) == []


def datetime_of(day: date) -> object:
    return factories.MONDAY.replace(year=day.year, month=day.month, day=day.day)


def test_what_is_stored_reads_back_as_what_was_answered(instance: Instance, jory: Client) -> None:
    people = [jory, factories.client()]
    factories.on_the_register(instance, people[1])
    ids = [filed(instance, jory), factories.filed_record(instance, [people[1]])]
    record_event(instance, jory, "looked_after", date(2020, 1, 1))
    today = civil_date(instance.clock.now())
    with instance.database.read() as session:
        answers = ask(session, ids, must_be_in_force(session), today)
    assert len({type(one) for one in answers.values()}) == 2
    for answer in answers.values():
        assert answer_of(columns_of(answer), missing_of(answer), today) == answer


def test_walks_and_events_at_once_leave_the_answers_that_the_facts_give(
    instance: Instance, jory: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention.walking, "SLICE", 2)
    monkeypatch.setattr(retention.evaluation, "MOST_AT_ONCE", 3)
    people = [jory]
    for number in range(3):
        people.append(factories.child(forename=f"Kit {number}", nhs_number="", identifiers=()))
        factories.on_the_register(instance, people[-1])
    ids = [filed(instance, one) for one in people for _ in range(2 + people.index(one))]
    is_over = Event()

    def walk_on() -> None:
        while not is_over.wait(0.02):
            renewed(instance)

    def live(person: Client) -> None:
        for day in range(1, 4):
            event_id = record_event(instance, person, "looked_after", date(2020, 1, day))
            if day < 3:
                instance.retention.events.withdraw(MANAGER, event_id, "it was the other brother")

    with ThreadPoolExecutor() as pool:
        walking = pool.submit(walk_on)
        try:
            for one in [pool.submit(live, person) for person in people]:
                one.result()
        finally:
            is_over.set()
        walking.result()
    renewed(instance)
    assert {stored(instance, one).due_on for one in ids} == {date(2089, 5, 17)}


# --- who may look ----------------------------------------------------------------------------------


def test_an_answer_is_given_to_who_may_see_the_record_and_to_nobody_else(
    instance: Instance, jory: Client
) -> None:
    record_id = filed(instance, jory)
    worker = factories.actor("social_worker_children")
    found = instance.retention.answers.of_record(worker, record_id)
    assert found.sentence.startswith("Kept until 17 May 2044 because")
    assert found.known_clients == {jory.client_id}
    stranger = factories.actor("social_worker_adults")
    for one in (record_id, "0" * 32):
        with pytest.raises(NotFound, match="no such record"):
            instance.retention.answers.of_record(stranger, one)
    with pytest.raises(Denied):
        instance.retention.answers.of_record(factories.actor("finance"), record_id)


def test_no_reason_is_told_that_lies_with_somebody_whom_one_may_not_know_of(
    instance: Instance, jory: Client
) -> None:
    olive = factories.client()
    factories.on_the_register(instance, olive)
    record_id = factories.filed_record(instance, [jory, olive], document_type="D05")
    record_event(instance, jory, "adopted", date(2020, 1, 1))
    record_event(instance, olive, "SERVICE_END", date(2025, 1, 1))
    mine = factories.actor("social_worker_children")
    theirs = factories.actor("social_worker_adults")
    answers = instance.retention.answers
    assert "(class C10)" in answers.of_record(mine, record_id).sentence
    told = answers.of_record(theirs, record_id)
    assert told.known_clients == {olive.client_id}
    assert told.sentence == (
        "Kept, since a fact is not known, for a reason that lies with a person you may not know of, "
        "schedule version 1."
    )
    record_event(instance, jory, "ORDER_DATE", date(2020, 1, 1))
    told = answers.of_record(theirs, record_id)
    assert told.sentence.startswith("Kept until 2120-01-01, for a reason that lies with a person")
    assert all("C10" not in one.sentence for one in told.before)


def test_facts_lacking_are_a_list_of_work_of_the_people_one_may_see(
    instance: Instance, jory: Client
) -> None:
    olive = factories.client()
    factories.on_the_register(instance, olive)
    for _ in range(3):
        factories.filed_record(instance, [olive], document_type="D30")
    filed(instance, jory)
    record_event(instance, jory, "adopted", date(2020, 1, 1))
    renewed(instance)
    found, total = instance.retention.answers.lacking(MANAGER)
    assert [(one.client_id, one.trigger, one.why, one.records) for one in found] == [
        (olive.client_id, "SERVICE_END", "unknown", 3),
        (jory.client_id, "ORDER_DATE", "unknown", 1),
    ]
    assert (total, found[0].class_ids) == (2, ("A02",))
    [second], _ = instance.retention.answers.lacking(MANAGER, limit=1, offset=1)
    assert second.client_id == jory.client_id
    [only], _ = instance.retention.answers.lacking(MANAGER, client_id=jory.client_id)
    assert only.trigger == "ORDER_DATE"
    instance.seals.seal(factories.actor("adoption_team"), jory.client_id, "a new identity")
    [rest], total = instance.retention.answers.lacking(MANAGER)
    assert (rest.client_id, total) == (olive.client_id, 1)
    assert instance.retention.answers.lacking(MANAGER, client_id=jory.client_id) == ([], 0)
    with instance.database.read() as session:
        assert session.scalar(select(func.count()).select_from(MissingFact)) == 4


def test_what_was_said_before_is_told_with_its_reason_and_version(
    instance: Instance, clock: FixedClock, jory: Client
) -> None:
    record_id = filed(instance, jory)
    renewed(instance)
    filed_at = clock.now()
    clock.advance(timedelta(days=3))
    record_event(instance, jory, "adopted", date(2020, 1, 1))
    found = instance.retention.answers.of_record(MANAGER, record_id)
    assert isinstance(found.answer, Unknown)
    [before] = found.before
    assert before.sentence.startswith("Kept until 17 May 2044 because")
    assert before.sentence.endswith("schedule version 1.")
    assert (before.since, before.until) == (filed_at, clock.now())
