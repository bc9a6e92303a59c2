"""Reports and incidents: who may, what is frozen, whom it is told to, and what is decided when."""

from datetime import date, timedelta

import pytest

from api.wiring import Instance
from edrms.access.subjects import Subject, SubjectKind
from edrms.clock import FixedClock
from edrms.errors import Conflict, Denied, Invalid, NotFound, Refused
from edrms.incidents.cases import Assessment
from edrms.incidents.rules import TELL_WITHIN
from edrms.incidents.tables import Incident
from edrms.staff.accounts import SYSTEM, add_program
from edrms.staff.persons import set_person
from edrms.uow import write
from retention.hold_guard import condemn
from tests import factories
from tests.service.events import events
from tests.service.misfiled import WHY, Office, percy

ABSENT = "0" * 32
SAID = "The reader was the person's own worker; nothing left the council."


@pytest.fixture
def office(instance: Instance) -> Office:
    return Office(instance, factories.client(), percy())


def reported(office: Office, record_id: str = "", by: str = "wren") -> str:
    record_id = record_id or office.filed()
    wrong = [office.olive.client_id]
    return office.instance.wrong_person.report(office.who(by), record_id, wrong, WHY).incident_id


# --- reports ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "reason", "field"),
    [((), WHY, "wrong"), ((ABSENT,), WHY, "wrong"), (None, "no", "reason")],
)
def test_a_report_says_whom_it_is_not_about_and_why(
    office: Office, wrong: tuple[str, ...] | None, reason: str, field: str
) -> None:
    record_id = office.filed()
    whom = (office.olive.client_id,) if wrong is None else wrong
    with pytest.raises(Invalid) as refused:
        office.instance.wrong_person.report(office.who("wren"), record_id, whom, reason)
    assert field in refused.value.fields
    assert office.instance.incidents.listed(office.who("iggy"))[1] == 0


def test_only_a_reader_reports_and_only_once(office: Office) -> None:
    record_id = office.filed()
    with pytest.raises(Denied):
        reported(office, record_id, by="quin")
    child = factories.child()
    factories.on_the_register(office.instance, child)
    of_others = factories.filed_record(office.instance, [child])
    with pytest.raises(NotFound):
        office.instance.wrong_person.report(office.who("wren"), of_others, [child.client_id], WHY)
    reported(office, record_id)
    with pytest.raises(Conflict):
        reported(office, record_id, by="tom")


def test_a_reported_document_stays_until_it_is_taken_off_and_the_clock_runs_from_the_report(
    office: Office, clock: FixedClock
) -> None:
    record_id = office.filed()
    incident_id = reported(office, record_id)
    at = clock.now()
    assert office.instance.viewing.open(office.who("wren"), record_id)
    waiting = office.instance.incidents.waiting(office.who("iggy"))
    assert (waiting.reported, waiting.open, waiting.overdue) == (1, 1, 0)
    clock.advance(timedelta(hours=5))
    assert (
        office.repair(record_id, office.percy, reason="Seen at once: another Olive").incident_id
        == incident_id
    )
    found = office.case(incident_id).incident
    assert (found.state, found.reported_at, found.reason) == ("contained", at, WHY)
    assert found.repair_reason == "Seen at once: another Olive"
    clock.advance(TELL_WITHIN)
    assert office.case(incident_id).is_overdue
    assert office.instance.incidents.waiting(office.who("iggy")).overdue == 1
    assert office.instance.incidents.listed(office.who("iggy"), "overdue")[1] == 1


def test_a_report_that_was_wrong_is_dismissed(office: Office) -> None:
    incident_id = reported(office)
    office.instance.incidents.dismiss(office.who("iggy"), incident_id, "It is about this Olive.")
    assert office.case(incident_id).incident.state == "dismissed"
    with pytest.raises(Conflict):
        office.instance.incidents.dismiss(office.who("iggy"), incident_id, SAID)
    assert [one.detail for one in events(office.instance, "incident:case:dismiss")] == [{}]


# --- the facts --------------------------------------------------------------------------------------


