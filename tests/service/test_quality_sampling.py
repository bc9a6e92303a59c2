"""Samples of documents: who looks at how many, what one failure brings about, and who may not look."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from api.wiring import Instance
from edrms.access.model import Actor
from edrms.access.subjects import Subject, SubjectKind
from edrms.clock import FixedClock
from edrms.errors import Conflict, Denied, Invalid, NotFound, Refused
from edrms.jobs.worker import Worker
from edrms.staff.accounts import SYSTEM
from edrms.staff.persons import set_person
from edrms.uow import write
from scanning.batches.tables import Document, Item
from scanning.indexing.filing import IndexDecision
from scanning.paper.model import QualityState
from scanning.quality.model import BatchResult, BatchState, NotYet
from scanning.quality.tables import BatchQualityCheck, QualityJudgement, QualitySample
from tests import factories
from tests.service.events import events

WHY = "The second page cannot be read"
RIGHT = "Scanned again as batch B-00002"


@pytest.fixture
def people(instance: Instance, clock: FixedClock) -> Callable[[str], Actor]:
    """An operator, supervisors with employee numbers of their own, and the operator's second account."""
    administrator = factories.actor("system_administrator", name="sa")
    roles = {
        "pat": ("post_room", "E1"), "quinn": ("quality_supervisor", "E2"),
        "rob": ("quality_supervisor", "E3"), "pat2": ("quality_supervisor", "E1"),
        "nora": ("quality_supervisor", ""), "ada": ("adoption_team", "E5"),
    }  # fmt: skip
    found = {}
    for name, (role, number) in roles.items():
        staff_id = factories.staff_member(instance, name, role)
        found[name] = factories.actor(role, name=staff_id)
        if number:
            set_person(instance.database, clock, administrator, staff_id, number, "",
                       is_same_person=name == "pat2")  # fmt: skip
    return found.__getitem__


def batch_of(
    instance: Instance, worker: Worker, by: Actor, documents: int = 3, **told: object
) -> str:
    batch_id = factories.batch(instance, by, **told)
    send(instance, worker, by, batch_id, documents)
    return batch_id


def send(instance: Instance, worker: Worker, by: Actor, batch_id: str, documents: int) -> None:
    for number in range(documents):
        factories.send(instance, by, batch_id, f"{number}.txt", f"A note of {number} allotments.")
    factories.do_all(instance, worker)


def sample(instance: Instance, batch_id: str) -> list[QualitySample]:
    with instance.database.read() as session:
        return list(
            session.scalars(
                select(QualitySample)
                .join(Document, Document.document_id == QualitySample.document_id)
                .join(Item, Item.item_id == Document.item_id)
                .where(QualitySample.batch_id == batch_id, QualitySample.is_sampled)
                .order_by(Item.ordinal)
            )
        )


def judge(
    instance: Instance, who: Actor, document_id: str, *, has_passed: bool = True, reason: str = ""
) -> BatchResult:
    seen = len(instance.quality.desk.open(who, document_id).judgements)
    return instance.quality.judging.judge(
        who, document_id, has_passed=has_passed, seen=seen, fault="illegible", reason=reason
    )


def result(instance: Instance, who: Actor, batch_id: str) -> BatchResult:
    return instance.quality.looks.batch(who, batch_id).result


def port(instance: Instance, batch_id: str) -> tuple[QualityState, str, date | None]:
    with instance.database.read() as session:
        found = instance.quality.looks.of_batch(session, batch_id)
    return found.state, found.reason, found.on


def test_a_new_operators_batch_has_a_fifth_looked_at_and_each_at_least_one(
    instance: Instance, worker: Worker, people: Callable[[str], Actor]
) -> None:
    small = batch_of(instance, worker, people("pat"), 1)
    assert [one.why for one in sample(instance, small)] == ["new_operator"]
    large = batch_of(instance, worker, people("pat"), 11)
    assert len(sample(instance, large)) == 3  # a fifth, rounded up
    [event] = events(instance, "quality:sample:draw")[-1:]
    assert event.detail == {"sampled": 3, "documents": 11}


