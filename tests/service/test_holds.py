"""Holds on real rows, bad input first: what is refused, what is held, who may know, and two at once."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import event, func, select, update

from api.wiring import Instance
from edrms.access.model import Actor
from edrms.access.subjects import Subject, SubjectKind
from edrms.access.tables import Allocation
from edrms.audit.details import erase_detail
from edrms.clients.model import Client, Identifier
from edrms.clock import FixedClock
from edrms.errors import Conflict, Denied, EdrmsError, Invalid, NotFound, Refused
from edrms.ids import ClientId, new_id
from edrms.records.tables import DESTROYING, CaseFile, PageContent, Record
from edrms.staff.accounts import SYSTEM
from edrms.staff.persons import is_somebody_else, set_person
from edrms.staff.tables import StaffMember
from edrms.uow import write
from retention.disposal_tables import DisposalItem
from retention.hold_guard import (
    KEPT,
    condemn,
    evidence_is_held,
    guard_destruction,
    guard_placing,
    live_holds_on,
    under_hold,
)
from retention.hold_tables import Hold, HoldScope
from retention.hold_words import Placing, Scope, ScopeKind
from retention.workflow import Decision, ItemState, Skip
from tests import factories
from tests.service.events import events, personal_detail

WHY = "the inquiry has written to every council"
LETTER = "Letter IGG/2026/14, Inquiries Act 2005 s35"
NEXT = date(2026, 12, 1)
MANAGER = factories.actor("records_manager", name="rm")
GOVERNANCE = factories.actor("information_governance", name="ig")
ABSENT = "0" * 32


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[Instance]:
    made = factories.new_instance(tmp_path / "home", factories.fixed_clock())
    yield made
    made.database.close()


@pytest.fixture
def owner(instance: Instance) -> str:
    return factories.staff_member(instance, "keeper", "records_manager")


@pytest.fixture
def jory(instance: Instance) -> Client:
    person = factories.child()
    factories.on_the_register(instance, person)
    return person


@pytest.fixture
def olive(instance: Instance) -> Client:
    person = factories.client()
    factories.on_the_register(instance, person)
    return person


def said(owner: str, *scopes: Scope, **given: Any) -> Placing:
    fields: dict[str, Any] = {
        "title": "Grooming gangs inquiry", "reason": WHY, "authority": LETTER, "owner_id": owner,
        "review_on": NEXT, "scopes": scopes,
    }  # fmt: skip
    return Placing(**fields | given)


def on(kind: str, subject_id: str) -> Scope:
    return Scope(ScopeKind(kind), subject_id)


def query(**criteria: Any) -> Scope:
    return Scope(ScopeKind.QUERY, criteria=criteria)


def filed(instance: Instance, *people: Client, **given: Any) -> str:
    return factories.filed_record(instance, people, **given)


def held(instance: Instance, *record_ids: str) -> dict[str, tuple[str, ...]]:
    with instance.database.read() as session:
        return live_holds_on(session, record_ids, instance.clock.now())


def count(instance: Instance, table: type) -> int:
    with instance.database.read() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def destroyed(instance: Instance, *record_ids: str) -> bool:
    try:
        with write(instance.database, SYSTEM, instance.clock) as work:
            condemn(work, record_ids)
            work.journal("record:content:file", "record", record_ids[0])
    except Refused as error:
        assert error.message == KEPT
        return False
    return True


# --- bad input ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"review_on": date(2026, 5, 31)}, "review_on"),
        ({"review_on": date(2026, 6, 1)}, "review_on"),
        ({"review_on": None}, "review_on"),
        ({"review_on": date(2028, 6, 3)}, "review_on"),
        ({"owner_id": ABSENT}, "owner"),
        ({"owner_id": ""}, "owner"),
        ({"reason": ""}, "reason"),
        ({"reason": " " * 50}, "reason"),
        ({"reason": "x" * (1 << 20)}, "reason"),
        ({"authority": ""}, "authority"),
        ({"authority": "y" * (1 << 20)}, "authority"),
        ({"title": " "}, "title"),
        ({"title": "z" * 201}, "title"),
        ({"scopes": ()}, "scopes"),
    ],
)
def test_what_is_wrong_with_a_hold_is_named_and_nothing_is_placed(
    instance: Instance, owner: str, jory: Client, changed: dict[str, Any], field: str
) -> None:
    good = said(owner, on("client", jory.client_id))
    with pytest.raises(Invalid) as refused:
        instance.holds.place(MANAGER, replace(good, **changed))
    assert set(refused.value.fields) == {field}
    assert len(str(refused.value.fields)) < 200
    assert count(instance, Hold) == count(instance, HoldScope) == 0


def test_a_review_two_years_ahead_is_the_last_that_is_taken(
    instance: Instance, owner: str, jory: Client
) -> None:
    last = said(owner, on("client", jory.client_id), review_on=date(2028, 6, 1))
    assert instance.holds.place(MANAGER, last).reference.startswith("H-")


def test_an_owner_who_works_here_no_more_and_a_program_are_refused_like_an_unknown_one(
    instance: Instance, owner: str, jory: Client
) -> None:
    with write(instance.database, SYSTEM, instance.clock) as work:
        work.session.get_one(StaffMember, owner).active = False
        work.journal("staff:account:deactivate", "staff", owner)
    with pytest.raises(Invalid) as gone:
        instance.holds.place(MANAGER, said(owner, on("client", jory.client_id)))
    with pytest.raises(Invalid) as unknown:
        instance.holds.place(MANAGER, said(ABSENT, on("client", jory.client_id)))
    assert gone.value.fields == unknown.value.fields


@pytest.mark.parametrize(
    ("criteria", "field"),
    [
        ({"record_classes": ["C05", "Z99"]}, "record_classes"),
        ({"document_types": ["D99"]}, "document_types"),
        ({"services": ["children", "army"]}, "services"),
        ({"teams": [ABSENT]}, "teams"),
        ({"phrase": "ab"}, "phrase"),
        ({"phrase": "!!! - ..."}, "phrase"),
        ({"phrase": "x" * 201}, "phrase"),
        ({"phrase": ["abc"]}, "phrase"),
        ({"dated_from": "2026-02-30"}, "dated_from"),
        ({"dated_from": "2026-06-01", "dated_to": "2026-05-01"}, "dated_to"),
        ({"received_from": 7}, "received_from"),
        ({"record_classes": "C05"}, "record_classes"),
        ({"record_classes": ["C05"] * 201}, "record_classes"),
        ({"colour": "red"}, "colour"),
        ({"x" * 1000: "red"}, "x" * 1000),
    ],
)
def test_a_saved_query_that_cannot_be_read_is_refused_by_field(
    instance: Instance, owner: str, criteria: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        instance.holds.place(MANAGER, said(owner, query(**criteria), is_confirmed=True))
    assert set(refused.value.fields) == {field}
    assert count(instance, Hold) == 0


def test_a_query_that_catches_everything_or_nothing_needs_to_be_confirmed(
    instance: Instance, owner: str, jory: Client, olive: Client
) -> None:
    filed(instance, jory, document_type="D05")
    filed(instance, olive)
    for criteria, code in (
        ({}, "holds_everything"),
        ({"received_from": "2020-01-01"}, "holds_everything"),
        ({"phrase": "never written"}, "holds_nothing"),
        ({"record_classes": ["C34"]}, "holds_nothing"),
    ):
        with pytest.raises(Refused) as refused:
            instance.holds.place(MANAGER, said(owner, query(**criteria)))
        assert refused.value.error_code == code
        instance.holds.place(MANAGER, said(owner, query(**criteria), is_confirmed=True))
    assert count(instance, Hold) == 4
    instance.holds.place(MANAGER, said(owner, query(services=["children"])))


@pytest.mark.parametrize("kind", ["record", "client", "case_file"])
def test_absent_and_forbidden_things_are_answered_alike(
    instance: Instance, owner: str, jory: Client, kind: str
) -> None:
    record_id = filed(instance, jory, document_type="D05")
    subject = {"record": record_id, "client": jory.client_id, "case_file": _file_of(instance, jory)}
    adoption = factories.actor("adoption_team", name="adoption")
    instance.seals.seal(adoption, jory.client_id, "the adoption order was made today", None)
    answers = []
    for subject_id in (ABSENT, subject[kind], "x", ""):
        with pytest.raises(NotFound) as refused:
            instance.holds.place(MANAGER, said(owner, on(kind, subject_id)))
        answers.append((refused.value.message, refused.value.error_code, refused.value.fields))
    assert len(set(map(str, answers))) == 1
    assert count(instance, Hold) == 0


def test_an_unknown_record_class_is_refused(instance: Instance, owner: str) -> None:
    with pytest.raises(Invalid, match="record class"):
        instance.holds.place(MANAGER, said(owner, on("record_class", "Z99")))


@pytest.mark.parametrize("role", ["social_worker_children", "auditor", "system_administrator"])
def test_who_has_no_permission_places_lifts_reviews_and_sees_nothing(
    instance: Instance, owner: str, jory: Client, role: str
) -> None:
    who, placing = factories.actor(role), said(owner, on("client", jory.client_id))
    hold_id = instance.holds.place(MANAGER, placing).hold_id
    tries = (
        lambda: instance.holds.place(who, placing),
        lambda: instance.holds.lift(who, hold_id, WHY, LETTER),
        lambda: instance.holds.review(who, hold_id, WHY, NEXT),
        lambda: instance.holds.hand_over(who, hold_id, owner, WHY),
        lambda: instance.holds.open(who, hold_id),
        lambda: instance.holds.on(who, hold_id),
        lambda: instance.holds.listed(who),
        lambda: instance.hold_exchange.export(who),
        lambda: instance.hold_exchange.take_in(who, {}),
    )
    for attempt in tries:
        with pytest.raises(Denied):
            attempt()
    assert held(instance, filed(instance, jory, document_type="D05"))


def test_lifting_is_final_and_the_second_time_a_conflict(
    instance: Instance, owner: str, jory: Client
) -> None:
    hold_id = instance.holds.place(MANAGER, said(owner, on("client", jory.client_id))).hold_id
    for reason, authority in (("", LETTER), (WHY, ""), ("x" * (1 << 20), LETTER)):
        with pytest.raises(Invalid):
            instance.holds.lift(MANAGER, hold_id, reason, authority)
    instance.holds.lift(MANAGER, hold_id, "the inquiry has reported", LETTER)
    for again in (
        lambda: instance.holds.lift(MANAGER, hold_id, WHY, LETTER),
        lambda: instance.holds.review(MANAGER, hold_id, WHY, NEXT),
        lambda: instance.holds.hand_over(MANAGER, hold_id, owner, WHY),
    ):
        with pytest.raises(Conflict) as refused:
            again()
        assert refused.value.error_code == "lifted"
    with pytest.raises(NotFound):
        instance.holds.lift(MANAGER, ABSENT, WHY, LETTER)
    assert [one.hold.lifted_reason for one in instance.holds.listed(MANAGER, "lifted")] == [
        "the inquiry has reported"
    ]


def at_once(*acts: Any) -> list[str]:
    """Run these at the same moment; the name of each one's error, or done."""
    barrier, outcomes = Barrier(len(acts)), ["" for _ in acts]

    def run(number: int, act: Any) -> None:
        barrier.wait()
        try:
            act()
            outcomes[number] = "done"
        except EdrmsError as error:
            outcomes[number] = type(error).__name__

    threads = [Thread(target=run, args=one) for one in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def test_of_two_people_lifting_at_once_one_lifts_and_the_other_is_told(
    instance: Instance, owner: str, jory: Client
) -> None:
    hold_id = instance.holds.place(MANAGER, said(owner, on("client", jory.client_id))).hold_id
    outcomes = at_once(
        lambda: instance.holds.lift(MANAGER, hold_id, WHY, LETTER),
        lambda: instance.holds.lift(GOVERNANCE, hold_id, WHY, LETTER),
    )
    assert sorted(outcomes) == ["Conflict", "done"]
    assert len(events(instance, "hold:hold:lift", hold_id)) == 1


def test_a_clock_set_back_frees_nothing_and_lifts_nothing(
    instance: Instance, owner: str, jory: Client
) -> None:
    clock = instance.clock
    assert isinstance(clock, FixedClock)
    record_id = filed(instance, jory, document_type="D05")
    placing = said(owner, on("client", jory.client_id))
    hold_id = instance.holds.place(MANAGER, placing).hold_id
    clock.advance(timedelta(days=-400))
    assert held(instance, record_id) == {record_id: (hold_id,)}
    with pytest.raises(Refused) as refused:
        instance.holds.lift(MANAGER, hold_id, WHY, LETTER)
    assert refused.value.error_code == "clock"
    clock.advance(timedelta(days=410))
    instance.holds.lift(MANAGER, hold_id, WHY, LETTER)
    assert held(instance, record_id) == {}
    clock.advance(timedelta(days=-30))
    assert held(instance, record_id) == {record_id: (hold_id,)}  # before it was lifted


# --- what is held ---------------------------------------------------------------------------------


def _file_of(instance: Instance, person: Client, record_class: str = "") -> str:
    with instance.database.read() as session:
        wanted = select(CaseFile.case_file_id).where(CaseFile.client_id == person.client_id)
        if record_class:
            wanted = wanted.where(CaseFile.record_class == record_class)
        return session.scalars(wanted).first() or ""


def test_each_kind_of_hold_catches_its_own_and_what_arrives_later(
    instance: Instance, owner: str, jory: Client, olive: Client
) -> None:
    mine = filed(instance, jory, document_type="D05")
    other = filed(instance, olive)
    with instance.database.read() as session:
        own = session.scalar(
            select(CaseFile.record_class).where(CaseFile.client_id == jory.client_id)
        )
    scopes = {
        "record": on("record", mine), "client": on("client", jory.client_id),
        "case_file": on("case_file", _file_of(instance, jory)),
        "record_class": on("record_class", own or ""), "query": query(services=["children"]),
    }  # fmt: skip
    placed = {
        kind: instance.holds.place(MANAGER, said(owner, scope)).hold_id
        for kind, scope in scopes.items()
    }
    assert set(held(instance, mine, other)[mine]) == set(placed.values())
    assert other not in held(instance, mine, other)
    later = filed(instance, jory, document_type="D05")
    assert set(held(instance, later)[later]) == set(placed.values()) - {placed["record"]}
    assert not destroyed(instance, mine) and not destroyed(instance, other, later)
    for kind, hold_id in placed.items():
        assert mine in held(instance, mine), kind
        instance.holds.lift(MANAGER, hold_id, WHY, LETTER)
    assert held(instance, mine, later) == {}
    assert destroyed(instance, mine, later)


def test_a_record_on_two_siblings_files_is_held_for_either(
    instance: Instance, owner: str, jory: Client
) -> None:
    sister = factories.child(client_id=ClientId(new_id()), forename="Merryn", nhs_number="",
                             identifiers=(Identifier("LCS", "LCS-118823"),))  # fmt: skip
    factories.on_the_register(instance, sister)
    shared = filed(instance, jory, sister, document_type="D05")
    instance.holds.place(MANAGER, said(owner, on("client", sister.client_id)))
    assert shared in held(instance, shared)


@pytest.mark.parametrize(
    ("criteria", "catches"),
    [
        ({"phrase": "SIAN'S   review"}, True),
        ({"phrase": "Siân’s Réview"}, True),
        ({"phrase": "sian review"}, False),
        ({"phrase": "lodz"}, True),
        ({"phrase": "weiss & Sœur"}, True),
        ({"document_types": ["D05"]}, True),
        ({"document_types": ["D30"]}, False),
        ({"document_types": ["D05"], "phrase": "nothing of the kind"}, False),
        ({"dated_from": "2026-05-18", "dated_to": "2026-05-18"}, True),
        ({"dated_from": "2026-05-19"}, False),
        ({"dated_to": "2026-05-17"}, False),
        ({"received_from": "2026-06-01", "received_to": "2026-06-01"}, True),
        ({"received_to": "2026-05-31"}, False),
        ({"teams": [factories.TEAMS["children"]]}, True),
        ({"teams": [factories.TEAMS["adults"]]}, False),
        ({"services": ["adults"]}, False),
        ({"services": ["children", "adults"], "document_types": ["D05", "D30"]}, True),
    ],
)
def test_a_saved_query_catches_what_fits_all_its_parts(
    instance: Instance, owner: str, jory: Client, olive: Client, criteria: dict[str, Any],
    catches: bool,
) -> None:  # fmt: skip
    factories.staff_member(instance, "both", "team_manager")
    text = "ŁÓDŹ\nSiân’s\n  REVIEW, Weiß & sœur"
    record_id = filed(instance, jory, document_type="D05", texts=("first page", text))
    instance.holds.place(MANAGER, said(owner, query(**criteria), is_confirmed=True))
    assert (record_id in held(instance, record_id)) is catches


def test_in_doubt_a_saved_query_holds_no_date_no_text_and_an_ended_allocation(
    instance: Instance, owner: str, jory: Client
) -> None:
    record_id = filed(instance, jory, document_type="D05", texts=("nothing here",))
    with write(instance.database, SYSTEM, instance.clock) as work:
        work.session.execute(update(Record).values(document_date=None))
        work.session.execute(update(Allocation).values(until_at=work.now - timedelta(days=1)))
        for page in work.session.scalars(select(PageContent)):
            work.session.delete(page)
        work.journal("record:content:file", "record", record_id)
    for criteria in (
        {"dated_to": "1999-01-01"}, {"phrase": "somebody's name"},
        {"teams": [factories.TEAMS["children"]]},
    ):  # fmt: skip
        placing = said(owner, query(**criteria), is_confirmed=True)
        hold_id = instance.holds.place(MANAGER, placing).hold_id
        assert held(instance, record_id) == {record_id: (hold_id,)}, criteria
        instance.holds.lift(MANAGER, hold_id, WHY, LETTER)


def test_asking_takes_as_many_statements_for_300_records_as_for_one(
    instance: Instance, owner: str, jory: Client
) -> None:
    record_id = filed(instance, jory, document_type="D05")
    for criteria in ({"phrase": "care and support"}, {"services": ["children"]}):
        instance.holds.place(MANAGER, said(owner, query(**criteria), is_confirmed=True))
    seen: list[str] = []
    with instance.database.read() as session:
        engine = session.get_bind()
        event.listen(engine, "before_cursor_execute", lambda *given: seen.append(given[2][:6]))
        live_holds_on(session, [record_id], instance.clock.now())
        for_one = seen.count("SELECT")
        live_holds_on(session, [record_id, *(new_id() for _ in range(300))], instance.clock.now())
    assert (for_one, seen.count("SELECT")) == (3, 6)


def test_the_two_readings_of_what_is_held_agree_and_lists_leave_secret_holds_out(
    instance: Instance, owner: str, jory: Client, olive: Client
) -> None:
    mine, other = filed(instance, jory, document_type="D05"), filed(instance, olive)
    instance.holds.place(MANAGER, said(owner, on("client", jory.client_id)))
    secret = said(owner, query(services=["adults"]), is_secret=True)
    instance.holds.place(GOVERNANCE, secret)
    now = instance.clock.now()
    with instance.database.read() as session:
        for with_secret, expected in ((True, {mine, other}), (False, {mine})):
            wanted = select(Record.record_id).where(
                under_hold(session, now, with_secret=with_secret)
            )
            assert set(session.scalars(wanted)) == expected
    assert set(held(instance, mine, other)) == {mine, other}


def test_what_it_is_on_is_listed_page_by_page_as_far_as_the_reader_may_see(
    instance: Instance, owner: str, jory: Client
) -> None:
    ids = [filed(instance, jory, document_type="D05", title=f"n {one}") for one in range(53)]
    hidden = ids[7]
    instance.guards.mark(
        factories.actor("team_manager"),
        Subject(SubjectKind.RECORD, hidden),
        "restricted",
        WHY,
        NEXT,
    )
    hold_id = instance.holds.place(MANAGER, said(owner, on("client", jory.client_id))).hold_id
    for who, expected in ((MANAGER, set(ids) - {hidden}), (GOVERNANCE, set(ids))):
        pages = [instance.holds.on(who, hold_id, page)[0] for page in (1, 2, 3)]
        assert [len(page) for page in pages] == [50, len(expected) - 50, 0]
        assert {one.record_id for page in pages for one in page} == expected
        assert instance.holds.on(who, hold_id)[1] == len(expected)
        assert instance.holds.open(who, hold_id).count == len(expected)
    assert hidden in held(instance, hidden)


# --- secret ---------------------------------------------------------------------------------------


def test_a_secret_hold_holds_and_is_nowhere_to_be_seen_without_the_permission(
    instance: Instance, owner: str, jory: Client
) -> None:
    record_id = filed(instance, jory, document_type="D05")
    placing = said(owner, on("client", jory.client_id), is_secret=True, title="Police: op. Heron")
    with pytest.raises(Denied):
        instance.holds.place(MANAGER, placing)
    hold_id = instance.holds.place(GOVERNANCE, placing).hold_id
    assert not destroyed(instance, record_id)
    for which in ("live", "due", "lifted"):
        assert instance.holds.listed(MANAGER, which) == ()  # type: ignore[arg-type]
    for attempt in (
        lambda of: instance.holds.open(MANAGER, of),
        lambda of: instance.holds.on(MANAGER, of),
        lambda of: instance.holds.lift(MANAGER, of, WHY, LETTER),
        lambda of: instance.holds.review(MANAGER, of, WHY, NEXT),
    ):
        answers = []
        for one in (hold_id, ABSENT):
            with pytest.raises(NotFound) as refused:
                attempt(one)
            answers.append(refused.value.message)
        assert answers[0] == answers[1]
    assert instance.hold_exchange.export(MANAGER)["holds"] == []
    assert [one.hold.hold_id for one in instance.holds.listed(GOVERNANCE)] == [hold_id]
    assert len(instance.hold_exchange.export(GOVERNANCE)["holds"]) == 1


def test_what_a_hold_is_on_stands_apart_from_its_event(
    instance: Instance, owner: str, jory: Client
) -> None:
    scopes = on("client", jory.client_id), query(phrase="Jory Penrose")
    placing = said(owner, *scopes, is_confirmed=True)
    hold_id = instance.holds.place(MANAGER, placing).hold_id
    [placed] = events(instance, "hold:hold:place", hold_id)
    assert placed.detail["kinds"] == ["client", "query"] and placed.detail["owner"] == owner
    assert jory.client_id not in str(placed.detail) and "penrose" not in str(placed.detail)
    apart = personal_detail(instance, placed)
    assert jory.client_id in apart and "jory penrose" in apart and WHY in apart and LETTER in apart


def test_the_log_shows_nothing_of_a_secret_hold_to_an_auditor_and_all_to_governance(
    instance: Instance, owner: str, jory: Client
) -> None:
    from edrms.audit.model import Asked

    placing = said(owner, on("client", jory.client_id), is_secret=True, title="Police: op. Heron")
    hold_id = instance.holds.place(GOVERNANCE, placing).hold_id
    instance.holds.open(GOVERNANCE, hold_id)
    instance.holds.review(GOVERNANCE, hold_id, WHY, date(2027, 1, 1))
    instance.holds.lift(GOVERNANCE, hold_id, WHY, LETTER)
    secret = events(instance, subject=hold_id)
    assert len(secret) == 4 and {one.subject_kind for one in secret} == {"secret_hold"}
    assert all(one.detail == {} for one in secret)
    assert "Heron" in personal_detail(instance, secret[0])
    auditor = factories.actor("auditor")
    for who, expected in ((auditor, 0), (GOVERNANCE, 4)):
        page = instance.audit.events(who, Asked())
        assert sum(one.subject_id == hold_id for one in page.entries) == expected
        exported = list(instance.audit.export(who, Asked(), "csv"))
        assert sum(one.subject_id == hold_id for one in exported) == expected
        assert hold_id not in str([one for one in page.entries if one.subject_id != hold_id])
        day = instance.clock.now().date()
        line = instance.audit.timeline(
            who, Asked(actions=frozenset({"hold:hold:place"}), from_day=day, to_day=day)
        )
        assert sum(bar.count for bar in line.bars) == (1 if expected else 0)
    with pytest.raises(NotFound):
        instance.audit.event(auditor, secret[0].event_id)


def test_a_hold_named_on_what_somebody_may_not_see_is_not_shown_to_them(
    instance: Instance, owner: str, jory: Client
) -> None:
    hold_id = instance.holds.place(MANAGER, said(owner, on("client", jory.client_id))).hold_id
    blocked = replace(GOVERNANCE, staff_id=factories.staff_member(instance, "kin", "auditor"))
    instance.guards.block(MANAGER_OF_TEAM, Subject(SubjectKind.CLIENT, jory.client_id),
                          blocked.staff_id, WHY)  # fmt: skip
    assert instance.holds.listed(blocked) == ()
    with pytest.raises(NotFound):
        instance.holds.open(blocked, hold_id)
    assert len(instance.holds.listed(GOVERNANCE)) == 1


MANAGER_OF_TEAM = factories.actor("team_manager", name="tm")


# --- reviews and owners ---------------------------------------------------------------------------


def test_a_hold_is_due_for_a_look_on_its_day_and_when_its_owner_has_left(
    instance: Instance, owner: str, jory: Client
) -> None:
    clock = instance.clock
    assert isinstance(clock, FixedClock)
    hold_id = instance.holds.place(MANAGER, said(owner, on("client", jory.client_id))).hold_id
    assert instance.holds.listed(MANAGER, "due") == ()
    clock.advance(timedelta(days=183))
    assert [one.needs_look for one in instance.holds.listed(MANAGER, "due")] == [True]
    for note, day in (("", date(2027, 6, 1)), (WHY, NEXT), (WHY, date(2029, 1, 1)), (WHY, None)):
        with pytest.raises(Invalid):
            instance.holds.review(MANAGER, hold_id, note, day)
    instance.holds.review(MANAGER, hold_id, "the inquiry still sits", date(2027, 6, 1))
    assert instance.holds.listed(MANAGER, "due") == ()
    with write(instance.database, SYSTEM, clock) as work:
        work.session.get_one(StaffMember, owner).active = False
        work.journal("staff:account:deactivate", "staff", owner)
    [due] = instance.holds.listed(MANAGER, "due")
    assert not due.owner_works_here
    with pytest.raises(Invalid):
        instance.holds.hand_over(MANAGER, hold_id, owner, WHY)
    instance.holds.hand_over(
        MANAGER, hold_id, factories.staff_member(instance, "next", "records_manager"), WHY
    )
    assert instance.holds.listed(MANAGER, "due") == ()
    opened = instance.holds.open(MANAGER, hold_id)
    assert [one.note for one in opened.reviews] == ["the inquiry still sits"]


# --- disposal -------------------------------------------------------------------------------------


def item(instance: Instance, record_id: str, state: ItemState, **given: Any) -> str:
    with write(instance.database, SYSTEM, instance.clock) as work:
        row = DisposalItem(
            item_id=new_id(), record_id=record_id, state=state, proposed_at=work.now,
            decision=Decision.DESTROY, reason=WHY, **given,
        )  # fmt: skip
        work.session.add(row)
        work.journal("record:content:file", "record", record_id)
    return row.item_id


def test_lifting_sends_what_was_approved_to_appraisal_and_not_to_the_shredder(
    instance: Instance, owner: str, jory: Client
) -> None:
    record_ids = [filed(instance, jory, document_type="D05") for _ in range(4)]
    placings = [said(owner, on("client", jory.client_id)), said(owner, on("record", record_ids[3]))]
    first, second = (instance.holds.place(MANAGER, one).hold_id for one in placings)
    approved = item(instance, record_ids[0], ItemState.APPROVED)
    skipped = item(instance, record_ids[1], ItemState.SKIPPED, skipped_because=Skip.HELD)
    item(instance, record_ids[2], ItemState.SKIPPED, skipped_because=Skip.NOT_DUE)
    still = item(instance, record_ids[3], ItemState.APPROVED)
    assert instance.holds.lift(MANAGER, first, WHY, LETTER) == 2
    assert _fresh(instance) == {approved: ("proposed", ""), skipped: ("proposed", "")}
    with instance.database.read() as session:
        old = session.get_one(DisposalItem, approved)
        assert (old.state, old.skipped_because) == ("skipped", "held")
        assert session.get_one(DisposalItem, still).state == "approved"
    assert instance.holds.lift(MANAGER, second, WHY, LETTER) == 1
    assert set(_fresh(instance)) == {approved, skipped, still}


def _fresh(instance: Instance) -> dict[str, tuple[str, str]]:
    with instance.database.read() as session:
        rows = session.scalars(select(DisposalItem).where(DisposalItem.follows_item_id != "")).all()
    assert all(row.case_id is None for row in rows)
    return {row.follows_item_id: (row.state, row.decision) for row in rows}


def test_one_held_record_keeps_the_whole_list_and_the_answer_says_neither_which_nor_why(
    instance: Instance, owner: str, jory: Client, olive: Client
) -> None:
    mine, free = filed(instance, jory, document_type="D05"), filed(instance, olive)
    instance.holds.place(GOVERNANCE, said(owner, on("client", jory.client_id), is_secret=True))
    for record_ids in ((mine, free), (free, ABSENT)):
        with pytest.raises(Refused) as refused, write(
            instance.database, SYSTEM, instance.clock
        ) as work:  # fmt: skip
            condemn(work, record_ids)
        assert (refused.value.message, refused.value.data) == (KEPT, {})
    assert destroyed(instance, free)
    assert not destroyed(instance, free)  # once given up it cannot be given up again


def test_a_hold_placed_too_late_says_how_many_records_were_beyond_keeping(
    instance: Instance, owner: str, jory: Client
) -> None:
    first, _ = (filed(instance, jory, document_type="D05") for _ in range(2))
    assert destroyed(instance, first)
    placed = instance.holds.place(MANAGER, said(owner, on("client", jory.client_id)))
    assert placed.too_late == 1
    assert instance.holds.open(MANAGER, placed.hold_id).count == 1


def test_custody_destroys_no_key_of_a_record_that_was_not_given_up(
    instance: Instance, owner: str, jory: Client
) -> None:
    record_id = filed(instance, jory, document_type="D05")
    for one in (record_id, ABSENT):
        with pytest.raises(Refused) as refused:
            instance.custody.destroy_records([one])
        assert refused.value.error_code == "not_condemned"


@pytest.mark.parametrize("round_number", range(12))
def test_a_hold_and_a_destruction_at_once_never_both_have_the_record(
    instance: Instance, owner: str, jory: Client, round_number: int
) -> None:
    record_id = filed(instance, jory, document_type="D05")
    scope = (on("client", jory.client_id), query(document_types=["D05"]))[round_number % 2]
    too_late: list[int] = []

    def place() -> None:
        placing = said(owner, scope, is_confirmed=True)
        too_late.append(instance.holds.place(MANAGER, placing).too_late)

    def destroy() -> None:
        with write(instance.database, SYSTEM, instance.clock) as work:
            condemn(work, [record_id])
            work.journal("record:content:file", "record", record_id)

    outcomes = at_once(place, destroy)
    with instance.database.read() as session:
        gone = session.get_one(Record, record_id).state == DESTROYING
    assert outcomes[0] == "done"
    assert (outcomes[1], too_late) == (("done", [1]) if gone else ("Refused", [0]))


def test_while_one_guards_the_other_waits(instance: Instance, owner: str, jory: Client) -> None:
    record_id = filed(instance, jory, document_type="D05")
    order: list[str] = []
    placed = Barrier(2)

    def hold_it() -> None:
        with write(instance.database, MANAGER, instance.clock) as work:
            guard_placing(work)
            placed.wait()
            work.session.add(_bare_hold(owner, record_id, work.now))
            work.journal("hold:hold:place", "hold", "x")
            order.append("placed")

    def look() -> None:
        placed.wait()
        with write(instance.database, SYSTEM, instance.clock) as work:
            assert guard_destruction(work, [record_id]) == {record_id: ("a" * 32,)}
            order.append("looked")

    assert at_once(hold_it, look) == ["done", "done"]
    assert order == ["placed", "looked"]


def _bare_hold(owner: str, record_id: str, at: Any) -> Hold:
    return Hold(
        hold_id="a" * 32, reference="H-AAAA-AAAA", title="x", reason=WHY, authority=LETTER,
        owner_id=owner, review_on=NEXT, is_secret=False, placed_by="rm", placed_at=at, lifted_by="",
        lifted_reason="", lifted_authority="",
        scopes=[HoldScope(scope_id="b" * 32, kind="record", subject_id=record_id)],
    )  # fmt: skip


def test_what_the_log_keeps_apart_about_a_held_thing_is_not_erased_while_it_is_held(
    instance: Instance, owner: str, jory: Client
) -> None:
    record_id = filed(instance, jory, document_type="D05")
    for subject in (Subject(SubjectKind.RECORD, record_id),
                    Subject(SubjectKind.CLIENT, jory.client_id)):  # fmt: skip
        instance.guards.mark(MANAGER_OF_TEAM, subject, "restricted", WHY, NEXT)
    scope = query(document_types=["D05"])
    placed = instance.holds.place(GOVERNANCE, said(owner, scope, is_confirmed=True, is_secret=True))
    hold_id = placed.hold_id
    about = [events(instance, subject=one)[-1] for one in (record_id, jory.client_id, hold_id)]
    assert all(one.detail_digest for one in about)

    def erase(event_id: str) -> None:
        erase_detail(instance.database, instance.clock, GOVERNANCE, event_id, "asked by the person",
                     keeps=evidence_is_held)  # fmt: skip

    for one in about:
        with pytest.raises(Refused, match="on hold"):
            erase(one.event_id)
        assert personal_detail(instance, one)
    instance.holds.lift(GOVERNANCE, hold_id, WHY, LETTER)
    for one in about:
        erase(one.event_id)
        assert not personal_detail(instance, one)


# --- out and in -----------------------------------------------------------------------------------


def test_holds_survive_export_and_import_with_their_ids(
    instance: Instance, owner: str, jory: Client, tmp_path: Path
) -> None:
    record_id = filed(instance, jory, document_type="D05")
    one = instance.holds.place(MANAGER, said(owner, on("client", jory.client_id))).hold_id
    instance.holds.place(
        GOVERNANCE,
        said(owner, query(phrase="Siân", services=["children"]), is_secret=True, is_confirmed=True),
    )
    three = instance.holds.place(MANAGER, said(owner, on("record", record_id))).hold_id
    instance.holds.review(MANAGER, one, WHY, date(2027, 1, 1))
    instance.holds.lift(MANAGER, three, WHY, LETTER)
    given = instance.hold_exchange.export(GOVERNANCE)
    assert instance.hold_exchange.take_in(GOVERNANCE, given) == (0, 3)
    other = factories.new_instance(tmp_path / "other", factories.fixed_clock())
    with pytest.raises(Invalid, match="owner"):
        other.hold_exchange.take_in(GOVERNANCE, given)
    factories.staff_member(other, "keeper", "records_manager")
    with pytest.raises(Denied):
        other.hold_exchange.take_in(MANAGER, given)
    assert count(other, Hold) == 0
    assert other.hold_exchange.take_in(GOVERNANCE, given) == (3, 0)
    factories.on_the_register(other, jory)
    later = filed(other, jory, document_type="D05")
    assert held(other, later) == {later: (one,)}
    again = other.hold_exchange.export(GOVERNANCE)["holds"]
    assert sorted(again, key=str) == sorted(given["holds"], key=str)
    other.database.close()


def test_a_file_lifts_nothing_here_and_what_is_wrong_in_it_changes_nothing(
    instance: Instance, owner: str, jory: Client
) -> None:
    hold_id = instance.holds.place(MANAGER, said(owner, on("client", jory.client_id))).hold_id
    given = instance.hold_exchange.export(MANAGER)
    [hold] = given["holds"]
    lifted = hold | {"lifted_at": "2026-06-01T08:00:00+00:00", "lifted_by": "somebody"}
    assert instance.hold_exchange.take_in(MANAGER, given | {"holds": [lifted]}) == (0, 1)
    assert instance.holds.open(MANAGER, hold_id).listed.hold.lifted_at is None
    fresh = hold | {"hold_id": "f" * 32, "reference": "H-FFFF-FFFF"}
    for broken in (
        {}, "text", None, hold | {"reason": "another reason than here"},
        fresh | {"reference": hold["reference"]}, fresh | {"placed_at": "2027-01-01T00:00:00+00:00"},
        fresh | {"placed_at": "2026-01-01"}, fresh | {"reason": "x" * (1 << 20)},
        fresh | {"is_secret": "no"}, fresh | {"hold_id": "../../etc"}, fresh | {"reviews": None},
        fresh | {"scopes": [{"scope_id": "e" * 32, "kind": "moon", "subject_id": ""}]},
        fresh | {"scopes": [{"scope_id": "e" * 32, "kind": "query", "subject_id": "",
                             "criteria": {"colour": "red"}}]},
    ):  # fmt: skip
        with pytest.raises(Invalid, match=r"Hold 2|Hold 1"):
            instance.hold_exchange.take_in(MANAGER, given | {"holds": [hold, broken]})
    for nonsense in (None, [], {}, {"format": "edrms-holds-1"}, {"format": "x", "holds": []}):
        with pytest.raises(Invalid):
            instance.hold_exchange.take_in(MANAGER, nonsense)
    assert count(instance, Hold) == 1


# --- two people are two people --------------------------------------------------------------------


def test_two_accounts_of_one_person_are_told_by_number_and_mail_over_a_third(
    instance: Instance,
) -> None:
    administrator = factories.actor("system_administrator", name="sa")
    who = {
        name: factories.staff_member(instance, name, "records_manager")
        for name in ("anna", "anna2", "anna3", "bert", "cara", "dan")
    }
    for name, number, mail in (
        ("anna", "E 100", "Anna@borchester.example"), ("anna2", "e-100", "anna.two@borchester.example"),
        ("anna3", "", "ANNA.TWO@borchester.example"), ("bert", "E200", ""),
        ("dan", "", "dan@borchester.example"),
    ):  # fmt: skip
        set_person(instance.database, instance.clock, administrator, who[name], number, mail,
                   is_same_person=name in ("anna2", "anna3"))  # fmt: skip
    with instance.database.read() as session:
        assert is_somebody_else(session, who["bert"], [who["anna"]]) is True
        for one, other in (
            ("anna", "anna"),
            ("anna", "anna2"),
            ("anna", "anna3"),
            ("anna3", "anna"),
        ):
            assert is_somebody_else(session, who[one], [who["bert"], who[other]]) is False
        for one, other in (("bert", "cara"), ("cara", "bert"), ("bert", "dan"), ("dan", "anna")):
            assert is_somebody_else(session, who[one], [who[other]]) is None
    for staff_id, number, mail in (
        (who["cara"], "", ""), (who["cara"], "", "no address"), (ABSENT, "E300", ""),
        (administrator.staff_id, "E300", ""), (who["cara"], "9" * 40, ""),
        (who["cara"], "e 200", ""), (who["cara"], "E300", "Dan@borchester.example"),
    ):  # fmt: skip
        with pytest.raises(Invalid):
            set_person(instance.database, instance.clock, administrator, staff_id, number, mail)
    with pytest.raises(Denied):
        set_person(instance.database, instance.clock, _nobody(), who["cara"], "E300", "")


def _nobody() -> Actor:
    return factories.actor("indexer")