def test_everybody_who_opened_it_meanwhile_is_named_with_what_they_did(
    office: Office, clock: FixedClock
) -> None:
    instance, record_id = office.instance, office.filed()
    wren, tom, iggy = office.who("wren"), office.who("tom"), office.who("iggy")
    clock.advance(timedelta(minutes=1))
    instance.viewing.open(wren, record_id)
    instance.viewing.page_image(wren, record_id, 1)
    instance.viewing.to_print(wren, record_id)
    clock.advance(timedelta(minutes=1))
    instance.viewing.open(wren, record_id)
    instance.clients.open(tom, office.olive.client_id)
    made = office.repair(record_id, office.percy)
    instance.viewing.open(iggy, record_id)  # afterwards: not meanwhile
    case = office.case(made.incident_id)
    first, second = case.incident.readers
    assert first["staff_id"] == wren.staff_id
    assert {name: first[name] for name in ("opened", "pages", "prints", "downloads", "listed")} == {
        "opened": 2, "pages": 1, "prints": 1, "downloads": 0, "listed": 0,
    }  # fmt: skip
    assert first["first_at"] < first["last_at"]
    assert (second["staff_id"], second["opened"], second["listed"]) == (tom.staff_id, 0, 1)
    assert case.incident.since == factories.MONDAY
    assert case.sees_it == {wren.staff_id, tom.staff_id}  # of Percy's team too


def test_those_who_opened_it_are_told_without_its_name(office: Office) -> None:
    instance, record_id = office.instance, office.filed()
    wren, tom, iggy = office.who("wren"), office.who("tom"), office.who("iggy")
    instance.viewing.open(wren, record_id)
    instance.viewing.open(iggy, record_id)
    instance.clients.open(tom, office.olive.client_id)
    office.repair(record_id, office.percy)
    [told] = instance.notices.unseen(wren)
    assert (told.kind, told.subject) == (
        "misfile",
        Subject(SubjectKind.CLIENT, office.olive.client_id),
    )
    assert instance.notices.unseen(tom) == instance.notices.unseen(iggy) == []


def test_who_found_it_by_a_search_saw_it_listed(office: Office) -> None:
    instance, record_id = office.instance, office.letter()
    instance.search.search(office.who("tom"), "outcomes")
    [one] = office.case(office.repair(record_id, office.percy).incident_id).incident.readers
    assert (one["staff_id"], one["listed"]) == (office.who("tom").staff_id, 1)


def test_who_was_told_that_it_came_saw_it_listed(office: Office) -> None:
    instance, record_id = office.instance, office.letter()
    assert instance.arrivals.unopened(office.who("tom"), 8) is not None
    [one] = office.case(office.repair(record_id, office.percy).incident_id).incident.readers
    assert (one["staff_id"], one["opened"], one["listed"]) == (office.who("tom").staff_id, 0, 1)


def test_a_document_moved_from_a_wrong_file_is_new_to_those_who_work_with_the_right_person(
    office: Office, clock: FixedClock
) -> None:
    instance, record_id, tom = office.instance, office.letter(), office.who("tom")
    clock.advance(timedelta(days=30))
    assert instance.arrivals.unopened(tom, 8) == ([], 0)
    office.repair(record_id, office.percy)
    found, total = instance.arrivals.unopened(tom, 8) or ([], 0)
    assert (total, found[0].record.record_id, found[0].at) == (1, record_id, clock.now())
    clock.advance(timedelta(days=15))
    assert instance.arrivals.unopened(tom, 8) == ([], 0)


def test_who_misfiled_it_is_named_and_only_looks_since_then_count(
    office: Office, clock: FixedClock
) -> None:
    record_id = office.letter()
    office.instance.viewing.open(office.who("wren"), record_id)
    office.repair(record_id)
    clock.advance(timedelta(days=1))
    office.index(record_id, office.percy)
    made = office.repair(record_id, office.olive, wrong=(office.percy,))
    found = office.case(made.incident_id).incident
    assert (found.misfiled_by, found.readers) == (office.who("ina").staff_id, [])


# --- who may know, and what is decided --------------------------------------------------------------


