"""Carrying out: everything is asked again, a hold stops it anywhere, and no crash leaves half of it."""

import threading
import time
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from api.duties import carry_disposals_on
from api.wiring import Instance
from edrms.access.work import allocate
from edrms.audit.notes import make_key
from edrms.audit.verifier import LOG_KEY
from edrms.certificates import issuing
from edrms.clock import FixedClock
from edrms.errors import CannotStart, NotFound, Refused, Unavailable
from edrms.pace import Pace
from edrms.records.endings import Erased
from edrms.records.tables import CaseFile, Record, RecordAttachment, RecordStub
from edrms.staff.accounts import SYSTEM
from edrms.uow import write
from retention import certifying, executing
from retention.certificate import genuine_certificate
from retention.disposal_cases import NOT_PASSED
from retention.disposal_tables import DisposalCase, DisposalItem
from retention.disposal_words import Appraisal
from retention.erasing import Erasing
from retention.hold_guard import live_holds_on
from retention.hold_words import Scope, ScopeKind
from retention.schedules import enact, propose
from retention.tables import Extension
from scanning.batches.verify import verify
from tests import factories
from tests.service.disposals import DESTROY, WHY, Office, office
from tests.service.events import events
from tests.service.retained import file_of, record_event


@pytest.fixture
def desk(instance: Instance, clock: FixedClock) -> Office:
    return office(instance, clock)


@pytest.fixture
def one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executing, "GROUP", 1)


def certified(desk: Office, case_id: str) -> dict[str, object]:
    row = desk.certificate(case_id)
    assert row is not None
    whole = genuine_certificate(row.document.encode(), desk.instance.disposal.certifying.key())
    return whole["certificate"]  # type: ignore[no-any-return]


def faults_of_storage(desk: Office) -> list[str]:
    """What is missing or left over; these records were filed without an item they came in."""
    found = verify(desk.instance.database, desk.instance.store).faults
    return [str(one) for one in found if "filed in one table" not in str(one)]


# --- the whole way --------------------------------------------------------------------------------


def test_from_due_to_the_certificate(desk: Office) -> None:
    case_id = desk.executing()
    assert {desk.state(one) for one in desk.records} == {"filed"}
    assert carry_disposals_on(desk.instance, "upkeep")
    assert desk.case(case_id).state == "certified"
    assert {desk.state(one) for one in desk.records} == {"disposed"}
    said = certified(desk, case_id)
    assert {one["record_id"] for one in said["destroyed"]} == set(desk.records)  # type: ignore[attr-defined]
    one = said["destroyed"][0]  # type: ignore[index]
    assert (one["class_id"], one["schedule_version"], one["due_on"]) == ("A02", 1, "2018-01-04")
    assert "NHS Records Management Code" in one["authority"]
    names = [said[who]["name"] for who in ("proposer", "approver", "executor")]  # type: ignore[index]
    assert names == ["Anna", "Bert", "Cara"] and said["appraisers"][0]["name"] == "Anna"  # type: ignore[index]
    assert (said["kept"], said["extended"], said["waiting_days"]) == (0, 0, 14)
    assert said["backups_expire_on"] == "2026-09-13" and "no witness" in str(said["clock"])
    assert said["checkpoint_size"] > 20 and "Olive" not in str(said)  # type: ignore[operator]
    done = [one.action for one in events(desk.instance, subject=case_id)][-2:]
    assert done == ["disposal:case:execute", "disposal:case:certify"]
    assert faults_of_storage(desk) == []


def test_both_forms_are_given_out_to_those_who_may_see_cases(desk: Office) -> None:
    case_id = desk.executing()
    with pytest.raises(NotFound):
        desk.instance.disposal.certifying.open(desk.who("anna"), case_id)
    desk.run(case_id)
    issued = desk.instance.disposal.certifying.open(desk.who("anna"), case_id)
    assert issued.pdf.startswith(b"%PDF-") and issued.document.endswith("}\n")
    check = desk.instance.disposal.certifying.check
    assert "2 records" in check(issued.document.encode()) and issued.reference in check(issued.pdf)


