"""Pages put in order by hand: done, undone, refused once filed; the file as it came is never touched."""

import hashlib
import io
import random

import pikepdf
import pytest
from sqlalchemy import select

from api.wiring import Instance
from edrms.access.model import Actor
from edrms.errors import Conflict, Denied, EdrmsError, Invalid, NotFound
from edrms.jobs.worker import Worker
from edrms.records.tables import RecordPage, Rendition
from edrms.staff.accounts import SYSTEM
from edrms.uow import write
from scanning.arranging.model import Act, Arrangement, ScanFault, Step
from scanning.arranging.service import FileOfPages
from scanning.batches.counts import Counted, Sides
from scanning.batches.tables import Document, ItemPage
from scanning.batches.verify import verify
from scanning.indexing.filing import IndexDecision
from scanning.quality.tables import QualityJudgement, QualitySample
from tests import factories
from tests.service.events import events

POST_ROOM = factories.actor("post_room")
INDEXER = factories.actor("indexer")
COLLEAGUE = factories.actor("indexer", name="colleague")
SUPERVISOR = factories.actor("quality_supervisor")
SENDER = factories.actor("post_room", "indexer", name="sender")
TEXT = "\f".join(
    f"Page {number} of the minutes\nThe marmalade was judged." for number in range(1, 6)
)


def step(act: Act, page: str, **told: object) -> Step:
    return Step(act=act, page_id=page, **told)  # type: ignore[arg-type]


@pytest.fixture
def item_id(instance: Instance, worker: Worker) -> str:
    """A file of five pages that is one document, read."""
    account = factories.read_in(instance, worker, POST_ROOM, {"minutes.txt": TEXT})
    [item] = account.items
    assert item.page_count == 5
    return item.item_id


def known(instance: Instance, item_id: str, actor: Actor = INDEXER) -> FileOfPages:
    return instance.arranging.pages(actor, item_id)


def pages(instance: Instance, item_id: str) -> list[str]:
    return [page.page_id for page in known(instance, item_id).arrangement.pages]


def laid(instance: Instance, item_id: str) -> list[list[int]]:
    """The documents of the file as numbers of pages."""
    arrangement = known(instance, item_id).arrangement
    numbers = {page.page_id: at for at, page in enumerate(arrangement.pages, start=1)}
    return [[numbers[one] for one in part.page_ids] for part in arrangement.parts]


def do(instance: Instance, item_id: str, one: Step, actor: Actor = INDEXER) -> None:
    instance.arranging.change(actor, item_id, one)


def decision(instance: Instance) -> IndexDecision:
    person = factories.client()
    factories.on_the_register(instance, person)
    return IndexDecision("D05", (person.client_id,), None, "Minutes", {})


def test_a_document_is_split_and_joined_and_each_is_an_event_with_what_was_before(
    instance: Instance, worker: Worker, item_id: str
) -> None:
    ids = pages(instance, item_id)
    [before] = factories.documents(instance)
    do(instance, item_id, step(Act.SPLIT, ids[2]))
    assert laid(instance, item_id) == [[1, 2], [3, 4, 5]]
    factories.do_all(instance, worker)
    first, second = factories.documents(instance)
    assert first.document_id == before.document_id and second.waiting_since == before.waiting_since
    assert [(d.first_page, d.last_page, d.page_count) for d in (first, second)] == [
        (1, 2, 2), (3, 5, 3),
    ]  # fmt: skip
    assert "Page 3" in str(second.suggestion) or second.suggestion["title"]
    do(instance, item_id, step(Act.JOIN, ids[3]))
    assert laid(instance, item_id) == [[1, 2, 3, 4, 5]]
    split, joined = events(instance, "item:page:arrange")
    assert (split.detail["act"], joined.detail["act"]) == ("split", "join")
    assert split.detail["before"][0]["page_ids"] == ids
    assert [len(part["page_ids"]) for part in joined.detail["before"]] == [2, 3]


