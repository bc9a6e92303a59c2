"""Opening sound items: type from content, pages counted, attachments out, words of born text."""

import zipfile
from pathlib import Path

import pytest
from PIL import Image

from scanning.reading.identify import Kind, identify
from scanning.reading.model import (
    CannotRead,
    HeldReason,
    Limits,
    OpenedItem,
    PageKind,
    TextSource,
)
from scanning.reading.open_email import TINY_IMAGE_BYTES
from scanning.reading.opening import open_item, read_document_page
from scanning.reading.png_length import holds_all_rows
from tests.faults import hostile

LIMITS = Limits()


def opened(path: Path, name: str = "", limits: Limits = LIMITS) -> OpenedItem:
    return open_item(path, path.parent, limits, name=name)


def text_of(path: Path, item: OpenedItem, page_number: int = 1) -> str:
    return read_document_page(path, item.media_type, page_number, LIMITS).text


def written(path: Path, content: bytes | str) -> Path:
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def unsupported_detail(path: Path) -> str:
    with pytest.raises(CannotRead) as held:
        identify(path)
    assert held.value.reason is HeldReason.UNSUPPORTED
    return held.value.detail


# --- what it is ---------------------------------------------------------------------------------


def test_the_type_comes_from_the_content_and_a_wrong_extension_is_noted(tmp_path: Path) -> None:
    path = written(tmp_path / "item", hostile.pdf_bytes())
    assert opened(path, "letter.docx").notes == ("extension_disagrees",)
    assert opened(path, "letter.PDF").notes == ()
    assert opened(path).media_type == "application/pdf"