def test_an_incident_hides_with_the_person_it_concerns(office: Office) -> None:
    made = office.repair(office.filed(), office.percy)
    iggy, incidents = office.who("iggy"), office.instance.incidents
    subject = Subject(SubjectKind.CLIENT, office.percy.client_id)
    other = factories.actor("information_governance", name="other")
    office.instance.guards.block(other, subject, iggy.staff_id, "Percy is his father")
    assert incidents.listed(iggy)[1] == incidents.waiting(iggy).open == 0
    with pytest.raises(NotFound):
        incidents.open(iggy, made.incident_id)
    with pytest.raises(NotFound):
        incidents.assess(iggy, made.incident_id, Assessment("unlikely", SAID))
    assert incidents.open(other, made.incident_id)


def test_one_about_a_sealed_person_is_the_adoption_teams_until_somebody_is_admitted(
    office: Office,
) -> None:
    child = factories.child()
    factories.on_the_register(office.instance, child)
    record_id = factories.filed_record(office.instance, [child])
    ada = office.who("ada")
    office.instance.seals.seal(ada, child.client_id, "Adoption order made", None)
    made = office.repair(record_id, office.percy, wrong=(child,), by="ada")
    assert office.case(made.incident_id, by="ada").clients.keys() == {
        child.client_id, office.percy.client_id,
    }  # fmt: skip
    with pytest.raises(NotFound):
        office.case(made.incident_id)
    with pytest.raises(Denied):
        office.instance.incidents.assess(ada, made.incident_id, Assessment("unlikely", SAID))


@pytest.mark.parametrize("name", ["wren", "tom", "quin", "ina"])
def test_others_see_no_incidents(office: Office, name: str) -> None:
    made = office.repair(office.filed(), office.percy)
    with pytest.raises(Denied):
        office.case(made.incident_id, by=name)
    with pytest.raises(Denied):
        office.instance.incidents.listed(office.who(name))


def test_it_is_assessed_and_closed_once_those_who_must_be_told_were_told(
    office: Office, clock: FixedClock
) -> None:
    incidents, iggy = office.instance.incidents, office.who("iggy")
    one = office.repair(office.filed(), office.percy).incident_id
    with pytest.raises(Conflict):
        incidents.close(iggy, one, SAID)
    with pytest.raises(Invalid):
        incidents.assess(iggy, one, Assessment("", SAID))
    with pytest.raises(Invalid):
        incidents.assess(iggy, one, Assessment("risk", SAID, regulator_on=date(2026, 6, 2)))
    incidents.assess(iggy, one, Assessment("high", SAID))
    with pytest.raises(Invalid) as refused:
        incidents.close(iggy, one, SAID)
    assert refused.value.fields.keys() == {"regulator_on", "people_on"}
    clock.advance(timedelta(days=1))
    told = date(2026, 6, 2)
    incidents.assess(iggy, one, Assessment("high", SAID, regulator_on=told, people_on=told))
    incidents.close(iggy, one, SAID)
    found = office.case(one).incident
    assert (found.state, found.regulator_told_on, found.closed_by) == (
        "closed",
        told,
        iggy.staff_id,
    )
    with pytest.raises(Conflict):
        incidents.assess(iggy, one, Assessment("unlikely", SAID))
    assert incidents.listed(iggy, "closed")[1] == 1 and incidents.listed(iggy)[1] == 0


# --- nobody decides what they caused ----------------------------------------------------------------

ACTS = {
    "assess": lambda cases, who, one: cases.assess(who, one, Assessment("unlikely", SAID)),
    "close": lambda cases, who, one: cases.close(who, one, SAID),
    "dismiss": lambda cases, who, one: cases.dismiss(who, one, SAID),
}


def numbered(office: Office, **numbers: str) -> None:
    """Whose these accounts are, by employee number."""
    instance, administrator = office.instance, factories.actor("system_administrator")
    for name, number in numbers.items():
        set_person(
            instance.database, instance.clock, administrator, office.who(name).staff_id, number, "",
            is_same_person=True,
        )  # fmt: skip


def misfiled_by(office: Office, name: str, state: str) -> str:
    """An incident in this state of a letter that this person filed on Olive's file."""
    record_id = office.letter(office.percy)
    office.repair(record_id, wrong=(office.percy,), by="quin")
    office.index(record_id, office.olive, by=name)
    if state == "reported":
        return reported(office, record_id)
    incident_id = office.repair(record_id, office.percy, by="quin").incident_id
    if state == "assessed":
        ACTS["assess"](office.instance.incidents, office.who("iggy"), incident_id)
    return incident_id


