"""Looking into the log: what is found, what stays hidden, that every look is an event, hostile text."""

import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete

from api.wiring import Instance
from edrms.access.model import Actor
from edrms.access.subjects import Subject, SubjectKind
from edrms.access.tables import Allocation, Block
from edrms.audit import explorer as explorer_module
from edrms.audit.looks import Days
from edrms.audit.model import Asked, Entry
from edrms.audit.place import CheckpointPlace
from edrms.audit.sealer import Sealer
from edrms.audit.tables import AuditDetail, AuditEvent
from edrms.clients.model import Client
from edrms.clock import FixedClock
from edrms.errors import Denied, Invalid, NotFound
from edrms.ids import ClientId, new_id
from edrms.staff.accounts import SYSTEM
from edrms.uow import write
from tests import factories
from tests.service.audit_logs import signer
from tests.service.events import events

AUDITOR = factories.actor("auditor", name="auditor")
GOVERNANCE = factories.actor("information_governance", name="governance")
WORKER = factories.actor("social_worker_adults", name="worker")
OTHER = factories.actor("social_worker_adults", name="other")
TODAY = date(2026, 6, 1)
THE_DAY = Days(TODAY, TODAY)
EVERYTHING = Asked()


@pytest.fixture
def olive(instance: Instance) -> Client:
    made = factories.client()
    factories.on_the_register(instance, made)
    return made


@pytest.fixture
def record_id(instance: Instance, olive: Client) -> str:
    return factories.filed_record(instance, [olive])


def look(instance: Instance, actor: Actor, asked: Asked = EVERYTHING) -> list[Entry]:
    """Every entry, leafed through page by page."""
    found: list[Entry] = []
    before = None
    while True:
        page = instance.audit.events(actor, asked, before, size=7)
        found += page.entries
        if page.older is None:
            return found
        before = page.older


def actions(entries: list[Entry]) -> set[str]:
    return {entry.action for entry in entries}


def reference_of(instance: Instance, record_id: str) -> str:
    [entry] = [
        one
        for one in look(instance, AUDITOR, Asked(record=record_id))
        if one.action == "record:content:file"
    ]
    return entry.subject_name


def made_event(instance: Instance, at: datetime, **given: object) -> str:
    """An event written straight, as a log of any age or content would have it."""
    fields = {
        "event_id": new_id(), "at": at, "actor_id": "worker", "action": "search:index:query",
        "subject_kind": "index", "subject_id": "", "outcome": "done", "reason": "", "detail": {},
    }  # fmt: skip
    event = AuditEvent(**fields | given)
    with write(instance.database, SYSTEM, instance.clock) as work:
        work.session.add(event)
        return event.event_id


# --- who may look, and that looking is journalled -------------------------------------------------


@pytest.mark.parametrize("role", ["team_manager", "system_administrator", "records_manager"])
def test_who_does_not_hold_the_permission_sees_nothing(instance: Instance, role: str) -> None:
    who = factories.actor(role)
    audit, reports = instance.audit, instance.audit_reports
    for ask in (
        lambda: audit.events(who, Asked()),
        lambda: audit.timeline(who, Asked()),
        lambda: audit.event(who, "x"),
        lambda: audit.detail(who, "x"),
        lambda: audit.export(who, Asked(), "csv"),
        lambda: reports.by_staff(who, "x", THE_DAY),
        lambda: reports.by_client(who, "x", THE_DAY),
        lambda: reports.alerts(who, THE_DAY),
    ):
        with pytest.raises(Denied):
            ask()


