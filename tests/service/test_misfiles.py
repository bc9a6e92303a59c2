"""Misfiles over a real register: found, listed to whom they are for, never decided again what people decided,
and gone with their record.
"""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, update

from api.duties import duties
from api.wiring import Instance
from edrms.access.model import Actor
from edrms.access.subjects import Subject, SubjectKind
from edrms.clients.model import Client, Identifier
from edrms.clients.tables import ClientRelationship, ClientRow
from edrms.clock import FixedClock
from edrms.db import Base
from edrms.errors import Conflict, Denied, Invalid, NotFound
from edrms.ids import RecordId
from edrms.incidents.misfiles import Repair
from edrms.pace import Pace
from edrms.records.reading import client_ids_of
from edrms.records.tables import Record
from edrms.staff.accounts import SYSTEM
from edrms.uow import write
from retention.hold_guard import condemn
from scanning.misfiles import walking
from scanning.misfiles.erasing import MisfileRows
from scanning.misfiles.model import State
from scanning.misfiles.tables import MisfileFiledOn, MisfileFinding, MisfileWalk
from scanning.misfiles.walking import ALL, MOVED, NEW, ROUND_EVERY
from tests import factories
from tests.service.events import events, personal_detail
from tests.service.misfiled import WHY, Office, percy

SUPERVISOR = factories.actor("quality_supervisor", name="sue")
GOVERNANCE = factories.actor("information_governance", name="ig")
ADOPTION = factories.actor("adoption_team", name="adoption")
OLIVE, JORY = factories.client(), factories.child()
PIRAN = factories.client(
    forename="Piran", surname="Nancarrow", date_of_birth=date(1958, 1, 30), nhs_number="9434765838",
    identifiers=(Identifier("LAS", "LAS-118455"),),
)  # fmt: skip


@pytest.fixture
def known(instance: Instance) -> Instance:
    factories.on_the_register(instance, OLIVE, JORY, PIRAN)
    turn(instance)
    return instance


def turn(instance: Instance, **given: bool) -> int:
    return instance.misfiles.walks.turn(SYSTEM, **given)


def on_file(instance: Instance, about: Client, *filed: Client) -> RecordId:
    return factories.filed_record(instance, filed or (about,), texts=[factories.letter_to(about)])


def findings(instance: Instance, state: State = State.OPEN, by: Actor = SUPERVISOR) -> list[str]:
    listed = instance.misfiles.desk.listed(by, state)
    assert instance.misfiles.desk.count(by, state) == len(listed)
    return [one.record.record_id for one in listed]


def only(instance: Instance) -> str:
    [listed] = instance.misfiles.desk.listed(SUPERVISOR)
    return listed.finding.finding_id


def round_again(instance: Instance, clock: FixedClock) -> None:
    """All of a later round over everything."""
    clock.advance(ROUND_EVERY)
    while turn(instance):
        pass


def move(instance: Instance, record_id: str, to: Client) -> None:
    """As people do it: off every file it is on, onto that one."""
    with instance.database.read() as session:
        record = session.get_one(Record, record_id)
        said = Repair(record.version, tuple(client_ids_of(record)), (to.client_id,), WHY)
    instance.wrong_person.repair(GOVERNANCE, record_id, said)


def leave(instance: Instance, record_id: str, client: Client) -> None:
    """Off this file alone."""
    with instance.database.read() as session:
        version = session.get_one(Record, record_id).version
    said = Repair(version, (client.client_id,), (), WHY)
    instance.wrong_person.repair(GOVERNANCE, record_id, said)


def corrected(instance: Instance, person: Client, **values: object) -> None:
    with write(instance.database, SYSTEM, instance.clock) as work:
        wanted = update(ClientRow).where(ClientRow.client_id == person.client_id)
        work.session.execute(wanted.values(**values))
        work.journal("client:summary:add", "client", person.client_id)


def test_a_letter_on_the_file_of_another_is_listed_with_its_reasons(known: Instance) -> None:
    right, wrong = on_file(known, OLIVE), on_file(known, OLIVE, PIRAN)
    assert turn(known) == 2
    [listed] = known.misfiles.desk.listed(SUPERVISOR)
    assert listed.record.record_id == wrong != right
    found = listed.finding
    assert found.client_id == OLIVE.client_id and found.score >= 0.97
    assert "NHS number" in found.words and "agree, page 1 lines 3, 4, 5" in found.words
    assert (found.page, found.line) == (1, 3)
    assert found.matcher == walking.matcher()
    [filed] = found.filed
    assert filed.client_id == PIRAN.client_id
    assert filed.words == "Nothing on the document agrees."
    assert {one.full_name for one in listed.people.values()} == {
        "Olive Tregenza",
        "Piran Nancarrow",
    }
    [event] = events(known, "record:misfile:find")
    assert (event.subject_id, event.detail["finding"]) == (wrong, found.finding_id)


