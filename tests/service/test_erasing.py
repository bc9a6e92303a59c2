"""Destroyed for good: nowhere a word of it, nothing that opens it, and everything else as it was."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from api.wiring import Instance, indexer
from edrms.clients.model import Client
from edrms.errors import Damaged, NotFound, Refused, Unavailable
from edrms.ids import ObjectKey
from edrms.incidents.misfiles import Repair
from edrms.jobs.worker import Worker
from edrms.pace import Pace
from edrms.records import endings
from edrms.records.endings import Erased
from edrms.records.locking import LockState
from edrms.records.tables import DISPOSED, PageContent, Record, RecordPage, RecordStub, Rendition
from edrms.staff.accounts import SYSTEM
from edrms.uow import write
from retention.erasing import Erasing
from retention.hold_guard import condemn
from scanning.batches.model import Whereabouts
from scanning.batches.tables import Batch, Item
from scanning.batches.verify import verify
from scanning.custody import erasing as custody_erasing
from tests import factories
from tests.service.events import events

POST_ROOM = factories.actor("post_room")
READER = factories.actor("social_worker_adults")
MARKER, OTHER = "velociraptor", "hovercraft"


@pytest.fixture
def olive(instance: Instance) -> Client:
    made = factories.client()
    factories.on_the_register(instance, made)
    return made


@pytest.fixture
def filed(instance: Instance, olive: Client, worker: Worker) -> Instance:
    """Two letters scanned as one file, and a text whose name tells of it; all filed and findable."""
    letters = [
        factories.page(factories.letter_to(olive, f"Care and support plan. The {word} came."))
        for word in (MARKER, OTHER)
    ]
    scan = factories.tiff(letters[0], factories.separator(), letters[1])
    text = factories.letter_to(olive, f"Care and support plan. The {MARKER} stayed.")
    factories.read_in(
        instance, worker, POST_ROOM, {"scan.tif": scan, f"about the {MARKER}.txt": text}
    )
    while indexer(instance).do_some():
        pass
    assert len(records_with(instance, MARKER)) == 2 and len(records_with(instance, OTHER)) == 1
    return instance


def records_with(instance: Instance, word: str) -> list[str]:
    """By the rows: words that somebody searches for stay with the event of the search."""
    with instance.database.read() as session:
        pages = select(RecordPage.record_id).join(
            PageContent, PageContent.page_id == RecordPage.page_id
        )
        return list(session.scalars(pages.where(PageContent.text.contains(word))))


def found(instance: Instance, word: str) -> int:
    return instance.search.search(READER, word).results.total


def give_up(instance: Instance, record_ids: list[str]) -> None:
    with write(instance.database, SYSTEM, instance.clock) as work:
        condemn(work, record_ids)
        work.journal("record:content:erase", "record", record_ids[0], place="test")


def renditions(instance: Instance, record_id: str) -> dict[str, ObjectKey]:
    with instance.database.read() as session:
        rows = session.execute(
            select(Rendition.kind, Rendition.object_key).where(Rendition.record_id == record_id)
        )
        return {kind: ObjectKey(key) for kind, key in rows}


def scan_of(instance: Instance, record_id: str) -> ObjectKey:
    """The file as it came, which is no form of a record that shares it."""
    with instance.database.read() as session:
        came_in = select(Record.item_id).where(Record.record_id == record_id)
        return ObjectKey(
            session.scalars(select(Item.object_key).where(Item.item_id.in_(came_in))).one()
        )


def files_with(home: Path, word: str) -> list[str]:
    """Every file of the instance that holds these letters, in any case, in UTF-8 or UTF-16."""
    holding = []
    for path in sorted(one for one in home.rglob("*") if one.is_file()):
        content = path.read_bytes().lower()
        if any(word.encode(code) in content for code in ("utf-8", "utf-16-le", "utf-16-be")):
            holding.append(str(path.relative_to(home)))
    return holding


@pytest.mark.embedded
def test_no_file_of_the_instance_holds_a_word_of_what_was_destroyed(filed: Instance) -> None:
    home = filed.settings.home
    before = files_with(home, MARKER)
    assert any("sqlite" in one for one in before) and any("index" in one for one in before)
    ended = records_with(filed, MARKER)
    give_up(filed, ended)
    assert set(filed.erasing.end(SYSTEM, ended)) == set(ended)
    assert files_with(home, MARKER) == []
    assert files_with(home, OTHER) != []


def test_what_was_destroyed_is_as_if_it_had_never_been_there(filed: Instance) -> None:
    ended = records_with(filed, MARKER)
    assert found(filed, MARKER) == 2
    give_up(filed, ended)
    for record_id in ended:  # at once, before anything is erased
        with pytest.raises(NotFound):
            filed.viewing.open(READER, record_id)
    assert filed.search.search(READER, MARKER).found == ()
    assert set(filed.erasing.end(SYSTEM, ended)) == set(ended)
    for record_id in ended:
        for look in (
            lambda one: filed.viewing.open(READER, one),
            lambda one: filed.viewing.page_image(READER, one, 1),
            lambda one: filed.viewing.rendition(READER, one, "original"),
            lambda one: filed.viewing.thumbnail_source(READER, one, 1),
        ):
            with pytest.raises(NotFound):
                look(record_id)
    assert found(filed, MARKER) == 0 and found(filed, OTHER) == 1
    assert indexer(filed).rebuild(SYSTEM) == 1
    assert filed.erasing.given_up() == []
    assert filed.erasing.end(SYSTEM, ended) == []


@pytest.mark.embedded  # a bucket lets nobody put an object under a key of ours
def test_ciphertext_that_somebody_kept_opens_to_nobody(filed: Instance) -> None:
    ended = records_with(filed, MARKER)
    kept = [key for one in ended for key in renditions(filed, one).values()]
    copies = {key: _sealed_bytes(filed, key) for key in kept}
    give_up(filed, ended)
    filed.erasing.end(SYSTEM, ended)
    for key, content in copies.items():
        _put_back(filed, key, content)
        with pytest.raises(Damaged):
            filed.store.open(key)


def _sealed_bytes(instance: Instance, key: ObjectKey) -> bytes:
    with instance.store.inner.open(key) as stream:
        return stream.read()


def _put_back(instance: Instance, key: ObjectKey, content: bytes) -> None:
    path = instance.settings.home / "objects" / key[:2] / key
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)


def test_a_stub_stays_that_says_what_it_was_and_what_was_looked_for(filed: Instance) -> None:
    ended = records_with(filed, MARKER)
    with filed.database.read() as session:
        made = session.scalars(
            select(Rendition.sha256).where(Rendition.record_id == ended[0])
        ).all()
    give_up(filed, ended)
    filed.erasing.end(SYSTEM, ended)
    with filed.database.read() as session:
        stub, record = session.get_one(RecordStub, ended[0]), session.get_one(Record, ended[0])
        assert (record.state, record.title, record.original_name) == (DISPOSED, "", "")
        assert record.evidence == {}
        assert record.reference and record.document_type and record.attachments
        assert stub.ended_at == filed.clock.now() and stub.page_count == 1
        assert made and set(made) == {one["sha256"] for one in stub.renditions}
        assert set(stub.proofs) == {
            "stored files", "search index", "ledger", "quality", "misfiles", "incidents", "rows",
        }  # fmt: skip
        assert stub.remains_in == []
    assert {one.subject_id for one in events(filed, "record:content:destroy")} == set(ended)


def test_the_other_letter_of_the_same_scan_stays_readable_and_the_scan_goes(
    filed: Instance,
) -> None:
    ended, [other] = records_with(filed, MARKER), records_with(filed, OTHER)
    shared = scan_of(filed, other)
    give_up(filed, ended)
    filed.erasing.end(SYSTEM, ended)
    assert set(renditions(filed, other)) == {"searchable_pdf"}
    with pytest.raises(NotFound):
        filed.store.size(shared)
    assert filed.viewing.open(READER, other).pages[0].text  # type: ignore[union-attr]
    _, pdf = filed.viewing.rendition(READER, other, "searchable_pdf")
    with pdf.stream as stream:
        assert stream.read(5) == b"%PDF-"
    assert {one.subject_kind for one in events(filed, "record:original:remove")} == {"item"}
    assert filed.custody.settle_all() == 0


def test_a_scan_stays_while_another_letter_in_it_has_no_whole_copy(filed: Instance) -> None:
    ended, [other] = records_with(filed, MARKER), records_with(filed, OTHER)
    scan = scan_of(filed, other)
    filed.store.inner.delete(renditions(filed, other)["searchable_pdf"])
    give_up(filed, ended)
    filed.erasing.end(SYSTEM, ended)
    with filed.store.open(scan) as stream:
        assert stream.read()
    with filed.database.read() as session:
        reference = session.get_one(Record, other).reference
        stubs = [session.get_one(RecordStub, one) for one in ended]
        assert [reference] in [stub.remains_in for stub in stubs]


def test_a_scan_stays_while_a_letter_in_it_waits_to_be_filed_again(
    filed: Instance, olive: Client
) -> None:
    ended, [other] = records_with(filed, MARKER), records_with(filed, OTHER)
    scan = scan_of(filed, other)
    filed.store.inner.delete(renditions(filed, other)["searchable_pdf"])
    governance = factories.actor("information_governance")
    said = Repair(1, (olive.client_id,), (), "It is about another Olive.")
    made = filed.wrong_person.repair(governance, other, said)
    give_up(filed, ended)
    filed.erasing.end(SYSTEM, ended)
    assert made.became == "queued"
    with filed.store.open(scan) as stream:
        assert stream.read()


def test_every_page_is_accounted_for_as_destroyed(filed: Instance) -> None:
    ended = records_with(filed, MARKER)
    give_up(filed, ended)
    filed.erasing.end(SYSTEM, ended)
    report = verify(filed.database, filed.store)
    assert report.faults == [] and report.unreferenced_objects == 0
    assert report.at[Whereabouts.DISPOSED] == 2 and report.at[Whereabouts.FILED] == 1
    with filed.database.read() as session:
        [batch_id] = session.scalars(select(Batch.batch_id))
        names = set(session.scalars(select(Item.name)))
    assert filed.ledger.batch(POST_ROOM, batch_id).reconciliation.is_settled
    assert names == {"scan.tif", ""}


def test_only_what_was_given_up_is_ended(filed: Instance) -> None:
    every = records_with(filed, MARKER)
    assert filed.erasing.end(SYSTEM, every) == []
    assert found(filed, MARKER) == 2
    with pytest.raises(Refused):
        filed.custody.destroy_records([every[0]])


@pytest.mark.parametrize("size", [1, 2])
def test_letters_of_one_scan_go_in_one_group_or_in_several(
    filed: Instance, monkeypatch: pytest.MonkeyPatch, size: int
) -> None:
    monkeypatch.setattr(endings, "AT_ONCE", size)
    monkeypatch.setattr(custody_erasing, "AT_A_TIME", size)
    every = [*records_with(filed, MARKER), *records_with(filed, OTHER)]
    give_up(filed, every)
    assert set(filed.erasing.end(SYSTEM, every)) == set(every)
    report = verify(filed.database, filed.store)
    assert report.faults == [] and report.unreferenced_objects == 0
    assert report.at[Whereabouts.DISPOSED] == 3
    assert list(filed.store.keys()) == []
    with filed.database.read() as session:
        stubs = [session.get_one(RecordStub, one) for one in every]
        assert [stub.remains_in for stub in stubs] == [[], [], []]
        assert set(session.scalars(select(Item.name))) == {""}


def test_where_the_store_can_it_refuses_to_lose_what_is_filed_until_it_is_destroyed(
    filed: Instance,
) -> None:
    ended = records_with(filed, MARKER)
    kept = [key for one in ended for key in renditions(filed, one).values()]
    kept += [scan_of(filed, one) for one in ended]  # one they share with the letter that stays
    locked = filed.locks.lock_all(SYSTEM)
    if filed.settings.objects.startswith("file:"):
        assert locked == 0 and not filed.locks.state().is_supported
        return
    assert locked >= len(set(kept)) and all(map(filed.store.is_held, kept))
    assert filed.locks.state() == LockState(is_supported=True, waiting=0)
    assert filed.locks.lock_all(SYSTEM) == 0
    for key in kept:
        with pytest.raises(Refused):
            filed.store.delete(key)
    give_up(filed, ended)
    assert set(filed.erasing.end(SYSTEM, ended)) == set(ended)
    for key in kept:
        with pytest.raises(NotFound):
            filed.store.size(key)


class CutOff(Exception):
    """The process died here."""


@pytest.mark.parametrize("place", range(4))
@pytest.mark.parametrize("when", ["before", "after"])
def test_cut_off_anywhere_it_is_ended_by_the_next_try(
    filed: Instance, place: int, when: str
) -> None:
    ended = records_with(filed, MARKER)
    give_up(filed, ended)
    holdings = list(filed.erasing._holdings)
    holdings[place] = Dying(holdings[place], when)  # type: ignore[arg-type]
    with pytest.raises(CutOff):
        Erasing(filed.database, filed.clock, holdings, Pace(0)).end(SYSTEM, ended)
    assert set(filed.erasing.given_up()) == set(ended)
    assert set(filed.erasing.end(SYSTEM, ended)) == set(ended)
    assert verify(filed.database, filed.store).faults == []
    with filed.database.read() as session:
        assert session.get_one(RecordStub, ended[0]).renditions


class Dying:
    """A place at which the process is killed."""

    def __init__(self, real: object, when: str) -> None:
        self._real, self._when = real, when
        self.name = real.name  # type: ignore[attr-defined]

    def erase(self, actor: object, record_ids: object) -> dict[str, Erased]:
        if self._when == "after":
            self._real.erase(actor, record_ids)  # type: ignore[attr-defined]
        raise CutOff


@pytest.mark.parametrize("step", ["_remove", "_check_gone"])
def test_cut_off_while_the_shared_scan_goes_it_is_ended_by_the_next_try(
    filed: Instance, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    ended = records_with(filed, MARKER)
    give_up(filed, ended)
    objects = filed.erasing._holdings[0]
    with monkeypatch.context() as patched:
        patched.setattr(
            objects, step, _dies_at(getattr(objects, step), 2 if step == "_remove" else 1)
        )
        with pytest.raises(CutOff):
            filed.erasing.end(SYSTEM, ended)
    assert set(filed.erasing.end(SYSTEM, ended)) == set(ended)
    assert verify(filed.database, filed.store).faults == []


def _dies_at(real: Callable[..., object], nth: int) -> Callable[..., object]:
    calls = iter(range(1, 1000))

    def called(*given: object) -> object:
        if next(calls) == nth:
            raise CutOff
        return real(*given)

    return called


def test_what_is_still_found_is_said_and_nothing_counts_as_ended(
    filed: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = records_with(filed, MARKER)
    give_up(filed, ended)
    monkeypatch.setattr(filed.store.inner, "delete", lambda *_keys: None)
    with pytest.raises(Damaged, match="still there"):
        filed.erasing.end(SYSTEM, ended)
    assert set(filed.erasing.given_up()) == set(ended)


@pytest.fixture
def broken_index(filed: Instance) -> Iterator[Instance]:
    shutil.rmtree(filed.settings.home / "index")
    yield filed


@pytest.mark.embedded
def test_a_place_that_cannot_be_looked_at_is_never_taken_for_empty(broken_index: Instance) -> None:
    with broken_index.database.read() as session:
        every = list(session.scalars(select(Record.record_id)))
    give_up(broken_index, every)
    with pytest.raises(Unavailable):
        broken_index.erasing.end(SYSTEM, every)
    assert len(broken_index.erasing.given_up()) == len(every)