def test_what_is_kept_longer_and_moved_is_so_afterwards(desk: Office) -> None:
    case_id, who = desk.proposed(), desk.who("anna")
    first, second = desk.items(case_id)
    acts = desk.instance.disposal.acts
    acts.appraise(who, case_id, Appraisal("extend", WHY, date(2031, 5, 1)), [first.item_id])
    acts.appraise(who, case_id, Appraisal("reclass", WHY, to_class="A03"), [second.item_id])
    acts.complete(who, case_id)
    desk.executing(desk.approved(case_id))
    assert desk.run(case_id).is_certified
    assert desk.answer(first.record_id).due_on == date(2031, 5, 1)
    assert desk.answer(second.record_id).due_on == date(
        2030, 1, 4
    )  # 20 years from the service's end
    assert {desk.state(one) for one in desk.records} == {"filed"}
    said = certified(desk, case_id)
    assert (said["destroyed"], said["extended"], said["reclassed"]) == ([], 1, 1)
    [moved] = events(desk.instance, "record:file:change", second.record_id)
    assert (moved.detail["from_classes"], moved.detail["to_class"]) == (["A02"], "A03")


def test_a_hold_on_a_class_is_not_got_round_by_moving_the_record_out_of_it(desk: Office) -> None:
    case_id = desk.executing(
        desk.approved(desk.appraised(Appraisal("reclass", WHY, to_class="A01")))
    )
    desk.hold(Scope(ScopeKind.RECORD_CLASS, "A02"))
    desk.run(case_id)
    assert {one.skipped_because for one in desk.items(case_id)} == {"held"}
    assert file_of(desk.instance, desk.olive).record_class == "A02"


# --- a hold, anywhere ----------------------------------------------------------------------------


@pytest.mark.parametrize("is_secret", [False, True])
def test_a_hold_placed_between_approval_and_execution_keeps_what_it_is_on(
    desk: Office, is_secret: bool
) -> None:
    held, free = desk.records
    case_id = desk.approved()
    desk.hold_record(held, is_secret=is_secret)
    desk.executing(case_id)
    assert desk.run(case_id).is_certified
    assert (desk.state(held), desk.state(free)) == ("filed", "disposed")
    assert desk.item(held).skipped_because == "held"
    said = certified(desk, case_id)
    assert said["kept"] == 1 and held not in str(said)
    [told] = [
        one.why_not
        for one in desk.instance.disposal.cases.open(desk.who("anna"), case_id).items
        if one.item.record_id == held
    ]
    assert told == NOT_PASSED
    skips = events(desk.instance, "disposal:item:skip")
    assert [one.subject_id for one in skips] == [held] and "held" not in str(skips[0].detail)


def test_a_hold_placed_between_two_groups_keeps_the_rest(desk: Office, one_by_one: None) -> None:
    case_id = desk.executing()
    assert desk.run(case_id, most_groups=1).left == 1
    [rest] = [one for one in desk.records if desk.state(one) == "filed"]
    hold_id = desk.hold(Scope(ScopeKind.CLIENT, desk.olive.client_id))
    assert desk.run(case_id).is_certified
    assert desk.state(rest) == "filed"
    desk.instance.holds.lift(desk.who("bert"), hold_id, WHY, "Letter 2")
    assert desk.run(case_id).is_certified and desk.state(rest) == "filed"
    again = desk.proposed([rest])  # appraised afresh, by two people, never by the old approval
    assert desk.items(again)[0].follows_item_id == desk_item(desk, case_id, rest).item_id


def desk_item(desk: Office, case_id: str, record_id: str) -> DisposalItem:
    return next(one for one in desk.items(case_id) if one.record_id == record_id)


# --- what has changed since -----------------------------------------------------------------------


def _letter_came(desk: Office) -> None:
    desk.file()


def _somebody_works_again(desk: Office) -> None:
    with write(desk.instance.database, SYSTEM, desk.clock) as work:
        allocate(work, desk.olive.client_id, staff_id=desk.who("cara").staff_id)


def _status_reached(desk: Office) -> None:
    record_event(desk.instance, desk.olive, "deceased", date(2026, 6, 1))


def _service_went_on(desk: Office) -> None:
    record_event(desk.instance, desk.olive, "SERVICE_END", date(2025, 1, 1))


def _contradicted(desk: Office) -> None:
    for day in (1, 2):
        record_event(desk.instance, desk.olive, "DOD", date(2025, 1, day))


