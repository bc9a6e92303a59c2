"""Paper originals: boxes, what lies in them, tasks, and destruction by two people. Bad input first."""

import json
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from api.wiring import Instance
from edrms.audit.verifier import Tampered
from edrms.clock import FixedClock
from edrms.errors import (
    Conflict,
    Damaged,
    Denied,
    EdrmsError,
    Invalid,
    NotFound,
    Refused,
    StepUpRequired,
)
from edrms.incidents.misfiles import Repair
from edrms.staff.accounts import SYSTEM
from edrms.uow import write
from retention.hold_words import Scope, ScopeKind
from scanning.batches.model import DocumentState
from scanning.batches.tables import Document, Item
from scanning.paper.boxes import SaidOfBox
from scanning.paper.destroying import NOT_PASSED
from scanning.paper.model import PartState, TaskState
from scanning.paper.placing import Report
from scanning.paper.rules import BoxAct
from scanning.paper.tables import PaperBox, PaperCertificate, PaperDestructionLine, PaperPart
from tests import factories
from tests.service.events import events, personal_detail
from tests.service.papers import WHY, PaperOffice, paper_office

PLAN, WILL_LIKE = "D30", "D35"  # an ordinary type, and one whose paper is kept


@pytest.fixture
def desk(instance: Instance, clock: FixedClock) -> PaperOffice:
    return paper_office(instance, clock)


def fields(error: pytest.ExceptionInfo[Invalid]) -> set[str]:
    return set(error.value.fields)


# --- boxes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("barcode", "location", "custodian", "field"),
    [
        ("abc", "Shelf", "Post", "barcode"), ("BX 1/2", "Shelf", "Post", "barcode"),
        ("X" * 33, "Shelf", "Post", "barcode"), ("EDRMS-SEP-1", "Shelf", "Post", "barcode"),
        ("PATCHT", "Shelf", "Post", "barcode"), ("K\u00e4STEN", "Shelf", "Post", "barcode"),
        ("", "", "Post", "location"), ("", "x" * 201, "Post", "location"),
        ("", "Shelf", "  ", "custodian"), ("", "Shelf", "x" * 121, "custodian"),
    ],
)  # fmt: skip
def test_a_box_with_something_wrong_is_refused_by_field(
    desk: PaperOffice, barcode: str, location: str, custodian: str, field: str
) -> None:
    with pytest.raises(Invalid) as error:
        desk.paper.boxes.register(desk.who("pat"), barcode, location, custodian)
    assert fields(error) == {field}
    assert desk.paper.boxes.listed(desk.who("pat"))[1] == 0


def test_a_barcode_is_had_by_one_box_in_whatever_case_it_is_typed(desk: PaperOffice) -> None:
    box_id = desk.box("BX-0001")
    with pytest.raises(Invalid, match="not registered") as error:
        desk.box(" bx-0001 ")
    assert fields(error) == {"barcode"}
    assert desk.paper.boxes.find(desk.who("pat"), "bx-0001") == box_id
    with pytest.raises(Invalid):
        desk.paper.boxes.find(desk.who("pat"), "BX-0002")


def test_a_box_that_is_out_is_not_moved_lent_filled_or_retired_until_it_is_back(
    desk: PaperOffice,
) -> None:
    box_id, reference = desk.box(), desk.batch(PLAN)
    desk.lend(box_id)
    said = SaidOfBox("Shelf 9", "Legal", desk.clock.now().date(), WHY)
    for act in (BoxAct.MOVE, BoxAct.LEND, BoxAct.RETIRE, BoxAct.FIND):
        with pytest.raises(Conflict):
            desk.paper.boxes.act(desk.who("quinn"), box_id, act, said)
    with pytest.raises(Conflict) as error:
        desk.put(box_id, reference)
    assert error.value.error_code == "box_state"
    assert desk.box_row(box_id).custodian == "Legal"
    desk.paper.boxes.act(desk.who("pat"), box_id, BoxAct.GIVE_BACK, SaidOfBox("Shelf 2", "Post"))
    row = desk.box_row(box_id)
    assert (row.state, row.location, row.custodian, row.due_back_on) == (
        "in_place", "Shelf 2", "Post", None,
    )  # fmt: skip
    assert desk.history(box_id) == ["register", "lend", "give_back"]


