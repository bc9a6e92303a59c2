"""The sample post: repeatable, as large as promised, true to its truth.json, and readable."""

import email
import email.policy
import hashlib
import io
import json
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import docx
import magic
import pikepdf
import pypdfium2
import pytesseract
import pytest
import zxingcpp
from PIL import Image

from scanning.sample_post.data import template_names
from scanning.sample_post.fonts import FACES, FontMissing, font_file
from scanning.sample_post.generate import make_post
from scanning.sample_post.model import Container, SamplePost
from scanning.sample_post.post_list import POST

Entry = Mapping[str, Any]
SMALL = (
    "scan_0006.jpg",
    "scan_0019.pdf",
    "scan_0023.pdf",
    "scan_0025.png",
    "scan_0042.tif",
    "PEP autumn term.docx",
    "Discharge papers for GP and council.eml",
)
# One page of each kind of file and each look: OCR of all would take minutes.
READ_BY_OCR = {
    "lunch box": 0.9,  # stamped, PDF
    "trombone case": 0.75,  # fax, TIFF
    "hovercraft": 0.95,  # clean, TIFF
    "wetsuit logbook": 0.85,  # worn
    "strawberry mark": 0.9,  # colour, JPEG
    "tattoo parlour": 0.75,  # photocopy, upside down, TIFF
    "sewing treadle": 0.9,  # sideways, PNG
    "jigsaw venice": 0.75,  # faded
    "jade bracelet": 0.9,  # scan, blank backs
    "shrapnel shoulder": 0.9,  # in the attachment of an e-mail
}


@pytest.fixture(scope="module")
def post(tmp_path_factory: pytest.TempPathFactory) -> SamplePost:
    return make_post(tmp_path_factory.mktemp("post"))


def entries(post: SamplePost) -> Iterator[tuple[Entry, bytes]]:
    """Every file and attachment with its bytes, the attachments taken out of their e-mails."""
    for entry in post.truth["files"]:
        content = (post.directory / entry["name"]).read_bytes()
        yield entry, content
        parts = attached_files(content) if entry["attachments"] else {}
        assert list(parts) == [inner["name"] for inner in entry["attachments"]]
        for inner in entry["attachments"]:
            yield inner, parts[inner["name"]]


def attached_files(message: bytes) -> dict[str, bytes]:
    parsed = email.message_from_bytes(message, policy=email.policy.default)
    parts = list(parsed.iter_attachments())
    contents = [part.get_payload(decode=True) for part in parts]
    assert all(isinstance(content, bytes) for content in contents)
    return {
        str(part.get_filename()): content
        for part, content in zip(parts, contents, strict=True)
        if isinstance(content, bytes)
    }


def documents(post: SamplePost) -> Iterator[tuple[Entry, Entry]]:
    for entry, _ in entries(post):
        for document in entry["documents"]:
            yield entry, document


def document_text(entry: Entry, document: Entry) -> str:
    pages = (page for page in entry["pages"] if page["number"] in document["pages"])
    return " ".join(" ".join(page["text"] for page in pages).split())


def page_image(content: bytes, number: int) -> Image.Image:
    if content.startswith(b"%PDF"):
        page = pypdfium2.PdfDocument(content)[number - 1]
        drawn: Image.Image = page.render(scale=300 / 72).to_pil()
        return drawn.convert("L")
    picture = Image.open(io.BytesIO(content))
    picture.seek(number - 1)
    return picture.convert("L")


def words_of(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def hashes(directory: Path) -> dict[str, str]:
    return {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest()
        for file in sorted(directory.iterdir())
    }


def test_the_same_seed_gives_the_same_bytes_in_another_process(tmp_path: Path) -> None:
    make_post(tmp_path / "here", only=SMALL)
    script = (
        "import sys, pathlib; from scanning.sample_post.generate import make_post; "
        "make_post(pathlib.Path(sys.argv[1]), only=sys.argv[2:])"
    )
    command = [sys.executable, "-c", script, str(tmp_path / "there"), *SMALL]
    root = Path(__file__).parents[2]
    environment = {"PYTHONHASHSEED": "77", "TZ": "Asia/Tokyo", "PYTHONPATH": str(root)}
    subprocess.run(command, check=True, env=environment)
    assert hashes(tmp_path / "here") == hashes(tmp_path / "there")


def test_another_seed_gives_other_numbers(tmp_path: Path) -> None:
    one = make_post(tmp_path / "one", seed=1, only=["scan_0042.tif"])
    two = make_post(tmp_path / "two", seed=2, only=["scan_0042.tif"])
    assert one.truth["files"][0]["documents"] != two.truth["files"][0]["documents"]


def test_a_name_the_post_has_not_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no such files"):
        make_post(tmp_path, only=["scan_9999.pdf"])


def test_a_missing_font_names_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FACES, "sans", "liberation/NotHere.ttf")
    with pytest.raises(FontMissing, match="fonts-liberation"):
        font_file("sans")