def test_everything_passed_passes_the_batch_and_says_by_whom(
    instance: Instance, worker: Worker, people: Callable[[str], Actor]
) -> None:
    batch_id = batch_of(instance, worker, people("pat"), 6)
    first, second = (one.document_id for one in sample(instance, batch_id))
    assert port(instance, batch_id) == (QualityState.NOT_YET, "waiting", None)
    assert judge(instance, people("quinn"), first).state is BatchState.NOT_YET
    done = judge(instance, people("rob"), second)
    assert (done.state, done.passed, done.documents) == (BatchState.PASSED, 2, 6)
    assert port(instance, batch_id) == (QualityState.PASSED, "", date(2026, 6, 1))
    [check] = events(instance, "batch:quality:check")
    assert check.actor_id == people("rob").staff_id
    assert check.detail == {"has_passed": True, "documents": 2}


def test_one_failure_has_all_looked_at_and_stays_until_put_right_with_a_reason(
    instance: Instance, worker: Worker, people: Callable[[str], Actor]
) -> None:
    quinn, batch_id = people("quinn"), batch_of(instance, worker, people("pat"), 4)
    [drawn] = sample(instance, batch_id)
    for wrong in ({"reason": ""}, {"reason": "  "}, {"reason": WHY, "fault": "no such fault"}):
        instance.quality.desk.open(quinn, drawn.document_id)
        given = {"fault": "illegible", **wrong}
        with pytest.raises(Invalid):
            instance.quality.judging.judge(
                quinn, drawn.document_id, has_passed=False, seen=0, **given
            )
    failed = judge(instance, quinn, drawn.document_id, has_passed=False, reason=WHY)
    assert (failed.state, failed.sampled, failed.is_escalated) == (BatchState.FAILED, 4, True)
    assert {one.why for one in sample(instance, batch_id)} == {"new_operator", "escalated"}
    assert port(instance, batch_id)[:2] == (QualityState.FAILED, "failed")
    [event] = events(instance, "quality:sample:judge")
    assert WHY not in str(vars(event)) and event.detail["fault"] == "illegible"
    for one in sample(instance, batch_id):
        if one.document_id != drawn.document_id:
            judge(instance, quinn, one.document_id)
    assert result(instance, quinn, batch_id).state is BatchState.FAILED
    with pytest.raises(Invalid):
        judge(instance, quinn, drawn.document_id)
    assert judge(instance, quinn, drawn.document_id, reason=RIGHT).state is BatchState.PASSED
    with instance.database.read() as session:
        every = session.scalars(select(QualityJudgement).order_by(QualityJudgement.number)).all()
        checks = session.scalars(select(BatchQualityCheck).order_by(BatchQualityCheck.number))
        assert [one.has_passed for one in checks] == [False, True]
    mine = [one for one in every if one.document_id == drawn.document_id]
    assert [(one.outcome, one.reason) for one in mine] == [("failed", WHY), ("passed", RIGHT)]


def test_a_batch_opened_again_is_not_passed_until_what_came_since_is_looked_at(
    instance: Instance, worker: Worker, people: Callable[[str], Actor]
) -> None:
    pat, quinn = people("pat"), people("quinn")
    batch_id = batch_of(instance, worker, pat, 2)
    instance.closing.close(pat, batch_id)
    judge(instance, quinn, sample(instance, batch_id)[0].document_id)
    assert result(instance, quinn, batch_id).state is BatchState.PASSED
    instance.closing.reopen(quinn, batch_id, "A second envelope was found")
    assert result(instance, quinn, batch_id).state is BatchState.PASSED  # nothing came yet
    factories.send(instance, pat, batch_id, "late.txt", "A late sheet")
    assert result(instance, quinn, batch_id).why is NotYet.BEING_READ
    factories.do_all(instance, worker)
    assert result(instance, quinn, batch_id).why is NotYet.WAITING
    [first, late] = sample(instance, batch_id)
    assert (first.round, late.round) == (1, 2)
    assert judge(instance, quinn, late.document_id).state is BatchState.PASSED


