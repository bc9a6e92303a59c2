"""The searchable PDF of a document: its pages as they came, with invisible text laid under them.

Here live the only uses of pypdf by the page reader: choosing pages, laying the text, turning pages
upright by /Rotate, and the check that every image stream is byte for byte the sender's. Links to
other pages, scripts and form actions are left out, so that no page of another person's letter is
carried along. Images are wrapped by image_pdf.py; the original file is never touched.
"""

import hashlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

from pypdf import PageObject, PdfReader, PdfWriter, Transformation
from pypdf.errors import PyPdfError
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    IndirectObject,
    NameObject,
    NumberObject,
    PdfObject,
    RectangleObject,
    StreamObject,
)
from pypdfium2 import PdfiumError

from scanning.reading.appearance import differing_pages
from scanning.reading.image_pdf import images_to_pdf, may_be_turned
from scanning.reading.model import CannotRead, HeldReason
from scanning.reading.pdfa import make_pdfa
from scanning.reading.ports import PdfPage
from scanning.reading.same_picture import is_same_picture

PDF = "application/pdf"
LEFT_OUT_OF_PAGES = ("/B", "/AA", "/StructParents", "/PresSteps", "/PieceInfo", "/Thumb")
LEFT_OUT_OF_ANNOTATIONS = frozenset(
    {"/P", "/Parent", "/Popup", "/IRT", "/A", "/AA", "/PA", "/Dest", "/Kids", "/StructParent"}
)
SAID_OF_A_PICTURE = ("/Width", "/Height", "/BitsPerComponent", "/Decode", "/ImageMask", "/Filter")
DEEPEST_FORM = 8


class RenditionDiffers(Exception):
    """A searchable PDF does not show what its original shows; it must not be kept."""


def assemble_searchable_pdf(
    original: Path, media_type: str, pages: Sequence[PdfPage], out: Path
) -> None:
    """Write the searchable PDF of a run of pages of an item, and check it.

    Raises CannotRead(DAMAGED) if the original cannot be taken apart or the result is not faithful;
    out is then not there.
    """
    part = out.with_suffix(".part")
    try:
        _write(original, media_type, pages, part)
        if media_type == PDF:
            check_rendition(original, pages, part)
        check_appearance(original, media_type, pages, part)
        part.replace(out)
    except RenditionDiffers as error:
        raise CannotRead(HeldReason.DAMAGED, f"rendition differs: {error}") from error
    except (PyPdfError, RecursionError, LookupError, AttributeError, TypeError) as error:
        raise CannotRead(HeldReason.DAMAGED, type(error).__name__) from error
    finally:
        part.unlink(missing_ok=True)


def _write(original: Path, media_type: str, pages: Sequence[PdfPage], part: Path) -> None:
    wrapped = part.with_suffix(".images.pdf")
    try:
        if media_type == PDF:
            reader, indexes = PdfReader(original), [page.page_number - 1 for page in pages]
        else:
            images_to_pdf(original, [page.page_number for page in pages], wrapped)
            reader, indexes = PdfReader(wrapped), list(range(len(pages)))
        writer = PdfWriter()
        layers = _TextLayers(writer)
        for index, source in zip(indexes, pages, strict=True):
            page = writer.add_page(_alone(reader.pages[index]), LEFT_OUT_OF_PAGES)
            if source.text_layer is not None:
                layers.lay(page, source.text_layer)
            _turn_upright(page, source.rotation_degrees)
        make_pdfa(writer)
        writer.write(part)
    finally:
        wrapped.unlink(missing_ok=True)


def _turn_upright(page: PageObject, rotation_degrees: int) -> None:
    turned = (page.rotation + rotation_degrees) % 360
    if rotation_degrees:
        page[NameObject("/Rotate")] = NumberObject(turned)


def _alone(page: PageObject) -> PageObject:
    """The page with annotations that lead nowhere else: only how they look is kept."""
    annotations = page.get("/Annots")
    if annotations is None:
        return page
    kept = ArrayObject()
    for reference in annotations.get_object() or []:
        annotation = reference.get_object()
        if isinstance(annotation, DictionaryObject) and annotation.get("/Subtype") != "/Link":
            looks = {k: v for k, v in annotation.items() if k not in LEFT_OUT_OF_ANNOTATIONS}
            kept.append(DictionaryObject(looks))
    page[NameObject("/Annots")] = kept
    return page