@pytest.mark.parametrize(
    ("act", "said", "field"),
    [
        (BoxAct.MOVE, SaidOfBox(), "location"),
        (BoxAct.LEND, SaidOfBox(due_back_on=date(2026, 6, 3)), "custodian"),
        (BoxAct.LEND, SaidOfBox(custodian="Legal"), "due_back_on"),
        (BoxAct.LEND, SaidOfBox(custodian="Legal", due_back_on=date(2026, 5, 1)), "due_back_on"),
        (BoxAct.LEND, SaidOfBox(custodian="Legal", due_back_on=date(2028, 5, 1)), "due_back_on"),
        (BoxAct.LOSE, SaidOfBox(reason="gone"), "reason"),
        (BoxAct.MOVE, SaidOfBox("x", reason="x" * 3000), "reason"),
    ],
)
def test_an_act_with_something_wrong_changes_nothing(
    desk: PaperOffice, act: BoxAct, said: SaidOfBox, field: str
) -> None:
    box_id = desk.box()
    with pytest.raises(Invalid) as error:
        desk.paper.boxes.act(desk.who("pat"), box_id, act, said)
    assert fields(error) == {field}
    assert desk.history(box_id) == ["register"]


def test_a_box_not_back_in_time_and_a_lost_one_are_counted_as_overdue(desk: PaperOffice) -> None:
    out, lost = desk.box(), desk.box()
    desk.lend(out)
    assert desk.paper.boxes.overdue(desk.who("pat")) == 0
    desk.clock.advance(timedelta(days=8))
    desk.paper.boxes.act(desk.who("pat"), lost, BoxAct.LOSE, SaidOfBox(reason=WHY))
    assert desk.paper.boxes.overdue(desk.who("pat")) == 2
    assert desk.paper.boxes.open(desk.who("pat"), out).is_overdue
    desk.paper.boxes.act(
        desk.who("pat"), lost, BoxAct.FIND, SaidOfBox("Cellar", "Post", reason=WHY)
    )
    assert desk.paper.boxes.overdue(desk.who("pat")) == 1


def test_a_clock_set_back_changes_nothing_of_a_box(desk: PaperOffice) -> None:
    box_id, pat = desk.box(), desk.who("pat")
    desk.clock.advance(timedelta(days=-1))
    with pytest.raises(Refused) as error:
        desk.paper.boxes.act(pat, box_id, BoxAct.MOVE, SaidOfBox("Shelf 2"))
    assert error.value.error_code == "clock"
    assert desk.box_row(box_id).location == "Shelf 1"


def test_who_has_no_permission_does_nothing_with_boxes(desk: PaperOffice) -> None:
    box_id = desk.box()
    for name in ("bert", "nora"):  # they look, and confirm; they move nothing
        with pytest.raises(Denied):
            desk.paper.boxes.act(desk.who(name), box_id, BoxAct.MOVE, SaidOfBox("Shelf 2"))
    with pytest.raises(Denied):
        desk.paper.boxes.act(desk.who("pat"), box_id, BoxAct.RETIRE, SaidOfBox(reason=WHY))
    with pytest.raises(NotFound):
        desk.paper.boxes.open(desk.who("pat"), "0" * 32)


# --- what lies where ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("what", "field"),
    [
        (("B-99999", None, ""), "batch"), (("nothing", None, ""), "batch"),
        (("B-00001\0", None, ""), "batch"), (("", None, ""), "batch"),
        (("{b}", 7, ""), "file"), (("{b}", None, "1-2"), "file"),
        (("{b}", 1, "0"), "pages"), (("{b}", 1, "3-1"), "pages"), (("{b}", 1, "2-9"), "pages"),
        (("{b}", 1, "one"), "pages"), (("{b}", 1, "1-" + "9" * 40), "pages"),
    ],
)  # fmt: skip
def test_what_is_not_there_is_not_put_anywhere(
    desk: PaperOffice, what: tuple[str, int | None, str], field: str
) -> None:
    reference, box_id = desk.batch(PLAN, PLAN), desk.box()
    batch, file, pages = what
    with pytest.raises(Invalid) as error:
        desk.put(box_id, batch.replace("{b}", reference), file, pages)
    assert fields(error) == {field}


