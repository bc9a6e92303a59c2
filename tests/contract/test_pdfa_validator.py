"""Searchable renditions before veraPDF: an outside validator's word for what we call PDF/A-2b."""

from pathlib import Path

from PIL import Image, ImageDraw
from pypdf import PdfReader, PdfWriter

from scanning.reading.model import Limits
from scanning.reading.page_reader import read_page
from scanning.reading.ports import PdfPage
from scanning.reading.searchable_pdf import assemble_searchable_pdf
from scanning.sample_post.fonts import font
from tests.engines.verapdf import verdicts
from tests.engines.wanted import Engine, url_of

MEDIA_TYPES = {
    ".png": "image/png", ".jpg": "image/jpeg", ".tif": "image/tiff", ".pdf": "application/pdf",
}  # fmt: skip


def letter(mode: str = "L") -> Image.Image:
    page = Image.new("RGB", (1654, 2339), "white")
    draw = ImageDraw.Draw(page)
    for number, line in enumerate(("Dear Housing Officer, thank you", "for 1,350.60 paid", "Siân")):
        draw.text((160, 200 + 110 * number), line, font=font("serif", 60), fill="navy")
    return page.convert(mode)


def scans(directory: Path) -> list[Path]:
    """A scan of each sort that is wrapped in a way of its own, and one that came as a PDF."""
    crooked = letter().rotate(2, fillcolor=255)
    crooked.save(directory / "crooked.png", dpi=(200, 200))
    letter("P").save(directory / "palette.png", dpi=(200, 200))
    letter("RGB").save(directory / "colour.jpg", dpi=(200, 200))
    letter("1").save(directory / "fax.tif", compression="group4", dpi=(200, 200))
    letter().save(directory / "grey.tif", compression="tiff_lzw", dpi=(200, 200))
    letter().rotate(90, expand=True).save(directory / "lying.pdf", resolution=200)
    return sorted(directory.iterdir())


def rendition(scan: Path) -> Path:
    media_type, made = MEDIA_TYPES[scan.suffix], scan.with_suffix(".made")
    reading = read_page(scan, media_type, 1, scan.parent, Limits())
    assert "Housing" in reading.text
    page = PdfPage(1, reading.rotation_degrees, reading.text_layer)
    assemble_searchable_pdf(scan, media_type, [page], made)
    return made


def test_renditions_are_pdfa_2b_and_a_file_that_is_not_is_told(tmp_path: Path) -> None:
    class_path = url_of(Engine.VERAPDF)
    made = [rendition(scan) for scan in scans(tmp_path)]
    unmarked = tmp_path / "unmarked.pdf"
    writer = PdfWriter()
    writer.add_page(PdfReader(made[0]).pages[0])
    writer.write(unmarked)
    no_pdf = tmp_path / "no.pdf"
    no_pdf.write_bytes(b"no PDF at all")
    said = verdicts(class_path, [*made, unmarked, no_pdf])
    assert {file.name: said[file] for file in made} == {file.name: "" for file in made}
    assert said[unmarked] and said[no_pdf]