def test_undoing_takes_back_the_last_change_first_until_nothing_is_left(
    instance: Instance, worker: Worker, item_id: str
) -> None:
    ids = pages(instance, item_id)
    [document] = factories.documents(instance)
    do(instance, item_id, step(Act.MOVE, ids[4], document_id=document.document_id, position=1))
    do(instance, item_id, step(Act.TAKE_OUT, ids[1], kind="blank"))
    do(instance, item_id, step(Act.SPLIT, ids[2]))
    assert laid(instance, item_id) == [[5, 1], [3, 4]]
    assert (known(instance, item_id).last or events).act == "split"  # type: ignore[union-attr]
    for expected in ([[5, 1, 3, 4]], [[5, 1, 2, 3, 4]], [[1, 2, 3, 4, 5]]):
        instance.arranging.undo(COLLEAGUE, item_id)
        assert laid(instance, item_id) == expected
    with pytest.raises(Conflict, match="nothing to undo"):
        instance.arranging.undo(INDEXER, item_id)
    assert [event.actor_id for event in events(instance, "item:page:undo")] == [
        COLLEAGUE.staff_id
    ] * 3
    factories.do_all(instance, worker)
    assert verify(instance.database, instance.store).faults == []


def test_while_it_is_made_anew_a_document_is_not_given_out_and_not_filed(
    instance: Instance, worker: Worker, item_id: str
) -> None:
    ids = pages(instance, item_id)
    what = decision(instance)
    do(instance, item_id, step(Act.SPLIT, ids[2]))
    [first, _] = factories.documents(instance)
    assert instance.desk.take_next(INDEXER) is None
    for act in (
        lambda: instance.desk.open(INDEXER, first.document_id),
        lambda: instance.desk.file(INDEXER, first.document_id, what),
    ):
        with pytest.raises(Conflict, match="anew"):
            act()
    factories.do_all(instance, worker)
    assert instance.desk.take_next(INDEXER) is not None
    assert instance.desk.waiting(INDEXER).documents == 2


def test_pages_are_filed_in_the_order_that_was_given_them_and_then_stay(
    instance: Instance, worker: Worker, item_id: str
) -> None:
    ids = pages(instance, item_id)
    [document] = factories.documents(instance)
    do(instance, item_id, step(Act.MOVE, ids[4], document_id=document.document_id, position=1))
    do(instance, item_id, step(Act.SPLIT, ids[2]))
    factories.do_all(instance, worker)
    record_id = instance.desk.file(INDEXER, document.document_id, decision(instance))
    with instance.database.read() as session:
        asked = select(RecordPage.page_id).where(RecordPage.record_id == record_id)
        assert list(session.scalars(asked.order_by(RecordPage.number))) == [ids[4], ids[0], ids[1]]
    for refused in (
        step(Act.JOIN, ids[2]), step(Act.TURN, ids[0], turned_degrees=90),
        step(Act.TAKE_OUT, ids[0], kind="blank"),
        step(Act.MOVE, ids[2], document_id=document.document_id, position=1),
    ):  # fmt: skip
        with pytest.raises(Conflict, match="on file or rejected"):
            do(instance, item_id, refused)
    with pytest.raises(Conflict, match="on file or rejected"):
        instance.arranging.undo(INDEXER, item_id)
    do(instance, item_id, step(Act.SPLIT, ids[3]))  # what still waits can be arranged
    factories.do_all(instance, worker)
    assert laid(instance, item_id) == [[5, 1, 2], [3], [4]]
    assert ids[0] not in known(instance, item_id).contents  # the record's own rules decide now
    assert verify(instance.database, instance.store).faults == []