def _other_class(desk: Office) -> None:
    with write(desk.instance.database, SYSTEM, desk.clock) as work:
        work.session.execute(update(CaseFile).values(record_class="A08"))
        work.journal("audit:event:view", "test", "class")


def _other_file(desk: Office) -> None:
    with write(desk.instance.database, SYSTEM, desk.clock) as work:
        old = work.session.scalars(select(CaseFile)).one()
        work.session.add(CaseFile(case_file_id="f" * 32, client_id=old.client_id,
                                  record_class="A01", service=old.service, opened_at=work.now))  # fmt: skip
        work.session.flush()
        for record_id in desk.records:
            work.session.add(RecordAttachment(record_id=record_id, case_file_id="f" * 32))
        work.journal("audit:event:view", "test", "file")


def _stricter_schedule(desk: Office) -> None:
    from retention.profiles import BASE, profile_text, shipped_drawn
    from retention.schedule_store import known_classes

    text = profile_text(BASE).replace("P8Y", "P60Y")
    with write(desk.instance.database, SYSTEM, desk.clock) as work:
        row = propose(work, text, "stricter", shipped_drawn(known_classes()), "longer")
        enact(work, row, "a longer period for everybody")


CHANGES: dict[str, tuple[Callable[[Office], None], set[str]]] = {
    "another letter was filed": (_letter_came, {"activity"}),
    "somebody works with the person again": (_somebody_works_again, {"activity"}),
    "a status was reached": (_status_reached, {"status", "unknown"}),
    "it is not due any more": (_service_went_on, {"not_due"}),
    "a fact is in doubt": (_contradicted, {"unknown"}),
    "it is kept by another class": (_other_class, {"status"}),
    "it is on another file besides": (_other_file, {"activity", "unknown"}),
    "the schedule is stricter": (_stricter_schedule, {"not_due"}),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_has_changed_since_the_appraisal_keeps_the_record(desk: Office, what: str) -> None:
    change, expected = CHANGES[what]
    records, case_id = list(desk.records), desk.executing()
    change(desk)
    assert desk.run(case_id).is_certified
    assert {desk.state(one) for one in records} == {"filed"}
    assert {one.skipped_because for one in desk.items(case_id)} <= expected
    assert certified(desk, case_id)["kept"] == 2


@pytest.mark.parametrize("days", [365, -365])
def test_a_clock_that_went_wrong_between_two_groups_stops_it_and_it_goes_on_when_put_right(
    desk: Office, one_by_one: None, days: int
) -> None:
    case_id = desk.executing()
    desk.run(case_id, most_groups=1)
    desk.clock.advance(timedelta(days=days))
    with pytest.raises(Refused) as refused:
        desk.run(case_id)
    assert refused.value.error_code == "clock"
    assert sorted(desk.state(one) for one in desk.records) == ["disposed", "filed"]
    desk.clock.advance(timedelta(days=-days))
    assert desk.run(case_id).is_certified


def test_a_list_changed_while_it_is_carried_out_stops_it(desk: Office, one_by_one: None) -> None:
    case_id = desk.executing()
    desk.run(case_id, most_groups=1)
    [other] = desk.file()
    with write(desk.instance.database, SYSTEM, desk.clock) as work:
        changed = update(DisposalItem).where(DisposalItem.state == "approved")
        work.session.execute(changed.values(record_id=other))
        work.journal("audit:event:view", "test", "behind the back")
    with pytest.raises(Refused) as refused:
        desk.run(case_id)
    assert refused.value.error_code == "list" and desk.state(other) == "filed"


# --- two at once, and cut off anywhere ------------------------------------------------------------


def test_two_executors_at_once_do_it_once(desk: Office, one_by_one: None) -> None:
    desk.file(4)
    desk.clock.advance(timedelta(hours=1))
    case_id = desk.executing()
    ready, faults = threading.Barrier(2), []

    def work() -> None:
        ready.wait()
        try:
            _until_it_is_free(lambda: desk.run(case_id))
        except Exception as error:
            faults.append(error)

    both = [threading.Thread(target=work) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert faults == []
    whole(desk, case_id)


def _until_it_is_free(call: Callable[[], object]) -> None:
    """The embedded index has one writer: whoever comes second is told to try again, as upkeep does."""
    for _ in range(100):
        try:
            call()
        except Unavailable:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("the index was never free")


def whole(desk: Office, case_id: str) -> None:
    """Everything has ended once, and nothing is half."""
    assert desk.case(case_id).state == "certified"
    destroyed = [one.subject_id for one in events(desk.instance, "record:content:destroy")]
    assert sorted(destroyed) == sorted(desk.records)
    done = [one.subject_id for one in events(desk.instance, "disposal:item:end")]
    assert sorted(done) == sorted(desk.records)
    assert len(events(desk.instance, "disposal:case:certify")) == 1
    assert {one["record_id"] for one in certified(desk, case_id)["destroyed"]} == set(desk.records)  # type: ignore[attr-defined]
    assert faults_of_storage(desk) == []
    with desk.instance.database.read() as session:
        assert session.scalar(select(func.count()).select_from(RecordStub)) == len(desk.records)


class CutOff(Exception):
    """The process died here."""


class Dying:
    """A place at which the process is killed, before or after its work."""

    def __init__(self, real: object, when: str) -> None:
        self._real, self._when = real, when
        self.name = real.name  # type: ignore[attr-defined]

    def erase(self, actor: object, record_ids: object) -> dict[str, Erased]:
        if self._when == "after":
            self._real.erase(actor, record_ids)  # type: ignore[attr-defined]
        raise CutOff


@pytest.mark.parametrize("place", range(4))
@pytest.mark.parametrize("when", ["before", "after"])
def test_cut_off_while_a_place_erases_it_is_carried_on(
    desk: Office, one_by_one: None, place: int, when: str
) -> None:
    case_id = desk.executing()
    room = desk.instance.disposal.executing
    holdings = list(desk.instance.erasing._holdings)
    holdings[place] = Dying(holdings[place], when)  # type: ignore[arg-type]
    real, room._erasing = (
        room._erasing,
        Erasing(desk.instance.database, desk.clock, holdings, Pace(0)),
    )
    with pytest.raises(CutOff):
        desk.run(case_id)
    assert desk.case(case_id).state == "executing" and desk.certificate(case_id) is None
    room._erasing = real
    assert desk.run(case_id).is_certified
    whole(desk, case_id)


STEPS = [
    (executing, "condemn"), (executing, "rechecked"), (executing, "_decide"),
    (executing, "_extend_and_move"), (executing.Executing, "_given_up"),
    (executing.Executing, "_certify"), (executing, "_all_gone"),
    (certifying.Certifying, "drawn_up"), (certifying.Certifying, "sign"),
    (certifying, "pdf_of"), (issuing, "load_key"), (certifying.Certifying, "issue"),
]  # fmt: skip


@pytest.mark.parametrize("nth", [1, 2])
@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(("of", "step"), STEPS, ids=[step for _, step in STEPS])
def test_cut_off_at_any_step_it_is_carried_on(
    desk: Office, one_by_one: None, monkeypatch: pytest.MonkeyPatch, of: object, step: str,
    when: str, nth: int,
) -> None:  # fmt: skip
    case_id, real, calls = desk.executing(), getattr(of, step), iter(range(1, 100))

    def dies(*given: object, **named: object) -> object:
        if next(calls) != nth:
            return real(*given, **named)
        if when == "after":
            real(*given, **named)
        raise CutOff

    with monkeypatch.context() as patched:
        patched.setattr(of, step, dies)
        try:
            desk.run(case_id)
        except CutOff:
            assert when == "after" or desk.certificate(case_id) is None
    assert desk.run(case_id).is_certified
    assert desk.run(case_id).is_certified  # and again: nothing is done twice
    whole(desk, case_id)


def test_without_a_key_nothing_is_certified_until_there_is_one(desk: Office) -> None:
    case_id, key = desk.executing(), Path(desk.instance.settings.disposal_key)
    kept = key.read_bytes()
    key.unlink()
    with pytest.raises(CannotStart, match="edrms disposal key --make"):
        desk.run(case_id)
    assert carry_disposals_on(desk.instance, "upkeep")  # said in the log; other duties go on
    assert desk.case(case_id).state == "executing"
    assert {desk.state(one) for one in desk.records} == {"disposed"}
    make_key(key, "edrms/another/disposal", LOG_KEY)
    key.write_bytes(kept)
    assert desk.run(case_id).is_certified


def test_cases_take_turns_and_one_that_cannot_go_on_holds_up_none(desk: Office) -> None:
    stuck = desk.executing()
    second, third = (
        desk.executing(desk.approved(desk.appraised(case_id=desk.proposed(desk.file(2)))))
        for _ in range(2)
    )
    with desk.instance.database.session() as session, session.begin():
        session.get_one(DisposalCase, stuck).list_sha256 = "of another list"
    for ended in (1, 2, 2):
        assert carry_disposals_on(desk.instance, "upkeep")
        states = [desk.case(one).state for one in (stuck, second, third)]
        assert states[0] == "executing" and states.count("certified") == ended


# --- stubs ----------------------------------------------------------------------------------------


def test_stubs_are_found_by_those_who_may_and_nobody_else_sees_a_trace(desk: Office) -> None:
    case_id = desk.executing()
    stubs = desk.instance.disposal.stubs
    assert stubs.of_client(desk.who("anna"), desk.olive.client_id) == ()
    desk.run(case_id)
    found = stubs.of_client(desk.who("anna"), desk.olive.client_id)
    assert {one.record_id for one in found} == set(desk.records)
    assert {(one.case_id, one.is_certified) for one in found} == {(case_id, True)}
    assert all(one.document_type == "D30" and one.places for one in found)
    for role in ("social_worker_adults", "auditor", "team_manager", "business_support"):
        with pytest.raises(Exception, match="may not"):
            stubs.of_client(factories.actor(role), desk.olive.client_id)
    with pytest.raises(NotFound):
        stubs.of_client(desk.who("anna"), "0" * 32)


def test_a_stub_of_what_one_could_not_see_is_not_shown(desk: Office) -> None:
    from edrms.access.subjects import Subject, SubjectKind

    case_id = desk.executing(
        desk.approved(desk.appraised(by="anna", case_id=desk.proposed(by="anna")))
    )
    desk.run(case_id)
    desk.instance.guards.mark(
        desk.who("bert"), Subject(SubjectKind.RECORD, desk.records[0]), "restricted", WHY,
        desk.clock.now().date() + timedelta(days=60),
    )  # fmt: skip
    stubs = desk.instance.disposal.stubs
    assert len(stubs.of_client(desk.who("bert"), desk.olive.client_id)) == 2
    assert len(stubs.of_client(desk.who("anna"), desk.olive.client_id)) == 1


def held_now(desk: Office, at: datetime) -> set[str]:
    with desk.instance.database.read() as session:
        return set(live_holds_on(session, session.scalars(select(Record.record_id)).all(), at))


def extensions(desk: Office) -> int:
    with desk.instance.database.read() as session:
        return session.scalar(select(func.count()).select_from(Extension)) or 0


def dies_at_the_second(real: Callable[..., object]) -> Callable[..., object]:
    calls = iter((1, 2))

    def called(*given: object) -> object:
        if next(calls) == 2:
            raise CutOff
        return real(*given)

    return called


def test_an_extension_is_given_once_though_its_group_is_cut_off(
    desk: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = Appraisal("extend", WHY, date(2031, 5, 1))
    case_id = desk.executing(desk.approved(desk.appraised(said)))
    with monkeypatch.context() as patched:
        patched.setattr(executing, "extend", dies_at_the_second(executing.extend))
        with pytest.raises(CutOff):
            desk.run(case_id)
    assert extensions(desk) == 0
    assert desk.run(case_id).is_certified and desk.run(case_id).is_certified
    assert extensions(desk) == 2
    assert held_now(desk, desk.clock.now()) == set() and DESTROY.decision == "destroy"


def test_a_hold_placed_on_what_is_gone_already_can_still_be_seen_and_lifted(desk: Office) -> None:
    """It keeps nothing; but it must not stay for ever without anybody knowing."""
    case_id = desk.executing()
    desk.run(case_id)
    hold_id = desk.hold_record(desk.records[0])
    holds = desk.instance.holds
    assert hold_id in {one.hold.hold_id for one in holds.listed(desk.who("anna"))}
    holds.lift(desk.who("anna"), hold_id, WHY, "Letter 2")
