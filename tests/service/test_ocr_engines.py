"""Both ways of running Tesseract over the same pages, and the choice between them."""

import subprocess
from dataclasses import replace
from difflib import SequenceMatcher
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from scanning.reading import ocr_engines, tesserocr_ocr
from scanning.reading.model import CannotRead, HeldReason, Limits, PageReading, Word
from scanning.reading.ocr import OcrPage, OcrRequest, PageOcr
from scanning.reading.ocr_engines import engine_for
from scanning.reading.page_reader import read_page
from scanning.reading.pytesseract_ocr import TesseractOcr, models_directory
from scanning.reading.sandbox import READ_PAGE, Sandbox
from scanning.reading.tesserocr_ocr import TesserocrOcr
from scanning.sample_post.fonts import font

LETTER = (
    "Our ref: LAS/218271",
    "Dear Housing Officer, thank you for the help you gave my",
    "family before the holiday in Blackpool on 3 March 2026.",
    "The rent of 412.50 a month was paid on the 29th; please",
    "ring me on 01632 960175 (before five) about the deposit.",
    "We would like the heating looked at before the winter,",
    "since my mother, who is eighty, feels the cold.",
    "Yours faithfully, Gwyneth Phillips",
)
ENGINES = [
    TesseractOcr(),
    TesserocrOcr(),
]


def letter(size_px: int = 50, lines: tuple[str, ...] = LETTER) -> Image.Image:
    page = Image.new("L", (2480, 3508), 255)
    draw = ImageDraw.Draw(page)
    for number, line in enumerate(lines * 2):
        draw.text((250, 300 + 2 * size_px * number), line, font=font("serif", size_px), fill=0)
    return page


def pages() -> dict[str, Image.Image]:
    """A clean page, a crooked one, one that lies on its side, one of small print."""
    return {
        "clean": letter(),
        "crooked": letter().rotate(-2, fillcolor=255),
        "sideways": letter().transpose(Image.Transpose.ROTATE_90),
        "small": letter(28),
    }


def reading(page: Image.Image, directory: Path, engine: PageOcr) -> PageReading:
    directory.mkdir(exist_ok=True)
    path = directory / "page.png"
    page.save(path, dpi=(300, 300))
    return read_page(path, "image/png", 1, directory, Limits(), engine)


def request(directory: Path, **other: object) -> OcrRequest:
    path = directory / "page.bmp"
    letter().save(path, format="BMP")
    return replace(OcrRequest(path, 300, "eng", False, 60.0), **other)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["clean", "sideways", "small"])
def test_both_engines_give_the_same_text_words_boxes_and_turn(kind: str, tmp_path: Path) -> None:
    page = pages()[kind]
    named = reading(page, tmp_path / "named", TesseractOcr())
    held = reading(page, tmp_path / "held", TesserocrOcr())
    assert held.text.split() == named.text.split() == " ".join(LETTER * 2).split()
    assert held.rotation_degrees == named.rotation_degrees
    assert (held.width_px, held.height_px) == (named.width_px, named.height_px)
    for one, other in zip(named.words, held.words, strict=True):
        assert one.text == other.text
        assert max(abs(one.x0 - other.x0), abs(one.y1 - other.y1)) <= 6
        assert abs(one.confidence - other.confidence) < 0.2
    assert held.confidence is not None and held.confidence > 0.85
    assert held.text_layer is not None and held.text_layer.read_bytes().startswith(b"%PDF")


def test_the_text_out_of_the_table_is_the_text_tesseract_writes_itself(tmp_path: Path) -> None:
    page = letter()
    ImageDraw.Draw(page).rectangle((250, 1120, 2200, 1126), fill=0)
    path = tmp_path / "page.bmp"
    page.save(path, format="BMP")
    command = ["tesseract", path, "stdout", "--oem", "1", "--psm", "3", "--dpi", "300"]
    written = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    read = TesseractOcr().read(OcrRequest(path, 300, "eng", False, 60.0))
    assert "\n\n" in read.text
    assert read.text == written.replace("\f", "").strip()