def test_a_page_that_is_turned_is_read_again_and_its_pdf_made_anew_and_the_file_stays(
    instance: Instance, worker: Worker
) -> None:
    upright = factories.page("The vicar judged\nthe marmalade of\nthe allotment society")
    stack = factories.tiff(upright, upright.rotate(180))
    account = factories.read_in(instance, worker, POST_ROOM, {"stack.tif": stack})
    [item] = account.items
    [before] = factories.documents(instance)
    _, second = pages(instance, item.item_id)
    was = known(instance, item.item_id).contents[second]
    turned = (was.rotation_degrees + 180) % 360
    do(instance, item.item_id, step(Act.TURN, second, turned_degrees=turned))
    factories.do_all(instance, worker)
    [after] = factories.documents(instance)
    now = known(instance, item.item_id).contents[second]
    assert (now.rotation_degrees, now.turned_degrees) == (turned, turned)
    assert now.view_key != was.view_key and after.pdf_key != before.pdf_key
    with instance.store.open(after.pdf_key) as made:  # type: ignore[arg-type]
        assert [page.get("/Rotate", 0) for page in pikepdf.open(io.BytesIO(made.read())).pages][
            1
        ] == (turned)
    with instance.store.open(item.object_key) as kept:  # type: ignore[arg-type]
        assert kept.read() == stack
    instance.arranging.undo(INDEXER, item.item_id)
    factories.do_all(instance, worker)
    again = known(instance, item.item_id).contents[second]
    assert (again.rotation_degrees, again.turned_degrees) == (was.rotation_degrees, None)
    assert again.text == was.text
    assert verify(instance.database, instance.store).faults == []


def test_a_bad_scan_stays_marked_and_its_rescan_is_not_another_sheet(
    instance: Instance, worker: Worker
) -> None:
    batch_id = factories.batch(
        instance, POST_ROOM, expected_sheets=2, sides=Sides.ONE, announced_files=1
    )
    factories.send(instance, POST_ROOM, batch_id, "a.txt", "One\fTwo")
    factories.do_all(instance, worker)
    [item] = instance.ledger.batch(POST_ROOM, batch_id).items
    bad = pages(instance, item.item_id)[1]
    do(instance, item.item_id, step(Act.MARK, bad, fault=ScanFault.CUT_OFF))
    factories.send(instance, POST_ROOM, batch_id, "rescan.txt", "Two, better")
    factories.do_all(instance, worker)
    account = instance.ledger.batch(POST_ROOM, batch_id)
    rescan = account.items[1]
    assert [one.what for one in account.differences] == [Counted.FILES, Counted.SHEETS]
    [page] = pages(instance, rescan.item_id)
    found = instance.arranging.page_at(SUPERVISOR, account.batch.number, 1, 2)
    assert found == bad
    do(instance, rescan.item_id, step(Act.LINK, page, rescan_of=bad), SUPERVISOR)
    account = instance.ledger.batch(POST_ROOM, batch_id)
    assert [one.what for one in account.differences] == [Counted.FILES]
    arrangement = known(instance, item.item_id).arrangement
    assert arrangement.pages[1].fault == ScanFault.CUT_OFF and arrangement.part_of(bad)
    backwards = step(Act.LINK, bad, rescan_of=page)
    with pytest.raises(Invalid, match="scanned before"):
        do(instance, item.item_id, backwards, SUPERVISOR)
    with pytest.raises(Invalid, match="no such page"):
        instance.arranging.page_at(SUPERVISOR, account.batch.number, 9, 1)
    other = factories.read_in(instance, worker, POST_ROOM, {"b.txt": "Later"})
    [later] = pages(instance, other.items[0].item_id)
    with pytest.raises(Invalid, match="no such page"):  # the bad scan's batch is not the indexer's
        do(instance, other.items[0].item_id, step(Act.LINK, later, rescan_of=bad))


def test_what_a_colleague_has_in_hand_or_changed_meanwhile_is_left_alone(
    instance: Instance, item_id: str
) -> None:
    ids = pages(instance, item_id)
    [document] = factories.documents(instance)
    instance.desk.open(COLLEAGUE, document.document_id)
    with pytest.raises(Conflict, match="colleague"):
        do(instance, item_id, step(Act.SPLIT, ids[2]))
    do(instance, item_id, step(Act.SPLIT, ids[2]), COLLEAGUE)
    with pytest.raises(Conflict, match="changed meanwhile"):
        instance.arranging.change(COLLEAGUE, item_id, step(Act.SPLIT, ids[3]), seen=0)
    with pytest.raises(Conflict, match="changed meanwhile"):
        instance.arranging.undo(COLLEAGUE, item_id, seen=0)


