"""A rendition held against its master without unpacking pictures that are known to be the same."""

from pathlib import Path

import pytest
from PIL import Image, ImageDraw
from pypdf import PdfReader, PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    NameObject,
    NumberObject,
    PdfObject,
    StreamObject,
)

from scanning.reading.appearance import differing_pages
from scanning.reading.image_pdf import images_to_pdf, may_be_turned
from scanning.reading.ports import PdfPage
from scanning.reading.same_picture import is_same_picture
from scanning.reading.searchable_pdf import RenditionDiffers, check_appearance
from scanning.sample_post.fonts import font

PAGE = [PdfPage(1, 0, None)]
MEDIA_TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".pdf": "application/pdf"}
PDF = "application/pdf"


def scan(path: Path, mode: str = "L", **how: object) -> Path:
    page = Image.new("RGB", (1200, 1600), "white")
    draw = ImageDraw.Draw(page)
    for number in range(12):
        text = f"Line {number} of a letter"
        draw.text((100, 100 + 100 * number), text, font=font("serif", 64), fill="navy")
    page.convert(mode).save(path, dpi=(200, 200), **how)  # type: ignore[arg-type]
    return path


def wrapped(path: Path) -> Path:
    out = path.with_suffix(".wrapped.pdf")
    images_to_pdf(path, [1], out)
    return out


def picture_in(pdf: Path) -> StreamObject:
    found = PdfReader(pdf).pages[0]["/Resources"].get_object()["/XObject"].get_object()  # type: ignore[index]
    [picture] = [part.get_object() for part in found.values()]  # type: ignore[union-attr]
    assert isinstance(picture, StreamObject)
    return picture


def changed(pdf: Path, content: bytes = b"", before: bytes = b"", turned: int = 0) -> Path:
    """The PDF with something drawn after or before its picture, or turned."""
    writer = PdfWriter(clone_from=pdf)
    page, old = writer.pages[0], writer.pages[0].get_contents()
    assert old is not None
    stream = DecodedStreamObject()
    stream.set_data(before + old.get_data() + content)
    page[NameObject("/Contents")] = writer._add_object(stream)
    page[NameObject("/Rotate")] = NumberObject(turned)
    writer.write(pdf.with_suffix(".changed.pdf"))
    return pdf.with_suffix(".changed.pdf")


@pytest.mark.parametrize(
    ("name", "mode"),
    [("a.png", "1"), ("a.png", "L"), ("a.png", "P"), ("a.png", "RGB"), ("a.jpg", "L"), ("a.jpg", "RGB")],
)  # fmt: skip
def test_a_picture_wrapped_as_it_is_is_known_by_its_bytes(
    tmp_path: Path, name: str, mode: str
) -> None:
    path = scan(tmp_path / name, mode)
    media_type = MEDIA_TYPES[path.suffix]
    assert is_same_picture(path, media_type, picture_in(wrapped(path)))
    other = scan(tmp_path / f"other{path.suffix}", mode)
    Image.open(other).transpose(Image.Transpose.ROTATE_180).save(other)
    assert not is_same_picture(other, media_type, picture_in(wrapped(path)))


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("/Decode", ArrayObject([NumberObject(1), NumberObject(0)])),
        ("/ColorSpace", NameObject("/DeviceRGB")),
        ("/Width", NumberObject(600)),
        ("/Filter", NameObject("/LZWDecode")),
    ],
)
def test_the_same_bytes_described_otherwise_are_not_the_same_picture(
    tmp_path: Path, key: str, value: PdfObject
) -> None:
    path = scan(tmp_path / "a.png")
    picture = picture_in(wrapped(path))
    assert is_same_picture(path, "image/png", picture)
    picture[NameObject(key)] = value
    assert not is_same_picture(path, "image/png", picture)


def test_another_palette_is_not_the_same_picture(tmp_path: Path) -> None:
    path = scan(tmp_path / "a.png", "P")
    wrapping = wrapped(path)
    with Image.open(path) as image:
        pixels = image.copy()
    palette = pixels.getpalette() or []
    pixels.putpalette([255 - level for level in palette])
    pixels.save(path, dpi=(200, 200))
    assert not is_same_picture(path, "image/png", picture_in(wrapping))


@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.pdf"])
def test_what_shows_beside_the_same_picture_is_found(tmp_path: Path, name: str) -> None:
    path = scan(tmp_path / name)
    media_type = MEDIA_TYPES[path.suffix]
    made = changed(path) if media_type == PDF else changed(wrapped(path))
    assert check_appearance(path, media_type, PAGE, made)
    bar = b"\nq 0 g 40 40 300 60 re f Q\n"
    moved = b"1 0 0 1 90 0 cm\n"
    for other in (
        {"content": bar}, {"before": moved}, {"before": b"0.5 0 0 0.5 0 0 cm\n"}, {"turned": 180},
    ):  # fmt: skip
        source = path if media_type == PDF else wrapped(path)
        with pytest.raises(RenditionDiffers):
            check_appearance(path, media_type, PAGE, changed(source, **other))  # type: ignore[arg-type]


def test_a_picture_that_is_only_said_to_be_the_same_is_not_looked_at_again(tmp_path: Path) -> None:
    path, other = scan(tmp_path / "a.png"), tmp_path / "other.png"
    Image.new("L", (1200, 1600), 60).save(other, dpi=(200, 200))
    assert differing_pages(path, "image/png", PAGE, wrapped(other)) == [1]
    assert differing_pages(path, "image/png", PAGE, wrapped(other), is_same=True) == []


def test_a_photograph_that_asks_to_be_turned_is_drawn(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    path = scan(tmp_path / "a.jpg", exif=exif)
    assert may_be_turned(path, "image/jpeg")
    assert not may_be_turned(scan(tmp_path / "b.jpg"), "image/jpeg")
    assert may_be_turned(scan(tmp_path / "c.png", exif=exif), "image/png")
    assert not may_be_turned(scan(tmp_path / "d.png"), "image/png")
    assert check_appearance(path, "image/jpeg", PAGE, wrapped(path))
