"""Where is this letter? Found from any scrap, within what the asker may see."""

from datetime import date

import pytest

from api.wiring import Instance
from edrms.clients.model import Client
from edrms.errors import Denied
from edrms.ids import ClientId
from edrms.jobs.worker import Worker
from edrms.staff.accounts import SYSTEM
from edrms.uow import write
from scanning.indexing.filing import IndexDecision
from scanning.indexing.tracing import MOST, Trace
from tests import factories
from tests.service.events import events

POST_ROOM = factories.actor("post_room")
ANOTHER = factories.actor("post_room", name="another")
SUPERVISOR = factories.actor("quality_supervisor")
INDEXER = factories.actor("indexer")
ODD = "Ffion Quillfeather"
LETTER = "Minutes of the allotment society\nThe marmalade\nwas judged by the vicar."


@pytest.fixture
def sent(instance: Instance, worker: Worker) -> str:
    """The document of one letter that waits."""
    factories.read_in(instance, worker, POST_ROOM, {"tray 2 scan.txt": LETTER, "b.txt": "Other"})
    return next(
        one.document_id for one in factories.documents(instance) if one.item.name.startswith("tray")
    )


def ids(found: list[Trace]) -> list[str]:
    return [one.document_id for one in found]


@pytest.mark.parametrize(
    "scrap", ["B-00001", "b1", "1 June 2026", "MARMALADE was judged", "tray scan", "scan.txt tray"]
)
def test_a_letter_is_found_from_any_scrap(instance: Instance, sent: str, scrap: str) -> None:
    found = instance.tracing.trace(POST_ROOM, scrap)
    assert sent in ids(found)
    letter = next(one for one in found if one.document_id == sent)
    assert (letter.batch_reference, letter.state) == ("B-00001", "to_index")
    assert (letter.first_page, letter.last_page) == (1, 1)


@pytest.mark.parametrize(
    "scrap", ["", "   ", "B-2", "1 May 2026", "judged marmalade", "%", "_", "R-AAAA-AAAA"]
)
def test_what_leads_nowhere_finds_nothing(instance: Instance, sent: str, scrap: str) -> None:
    assert instance.tracing.trace(SUPERVISOR, scrap) == []


def test_a_file_that_is_held_or_not_read_yet_is_found_too(
    instance: Instance, worker: Worker
) -> None:
    batch_id = factories.batch(instance, POST_ROOM)
    factories.send(instance, POST_ROOM, batch_id, "a.pdf", b"%PDF-1.7 broken")
    for state in ("received", "held"):
        (found,) = instance.tracing.trace(POST_ROOM, "a.pdf")
        assert (found.state, found.document_id, found.first_page) == (state, "", 0)
        factories.do_all(instance, worker)


def test_a_letter_on_file_is_found_by_its_numbers_and_not_by_its_words(
    instance: Instance, sent: str
) -> None:
    with write(instance.database, SYSTEM, instance.clock) as work:
        factories.add_to_register(
            work, factories.client(client_id=ClientId("c" * 32), service="adults")
        )
    decision = IndexDecision("D30", (ClientId("c" * 32),), None, "Minutes", {})
    record_id = instance.desk.file(INDEXER, sent, decision)
    reference = instance.desk.reference(record_id)
    (found,) = instance.tracing.trace(POST_ROOM, reference)
    assert (found.document_id, found.state) == (sent, "filed")
    assert instance.tracing.trace(ANOTHER, reference) == []
    assert sent not in ids(instance.tracing.trace(SUPERVISOR, "marmalade was judged"))


def test_only_whose_batches_one_may_see(instance: Instance, sent: str) -> None:
    for scrap in ("B-1", "01/06/2026", "marmalade", "tray"):
        assert instance.tracing.trace(ANOTHER, scrap) == []
        assert sent in ids(instance.tracing.trace(SUPERVISOR, scrap))
    with pytest.raises(Denied):
        instance.tracing.trace(factories.actor("auditor"), "marmalade")


def test_a_letter_is_found_by_its_client_only_by_who_may_find_the_client(
    instance: Instance, worker: Worker
) -> None:
    odd = Client(ClientId("f" * 32), "Ffion", "Quillfeather", "children", date(2015, 3, 4))
    with write(instance.database, SYSTEM, instance.clock) as work:
        factories.add_to_register(work, odd)
    text = f"Re: {ODD}, born 4 March 2015\nA letter about school."
    factories.read_in(instance, worker, INDEXER, {"x.txt": text})
    (waiting,) = factories.documents(instance)
    assert waiting.suggestion["clients"]
    assert ids(instance.tracing.trace(INDEXER, "Quillfeather Ffion")) == [waiting.document_id]
    new = factories.child(client_id=ClientId("e" * 32), surname="Other", forename="Anna")
    factories.on_the_register(instance, new)
    adoption = factories.actor("adoption_team", name="adoption")
    instance.seals.seal(adoption, odd.client_id, "an adoption order", new.client_id)
    for scrap in ("Quillfeather Ffion", "letter about school"):
        assert instance.tracing.trace(INDEXER, scrap) == []


def test_the_question_is_journalled_and_its_words_kept_apart(instance: Instance, sent: str) -> None:
    instance.tracing.trace(POST_ROOM, "marmalade was judged")
    (event,) = events(instance, "batch:letter:trace")
    assert event.detail == {"shown": 1} and "marmalade" not in str(vars(event))


def test_the_newest_are_shown_and_no_more_than_there_is_room_for(
    instance: Instance, worker: Worker
) -> None:
    files = {f"note {number}.txt": f"Note {number}" for number in range(MOST + 3)}
    factories.read_in(instance, worker, POST_ROOM, files)
    found = instance.tracing.trace(POST_ROOM, "note")
    assert [one.file_name for one in found] == [f"note {n}.txt" for n in range(MOST + 2, 2, -1)]