@pytest.mark.parametrize(
    ("content", "friendly"),
    [
        (b"<!DOCTYPE html><html><body>x</body></html>", "Web page"),
        (b"GIF89a\x01\0\x01\0\0\0\0;", "GIF image"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"), "Legacy Word"),
        (b"\xd0\xcf\x11\xe0" + "__properties_version1.0".encode("utf-16-le"), "Outlook message"),
        (b"\x7fELF\x02\x01\x01" + bytes(9) + b"\x02\0\x3e\0\x01" + bytes(99), "Program"),
        (b"\xff\0\x01\x90" * 40, "Unknown content"),
        (b"#!/bin/sh\nrm -rf x\n", "Script"),
    ],
)
def test_an_unsupported_format_is_named(tmp_path: Path, content: bytes, friendly: str) -> None:
    assert unsupported_detail(written(tmp_path / "item", content)).startswith(friendly)


def test_an_office_file_behind_a_password_is_encrypted(tmp_path: Path) -> None:
    content = b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le")
    with pytest.raises(CannotRead) as held:
        identify(written(tmp_path / "item.docx", content))
    assert held.value.reason is HeldReason.ENCRYPTED


def test_any_other_zip_is_not_a_word_document(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "some.docx", "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert unsupported_detail(tmp_path / "some.docx") == "ZIP archive"


def test_a_message_is_known_by_its_headers_and_a_letter_is_not_one(tmp_path: Path) -> None:
    mail = written(tmp_path / "a", hostile.message().as_bytes())
    letter = written(tmp_path / "b", "Dear Ann\n\nFrom: what you said\nSubject: to review\n")
    assert identify(mail).kind is Kind.EMAIL
    assert identify(letter).kind is Kind.TEXT


# --- PDF and pictures ---------------------------------------------------------------------------


def test_a_pdf_that_only_restricts_its_use_is_opened(tmp_path: Path) -> None:
    item = opened(hostile.encrypted_pdf(tmp_path / "a.pdf", user_password=""))
    assert item.page_count == 2
    assert "owner_password" in item.notes


def test_a_page_only_one_reader_sees_is_counted(tmp_path: Path) -> None:
    content = hostile.pdf_bytes(3).replace(b"/Count 3", b"/Count 5")
    item = opened(written(tmp_path / "a.pdf", content))
    assert item.page_count == 5
    assert "pages_missing" in item.notes


@pytest.mark.parametrize("image_format", ["JPEG", "PNG", "TIFF"])
def test_a_sound_picture_is_one_page(tmp_path: Path, image_format: str) -> None:
    path = hostile.picture_file(tmp_path / "picture", image_format)
    assert opened(path).page_count == 1


@pytest.mark.parametrize("size", [(1, 1), (3, 5), (9, 2), (64, 65)])
@pytest.mark.parametrize("mode", ["1", "L", "P", "RGB", "RGBA", "I;16"])
def test_a_png_of_any_size_and_depth_is_whole(
    tmp_path: Path, size: tuple[int, int], mode: str
) -> None:
    Image.new(mode, size).save(tmp_path / "a.png")
    assert opened(tmp_path / "a.png").page_count == 1


@pytest.mark.parametrize("size", [(1, 1), (3, 5), (9, 2), (64, 65)])
def test_an_interlaced_png_is_whole_unless_a_byte_is_missing(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    assert holds_all_rows(hostile.interlaced_png(tmp_path / "a.png", *size))
    assert not holds_all_rows(hostile.interlaced_png(tmp_path / "b.png", *size, short_bytes=1))


def test_every_frame_of_a_tiff_is_a_page(tmp_path: Path) -> None:
    assert opened(hostile.tiff_of(tmp_path / "fax.tif", 7)).page_count == 7


# --- e-mail -------------------------------------------------------------------------------------


def test_a_message_is_one_page_of_headers_and_words(tmp_path: Path) -> None:
    mail = hostile.message("The visit went well.", subject="Visit – Zoë")
    path = written(tmp_path / "a.eml", mail.as_bytes())
    text = text_of(path, opened(path))
    assert "Subject: Visit – Zoë" in text
    assert "From: Ann Example <ann@example.org>" in text
    assert text.endswith("The visit went well.")


def test_attachments_keep_their_names_without_their_paths(tmp_path: Path) -> None:
    mail = hostile.message()
    for name in ("../../etc/report.pdf", "..\\care plan.docx", "\u202efdp.exe", ""):
        mail.add_attachment(b"x" * 10, "application", "pdf", filename=name)
    item = opened(written(tmp_path / "a.eml", mail.as_bytes()))
    names = [attachment.name for attachment in item.attachments]
    assert names == ["report.pdf", "care plan.docx", "fdp.exe", "attachment-4"]
    assert all(a.path.parent == tmp_path and a.path.is_file() for a in item.attachments)


def test_a_message_inside_a_message_is_an_attachment(tmp_path: Path) -> None:
    item = opened(written(tmp_path / "a.eml", hostile.nested_message(1).as_bytes()))
    (inner,) = item.attachments
    assert inner.name == "innermost.eml"
    assert identify(inner.path).kind is Kind.EMAIL


def test_words_sent_only_as_html_are_read_without_scripts(tmp_path: Path) -> None:
    mail = hostile.message("x")
    mail.set_content(
        "<style>p{}</style><script>bad()</script><p>First &amp; last</p><p>Second</p>", "html"
    )
    path = written(tmp_path / "a.eml", mail.as_bytes())
    text = text_of(path, opened(path))
    assert "First & last\n\nSecond" in text
    assert "bad()" not in text


def test_plain_words_are_preferred_to_the_same_in_html(tmp_path: Path) -> None:
    mail = hostile.message("All of the plain words.")
    mail.add_alternative("<p>All of the rich words.</p>", subtype="html")
    path = written(tmp_path / "a.eml", mail.as_bytes())
    text = text_of(path, opened(path))
    assert "plain words" in text
    assert "rich words" not in text


def test_a_tiny_inline_logo_is_counted_and_a_larger_picture_is_an_item(tmp_path: Path) -> None:
    mail = hostile.message()
    for size_bytes in (TINY_IMAGE_BYTES, TINY_IMAGE_BYTES + 1):
        mail.add_attachment(bytes(size_bytes), "image", "png", disposition="inline", cid="<l>")
    item = opened(written(tmp_path / "a.eml", mail.as_bytes()))
    assert item.notes == ("tiny_inline_images=1",)
    assert len(item.attachments) == 1


def test_a_message_of_too_many_attachments_is_held(tmp_path: Path) -> None:
    mail = hostile.message()
    for _ in range(4):
        mail.add_attachment(b"x", "application", "pdf")
    path = written(tmp_path / "a.eml", mail.as_bytes())
    with pytest.raises(CannotRead) as held:
        opened(path, limits=Limits(max_attachments=3))
    assert held.value.reason is HeldReason.UNPACKS_TOO_LARGE


# --- Word and plain text ------------------------------------------------------------------------


def test_a_word_document_gives_paragraphs_tables_headers_and_pages(tmp_path: Path) -> None:
    row = "".join(f"<w:tc>{hostile.paragraph(word)}</w:tc>" for word in ("Name", "Zoë"))
    turn = '<w:p><w:r><w:br w:type="page"/><w:lastRenderedPageBreak/></w:r></w:p>'
    header = f'<w:hdr xmlns:w="{hostile.WORD}">{hostile.paragraph("Adult services")}</w:hdr>'
    footer = f'<w:ftr xmlns:w="{hostile.WORD}">{hostile.paragraph("Confidential")}</w:ftr>'
    body = f"{hostile.paragraph('First')}<w:tbl><w:tr>{row}</w:tr></w:tbl>{turn}"
    path = hostile.docx(
        tmp_path / "a.docx", body + hostile.paragraph("Last"), header1=header, footer1=footer
    )
    item = opened(path)
    assert item.page_count == 2
    first, last = text_of(path, item, 1), text_of(path, item, 2)
    assert first.startswith("Adult services\nFirst")
    assert "Zoë" in first
    assert last.split() == ["Last", "Confidential"]


def test_words_repeated_for_old_programs_are_taken_once(tmp_path: Path) -> None:
    box = (
        '<mc:AlternateContent xmlns:mc="mc">'
        f"<mc:Choice>{hostile.paragraph('boxed')}</mc:Choice>"
        f"<mc:Fallback>{hostile.paragraph('boxed')}</mc:Fallback></mc:AlternateContent>"
    )
    path = hostile.docx(tmp_path / "a.docx", box)
    assert text_of(path, opened(path)) == "boxed"


def test_two_parts_of_one_name_hold_a_word_document(tmp_path: Path) -> None:
    path = hostile.docx(tmp_path / "a.docx", hostile.paragraph("one"))
    with zipfile.ZipFile(path, "a") as package, pytest.warns(UserWarning, match="Duplicate"):
        package.writestr("word/document.xml", "<other/>")
    with pytest.raises(CannotRead) as held:
        opened(path)
    assert held.value.reason is HeldReason.DAMAGED


def test_a_word_document_cut_short_is_damaged(tmp_path: Path) -> None:
    path = hostile.docx(tmp_path / "a.docx", hostile.paragraph("one"))
    path.write_bytes(path.read_bytes()[:-60])
    with pytest.raises(CannotRead) as held:
        opened(path)
    assert held.value.reason is HeldReason.DAMAGED


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_plain_text_is_read_in_the_encodings_of_an_office(tmp_path: Path, encoding: str) -> None:
    path = written(tmp_path / "a.txt", "Zoë’s café, £5".encode(encoding))
    item = opened(path, "a.txt")
    assert (item.media_type, item.notes) == ("text/plain", ())
    assert text_of(path, item) == "Zoë’s café, £5"


def test_plain_text_is_paged_by_form_feeds_and_lines_and_loses_nothing(tmp_path: Path) -> None:
    words = [f"word{number}" for number in range(5000)]
    path = written(tmp_path / "a.txt", "\n".join(words[:130]) + "\f" + " ".join(words[130:]))
    item = opened(path)
    pages = [text_of(path, item, number) for number in range(1, item.page_count + 1)]
    assert " ".join(pages).split() == words
    assert item.page_count > 4


def test_a_page_of_text_has_no_picture_and_an_empty_one_is_blank(tmp_path: Path) -> None:
    path = written(tmp_path / "a.txt", "first\f  \fthird")
    first, second = (read_document_page(path, "text/plain", page, LIMITS) for page in (1, 2))
    assert (first.kind, first.text_source, first.view_image) == (
        PageKind.CONTENT,
        TextSource.DOCUMENT,
        None,
    )
    assert (second.kind, second.text_source) == (PageKind.BLANK, TextSource.NONE)


def test_a_page_that_is_not_there_is_damage(tmp_path: Path) -> None:
    path = written(tmp_path / "a.txt", "only one")
    with pytest.raises(CannotRead, match="no page 2"):
        read_document_page(path, "text/plain", 2, LIMITS)
