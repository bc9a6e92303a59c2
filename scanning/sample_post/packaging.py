"""Making one file of its pages, whatever kind of file was ordered."""

import io
from collections.abc import Callable, Mapping, Sequence

from PIL import Image

from scanning.sample_post.mail import mail_bytes
from scanning.sample_post.model import RESOLUTION_DPI, Container, PostFile
from scanning.sample_post.pages import Page
from scanning.sample_post.pdf import g4_bytes, jpeg_bytes, page_pdf, picture_pdf
from scanning.sample_post.template import Written
from scanning.sample_post.word_document import docx_bytes

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
MEDIA_TYPES = {
    Container.TIFF_G4: "image/tiff",
    Container.TIFF_LZW: "image/tiff",
    Container.TIFF_DEFLATE: "image/tiff",
    Container.JPEG: "image/jpeg",
    Container.PNG: "image/png",
    Container.DOCX: DOCX,
    Container.EML: "message/rfc822",
}
TIFF_COMPRESSIONS = {
    Container.TIFF_G4: "group4",
    Container.TIFF_LZW: "tiff_lzw",
    Container.TIFF_DEFLATE: "tiff_adobe_deflate",
}
DPI = (RESOLUTION_DPI, RESOLUTION_DPI)


def media_type(container: Container) -> str:
    """The media type of this kind of file."""
    return MEDIA_TYPES.get(container, "application/pdf")


def package(
    file: PostFile,
    pages: Sequence[Page],
    letters: Sequence[Written],
    attachments: Mapping[str, tuple[str, bytes]],
) -> bytes:
    """The bytes of the file. attachments: of an e-mail, name to (media type, bytes)."""
    if file.container is Container.DOCX:
        return docx_bytes(letters[0])
    if file.container is Container.EML:
        return mail_bytes(letters[0], attachments)
    return PACKERS[file.container](file, pages)


def _pictures(pages: Sequence[Page]) -> list[Image.Image]:
    return [page.picture for page in pages if page.picture is not None]


def _tiff(file: PostFile, pages: Sequence[Page]) -> bytes:
    first, *rest = _pictures(pages)
    held = io.BytesIO()
    compression = TIFF_COMPRESSIONS[file.container]
    first.save(held, "TIFF", save_all=True, append_images=rest, compression=compression, dpi=DPI)
    return held.getvalue()


def _png(file: PostFile, pages: Sequence[Page]) -> bytes:
    held = io.BytesIO()
    _pictures(pages)[0].save(held, "PNG", dpi=DPI, compress_level=4)
    return held.getvalue()


def _jpeg(file: PostFile, pages: Sequence[Page]) -> bytes:
    return jpeg_bytes(_pictures(pages)[0])


def _scanned_pdf(file: PostFile, pages: Sequence[Page]) -> bytes:
    return picture_pdf([jpeg_bytes(picture) for picture in _pictures(pages)])


def _g4_pdf(file: PostFile, pages: Sequence[Page]) -> bytes:
    return picture_pdf([g4_bytes(picture) for picture in _pictures(pages)])


def _drawn_pdf(file: PostFile, pages: Sequence[Page]) -> bytes:
    return page_pdf(pages, file.container is Container.PDF_SEARCHABLE, file.name)


PACKERS: dict[Container, Callable[[PostFile, Sequence[Page]], bytes]] = {
    Container.TIFF_G4: _tiff,
    Container.TIFF_LZW: _tiff,
    Container.TIFF_DEFLATE: _tiff,
    Container.PDF_SCANNED: _scanned_pdf,
    Container.PDF_G4: _g4_pdf,
    Container.PDF_SEARCHABLE: _drawn_pdf,
    Container.PDF_DIGITAL: _drawn_pdf,
    Container.PDF_MIXED: _drawn_pdf,
    Container.JPEG: _jpeg,
    Container.PNG: _png,
}
