"""One scan that holds letters about two people, filed as one record and taken off the file: divided, undone,
refused, and each part filed as a record of its own."""

import io
import random
from collections.abc import Callable

import pikepdf
import pytest
from sqlalchemy import select

from api.wiring import Instance, indexer
from edrms.access.policy import DOWNLOAD
from edrms.access.subjects import Subject, SubjectKind
from edrms.access.tables import Block, Marking
from edrms.errors import Conflict, EdrmsError, NotFound
from edrms.ids import ObjectKey
from edrms.incidents.readers import REPAIR
from edrms.records.tables import WITHDRAWN, Record, RecordPage
from edrms.staff.accounts import SYSTEM
from edrms.uow import write
from retention.hold_guard import condemn, live_holds_on
from retention.hold_words import Scope, ScopeKind
from retention.moved_records import MovedRecords
from scanning.arranging.model import Act, Step
from scanning.arranging.parting import lock_waiting, part_records
from scanning.batches.model import Whereabouts
from scanning.batches.tables import Document, Item, SuggestedClient
from scanning.custody.tables import KeysToSettle, ReplacedObject
from scanning.misfiles.tables import MisfileFinding
from scanning.paper.where import places_of_records
from scanning.quality.tables import QualitySample
from tests import factories
from tests.service.divided import HERS, HIS, Stuck, as_scan, as_text, letters, scanned
from tests.service.events import events
from tests.service.misfiled import POST_ROOM, WHY, Office, percy
from tests.service.test_erasing import _put_back, _sealed_bytes, files_with
from tests.service.test_keys import can_be_read
from tests.service.test_wrong_person import placed


@pytest.fixture
def office(instance: Instance) -> Office:
    return Office(instance, factories.client(), percy())


# --- what is refused --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("act", "told", "code"),
    [
        (Act.TURN, {"turned_degrees": 90}, "page_on_record"),
        (Act.TAKE_OUT, {"kind": "blank"}, "page_on_record"),
        (Act.TAKE_OUT, {"kind": "separator"}, "page_on_record"),
    ],
)
def test_a_page_of_a_record_is_neither_turned_nor_taken_out(
    office: Office, act: Act, told: dict[str, object], code: str
) -> None:
    stuck = as_text(office)
    stuck.split()
    before = stuck.rows()
    for page in (1, 2):
        with pytest.raises(Conflict) as refused:
            stuck.do(act, page, **told)
        assert refused.value.error_code == code
    assert stuck.rows() == before


def test_a_document_that_was_on_a_file_stays_one(office: Office) -> None:
    stuck = as_text(office)
    second = stuck.split()
    with pytest.raises(Conflict) as refused:
        stuck.do(Act.MOVE, 1, document_id=second, position=1)
    assert refused.value.error_code == "filed_before"
    stuck.do(Act.JOIN, 2)
    assert [one.document_id for one in stuck.documents()] == [stuck.document_id]


def test_what_a_colleague_has_in_hand_is_not_divided(office: Office) -> None:
    stuck = as_text(office)
    office.instance.desk.open(office.who("quin"), stuck.document_id)
    with pytest.raises(Conflict, match="colleague"):
        stuck.split()
    stuck.do(Act.SPLIT, 2, by="quin")


def test_whoever_may_not_find_the_wrong_person_sees_neither_part(office: Office) -> None:
    instance, stuck = office.instance, as_text(office)
    ina = office.who("ina")
    subject = Subject(SubjectKind.CLIENT, office.olive.client_id)
    stuck.split()
    instance.guards.block(office.who("iggy"), subject, ina.staff_id, "Olive is her mother")
    assert instance.desk.waiting(ina).documents == 0
    assert instance.desk.waiting(office.who("quin")).documents == 2
    with pytest.raises(NotFound):
        instance.arranging.pages(ina, stuck.item_id)


@pytest.mark.parametrize("first", [0, 1])
def test_once_one_part_is_filed_the_split_is_not_undone(office: Office, first: int) -> None:
    stuck = as_text(office)
    parts = [stuck.document_id, stuck.split()]
    office.index_document(parts[first], office.percy)
    before = stuck.rows()
    with pytest.raises(Conflict, match="on file or rejected already") as refused:
        stuck.undo()
    assert refused.value.error_code == "already_indexed"
    assert stuck.rows() == before


