"""Life events on real rows: what is refused, what is kept and shown, and feeds that may be sent again."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from api.wiring import Instance
from edrms.access.subjects import Subject
from edrms.access.subjects import SubjectKind as AccessKind
from edrms.clients.model import Client
from edrms.errors import Conflict, Denied, Invalid, NotFound, Refused
from edrms.staff.accounts import SYSTEM
from edrms.uow import write
from retention.event_feed import FedRow, FeedResult, read_csv, take_in
from retention.life import Clash, SubjectKind
from retention.tables import LifeEvent
from tests import factories
from tests.service.events import events, personal_detail
from tests.service.retained import (
    AUTHORITY,
    GOVERNANCE,
    MANAGER,
    PROGRAM,
    file_of,
    record_event,
    said,
)

WORKER = factories.actor("social_worker_children", name="wenna")
HEADER = "system,reference,kind,on,authority,source_id"


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[Instance]:
    made = factories.new_instance(tmp_path / "home", factories.fixed_clock())
    yield made
    made.database.close()


@pytest.fixture
def jory(instance: Instance) -> Client:
    person = factories.child()
    factories.on_the_register(instance, person)
    return person


def known(instance: Instance, *, live: bool = True) -> int:
    statement = select(func.count()).select_from(LifeEvent)
    if live:
        statement = statement.where(LifeEvent.withdrawn_at.is_(None))
    with instance.database.read() as session:
        return session.scalar(statement) or 0


# --- by hand ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "on", "given", "field"),
    [
        ("MARRIED", date(2020, 1, 1), {}, "kind"),
        ("DOD", date(2026, 6, 2), {}, "on"),
        ("CASE_CLOSED", date(202, 1, 1), {}, "on"),
        ("looked_after", date(2020, 1, 1), {"until": date(2019, 1, 1)}, "until"),
        ("CASE_CLOSED", date(2020, 1, 1), {"authority": ""}, "authority"),
    ],
)
def test_what_cannot_be_is_refused_by_field_and_changes_nothing(
    instance: Instance, jory: Client, kind: str, on: date, given: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        record_event(instance, jory, kind, on, **given)
    assert set(refused.value.fields) == {field}
    assert (known(instance), events(instance, "retention:event:record")) == (0, [])


@pytest.mark.parametrize(
    ("before", "kind", "on", "clash"),
    [
        (None, "DOD", date(2014, 5, 16), "died_before_birth"),
        (("DOD", date(2020, 1, 1)), "DOB", date(2020, 1, 2), "died_before_birth"),
        (("began", date(2020, 1, 2)), "CASE_CLOSED", date(2020, 1, 1), "ended_before_began"),
        (("CASE_CLOSED", date(2020, 1, 1)), "began", date(2020, 1, 2), "ended_before_began"),
        (None, "CASE_CLOSED", date(1920, 1, 1), "before_birth"),
        (("DOD", date(2020, 1, 1)), "adopted", date(2020, 1, 2), "after_death"),
    ],
)
def test_by_hand_the_impossible_is_refused_with_both_dates(
    instance: Instance, jory: Client, before: tuple[str, date] | None, kind: str, on: date,
    clash: str,
) -> None:  # fmt: skip
    if before:
        record_event(instance, jory, *before)
    with pytest.raises(Refused, match=str(on)) as refused:
        record_event(instance, jory, kind, on)
    assert refused.value.error_code == clash
    assert known(instance) == (1 if before else 0)


def test_two_dates_of_birth_are_both_kept_and_shown_as_contradicting(
    instance: Instance, jory: Client
) -> None:
    event_id = record_event(instance, jory, "DOB", date(2014, 7, 15))
    life = instance.retention.events.of_client(WORKER, jory.client_id)
    [found] = life.contradictions
    assert found.clash is Clash.TWO_DATES
    assert [(one.event_id, one.on) for one in found.between] == [
        ("", date(2014, 5, 17)),
        (event_id, date(2014, 7, 15)),
    ]
    instance.retention.events.withdraw(MANAGER, event_id, "a slip of the pen at the hospital")
    life = instance.retention.events.of_client(WORKER, jory.client_id)
    assert life.contradictions == []
    [row] = life.events  # it stays to be seen
    assert (row.withdrawn_by, row.withdrawn_because) == ("rm", "a slip of the pen at the hospital")


def test_what_was_impossible_before_does_not_bar_what_is_right(
    instance: Instance, jory: Client
) -> None:
    fed(instance, [row(kind="DOD", on="2010-01-01")], by=PROGRAM)
    assert record_event(instance, jory, "LAST_CONTACT", date(2025, 1, 1))
    clashes = instance.retention.events.of_client(MANAGER, jory.client_id).contradictions
    assert [one.clash for one in clashes] == [Clash.DIED_BEFORE_BIRTH]


def test_the_same_by_hand_again_is_a_conflict_and_withdrawing_twice_too(
    instance: Instance, jory: Client
) -> None:
    event_id = record_event(instance, jory, "CASE_CLOSED", date(2020, 1, 1))
    with pytest.raises(Conflict):
        record_event(instance, jory, "CASE_CLOSED", date(2020, 1, 1))
    instance.retention.events.withdraw(MANAGER, event_id, "typed on the wrong person")
    with pytest.raises(Conflict):
        instance.retention.events.withdraw(MANAGER, event_id, "typed on the wrong person")
    other_id = record_event(instance, jory, "CLOSED", date(2020, 1, 1))
    with pytest.raises(Invalid):
        instance.retention.events.withdraw(MANAGER, other_id, "no")
    assert known(instance) == 1


def test_each_is_journalled_without_names_and_its_words_apart(
    instance: Instance, jory: Client
) -> None:
    event_id = record_event(instance, jory, "adopted", date(2020, 1, 1))
    instance.retention.events.withdraw(MANAGER, event_id, "it was the brother")
    for action, words in (("record", AUTHORITY), ("withdraw", "it was the brother")):
        [event] = events(instance, f"retention:event:{action}", jory.client_id)
        assert event.detail == {"life_event": event_id, "kind": "adopted", "from": "hand"}
        assert personal_detail(instance, event) == words


def test_a_case_file_and_a_record_have_events_of_their_own(
    instance: Instance, jory: Client
) -> None:
    record_id = factories.filed_record(instance, [jory], document_type="D05")
    file_id = file_of(instance, jory).case_file_id
    for kind, subject in ((SubjectKind.CASE_FILE, file_id), (SubjectKind.RECORD, record_id)):
        event = replace(
            said(jory, "CLOSED", date(2020, 1, 1)), subject_kind=kind, subject_id=subject
        )  # fmt: skip
        instance.retention.events.record(MANAGER, event, about=jory.client_id)
    life = instance.retention.events.of_client(MANAGER, jory.client_id)
    assert {one.subject_id for one in life.events} == {file_id, record_id}


# --- who may ---------------------------------------------------------------------------------------


def test_absent_and_out_of_reach_are_answered_alike(instance: Instance, jory: Client) -> None:
    record_id = factories.filed_record(instance, [jory], document_type="D05")
    event_id = record_event(instance, jory, "CLOSED", date(2020, 1, 1))
    stranger = factories.actor("social_worker_adults", name="stranger")
    staff_id = factories.staff_member(instance, "kept.out", "records_manager")
    strange_manager = replace(MANAGER, staff_id=staff_id)
    subject = Subject(AccessKind.CLIENT, jory.client_id)
    instance.guards.block(GOVERNANCE, subject, staff_id, "they are neighbours, and quarrel")
    things = {
        SubjectKind.CLIENT: jory.client_id, SubjectKind.RECORD: record_id,
        SubjectKind.CASE_FILE: file_of(instance, jory).case_file_id,
    }  # fmt: skip
    for who in (stranger, strange_manager):
        for kind, subject_id in things.items():
            said_of = said(jory, "LAST_ENTRY", date(2020, 1, 1))
            answers = []
            for one in (subject_id, "0" * 32):
                with pytest.raises(NotFound) as refused:
                    instance.retention.events.record(
                        who, replace(said_of, subject_kind=kind, subject_id=one)
                    )
                answers.append(refused.value.message)
            assert answers[0] == answers[1]
        with pytest.raises(NotFound):
            instance.retention.events.of_client(who, jory.client_id)
    for one in (event_id, "0" * 32):
        with pytest.raises(NotFound):
            instance.retention.events.withdraw(strange_manager, one, "because I say so here")


def test_who_may_not_withdraw_or_record_is_denied_before_anything_is_looked_at(
    instance: Instance, jory: Client
) -> None:
    event_id = record_event(instance, jory, "CLOSED", date(2020, 1, 1), by=WORKER)
    with pytest.raises(Denied):
        instance.retention.events.withdraw(WORKER, event_id, "I changed my mind about it")
    with pytest.raises(Denied):
        record_event(instance, jory, "CLOSED", date(2021, 1, 1), by=factories.actor("auditor"))
    with pytest.raises(Denied):
        instance.retention.events.of_client(PROGRAM, jory.client_id)


def test_an_event_is_withdrawn_only_for_the_client_it_is_about(
    instance: Instance, jory: Client
) -> None:
    other = factories.client()
    factories.on_the_register(instance, other)
    event_id = record_event(instance, jory, "CLOSED", date(2020, 1, 1))
    with pytest.raises(NotFound):
        instance.retention.events.withdraw(
            MANAGER, event_id, "about somebody else", about=other.client_id
        )
    assert known(instance) == 1


def test_an_event_of_a_record_one_may_not_see_is_not_shown_with_the_person(
    instance: Instance, jory: Client
) -> None:
    record_id = factories.filed_record(instance, [jory], document_type="D05")
    event = replace(
        said(jory, "QC_PASS", date(2020, 1, 1)), subject_kind=SubjectKind.RECORD,
        subject_id=record_id,
    )  # fmt: skip
    instance.retention.events.record(GOVERNANCE, event)
    staff_id = factories.staff_member(instance, "kept.from", "social_worker_children")
    worker = replace(WORKER, staff_id=staff_id)
    assert len(instance.retention.events.of_client(worker, jory.client_id).events) == 1
    instance.guards.block(
        GOVERNANCE, Subject(AccessKind.RECORD, record_id), staff_id, "it is a complaint about them"
    )
    assert instance.retention.events.of_client(worker, jory.client_id).events == []


# --- feeds -----------------------------------------------------------------------------------------


def row(**given: object) -> FedRow:
    fields: dict[str, object] = {
        "line": 1, "system": "LCS", "reference": "LCS-118822", "kind": "CASE_CLOSED",
        "on": "2020-01-01", "authority": "case system", "source_id": "E-1",
    }  # fmt: skip
    return FedRow(**fields | given)  # type: ignore[arg-type]


def fed(instance: Instance, rows: list[FedRow], by: object = None, **given: bool) -> FeedResult:
    if by is not None:
        return instance.retention.feed.take(by, rows, **given)  # type: ignore[arg-type]
    with write(instance.database, SYSTEM, instance.clock) as work:
        return take_in(work, rows, **given)  # type: ignore[arg-type]


BAD_ROWS = [
    (row(line=2, reference="LCS-000000"), "Nobody has the number LCS-000000 in LCS."),
    (row(line=2, system="LAS"), "Nobody has the number LCS-118822 in LAS."),
    (row(line=2, reference=""), "reference is empty."),
    (row(line=2, source_id=" "), "source_id is empty."),
    (row(line=2, source_id="E" * 65), "source_id is longer than 64 characters."),
    (row(line=2, kind="CLOSED_CASE"), "kind: There is no kind 'CLOSED_CASE'."),
    (row(line=2, on="01/02/2020"), "on: '01/02/2020' is no date; expected YYYY-MM-DD."),
    (row(line=2, on="2020-02-30"), "on: '2020-02-30' is no date"),
    (row(line=2, on="20200201"), "on: '20200201' is no date"),
    (row(line=2, on=""), "on: '' is no date"),
    (row(line=2, on="2027-01-01"), "on: 2027-01-01 lies in the future"),
    (row(line=2, on="0020-01-01"), "on: 0020-01-01 is before 1850"),
    (row(line=2, kind="adopted", until="2019-01-01"), "until: The end 2019-01-01 is before"),
    (row(line=2, until="2021-01-01"), "until: Only a status has an end"),
    (row(line=2, authority=""), "authority: Say why we believe it"),
    (row(line=2, record_class="C03"), "There is no file of class C03 on this person."),
    (row(line=2, kind="adopted", record_class="C05"), "There is no file of class C05"),
    (row(line=2, source="hand"), "A feed cannot be called hand or register"),
    (row(line=2, on="2020-01-02"), "source_id E-1 is on line 1 with something else."),
]


@pytest.mark.parametrize(("bad", "words"), BAD_ROWS)
def test_a_bad_row_is_refused_with_line_and_reason_and_nothing_is_taken_in(
    instance: Instance, jory: Client, bad: FedRow, words: str
) -> None:
    with pytest.raises(Invalid) as refused:
        fed(instance, [row(), bad])
    assert list(refused.value.fields) == ["line 2"]
    assert words in refused.value.fields["line 2"]
    assert (known(instance), events(instance, "retention:event:record")) == (0, [])


@pytest.mark.parametrize(("bad", "words"), BAD_ROWS)
def test_the_good_rows_are_taken_in_if_asked_for(
    instance: Instance, jory: Client, bad: FedRow, words: str
) -> None:
    done = fed(instance, [row(), bad], accept_good_rows=True)
    assert (done.added, list(done.faults)) == (1, [2])
    assert words in done.faults[2]
    assert known(instance) == 1


def test_every_bad_row_is_told_at_once_and_of_very_many_the_first(
    instance: Instance, jory: Client
) -> None:
    with pytest.raises(Invalid, match="300 rows are wrong") as refused:
        fed(instance, [row(line=n, kind="x", source_id=f"E-{n}") for n in range(1, 301)])
    assert len(refused.value.fields) == 200


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no column system, reference, kind, on, authority, source_id"),
        (b"system,reference,kind,on,authority\n", "no column source_id"),
        (f"{HEADER},name\n".encode(), "Unknown column name"),
        (f"{HEADER},kind\n".encode(), "A column is there twice"),
        (f"{HEADER}\nLCS,L\xfc".encode("latin-1"), "Line 2 is not UTF-8"),
        (f'{HEADER}\nLCS,"L'.encode(), "is no CSV"),
    ],
)
def test_what_is_no_such_csv_is_refused_whole(content: bytes, words: str) -> None:
    with pytest.raises(Invalid, match=words):
        read_csv(content)


def test_a_line_with_too_few_or_too_many_fields_is_a_fault_of_its_own() -> None:
    rows, faults = read_csv(
        f"\ufeff{HEADER}\nLCS,L-1,DOD,2020-01-01,register,E-1\nLCS,L-1\na,b,c,d,e,f,g\n".encode()
    )
    assert [one.line for one in rows] == [2]
    assert faults == {3: "Expected 6 fields.", 4: "Expected 6 fields."}


def test_the_same_feed_again_changes_nothing_and_journals_nothing(
    instance: Instance, jory: Client
) -> None:
    rows = [row(), row(line=2, kind="looked_after", on="2019-01-01", source_id="E-2")]
    assert fed(instance, rows) == FeedResult(added=2)
    before = len(events(instance))
    assert fed(instance, [*rows, row(line=3)]) == FeedResult(unchanged=2)
    assert len(events(instance)) == before


def test_the_same_id_with_another_date_corrects_and_the_first_stays_withdrawn(
    instance: Instance, jory: Client
) -> None:
    fed(instance, [row()])
    assert fed(instance, [row(on="2020-02-01")]) == FeedResult(corrected=1)
    life = instance.retention.events.of_client(MANAGER, jory.client_id)
    assert [(one.on, one.withdrawn_because) for one in life.events] == [
        (date(2020, 1, 1), "corrected by LCS"),
        (date(2020, 2, 1), ""),
    ]
    assert fed(instance, [row()]) == FeedResult(corrected=1)  # and back again
    assert known(instance) == 1


def test_what_a_person_withdrew_is_not_brought_back_by_saying_it_again(
    instance: Instance, jory: Client
) -> None:
    fed(instance, [row()])
    [event] = instance.retention.events.of_client(MANAGER, jory.client_id).events
    instance.retention.events.withdraw(MANAGER, event.event_id, "the case system is wrong here")
    assert fed(instance, [row()]) == FeedResult(left_out=1)
    assert known(instance) == 0
    assert fed(instance, [row(on="2020-03-03")]) == FeedResult(added=1)


def test_an_id_does_not_come_to_mean_another_person(instance: Instance, jory: Client) -> None:
    factories.on_the_register(instance, factories.client())
    fed(instance, [row()])
    moved = row(system="LAS", source="LCS", reference="LAS-204417")
    with pytest.raises(Invalid) as refused:
        fed(instance, [moved])
    assert "source_id E-1 is in use for something else" in refused.value.fields["line 1"]
    assert known(instance) == 1


def test_the_impossible_by_feed_is_kept_and_shown(instance: Instance, jory: Client) -> None:
    rows = [
        row(kind="DOD", on="2010-01-01"),
        row(line=2, kind="began", on="2020-01-02", source_id="E-2"),
        row(line=3, kind="CASE_CLOSED", on="2020-01-01", source_id="E-3"),
    ]
    assert fed(instance, rows).added == 3
    clashes = instance.retention.events.of_client(MANAGER, jory.client_id).contradictions
    assert [one.clash for one in clashes] == [Clash.DIED_BEFORE_BIRTH, Clash.ENDED_BEFORE_BEGAN]


def test_a_row_may_be_about_one_file_of_the_person(instance: Instance, jory: Client) -> None:
    factories.filed_record(instance, [jory], document_type="D05")
    file = file_of(instance, jory)
    fed(instance, [row(record_class=file.record_class)])
    [event] = instance.retention.events.of_client(MANAGER, jory.client_id).events
    assert (event.subject_kind, event.subject_id) == ("case_file", file.case_file_id)


def test_a_program_feeds_whom_it_finds_and_a_sealed_person_does_not_exist_for_it(
    instance: Instance, jory: Client
) -> None:
    assert fed(instance, [row()], by=PROGRAM).added == 1
    adoption = factories.actor("adoption_team", name="adoption")
    instance.seals.seal(adoption, jory.client_id, "the adoption order was made")
    with pytest.raises(Invalid) as refused:
        fed(instance, [row(on="2021-01-01")], by=PROGRAM)
    assert refused.value.fields["line 1"] == "Nobody has the number LCS-118822 in LCS."
    with pytest.raises(Denied):
        fed(instance, [row()], by=factories.actor("post_room"))


def test_a_worker_feeds_only_the_people_the_worker_sees(instance: Instance, jory: Client) -> None:
    assert fed(instance, [row()], by=WORKER).added == 1
    with pytest.raises(Invalid, match="1 rows are wrong"):
        fed(instance, [row(source_id="E-9")], by=factories.actor("social_worker_adults"))