class _TextLayers:
    """Lays one-page text layers under the pages of one PDF; they share one font."""

    def __init__(self, writer: PdfWriter) -> None:
        self._writer = writer
        self._resources: IndirectObject | None = None
        self._count = 0

    def lay(self, page: PageObject, source: Path) -> None:
        """Add the text as a form drawn before the page's own content, which stays as it is."""
        layer = PdfReader(source).pages[0]
        contents = layer.get_contents()
        if contents is None:
            return
        self._count += 1
        name = f"/EdrmsText{self._count}"
        form = self._writer._add_object(self._form(layer, contents.get_data()))
        _named_forms(page)[NameObject(name)] = form
        numbers = " ".join(f"{number:.5f}" for number in _layer_to_page(layer, page))
        draw = DecodedStreamObject()
        draw.set_data(f"q {numbers} cm {name} Do Q\n".encode())
        first = self._writer._add_object(draw)
        page[NameObject("/Contents")] = ArrayObject([first, *_content_parts(page)])

    def _form(self, layer: PageObject, content: bytes) -> StreamObject:
        if self._resources is None:
            named = cast(DictionaryObject, layer["/Resources"].get_object())
            resources = named.clone(self._writer)
            self._resources = self._writer._add_object(resources)
        form = DecodedStreamObject()
        form.set_data(content)
        packed = form.flate_encode()
        width, height = float(layer.mediabox.width), float(layer.mediabox.height)
        packed[NameObject("/Type")] = NameObject("/XObject")
        packed[NameObject("/Subtype")] = NameObject("/Form")
        packed[NameObject("/BBox")] = RectangleObject((0, 0, width, height))
        packed[NameObject("/Resources")] = self._resources
        return packed


def _content_parts(page: PageObject) -> list[PdfObject]:
    raw = page.raw_get("/Contents") if "/Contents" in page else None
    contents = raw.get_object() if raw is not None else None
    if contents is None:
        return []
    return list(contents) if isinstance(contents, ArrayObject) else [cast(PdfObject, raw)]


def _named_forms(page: PageObject) -> DictionaryObject:
    """The page's dictionary of pictures and forms, made where there is none."""
    resources = page.get("/Resources", DictionaryObject()).get_object()
    if "/Resources" not in page:
        page[NameObject("/Resources")] = resources
    if "/XObject" not in resources:
        resources[NameObject("/XObject")] = DictionaryObject()
    return cast(DictionaryObject, resources["/XObject"].get_object())


def _layer_to_page(layer: PageObject, page: PageObject) -> tuple[float, ...]:
    """Matrix from the layer (the page as shown) to the page's own space; ISO 32000-1, 8.3.3."""
    left, bottom, right, top = _shown_box(page)
    width, height = right - left, top - bottom
    turned = page.rotation % 360
    shown = (height, width) if turned in {90, 270} else (width, height)
    across, down = shown[0] / float(layer.mediabox.width), shown[1] / float(layer.mediabox.height)
    return {
        0: (across, 0.0, 0.0, down, left, bottom),
        90: (0.0, across, -down, 0.0, right, bottom),
        180: (-across, 0.0, 0.0, -down, right, top),
        270: (0.0, -across, down, 0.0, left, top),
    }[turned]


def _shown_box(page: PageObject) -> tuple[float, float, float, float]:
    """The crop box as far as it lies in the media box, in points."""
    media, crop = page.mediabox, page.cropbox
    left, bottom = max(media.left, crop.left), max(media.bottom, crop.bottom)
    right, top = min(media.right, crop.right), min(media.top, crop.top)
    if right <= left or top <= bottom:
        return float(media.left), float(media.bottom), float(media.right), float(media.top)
    return float(left), float(bottom), float(right), float(top)