def test_of_two_who_divide_at_once_the_second_is_told(office: Office) -> None:
    stuck = as_text(office, "A third page")
    seen = office.instance.arranging.pages(office.who("quin"), stuck.item_id).changes
    stuck.split()
    with pytest.raises(Conflict) as refused:
        office.instance.arranging.undo(office.who("quin"), stuck.item_id, seen=seen)
    assert refused.value.error_code == "changed_meanwhile"


def test_where_the_file_as_it_came_went_with_another_record_the_pages_stay_as_they_are(
    office: Office,
) -> None:
    """A PDF of the parts would have to be made from it."""
    stuck = as_scan(office, "A third page")
    third = stuck.split(3)
    stuck.destroy(office.index_document(third, office.percy))
    with office.instance.database.read() as session:
        assert session.get_one(Item, stuck.item_id).object_key == ""
    before = stuck.rows()
    with pytest.raises(Conflict) as refused:
        stuck.split()
    assert refused.value.error_code == "file_gone" and stuck.rows() == before
    office.index_document(stuck.document_id, office.olive)
    assert set(stuck.forms(stuck.record_id)) == {"searchable_pdf"}
    stuck.clean()


def test_while_another_record_of_the_file_is_being_destroyed_its_pages_stay_as_they_are(
    office: Office,
) -> None:
    stuck = as_scan(office, "A third page")
    third = office.index_document(stuck.split(3), office.percy)
    with write(office.instance.database, SYSTEM, office.instance.clock) as work:
        condemn(work, [third])
        work.journal("record:content:destroy", "record", third)
    with pytest.raises(Conflict) as refused:
        stuck.split()
    assert refused.value.error_code == "file_gone"


def test_pages_that_are_being_put_in_order_keep_the_file_as_it_came(office: Office) -> None:
    """The PDFs the parts have are of other pages when another record of the file is destroyed."""
    stuck = as_scan(office, "A third page", "A fourth page")
    second = stuck.split(3)
    fourth = office.index_document(stuck.split(4), office.percy)
    step = Step(act=Act.MOVE, page_id=stuck.pages[1], document_id=second, position=1)
    office.instance.arranging.change(office.who("ina"), stuck.item_id, step)
    stuck.destroy(fourth)
    stuck.work()
    for document, pages in zip(stuck.documents()[:2], (1, 2), strict=True):
        with office.instance.store.open(ObjectKey(document.pdf_key)) as stream:
            assert len(pikepdf.open(io.BytesIO(stream.read())).pages) == pages
    stuck.clean()


# --- undone -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("make", [as_text, as_scan])
@pytest.mark.parametrize("settled", [True, False])
def test_a_split_that_is_undone_leaves_everything_as_it_was(
    office: Office, make: Callable[..., Stuck], settled: bool
) -> None:
    stuck = make(office, settled=settled)
    if settled:
        office.instance.custody.settle_all()
    before = stuck.rows()
    keys = office.instance.keys.holders_of(
        [*stuck.forms(stuck.record_id).values(), *stuck.pictures(1), *stuck.pictures(2)]
    )
    stuck.split()
    if settled:
        office.instance.custody.settle_all()
    assert stuck.rows() != before
    stuck.undo()
    if settled:
        office.instance.custody.settle_all()
    assert stuck.rows() == before
    assert office.instance.keys.holders_of(list(keys)) == keys
    stuck.clean()
    office.index(stuck.record_id, office.percy)
    assert stuck.numbers(stuck.record_id) == [1, 2]
    stuck.clean()


# --- each part filed --------------------------------------------------------------------------------