def test_the_post_is_as_large_and_as_various_as_promised(post: SamplePost) -> None:
    totals = post.truth["totals"]
    assert totals["files"] >= 45
    assert totals["pages"] >= 130
    assert totals["image_pages"] >= 110
    assert len(totals["types"]) >= 20
    assert {entry["container"] for entry, _ in entries(post)} == {one.value for one in Container}
    assert {document["template"] for _, document in documents(post)} == set(template_names())


def test_the_truth_file_holds_what_was_returned(post: SamplePost) -> None:
    assert json.loads(post.truth_file.read_text("utf-8")) == post.truth
    assert [file.name for file in post.files] == [order.name for order in POST]
    assert all(file.stat().st_size > 0 for file in post.files)


def test_every_file_is_what_the_truth_says_it_is(post: SamplePost) -> None:
    for entry, content in entries(post):
        seen = magic.from_buffer(content, mime=True)
        expected = {entry["media_type"]}
        if entry["container"] == "eml":
            expected.add("text/plain")  # libmagic knows a message only by some first headers
        assert seen in expected, entry["name"]


def test_every_file_opens_elsewhere_with_the_page_count_of_the_truth(post: SamplePost) -> None:
    for entry, content in entries(post):
        assert counted_pages(entry, content) == entry["page_count"] == len(entry["pages"])


def counted_pages(entry: Entry, content: bytes) -> int:
    match entry["media_type"]:
        case "application/pdf":
            with pikepdf.open(io.BytesIO(content)) as pdf:
                return len(pdf.pages)
        case "image/tiff":
            return content_frames(content)
        case "image/png" | "image/jpeg":
            Image.open(io.BytesIO(content)).verify()
            return 1
        case "message/rfc822":
            body = email.message_from_bytes(content, policy=email.policy.default).get_body()
            assert body is not None
            return 1 if words_of(body.get_content()) == words_of(entry["pages"][0]["text"]) else 0
        case _:
            return 1 if docx.Document(io.BytesIO(content)).paragraphs else 0


def content_frames(content: bytes) -> int:
    """Directories of a TIFF, counted by following its chain (TIFF 6.0, section 2)."""
    order = {b"II": "little", b"MM": "big"}[content[:2]]
    count, place = 0, int.from_bytes(content[4:8], order)  # type: ignore[arg-type]
    while place:
        entries_here = int.from_bytes(content[place : place + 2], order)  # type: ignore[arg-type]
        after = place + 2 + 12 * entries_here
        count, place = count + 1, int.from_bytes(content[after : after + 4], order)  # type: ignore[arg-type]
    return count


def test_every_image_page_is_a4_at_300_dpi(post: SamplePost) -> None:
    for entry, content in entries(post):
        if entry["media_type"] in ("image/tiff", "image/png", "image/jpeg"):
            picture = Image.open(io.BytesIO(content))
            assert sorted(picture.size) == [2480, 3508]
            assert [round(float(dpi)) for dpi in picture.info["dpi"]] == [300, 300]


def test_a_text_layer_is_where_it_should_be_and_nowhere_else(post: SamplePost) -> None:
    for entry, content in entries(post):
        if entry["media_type"] != "application/pdf":
            continue
        pdf = pypdfium2.PdfDocument(content)
        for number, page in enumerate(entry["pages"]):
            layered = words_of(pdf[number].get_textpage().get_text_range())
            has_layer = not page["is_image"] or entry["container"] == "pdf_searchable"
            assert layered == (words_of(page["text"]) if has_layer else [])


def test_every_page_belongs_to_one_document_or_is_a_separator(post: SamplePost) -> None:
    for entry, _ in entries(post):
        owned = [number for document in entry["documents"] for number in document["pages"]]
        apart = [page["number"] for page in entry["pages"] if page["kind"] == "separator"]
        assert sorted(owned + apart) == list(range(1, entry["page_count"] + 1))


def test_separator_sheets_carry_their_value_in_both_codes(post: SamplePost) -> None:
    entry, content = next(pair for pair in entries(post) if pair[0]["name"] == "scan_0038.pdf")
    sheets = [page["number"] for page in entry["pages"] if page["kind"] == "separator"]
    assert len(sheets) == len(entry["documents"]) - 1
    codes = zxingcpp.read_barcodes(page_image(content, sheets[0]))
    assert {code.text for code in codes} == {"EDRMS-SEP"}
    assert len({str(code.format) for code in codes}) == 2