def test_the_engines_differ_in_one_word_of_fifty_at_most_on_a_crooked_page(tmp_path: Path) -> None:
    named = reading(pages()["crooked"], tmp_path / "named", TesseractOcr()).text.split()
    held = reading(pages()["crooked"], tmp_path / "held", TesserocrOcr()).text.split()
    matcher = SequenceMatcher(None, named, held, autojunk=False)
    same = sum(block.size for block in matcher.get_matching_blocks())
    assert same >= 0.98 * max(len(named), len(held))


@pytest.mark.parametrize("engine", ENGINES)
def test_a_page_without_text_gives_empty_text_and_no_words(engine: PageOcr, tmp_path: Path) -> None:
    path = tmp_path / "empty.bmp"
    Image.new("L", (600, 400), 255).save(path, format="BMP")
    found = engine.read(OcrRequest(path, 300, "eng", False, 60.0))
    assert found.text == "" and found.words == ()


@pytest.mark.parametrize("engine", ENGINES)
def test_a_language_that_is_not_installed_is_told_of(engine: PageOcr, tmp_path: Path) -> None:
    with pytest.raises(CannotRead) as refusal:
        engine.read(request(tmp_path, languages="tlh"))
    assert refusal.value.reason is HeldReason.READER_CRASHED


@pytest.mark.parametrize("engine", ENGINES)
def test_a_page_that_takes_too_long_is_told_of(engine: PageOcr, tmp_path: Path) -> None:
    with pytest.raises(CannotRead) as refusal:
        engine.read(request(tmp_path, timeout_s=0.01))
    assert refusal.value.reason is HeldReason.TOOK_TOO_LONG


def test_a_page_is_not_read_with_the_last_ones_settings(tmp_path: Path) -> None:
    first = TesserocrOcr().read(request(tmp_path)).text
    lying = tmp_path / "lying.bmp"
    letter().transpose(Image.Transpose.ROTATE_180).save(lying, format="BMP")
    turned = TesserocrOcr().read(OcrRequest(lying, 300, "eng", True, 60.0))
    assert turned.rotation_degrees == 180 and turned.text.split() == first.split()
    assert TesserocrOcr().read(request(tmp_path)).text == first


def test_the_fastest_engine_is_the_held_one_where_it_agrees() -> None:
    engine_for.cache_clear()
    assert isinstance(engine_for("fastest", "eng"), TesserocrOcr)


def test_without_tesserocr_the_fastest_engine_is_the_named_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tesserocr_ocr, "tesserocr", None)
    engine_for.cache_clear()
    assert isinstance(engine_for("fastest", "eng"), TesseractOcr)
    engine_for.cache_clear()