def test_a_document_is_not_put_into_two_boxes(desk: PaperOffice) -> None:
    reference, one, other = desk.batch(PLAN, PLAN), desk.box(), desk.box()
    desk.put(one, reference, 1, "1-2")
    for pages in ("1-2", "2", "2-3"):
        with pytest.raises(Refused) as error:
            desk.put(other, reference, 1, pages)
        assert error.value.error_code == "elsewhere"
    desk.put(other, reference)  # the rest of the batch
    with pytest.raises(Refused):
        desk.put(one, reference)
    places = desk.paper.looks.of_record(desk.who("cara"), desk.record(reference, 1))
    assert [place.box.box_id for place in places] == [one]
    places = desk.paper.looks.of_record(desk.who("cara"), desk.record(reference, 2))
    assert [place.box.box_id for place in places] == [other]


def test_what_is_taken_out_of_its_batch_lies_where_it_was_put(desk: PaperOffice) -> None:
    reference, one, other = desk.batch(PLAN, PLAN, PLAN), desk.box(), desk.box()
    with pytest.raises(Refused) as error:
        desk.separate(other, reference, "3-4")
    assert error.value.error_code == "not_within"
    desk.put(one, reference)
    part_id = desk.separate(other, reference, "3-4")
    with pytest.raises(Refused):
        desk.separate(one, reference, "4-5")
    with pytest.raises(Refused):
        desk.separate(one, reference, "3-4")
    desk.paper.placing.move(desk.who("pat"), part_id, one)
    with pytest.raises(Conflict):
        desk.paper.placing.move(desk.who("pat"), part_id, one)
    assert desk.history(other) == ["register", "put_in", "taken_out"]
    found = desk.paper.boxes.open(desk.who("pat"), one)
    assert [(one.file, one.row.first_page) for one in found.parts] == [(None, 0), (1, 3)]
    with pytest.raises(Refused) as error:
        desk.paper.boxes.act(desk.who("quinn"), one, BoxAct.RETIRE, SaidOfBox(reason=WHY))
    assert error.value.error_code == "not_empty"


def test_paper_lost_or_gone_early_shows_on_the_record(desk: PaperOffice) -> None:
    reference, box_id = desk.batch(PLAN), desk.box()
    part_id = desk.put(box_id, reference)
    report = desk.paper.placing.report
    with pytest.raises(Conflict):
        report(desk.who("pat"), part_id, Report.FOUND, WHY)
    with pytest.raises(Invalid):
        report(desk.who("pat"), part_id, Report.LOST, "gone")
    report(desk.who("pat"), part_id, Report.LOST, WHY)
    [place] = desk.paper.looks.of_record(desk.who("cara"), desk.record(reference))
    assert place.part.state == "lost" and place.is_live
    report(desk.who("pat"), part_id, Report.DESTROYED_EARLY, WHY)
    [place] = desk.paper.looks.of_record(desk.who("cara"), desk.record(reference))
    assert place.part.state == "destroyed_early" and not place.is_live
    assert desk.paper.looks.of_record(desk.who("pat"), desk.record(reference)) == ()
    assert len(events(desk.instance, "paper:part:report")) == 2


def test_a_persons_file_lists_both_parts_in_order_for_who_may_see_it(desk: PaperOffice) -> None:
    reference = desk.batch(PLAN, PLAN)
    desk.put(desk.box("BX-0001"), reference, 1, "1-2")
    found = desk.paper.looks.of_client(desk.who("cara"), desk.olive.client_id)
    assert [[place.part is not None for place in places] for _, places in found] == [
        [True],
        [False],
    ]
    assert events(desk.instance, "paper:place:view", desk.olive.client_id)
    for name in ("pat", "quinn"):
        with pytest.raises(Denied):
            desk.paper.looks.of_client(desk.who(name), desk.olive.client_id)
    with pytest.raises(NotFound):
        desk.paper.looks.of_client(desk.who("cara"), desk.record(reference))


# --- the quality check ----------------------------------------------------------------------------


def test_nothing_passes_until_somebody_says_so_by_name_and_what_comes_later_undoes_it(
    desk: PaperOffice,
) -> None:
    reference = desk.batch(PLAN, closed=False)
    desk.put(desk.box(), reference)
    assert "quality" in desk.unmet(reference)
    with pytest.raises(Denied):
        desk.check(reference, by="pat")
    desk.check(reference)
    assert "quality" not in desk.unmet(reference)
    desk.check(reference, has_passed=False)
    assert "quality" in desk.unmet(reference)
    desk.check(reference)
    factories.send(
        desk.instance, desk.who("pat"), desk.batch_id(reference), "late.txt", "A late sheet"
    )
    assert "quality" in desk.unmet(reference)
    factories.do_all(desk.instance, factories.a_worker(desk.instance, factories.shared_reader()))
    assert "quality" in desk.unmet(reference)
    desk.check(reference)
    assert "quality" not in desk.unmet(reference)