def test_a_document_prints_the_identifiers_the_truth_names(post: SamplePost) -> None:
    for entry, document in documents(post):
        text = document_text(entry, document)
        for one in document["identifiers"]:
            printed = {kind: value for kind, value in one.items() if kind != "person"}
            missing = [value for value in printed.values() if value not in text]
            assert not missing, (entry["name"], missing)


def test_a_document_hides_the_identifiers_it_should_not_show(post: SamplePost) -> None:
    clients = {client.key: client for client in post.clients}
    for entry, document in documents(post):
        digits = re.sub(r"\D", "", document_text(entry, document))
        for one in document["identifiers"]:
            client = clients.get(one["person"])
            if client is not None and "nhs_number" not in one:
                assert client.nhs_number not in digits


def test_every_reason_to_wait_has_its_letter_and_many_may_file_themselves(
    post: SamplePost,
) -> None:
    reasons = Counter(document["waits_because"] for _, document in documents(post))
    assert set(reasons) - {None} == {
        "name_only",
        "identifiers_disagree",
        "two_clients",
        "like_another_client",
        "not_a_client",
        "nobody_named",
    }
    assert reasons[None] >= 30


def test_a_name_alone_never_files_itself(post: SamplePost) -> None:
    strong = {"date_of_birth", "nhs_number", "reference"}
    for _, document in documents(post):
        if document["may_file_itself"]:
            (identifiers,) = document["identifiers"]
            assert "name" in identifiers and strong & set(identifiers)
            assert not document["wrong_identifiers"] and len(document["clients"]) == 1


def test_known_searches_each_find_one_document_only(post: SamplePost) -> None:
    texts = [
        (id(document), set(words_of(document_text(entry, document))))
        for entry, document in documents(post)
    ]
    searches = post.truth["known_searches"]
    assert len(searches) >= 12
    for row in searches:
        holders = [key for key, words in texts if words.issuperset(words_of(row["words"]))]
        assert len(holders) == 1, row


def test_known_searches_cover_turned_pages_tiff_attachments_and_docx(post: SamplePost) -> None:
    searches = post.truth["known_searches"]
    assert {0, 90, 180} == {row["rotation_degrees"] for row in searches}
    assert any(row["attachment"] for row in searches)
    types = {row["media_type"].rpartition("/")[2].rpartition(".")[2] for row in searches}
    assert {"tiff", "pdf", "jpeg", "png", "document", "rfc822"} <= types


def test_blank_backs_hold_hardly_any_ink(post: SamplePost) -> None:
    entry, content = next(pair for pair in entries(post) if pair[0]["name"] == "scan_0001.pdf")
    blanks = [page["number"] for page in entry["pages"] if page["kind"] == "blank"]
    assert blanks == [2, 4]
    histogram = page_image(content, blanks[0]).histogram()
    assert sum(histogram[:200]) / sum(histogram) < 0.0005


def test_tesseract_reads_the_words_of_every_look(
    post: SamplePost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_THREAD_LIMIT", "1")
    contents = {(e["name"]): (e, content) for e, content in entries(post)}
    rows = [
        row
        for row in post.truth["known_searches"]
        if any(row["words"].casefold().endswith(words) for words in READ_BY_OCR)
    ]
    assert len(rows) == len(READ_BY_OCR)
    with ThreadPoolExecutor(2) as readers:
        read = list(readers.map(lambda row: read_page(row, contents), rows))
    for row, (missing, accuracy) in zip(rows, read, strict=True):
        floor = next(v for k, v in READ_BY_OCR.items() if row["words"].casefold().endswith(k))
        assert not missing, row
        assert accuracy >= floor, (row, accuracy)


def read_page(row: Entry, contents: Mapping[str, tuple[Entry, bytes]]) -> tuple[list[str], float]:
    """Words of the search that OCR did not find, and the share of the page's words it did."""
    entry, content = contents[row["attachment"] or row["file"]]
    picture = page_image(content, row["page"]).rotate(-row["rotation_degrees"], expand=True)
    found = Counter(words_of(pytesseract.image_to_string(picture, lang="eng")))
    wanted = Counter(words_of(entry["pages"][row["page"] - 1]["text"]))
    missing = [word for word in words_of(row["words"]) if word not in found]
    return missing, sum((found & wanted).values()) / sum(wanted.values())
