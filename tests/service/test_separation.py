"""The post room's own sheets in a batch: headers tell, envelopes hold, barcodes are kept and found."""

from dataclasses import replace

import numpy as np
import pypdfium2
import pytest
import zxingcpp
from PIL import Image
from sqlalchemy import delete, select

from api.wiring import Instance
from edrms.jobs.worker import Worker
from edrms.records.tables import PageBarcode, PageContent
from edrms.staff.accounts import SYSTEM
from edrms.uow import write
from scanning.batches.counts import Sides
from scanning.batches.ledger import BatchAccount
from scanning.indexing.filing import IndexDecision
from scanning.sheets.model import HeaderFacts, SheetKind
from scanning.sheets.tables import PostSheet
from tests import factories
from tests.service.events import events

POST_ROOM = factories.actor("post_room")
ANOTHER = factories.actor("post_room", name="another")
INDEXER = factories.actor("indexer")
FACTS = HeaderFacts(
    stream="children", sides=Sides.ONE, expected_sheets=2, expected_documents=2, device="Scanner 2"
)
PARCEL = "JD0002 2413 5590 7711"


def sheet(
    instance: Instance, kind: SheetKind, facts: HeaderFacts | None = None
) -> tuple[Image.Image, str]:
    """A sheet as scanned at 150 dpi, and its value."""
    pdf = instance.post_sheets.make(POST_ROOM, kind, 1, facts)
    scan = pypdfium2.PdfDocument(pdf)[0].render(scale=150 / 72, grayscale=True).to_pil()
    return scan.convert("L"), zxingcpp.read_barcodes(scan)[0].text


def with_barcode(words: str, value: str) -> Image.Image:
    """A letter with a parcel's barcode on it."""
    letter = factories.page(words)
    barcode = zxingcpp.create_barcode(value, zxingcpp.BarcodeFormat.Code128)
    bars = Image.fromarray(np.array(barcode.to_image(scale=3)))
    letter.paste(bars.resize((bars.width, 90)), (60, 400))
    return letter


def stack(*pages: Image.Image) -> dict[str, bytes | str]:
    return {"stack.tif": factories.tiff(*pages)}


def read(instance: Instance, worker: Worker, *pages: Image.Image) -> BatchAccount:
    return factories.read_in(instance, worker, POST_ROOM, stack(*pages))


def test_a_header_scanned_first_tells_what_nobody_said_and_is_not_counted_as_post(
    instance: Instance, worker: Worker
) -> None:
    header, value = sheet(instance, SheetKind.BATCH, FACTS)
    separator, _ = sheet(instance, SheetKind.DOCUMENT)
    one, two = factories.page("A letter"), factories.page("Another letter")
    account = read(instance, worker, header, one, separator, two)
    batch = account.batch
    told = (batch.stream, batch.sides, batch.expected_sheets, batch.expected_documents)
    assert told == ("children", "one", 2, 2) and batch.device == "Scanner 2"
    assert batch.faults == [] and account.differences == ()
    assert [(d.first_page, d.last_page) for d in factories.documents(instance)] == [(2, 2), (4, 4)]
    (event,) = events(instance, "batch:header:read")
    assert event.detail["told"]["sides"] == "one" and event.detail["sheet"] in value
    instance.closing.close(POST_ROOM, batch.batch_id)


def test_a_header_changes_nothing_that_was_said_and_what_it_says_otherwise_is_a_fault(
    instance: Instance, worker: Worker
) -> None:
    header, _ = sheet(instance, SheetKind.BATCH, FACTS)
    batch_id = factories.batch(instance, POST_ROOM, expected_sheets=3, stream="children")
    content = factories.tiff(header, factories.page("A letter"))
    factories.send(instance, POST_ROOM, batch_id, "stack.tif", content)
    factories.do_all(instance, worker)
    batch = instance.ledger.batch(POST_ROOM, batch_id).batch
    assert (batch.expected_sheets, batch.expected_documents) == (3, 2)
    assert batch.faults == [
        "The batch header says of the sheets of paper: 2. The batch has: 3."
    ]  # fmt: skip