def test_every_look_is_exactly_one_event_with_what_was_asked(
    instance: Instance, olive: Client, record_id: str
) -> None:
    instance.viewing.open(WORKER, record_id)
    [view] = events(instance, "record:content:view")
    staff_id = factories.staff_member(instance, "pat", "indexer")
    audit, reports = instance.audit, instance.audit_reports
    for ask, action in (
        (lambda: audit.events(GOVERNANCE, Asked(staff="pat", outcome="done")), "audit:event:view"),
        (lambda: audit.events(GOVERNANCE, Asked(staff="nobody at all")), "audit:event:view"),
        (lambda: audit.timeline(GOVERNANCE, Asked()), "audit:event:view"),
        (lambda: audit.event(GOVERNANCE, view.event_id), "audit:event:view"),
        (lambda: audit.detail(GOVERNANCE, view.event_id), "audit:detail:view"),
        (lambda: list(audit.export(GOVERNANCE, Asked(), "csv")), "audit:event:export"),
        (lambda: reports.by_staff(GOVERNANCE, staff_id, THE_DAY), "audit:event:view"),
        (lambda: reports.by_client(GOVERNANCE, olive.client_id, THE_DAY), "audit:event:view"),
        (lambda: reports.by_client(GOVERNANCE, "x", THE_DAY, as_file=True), "audit:event:export"),
        (lambda: reports.alerts(GOVERNANCE, THE_DAY), "audit:event:view"),
    ):
        before = len(events(instance))
        ask()
        [made] = events(instance)[before:]
        assert (made.action, made.actor_id) == (action, "governance")
    first = next(one for one in events(instance, "audit:event:view"))
    assert first.detail["asked"] == {"staff": [staff_id], "outcome": "done"}
    with instance.database.read() as session:
        kept = session.get(AuditDetail, first.event_id)
        assert kept is not None and kept.text == "pat"