def turn_layer(path: Path, quarter_degrees: int, level_degrees: float) -> None:
    """Turn a text layer, in place: clockwise quarters with its paper, then clockwise on it.

    Both may be negative. Undoes for the text what was done to the picture before OCR.
    """
    writer = PdfWriter()
    page = writer.add_page(PdfReader(path).pages[0])
    width, height = float(page.mediabox.width), float(page.mediabox.height)
    turned = (height, width) if quarter_degrees % 180 else (width, height)
    about_centre = (
        Transformation()
        .translate(-width / 2, -height / 2)
        .rotate(-(quarter_degrees + level_degrees))
        .translate(turned[0] / 2, turned[1] / 2)
    )
    _draw_through(page, about_centre)
    for box in ("/MediaBox", "/CropBox", "/TrimBox", "/BleedBox", "/ArtBox"):
        if box == "/MediaBox" or box in page:
            corners = [FloatObject(number) for number in (0, 0, *turned)]
            page[NameObject(box)] = ArrayObject(corners)
    writer.write(path)


def _draw_through(page: PageObject, moved: Transformation) -> None:
    """Put a change of place before all that a page draws, without reading what that is."""
    contents = page.get_contents()
    drawn = contents.get_data() if contents is not None else b""
    numbers = " ".join(f"{number:.5f}" for number in moved.ctm)
    content = DecodedStreamObject()
    content.set_data(f"q {numbers} cm\n".encode() + drawn + b"\nQ\n")
    page[NameObject("/Contents")] = content.flate_encode()


def check_rendition(original: Path, pages: Sequence[PdfPage], rendition: Path) -> bool:
    """True when a PDF's rendition has its pages, no others, and the very same image streams.

    Raises RenditionDiffers otherwise.
    """
    source, made = PdfReader(original), PdfReader(rendition)
    if len(made.pages) != len(pages):
        raise RenditionDiffers(f"{len(made.pages)} pages for {len(pages)}")
    for number, page in enumerate(pages):
        wanted = sorted(_image_digests(source.pages[page.page_number - 1]))
        if wanted != sorted(_image_digests(made.pages[number])):
            raise RenditionDiffers(f"images of page {page.page_number}")
    return True


def check_appearance(
    original: Path, media_type: str, pages: Sequence[PdfPage], rendition: Path
) -> bool:
    """True when every page looks as it does in the original. Raises RenditionDiffers otherwise."""
    try:
        same = media_type != PDF and _holds_the_very_picture(original, media_type, rendition)
        differing = differing_pages(original, media_type, pages, rendition, is_same=same)
    except (ValueError, PdfiumError) as error:
        raise RenditionDiffers(str(error)) from error
    if differing:
        raise RenditionDiffers(f"looks otherwise: page {differing[0]}, {len(differing)} in all")
    return True


def _holds_the_very_picture(original: Path, media_type: str, rendition: Path) -> bool:
    """Whether a rendition's one picture is the bytes of a file that does not ask to be turned."""
    page = PdfReader(rendition).pages[0]
    found = _named_forms(page)
    parts = [one.get_object() for one in found.values()]
    pictures = [
        part
        for part in parts
        if isinstance(part, StreamObject) and part.get("/Subtype") == "/Image"
    ]
    if len(pictures) != 1 or may_be_turned(original, media_type):
        return False
    return is_same_picture(original, media_type, pictures[0])


def _image_digests(page: PageObject) -> Iterator[str]:
    """SHA-256 of each image stream, still encoded, that the page or its forms name."""
    yield from _digests_in(page.get("/Resources"), 0)


def _digests_in(resources: PdfObject | None, depth: int) -> Iterator[str]:
    found = resources.get_object() if resources is not None else None
    if not isinstance(found, DictionaryObject) or depth > DEEPEST_FORM:
        return
    named = found.get("/XObject", DictionaryObject()).get_object()
    for reference in named.values():
        stream = reference.get_object()
        if isinstance(stream, StreamObject) and stream.get("/Subtype") == "/Image":
            shown = "".join(str(stream.get(name)) for name in SAID_OF_A_PICTURE)
            yield hashlib.sha256(stream._data + shown.encode()).hexdigest()
        elif isinstance(stream, StreamObject):
            yield from _digests_in(stream.get("/Resources"), depth + 1)