# --- destruction ----------------------------------------------------------------------------------


def refused(desk: PaperOffice, *parts: str, records: tuple[str, ...] = ()) -> str:
    with pytest.raises(EdrmsError) as error:
        desk.propose(*parts, records=records)
    return error.value.error_code


def test_paper_is_not_proposed_before_each_condition_is_true(desk: PaperOffice) -> None:
    reference = desk.batch(PLAN, PLAN)
    part_id = desk.put(desk.box(), reference)
    assert desk.unmet(reference) == {"quality", "standstill"}
    assert refused(desk, part_id) == "not_passed"
    desk.check(reference)
    desk.stand_still(89)
    assert desk.unmet(reference) == {"standstill"}
    assert refused(desk, part_id) == "not_passed"
    desk.stand_still(1)
    assert desk.unmet(reference) == set()
    desk.propose(part_id)


def test_an_unbalanced_or_unfiled_batch_keeps_its_paper(desk: PaperOffice) -> None:
    waiting = desk.batch(PLAN, filed=False)
    part_id = desk.put(desk.box(), waiting)
    desk.check(waiting)
    reference, other = desk.ready(PLAN)
    assert "filed" in desk.unmet(waiting) and refused(desk, part_id) == "not_passed"
    still_open = desk.batch(PLAN, closed=False)
    desk.put(desk.box(), still_open)
    assert "filed" in desk.unmet(still_open)
    with write(desk.instance.database, SYSTEM, desk.clock) as work:
        work.session.execute(
            update(Item).where(Item.batch_id == desk.batch_id(reference)).values(page_count=3)
        )
        work.journal("item:content:open", "batch", "x")
    assert "filed" in desk.unmet(reference) and refused(desk, other) == "not_passed"


def test_a_kind_whose_paper_is_kept_and_what_was_marked_are_never_proposed(
    desk: PaperOffice,
) -> None:
    reference, part_id = desk.ready(PLAN, WILL_LIKE)
    assert desk.unmet(reference) == {"may_go"} and refused(desk, part_id) == "not_passed"
    desk.separate(desk.box(), reference, "3-4")  # it goes to a box of its own; the rest may go
    assert desk.unmet(reference) == set()
    desk.paper.placing.keep(desk.who("quinn"), part_id, WHY)
    assert desk.unmet(reference) == {"may_go"} and refused(desk, part_id) == "not_passed"


def test_a_box_that_is_out_and_a_part_that_is_lost_are_not_destroyed(desk: PaperOffice) -> None:
    box_id = desk.box()
    reference, part_id = desk.ready(PLAN, box_id=box_id)
    desk.lend(box_id)
    assert desk.unmet(reference) == {"in_place"} and refused(desk, part_id) == "not_passed"
    desk.paper.placing.report(desk.who("pat"), part_id, Report.LOST, WHY)
    assert desk.unmet(reference) == {"in_place"} and refused(desk, part_id) == "not_passed"


@pytest.mark.parametrize("is_secret", [False, True])
def test_paper_under_a_hold_is_not_proposed_and_a_secret_one_is_not_told(
    desk: PaperOffice, is_secret: bool
) -> None:
    reference, part_id = desk.ready(PLAN)
    desk.hold_record(desk.record(reference), is_secret=is_secret)
    with pytest.raises(Refused) as error:
        desk.propose(part_id)
    assert error.value.message == NOT_PASSED
    assert desk.unmet(reference, by="bert") == {"no_hold"}
    assert desk.unmet(reference, by="quinn") == (set() if is_secret else {"no_hold"})