def test_an_engine_that_reads_the_specimen_otherwise_is_not_used_and_the_log_says_so(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    class OtherReading(TesserocrOcr):
        def read(self, request: OcrRequest) -> OcrPage:
            return replace(TesseractOcr().read(request), text="Our ref: 4812-O7B")

    monkeypatch.setattr(ocr_engines, "TesserocrOcr", OtherReading)
    monkeypatch.setattr(tesserocr_ocr, "is_installed", lambda: True)
    engine_for.cache_clear()
    assert isinstance(engine_for("fastest", "eng"), TesseractOcr)
    assert "ocr_engines_disagree" in capfd.readouterr().err
    engine_for.cache_clear()


def test_an_engine_nobody_knows_is_refused() -> None:
    with pytest.raises(ValueError):
        engine_for("other", "eng")


def test_the_models_are_those_of_the_tesseract_command() -> None:
    assert (models_directory() / "eng.traineddata").is_file()


@pytest.mark.parametrize("wanted", ["pytesseract", "tesserocr"])
def test_either_engine_reads_in_the_confined_child(wanted: str, tmp_path: Path) -> None:
    path = tmp_path / "page.png"
    letter().save(path, dpi=(300, 300))
    args = {"path": str(path), "media_type": "image/png", "page_number": 1}
    with Sandbox(replace(Limits(), ocr_engine=wanted)) as sandbox:
        for _ in range(2):  # the second child inherits the model
            assert "Gwyneth Phillips" in sandbox.run(READ_PAGE, args, tmp_path)["text"]


def test_a_named_engine_that_is_not_there_is_told_of_by_the_child(tmp_path: Path) -> None:
    path = tmp_path / "page.png"
    letter().save(path, dpi=(300, 300))
    args = {"path": str(path), "media_type": "image/png", "page_number": 1}
    limits = replace(Limits(), ocr_engine="pytesseract", languages="tlh")
    with Sandbox(limits) as sandbox, pytest.raises(CannotRead) as refusal:
        sandbox.run(READ_PAGE, args, tmp_path)
    assert refusal.value.reason is HeldReason.READER_CRASHED


class SurenessOcr:
    """A page OCR that is as sure of each picture as it is told, and notes what it was given."""

    def __init__(self, *confidences: float) -> None:
        self.confidences = list(confidences)
        self.requests: list[OcrRequest] = []

    def read(self, request: OcrRequest) -> OcrPage:
        self.requests.append(request)
        confidence = self.confidences.pop(0)
        layer = request.image.with_suffix(".pdf")
        layer.write_bytes(b"%PDF")
        word = Word(f"run{len(self.requests)}", 100, 200, 300, 240, confidence)
        return OcrPage(word.text, (word,), 0, layer)


def test_a_sure_reading_of_the_reduced_picture_is_the_only_one(tmp_path: Path) -> None:
    ocr = SurenessOcr(0.95)
    found = reading(letter(), tmp_path, ocr)
    assert [request.resolution_dpi for request in ocr.requests] == [150]
    assert found.text == "run1" and found.confidence == 0.95
    assert found.words == (Word("run1", 200, 400, 600, 480, 0.95),)


def test_an_unsure_reading_of_the_reduced_picture_is_repeated_over_the_full_one(
    tmp_path: Path,
) -> None:
    ocr = SurenessOcr(0.5, 0.9)
    found = reading(letter(), tmp_path, ocr)
    assert [request.resolution_dpi for request in ocr.requests] == [150, 300]
    assert ocr.requests[0].timeout_s < ocr.requests[1].timeout_s < Limits().wall_s
    assert found.text == "run2" and found.words == (Word("run2", 100, 200, 300, 240, 0.9),)


def test_of_two_unsure_readings_the_surer_one_stays_with_its_own_layer(tmp_path: Path) -> None:
    ocr = SurenessOcr(0.7, 0.6)
    found = reading(letter(), tmp_path, ocr)
    assert found.text == "run1" and found.words == (Word("run1", 200, 400, 600, 480, 0.7),)
    assert found.text_layer == ocr.requests[0].image.with_suffix(".pdf")


def test_small_print_is_read_from_the_full_picture_at_once(tmp_path: Path) -> None:
    ocr = SurenessOcr(0.5)
    reading(letter(28), tmp_path, ocr)
    assert [request.resolution_dpi for request in ocr.requests] == [300]


WELSH = (
    "Annwyl Mrs Pritchard,",
    "Diolch am eich llythyr dyddiedig 3 Mawrth 2026 am eich mab.",
    "Mae'r gwasanaeth wedi trefnu cyfarfod yn yr ysgol ddydd",
    "Mawrth nesaf. Bydd y gweithiwr cymdeithasol yno, ac mae",
    "croeso i chi ddod â rhywun gyda chi. Tŷ newydd, dŵr, gŵr.",
)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_welsh_page_is_read_with_its_circumflexes_and_noted(
    engine: PageOcr, tmp_path: Path
) -> None:
    found = reading(letter(lines=WELSH), tmp_path, engine)
    assert found.notes == ("welsh",)
    assert {"â", "Tŷ", "dŵr,", "gŵr."} <= set(found.text.split())


def test_an_english_page_is_read_by_the_english_model_alone(tmp_path: Path) -> None:
    ocr = SurenessOcr(0.95)
    assert reading(letter(), tmp_path, ocr).notes == ()
    assert [request.languages for request in ocr.requests] == ["eng"]