def test_of_a_namesake_it_says_what_speaks_against_him(known: Instance) -> None:
    born, number = date(1986, 7, 1), "9434765889"
    other = factories.client(date_of_birth=born, nhs_number=number, identifiers=())
    factories.on_the_register(known, other)
    on_file(known, OLIVE, other)
    turn(known)
    [filed] = known.misfiles.desk.listed(SUPERVISOR)[0].finding.filed
    assert "NHS number is another person's, page 1 line 6" in filed.words
    assert "date of birth differs, page 1 line 5" in filed.words


def test_nothing_of_the_record_changes_and_it_is_found_once(
    known: Instance, clock: FixedClock
) -> None:
    wrong = on_file(known, OLIVE, PIRAN)
    round_again(known, clock)
    assert findings(known) == [wrong]
    assert len(events(known, "record:misfile:find")) == 1
    with known.database.read() as session:
        [attachment] = session.get_one(Record, wrong).attachments
        assert attachment.case_file.client_id == PIRAN.client_id


def test_a_document_of_two_on_one_file_of_them_is_right(known: Instance) -> None:
    both = factories.letter_to(JORY) + "\nName: Olive Tregenza\nDate of birth: 09/03/1941\n"
    factories.filed_record(known, [JORY], texts=[both])
    factories.filed_record(known, [OLIVE, JORY], texts=[both])
    factories.filed_record(known, [PIRAN], texts=["A note of the allotment."])
    assert turn(known) == 3
    assert findings(known) == []


def test_on_the_right_file_and_a_wrong_one_the_wrong_one_is_told(known: Instance) -> None:
    both = on_file(known, OLIVE, OLIVE, PIRAN)
    turn(known)
    [listed] = known.misfiles.desk.listed(SUPERVISOR)
    assert (listed.record.record_id, listed.finding.client_id) == (both, OLIVE.client_id)
    assert [one.client_id for one in listed.finding.filed] == [PIRAN.client_id]
    assert [one.client_id for one in listed.also] == [OLIVE.client_id]


def test_taken_off_the_wrong_one_of_its_files_it_is_put_right(known: Instance) -> None:
    both = on_file(known, OLIVE, OLIVE, PIRAN)
    turn(known)
    leave(known, both, PIRAN)
    assert findings(known) == [] and findings(known, State.REPAIRED) == [both]
    turn(known)
    assert findings(known) == []
    assert [one.detail["state"] for one in events(known, "record:misfile:settle")] == ["repaired"]


def test_taken_off_the_right_one_it_is_listed_still(known: Instance) -> None:
    both = on_file(known, OLIVE, OLIVE, PIRAN)
    turn(known)
    leave(known, both, OLIVE)
    turn(known)
    assert findings(known) == [both]
    [listed] = known.misfiles.desk.listed(SUPERVISOR)
    assert listed.also == ()


def test_kin_in_the_register_on_whose_files_one_letter_is_are_no_misfile(known: Instance) -> None:
    tie = ClientRelationship(
        client_id=PIRAN.client_id, other_id=OLIVE.client_id, kind="next of kin"
    )
    with write(known.database, SYSTEM, known.clock) as work:
        work.session.add(tie)
        work.journal("client:summary:add", "client", PIRAN.client_id)
    on_file(known, OLIVE, OLIVE, PIRAN)
    turn(known)
    assert findings(known) == []


def test_evidence_on_a_later_page_is_found_there(known: Instance) -> None:
    texts = ["A note of the allotment.", factories.letter_to(OLIVE)]
    factories.filed_record(known, [PIRAN], texts=texts)
    turn(known)
    assert known.misfiles.desk.listed(SUPERVISOR)[0].finding.page == 2


# --- what people say ------------------------------------------------------------------------------