def test_a_hold_placed_between_proposal_and_confirmation_stops_it(desk: PaperOffice) -> None:
    reference, part_id = desk.ready(PLAN)
    destruction_id = desk.propose(part_id)
    hold_id = desk.hold_record(desk.record(reference), is_secret=True)
    with pytest.raises(Refused) as error:
        desk.confirm(destruction_id)
    assert (error.value.error_code, error.value.message) == ("not_passed", NOT_PASSED)
    assert desk.part(part_id).state == PartState.KEPT
    desk.instance.holds.lift(desk.who("bert"), hold_id, WHY, "Letter 3")
    desk.confirm(destruction_id)
    assert desk.part(part_id).state == PartState.DESTROYED


@pytest.mark.parametrize(("proposer", "confirmer"), [
    ("cara", "cara"), ("anna", "anna2"), ("quinn", "quinn2"), ("cara", "nora"),
])  # fmt: skip
def test_the_proposer_by_any_account_and_who_cannot_be_told_apart_do_not_confirm(
    desk: PaperOffice, proposer: str, confirmer: str
) -> None:
    _, part_id = desk.ready(PLAN)
    destruction_id = desk.propose(part_id, by=proposer)
    with pytest.raises(Refused) as error:
        desk.confirm(destruction_id, by=confirmer)
    assert error.value.error_code == "same_person"
    assert desk.part(part_id).state == PartState.KEPT


def test_confirming_needs_permission_proof_afresh_and_the_list_that_was_seen(
    desk: PaperOffice,
) -> None:
    _, part_id = desk.ready(PLAN)
    destruction_id = desk.propose(part_id)
    with pytest.raises(Denied):
        desk.confirm(destruction_id, by="pat")
    with pytest.raises(StepUpRequired):
        desk.confirm(destruction_id, has_stepped_up=False)
    with pytest.raises(Conflict):
        desk.confirm(destruction_id, seen_list="0" * 64)
    with write(desk.instance.database, SYSTEM, desk.clock) as work:
        work.session.execute(update(PaperDestructionLine).values(first_page=1, last_page=1))
        work.journal("audit:event:view", "test", "altered")
    with pytest.raises(Refused) as error:
        desk.confirm(destruction_id)
    assert error.value.error_code == "list"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"method": "bonfire"}, "method"), ({"witness": ""}, "witness"),
        ({"method": "contractor"}, "contractor"),
        ({"method": "contractor", "contractor": "Shred Ltd"}, "number"),
        ({"number": "7"}, "contractor"), ({"destroyed_on": None}, "destroyed_on"),
        ({"destroyed_on": date(2026, 1, 1)}, "destroyed_on"),
        ({"destroyed_on": date(2027, 1, 1)}, "destroyed_on"),
    ],
)  # fmt: skip
def test_how_it_was_done_is_said_fully_or_nothing_is_recorded(
    desk: PaperOffice, given: dict[str, object], field: str
) -> None:
    _, part_id = desk.ready(PLAN)
    destruction_id = desk.propose(part_id)
    with pytest.raises(Invalid) as error:
        desk.confirm(destruction_id, done=desk.done(**given))
    assert field in fields(error)
    assert desk.part(part_id).state == PartState.KEPT


@pytest.mark.parametrize(
    ("days", "code"), [(-1, "invalid"), (365, "not_passed"), (2, "not_passed")]
)
def test_a_clock_that_does_not_agree_records_no_destruction(
    desk: PaperOffice, days: int, code: str
) -> None:
    """A day behind the proposal no day can be named; ahead, the last checkpoint seen is too old."""
    _, part_id = desk.ready(PLAN)
    destruction_id, bert, said = desk.propose(part_id), desk.who("bert"), desk.done()
    desk.clock.advance(timedelta(days=days))
    with pytest.raises(EdrmsError) as error:
        desk.paper.destroying.confirm(bert, destruction_id, said, has_stepped_up=True)
    assert error.value.error_code == code
    assert desk.part(part_id).state == PartState.KEPT


def test_paper_is_not_proposed_twice_nor_chosen_twice_and_a_decline_frees_it(
    desk: PaperOffice,
) -> None:
    reference, part_id = desk.ready(PLAN, PLAN)
    with pytest.raises(Invalid):
        desk.propose(part_id, records=(desk.record(reference),))
    with pytest.raises(Invalid):
        desk.propose()
    with pytest.raises(NotFound):
        desk.propose("0" * 32)
    with pytest.raises(NotFound):
        desk.propose(records=("0" * 32,))
    first = desk.propose(part_id)
    assert refused(desk, records=(desk.record(reference),)) == "proposed"
    with pytest.raises(Invalid):
        desk.paper.destroying.decline(desk.who("quinn"), first, "no")
    desk.paper.destroying.decline(desk.who("quinn"), first, WHY)
    with pytest.raises(Conflict):
        desk.confirm(first)
    desk.propose(part_id)


