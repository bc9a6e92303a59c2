"""Searching as staff do it: nothing hidden is found or counted, live rows decide, words stay apart."""

import shutil
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from queue import SimpleQueue

import pytest

from api.wiring import Instance, indexer
from edrms.access.model import Actor
from edrms.clients.model import Client
from edrms.clock import FixedClock
from edrms.errors import Denied, Unavailable
from edrms.jobs.queue import enqueue
from edrms.jobs.tables import Job
from edrms.records.filing import INDEX_LINE, INDEX_RECORD
from edrms.records.tables import DESTROYING, WITHDRAWN, Record
from edrms.staff.accounts import SYSTEM
from edrms.uow import write
from search import indexer as search_indexer
from search.model import IndexedRecord
from search.ports import FOR_EVER, IndexBusy, IndexUnavailable
from tests import factories
from tests.service.events import events, personal_detail
from tests.service.queue_of_work import QueueOfWork

ADULTS = factories.actor("social_worker_adults")
CHILDREN = factories.actor("social_worker_children")
WORDS = "hornbeam kaleidoscope"


def index_all(instance: Instance) -> None:
    while indexer(instance).do_some():
        pass


@pytest.fixture
def olive(instance: Instance) -> Client:
    made = factories.client()
    factories.on_the_register(instance, made)
    return made


@pytest.fixture
def record_id(instance: Instance, olive: Client) -> str:
    """A filed and indexed record on an adult's file."""
    made = factories.filed_record(instance, [olive], texts=[WORDS])
    index_all(instance)
    return made


def found_ids(instance: Instance, who: Actor = ADULTS, words: str = WORDS) -> list[str]:
    return [one.record.record_id for one in instance.search.search(who, words).found]


@pytest.mark.parametrize(
    "words",
    [WORDS, "hornbeam", "HORNBEAM", '"hornbeam kaleidoscope"', "9434765919", "943 476 5919",
     "LAS-204417", "Tregenza", "Olive Tregenza", "letter.txt"],
)  # fmt: skip
def test_a_filed_record_is_found_by_words_numbers_and_names(
    instance: Instance, record_id: str, words: str
) -> None:
    answer = instance.search.search(ADULTS, words)
    (found,) = answer.found
    assert (found.record.record_id, found.page_count) == (record_id, 1)
    assert [person.surname for person in found.clients] == ["Tregenza"]


@pytest.mark.usefixtures("record_id")
@pytest.mark.parametrize("words", [WORDS, "hornbeam", "Tregenza", "9434765919", "", "hornbaem"])
def test_a_hidden_record_is_neither_found_nor_counted_nor_hinted_at(
    instance: Instance, words: str
) -> None:
    answer = instance.search.search(CHILDREN, words)
    assert (answer.found, answer.results.hits, answer.results.total) == ((), (), 0)
    told = repr(answer.results).lower()
    assert "tregenza" not in told and "kaleidoscope" not in told
    nothing = instance.search.search(CHILDREN, "zzzz" + words)
    assert replace(nothing.results, suggestion="") == replace(answer.results, suggestion="")


@pytest.mark.parametrize("role", ["post_room", "indexer", "auditor", "system_administrator", "x"])
def test_who_may_not_search_does_not(instance: Instance, role: str) -> None:
    with pytest.raises(Denied):
        instance.search.search(factories.actor(role), WORDS)
    assert events(instance, "search:index:query") == []


def test_a_record_whose_row_was_sealed_is_not_shown_while_the_index_lags(
    instance: Instance, record_id: str
) -> None:
    with write(instance.database, SYSTEM, instance.clock) as work:
        work.session.get_one(Record, record_id).sensitivity = "sealed"
        work.journal("record:content:file", "record", record_id)
    answer = instance.search.search(ADULTS, WORDS)
    assert answer.found == ()
    (event,) = events(instance, "search:index:query")
    assert event.detail["shown"] == []


def test_each_search_is_journalled_with_its_words_kept_apart(
    instance: Instance, record_id: str
) -> None:
    instance.search.search(ADULTS, WORDS)
    instance.search.search(ADULTS, "nothing like it")
    first, second = events(instance, "search:index:query")
    assert (first.actor_id, first.detail) == (
        ADULTS.staff_id, {"shown": [record_id], "total": 1},
    )  # fmt: skip
    assert second.detail == {"shown": [], "total": 0}
    assert personal_detail(instance, first) == WORDS
    assert not any(WORDS in repr(vars(event)) for event in (first, second))