@pytest.fixture
def indexing_officer(office: Office) -> Office:
    """An officer who indexes under another account as well, and another who does not."""
    factories.staff_member(office.instance, "igor", "information_governance")
    numbered(office, ina="E1", igor="E1", iggy="E2")
    return office


@pytest.mark.parametrize(
    ("act", "state"), [("assess", "contained"), ("close", "assessed"), ("dismiss", "reported")]
)
def test_who_put_it_on_the_wrong_file_decides_it_under_no_account(
    indexing_officer: Office, act: str, state: str
) -> None:
    office, incidents = indexing_officer, indexing_officer.instance.incidents
    incident_id = misfiled_by(office, "ina", state)
    before = office.case(incident_id).incident.state
    with pytest.raises(Refused) as refused:
        ACTS[act](incidents, office.who("igor"), incident_id)
    assert refused.value.error_code == "own_misfile"
    assert office.case(incident_id).incident.state == before
    assert office.case(incident_id, by="igor").bar == "own_misfile"
    assert office.case(incident_id).bar == ""
    ACTS[act](incidents, office.who("iggy"), incident_id)
    assert office.case(incident_id).incident.state != before or act == "assess"


def test_who_indexed_it_under_the_same_account_does_not_decide_it(office: Office) -> None:
    instance = office.instance
    factories.staff_member(instance, "both", "information_governance", "indexer")
    incident_id = misfiled_by(office, "both", "contained")
    with pytest.raises(Refused) as refused:
        ACTS["assess"](instance.incidents, office.who("both"), incident_id)
    assert refused.value.error_code == "own_misfile"


def test_where_it_cannot_be_told_who_caused_it_nobody_is_taken_for_another(office: Office) -> None:
    incident_id = misfiled_by(office, "ina", "contained")
    with pytest.raises(Refused) as refused:
        ACTS["assess"](office.instance.incidents, office.who("iggy"), incident_id)
    assert refused.value.error_code == "unknown_person"
    assert "employee numbers" in refused.value.message
    assert office.case(incident_id).bar == "unknown_person"
    numbered(office, ina="E1", iggy="E2")
    ACTS["assess"](office.instance.incidents, office.who("iggy"), incident_id)


def test_what_filed_itself_or_a_program_filed_anybody_decides(office: Office) -> None:
    incidents, instance = office.instance.incidents, office.instance
    itself = office.repair(office.letter(), office.percy).incident_id
    ACTS["assess"](incidents, office.who("iggy"), itself)
    with write(instance.database, SYSTEM, instance.clock) as work:
        add_program(work, "importer", "Importer", frozenset({"quality_supervisor"}))
    record_id = office.filed(office.percy)
    office.repair(record_id, office.olive, wrong=(office.percy,), by="importer")
    ACTS["dismiss"](incidents, office.who("iggy"), reported(office, record_id))


def test_who_moved_it_to_the_wrong_file_has_caused_it_too(office: Office) -> None:
    record_id = office.filed(office.percy)
    office.repair(record_id, office.olive, wrong=(office.percy,), by="iggy")
    again = office.repair(record_id, office.percy, by="quin").incident_id
    with pytest.raises(Refused) as refused:
        ACTS["assess"](office.instance.incidents, office.who("iggy"), again)
    assert refused.value.error_code == "own_misfile"


def test_when_the_record_is_destroyed_what_was_written_goes_and_what_happened_stays(
    office: Office,
) -> None:
    instance, record_id = office.instance, office.filed()
    one = office.repair(record_id, office.percy).incident_id
    instance.incidents.assess(office.who("iggy"), one, Assessment("unlikely", SAID))
    with write(instance.database, SYSTEM, instance.clock) as work:
        condemn(work, [record_id])
        work.journal("record:content:destroy", "record", record_id)
    instance.erasing.end(SYSTEM, [record_id])
    with instance.database.read() as session:
        row = session.get_one(Incident, one)
    assert (row.reason, row.repair_reason, row.assessment) == ("", "", "")
    assert (row.risk, row.state, len(row.people)) == ("unlikely", "assessed", 2)
    instance.incidents.close(office.who("iggy"), one, SAID)