def test_the_part_that_keeps_the_document_keeps_the_record_and_the_other_becomes_one(
    office: Office,
) -> None:
    stuck = as_text(office)
    before = office.record(stuck.record_id)
    other = stuck.file_both()
    hers, his = office.record(stuck.record_id), office.record(other)
    assert (hers.reference, hers.number) == (before.reference, before.number)
    assert hers.version > before.version and his.reference != hers.reference
    assert (hers.state, his.state, his.version) == ("filed", "filed", 1)
    assert office.on_files_of(stuck.record_id) == {office.olive.client_id}
    assert office.on_files_of(other) == {office.percy.client_id}
    assert (stuck.numbers(stuck.record_id), stuck.numbers(other)) == ([1], [2])
    lost, came = events(office.instance, "record:page:part")
    assert (lost.subject_id, lost.detail["to"]) == (stuck.record_id, {other: [2]})
    assert lost.detail["forms"].keys() == {"original"}
    assert (came.subject_id, came.detail) == (other, {"of": stuck.record_id, "pages": [2]})
    stuck.clean()
    at = office.instance.ledger.whole(office.who("iggy"))
    assert at.at == {Whereabouts.FILED: 2} and at.is_settled


@pytest.mark.parametrize("first", [0, 1])
def test_whichever_is_filed_first_nobody_who_sees_one_sees_the_other(
    office: Office, first: int
) -> None:
    stuck = as_scan(office)
    parts = [stuck.document_id, stuck.split()]
    people = [office.olive, office.percy]
    for at in (first, 1 - first):
        office.index_document(parts[at], people[at])
    indexer(office.instance).do_some()
    records = [stuck.record_of(one) for one in parts]
    assert records[0] == stuck.record_id
    wren, viewing = office.who("wren"), office.instance.viewing
    for record_id, own, others in ((records[0], HERS, HIS), (records[1], HIS, HERS)):
        opened = viewing.open(wren, record_id)
        text = "".join(page.text for page in opened.pages if page)
        assert own in text and others not in text and len(opened.pages) == 1
        with pytest.raises(NotFound):
            viewing.page_image(wren, record_id, 2)
        with pytest.raises(NotFound):
            viewing.thumbnail_source(wren, record_id, 2)
        with pytest.raises(NotFound):  # it holds both letters
            viewing.rendition(wren, record_id, "original")
        _, content = viewing.rendition(wren, record_id, "searchable_pdf")
        with content.stream as stream, pikepdf.open(io.BytesIO(stream.read())) as pdf:
            assert len(pdf.pages) == 1
        found = office.instance.search.search(wren, own).found
        assert [one.hit.record_id for one in found] == [record_id]
        assert others not in str(office.record(record_id).evidence)
        assert viewing.to_take_away(wren, DOWNLOAD, record_id)
    stuck.clean()


def test_a_record_that_waits_still_shows_no_page_that_another_has(office: Office) -> None:
    stuck = as_text(office)
    second = stuck.split()
    other = office.index_document(second, office.percy)
    assert office.record(stuck.record_id).state == WITHDRAWN
    assert (stuck.numbers(stuck.record_id), stuck.numbers(other)) == ([1], [2])
    assert office.record(stuck.record_id).title == ""
    stuck.clean()


def test_neither_part_files_itself_or_suggests_the_wrong_person_and_both_say_why_they_wait(
    office: Office,
) -> None:
    stuck = as_text(office)
    stuck.split()
    for document in stuck.documents():
        named = {one["client_id"] for one in document.suggestion["clients"]}
        assert office.olive.client_id not in named and document.state == "to_index"
        assert document.suggestion["why"][0] == f"Taken off a file on 01/06/2026: {WHY}"
        assert document.suggestion["file_itself"] is False
        with office.instance.database.read() as session:
            asked = select(SuggestedClient.client_id)
            guarded = asked.where(SuggestedClient.document_id == document.document_id)
            assert office.olive.client_id in set(session.scalars(guarded))
    assert stuck.documents()[1].suggestion["clients"][0]["client_id"] == office.percy.client_id


def test_a_part_that_is_on_no_clients_file_is_rejected_and_stays_counted(office: Office) -> None:
    instance, stuck = office.instance, as_text(office)
    second = stuck.split()
    instance.desk.reject(office.who("ina"), second, "Advertising")
    office.index_document(stuck.document_id, office.olive)
    at = instance.ledger.whole(office.who("iggy")).at
    assert at == {Whereabouts.FILED: 1, Whereabouts.REJECTED: 1}
    stuck.clean()
    instance.desk.restore(office.who("quin"), second)
    other = office.index_document(second, office.percy)
    assert stuck.numbers(other) == [2]
    stuck.clean()


