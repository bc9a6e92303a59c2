"""What a file is, from its content and never from its name; the only place that asks libmagic.

The name is looked at for one thing: whether its extension says something else than the content.
Nothing is parsed here beyond a signature, save the list of parts inside an Office file.
"""

import re
from dataclasses import dataclass
from enum import Enum
from pathlib import Path, PurePath

import magic

from scanning.reading import open_office, open_text
from scanning.reading.model import CannotRead, HeldReason

_HEAD_BYTES = 1 << 20


class Kind(Enum):
    """A format that can be read: media type, name for people, extensions it goes by."""

    PDF = ("application/pdf", "PDF", (".pdf",))
    TIFF = ("image/tiff", "TIFF image", (".tif", ".tiff"))
    JPEG = ("image/jpeg", "JPEG image", (".jpg", ".jpeg", ".jpe", ".jfif"))
    PNG = ("image/png", "PNG image", (".png",))
    DOCX = (open_office.MEDIA_TYPE, "Word document", (".docx",))
    EMAIL = ("message/rfc822", "E-mail message", (".eml", ".mht", ".mhtml"))
    TEXT = ("text/plain", "Plain text", (".txt", ".text", ".csv", ".log", ".md", ""))

    @property
    def media_type(self) -> str:
        return str(self.value[0])

    @property
    def format_name(self) -> str:
        return str(self.value[1])


@dataclass(frozen=True, slots=True)
class Identified:
    """What the content is, and whether the given name's extension disagrees."""

    kind: Kind
    extension_disagrees: bool


_SIGNATURES = (
    (b"II*\0", Kind.TIFF),
    (b"MM\0*", Kind.TIFF),
    (b"II+\0", Kind.TIFF),
    (b"MM\0+", Kind.TIFF),
    (b"\xff\xd8\xff", Kind.JPEG),
    (b"\x89PNG\r\n\x1a\n", Kind.PNG),
    (b"%PDF-", Kind.PDF),
)

_FRIENDLY = {
    "application/msword": "Legacy Word document",
    "application/vnd.ms-excel": "Legacy Excel workbook",
    "application/vnd.ms-powerpoint": "Legacy PowerPoint presentation",
    "application/vnd.ms-outlook": "Outlook message",
    "application/cdfv2": "Legacy Office document",
    "application/x-ole-storage": "Legacy Office document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "Excel workbook",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "PowerPoint",
    "application/vnd.oasis.opendocument.text": "OpenDocument text",
    "application/zip": "ZIP archive",
    "application/x-7z-compressed": "7-Zip archive",
    "application/x-rar": "RAR archive",
    "application/gzip": "gzip archive",
    "application/x-tar": "tar archive",
    "application/mbox": "Mailbox of several messages",
    "application/x-dosexec": "Windows program",
    "application/vnd.microsoft.portable-executable": "Windows program",
    "application/x-executable": "Program",
    "application/x-sharedlib": "Program",
    "application/x-pie-executable": "Program",
    "text/html": "Web page",
    "text/x-shellscript": "Script",
    "text/x-script.python": "Script",
    "text/x-perl": "Script",
    "text/xml": "XML file",
    "application/xml": "XML file",
    "text/rtf": "Rich text document",
    "image/gif": "GIF image",
    "image/bmp": "Bitmap image",
    "image/x-ms-bmp": "Bitmap image",
    "image/webp": "WebP image",
    "image/heic": "HEIC photograph",
    "image/heif": "HEIC photograph",
    "image/svg+xml": "SVG drawing",
    "application/octet-stream": "Unknown content",
}
_NOT_PLAIN_TEXT = {"text/html", "text/xml", "text/rtf", "text/pgp", "image/svg+xml"}
_TEXT_BY_ANOTHER_NAME = {
    "application/json",
    "application/x-ndjson",
    "application/csv",
    "application/javascript",
    "application/octet-stream",
    "application/x-wine-extension-ini",
    "message/news",
    "application/x-setupscript",
}

