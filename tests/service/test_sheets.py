"""Sheets are made with ids of their own, and what is drawn on them is what a scanner reads."""

import pypdfium2
import pytest
import zxingcpp
from sqlalchemy import select

from api.wiring import Instance
from edrms.errors import Denied, Invalid
from scanning.batches.counts import Sides
from scanning.sheets.model import HeaderFacts, SheetKind, sheet_of
from scanning.sheets.service import facts_from_plain
from scanning.sheets.tables import PostSheet
from tests import factories
from tests.service.events import events

POST_ROOM = factories.actor("post_room")


def codes(pdf: bytes, number: int = 0) -> set[tuple[str, str]]:
    page = pypdfium2.PdfDocument(pdf)[number].render(scale=200 / 72, grayscale=True)
    return {(one.format.name, one.text) for one in zxingcpp.read_barcodes(page.to_pil())}


def test_each_sheet_has_an_id_of_its_own_in_both_codes_and_words_in_two_languages(
    instance: Instance,
) -> None:
    pdf = instance.post_sheets.make(POST_ROOM, SheetKind.ENVELOPE, 3)
    opened = pypdfium2.PdfDocument(pdf)
    assert [tuple(round(side) for side in page.get_size()) for page in opened] == [(595, 842)] * 3
    text = opened[0].get_textpage().get_text_bounded()
    assert "Envelope / Amlen" in text and "mewn un amlen" in text
    values = [codes(pdf, number) for number in range(3)]
    assert all({kind for kind, _ in found} == {"Code128", "QRCode"} for found in values)
    [first, *others] = [{text for _, text in found} for found in values]
    assert len(first) == 1 and all(len(one) == 1 and one != first for one in others)
    (event,) = events(instance, "batch:sheet:make")
    assert len(set(event.detail["sheets"])) == 3


def test_a_header_says_what_it_says_and_its_barcode_leads_there(instance: Instance) -> None:
    facts = HeaderFacts(
        stream="children", sides=Sides.BOTH, expected_sheets=40, expected_documents=7,
        operator="Pat Example", device="Scanner 2", received_on=factories.MONDAY.date(),
    )  # fmt: skip
    pdf = instance.post_sheets.make(POST_ROOM, SheetKind.BATCH, 9, facts)
    text = pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_bounded()
    assert len(pypdfium2.PdfDocument(pdf)) == 1
    for words in ("Pennawd swp", "Sheets / Dalennau: 40", "01/06/2026", "Both sides", "Scanner 2"):
        assert words in text
    [value] = {text for _, text in codes(pdf)}
    sheet = sheet_of(value)
    assert sheet is not None
    with instance.database.read() as session:
        row = session.scalar(select(PostSheet).where(PostSheet.sheet_id == sheet.sheet_id))
        assert row is not None and facts_from_plain(row.facts) == facts


def test_what_is_wrong_is_said_by_field_and_nothing_is_made(instance: Instance) -> None:
    wrong = HeaderFacts(expected_sheets=0, device="x" * 65)
    for kind, count, facts, fields in (
        (SheetKind.DOCUMENT, 0, None, {"count"}),
        (SheetKind.DOCUMENT, 201, None, {"count"}),
        (SheetKind.BATCH, 1, wrong, {"expected_sheets", "device"}),
        (SheetKind.BATCH, 1, HeaderFacts(operator="x" * 81), {"operator"}),
    ):
        with pytest.raises(Invalid) as caught:
            instance.post_sheets.make(POST_ROOM, kind, count, facts)
        assert set(caught.value.fields) == fields
    with pytest.raises(Denied):
        instance.post_sheets.make(factories.actor("auditor"), SheetKind.DOCUMENT)
    assert events(instance, "batch:sheet:make") == []