def test_a_look_that_cannot_be_journalled_shows_nothing(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edrms.uow.ACTIONS", frozenset({"staff:session:start"}))
    with pytest.raises(RuntimeError):
        instance.audit.events(AUDITOR, Asked())
    with pytest.raises(RuntimeError):
        instance.audit.export(AUDITOR, Asked(), "csv")
    with pytest.raises(RuntimeError):
        instance.audit_reports.alerts(AUDITOR, THE_DAY)


# --- the filter -----------------------------------------------------------------------------------


def test_events_of_a_client_are_all_about_the_client_and_the_records_on_the_file(
    instance: Instance, olive: Client, record_id: str
) -> None:
    other = factories.client(forename="Ada", surname="Other", nhs_number="", identifiers=())
    factories.on_the_register(instance, other)
    elsewhere = factories.filed_record(instance, [other])
    instance.viewing.open(WORKER, record_id)
    instance.viewing.open(WORKER, elsewhere)
    instance.clients.open(WORKER, olive.client_id)
    found = look(instance, AUDITOR, Asked(client=olive.client_id))
    assert {entry.subject_id for entry in found} == {olive.client_id, record_id}
    assert actions(found) >= {
        "client:summary:add", "client:allocation:start", "client:file:view", "record:content:file",
        "record:content:view",
    }  # fmt: skip
    assert found == look(instance, AUDITOR, Asked(client="las 204417"))
    assert look(instance, AUDITOR, Asked(client=olive.client_id, staff="nobody")) == []


def test_refused_attempts_at_a_client_or_record_are_among_its_events(
    instance: Instance, olive: Client, record_id: str
) -> None:
    for asked in ({"client_id": olive.client_id}, {"record_id": record_id}, {"record_id": "gone"}):
        made_event(
            instance, factories.MONDAY, action="access:request:refuse", outcome="refused",
            subject_kind="route", subject_id="records.show", detail={"asked": asked},
        )  # fmt: skip
    refused = look(instance, AUDITOR, Asked(client=olive.client_id, outcome="refused"))
    assert len(refused) == 2
    assert len(look(instance, AUDITOR, Asked(record=record_id, outcome="refused"))) == 1


def test_staff_are_found_by_any_part_of_their_name_and_parts_of_the_product_by_id(
    instance: Instance,
) -> None:
    with write(instance.database, SYSTEM, instance.clock) as work:
        sian = factories.add_to_staff(work, "sjones", "indexer", name="Siân Llŷr Jones")
        factories.add_to_staff(work, "bjones", "indexer", name="Bob Jones")
        factories.add_to_staff(work, "sw", "indexer", name="Social Worker")
    made_event(instance, factories.MONDAY, actor_id=sian)
    made_event(instance, factories.MONDAY, actor_id="worker-1")
    for typed in ("sian", "LLYR", "jones sian", "sjones", sian):
        page = instance.audit.events(AUDITOR, Asked(staff=typed))
        assert list(page.staff) == [sian] and len(page.entries) == 1
        assert page.entries[0].actor_name == "Siân Llŷr Jones"
    assert len(instance.audit.events(AUDITOR, Asked(staff="jones")).staff) == 2
    assert len(instance.audit.events(AUDITOR, Asked(staff="worker-1")).entries) == 1
    for typed in ("%", "_", "***", "\0", "nobody", "jonesx", "'; --"):
        page = instance.audit.events(AUDITOR, Asked(staff=typed))
        assert page.faults == {"staff": "unknown"} and page.entries == ()


def test_record_action_outcome_source_and_request_narrow(
    instance: Instance, record_id: str
) -> None:
    instance.viewing.open(WORKER, record_id)
    reference = reference_of(instance, record_id)
    assert reference.startswith("R-")
    by_reference = look(instance, AUDITOR, Asked(record=reference.lower()))
    assert actions(by_reference) == {"record:content:file", "record:content:view"}
    only = Asked(record=reference, actions=frozenset({"record:content:view"}))
    assert actions(look(instance, AUDITOR, only)) == {"record:content:view"}
    marked = made_event(
        instance, factories.MONDAY, source="pseudonym", request_id="77aa", outcome="refused"
    )
    for asked in (Asked(source="pseudonym"), Asked(request_id="77aa"), Asked(outcome="refused")):
        assert [entry.event_id for entry in look(instance, AUDITOR, asked)] == [marked]
    assert instance.audit.events(AUDITOR, Asked(record="R-NONE")).faults == {"record": "unknown"}


def test_days_are_civil_days_and_both_are_included(instance: Instance) -> None:
    last_of_may = made_event(instance, datetime(2026, 5, 31, 22, 59, tzinfo=UTC))
    first_of_june = made_event(instance, datetime(2026, 5, 31, 23, 0, tzinfo=UTC))
    query = frozenset({"search:index:query"})
    may, june = date(2026, 5, 31), date(2026, 6, 1)
    for asked, expected in (
        (Asked(actions=query, to_day=may), [last_of_may]),
        (Asked(actions=query, from_day=june), [first_of_june]),
        (Asked(actions=query, from_day=may, to_day=june), [first_of_june, last_of_may]),
        (Asked(actions=query, from_day=june, to_day=may), []),
    ):
        assert [entry.event_id for entry in look(instance, AUDITOR, asked)] == expected


# --- pages ----------------------------------------------------------------------------------------


def test_pages_give_every_event_once_newest_first_while_new_ones_are_written(
    instance: Instance,
) -> None:
    times = [factories.MONDAY + timedelta(seconds=number // 5) for number in range(40)]
    made = [made_event(instance, at) for at in times]
    made.insert(0, made_event(instance, factories.MONDAY - timedelta(days=9)))  # a clock set back
    found = look(instance, AUDITOR, Asked(actions=frozenset({"search:index:query"})))
    assert [entry.event_id for entry in found] == made[::-1]
    assert len(look(instance, AUDITOR)) > len(made)  # each page adds an event; it ends all the same


@pytest.mark.parametrize("before", [0, -1, 10**6, 2**63, 2**70])
def test_a_page_after_no_event_is_absent(instance: Instance, before: int) -> None:
    with pytest.raises(NotFound):
        instance.audit.events(AUDITOR, Asked(), before)


def test_the_timeline_counts_what_the_list_lists(instance: Instance) -> None:
    for hours in (0, 0, 1, 30):
        made_event(instance, factories.MONDAY + timedelta(hours=hours))
    asked = Asked(actions=frozenset({"search:index:query"}), from_day=TODAY, to_day=TODAY)
    found = instance.audit.timeline(AUDITOR, asked)
    assert found.each == "hour" and len(found.bars) == 24
    assert {bar.from_at.hour: bar.count for bar in found.bars if bar.count} == {9: 2, 10: 1}
    wide = Asked(actions=asked.actions, from_day=TODAY, to_day=date(2026, 6, 30))
    assert sum(bar.count for bar in instance.audit.timeline(AUDITOR, wide).bars) == 4


# --- what stays hidden ----------------------------------------------------------------------------


def test_an_auditor_sees_ids_and_references_but_no_client_by_name(
    instance: Instance, olive: Client, record_id: str
) -> None:
    instance.viewing.open(WORKER, record_id)
    assert instance.audit.events(AUDITOR, Asked(client="Tregenza")).faults == {"client": "unknown"}
    assert instance.audit.events(AUDITOR, Asked(client="9434765919")).faults == {
        "client": "unknown"
    }
    shown = look(instance, AUDITOR, Asked(client=olive.client_id))
    report = instance.audit_reports.by_client(AUDITOR, olive.client_id, THE_DAY)
    for value in (shown, report, instance.audit_reports.alerts(AUDITOR, THE_DAY)):
        assert "Tregenza" not in repr(value) and "Olive" not in repr(value)
    named = look(instance, GOVERNANCE, Asked(client="olive tregenza"))
    assert {one.subject_name for one in named if one.subject_kind == "client"} == {"Olive Tregenza"}


def test_personal_detail_is_shown_only_with_its_permission_and_as_it_is(
    instance: Instance,
) -> None:
    instance.clients.search(WORKER, "olive tregenza")
    [event] = events(instance, "client:summary:search")
    with pytest.raises(Denied):
        instance.audit.detail(AUDITOR, event.event_id)
    _, found = instance.audit.detail(GOVERNANCE, event.event_id)
    assert (found.state, found.text) == ("kept", "olive tregenza")
    plain = made_event(instance, factories.MONDAY)
    assert instance.audit.detail(GOVERNANCE, plain)[1].state == "none"


@pytest.mark.parametrize(("column", "value"), [("text", "ann other"), ("key", "00"), ("key", "no")])
def test_an_altered_or_erased_detail_is_said_to_be(
    instance: Instance, column: str, value: str
) -> None:
    instance.clients.search(WORKER, "olive tregenza")
    [event] = events(instance, "client:summary:search")
    with (
        instance.database.session() as session
    ):  # erasing is lawful, so it can be misused to rewrite
        kept = session.get(AuditDetail, event.event_id)
        assert kept is not None
        false = {"text": kept.text, "key": kept.key, column: value}
        session.delete(kept)
        session.flush()
        session.add(AuditDetail(event_id=event.event_id, **false))
        session.commit()
    assert instance.audit.detail(GOVERNANCE, event.event_id)[1].state == "altered"
    with instance.database.session() as session:
        session.execute(delete(AuditDetail).where(AuditDetail.event_id == event.event_id))
        session.commit()
    _, found = instance.audit.detail(GOVERNANCE, event.event_id)
    assert (found.state, found.text) == ("erased", "")


def test_a_conflict_of_interest_hides_every_event_about_the_client(
    instance: Instance, olive: Client, record_id: str
) -> None:
    instance.viewing.open(WORKER, record_id)
    [view] = events(instance, "record:content:view")
    before = look(instance, GOVERNANCE, Asked(client=olive.client_id))
    blocked = factories.staff_member(instance, "governance", "information_governance")
    who = factories.actor("information_governance", name=blocked)
    with write(instance.database, SYSTEM, instance.clock) as work:
        work.session.add(
            Block(
                block_id=new_id(), staff_id=blocked, subject_kind="client", reason="aunt",
                subject_id=olive.client_id, placed_by="x", from_at=work.now,
            )
        )  # fmt: skip
        work.journal("access:block:place", "client", olive.client_id)
    assert before and look(instance, GOVERNANCE, Asked(client=olive.client_id))
    for typed in (olive.client_id, "LAS-204417", "tregenza"):
        assert instance.audit.events(who, Asked(client=typed)).faults == {"client": "unknown"}
    assert instance.audit.events(who, Asked(record=record_id)).faults == {"record": "unknown"}
    seen = {entry.subject_id for entry in look(instance, who)}
    assert seen and not seen & {olive.client_id, record_id}
    exported = {entry.subject_id for entry in instance.audit.export(who, Asked(), "csv")}
    assert not exported & {olive.client_id, record_id}
    assert instance.audit_reports.by_client(who, olive.client_id, THE_DAY).looks == ()
    assert instance.audit_reports.alerts(who, THE_DAY).alerts == ()
    for ask in (instance.audit.event, instance.audit.detail):
        with pytest.raises(NotFound):
            ask(who, view.event_id)


def test_a_shared_record_does_not_tell_who_a_sealed_identity_became(instance: Instance) -> None:
    adoption = factories.actor("adoption_team", "auditor", name="adoption")
    old, new = (
        factories.child(client_id=ClientId(letter * 32), surname=name, forename=name,
                        nhs_number="", identifiers=(), household="", date_of_birth=None)
        for letter, name in (("a", "Before"), ("b", "After"))
    )  # fmt: skip
    factories.on_the_register(instance, old, new)
    shared = factories.filed_record(instance, [old, new], document_type="D01", title="Shared")
    made_event(
        instance, factories.MONDAY, action="record:content:view", subject_kind="record",
        subject_id=shared,
    )  # fmt: skip
    plain = instance.audit_reports.by_staff(AUDITOR, "worker", THE_DAY)
    assert plain.named.clients_of[shared] == (old.client_id, new.client_id)
    instance.seals.seal(adoption, old.client_id, "an adoption order", new.client_id)
    apart = instance.audit_reports.by_staff(AUDITOR, "worker", THE_DAY)
    assert apart.named.clients_of[shared] == (new.client_id,)
    knowing = instance.audit_reports.by_staff(adoption, "worker", THE_DAY)
    assert knowing.named.clients_of[shared] == (old.client_id, new.client_id)


# --- reports --------------------------------------------------------------------------------------


def test_reports_say_who_opened_what_and_when(
    instance: Instance, olive: Client, record_id: str, clock: FixedClock
) -> None:
    instance.viewing.open(WORKER, record_id)
    instance.viewing.page_image(WORKER, record_id, 1)
    clock.advance(timedelta(minutes=5))
    instance.clients.open(OTHER, olive.client_id)
    instance.viewing.rendition(OTHER, record_id, "original")
    by_client = instance.audit_reports.by_client(AUDITOR, olive.client_id, THE_DAY)
    assert by_client.about == olive.client_id
    counts = {
        (one.staff_id, one.subject_kind): (one.opened, one.pages, one.downloads)
        for one in by_client.looks
    }
    assert counts == {
        ("worker", "record"): (1, 1, 0),
        ("other", "client"): (1, 0, 0),
        ("other", "record"): (0, 0, 1),
    }
    by_staff = instance.audit_reports.by_staff(AUDITOR, "worker", THE_DAY)
    [one] = by_staff.looks
    assert (one.subject_id, one.day) == (record_id, TODAY)
    assert by_staff.named.clients_of == {record_id: (olive.client_id,)}
    yesterday = Days(TODAY - timedelta(days=1), TODAY - timedelta(days=1))
    assert instance.audit_reports.by_client(AUDITOR, olive.client_id, yesterday).looks == ()


def test_a_report_of_several_people_of_one_name_asks_for_more(instance: Instance) -> None:
    with write(instance.database, SYSTEM, instance.clock) as work:
        for username in ("ajones", "bjones"):
            factories.add_to_staff(work, username, "indexer", name=f"{username} Jones")
    found = instance.audit_reports.by_staff(AUDITOR, "jones", THE_DAY)
    assert (found.about, found.looks, found.faults) == ("", (), {"staff": "many"})


@pytest.mark.parametrize(("first", "last"), [(1, 0), (0, 92), (0, 10_000)])
def test_a_report_of_no_days_or_too_many_is_refused(first: int, last: int) -> None:
    with pytest.raises(Invalid):
        Days(TODAY + timedelta(days=first), TODAY + timedelta(days=last))


def test_patterns_are_found_from_the_rows_there_are(
    instance: Instance, olive: Client, record_id: str
) -> None:
    namesake = factories.staff_member(instance, "tregenza", "social_worker_adults")
    who = factories.actor("social_worker_adults", name=namesake)
    instance.viewing.open(who, record_id)
    kinds = [
        (one.kind, one.staff_id, one.subject_id)
        for one in instance.audit_reports.alerts(AUDITOR, THE_DAY).alerts
    ]
    assert kinds == [("same_surname", namesake, record_id)]
    with instance.database.session() as session:
        session.execute(delete(Allocation))
        session.commit()
    kinds = [one.kind for one in instance.audit_reports.alerts(AUDITOR, THE_DAY).alerts]
    assert sorted(kinds) == ["nobodys", "same_surname"]


# --- hostile text and exports ---------------------------------------------------------------------

HOSTILE = "=cmd|' /C calc'!A0\nsecond line\r\n\x1b[2J \u2028 \0 " + "x" * 1_000_000


def test_hostile_text_stays_one_event_in_a_list_and_in_an_export(instance: Instance) -> None:
    made = made_event(instance, factories.MONDAY, reason=HOSTILE, detail={"note": HOSTILE})
    asked = Asked(actions=frozenset({"search:index:query"}))
    assert [entry.event_id for entry in look(instance, AUDITOR, asked)] == [made]
    assert [one.event_id for one in instance.audit.export(AUDITOR, asked, "csv")] == [made]
    assert json.dumps(dict(look(instance, AUDITOR, asked)[0].detail))


def test_an_export_holds_everything_asked_for_as_of_its_start(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explorer_module, "_AT_ONCE", 3)
    made = [made_event(instance, factories.MONDAY + timedelta(seconds=one)) for one in range(10)]
    asked = Asked(actions=frozenset({"search:index:query"}))
    stream = instance.audit.export(AUDITOR, asked, "csv")
    first = next(stream)
    made_event(instance, factories.MONDAY)
    assert [first.event_id, *(entry.event_id for entry in stream)] == made[::-1]
    [event] = events(instance, "audit:event:export")
    assert (event.detail["form"], event.detail["shown"]) == ("csv", 10)


def test_an_export_that_would_be_cut_short_is_refused_and_that_is_journalled(
    instance: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(explorer_module, "MOST_EXPORTED", 2)
    for _ in range(3):
        made_event(instance, factories.MONDAY)
    with pytest.raises(Invalid) as refused:
        instance.audit.export(AUDITOR, Asked(), "csv")
    assert refused.value.fields == {"size": "many"}
    with pytest.raises(Invalid):
        instance.audit.export(AUDITOR, Asked(staff="nobody"), "csv")
    assert [one.outcome for one in events(instance, "audit:event:export")] == ["refused"] * 2


# --- the seal -------------------------------------------------------------------------------------


def test_an_event_has_its_place_once_it_is_sealed_and_none_before(
    instance: Instance, tmp_path: Path
) -> None:
    made = made_event(instance, factories.MONDAY)
    opened = instance.audit.event(AUDITOR, made)
    assert (opened.place, opened.seal.sealed_to, opened.seal.last_checkpoint) == (None, 0, None)
    assert opened.seal.unsealed == len(events(instance))
    place = CheckpointPlace(tmp_path / "checkpoints")
    place.prepare()
    sealer = Sealer(instance.database, instance.clock, signer(), place, name="sealer-1", lease_s=30)
    term = sealer.take_lead()
    assert term
    while sealer.round(term):
        pass
    number = next(one.number for one in events(instance) if one.event_id == made)
    opened = instance.audit.event(AUDITOR, made)
    assert opened.place == number - 1
    assert (opened.seal.sealed_to, opened.seal.wrong) == (len(events(instance)) - 1, "")
    assert opened.seal.last_checkpoint == instance.clock.now()


def test_guarded_subjects_are_found_by_what_was_done_to_them(
    instance: Instance, olive: Client
) -> None:
    subject = Subject(SubjectKind.CLIENT, olive.client_id)
    instance.access_reports.guarding(GOVERNANCE, subject)
    found = look(instance, AUDITOR, Asked(client=olive.client_id))
    assert "access:guard:view" in actions(found)