_HEADER = re.compile(rb"[!-9;-~]+[ \t]*:")
_MAIL_HEADERS = frozenset(
    b"from to cc subject date received message-id mime-version return-path delivered-to"
    b" content-type reply-to sender x-mailer content-transfer-encoding".split()
)
_MAILBOX_LINE = re.compile(rb"(?:\A|\n\r?\n)From \S+.*\d{4}\r?\n(?=[!-9;-~]+:)")


def identify(path: Path, name: str = "") -> Identified:
    """Kind of the file's content. name: as the sender gave it, "" when there is none.

    Raises CannotRead: EMPTY; ENCRYPTED for a password-protected Office file; DAMAGED for a broken
    Office package; UNSUPPORTED with the format's name for anything that is not in `Kind`.
    """
    with path.open("rb") as stream:
        head = stream.read(_HEAD_BYTES)
    if not head:
        raise CannotRead(HeldReason.EMPTY)
    kind = _kind(path, head)
    extension = PurePath(name).suffix.lower()
    return Identified(kind, bool(extension) and extension not in kind.value[2])


def _kind(path: Path, head: bytes) -> Kind:
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            return kind
    detected = magic.from_buffer(head, mime=True).lower()
    if head.startswith(b"PK\x03\x04") and open_office.is_word(path):
        return Kind.DOCX
    if detected == open_office.MEDIA_TYPE:
        raise CannotRead(HeldReason.UNSUPPORTED, "Word document with macros, or a template")
    if head.startswith(b"\xd0\xcf\x11\xe0"):
        raise _compound_file(path, detected)
    if _is_pdf_behind_junk(head, detected):
        return Kind.PDF
    if _is_mail(head, detected):
        return Kind.EMAIL
    if _is_text(path, head, detected):
        return Kind.TEXT
    raise CannotRead(HeldReason.UNSUPPORTED, _FRIENDLY.get(detected, detected))


def _compound_file(path: Path, detected: str) -> CannotRead:
    """The old Office container: .doc, .xls, .msg, or a new document behind a password."""
    content = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in content:
        return CannotRead(HeldReason.ENCRYPTED, "Office document needing a password")
    for stream_name, friendly in (
        ("__properties_version1.0", "Outlook message"),
        ("WordDocument", "Legacy Word document"),
        ("Workbook", "Legacy Excel workbook"),
    ):
        if stream_name.encode("utf-16-le") in content:
            return CannotRead(HeldReason.UNSUPPORTED, friendly)
    return CannotRead(HeldReason.UNSUPPORTED, _FRIENDLY.get(detected, detected))


def _is_pdf_behind_junk(head: bytes, detected: str) -> bool:
    """The header may stand in the first 1,024 bytes (PDF 1.7, H.3.4.1) or be lost altogether."""
    unknown = detected in {"application/pdf", "application/octet-stream"}
    unknown = unknown or detected.startswith("text/")
    return unknown and b" obj" in head and (b"endobj" in head or b"%PDF-" in head[:1029])


def _is_mail(head: bytes, detected: str) -> bool:
    """Header lines up to a blank line, at least two of them of mail; libmagic misses many."""
    if detected in {"text/html", "text/xml"} and head.lstrip()[:1] == b"<":
        return False
    if len(_MAILBOX_LINE.findall(head)) > 1:
        raise CannotRead(HeldReason.UNSUPPORTED, _FRIENDLY["application/mbox"])
    lines = head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n").splitlines()[:400]
    if lines and lines[0].startswith(b"From "):
        lines = lines[1:]
    names = set()
    for line in lines:
        if not line.strip():
            break
        if line[:1] in b" \t":
            continue
        if not _HEADER.match(line):
            return False
        names.add(line.partition(b":")[0].strip().lower())
    return len(names & _MAIL_HEADERS) >= 2


def _is_text(path: Path, head: bytes, detected: str) -> bool:
    if detected in _NOT_PLAIN_TEXT or head.startswith(b"#!"):
        return False
    if not detected.startswith("text/") and detected not in _TEXT_BY_ANOTHER_NAME:
        return False
    return open_text.is_text(path.read_bytes())