def test_what_was_said_to_be_right_is_not_listed_again(known: Instance, clock: FixedClock) -> None:
    wrong = on_file(known, OLIVE, PIRAN)
    turn(known)
    known.misfiles.desk.dismiss(SUPERVISOR, only(known), "  He is her  carer, it is his copy ")
    assert findings(known) == [] and findings(known, State.DISMISSED) == [wrong]
    round_again(known, clock)
    assert findings(known) == []
    [row] = known.misfiles.desk.listed(SUPERVISOR, State.DISMISSED)
    assert row.finding.reason == "He is her carer, it is his copy"
    assert row.finding.settled_by == SUPERVISOR.staff_id
    [event] = events(known, "record:misfile:dismiss")
    assert (event.actor_id, event.subject_id) == (SUPERVISOR.staff_id, wrong)
    assert personal_detail(known, event) == "He is her carer, it is his copy"
    assert "carer" not in str(event.detail)


def test_it_is_listed_again_once_there_is_more_to_it(known: Instance, clock: FixedClock) -> None:
    corrected(known, OLIVE, nhs_number="")
    on_file(known, OLIVE, PIRAN)
    turn(known)
    first = only(known)
    known.misfiles.desk.dismiss(SUPERVISOR, first, "It is right")
    corrected(known, OLIVE, nhs_number=OLIVE.nhs_number)
    round_again(known, clock)
    again = only(known)
    assert again != first
    opened = known.misfiles.desk.open(SUPERVISOR, again)
    assert [one.reason for one in opened.before] == ["It is right"]


def test_on_the_file_of_somebody_else_it_is_asked_again(known: Instance, clock: FixedClock) -> None:
    wrong = on_file(known, OLIVE, PIRAN)
    turn(known)
    known.misfiles.desk.dismiss(SUPERVISOR, only(known), "It is right")
    move(known, wrong, JORY)
    round_again(known, clock)
    assert findings(known) == [wrong]


def test_a_dismissal_needs_a_reason_and_an_open_finding(known: Instance) -> None:
    wrong = on_file(known, OLIVE, PIRAN)
    turn(known)
    finding_id = only(known)
    with pytest.raises(Invalid) as said:
        known.misfiles.desk.dismiss(SUPERVISOR, finding_id, "  ")
    assert "reason" in said.value.fields
    move(known, wrong, OLIVE)
    with pytest.raises(Conflict):
        known.misfiles.desk.dismiss(SUPERVISOR, finding_id, "It is right")
    with pytest.raises(NotFound):
        known.misfiles.desk.dismiss(SUPERVISOR, "0" * 32, "It is right")


# --- put right ------------------------------------------------------------------------------------


def test_a_record_moved_to_its_own_file_closes_the_finding(known: Instance) -> None:
    wrong = on_file(known, OLIVE, PIRAN)
    turn(known)
    move(known, wrong, OLIVE)
    assert findings(known) == [] and findings(known, State.REPAIRED) == [wrong]
    turn(known)
    [event] = events(known, "record:misfile:settle")
    assert event.detail["state"] == "repaired"
    assert findings(known, State.REPAIRED) == [wrong]


def test_a_record_moved_to_another_wrong_file_is_looked_at_at_once(known: Instance) -> None:
    wrong = on_file(known, OLIVE, PIRAN)
    turn(known)
    move(known, wrong, JORY)
    assert turn(known, is_quiet=False) == 1
    assert findings(known, State.REPAIRED) == [wrong] == findings(known)
    assert turn(known, is_quiet=False) == 0


def test_what_was_moved_is_looked_at_before_what_was_filed_since(
    known: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walking, "MOST_RECORDS", 1)
    moved = on_file(known, OLIVE)
    turn(known)
    new = on_file(known, OLIVE, PIRAN)
    move(known, moved, PIRAN)
    assert turn(known, is_quiet=False) == 1 and findings(known) == [moved]
    assert turn(known, is_quiet=False) == 1 and set(findings(known)) == {moved, new}


def test_each_time_it_is_moved_it_is_looked_at_again(known: Instance) -> None:
    record_id = on_file(known, OLIVE)
    turn(known)
    for to, expected in ((PIRAN, [record_id]), (OLIVE, []), (JORY, [record_id])):
        move(known, record_id, to)
        assert turn(known, is_quiet=False) == 1
        assert findings(known) == expected
        assert turn(known, is_quiet=False) == 0


def test_what_went_back_to_the_queue_is_looked_at_once_it_is_filed_again(
    instance: Instance,
) -> None:
    office = Office(instance, OLIVE, percy())
    turn(instance)
    record_id = office.letter()
    turn(instance)
    assert office.repair(record_id, reason="Said to be about another Olive.").became == "queued"
    assert turn(instance, is_quiet=False) == 0
    office.index(record_id, office.percy)
    assert turn(instance, is_quiet=False) == 1
    assert findings(instance, by=office.who("quin")) == [record_id]