def test_destroyed_paper_has_its_certificate_and_the_record_says_so(desk: PaperOffice) -> None:
    reference, part_id = desk.ready(PLAN, PLAN)
    destruction_id = desk.propose(part_id)
    done = desk.done(method="contractor", contractor="Shred Ltd", number="SL-2026/77")
    desk.confirm(destruction_id, done=done)
    with pytest.raises(Conflict):
        desk.confirm(destruction_id)
    issued = desk.paper.certifying.open(desk.who("cara"), destruction_id)
    certified = json.loads(issued.document)["certificate"]
    assert certified["number"] == "SL-2026/77" and certified["witness"] == "Sam Witness"
    [one] = certified["destroyed"]
    assert one["batch"] == reference and len(one["records"]) == 2
    assert one["conditions"]["standstill"] == "over"
    assert "Tregenza" not in issued.document
    [place] = desk.paper.looks.of_record(desk.who("cara"), desk.record(reference))
    assert place.part.state == "destroyed" and place.destruction.number == "SL-2026/77"
    assert desk.paper.certifying.check(issued.document.encode()).startswith(
        "destruction of paper P-"
    )
    assert desk.paper.certifying.check(issued.pdf).startswith("PDF of destruction")
    with pytest.raises(Conflict):
        desk.paper.placing.report(desk.who("pat"), part_id, Report.FOUND, WHY)
    for action in ("propose", "confirm", "certify"):
        assert events(desk.instance, f"paper:destruction:{action}", destruction_id)