def test_a_header_that_cannot_be_meant_tells_nothing_and_says_why(
    instance: Instance, worker: Worker
) -> None:
    letter = factories.page("A letter")
    header, _ = sheet(instance, SheetKind.BATCH, FACTS)
    second, _ = sheet(instance, SheetKind.BATCH, replace(FACTS, expected_sheets=9))
    first = read(instance, worker, header, letter, second, letter).batch
    assert first.expected_sheets == 2
    [fault] = first.faults
    assert "(page 3 of stack.tif)" in fault and "two batches may have been scanned" in fault
    again = read(instance, worker, header, letter).batch
    assert again.expected_sheets is None
    [fault] = again.faults
    assert f"was used for batch {first.reference} before" in fault
    unknown, _ = sheet(instance, SheetKind.BATCH, FACTS)
    with write(instance.database, SYSTEM, instance.clock) as work:
        work.session.execute(delete(PostSheet).where(PostSheet.used_for.is_(None)))
        work.journal("batch:sheet:make", "sheet", "")
    [fault] = read(instance, worker, unknown, letter).batch.faults
    assert "was not made here" in fault


def test_documents_know_the_envelope_they_came_in_and_a_header_ends_it(
    instance: Instance, worker: Worker
) -> None:
    (one, value), (two, _) = (sheet(instance, SheetKind.ENVELOPE) for _ in range(2))
    separator, _ = sheet(instance, SheetKind.DOCUMENT)
    pages = [factories.page(f"Letter {number}") for number in range(4)]
    upside_down = two.transpose(Image.Transpose.ROTATE_180)
    account = read(
        instance, worker, pages[0], one, pages[1], separator, pages[2], upside_down, pages[3]
    )
    documents = factories.documents(instance)
    numbers = [account.envelopes.get(d.envelope_page_id or "") for d in documents]
    assert numbers == [None, 1, 1, 2]
    found = instance.tracing.trace(POST_ROOM, value.lower())
    assert {one.document_id for one in found} == {d.document_id for d in documents[1:3]}
    assert instance.tracing.trace(ANOTHER, value) == []


def test_every_barcode_of_a_page_is_kept_with_its_place_and_leads_to_a_waiting_document(
    instance: Instance, worker: Worker
) -> None:
    lines = (
        "Parcel for the allotment society",
        "Please collect the marmalade",
        "before the holiday in Blackpool",
        "Yours faithfully, Gwyneth",
    )
    words = "\n".join(lines)
    letter = with_barcode(words, PARCEL)
    read(instance, worker, factories.page("Another"), letter)
    with instance.database.read() as session:
        [kept] = session.scalars(select(PageBarcode))
    assert (kept.kind, kept.value) == ("Code128", PARCEL)
    assert (kept.x0, kept.x1) == (90, 854) and 395 < kept.y0 < kept.y1 < 495
    [document] = factories.documents(instance)
    for typed in (PARCEL, f" {PARCEL.lower()} "):
        assert [t.document_id for t in instance.tracing.trace(POST_ROOM, typed)] == [
            document.document_id
        ]
    assert instance.tracing.trace(POST_ROOM, PARCEL[:-1]) == []
    assert instance.tracing.trace(ANOTHER, PARCEL) == []
    person = factories.client()
    factories.on_the_register(instance, person)
    decision = IndexDecision("D05", (person.client_id,), None, "Parcel", {})
    instance.desk.file(INDEXER, document.document_id, decision)
    assert instance.tracing.trace(POST_ROOM, PARCEL) == []  # what is on file is found by search


def test_barcodes_go_with_the_content_of_their_page(instance: Instance, worker: Worker) -> None:
    read(instance, worker, with_barcode("Parcel", PARCEL))
    with write(instance.database, SYSTEM, instance.clock) as work:
        work.session.execute(delete(PageContent))
        work.journal("record:content:erase", "record", "")
    with instance.database.read() as session:
        assert session.scalars(select(PageBarcode)).all() == []


@pytest.mark.parametrize("patch", ["PATCHT", "PATCH 2", "PATCH3"])
def test_patch_codes_that_scanners_report_separate(
    instance: Instance, worker: Worker, patch: str
) -> None:
    account = read(
        instance, worker, factories.page("A letter"), with_barcode("", patch), factories.page("B")
    )
    documents = factories.documents(instance)
    assert [d.first_page for d in documents] == [1, 3]
    is_envelope = patch == "PATCH3"
    assert (account.envelopes == {}) is not is_envelope
    assert bool(documents[1].envelope_page_id) is is_envelope