def test_what_was_moved_while_it_was_looked_at_is_looked_at_again(known: Instance) -> None:
    record_id = on_file(known, OLIVE)
    turn(known)
    move(known, record_id, PIRAN)
    with known.database.read() as session:
        some = walking._slice(session, MOVED)
    found = {record_id: known.misfiles.walks._look(record_id)}
    assert found[record_id].misfile is not None
    move(known, record_id, OLIVE)
    with write(known.database, SYSTEM, known.clock) as work:
        walking._keep(work, some, found)
    assert findings(known) == []
    assert turn(known, is_quiet=False) == 1 and findings(known) == []


def test_what_is_no_longer_so_is_withdrawn(known: Instance, clock: FixedClock) -> None:
    wrong = on_file(known, OLIVE, PIRAN)
    turn(known)
    corrected(
        known, PIRAN, nhs_number=OLIVE.nhs_number, date_of_birth=OLIVE.date_of_birth,
        surname="Tregenza", forename="Olive",
    )  # fmt: skip
    round_again(known, clock)
    assert findings(known) == [] and findings(known, State.WITHDRAWN) == [wrong]


# --- who sees it ----------------------------------------------------------------------------------


def block(instance: Instance, who: Actor) -> None:
    subject = Subject(SubjectKind.CLIENT, JORY.client_id)
    instance.guards.block(GOVERNANCE, subject, who.staff_id, "a relative of the child")


def seal(instance: Instance, _who: Actor) -> None:
    instance.seals.seal(ADOPTION, JORY.client_id, "adopted by another family")


@pytest.mark.parametrize("close", [block, seal])
@pytest.mark.parametrize("whose", ["filed", "named"])
def test_for_whom_either_person_is_closed_it_is_not_there_nor_counted(
    known: Instance, close: Callable[[Instance, Actor], None], whose: str
) -> None:
    role = "quality_supervisor"
    sue = factories.actor(role, name=factories.staff_member(known, "sue", role))
    sister = factories.child(
        forename="Tamsin", date_of_birth=date(2011, 2, 4), nhs_number="9434765889", identifiers=()
    )
    factories.on_the_register(known, sister)
    filed, named = (JORY, OLIVE) if whose == "filed" else (sister, JORY)
    hidden, shown = on_file(known, named, filed), on_file(known, OLIVE, PIRAN)
    turn(known)
    listed = known.misfiles.desk.listed(sue)
    [one] = [each for each in listed if each.record.record_id == hidden]
    finding_id, ask = one.finding.finding_id, known.misfiles.desk
    close(known, sue)
    assert findings(known, by=sue) == [shown]
    assert ask.waiting(sue) == 1
    for asking in (
        lambda one: ask.open(sue, one),
        lambda one: ask.page(sue, one, 1),
        lambda one: ask.dismiss(sue, one, "It is right"),
    ):
        with pytest.raises(NotFound) as answer:
            asking(finding_id)
        with pytest.raises(NotFound) as absent:
            asking("0" * 32)
        assert answer.value.message == absent.value.message
    still = ADOPTION if close is seal else SUPERVISOR
    assert hidden in findings(known, by=still)


def test_those_without_the_permission_are_told_nothing(known: Instance) -> None:
    for role in ("indexer", "post_room", "social_worker_adults", "auditor", "records_manager"):
        with pytest.raises(Denied):
            known.misfiles.desk.waiting(factories.actor(role))


def test_looking_is_journalled_before_the_picture(known: Instance) -> None:
    wrong = on_file(known, OLIVE, PIRAN)
    turn(known)
    opened = known.misfiles.desk.open(SUPERVISOR, only(known))
    assert opened.pages[0] is not None and "Olive" in opened.pages[0].text
    assert known.misfiles.desk.page(SUPERVISOR, only(known), 1).view_key
    with pytest.raises(NotFound):
        known.misfiles.desk.page(SUPERVISOR, only(known), 2)
    assert [one.subject_id for one in events(known, "record:misfile:view")] == [wrong]
    assert [one.detail["page"] for one in events(known, "record:page:view")] == [1]


# --- the walks ------------------------------------------------------------------------------------