def test_no_answer_leaves_when_the_search_cannot_be_journalled(
    instance: Instance, record_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edrms.uow.ACTIONS", frozenset())
    with pytest.raises(RuntimeError):
        instance.search.search(ADULTS, WORDS)


def test_an_invoice_on_an_adults_file_is_found_by_finance(
    instance: Instance, olive: Client
) -> None:
    invoice = factories.filed_record(instance, [olive], document_type="D46", texts=["invoice 77"])
    plan = factories.filed_record(instance, [olive], texts=["invoice mentioned"])
    index_all(instance)
    assert found_ids(instance, factories.actor("finance"), "invoice") == [invoice]
    assert set(found_ids(instance, ADULTS, "invoice")) == {invoice, plan}


def test_the_index_holds_exactly_what_the_rows_hold_after_indexing_and_after_a_rebuild(
    instance: Instance, olive: Client
) -> None:
    made = {factories.filed_record(instance, [olive], texts=[f"word{n}"]) for n in range(7)}
    index_all(instance)
    assert dict(instance.index.versions()) == dict.fromkeys(made, 1)
    before = [found_ids(instance, words=f"word{n}") for n in range(7)]
    assert indexer(instance).rebuild(SYSTEM) == 7
    assert dict(instance.index.versions()) == dict.fromkeys(made, 1)
    assert [found_ids(instance, words=f"word{n}") for n in range(7)] == before
    assert len(events(instance, "search:index:rebuild")) == 1


def test_a_record_filed_while_the_index_is_rebuilt_is_found_afterwards(
    instance: Instance, olive: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    early = factories.filed_record(instance, [olive], texts=["early"])
    late = []
    whole = instance.index.rebuild

    def file_and_index_one_first(records: object) -> None:
        late.append(factories.filed_record(instance, [olive], texts=["late"]))
        index_all(instance)
        whole(records)  # type: ignore[arg-type]

    monkeypatch.setattr(instance.index, "rebuild", file_and_index_one_first)
    indexer(instance).rebuild(SYSTEM)
    assert set(instance.index.versions()) == {early, *late}


def test_rebuilding_does_not_keep_others_from_writing(
    instance: Instance, olive: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    factories.filed_record(instance, [olive], texts=["early"])
    whole = instance.index.rebuild

    def write_between_two_records(records: object) -> None:
        one = next(given := iter(records))  # type: ignore[call-overload]
        factories.on_the_register(instance, factories.client(nhs_number=""))
        whole([one, *given])

    monkeypatch.setattr("edrms.db.BUSY_TIMEOUT_S", 1)
    monkeypatch.setattr(instance.index, "rebuild", write_between_two_records)
    assert indexer(instance).rebuild(SYSTEM) == 1


@pytest.mark.parametrize("state", [WITHDRAWN, DESTROYING])
def test_an_index_writer_overtaken_by_another_does_not_bring_back_what_was_taken_out(
    instance: Instance, olive: Client, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It read the record while it was filed, and writes after another writer, or disposal, took it out."""
    gone = factories.filed_record(instance, [olive], texts=[WORDS])
    stays = factories.filed_record(instance, [olive], texts=["early"])
    write_late = instance.index.upsert
    changes = iter(["taken off"])

    def be_overtaken(records: Iterable[IndexedRecord]) -> None:
        batch = list(records)
        for _ in changes:
            with write(instance.database, SYSTEM, instance.clock) as work:
                work.session.get_one(Record, gone).state = state
                work.journal("record:content:file", "record", gone)
                if state == WITHDRAWN:
                    enqueue(work, INDEX_RECORD, gone, line=INDEX_LINE)
            if state == WITHDRAWN:
                indexer(instance).do_some()
            else:
                instance.index.delete({gone: FOR_EVER})
            assert gone not in instance.index.versions()
        write_late(batch)

    monkeypatch.setattr(instance.index, "upsert", be_overtaken)
    assert indexer(instance).do_some() == 2
    assert instance.index.versions().keys() == {stays}


@pytest.mark.parametrize("error", [IndexBusy("writing"), IndexUnavailable("damaged")])
def test_a_job_the_engine_refused_comes_round_again_at_once_not_after_its_lease(
    instance: Instance, olive: Client, clock: FixedClock, error: Exception,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    record_id = factories.filed_record(instance, [olive], texts=[WORDS])
    let_pass = QueueOfWork(instance.database, clock, instance.queue).let_pass

    def refuse(_records: object) -> None:
        raise error

    with monkeypatch.context() as patched:
        patched.setattr(instance.index, "upsert", refuse)
        for _ in range(5):
            with pytest.raises(type(error)):
                indexer(instance).do_some()
            let_pass(timedelta(seconds=2))
    index_all(instance)
    assert found_ids(instance) == [record_id]
    with instance.database.read() as session:
        assert [job.state for job in session.query(Job)] == ["done"]


@pytest.mark.embedded
def test_search_says_it_is_unavailable_while_the_index_is_missing_and_a_rebuild_mends_it(
    instance: Instance, record_id: str
) -> None:
    instance.index.close()
    shutil.rmtree(instance.index.directory)
    with pytest.raises(Unavailable) as answer:
        instance.search.search(ADULTS, WORDS)
    assert answer.value.error_code == "search_unavailable"
    opened = instance.viewing.open(ADULTS, record_id)
    assert opened.record.record_id == record_id
    indexer(instance).rebuild(SYSTEM)
    assert found_ids(instance) == [record_id]


def test_while_pages_are_read_records_gather_to_be_indexed_together(
    instance: Instance, clock: FixedClock, olive: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = QueueOfWork(instance.database, clock, instance.queue)
    pages.add("a page")
    in_hand = pages.claim()
    monkeypatch.setattr(search_indexer, "GATHER_S", 600.0)
    written: SimpleQueue[set[str]] = SimpleQueue()
    upsert = instance.index.upsert

    def note(records: Iterable[IndexedRecord]) -> None:
        batch = list(records)
        upsert(batch)
        written.put({one.record_id for one in batch})

    monkeypatch.setattr(instance.index, "upsert", note)
    first = factories.filed_record(instance, [olive], texts=[WORDS])
    writer = indexer(instance)
    with ThreadPoolExecutor(1) as aside:
        ended = aside.submit(writer.run, 0.01)
        try:
            assert written.get(timeout=60) == {first}
            later = {factories.filed_record(instance, [olive], texts=[WORDS]) for _ in range(3)}
            pages.finish(in_hand)
            assert written.get(timeout=60) == later
        finally:
            writer.stop()
        ended.result(timeout=60)
    assert set(found_ids(instance)) == {first, *later}