def test_a_certificate_altered_is_found_in_a_file_and_in_the_table(desk: PaperOffice) -> None:
    _, part_id = desk.ready(PLAN)
    destruction_id = desk.propose(part_id)
    desk.confirm(destruction_id)
    issued = desk.paper.certifying.open(desk.who("cara"), destruction_id)
    data = issued.document.encode()
    for at in range(0, len(data), 5):
        with pytest.raises(Tampered):
            desk.paper.certifying.check(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
    with pytest.raises(Tampered):
        desk.paper.certifying.check(issued.pdf + b" ")
    with write(desk.instance.database, SYSTEM, desk.clock) as work:
        row = work.session.get_one(PaperCertificate, destruction_id)
        row.document = row.document.replace("Sam Witness", "Sam Nobody")
        work.journal("audit:event:view", "test", "altered")
    with pytest.raises(Damaged):
        desk.paper.certifying.open(desk.who("cara"), destruction_id)


def test_a_certificate_of_records_is_none_of_paper(desk: PaperOffice) -> None:
    desk.file(1)
    case_id = desk.executing()
    desk.run(case_id)
    found = desk.certificate(case_id)
    assert found
    with pytest.raises(Tampered, match="form"):
        desk.paper.certifying.check(found.document.encode())


# --- records that end, and holds ------------------------------------------------------------------


def dispose(desk: PaperOffice, *records: str) -> None:
    case_id = desk.executing(desk.approved(desk.appraised(case_id=desk.proposed(list(records)))))
    desk.run(case_id)


def test_the_paper_of_a_disposed_record_is_a_task_opened_in_that_very_transaction(
    desk: PaperOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    reference = desk.batch(PLAN, PLAN)
    desk.put(desk.box("BX-0001"), reference)
    record_id = desk.record(reference, 2)
    case_id = desk.executing(desk.approved(desk.appraised(case_id=desk.proposed([record_id]))))
    with monkeypatch.context() as patch:
        patch.setattr(
            desk.instance.disposal.executing._paper, "given_up",
            lambda *_: (_ for _ in ()).throw(Damaged("the task cannot be written")),
            raising=False,
        )  # fmt: skip
        with pytest.raises(Damaged):
            desk.run(case_id)
    assert desk.state(record_id) == "filed"  # no task, no disposal
    desk.run(case_id)
    assert desk.state(record_id) == "disposed"
    [task] = desk.tasks("destroy")
    assert (task.record_id, task.state) == (record_id, TaskState.OPEN)
    [shown], total = desk.paper.tasks.listed(desk.who("quinn"))
    assert total == 1 and [(p.box.barcode, p.first_page, p.last_page) for p in shown.places] == [
        ("BX-0001", 3, 4)
    ]
    assert desk.paper.tasks.waiting(desk.who("pat")) == 1


def test_only_destruction_or_a_reasoned_answer_closes_it(desk: PaperOffice) -> None:
    reference = desk.batch(PLAN, PLAN, PLAN)
    part_id = desk.put(desk.box(), reference)
    first, second = desk.record(reference, 1), desk.record(reference, 2)
    dispose(desk, first, second)
    [one, other] = sorted(desk.tasks("destroy"), key=lambda task: task.record_id != first)
    answer = desk.paper.tasks.answer
    for said, why in (("already_destroyed", "yes"), ("perhaps", WHY), ("", WHY)):
        with pytest.raises(Invalid):
            answer(desk.who("quinn"), one.task_id, said, why)
    with pytest.raises(Denied):
        answer(desk.who("pat"), one.task_id, "never_existed", WHY)
    with pytest.raises(Conflict):
        desk.paper.tasks.isolated(desk.who("pat"), one.task_id)
    answer(desk.who("quinn"), one.task_id, "already_destroyed", WHY)
    with pytest.raises(Conflict):
        answer(desk.who("quinn"), one.task_id, "never_existed", WHY)
    desk.seal()
    destruction_id = desk.propose(
        records=(second,)
    )  # no check and no standstill: the record is gone
    desk.confirm(destruction_id)
    assert {task.answer for task in desk.tasks("destroy")} == {"already_destroyed", "destroyed"}
    assert {task.state for task in desk.tasks("destroy")} == {"closed"}
    assert desk.part(part_id).state == PartState.KEPT
    places = desk.paper.looks.of_batch(desk.who("quinn"), desk.batch_id(reference)).documents
    assert [[p.part.state for p in found] for _, found in places] == [
        ["destroyed_early"], ["destroyed"], ["kept"],
    ]  # fmt: skip
    assert other.record_id == second


def test_the_rest_of_a_batch_does_not_follow_a_disposed_record(desk: PaperOffice) -> None:
    reference = desk.batch(PLAN, PLAN)
    part_id = desk.put(desk.box(), reference)
    dispose(desk, desk.record(reference, 1))
    assert refused(desk, part_id) == "not_passed"
    assert desk.unmet(reference) == {"quality", "standstill"}


def test_paper_that_turns_up_after_its_record_ended_is_a_task_again(desk: PaperOffice) -> None:
    reference = desk.batch(PLAN)
    part_id = desk.put(desk.box(), reference)
    dispose(desk, desk.record(reference))
    report = desk.paper.placing.report
    report(desk.who("quinn"), part_id, Report.DESTROYED_EARLY, WHY)
    assert [task.state for task in desk.tasks("destroy")] == ["closed"]
    report(desk.who("quinn"), part_id, Report.FOUND, WHY)
    assert sorted(task.state for task in desk.tasks("destroy")) == ["closed", "open"]


def test_paper_nobody_registered_is_asked_for_where_sheets_were_counted(desk: PaperOffice) -> None:
    counted, uncounted = desk.batch(PLAN, sheets=2), desk.batch(PLAN)
    dispose(desk, desk.record(counted), desk.record(uncounted))
    [task] = desk.tasks("destroy")
    assert task.record_id == desk.record(counted)
    desk.paper.tasks.answer(desk.who("quinn"), task.task_id, "never_existed", WHY)
    assert desk.paper.tasks.waiting(desk.who("quinn")) == 0


def test_a_hold_makes_a_task_to_isolate_and_lifting_closes_it(desk: PaperOffice) -> None:
    box_id, other = desk.box(), desk.box()
    reference = desk.batch(PLAN, PLAN)
    desk.put(box_id, reference)
    hold_id = desk.hold_record(desk.record(reference, 1))
    [task] = desk.tasks("isolate")
    assert (task.box_id, task.hold_id, task.state) == (box_id, hold_id, "open")
    desk.separate(other, reference, "1-2")  # what is held goes into a box of its own
    assert {(one.box_id, one.state) for one in desk.tasks("isolate")} == {
        (box_id, "closed"), (other, "open"),
    }  # fmt: skip
    [task] = [one for one in desk.tasks("isolate") if one.state == "open"]
    desk.paper.tasks.isolated(desk.who("pat"), task.task_id)
    assert desk.paper.tasks.waiting(desk.who("pat")) == 0
    with pytest.raises(Conflict):
        desk.paper.tasks.answer(desk.who("quinn"), task.task_id, "never_existed", WHY)
    desk.instance.holds.lift(desk.who("bert"), hold_id, WHY, "Letter 3")
    assert {one.state for one in desk.tasks("isolate")} == {"closed"}


def test_paper_put_into_a_box_under_a_hold_is_isolated_and_upkeep_finds_what_was_filed_since(
    desk: PaperOffice,
) -> None:
    desk.hold(Scope(ScopeKind.CLIENT, desk.olive.client_id))
    reference = desk.batch(PLAN)
    desk.put(desk.box(), reference)
    assert len(desk.tasks("isolate")) == 1
    waiting = desk.batch(PLAN, filed=False)
    desk.put(desk.box(), waiting)
    assert len(desk.tasks("isolate")) == 1
    with write(desk.instance.database, SYSTEM, desk.clock) as work:
        document = work.session.get_one(Document, desk.document(waiting).document_id)
        from scanning.indexing.filing import IndexDecision, file_document

        said = IndexDecision(PLAN, (desk.olive.client_id,), date(2026, 5, 18), "Plan", {})
        file_document(work, document, said)
    assert desk.document(waiting).state == DocumentState.FILED
    with write(desk.instance.database, SYSTEM, desk.clock) as work:
        assert desk.paper.tasks.catch_up(work) is False
    assert len(desk.tasks("isolate")) == 2


def test_the_task_of_a_secret_hold_is_there_only_for_who_may_know(desk: PaperOffice) -> None:
    reference, box_id = desk.batch(PLAN), desk.box()
    desk.put(box_id, reference)
    hold_id = desk.hold_record(desk.record(reference), is_secret=True)
    [task] = desk.tasks("isolate")
    for name in ("pat", "quinn", "cara"):
        assert desk.paper.tasks.listed(desk.who(name)) == ((), 0)
        assert desk.paper.tasks.waiting(desk.who(name)) == 0
        with pytest.raises(NotFound):
            desk.paper.tasks.isolated(desk.who(name), task.task_id)
    assert desk.paper.tasks.waiting(desk.who("bert")) == 1
    desk.paper.tasks.isolated(desk.who("bert"), task.task_id)
    assert "isolate" not in desk.history(box_id)
    told = [
        one for one in events(desk.instance) if task.task_id in (one.subject_id, str(one.detail))
    ]
    assert told == []
    for action in ("open", "isolate"):
        [one] = events(desk.instance, f"paper:task:{action}", hold_id)
        assert (one.subject_kind, one.detail) == ("secret_hold", {})
        assert box_id in personal_detail(desk.instance, one)


def test_a_hold_on_a_record_that_is_gone_keeps_its_paper(desk: PaperOffice) -> None:
    """The paper may be all that is left."""
    reference = desk.batch(PLAN)
    desk.put(desk.box(), reference)
    record_id = desk.record(reference)
    dispose(desk, record_id)
    desk.seal()
    destruction_id = desk.propose(records=(record_id,))
    desk.hold(Scope(ScopeKind.CLIENT, desk.olive.client_id))
    with pytest.raises(Refused) as error:
        desk.confirm(destruction_id)
    assert error.value.error_code == "not_passed"


def test_every_row_of_paper_names_nobody(desk: PaperOffice) -> None:
    reference, _ = desk.ready(PLAN)
    with desk.instance.database.read() as session:
        rows = [*session.scalars(select(PaperBox)), *session.scalars(select(PaperPart))]
        shown = " ".join(str(vars(row)) for row in rows)
    assert "Olive" not in shown and "scan_0001" not in shown and reference not in shown


def test_paper_of_a_letter_that_waits_to_be_filed_again_does_not_go(desk: PaperOffice) -> None:
    reference, _ = desk.ready("D30")
    assert desk.unmet(reference) == set()
    said = Repair(1, (desk.olive.client_id,), (), WHY)
    desk.instance.wrong_person.repair(desk.who("bert"), desk.record(reference), said)
    assert desk.unmet(reference) == {"filed"}
    assert desk.tasks("destroy") == []
