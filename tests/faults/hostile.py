"""Makers of bad files: each writes one file that a council could receive, or an attacker send.

Everything is made here from nothing; no sample is copied. Sizes on disk stay small.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import pikepdf
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
CONTENT_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
    'content-types"><Override PartName="/word/document.xml" ContentType="application/vnd.'
    'openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)


def pdf_bytes(pages: int = 1, text: str = "Care plan review") -> bytes:
    """A sound PDF."""
    out = io.BytesIO()
    canvas = Canvas(out)
    for number in range(1, pages + 1):
        canvas.drawString(72, 700, f"{text} {number}")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def encrypted_pdf(path: Path, user_password: str) -> Path:
    """A PDF with an owner password, and a user password unless that is ""."""
    with pikepdf.open(io.BytesIO(pdf_bytes(2))) as document:
        document.save(path, encryption=pikepdf.Encryption(owner="owner", user=user_password))
    return path


def picture(width: int = 400, height: int = 500) -> Image.Image:
    """A picture that does not compress to nothing."""
    return Image.effect_noise((width, height), 90).convert("RGB")


def picture_file(path: Path, image_format: str, kept: float = 1.0) -> Path:
    """A picture of which only the first share of bytes is kept."""
    out = io.BytesIO()
    picture().save(out, image_format)
    content = out.getvalue()
    path.write_bytes(content[: int(len(content) * kept)])
    return path


def tiff_of(path: Path, pages: int) -> Path:
    """A TIFF in Group 4, as scanners write it."""
    sheets = [picture(200, 300).convert("1") for _ in range(pages)]
    sheets[0].save(path, save_all=True, append_images=sheets[1:], compression="group4")
    return path


def tiff_in_a_loop(path: Path) -> Path:
    """A TIFF whose last directory points back to its first."""
    tiff_of(path, 1)
    content = bytearray(path.read_bytes())
    (first,) = struct.unpack_from("<I", content, 4)
    (entries,) = struct.unpack_from("<H", content, first)
    struct.pack_into("<I", content, first + 2 + entries * 12, first)
    path.write_bytes(content)
    return path


def huge_png(path: Path, side_px: int = 60_000) -> Path:
    """A small file that promises a picture of side_px squared."""
    header = struct.pack(">IIBBBBB", side_px, side_px, 8, 2, 0, 0, 0)
    path.write_bytes(_png((b"IHDR", header), (b"IDAT", zlib.compress(bytes(1000)))))
    return path


def png_without_its_last_rows(path: Path) -> Path:
    """A PNG whose compressed data end properly, but too soon."""
    header = struct.pack(">IIBBBBB", 64, 64, 8, 0, 0, 0, 0)
    path.write_bytes(_png((b"IHDR", header), (b"IDAT", zlib.compress(bytes(65 * 30)))))
    return path


def interlaced_png(path: Path, width: int, height: int, short_bytes: int = 0) -> Path:
    """A grey PNG in the seven passes of Adam7, laid out by the pattern of 8 by 8 pixels."""
    pattern = ["16462646", "77777777", "56565656", "77777777"]
    pattern += ["36463646", "77777777", "56565656", "77777777"]
    size_bytes = 0
    for wanted in "1234567":
        rows = [sum(pattern[y % 8][x % 8] == wanted for x in range(width)) for y in range(height)]
        size_bytes += sum(1 + pixels for pixels in rows if pixels)
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 1)
    pixels = zlib.compress(bytes(size_bytes - short_bytes))
    path.write_bytes(_png((b"IHDR", header), (b"IDAT", pixels)))
    return path


def _png(*chunks: tuple[bytes, bytes]) -> bytes:
    parts = [b"\x89PNG\r\n\x1a\n"]
    for name, content in (*chunks, (b"IEND", b"")):
        checksum = struct.pack(">I", zlib.crc32(name + content))
        parts += [struct.pack(">I", len(content)), name, content, checksum]
    return b"".join(parts)


def huge_tiff(path: Path, side_px: int = 60_000) -> Path:
    """A TIFF header that promises a picture of side_px squared in one strip."""
    tags = [(256, side_px), (257, side_px), (258, 8), (259, 1), (262, 1), (273, 8), (277, 1)]
    tags += [(278, side_px), (279, 100)]
    directory = struct.pack("<H", len(tags))
    directory += b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
    path.write_bytes(b"II*\0" + struct.pack("<I", 8) + directory + bytes(204))
    return path


def docx(path: Path, body: str, **others: str) -> Path:
    """A Word document with this XML as its body; others: further parts by name under word/."""
    main = f'<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("[Content_Types].xml", CONTENT_TYPES)
        package.writestr("word/document.xml", main)
        for name, content in others.items():
            package.writestr(f"word/{name}.xml", content)
    return path


def paragraph(text: str) -> str:
    """One paragraph of WordprocessingML."""
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def docx_bomb(path: Path) -> Path:
    """A Word document of some kilobytes that unpacks to 50 MB of spaces."""
    return docx(path, " " * (50 << 20))


def docx_with_entities(path: Path) -> Path:
    """A Word document that asks for a file of this machine through an external entity."""
    evil = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    main = f'{evil}<w:document xmlns:w="{WORD}"><w:body>{paragraph("&e;")}</w:body></w:document>'
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("[Content_Types].xml", CONTENT_TYPES)
        package.writestr("word/document.xml", main)
    return path


def message(text: str = "Please find the report.", subject: str = "Report") -> EmailMessage:
    """A sound message without attachments."""
    mail = EmailMessage()
    mail["From"], mail["To"] = "Ann Example <ann@example.org>", "post@example.org"
    mail["Subject"], mail["Date"] = subject, "Mon, 01 Jun 2026 10:00:00 +0100"
    mail.set_content(text)
    return mail


def nested_message(depth: int) -> EmailMessage:
    """A message inside a message, depth times."""
    mail = message(subject="innermost")
    for level in range(depth):
        outer = message(subject=f"level {level}")
        outer.add_attachment(mail)
        mail = outer
    return mail


def _page_tree_in_a_loop() -> bytes:
    return (
        b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Count 3/Kids[2 0 R 2 0 R 2 0 R]>>endobj\n"
        b"trailer<</Root 1 0 R/Size 3>>\nstartxref\n0\n%%EOF\n"
    )


def _deeply_nested_pdf() -> bytes:
    deep = b"[" * 100_000 + b"]" * 100_000
    return pdf_bytes().replace(b"/Type /Catalog", b"/Type /Catalog /X " + deep, 1)


def _xref_in_a_loop() -> bytes:
    sound = pdf_bytes()
    at = sound.rindex(b"startxref")
    previous = sound[at + 10 :].split(b"\n")[0]
    return sound[:at].replace(b"/Root", b"/Prev " + previous + b" /Root") + sound[at:]


def _no_pages() -> bytes:
    return (
        b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Count 0/Kids[]>>endobj\n"
        b"trailer<</Root 1 0 R/Size 3>>\nstartxref\n0\n%%EOF\n"
    )


def _object_stream_bomb() -> bytes:
    packed = zlib.compress(b"1 0 " + b" " * (200 << 20))
    stream = b"<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n" % len(packed)
    return (
        b"%PDF-1.7\n5 0 obj" + stream + packed + b"\nendstream endobj\n"
        b"trailer<</Root 1 0 R/Size 6>>\nstartxref\n0\n%%EOF\n"
    )


STRANGE_PDFS: dict[str, Callable[[], bytes]] = {
    "page tree in a loop": _page_tree_in_a_loop,
    "deep nesting": _deeply_nested_pdf,
    "xref in a loop": _xref_in_a_loop,
    "no pages": _no_pages,
    "object stream bomb": _object_stream_bomb,
    "header only": lambda: b"%PDF-1.7\n",
}


def strange_pdfs(folder: Path) -> Iterator[Path]:
    """PDFs that send careless readers round in circles or out of memory."""
    for name, make in STRANGE_PDFS.items():
        path = folder / f"{name}.pdf"
        path.write_bytes(make())
        yield path
