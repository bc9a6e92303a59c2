"""Disposal until it is set going: who may, what is refused, and what is frozen; bad input first."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from api.wiring import Instance
from edrms.access.model import Actor
from edrms.clock import FixedClock
from edrms.errors import Conflict, Denied, Invalid, NotFound, Refused, StepUpRequired
from edrms.staff.accounts import SYSTEM
from edrms.uow import write
from retention.disposal_tables import DisposalItem
from retention.disposal_words import Appraisal, DueFilter
from retention.workflow import CaseAct
from tests import factories
from tests.service.disposals import DESTROY, WHY, Office, another_client, office
from tests.service.events import events
from tests.service.retained import record_event, renewed

ABSENT = "0" * 32


@pytest.fixture
def desk(instance: Instance, clock: FixedClock) -> Office:
    return office(instance, clock)


# --- proposing ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "what", "field"),
    [
        ("", DueFilter(), "title"),
        (" " * 20, DueFilter(), "title"),
        ("x" * 201, DueFilter(), "title"),
        ("Due", DueFilter("Z99"), "class_id"),
        ("Due", DueFilter(until=date(2099, 1, 1)), "until"),
        ("Due", [f"{number:032x}" for number in range(2001)], "records"),
    ],
)
def test_a_case_that_is_said_wrongly_is_not_opened(
    desk: Office, title: str, what: object, field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        desk.instance.disposal.proposing.propose(desk.who("anna"), title, what)  # type: ignore[arg-type]
    assert set(refused.value.fields) == {field}


def test_only_what_is_due_free_and_seen_is_proposed(desk: Office) -> None:
    propose = desk.instance.disposal.proposing.propose
    with pytest.raises(Denied):
        propose(factories.actor("social_worker_adults"), "Due", DueFilter())
    with pytest.raises(NotFound):
        propose(desk.who("anna"), "Due", [ABSENT])
    with pytest.raises(Refused) as nothing:
        propose(desk.who("anna"), "Due", DueFilter("C03"))
    assert nothing.value.error_code == "nothing_due"
    held = desk.hold_record(desk.records[0])
    with pytest.raises(Refused) as refused:
        desk.proposed()
    assert refused.value.error_code == "held"
    case_id = propose(desk.who("anna"), "Due", DueFilter("A02", date(2026, 1, 1)))
    assert [one.record_id for one in desk.items(case_id)] == [desk.records[1]]
    with pytest.raises(Refused) as twice:
        desk.proposed([desk.records[1]])
    assert twice.value.error_code == "in_case"
    desk.instance.holds.lift(desk.who("bert"), held, WHY, "Letter 2")
    record_event(desk.instance, desk.olive, "SERVICE_END", date(2025, 1, 1))
    with pytest.raises(Refused) as early:
        desk.proposed([desk.records[0]])
    assert early.value.error_code == "not_due"


def test_a_stored_answer_alone_proposes_nothing(desk: Office) -> None:
    from retention.tables import LifeEvent

    with write(desk.instance.database, SYSTEM, desk.clock) as work:
        work.session.execute(update(LifeEvent).values(on=date(2026, 1, 1)))
        work.journal("audit:event:view", "test", "behind the answers")
    assert desk.answer(desk.records[0]).due_on == date(2018, 1, 4)
    with pytest.raises(Refused):
        desk.instance.disposal.proposing.propose(desk.who("anna"), "Due", DueFilter())


def test_a_secret_hold_does_not_show_in_what_is_proposed(desk: Office) -> None:
    desk.hold_record(desk.records[0], is_secret=True)
    case_id = desk.proposed()  # by a records manager, who may not know of it
    assert len(desk.items(case_id)) == 2


# --- appraising -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "field"),
    [
        (Appraisal("", WHY), "decision"),
        (Appraisal("burn", WHY), "decision"),
        (Appraisal("destroy", "short"), "reason"),
        (Appraisal("destroy", " " * 30), "reason"),
        (Appraisal("destroy", "x" * 4001), "reason"),
        (Appraisal("extend", WHY), "extend_until"),
        (Appraisal("extend", WHY, date(2026, 6, 1)), "extend_until"),
        (Appraisal("extend", WHY, date(2099, 1, 1)), "extend_until"),
        (Appraisal("extend", WHY, date.max), "extend_until"),
        (Appraisal("reclass", WHY), "to_class"),
        (Appraisal("reclass", WHY, to_class="Z99"), "to_class"),
    ],
)
def test_an_appraisal_said_wrongly_changes_nothing(
    desk: Office, said: Appraisal, field: str
) -> None:
    case_id = desk.proposed()
    ids = [one.item_id for one in desk.items(case_id)]
    with pytest.raises(Invalid) as refused:
        desk.instance.disposal.acts.appraise(desk.who("anna"), case_id, said, ids)
    assert set(refused.value.fields) == {field}
    assert {one.state for one in desk.items(case_id)} == {"proposed"}


def test_items_of_elsewhere_and_none_are_refused(desk: Office) -> None:
    acts, case_id = desk.instance.disposal.acts, desk.proposed([desk.records[0]])
    other = desk.items(desk.proposed([desk.records[1]]))[0].item_id
    with pytest.raises(NotFound):
        acts.appraise(desk.who("anna"), case_id, DESTROY, [other])
    with pytest.raises(NotFound):
        acts.appraise(desk.who("anna"), ABSENT, DESTROY, [other])
    with pytest.raises(Invalid):
        acts.appraise(desk.who("anna"), case_id, DESTROY, [])
    with pytest.raises(Refused):
        acts.complete(desk.who("anna"), case_id)
    with pytest.raises(Denied):
        acts.appraise(factories.actor("auditor"), case_id, DESTROY, [other])


def test_what_became_undue_since_it_was_proposed_is_not_appraised(desk: Office) -> None:
    case_id = desk.proposed()
    record_event(desk.instance, desk.olive, "SERVICE_END", date(2025, 1, 1))
    with pytest.raises(Refused) as refused:
        desk.appraised(case_id=case_id)
    assert refused.value.error_code == "not_due"


def test_those_alike_are_appraised_together_and_one_differently(desk: Office) -> None:
    case_id, who = desk.proposed(), desk.who("anna")
    seen = desk.instance.disposal.cases.open(who, case_id)
    [alike] = seen.alike
    assert (alike.class_id, alike.action, alike.records, alike.undecided) == ("A02", "REVIEW", 2, 2)
    acts, cases = desk.instance.disposal.acts, desk.instance.disposal.cases
    ids = cases.alike(who, case_id, "A02", "REVIEW")
    acts.appraise(who, case_id, Appraisal("extend", WHY, date(2030, 1, 1)), ids[:1])
    acts.appraise(who, case_id, DESTROY, cases.alike(who, case_id, "A02", "REVIEW"))
    assert [one.decision for one in desk.items(case_id)] == ["extend", "destroy"]
    acts.complete(who, case_id)
    acts.appraise(who, case_id, DESTROY, ids[:1])  # thought again: it must be completed again
    assert desk.case(case_id).state == "proposed"
    assert desk.items(case_id)[0].extend_until is None


# --- approving ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("by", "code"),
    [("anna", "same_proposer"), ("anna2", "same_proposer"), ("nora", "unknown_proposer")],
)
def test_who_proposed_or_cannot_be_told_from_them_does_not_approve_by_any_account(
    desk: Office, by: str, code: str
) -> None:
    case_id = desk.appraised(by="cara", case_id=desk.proposed(by="anna"))
    with pytest.raises(Refused) as refused:
        desk.approve(case_id, by)
    assert refused.value.error_code == code
    assert desk.case(case_id).state == "appraised"


def test_who_ever_appraised_a_record_of_it_does_not_approve(desk: Office) -> None:
    case_id = desk.appraised(by="bert", case_id=desk.proposed(by="anna"))
    desk.appraised(by="anna", case_id=case_id)  # every record anew by somebody else
    with pytest.raises(Refused) as refused:
        desk.approve(case_id, "bert")
    assert refused.value.error_code == "same_appraiser"
    desk.approve(case_id, "cara")


def test_approval_wants_proof_afresh_a_reason_and_the_list_that_was_shown(desk: Office) -> None:
    case_id = desk.appraised()
    with pytest.raises(StepUpRequired):
        desk.approve(case_id, has_stepped_up=False)
    with pytest.raises(Invalid) as silent:
        desk.instance.disposal.acts.approve(desk.who("bert"), case_id, "ok", has_stepped_up=True)
    assert set(silent.value.fields) == {"reason"}
    shown = desk.instance.disposal.cases.open(desk.who("bert"), case_id).list_now
    desk.appraised(Appraisal("destroy", "another reason for it"), case_id=case_id)
    with pytest.raises(Conflict):
        desk.approve(case_id, seen_list=shown)
    now = desk.instance.disposal.cases.open(desk.who("bert"), case_id).list_now
    desk.approve(case_id, seen_list=now)
    assert desk.case(case_id).list_sha256 == now


def test_who_may_not_see_a_record_of_it_does_not_approve(desk: Office) -> None:
    case_id = desk.appraised(by="bert", case_id=desk.proposed(by="bert"))
    _mark_restricted(desk, desk.records[0])
    with pytest.raises(Refused) as refused:
        desk.approve(case_id, "cara")
    assert refused.value.error_code == "unseen"
    seen = desk.instance.disposal.cases.open(desk.who("cara"), case_id)
    assert (len(seen.items), seen.hidden_here, seen.total) == (1, 1, 2)
    desk.approve(case_id, "anna2")


def _mark_restricted(desk: Office, record_id: str) -> None:
    from edrms.access.subjects import Subject, SubjectKind

    desk.instance.guards.mark(
        desk.who("bert"), Subject(SubjectKind.RECORD, record_id), "restricted", WHY,
        date(2026, 9, 1),
    )  # fmt: skip


def test_a_list_changed_after_the_approval_is_not_announced_nor_carried_out(desk: Office) -> None:
    case_id = desk.appraised()
    desk.approve(case_id)
    before = desk.items(case_id)[0]
    _rewrite(desk, before.item_id, reason="something else entirely")
    with pytest.raises(Refused) as refused:
        desk.instance.disposal.acts.announce(desk.who("bert"), case_id)
    assert refused.value.error_code == "list"
    _rewrite(desk, before.item_id, reason=before.reason)
    desk.instance.disposal.acts.announce(desk.who("bert"), case_id)
    _rewrite(desk, before.item_id, record_id=desk.file()[0])
    desk.wait()
    with pytest.raises(Refused) as again:
        desk.instance.disposal.acts.execute(desk.who("cara"), case_id, has_stepped_up=True)
    assert again.value.error_code == "list"


def _rewrite(desk: Office, item_id: str, **values: object) -> None:
    with write(desk.instance.database, SYSTEM, desk.clock) as work:
        work.session.execute(
            update(DisposalItem).where(DisposalItem.item_id == item_id).values(**values)
        )
        work.journal("audit:event:view", "test", "behind the back")


# --- waiting and setting going --------------------------------------------------------------------


def _execute(desk: Office, case_id: str, by: Actor | None = None, **given: object) -> None:
    fields: dict[str, object] = {"has_stepped_up": True}
    who = by or desk.who("cara")
    desk.instance.disposal.acts.execute(who, case_id, **fields | given)  # type: ignore[arg-type]


def _refused(desk: Office, case_id: str, by: Actor | None = None) -> str:
    with pytest.raises(Refused) as refused:
        _execute(desk, case_id, by)
    assert desk.case(case_id).state == "waiting"
    return refused.value.error_code


def test_nothing_is_set_going_before_the_waiting_period_is_over(desk: Office) -> None:
    case_id = desk.approved()
    desk.wait(13)
    assert _refused(desk, case_id) == "waiting"
    desk.wait(1)
    with pytest.raises(StepUpRequired):
        _execute(desk, case_id, has_stepped_up=False)
    _execute(desk, case_id)
    with pytest.raises(Conflict):
        _execute(desk, case_id)
    with pytest.raises(Conflict):
        desk.instance.disposal.acts.decline(desk.who("cara"), case_id, WHY)


def test_a_clock_that_no_checkpoint_confirms_sets_nothing_going(desk: Office) -> None:
    case_id, cara = desk.approved(), desk.who("cara")
    desk.clock.advance(timedelta(days=365))
    assert _refused(desk, case_id) == "clock"  # nothing sealed at all
    desk.clock.advance(timedelta(days=-365))
    desk.wait()
    desk.clock.advance(timedelta(days=365))
    assert _refused(desk, case_id) == "clock"  # a year ahead
    desk.clock.advance(timedelta(days=-730))
    assert _refused(desk, case_id, cara) == "clock"  # a year behind
    desk.clock.advance(timedelta(days=365))
    _execute(desk, case_id)


def test_a_clock_that_jumped_is_noticed_also_when_the_sealer_went_on_with_it(desk: Office) -> None:
    case_id = desk.approved()
    desk.wait(1)
    desk.clock.advance(timedelta(days=365))
    desk.wait(1)
    assert _refused(desk, case_id) == "clock"


def test_a_declined_case_lets_its_records_go_and_ends_nothing(desk: Office) -> None:
    case_id = desk.approved()
    with pytest.raises(Invalid):
        desk.instance.disposal.acts.decline(desk.who("cara"), case_id, "no")
    desk.instance.disposal.acts.decline(desk.who("cara"), case_id, WHY)
    assert {one.state for one in desk.items(case_id)} == {"released"}
    assert {desk.state(one) for one in desk.records} == {"filed"}
    assert desk.proposed() != case_id


# --- looking --------------------------------------------------------------------------------------


def test_cases_that_wait_for_somebody_are_first_in_their_list(desk: Office) -> None:
    mine = desk.appraised(case_id=desk.proposed([desk.records[0]]))
    other = desk.proposed([desk.records[1]])
    cases = desk.instance.disposal.cases

    def waiting(name: str) -> list[str]:
        found = cases.listed(desk.who(name))
        assert sorted((one.waits_for_me for one in found), reverse=True) == [
            one.waits_for_me for one in found
        ]
        return sorted(one.row.case_id for one in found if one.waits_for_me)

    assert waiting("anna") == [other]  # not the one that somebody else approves
    assert waiting("anna2") == [other]
    assert waiting("bert") == sorted([mine, other])
    assert CaseAct.APPROVE not in cases.open(desk.who("anna2"), mine).may
    assert CaseAct.APPROVE in cases.open(desk.who("bert"), mine).may
    for name in ("auditor", "social_worker_adults", "system_administrator"):
        with pytest.raises(Denied):
            cases.listed(factories.actor(name))
        with pytest.raises(Denied):
            cases.open(factories.actor(name), mine)
    with pytest.raises(NotFound):
        cases.open(desk.who("bert"), ABSENT)


def test_every_act_is_journalled_and_its_words_are_kept_apart(desk: Office) -> None:
    case_id = desk.approved()
    desk.instance.disposal.acts.decline(desk.who("cara"), case_id, WHY)
    done = [one.action for one in events(desk.instance, subject=case_id)]
    assert done == [
        "disposal:case:propose", "disposal:item:appraise", "disposal:case:appraise",
        "disposal:case:approve", "disposal:case:wait", "disposal:case:decline",
    ]  # fmt: skip
    assert WHY not in "".join(f"{one.detail} {one.reason}" for one in events(desk.instance))


def test_a_lifted_hold_brings_what_it_kept_back_into_a_new_case(desk: Office) -> None:
    case_id = desk.approved()
    held = desk.hold_record(desk.records[0])
    desk.instance.holds.lift(desk.who("bert"), held, WHY, "Letter 2")
    fresh = desk.item(desk.records[0])
    with desk.instance.database.read() as session:
        waiting = session.scalars(
            select(DisposalItem).where(DisposalItem.case_id.is_(None))
        ).all()  # fmt: skip
    assert [one.record_id for one in waiting] == [desk.records[0]]
    again = desk.proposed([desk.records[0]])
    assert again != case_id and fresh is not None
    [item] = desk.items(again)
    assert item.item_id == waiting[0].item_id and item.follows_item_id
    assert renewed(desk.instance) >= 1
    assert another_client(desk).client_id != desk.olive.client_id
