"""Taking a document off the wrong file, bad input first: what is refused, and what is so afterwards."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from api.wiring import Instance, indexer
from edrms.access.model import Relation
from edrms.access.policy import DOWNLOAD
from edrms.access.subjects import Subject, SubjectKind
from edrms.access.tables import Grant
from edrms.access.work import allocate, leave_team
from edrms.audit.model import Asked
from edrms.clock import FixedClock
from edrms.errors import Conflict, Denied, Invalid, NotFound, Refused
from edrms.incidents.misfiles import REPORT, Repair
from edrms.incidents.readers import REPAIR
from edrms.incidents.tables import Incident
from edrms.records.tables import WITHDRAWN, CaseFile, Record
from edrms.staff.accounts import SYSTEM
from edrms.uow import write
from retention.hold_guard import condemn, live_holds_on
from retention.hold_words import Placing, Scope, ScopeKind
from scanning.batches.tables import ClientConfirmation, SuggestedClient
from scanning.batches.verify import verify
from tests import factories
from tests.service.misfiled import WHY, Office, percy
from tests.service.retained import lacks, record_event, renewed, stored, with_schedule

ABSENT = "0" * 32


@pytest.fixture
def clock() -> FixedClock:
    return factories.fixed_clock()


@pytest.fixture
def office(tmp_path: Path, clock: FixedClock) -> Iterator[Office]:
    made = factories.new_instance(tmp_path / "home", clock)
    yield Office(made, factories.client(), percy())
    made.index.close()
    made.database.close()


def count(instance: Instance, table: type[Any], *conditions: Any) -> int:
    with instance.database.read() as session:
        return session.scalar(select(func.count()).select_from(table).where(*conditions)) or 0


def wrong_of(error: pytest.ExceptionInfo[Invalid]) -> set[str]:
    return set(error.value.fields)


# --- what is refused --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"wrong": ()}, "wrong"),
        ({"wrong": (ABSENT,)}, "wrong"),
        ({"right": (ABSENT,)}, "clients"),
        ({"reason": "  x "}, "reason"),
        ({"reason": ""}, "reason"),
    ],
)
def test_what_is_said_badly_changes_nothing(
    office: Office, change: dict[str, Any], field: str
) -> None:
    record_id = office.filed()
    said: dict[str, Any] = {
        "version": 1, "wrong": (office.olive.client_id,), "right": (office.percy.client_id,),
        "reason": WHY,
    }  # fmt: skip
    with pytest.raises(Invalid) as refused:
        office.instance.wrong_person.repair(office.who("iggy"), record_id, Repair(**said | change))
    assert wrong_of(refused) == {field}
    assert office.on_files_of(record_id) == {office.olive.client_id}
    assert count(office.instance, Incident) == 0


def test_it_does_not_go_back_on_the_file_it_is_taken_off(office: Office) -> None:
    with pytest.raises(Invalid) as refused:
        office.repair(office.filed(), office.olive)
    assert wrong_of(refused) == {"right"}


def test_somebody_on_whose_file_it_is_not_is_no_wrong_client(office: Office) -> None:
    with pytest.raises(Invalid) as refused:
        office.repair(office.filed(), wrong=(office.percy,))
    assert wrong_of(refused) == {"wrong"}


def test_a_person_who_may_not_be_found_is_answered_as_one_who_does_not_exist(
    office: Office,
) -> None:
    sealed = factories.child()
    factories.on_the_register(office.instance, sealed)
    office.instance.seals.seal(office.who("ada"), sealed.client_id, "Adoption order made", None)
    record_id = office.filed()
    with pytest.raises(Invalid) as hidden:
        office.repair(record_id, sealed)
    with pytest.raises(Invalid) as absent:
        office.repair(record_id, factories.client())
    assert (hidden.value.message, hidden.value.fields) == (
        absent.value.message, absent.value.fields,
    )  # fmt: skip


def test_an_old_page_cannot_undo_what_somebody_else_did_meanwhile(office: Office) -> None:
    record_id = office.filed()
    office.repair(record_id, office.percy, version=1)
    with pytest.raises(Conflict) as twice:
        office.repair(record_id, office.olive, wrong=(office.percy,), version=1)
    assert twice.value.error_code == "changed_meanwhile"
    assert count(office.instance, Incident) == 1


@pytest.mark.parametrize("name", ["wren", "tom", "ina"])
def test_others_may_not(office: Office, name: str) -> None:
    with pytest.raises(Denied):
        office.repair(office.filed(), office.percy, by=name)


def test_one_that_is_given_up_or_gone_or_withdrawn_is_not_there(office: Office) -> None:
    given_up, withdrawn = office.filed(), office.letter()
    with write(office.instance.database, SYSTEM, office.instance.clock) as work:
        condemn(work, [given_up])
        work.journal("record:content:destroy", "record", given_up)
    office.repair(withdrawn)
    for record_id in (given_up, withdrawn, ABSENT):
        with pytest.raises(NotFound):
            office.instance.wrong_person.about(office.who("iggy"), record_id, REPAIR)
        with pytest.raises(NotFound):
            office.repair(record_id, office.percy, version=1)


def test_what_did_not_come_through_the_post_room_cannot_wait_in_its_queue(office: Office) -> None:
    record_id = office.filed()
    with pytest.raises(Refused) as refused:
        office.repair(record_id)
    assert refused.value.error_code == "no_document"
    assert office.on_files_of(record_id) == {office.olive.client_id}


def test_a_conflict_of_interest_hides_it_from_whoever_could_repair_it(office: Office) -> None:
    record_id = office.filed()
    subject = Subject(SubjectKind.CLIENT, office.olive.client_id)
    iggy = office.who("iggy")
    other = factories.actor("information_governance", name="other")
    office.instance.guards.block(other, subject, iggy.staff_id, "Olive is her aunt")
    with pytest.raises(NotFound):
        office.instance.wrong_person.about(iggy, record_id, REPAIR)


# --- what is so afterwards --------------------------------------------------------------------------


def test_it_is_on_the_right_file_and_nothing_shows_it_to_a_former_reader(office: Office) -> None:
    instance, record_id = office.instance, office.letter()
    amir = _worker_of(office, "amir", office.olive)
    assert instance.viewing.open(amir, record_id).record.version == 1
    office.repair(record_id, office.percy)
    assert office.on_files_of(record_id) == {office.percy.client_id}
    assert office.record(record_id).version == 2
    for look in _ways_to_see(instance, amir, record_id):
        with pytest.raises(NotFound):
            look()
    assert instance.viewing.recent(amir, 8) == []
    assert instance.clients.open(amir, office.olive.client_id).records == []
    assert instance.search.search(amir, "outcomes").found == ()
    indexer(instance).do_some()
    assert instance.search.search(amir, "outcomes").results.total == 0
    iggy = office.who("iggy")
    assert [one.hit.record_id for one in instance.search.search(iggy, "outcomes").found] == [
        record_id
    ]
    assert not verify(instance.database, instance.store).faults


def _worker_of(office: Office, name: str, person: Any) -> Any:
    """A social worker who works with this person alone."""
    staff_id = factories.staff_member(office.instance, name, "social_worker_adults")
    with write(office.instance.database, SYSTEM, office.instance.clock) as work:
        leave_team(work, factories.TEAMS["adults"], staff_id)
        allocate(work, person.client_id, staff_id=staff_id)
    return office.who(name)


def _ways_to_see(instance: Instance, actor: Any, record_id: str) -> list[Callable[[], object]]:
    viewing = instance.viewing
    return [
        lambda: viewing.open(actor, record_id),
        lambda: viewing.to_print(actor, record_id),
        lambda: viewing.to_take_away(actor, DOWNLOAD, record_id),
        lambda: viewing.page_image(actor, record_id, 1),
        lambda: viewing.thumbnail_source(actor, record_id, 1),
        lambda: viewing.rendition(actor, record_id, "original"),
        lambda: viewing.rendition(actor, record_id, "original", by_ticket=True),
        lambda: instance.wrong_person.about(actor, record_id, REPORT),
    ]


def test_of_three_siblings_only_the_wrong_file_loses_it(office: Office) -> None:
    third = factories.client(forename="Ruby", nhs_number="", identifiers=())
    factories.on_the_register(office.instance, third)
    record_id = office.filed(office.olive, office.percy, third)
    made = office.repair(record_id)
    assert made.became == "taken_off"
    assert office.on_files_of(record_id) == {office.percy.client_id, third.client_id}
    assert office.record(record_id).state == "filed"


def test_it_waits_in_the_queue_and_is_filed_again_as_the_same_record(office: Office) -> None:
    instance, record_id = office.instance, office.letter()
    before = office.record(record_id)
    assert office.repair(record_id).became == "queued"
    assert office.record(record_id).state == WITHDRAWN
    document = office.document(record_id)
    assert (document.state, document.suggestion["clients"]) == ("to_index", [])
    assert document.suggestion["why"] == [f"Taken off a file on 01/06/2026: {WHY}"]
    assert document.suggestion["file_itself"] is False
    account = instance.ledger.whole(office.who("iggy"))
    assert account.balances and not account.is_settled
    assert not verify(instance.database, instance.store).faults
    assert office.index(record_id, office.percy) == record_id
    after = office.record(record_id)
    assert (after.state, after.version) == ("filed", 3)
    assert (after.reference, after.number) == (before.reference, before.number)
    assert after.evidence["filed_before"] == before.evidence
    assert office.on_files_of(record_id) == {office.percy.client_id}
    assert not verify(instance.database, instance.store).faults
    assert instance.ledger.whole(office.who("iggy")).is_settled


def test_its_keys_stay_its_own_whatever_happens_to_others(office: Office) -> None:
    instance, record_id = office.instance, office.letter()
    instance.custody.settle_all()
    office.repair(record_id)
    instance.custody.settle_all()
    with instance.database.read() as session:
        key = session.get_one(Record, record_id).renditions[0].object_key
    assert instance.keys.holders_of([key]) == {key: {f"record:{record_id}"}}
    office.index(record_id, office.percy)
    instance.custody.settle_all()
    other = office.filed()
    with write(instance.database, SYSTEM, instance.clock) as work:
        condemn(work, [other])
        work.journal("record:content:destroy", "record", other)
    instance.erasing.end(SYSTEM, [other])
    _, content = instance.viewing.rendition(office.who("iggy"), record_id, "original")
    with content.stream as stream:
        assert b"Tregenza" in stream.read()


def test_the_queue_hides_it_from_whoever_may_not_find_the_wrong_person(office: Office) -> None:
    instance, record_id = office.instance, office.letter()
    ina = office.who("ina")
    subject = Subject(SubjectKind.CLIENT, office.olive.client_id)
    instance.guards.block(office.who("iggy"), subject, ina.staff_id, "Olive is her mother")
    office.repair(record_id)
    assert instance.desk.waiting(ina).documents == 0
    assert instance.desk.waiting(office.who("quin")).documents == 1
    traced = [one.document_id for one in instance.tracing.trace(office.who("quin"), "Tregenza")]
    named = select(SuggestedClient).where(SuggestedClient.client_id == office.olive.client_id)
    with instance.database.read() as session:
        assert session.scalar(named) is not None
    assert traced == [office.document(record_id).document_id]  # its text has the name, no more


def test_what_the_wrong_filing_taught_is_forgotten(office: Office) -> None:
    stranger = factories.client(
        forename="Hetty", surname="Nance", nhs_number="9434765935", identifiers=()
    )
    record_id = office.index_document(office.post(stranger).document_id, office.olive)
    assert count(office.instance, ClientConfirmation)
    office.repair(record_id, office.percy)
    assert not count(office.instance, ClientConfirmation)


def test_whoever_was_let_in_to_it_alone_is_let_in_no_more(office: Office) -> None:
    instance, record_id = office.instance, office.filed()
    guest = factories.staff_member(instance, "gus", "complaints")
    subject = Subject(SubjectKind.RECORD, record_id)
    until = instance.clock.now() + timedelta(days=5)
    instance.guards.grant(
        office.who("tom"), subject, guest, Relation.GRANTED, until, "Complaint about a visit"
    )
    gus = office.who("gus")
    instance.viewing.open(gus, record_id)
    made = office.repair(record_id, office.percy)
    with pytest.raises(NotFound):
        instance.viewing.open(gus, record_id)
    assert not count(
        instance, Grant, Grant.subject_id == record_id, Grant.live(instance.clock.now())
    )
    [gone] = [one for one in office.case(made.incident_id).incident.readers if one["opened"]]
    assert gone["staff_id"] == guest


def test_the_log_of_both_persons_tells_of_it_to_whoever_may_look(office: Office) -> None:
    record_id = office.filed()
    office.repair(record_id, office.percy)
    iggy = office.who("iggy")
    for person, action in (
        (office.olive, "client:record:remove"), (office.percy, "client:record:add"),
    ):  # fmt: skip
        asked = Asked(client=person.client_id, actions=frozenset({action}))
        [found] = office.instance.audit.events(iggy, asked).entries
        assert found.detail["record"] == record_id
    asked = Asked(record=record_id, actions=frozenset({"record:misfile:repair"}))
    [told] = office.instance.audit.events(iggy, asked).entries
    assert told.detail["from_clients"] == [office.olive.client_id]


def test_a_wrong_repair_is_put_right_by_another(office: Office) -> None:
    record_id = office.filed()
    office.repair(record_id, office.percy)
    made = office.repair(record_id, office.olive, wrong=(office.percy,))
    assert office.on_files_of(record_id) == {office.olive.client_id}
    since = office.case(made.incident_id).incident.since
    assert since == office.instance.clock.now()


def test_retention_answers_for_it_anew_at_once(office: Office) -> None:
    instance, record_id = office.instance, office.letter()
    with_schedule(instance)
    renewed(instance)
    record_event(instance, office.olive, "SERVICE_END", date(2010, 1, 4))
    assert stored(instance, record_id).state == "dated"
    office.repair(record_id)
    assert stored(instance, record_id).state == "unknown"
    assert {why for _, _, why in lacks(instance, record_id)} == {"no_file"}
    record_event(instance, office.percy, "SERVICE_END", date(2020, 2, 3))
    office.index(record_id, office.percy)
    answer = stored(instance, record_id)
    assert (answer.state, answer.ground["client_id"]) == ("dated", office.percy.client_id)


# --- holds, destruction, and two at once ------------------------------------------------------------


def placed(office: Office, scope: Scope, *, is_secret: bool = False) -> str:
    said = Placing(
        "Inquiry", WHY, "Letter 2026/14", office.who("iggy").staff_id, date(2026, 12, 1), (scope,),
        is_secret, is_confirmed=True,
    )  # fmt: skip
    return office.instance.holds.place(office.who("iggy"), said).hold_id


def held(office: Office, record_id: str) -> tuple[str, ...]:
    with office.instance.database.read() as session:
        now = office.instance.clock.now()
        return live_holds_on(session, [record_id], now).get(record_id, ())


@pytest.mark.parametrize("is_secret", [False, True])
@pytest.mark.parametrize("kind", ["client", "case_file", "query"])
def test_a_hold_on_the_wrong_file_goes_on_holding_it(
    office: Office, kind: str, is_secret: bool
) -> None:
    record_id = office.letter()
    with office.instance.database.read() as session:
        file_id = session.scalars(select(CaseFile.case_file_id)).one()
    scope = {
        "client": Scope(ScopeKind.CLIENT, office.olive.client_id),
        "case_file": Scope(ScopeKind.CASE_FILE, file_id),
        "query": Scope(ScopeKind.QUERY, criteria={"record_classes": ["A03", "A02", "A01"]}),
    }[kind]
    hold_id = placed(office, scope, is_secret=is_secret)
    assert held(office, record_id) == (hold_id,)
    office.repair(record_id)
    assert held(office, record_id) == (hold_id,)
    office.index(record_id, office.percy)
    assert held(office, record_id) == (hold_id,)
    holds = office.instance.holds
    assert [one.hold.hold_id for one in holds.listed(office.who("iggy"))] == [hold_id]
    holds.lift(office.who("iggy"), hold_id, WHY, "Letter 2")
    assert held(office, record_id) == ()


def test_nobody_places_a_hold_as_if_something_had_been_moved(office: Office) -> None:
    with pytest.raises(Invalid):
        placed(office, Scope(ScopeKind.MOVED, office.filed()))


def test_a_withdrawn_record_is_never_given_up(office: Office) -> None:
    record_id = office.letter()
    office.repair(record_id)
    with (
        pytest.raises(Refused),
        write(office.instance.database, SYSTEM, office.instance.clock) as work,
    ):
        condemn(work, [record_id])
    assert office.record(record_id).state == WITHDRAWN