def test_who_may_not_arrange_pages_may_not_and_a_file_not_read_is_absent(
    instance: Instance, worker: Worker, item_id: str
) -> None:
    for who in (POST_ROOM, factories.actor("auditor")):
        with pytest.raises(Denied):
            known(instance, item_id, who)
    batch_id = factories.batch(instance, POST_ROOM)
    waiting = factories.send(instance, POST_ROOM, batch_id, "a.txt", "Not read yet").item_id
    for absent in ("f" * 32, waiting):
        with pytest.raises(NotFound):
            known(instance, absent)


def test_a_step_that_is_refused_changes_nothing(instance: Instance, item_id: str) -> None:
    ids = pages(instance, item_id)
    for wrong in (step(Act.SPLIT, ids[0]), step(Act.JOIN, ids[0]), step(Act.SPLIT, "f" * 32)):
        with pytest.raises(Invalid):
            do(instance, item_id, wrong)
    assert known(instance, item_id).changes == 0
    assert events(instance, "item:page:arrange") == []


def any_step(dice: random.Random, now: Arrangement) -> Step:
    page = dice.choice(now.pages).page_id
    documents = [part.document_id for part in now.parts]
    return step(
        dice.choice([one for one in Act if one is not Act.LINK]), page,
        document_id=dice.choice([*documents, ""]), position=dice.randint(1, 5),
        turned_degrees=dice.choice([0, 90, 180, 270]), kind=dice.choice(["blank", "separator"]),
        fault=dice.choice(list(ScanFault)),
    )  # fmt: skip


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_any_changes_and_undos_keep_every_page_at_one_place_and_undoing_all_gives_the_start(
    instance: Instance, worker: Worker, item_id: str, seed: int
) -> None:
    dice = random.Random(seed)
    start = known(instance, item_id)
    rows = described(instance)
    with instance.store.open(start.item.object_key) as kept:  # type: ignore[arg-type]
        master = hashlib.sha256(kept.read()).hexdigest()
    for number in range(40):
        now = known(instance, item_id).arrangement
        try:
            if dice.random() < 0.25:
                instance.arranging.undo(INDEXER, item_id)
            else:
                do(instance, item_id, any_step(dice, now))
        except EdrmsError:
            assert known(instance, item_id).arrangement == now
        if number % 10 == 9:
            factories.do_all(instance, worker)
        account = instance.ledger.batch(POST_ROOM, start.item.batch_id)
        assert account.reconciliation.balances and account.reconciliation.pages == 5
    assert known(instance, item_id).changes > 10
    while known(instance, item_id).last:
        instance.arranging.undo(INDEXER, item_id)
    factories.do_all(instance, worker)
    assert known(instance, item_id).arrangement == start.arrangement
    assert described(instance) == rows
    with instance.store.open(start.item.object_key) as kept:  # type: ignore[arg-type]
        assert hashlib.sha256(kept.read()).hexdigest() == master
    assert verify(instance.database, instance.store).faults == []


def described(instance: Instance) -> list[tuple[object, ...]]:
    """Documents and pages without how often they were made."""
    with instance.database.read() as session:
        documents = session.execute(
            select(
                Document.document_id, Document.ordinal, Document.first_page, Document.last_page,
                Document.page_count, Document.state, Document.suggestion,
            )
        ).all()  # fmt: skip
        placed = session.execute(
            select(ItemPage.page_id, ItemPage.kind, ItemPage.document_id, ItemPage.position)
            .order_by(ItemPage.number)
        ).all()  # fmt: skip
    return [tuple(row) for row in (*documents, *placed)]


def caught_up(instance: Instance) -> None:
    with write(instance.database, SYSTEM, instance.clock) as work:
        instance.quality.catch_up(work)


def drawn(instance: Instance) -> set[str]:
    with instance.database.read() as session:
        return set(session.scalars(select(QualitySample.document_id)))


def test_documents_drawn_for_the_quality_check_are_joined_and_drawn_anew(
    instance: Instance, worker: Worker, item_id: str
) -> None:
    ids = pages(instance, item_id)
    do(instance, item_id, step(Act.SPLIT, ids[2]))
    factories.do_all(instance, worker)
    caught_up(instance)
    assert drawn(instance) == {one.document_id for one in factories.documents(instance)}
    do(instance, item_id, step(Act.JOIN, ids[3]))
    factories.do_all(instance, worker)
    caught_up(instance)
    [document] = factories.documents(instance)
    assert drawn(instance) == {document.document_id}
    assert verify(instance.database, instance.store).faults == []