def test_pages_go_to_a_document_that_was_never_on_a_file_and_take_what_guards_them_along(
    office: Office,
) -> None:
    """Of three parts one is filed; a page then goes from one of the others to the next."""
    stuck = as_text(office, "A third page", "A fourth page")
    second, third = stuck.split(2), stuck.split(3)
    office.index_document(stuck.document_id, office.olive)
    waiting = [stuck.record_of(one) for one in (second, third)]
    assert all(waiting) and len({*waiting, stuck.record_id}) == 3
    stuck.do(Act.MOVE, 4, document_id=second, position=2)
    office.index_document(third, office.percy)
    assert [stuck.numbers(one) for one in waiting] == [[2, 4], [3]]
    stuck.clean()
    office.instance.custody.settle_all()
    stuck.clean()


def test_a_letter_of_the_same_file_that_has_nothing_to_do_with_it_is_filed_beside_it(
    office: Office,
) -> None:
    stuck = as_text(office, "A third page")
    third = stuck.split(3)
    stuck.split(2)
    stuck.undo()
    before = stuck.numbers(stuck.record_id)
    office.index_document(third, office.percy)
    assert stuck.numbers(stuck.record_id) == before[:2]
    stuck.clean()


# --- keys and destruction ---------------------------------------------------------------------------


@pytest.mark.parametrize("settled", [True, False])
def test_each_part_has_a_key_of_its_own_and_nothing_made_of_both_is_left(
    office: Office, settled: bool
) -> None:
    stuck = as_scan(office, settled=settled)
    old_pdf = stuck.forms(stuck.record_id)["searchable_pdf"]
    other = stuck.file_both()
    instance = office.instance
    instance.custody.settle_all()
    hers, his = f"record:{stuck.record_id}", f"record:{other}"
    assert stuck.holders(*stuck.pictures(1), *stuck.forms(stuck.record_id).values()) == {hers}
    assert stuck.holders(*stuck.pictures(2), *stuck.forms(other).values()) == {his}
    with instance.database.read() as session:
        original = session.get_one(Item, stuck.item_id).object_key
        assert session.scalars(select(KeysToSettle)).all() == []
        assert session.scalars(select(ReplacedObject)).all() == []
    assert stuck.holders(original) == {hers, his}
    assert stuck.holders(old_pdf) == set()
    with pytest.raises(NotFound):
        instance.store.inner.size(old_pdf)
    assert instance.custody.settle_all() == 0
    stuck.clean()


@pytest.mark.embedded
@pytest.mark.parametrize("gone", [0, 1])
@pytest.mark.parametrize("settled", [True, False])
def test_destroying_one_part_leaves_the_other_whole_and_nothing_of_itself(
    office: Office, gone: int, settled: bool
) -> None:
    stuck = as_scan(office, settled=settled)
    old_pdf = stuck.forms(stuck.record_id)["searchable_pdf"]
    copy = _sealed_bytes(office.instance, old_pdf)
    records = [stuck.record_id, stuck.file_both()]
    stuck.destroy(records[gone])  # before any round of keys
    kept, word, other_word = records[1 - gone], (HIS, HERS)[gone], (HERS, HIS)[gone]
    _, content = office.instance.viewing.rendition(office.who("wren"), kept, "searchable_pdf")
    with content.stream as stream:
        assert len(stream.read()) > 1000
    with office.instance.viewing.page_image(office.who("wren"), kept, 1).stream as stream:
        assert stream.read()
    stuck.clean()
    home = office.instance.settings.home
    assert files_with(home, other_word) == [] and files_with(home, word)
    _put_back(office.instance, old_pdf, copy)
    assert not can_be_read(office.instance, old_pdf)
    stuck.destroy(kept)
    assert files_with(home, word) == []
    stuck.clean()


def test_destroying_the_first_part_takes_nothing_of_what_still_waits(office: Office) -> None:
    """A text has nothing but the file as it came: it must stay for the part that waits."""
    stuck = as_text(office)
    second = stuck.split()
    office.index_document(stuck.document_id, office.olive)
    stuck.destroy(stuck.record_id)
    with office.instance.database.read() as session:
        original = session.get_one(Item, stuck.item_id).object_key
    assert stuck.holders(original) == {f"record:{stuck.record_of(second)}"}
    other = office.index_document(second, office.percy)
    opened = office.instance.viewing.open(office.who("wren"), other)
    assert HIS in (opened.pages[0].text if opened.pages[0] else "")
    stuck.clean()


