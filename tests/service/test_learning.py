"""What people's filing teaches: types when there is enough of it, clients when several people agree; and
what a person decided stays as it is, beside what was suggested."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, update

from api.wiring import Instance
from edrms.clients.model import Client
from edrms.fileplan.model import Sensitivity
from edrms.ids import BatchId, DocumentId, ItemId, PageId, RecordId, new_id
from edrms.jobs.worker import Worker
from edrms.pace import Pace
from edrms.records.filing import Filing, file_record
from edrms.records.tables import PageContent, Record
from edrms.records.words import pack_words
from edrms.staff.accounts import SYSTEM
from edrms.uow import UnitOfWork, write
from scanning.batches.erasing import LedgerRows
from scanning.batches.tables import ClientConfirmation
from scanning.indexing.filing import IndexDecision
from scanning.indexing.learn_types import LEAST_DOCUMENTS, examples_filed, learn_types
from scanning.indexing.model import PageText
from scanning.indexing.suggesting import suggestion_for
from scanning.indexing.tables import TypeModel
from tests import factories
from tests.service.events import events

POST_ROOM = factories.actor("post_room")
ANN, BOB = factories.actor("indexer", name="ann"), factories.actor("indexer", name="bob")
PERSON = {"by": "person"}
PERMIT = "Your permit for the lilac garden of the council is enclosed. Water it on {}."
ROTA = "The kitchen rota of the day centre for {} hangs beside the samovar."
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@pytest.fixture
def person(instance: Instance) -> Client:
    made = factories.client()
    factories.on_the_register(instance, made)
    return made


def filed(
    work: UnitOfWork, person: Client, text: str, document_type: str, evidence: dict[str, Any]
) -> RecordId:
    page_id = PageId(new_id())
    work.session.add(
        PageContent(
            page_id=page_id, kind="content", text=text, text_source="document", words=pack_words([]),
            width_px=60, height_px=60, resolution_dpi=150, rotation_degrees=0, view_key=new_id(),
            view_media_type="image/png",
        )
    )  # fmt: skip
    return file_record(
        work,
        Filing(
            document_id=DocumentId(new_id()), item_id=ItemId(new_id()), batch_id=BatchId(new_id()),
            document_type=document_type, title="Paper", document_date=None,
            received_on=date(2026, 6, 1), client_ids=(person.client_id,), original_name="a.txt",
            pages=(page_id,), renditions=(), evidence=evidence,
        ),
    )  # fmt: skip


def file_many(instance: Instance, person: Client, count: int) -> None:
    """As many papers, by turns of two types that no cue knows."""
    with write(instance.database, SYSTEM, instance.clock) as work:
        for number in range(count):
            text, code = ((PERMIT, "D49"), (ROTA, "D48"))[number % 2]
            filed(work, person, text.format(DAYS[number % 7]), code, PERSON)


def suggested(instance: Instance, text: str) -> Any:
    return suggestion_for(instance.database, (PageText(1, text),), date(2026, 6, 1))


def test_with_few_documents_filed_the_cues_stay(instance: Instance, person: Client) -> None:
    file_many(instance, person, 20)
    learned = learn_types(instance.database, instance.clock, SYSTEM)
    assert (learned.number, learned.is_active) == (0, False)
    assert learned.reason == "People filed 20 documents; at least 200 are needed."
    assert suggested(instance, PERMIT).document_type.model == "cues/1"
    assert events(instance, "document:model:learn") == []


def test_enough_filed_by_people_teaches_types_and_touches_no_record(
    instance: Instance, person: Client
) -> None:
    assert suggested(instance, PERMIT).document_type.score < 0.5
    file_many(instance, person, LEAST_DOCUMENTS)
    before = _records(instance)
    learned = learn_types(instance.database, instance.clock, SYSTEM)
    assert learned.is_active, learned
    told = suggested(instance, PERMIT.format("Friday")).document_type
    assert (told.code, told.model) == ("D49", "cues/1+learned/1")
    assert told.score > 0.5
    assert [a.code for a in told.alternatives] in ([], ["D48"])
    assert _records(instance) == before
    assert len(events(instance, "document:model:learn")) == 1


def _records(instance: Instance) -> list[tuple[Any, ...]]:
    with instance.database.read() as session:
        columns = (Record.record_id, Record.document_type, Record.title, Record.evidence)
        return [tuple(row) for row in session.execute(select(*columns).order_by(Record.number))]


def test_only_the_model_in_use_keeps_its_weights(instance: Instance, person: Client) -> None:
    file_many(instance, person, LEAST_DOCUMENTS)
    for _ in range(2):
        learn_types(instance.database, instance.clock, SYSTEM)
    with instance.database.read() as session:
        rows = session.execute(
            select(TypeModel.number, TypeModel.is_active, TypeModel.weights.is_(None))
            .order_by(TypeModel.number)
        ).all()  # fmt: skip
    assert [tuple(row) for row in rows] == [(1, False, True), (2, True, False)]


def test_a_model_that_cannot_be_read_is_said_and_the_cues_go_on(
    instance: Instance, person: Client, caplog: pytest.LogCaptureFixture
) -> None:
    file_many(instance, person, LEAST_DOCUMENTS)
    learn_types(instance.database, instance.clock, SYSTEM)
    with instance.database.session() as session, session.begin():
        session.execute(update(TypeModel).values(weights=b"rubbish", sha256="0" * 64))
    assert suggested(instance, PERMIT).document_type.model == "cues/1"
    assert "type_model_damaged" in caplog.text


def test_what_filed_itself_and_what_is_sealed_teaches_nothing(
    instance: Instance, person: Client
) -> None:
    with write(instance.database, SYSTEM, instance.clock) as work:
        kept = filed(work, person, PERMIT, "D49", PERSON)
        filed(work, person, ROTA, "D48", {"by": "rule"})
        sealed = filed(work, person, "Adoption", "D49", PERSON)
        changed = update(Record).where(Record.record_id == sealed)
        work.session.execute(changed.values(sensitivity=Sensitivity.SEALED.value))
    with instance.database.read() as session:
        assert [one.label for one in examples_filed(session)] == ["D49"]
        assert session.get(Record, kept) is not None


def test_no_name_of_whom_a_record_is_about_is_learned(instance: Instance, person: Client) -> None:
    text = f"{person.full_name} wants a permit"
    with write(instance.database, SYSTEM, instance.clock) as work:
        filed(work, person, text, "D49", PERSON)
    with instance.database.read() as session:
        (example,) = examples_filed(session)
    said = {word for words in example.words for word in words.split()}
    assert {"wants", "permit"} <= said
    assert not said & {person.forename.lower(), person.surname.lower()}


# --- what several people say of a client ------------------------------------------------------------

STRANGE = "Re: Zebedee Quillfeather\nHospital No: H457037\nThe visit was made."


def _index(instance: Instance, worker: Worker, by: Any, text: str, person: Client) -> RecordId:
    factories.read_in(instance, worker, POST_ROOM, {f"{new_id()}.txt": text})
    document_id = instance.desk.take_next(by)
    assert document_id
    decision = IndexDecision("D30", (person.client_id,), None, "Letter", PERSON)
    return instance.desk.file(by, document_id, decision)


def test_one_persons_corrections_teach_nothing_about_a_client(
    instance: Instance, worker: Worker, person: Client
) -> None:
    for extra in ("first", "second", "third"):
        _index(instance, worker, ANN, f"{STRANGE}\n{extra}", person)
    assert suggested(instance, STRANGE).clients == ()


def test_what_two_people_say_alike_is_suggested_with_its_reason_and_never_files_itself(
    instance: Instance, worker: Worker, person: Client
) -> None:
    _index(instance, worker, ANN, f"{STRANGE}\nfirst", person)
    _index(instance, worker, BOB, f"{STRANGE}\nsecond", person)
    found = suggested(instance, STRANGE)
    assert [match.client_id for match in found.clients] == [person.client_id]
    assert "is one that colleagues filed under this client" in found.clients[0].explanation
    assert found.clients[0].identifiers == 0
    assert not found.file_itself


def test_what_is_filed_on_two_clients_files_is_believed_of_neither(
    instance: Instance, worker: Worker, person: Client
) -> None:
    other = factories.child()
    factories.on_the_register(instance, other)
    for by, whose in ((ANN, person), (BOB, person), (ANN, other)):
        _index(instance, worker, by, f"{STRANGE}\n{new_id()}", whose)
    assert suggested(instance, STRANGE).clients == ()


def test_what_was_suggested_is_kept_beside_what_the_person_decided(
    instance: Instance, worker: Worker, person: Client
) -> None:
    record_id = _index(instance, worker, ANN, f"{STRANGE}\n1 May 2026", person)
    with instance.database.read() as session:
        record = session.get(Record, record_id)
    assert record is not None
    assert record.evidence["by"] == "person"
    suggestion = record.evidence["suggested"]
    assert suggestion["type"]["model"] == "cues/1"
    assert set(suggestion["type"]) == {"code", "score", "model", "alternatives"}
    assert suggestion["matcher"].startswith("match/")
    assert set(record.evidence["changed"]) >= {"type", "clients"}


def test_what_a_document_taught_of_its_client_ends_with_it(
    instance: Instance, worker: Worker, person: Client
) -> None:
    record_id = _index(instance, worker, ANN, STRANGE, person)
    ledger = LedgerRows(instance.database, instance.clock, Pace(0.0))
    with write(instance.database, SYSTEM, instance.clock) as work:
        assert record_id in ledger.left_of(work.session, [record_id])
        ledger.erase_rows(work, [record_id])
        work.journal("record:content:erase", "record", record_id)
    with instance.database.read() as session:
        assert session.scalars(select(ClientConfirmation)).all() == []
        assert ledger.left_of(session, [record_id]) == set()
