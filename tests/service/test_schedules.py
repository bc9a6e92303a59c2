"""Schedules on real rows: refused whole, previewed before they count, enacted by another person."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from api.wiring import Instance
from edrms.access.model import Actor
from edrms.clients.model import Client
from edrms.clock import FixedClock
from edrms.errors import Conflict, Denied, Invalid, NotFound, Refused
from edrms.records.tables import CaseFile
from edrms.staff.accounts import SYSTEM
from edrms.staff.tables import StaffPerson
from edrms.uow import write
from retention.comparing import Effect
from retention.model import Due, NotDue
from retention.preview_work import PREVIEW
from retention.profiles import BASE, PROFILES, profile_text
from retention.schedule import render
from retention.schedule_store import in_force
from retention.schedules import install
from retention.tables import ScheduleVersion
from tests import factories
from tests.service.events import events, personal_detail
from tests.service.retained import (
    GOVERNANCE,
    MANAGER,
    past,
    previewed,
    record_event,
    renewed,
    stored,
    with_schedule,
)

REASON = "agreed by the records board in May"


@pytest.fixture
def clock() -> FixedClock:
    return factories.fixed_clock()


@pytest.fixture
def instance(tmp_path: Path, clock: FixedClock) -> Iterator[Instance]:
    made = factories.new_instance(tmp_path / "home", clock)
    yield made
    made.database.close()


@pytest.fixture
def jory(instance: Instance) -> Client:
    person = factories.child()
    factories.on_the_register(instance, person)
    return person


def lines() -> list[str]:
    return profile_text(BASE).splitlines()


def changed(class_id: str, old: str, new: str) -> str:
    """The shipped schedule with other words in the row of one class."""
    found = [
        line.replace(old, new, 1) if line.startswith(f"{class_id},") else line for line in lines()
    ]
    assert found != lines()
    return "\n".join(found) + "\n"


def proposed(instance: Instance, text: str = "", by: Actor = MANAGER, name: str = "ours") -> int:
    return instance.retention.schedules.propose(by, text or profile_text(BASE), name)


def versions(instance: Instance) -> list[int]:
    return [one.version for one in instance.retention.schedules.versions(MANAGER)]


def filed(instance: Instance, person: Client, kind: str) -> str:
    """A record on a file of this class of its own."""
    record_id = factories.filed_record(instance, [person], document_type="D05")
    with write(instance.database, SYSTEM, instance.clock) as work:
        mine = CaseFile.client_id == person.client_id, CaseFile.opened_at == work.now
        work.session.execute(update(CaseFile).where(*mine).values(record_class=kind))
        work.journal("record:content:file", "record", record_id)
    return record_id


# --- bad input -------------------------------------------------------------------------------------


def test_every_wrong_line_is_told_and_nothing_is_changed(instance: Instance) -> None:
    with_schedule(instance)
    rows = lines()
    rows[3] = rows[3].replace(",P8Y,", ",P0Y,", 1).replace(",P20Y,", ",P0Y,", 1)
    rows[8] = rows[8].replace("SERVICE_END", "SERVICE_ENDS", 1)
    rows.append(rows[1])
    with pytest.raises(Invalid) as refused:
        proposed(instance, "\n".join(rows))
    told = " | ".join(refused.value.fields)
    assert all(f"line {number}" in told for number in (4, 9, len(rows)))
    assert versions(instance) == [1]
    assert len(events(instance, "retention:schedule:propose")) == 1


def test_a_class_of_the_file_plan_cannot_be_left_out(instance: Instance) -> None:
    without = "\n".join(line for line in lines() if not line.startswith("C03,"))
    with pytest.raises(Invalid) as refused:
        proposed(instance, without)
    assert "C03" in str(refused.value.fields)


def test_a_class_that_files_still_use_cannot_be_left_out_though_the_file_plan_dropped_it(
    instance: Instance, jory: Client
) -> None:
    filed(instance, jory, "Z99")
    with pytest.raises(Invalid, match="Files still use Z99") as refused:
        proposed(instance)
    assert set(refused.value.fields) == {"Z99"}
    with pytest.raises(Invalid, match="Z99"):
        with_schedule(instance)


def test_a_class_that_came_into_use_since_bars_the_enacting(
    instance: Instance, jory: Client
) -> None:
    version = proposed(instance)
    previewed(instance, version)
    filed(instance, jory, "Z99")
    with pytest.raises(Invalid, match="Files still use Z99"):
        instance.retention.schedules.take_effect(GOVERNANCE, version, REASON)
    with instance.database.read() as session:
        assert in_force(session) is None


@pytest.mark.parametrize("name", ["", "Our Schedule", "../x", "x" * 65, "-x"])
def test_a_schedule_needs_a_name(instance: Instance, name: str) -> None:
    with pytest.raises(Invalid) as refused:
        proposed(instance, name=name)
    assert set(refused.value.fields) == {"profile"}


def test_a_table_of_drawn_classes_is_refused_by_line_too(instance: Instance) -> None:
    drawn = "status,class_id,from_classes,why\nfostered,C05,C03,\nadopted,Z99,C03,\n"
    with pytest.raises(Invalid) as refused:
        instance.retention.schedules.propose(MANAGER, profile_text(BASE), "ours", drawn=drawn)
    assert ["line 2" in told or "line 3" in told for told in refused.value.fields] == [True, True]


@pytest.mark.parametrize("version", [0, -1, 2, 1 << 40])
def test_a_version_that_is_not_there_is_not_found(instance: Instance, version: int) -> None:
    proposed(instance)
    for ask in (
        lambda: instance.retention.schedules.version(MANAGER, version),
        lambda: instance.retention.previews.of(MANAGER, version),
        lambda: instance.retention.previews.ask(MANAGER, version),
        lambda: instance.retention.schedules.take_effect(GOVERNANCE, version, REASON),
    ):
        with pytest.raises(NotFound):
            ask()


def test_an_unknown_profile_is_refused_and_names_those_there_are(instance: Instance) -> None:
    with pytest.raises(Invalid, match=BASE):
        with_schedule(instance, "atlantis")


# --- who may ---------------------------------------------------------------------------------------


def test_a_second_account_of_who_proposed_does_not_enact(instance: Instance) -> None:
    version = proposed(instance)
    with write(instance.database, SYSTEM, instance.clock) as work:
        accounts = [
            factories.add_to_staff(work, name, *GOVERNANCE.roles) for name in ("first", "second")
        ]
        work.session.get_one(ScheduleVersion, version).proposed_by = accounts[0]
        for account in accounts:
            work.session.add(StaffPerson(staff_id=account, employee_number="e100", email=""))
        work.journal("staff:person:set", "staff", accounts[0])
    second = replace(GOVERNANCE, staff_id=accounts[1])
    with pytest.raises(Refused) as refused:
        instance.retention.schedules.take_effect(second, version, REASON)
    assert refused.value.error_code == "own_proposal"


def test_who_proposed_does_not_enact_and_a_reason_is_needed(instance: Instance) -> None:
    version = proposed(instance)
    with pytest.raises(Refused) as refused:
        instance.retention.schedules.take_effect(MANAGER, version, REASON)
    assert refused.value.error_code == "own_proposal"
    with pytest.raises(Invalid):
        instance.retention.schedules.take_effect(GOVERNANCE, version, "ok")
    with instance.database.read() as session:
        assert in_force(session) is None


def test_roles_without_the_permission_are_denied(instance: Instance) -> None:
    version, worker = proposed(instance), factories.actor("social_worker_children")
    auditor = factories.actor("auditor")
    assert instance.retention.schedules.version(auditor, version)
    schedules = instance.retention.schedules
    for who, ask in (
        (worker, lambda who: schedules.versions(who)),
        (worker, lambda who: schedules.propose(who, profile_text(BASE), "ours")),
        (auditor, lambda who: instance.retention.previews.ask(who, version)),
        (auditor, lambda who: instance.retention.previews.of(who, version)),
        (auditor, lambda who: schedules.take_effect(who, version, REASON)),
    ):
        with pytest.raises(Denied):
            ask(who)


# --- over time -------------------------------------------------------------------------------------


@pytest.mark.parametrize("profile", PROFILES)
def test_every_shipped_profile_can_be_the_first_schedule(instance: Instance, profile: str) -> None:
    with_schedule(instance, profile)
    with instance.database.read() as session:
        found = in_force(session)
    assert found is not None
    assert (found.version, found.profile, len(found.rules)) == (1, profile, 75)
    assert found.drawn


def test_the_first_is_installed_once(instance: Instance) -> None:
    with_schedule(instance)
    with (
        pytest.raises(Refused, match="in force already"),
        write(instance.database, SYSTEM, instance.clock) as work,
    ):
        install(work, BASE)
    assert versions(instance) == [1]


def test_enacting_replaces_and_every_step_is_journalled_with_its_reason_apart(
    instance: Instance, clock: FixedClock
) -> None:
    with_schedule(instance)
    version = proposed(instance, changed("C03", "P30Y", "P35Y"))
    seen = previewed(instance, version)
    clock.advance(timedelta(hours=2))
    instance.retention.schedules.take_effect(GOVERNANCE, version, REASON)
    now, before = instance.retention.schedules.versions(MANAGER)
    assert (before.version, before.replaced_at) == (1, clock.now())
    assert (now.version, now.in_force_from, now.replaced_at) == (2, clock.now(), None)
    assert (now.proposed_by, now.enacted_by, now.enacted_because) == ("rm", "ig", REASON)
    event = events(instance, "retention:schedule:enact", "2")[0]
    assert event.detail["replaces"] == 1 and personal_detail(instance, event) == REASON
    [asked] = {one.detail["preview"] for one in events(instance, PREVIEW, "2")[-1:]}
    assert event.detail["preview"] == asked and seen.is_finished
    with pytest.raises(Conflict):
        instance.retention.schedules.take_effect(GOVERNANCE, version, REASON)


def test_one_that_is_older_than_the_one_in_force_is_proposed_again(instance: Instance) -> None:
    first, second = proposed(instance), proposed(instance)
    previewed(instance, second)
    instance.retention.schedules.take_effect(GOVERNANCE, second, REASON)
    with pytest.raises(Refused, match="Version 2 is in force, which is newer"):
        instance.retention.schedules.take_effect(GOVERNANCE, first, REASON)


def test_what_is_exported_imports_again_as_the_same_rules(instance: Instance) -> None:
    version = proposed(instance, changed("C03", "P30Y", "P35Y"))
    _, found = instance.retention.schedules.version(MANAGER, version)
    again = proposed(instance, render(found))
    _, same = instance.retention.schedules.version(MANAGER, again)
    assert (same.rules, same.drawn) == (found.rules, found.drawn)
    assert found.rules["C03"].period.years == 35


def test_a_version_is_read_by_the_classes_of_its_own_time(instance: Instance) -> None:
    version = proposed(instance)
    with write(instance.database, SYSTEM, instance.clock) as work:
        row = work.session.get_one(ScheduleVersion, version)
        row.text = "\n".join(row.text.splitlines()[:40]) + "\n"
        row.drawn = []
        work.journal("retention:schedule:propose", "schedule", str(version))
    _, found = instance.retention.schedules.version(MANAGER, version)
    assert len(found.rules) == 39


def test_all_records_are_answered_for_again_and_keep_what_they_were_told_before(
    instance: Instance, jory: Client
) -> None:
    with_schedule(instance)
    record_id = filed(instance, jory, "C03")
    renewed(instance)
    version = proposed(instance, changed("C03", "P30Y", "P35Y"))
    previewed(instance, version)
    instance.retention.schedules.take_effect(GOVERNANCE, version, REASON)
    assert stored(instance, record_id).schedule_version == 1
    renewed(instance)
    kept = stored(instance, record_id)
    assert (kept.due_on, kept.schedule_version) == (date(2049, 5, 17), 2)
    [before] = past(instance, record_id)
    assert (before.due_on, before.schedule_version) == (date(2044, 5, 17), 1)
    [event] = events(instance, "retention:answer:renew")
    assert (event.subject_id, event.detail) == ("2", {"records": 1, "changed": 1})


def test_a_walk_that_was_under_way_begins_again_for_the_newer_schedule(
    instance: Instance, jory: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    import retention.walking

    monkeypatch.setattr(retention.walking, "SLICE", 1)
    with_schedule(instance)
    ids = [filed(instance, jory, "C03") for _ in range(3)]
    renewed(instance)
    for years in ("P35Y", "P40Y"):
        version = proposed(instance, changed("C03", "P30Y", years))
        previewed(instance, version)
        instance.retention.schedules.take_effect(GOVERNANCE, version, REASON)
        with write(instance.database, SYSTEM, instance.clock) as work:
            retention.walking.walk(work)
    assert [stored(instance, one).schedule_version for one in ids] == [3, 1, 1]
    renewed(instance)
    assert {stored(instance, one).due_on for one in ids} == {date(2054, 5, 17)}


# --- preview ---------------------------------------------------------------------------------------


def test_a_preview_says_which_records_from_when_to_when_and_why_and_changes_nothing(
    instance: Instance, jory: Client
) -> None:
    with_schedule(instance)
    record_id = filed(instance, jory, "C03")
    other = factories.client()
    factories.on_the_register(instance, other)
    filed(instance, other, "A02")
    renewed(instance)
    version = proposed(instance, changed("C03", "P30Y", "P12Y"))
    found = previewed(instance, version, GOVERNANCE)
    sums = found.sums
    assert (sums.records, sums.changed, sums.become_due, found.against) == (2, 1, 1, 1)
    assert sums.by_class == {"C03": {Effect.EARLIER: 1}} and sums.due_by_class == {"C03": 1}
    [shown] = found.page
    one = shown.change
    assert one.record_id == record_id
    assert isinstance(one.before, NotDue) and one.before.until == date(2044, 5, 17)
    assert isinstance(one.after, Due) and one.after.on == date(2026, 5, 17)
    assert one.after.ground.event_on == date(2014, 5, 17)
    assert "17 May 2044" in shown.before and "17 May 2026" in shown.after
    assert stored(instance, record_id).due_on == date(2044, 5, 17)
    assert {one.actor_id for one in events(instance, PREVIEW)} == {"rm", "ig"}


def test_another_name_or_authority_of_a_rule_changes_no_record(
    instance: Instance, jory: Client
) -> None:
    with_schedule(instance)
    filed(instance, jory, "C03")
    version = proposed(instance, changed("C03", "Children Act 1989", "Children Act 1989 and ours"))
    assert previewed(instance, version).sums.changed == 0


@pytest.mark.parametrize(
    ("class_id", "old", "new", "effect"),
    [
        ("C03", "P30Y", "P31Y", Effect.LATER),
        ("C03", "P30Y", "P29Y", Effect.EARLIER),
        ("C03", ",DOB,", ",SERVICE_END,", Effect.BECOMES_UNKNOWN),
        ("C12", "CASE_CLOSED", "RECEIVED", Effect.BECOMES_KNOWN),
        ("C12", ",REVIEW,", ",RETAIN,", Effect.BECOMES_PERMANENT),
        ("C03", ",REVIEW,", ",DESTROY,", Effect.OTHER),
    ],
)
def test_each_way_to_change_is_told_apart(
    instance: Instance, jory: Client, class_id: str, old: str, new: str, effect: Effect
) -> None:
    with_schedule(instance)
    filed(instance, jory, class_id)
    version = proposed(instance, changed(class_id, old, new))
    assert previewed(instance, version).sums.by_class == {class_id: {effect: 1}}


def test_only_records_one_may_see_are_listed_and_counted(instance: Instance, jory: Client) -> None:
    with_schedule(instance)
    mine = [filed(instance, jory, "C03") for _ in range(3)]
    version = proposed(instance, changed("C03", "P30Y", "P35Y"))
    found = previewed(instance, version)
    assert (found.sums.records, found.sums.changed) == (3, 3)
    assert len(instance.retention.previews.of(MANAGER, version, most=2).page) == 2
    assert len(instance.retention.previews.of(MANAGER, version, page=2, most=2).page) == 1
    every = instance.retention.previews.every(MANAGER, version)
    assert [one.change.record_id for one in every] == mine
    instance.seals.seal(factories.actor("adoption_team"), jory.client_id, "the adoption order")
    found = instance.retention.previews.of(MANAGER, version)
    assert (found.sums.records, found.sums.changed, found.sums.by_class) == (0, 0, {})
    assert found.page == () and list(instance.retention.previews.every(MANAGER, version)) == []


def test_before_the_first_schedule_a_preview_says_what_would_be_known(
    instance: Instance, jory: Client
) -> None:
    filed(instance, jory, "C03")
    found = previewed(instance, proposed(instance))
    assert (found.against, found.sums.by_class) == (None, {"C03": {Effect.BECOMES_KNOWN: 1}})
    assert found.page[0].change.before is None and found.page[0].before == ""


def test_an_event_between_preview_and_enacting_counts(instance: Instance, jory: Client) -> None:
    with_schedule(instance)
    record_id = filed(instance, jory, "C03")
    version = proposed(instance, changed("C05", "P75Y", "P80Y"))
    previewed(instance, version)
    record_event(instance, jory, "looked_after", date(2020, 1, 1))
    instance.retention.schedules.take_effect(GOVERNANCE, version, REASON)
    renewed(instance)
    assert stored(instance, record_id).due_on == date(2094, 5, 17)