@pytest.mark.parametrize("step", ["keep", "drop"])
def test_cut_off_while_keys_follow_nothing_is_lost_and_the_next_round_ends_it(
    office: Office, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    stuck = as_scan(office)
    other = stuck.file_both()

    def cut_off(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(office.instance.keys, step, cut_off)
    with pytest.raises(KeyboardInterrupt):
        office.instance.custody.settle_all()
    monkeypatch.undo()
    stuck.clean()
    office.instance.custody.settle_all()
    stuck.clean()
    assert stuck.holders(*stuck.pictures(2)) == {f"record:{other}"}


# --- holds, guards, incidents, and what others keep of a record -----------------------------------


@pytest.mark.parametrize("is_secret", [False, True])
@pytest.mark.parametrize("first", [0, 1])
@pytest.mark.parametrize("kind", ["client", "record", "query"])
def test_what_held_the_record_holds_every_part_of_it(
    office: Office, kind: str, first: int, is_secret: bool
) -> None:
    instance = office.instance
    worker = factories.a_worker(instance, factories.shared_reader())
    batch = factories.read_in(
        instance, worker, POST_ROOM, {"stuck.txt": f"About {HERS}\fAbout {HIS}"}
    )
    [document] = factories.documents(instance, batch.items[0].item_id)
    record_id = office.index_document(document.document_id, office.olive)
    scope = {
        "client": Scope(ScopeKind.CLIENT, office.olive.client_id),
        "record": Scope(ScopeKind.RECORD, record_id),
        "query": Scope(ScopeKind.QUERY, criteria={"phrase": HERS}),
    }[kind]
    hold_id = placed(office, scope, is_secret=is_secret)
    office.repair(record_id)
    stuck = Stuck(office, record_id, batch.items[0].item_id, document.document_id)
    parts = [stuck.document_id, stuck.split()]
    office.index_document(parts[first], office.percy)
    office.index_document(parts[1 - first], office.percy)
    records = [stuck.record_of(one) for one in parts]
    with instance.database.read() as session:
        held = live_holds_on(session, records, instance.clock.now())
    assert held == dict.fromkeys(records, (hold_id,))
    instance.holds.lift(office.who("iggy"), hold_id, WHY, "Letter 2")
    with instance.database.read() as session:
        assert live_holds_on(session, records, instance.clock.now()) == {}


def test_markings_and_blocks_of_the_record_are_those_of_every_part(office: Office) -> None:
    instance = office.instance
    worker = factories.a_worker(instance, factories.shared_reader())
    batch = factories.read_in(instance, worker, POST_ROOM, {"stuck.txt": f"{HERS}\f{HIS}"})
    [document] = factories.documents(instance, batch.items[0].item_id)
    record_id = office.index_document(document.document_id, office.olive)
    subject, iggy = Subject(SubjectKind.RECORD, record_id), office.who("iggy")
    review = factories.MONDAY.date().replace(month=12)
    instance.guards.mark(iggy, subject, "restricted", "Names a third person", review)
    instance.guards.block(iggy, subject, office.who("tom").staff_id, "Tom is named in it")
    office.repair(record_id)
    stuck = Stuck(office, record_id, batch.items[0].item_id, document.document_id)
    other = stuck.file_both()
    now = instance.clock.now()
    with instance.database.read() as session:
        for table, name in ((Marking, "marking"), (Block, "staff_id")):
            for one in (record_id, other):
                rows = session.scalars(
                    select(table).where(table.subject_id == one, table.live(now))
                ).all()
                assert len(rows) == 1, (name, one)
    for one in (record_id, other):
        with pytest.raises(NotFound):
            instance.viewing.open(office.who("wren"), one)


def test_the_incident_names_both_persons_and_both_records(office: Office) -> None:
    stuck = as_text(office)
    [(incident_id, *_)] = [
        (one.incident.incident_id,)
        for one in office.instance.incidents.listed(office.who("iggy"))[0]
    ]
    other = stuck.file_both()
    case = office.case(incident_id)
    people = {(one.client_id, one.part) for one in case.incident.people}
    assert people == {
        (office.olive.client_id, "wrong"), (office.olive.client_id, "right"),
        (office.percy.client_id, "right"),
    }  # fmt: skip
    assert case.other_parts == (office.record(other).reference,)
    beside = office.instance.wrong_person.beside(office.who("iggy"), other)
    assert beside.put_right_at == case.incident.contained_at and beside.may == REPAIR
    stuck.destroy(other)
    told = office.case(incident_id).incident
    assert (told.repair_reason, told.reason) == ("", "")


def test_what_was_found_of_the_pages_while_they_were_together_goes(office: Office) -> None:
    stuck = as_text(office)
    instance = office.instance
    with write(instance.database, SYSTEM, instance.clock) as work:
        work.session.add(
            MisfileFinding(
                finding_id="f" * 32, record_id=stuck.record_id, client_id=office.percy.client_id,
                score=0.9, words=f"name on page 2, {HIS}", kinds=["name"], page=2, line=1,
                matcher="m", found_at=work.now, state="repaired",
            )
        )  # fmt: skip
        work.journal("record:misfile:find", "record", stuck.record_id)
    stuck.file_both()
    with instance.database.read() as session:
        assert session.get_one(MisfileFinding, "f" * 32).words == ""


def test_a_part_is_drawn_for_the_quality_check_of_its_batch(office: Office) -> None:
    instance, stuck = office.instance, as_text(office)
    with write(instance.database, SYSTEM, instance.clock) as work:
        instance.quality.catch_up(work)
    stuck.file_both()
    with write(instance.database, SYSTEM, instance.clock) as work:
        instance.quality.catch_up(work)
    with instance.database.read() as session:
        drawn = set(session.scalars(select(QualitySample.document_id)))
    assert drawn == {one.document_id for one in stuck.documents()}


def test_the_paper_of_both_parts_lies_where_the_sheets_of_the_scan_lie(office: Office) -> None:
    instance, stuck = office.instance, as_text(office)
    other = stuck.file_both()
    with instance.database.read() as session:
        places = places_of_records(session, [stuck.record_id, other])
    assert [(p.first_page, p.last_page) for p in places[stuck.record_id]] == [(1, 1)]
    assert [(p.first_page, p.last_page) for p in places[other]] == [(2, 2)]


def test_a_divided_record_is_taken_off_again_and_divided_again(office: Office) -> None:
    stuck = as_text(office, "A third page")
    other = stuck.file_both()
    office.repair(other, wrong=(office.percy,))
    third = stuck.split(3)
    last = office.index_document(third, office.olive)
    office.index(other, office.percy)
    assert [stuck.numbers(one) for one in (stuck.record_id, other, last)] == [[1], [2], [3]]
    stuck.clean()
    stuck.destroy(other)
    stuck.clean()
    with office.instance.database.read() as session:
        states = set(session.scalars(select(Document.state)))
    assert states == {"filed", "disposed"}


def test_whoever_files_is_told_when_a_document_of_the_same_file_is_taken_off_meanwhile(
    office: Office,
) -> None:
    """Between the look at what waits and the lock on the document a colleague took the other one off."""
    instance = office.instance
    worker = factories.a_worker(instance, factories.shared_reader())
    batch = factories.read_in(instance, worker, POST_ROOM, {"two.txt": f"{HERS}\f{HIS}"})
    [first] = factories.documents(instance, batch.items[0].item_id)
    stuck = Stuck(office, "", batch.items[0].item_id, first.document_id)
    second = stuck.split()
    record_id = office.index_document(first.document_id, office.olive)
    with write(instance.database, office.who("ina"), instance.clock) as work:
        assert lock_waiting(work, MovedRecords(), second) is None
    office.repair(record_id)
    with (
        pytest.raises(Conflict) as refused,
        write(instance.database, office.who("ina"), instance.clock) as work,
    ):
        part_records(work, None, work.session.get_one(Document, second))
    assert refused.value.error_code == "changed_meanwhile"
    assert stuck.numbers(office.index_document(second, office.percy)) == [2]


# --- whatever is done, in any order -----------------------------------------------------------------


@pytest.mark.embedded
@pytest.mark.parametrize("seed", range(5))
def test_in_any_order_no_page_is_lost_or_two_records_and_each_opens_to_its_own_key(
    office: Office, seed: int
) -> None:
    dice, instance = random.Random(seed), office.instance
    more = [f"Page {number} about nothing much" for number in (3, 4, 5)]
    stuck = scanned(office, "stuck.pdf", factories.pdf(*letters(office), *more))
    done: set[str] = set()
    acts = {_arrange: 8, _undo: 1, _file: 3, _reject: 1, _take_off: 4, _settle: 2}
    for _ in range(60):
        [act] = dice.choices([*acts], [*acts.values()])
        try:
            act(stuck, dice)
            done.add(act.__name__)
        except EdrmsError:
            done.add("refused")
        _is_sound(stuck)
    for document in stuck.documents():
        if document.state == "rejected":
            instance.desk.restore(office.who("quin"), document.document_id)
        if document.state != "filed":
            office.index_document(document.document_id, office.percy)
    assert {"_arrange", "_file", "_take_off", "refused"} <= done
    assert events(instance, "record:page:part")
    _is_sound(stuck)
    records = [one.record_id or "" for one in stuck.documents()]
    dice.shuffle(records)
    for record_id in records:
        gone = stuck.numbers(record_id)
        stuck.destroy(record_id)
        _is_sound(stuck)
        words = [word for number, word in ((1, HERS), (2, HIS)) if number in gone]
        assert [files_with(instance.settings.home, word) for word in words] == [[] for _ in words]


def _arrange(stuck: Stuck, dice: random.Random) -> None:
    documents = [one.document_id for one in stuck.documents()]
    act = dice.choice([*[Act.SPLIT] * 4, *[Act.MOVE] * 3, Act.JOIN, Act.TURN, Act.TAKE_OUT])
    stuck.do(
        act, dice.randint(1, 5), document_id=dice.choice(documents), position=dice.randint(1, 3),
        turned_degrees=90, kind="blank",
    )  # fmt: skip


def _undo(stuck: Stuck, dice: random.Random) -> None:
    stuck.undo()


def _file(stuck: Stuck, dice: random.Random) -> None:
    document = dice.choice([one for one in stuck.documents() if one.state == "to_index"] or [None])
    if document is None:
        return
    whom = dice.choice([stuck.office.olive, stuck.office.percy])
    stuck.office.index_document(document.document_id, whom)


def _reject(stuck: Stuck, dice: random.Random) -> None:
    document, desk = dice.choice(stuck.documents()), stuck.instance.desk
    who = stuck.office.who("quin")
    if document.state == "rejected":
        desk.restore(who, document.document_id)
    else:
        desk.reject(who, document.document_id, "For nobody")


def _take_off(stuck: Stuck, dice: random.Random) -> None:
    filed = [one.record_id for one in stuck.documents() if one.state == "filed"]
    record_id = dice.choice(filed or [""]) or ""
    if not record_id:
        return
    here = stuck.office.on_files_of(record_id)
    people = [p for p in (stuck.office.olive, stuck.office.percy) if p.client_id in here]
    stuck.office.repair(record_id, wrong=tuple(people))


def _settle(stuck: Stuck, dice: random.Random) -> None:
    stuck.instance.custody.settle_all()
    for document in stuck.documents():
        if document.record_id:
            own = stuck.forms(document.record_id).get("searchable_pdf")
            pages = [stuck.pictures(page.number) for page in document.pages]
            keys = {key for some in pages for key in some} | ({own} if own else set())
            kept = {document.pdf_key} if document.pdf_key else set()
            assert stuck.holders(*keys, *kept) <= {f"record:{document.record_id}"}  # type: ignore[arg-type]


def _is_sound(stuck: Stuck) -> None:
    stuck.clean()  # every object a row names is there and opens, filed records have their pages
    with stuck.instance.database.read() as session:
        of_filed = (
            select(RecordPage.page_id)
            .join(Record, Record.record_id == RecordPage.record_id)
            .where(Record.state == "filed")
        )
        pages = list(session.scalars(of_filed))
    assert len(pages) == len(set(pages))