def test_what_was_filed_before_is_looked_at_from_the_newest_on(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(walking, "MOST_RECORDS", 2)
    factories.on_the_register(instance, OLIVE, JORY, PIRAN)
    old = [on_file(instance, OLIVE, PIRAN) for _ in range(3)]
    assert turn(instance) == 2
    assert sorted(findings(instance)) == sorted(old[1:])
    new = on_file(instance, JORY, PIRAN)
    assert turn(instance, is_quiet=False) == 1  # what is filed comes before the rest
    assert set(findings(instance)) == {*old[1:], new}
    assert turn(instance, is_quiet=False) == 0
    assert turn(instance) == 1
    assert set(findings(instance)) == {*old, new}
    assert turn(instance) == 0
    [event] = events(instance, "record:misfile:walk")
    assert event.detail == {"records": 3, "found": 3}
    assert turn(instance) == 0
    assert len(events(instance, "record:misfile:walk")) == 1


def test_another_matcher_looks_at_everything_again(
    known: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = on_file(known, OLIVE, PIRAN)
    turn(known)
    turn(known)
    assert turn(known) == 0
    monkeypatch.setattr(walking, "RULE", "misfile/of-a-test")
    assert turn(known) == 1
    assert findings(known) == [wrong]


def test_two_hosts_at_the_same_records_list_them_once(known: Instance) -> None:
    wrong = on_file(known, OLIVE, PIRAN)
    with known.database.read() as session:
        some = walking._slice(session, NEW)
    found = {record_id: known.misfiles.walks._look(record_id) for _, record_id in some.records}
    for _ in range(2):
        with write(known.database, SYSTEM, known.clock) as work:
            walking._keep(work, some, found)
    assert findings(known) == [wrong]
    with known.database.read() as session:
        walk = session.get_one(MisfileWalk, NEW)
        assert (walk.seen, walk.found) == (1, 1)
        assert session.get_one(MisfileWalk, ALL).found == 0


def test_upkeep_does_it(known: Instance) -> None:
    wrong = on_file(known, OLIVE, PIRAN)
    [duty] = [one for one in duties(known) if one.name == "misfiles"]
    assert duty.before() and duty.every < timedelta(minutes=1)
    assert findings(known) == [wrong]


# --- the end --------------------------------------------------------------------------------------


def test_with_the_record_every_word_of_it_goes(known: Instance) -> None:
    wrong, other = on_file(known, OLIVE), on_file(known, JORY)
    for record_id in (wrong, other):
        move(known, record_id, PIRAN)
    turn(known)
    turn(known)
    for one in known.misfiles.desk.listed(SUPERVISOR):
        known.misfiles.desk.dismiss(SUPERVISOR, one.finding.finding_id, "the velociraptor's copy")
    with write(known.database, SYSTEM, known.clock) as work:
        condemn(work, [wrong])
        work.journal("record:content:erase", "record", wrong, place="test")
    assert known.erasing.end(SYSTEM, [wrong]) == [wrong]
    with known.database.read() as session:
        assert list(session.scalars(select(MisfileFinding.record_id))) == [other]
        assert session.scalar(select(func.count()).select_from(MisfileFiledOn)) == 1
        assert _rows_naming(wrong, session, "misfile") == []
        assert _rows_naming(other, session, "misfile_looks") != []
    assert turn(known) == 0
    erasing = MisfileRows(known.database, known.clock, Pace(0.0))
    assert set(erasing.erase(SYSTEM, [wrong])) == {wrong}  # may be repeated


def _rows_naming(record_id: str, session: object, prefix: str) -> list[str]:
    return [
        name
        for name, table in Base.metadata.tables.items()
        if name.startswith(prefix) and "record_id" in table.c
        for _ in session.execute(select(table).where(table.c.record_id == record_id))  # type: ignore[attr-defined]
    ]


def test_a_record_given_up_meanwhile_is_left_alone(known: Instance) -> None:
    wrong = on_file(known, OLIVE, PIRAN)
    with known.database.read() as session:
        some = walking._slice(session, NEW)
    found = {wrong: known.misfiles.walks._look(wrong)}
    with write(known.database, SYSTEM, known.clock) as work:
        condemn(work, [wrong])
        work.journal("record:content:erase", "record", wrong, place="test")
    with write(known.database, SYSTEM, known.clock) as work:
        walking._keep(work, some, found)
    assert findings(known) == []
    with known.database.read() as session:
        assert session.scalar(select(func.count()).select_from(MisfileFinding)) == 0
