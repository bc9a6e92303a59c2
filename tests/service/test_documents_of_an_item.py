"""From read pages to documents: separators split, blanks stay, e-mail comes apart, failures are said."""

import io

import pikepdf

from api.wiring import Instance
from edrms.clients.model import Identifier
from edrms.jobs.worker import Worker
from edrms.records.tables import Record
from scanning.batches.model import Whereabouts
from scanning.batches.verify import verify
from tests import factories
from tests.faults import hostile
from tests.service.events import events

POST_ROOM = factories.actor("post_room")


def record_of(instance: Instance, record_id: str | None) -> Record:
    with instance.database.read() as session:
        return session.get_one(Record, record_id)


def test_a_stack_with_separators_becomes_a_document_for_each_letter(
    instance: Instance, worker: Worker
) -> None:
    person = factories.client()
    factories.on_the_register(instance, person)
    stack = factories.tiff(
        factories.page(factories.letter_to(person)),
        factories.page(),
        factories.separator(),
        factories.page(),
        factories.page("A second letter\nabout nothing much"),
    )
    account = factories.read_in(instance, worker, POST_ROOM, {"stack.tif": stack})
    first, second = factories.documents(instance)
    assert [(one.first_page, one.last_page) for one in (first, second)] == [(1, 2), (5, 5)]
    assert (first.state, second.state) == ("filed", "to_index")
    assert account.reconciliation.at == {
        Whereabouts.FILED: 1, Whereabouts.BLANK: 2, Whereabouts.SEPARATOR: 1,
        Whereabouts.TO_INDEX: 1,
    }  # fmt: skip
    assert account.reconciliation.balances
    with instance.store.open(first.pdf_key) as made:  # type: ignore[arg-type]
        assert len(pikepdf.open(io.BytesIO(made.read())).pages) == 2
    assert verify(instance.database, instance.store).faults == []


def test_a_message_and_what_is_attached_to_it_are_items_of_one_batch(
    instance: Instance, worker: Worker
) -> None:
    person = factories.client()
    factories.on_the_register(instance, person)
    mail = hostile.message("Please find the plan.")
    letter = factories.pdf(factories.letter_to(person))
    mail.add_attachment(letter, maintype="application", subtype="pdf", filename="../plan.pdf")
    mail.add_attachment(b"", maintype="application", subtype="pdf", filename="nothing.pdf")
    account = factories.read_in(instance, worker, POST_ROOM, {"mail.eml": mail.as_bytes()})
    mail_item, plan, nothing = account.items
    assert [item.name for item in account.items] == ["mail.eml", "plan.pdf", "nothing.pdf"]
    assert plan.parent_id == nothing.parent_id == mail_item.item_id
    assert [item.state for item in account.items] == ["read", "read", "held"]
    assert [one.state for one in factories.documents(instance, plan.item_id)] == ["filed"]
    assert account.reconciliation.balances
    with instance.store.open(plan.object_key) as stream:  # type: ignore[arg-type]
        assert stream.read() == letter


def test_an_item_of_nothing_but_blanks_waits_for_a_person(
    instance: Instance, worker: Worker
) -> None:
    blank = factories.tiff(factories.page(), factories.page())
    account = factories.read_in(instance, worker, POST_ROOM, {"blank.tif": blank})
    (document,) = factories.documents(instance)
    assert document.state == "to_index"
    assert any("blank" in reason for reason in document.suggestion["why"])
    assert account.reconciliation.at == {Whereabouts.BLANK: 2}


def test_an_item_of_nothing_but_a_separator_ends_without_a_document(
    instance: Instance, worker: Worker
) -> None:
    sheet = factories.png(factories.separator())
    account = factories.read_in(instance, worker, POST_ROOM, {"sheet.png": sheet})
    assert factories.documents(instance) == []
    assert account.items[0].state == "read"
    assert account.reconciliation.at == {Whereabouts.SEPARATOR: 1}


def test_a_page_that_cannot_be_read_says_why_and_its_document_never_files_itself(
    instance: Instance, worker: Worker
) -> None:
    person = factories.client()
    factories.on_the_register(instance, person)
    content = factories.pdf(factories.letter_to(person)).replace(b"/Count 1", b"/Count 2")
    account = factories.read_in(instance, worker, POST_ROOM, {"short.pdf": content})
    (item,) = account.items
    places = account.pages[item.item_id]
    assert (item.page_count, len(places)) == (2, 2)
    assert [bool(place.reason) for place in places] == [False, True]
    (document,) = factories.documents(instance)
    assert document.state == "to_index"
    assert "Page 2 could not be read." in document.suggestion["why"]
    assert len(events(instance, "item:page:fail")) == 1
    assert account.reconciliation.at == {Whereabouts.TO_INDEX: 2}
    assert verify(instance.database, instance.store).faults == []


def test_a_page_read_twice_leaves_one_reading_and_one_document(
    instance: Instance, worker: Worker
) -> None:
    person = factories.client()
    factories.on_the_register(instance, person)
    factories.read_in(instance, worker, POST_ROOM, {"a.txt": factories.letter_to(person)})
    factories.do_all(instance, worker)
    for action in ("item:content:open", "item:page:read", "document:index:suggest",
                   "record:content:file"):  # fmt: skip
        assert len(events(instance, action)) == 1, action


def test_a_letter_about_two_siblings_is_one_record_on_both_files(
    instance: Instance, worker: Worker
) -> None:
    jory = factories.child()
    merryn = factories.child(
        forename="Merryn", nhs_number="9434765838", date_of_birth=jory.date_of_birth,
        identifiers=(Identifier("LCS", "LCS-118823"),),
    )  # fmt: skip
    factories.on_the_register(instance, jory, merryn)
    record_id = factories.filed_record(instance, [jory, merryn], document_type="D06")
    record = record_of(instance, record_id)
    assert len(record.attachments) == 2
    worker_for_children = factories.actor("social_worker_children")
    for one in (jory, merryn):
        found = instance.clients.open(worker_for_children, one.client_id).records
        assert [row.record_id for row in found] == [record_id]


def test_a_document_of_a_sealed_type_never_files_itself(instance: Instance, worker: Worker) -> None:
    jory = factories.child()
    factories.on_the_register(instance, jory)
    letter = factories.letter_to(jory).replace(
        "CARE AND SUPPORT PLAN REVIEW", "ADOPTION ORDER"
    ).replace(
        "Care and support plan: outcomes, personal budget, indicative budget.",
        "Adoption and Children Act 2002. Adoption order. Placement order. Prospective adopters.",
    )  # fmt: skip
    factories.read_in(instance, worker, POST_ROOM, {"order.txt": letter})
    (document,) = factories.documents(instance)
    assert document.state == "to_index"
    assert document.suggestion["document_type"]["code"] in ("D13", "D14")
    assert any("sealed" in reason for reason in document.suggestion["why"])