def test_what_came_into_a_failed_batch_is_looked_at_to_the_last_document(
    instance: Instance, worker: Worker, people: Callable[[str], Actor]
) -> None:
    batch_id = batch_of(instance, worker, people("pat"), 1)
    [drawn] = sample(instance, batch_id)
    judge(instance, people("quinn"), drawn.document_id, has_passed=False, reason=WHY)
    send(instance, worker, people("pat"), batch_id, 3)
    assert len(sample(instance, batch_id)) == 4


def test_a_batch_being_sent_file_by_file_is_drawn_as_if_it_had_come_at_once(
    instance: Instance, worker: Worker, people: Callable[[str], Actor]
) -> None:
    batch_id = factories.batch(instance, people("pat"))
    for number in range(10):
        factories.send(instance, people("pat"), batch_id, f"{number}.txt", f"A note, {number}.")
        factories.do_all(instance, worker)
    assert len(sample(instance, batch_id)) == 2
    assert {one.round for one in sample(instance, batch_id)} == {1}


def test_the_operator_never_checks_the_batch_by_no_account_nor_who_cannot_be_told_apart(
    instance: Instance, worker: Worker, people: Callable[[str], Actor]
) -> None:
    batch_id = batch_of(instance, worker, people("pat"), 1)
    [drawn] = sample(instance, batch_id)
    with pytest.raises(Denied):
        instance.quality.desk.open(people("pat"), drawn.document_id)
    for name, code in (("pat2", "own_batch"), ("nora", "unknown_person")):
        who = people(name)
        assert instance.quality.desk.next_for(who) is None
        with pytest.raises(Refused) as refusal:
            instance.quality.desk.open(who, drawn.document_id)
        assert refusal.value.error_code == code
        with pytest.raises(Refused):
            instance.quality.desk.page(who, drawn.document_id, 1)
        with pytest.raises(Refused):
            instance.quality.judging.judge(who, drawn.document_id, has_passed=True, seen=0)
    own = batch_of(instance, worker, replace(people("quinn"), name="Quinn"), 1)
    [mine] = sample(instance, own)
    with pytest.raises(Refused):
        instance.quality.desk.open(people("quinn"), mine.document_id)
    assert instance.quality.desk.next_for(people("quinn")) == drawn.document_id
    assert instance.quality.desk.next_for(people("rob")) == drawn.document_id


def test_a_batch_opened_by_a_program_is_anybodys_to_check(
    instance: Instance, worker: Worker, people: Callable[[str], Actor]
) -> None:
    administrator = factories.actor("system_administrator", name="sa")
    program = instance.tokens.add_program(
        administrator, "hotfolder", "Scanner", frozenset({"integration_client"})
    )
    actor = factories.actor("integration_client", name=program)
    batch_id = batch_of(instance, worker, actor, 1)
    [drawn] = sample(instance, batch_id)
    assert judge(instance, people("nora"), drawn.document_id).state is BatchState.PASSED


def test_of_two_supervisors_at_one_document_the_second_is_told(
    instance: Instance, worker: Worker, people: Callable[[str], Actor], clock: FixedClock
) -> None:
    batch_id = batch_of(instance, worker, people("pat"), 1)
    [drawn] = sample(instance, batch_id)
    desk, judging = instance.quality.desk, instance.quality.judging
    desk.open(people("quinn"), drawn.document_id)
    assert desk.next_for(people("rob")) is None
    with pytest.raises(Conflict, match="colleague"):
        desk.open(people("rob"), drawn.document_id)
    with pytest.raises(Conflict):
        judging.judge(people("rob"), drawn.document_id, has_passed=True, seen=0)
    clock.advance(timedelta(minutes=16))
    desk.open(people("rob"), drawn.document_id)
    judging.judge(
        people("rob"), drawn.document_id, has_passed=False, seen=0, fault="cut", reason=WHY
    )
    with pytest.raises(Conflict):  # what Quinn has on the screen is older than Rob's word
        judging.judge(people("quinn"), drawn.document_id, has_passed=True, seen=0, reason=RIGHT)