def test_a_document_whose_quality_was_judged_stays_a_document(
    instance: Instance, worker: Worker, item_id: str
) -> None:
    ids = pages(instance, item_id)
    do(instance, item_id, step(Act.SPLIT, ids[2]))
    factories.do_all(instance, worker)
    caught_up(instance)
    second = factories.documents(instance)[1]
    with write(instance.database, SYSTEM, instance.clock) as work:
        judged = QualityJudgement(
            judgement_id="1" * 32, document_id=second.document_id, batch_id=second.item.batch_id,
            number=1, outcome="passed", by="somebody", at=work.now, judged_on=work.now.date(),
        )  # fmt: skip
        work.session.add(judged)
        work.journal("quality:sample:judge", "document", second.document_id)
    with pytest.raises(Conflict, match="quality of this document was checked"):
        do(instance, item_id, step(Act.JOIN, ids[3]))
    assert laid(instance, item_id) == [[1, 2], [3, 4, 5]]


def test_a_page_taken_out_is_looked_at_by_whoever_took_it_out_and_by_others_once_it_is_back(
    instance: Instance, worker: Worker, item_id: str
) -> None:
    """A page in no document names nobody whom the queue's guard could ask about."""
    ids = pages(instance, item_id)
    do(instance, item_id, step(Act.TAKE_OUT, ids[1], kind="blank"))
    factories.do_all(instance, worker)
    assert ids[1] in known(instance, item_id).contents
    assert known(instance, item_id, COLLEAGUE).contents.keys() == set(ids) - {ids[1]}
    with pytest.raises(NotFound):
        instance.arranging.picture(COLLEAGUE, item_id, 2)
    instance.arranging.undo(COLLEAGUE, item_id)
    factories.do_all(instance, worker)
    assert ids[1] in known(instance, item_id, COLLEAGUE).contents


def forms(instance: Instance, record_id: str) -> set[str]:
    with instance.database.read() as session:
        return set(session.scalars(select(Rendition.kind).where(Rendition.record_id == record_id)))


def test_a_stack_of_letters_is_the_original_of_none_of_them(
    instance: Instance, worker: Worker
) -> None:
    olive = factories.client()
    factories.on_the_register(instance, olive)
    letters = [
        factories.page(factories.letter_to(olive, f"Care and support plan. The {word} came."))
        for word in ("kettle", "ladder")
    ]
    stack = factories.tiff(letters[0], factories.separator(), letters[1])
    alone = factories.tiff(factories.separator(), letters[0], factories.page(""))
    account = factories.read_in(
        instance, worker, POST_ROOM, {"stack.tif": stack, "alone.tif": alone}
    )
    of = {item.name: [forms(instance, one.record_id) for one in item.documents]
          for item in account.items}  # fmt: skip
    assert of == {
        "stack.tif": [{"searchable_pdf"}, {"searchable_pdf"}],
        "alone.tif": [{"original", "searchable_pdf"}],
    }
    assert verify(instance.database, instance.store).faults == []


def test_a_page_brought_back_beside_what_is_on_file_takes_the_scan_from_its_forms(
    instance: Instance, worker: Worker
) -> None:
    olive = factories.client()
    factories.on_the_register(instance, olive)
    letter = factories.page(factories.letter_to(olive, "Care and support plan. The kettle came."))
    scan = factories.tiff(factories.separator(), letter)
    [item] = factories.read_in(instance, worker, SENDER, {"letter.tif": scan}).items
    [document] = item.documents
    assert "original" in forms(instance, document.record_id)
    sheet = known(instance, item.item_id, SENDER).arrangement.pages[0].page_id
    do(instance, item.item_id, step(Act.BRING_BACK, sheet, position=1), SENDER)
    assert "original" not in forms(instance, document.record_id)
    assert verify(instance.database, instance.store).faults == []
    instance.arranging.undo(SENDER, item.item_id)
    assert "original" in forms(instance, document.record_id)
    assert verify(instance.database, instance.store).faults == []