def test_two_who_judge_at_the_same_moment_are_one_judgement(
    instance: Instance, worker: Worker, people: Callable[[str], Actor]
) -> None:
    batch_id = batch_of(instance, worker, people("pat"), 1)
    [drawn] = sample(instance, batch_id)
    quinn, answers = people("quinn"), []
    instance.quality.desk.open(quinn, drawn.document_id)
    begin = threading.Barrier(4)

    def one() -> None:
        begin.wait()
        try:
            instance.quality.judging.judge(quinn, drawn.document_id, has_passed=True, seen=0)
            answers.append("done")
        except Conflict as error:
            answers.append(error.error_code)

    threads = [threading.Thread(target=one) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == ["done", "judged", "judged", "judged"]
    with instance.database.read() as session:
        assert session.scalar(select(func.count(QualityJudgement.judgement_id))) == 1


def test_nobody_judges_without_looking_nor_what_is_not_in_the_sample(
    instance: Instance, worker: Worker, people: Callable[[str], Actor]
) -> None:
    batch_id = batch_of(instance, worker, people("pat"), 3)
    [drawn] = sample(instance, batch_id)
    with pytest.raises(Conflict, match="Look"):
        instance.quality.judging.judge(people("quinn"), drawn.document_id, has_passed=True, seen=0)
    others = [one.document_id for one in factories.documents(instance)]
    others.remove(drawn.document_id)
    for absent in (*others, "0" * 32):
        with pytest.raises(NotFound):
            instance.quality.desk.open(people("quinn"), absent)
        with pytest.raises(NotFound):
            instance.quality.desk.page(people("quinn"), absent, 1)


def test_every_look_is_an_event(
    instance: Instance, worker: Worker, people: Callable[[str], Actor]
) -> None:
    batch_id = factories.batch(instance, people("pat"))
    factories.send(
        instance, people("pat"), batch_id, "a.png", factories.png(factories.page("Hello"))
    )
    factories.do_all(instance, worker)
    [drawn] = sample(instance, batch_id)
    opened = instance.quality.desk.open(people("quinn"), drawn.document_id)
    assert [page.number for page in opened.pages] == [1]
    assert {one.fault for one in opened.pages[0].findings} >= {"resolution"}
    assert instance.quality.desk.page(people("quinn"), drawn.document_id, 1).view_key
    with pytest.raises(NotFound):
        instance.quality.desk.page(people("quinn"), drawn.document_id, 2)
    looked = events(instance, "quality:sample:view")
    assert [one.subject_kind for one in looked] == ["document", "page"]


def test_a_sample_about_a_sealed_person_is_there_only_for_who_may_find_that_person(
    instance: Instance, worker: Worker, people: Callable[[str], Actor]
) -> None:
    jory = factories.child()
    factories.on_the_register(instance, jory)
    batch_id = factories.batch(instance, people("pat"))
    factories.send(instance, people("pat"), batch_id, "a.txt", "Re: Jory Penrose\nHe was seen.\n")
    factories.do_all(instance, worker)
    [drawn] = sample(instance, batch_id)
    assert instance.quality.desk.waiting(people("quinn")).documents == 1
    instance.seals.seal(people("ada"), jory.client_id, "adopted by another family")
    quinn, ada = people("quinn"), people("ada")
    assert instance.quality.desk.waiting(quinn).documents == 0
    assert list(instance.quality.desk.queue(quinn)) == []
    with pytest.raises(NotFound):
        instance.quality.desk.open(quinn, drawn.document_id)
    assert judge(instance, ada, drawn.document_id).state is BatchState.PASSED


def test_once_filed_the_policy_decides_who_looks_and_a_sealed_type_comes_into_the_sample(
    instance: Instance, worker: Worker, people: Callable[[str], Actor]
) -> None:
    jory = factories.child()
    factories.on_the_register(instance, jory)
    batch_id = batch_of(instance, worker, people("pat"), 3)
    [drawn] = sample(instance, batch_id)
    other = next(d for d in factories.documents(instance) if d.document_id != drawn.document_id)
    clerk = factories.actor("adoption_team", name=people("ada").staff_id)
    order = IndexDecision("D14", (jory.client_id,), date(2026, 5, 1), "Adoption order", {})
    instance.desk.open(clerk, other.document_id)
    record_id = instance.desk.file(clerk, other.document_id, order)
    judge(instance, people("quinn"), drawn.document_id)
    assert result(instance, people("quinn"), batch_id).why is NotYet.NOT_DRAWN
    with write(instance.database, SYSTEM, instance.clock) as work:
        assert not instance.quality.catch_up(work)
    assert result(instance, people("quinn"), batch_id).why is NotYet.WAITING
    with pytest.raises(NotFound):
        instance.quality.desk.open(people("quinn"), other.document_id)
    assert judge(instance, people("ada"), other.document_id).state is BatchState.PASSED
    plain = batch_of(instance, worker, people("pat"), 1)
    [letter] = sample(instance, plain)
    note = IndexDecision("D05", (jory.client_id,), date(2026, 5, 1), "Assessment", {})
    instance.desk.open(clerk, letter.document_id)
    filed = instance.desk.file(clerk, letter.document_id, note)
    assert instance.quality.desk.next_for(people("quinn")) == letter.document_id
    governance = factories.actor("information_governance", name="ig")
    subject = Subject(SubjectKind.RECORD, filed)
    instance.guards.block(governance, subject, people("quinn").staff_id, "a neighbour of the child")
    assert instance.quality.desk.next_for(people("quinn")) is None
    assert judge(instance, people("rob"), letter.document_id).state is BatchState.PASSED
    assert record_id != filed


def test_a_batch_read_before_there_were_samples_gets_one_from_upkeep(
    instance: Instance, worker: Worker, people: Callable[[str], Actor]
) -> None:
    batch_id = batch_of(instance, worker, people("pat"), 2)
    with write(instance.database, SYSTEM, instance.clock) as work:
        for row in work.session.scalars(select(QualitySample)):
            work.session.delete(row)
        work.journal("quality:sample:draw", "batch", batch_id)
    assert result(instance, people("quinn"), batch_id).why is NotYet.NOT_DRAWN
    with write(instance.database, SYSTEM, instance.clock) as work:
        instance.quality.catch_up(work)
    assert len(sample(instance, batch_id)) == 1


def test_a_held_file_keeps_a_batch_from_passing(
    instance: Instance, worker: Worker, people: Callable[[str], Actor]
) -> None:
    batch_id = batch_of(instance, worker, people("pat"), 1)
    factories.send(instance, people("pat"), batch_id, "b.pdf", b"%PDF-1.7 broken")
    factories.do_all(instance, worker)
    [drawn] = sample(instance, batch_id)
    done = judge(instance, people("quinn"), drawn.document_id)
    assert (done.state, done.why) == (BatchState.NOT_YET, NotYet.BEING_READ)
    with instance.database.read() as session:
        assert session.scalar(select(func.count(BatchQualityCheck.check_id))) == 0
    [held] = [
        one for one in instance.ledger.batch(people("quinn"), batch_id).items if one.held_reason
    ]
    instance.ledger.reject(people("quinn"), held.item_id, "Damaged; scanned again")
    assert port(instance, batch_id) == (QualityState.PASSED, "", date(2026, 6, 1))
