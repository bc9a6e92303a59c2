"""The name under which a file is offered, and the header that says so (RFC 6266, RFC 8187). Pure.

No path, no control or direction characters, no name a system keeps for itself, and an ending that
agrees with the content type, so that what opens it is what it was checked as.
"""

import re
import unicodedata
from urllib.parse import quote

LONGEST_STEM = 120
OCTETS = "application/octet-stream"
ENDINGS = {
    "application/pdf": (".pdf",),
    "image/tiff": (".tif", ".tiff"),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "message/rfc822": (".eml",),
    "text/plain": (".txt",),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": (".docx",),
    OCTETS: (".bin",),
}
_NOT_IN_NAMES = re.compile(r'[/\\:*?"<>|%;]+')
_RESERVED = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\.|$)")


def content_type(media_type: str) -> str:
    """The type a stored file is offered as: one we know, else plain octets."""
    return media_type if media_type in ENDINGS else OCTETS


def safe_name(given: str, media_type: str) -> str:
    """A file name of what was given, with an ending that agrees with the content type.

    Octets whose type is not known keep an ending that we take in; any other gets .bin behind it.
    """
    endings = _fitting(content_type(media_type))
    name = "".join(char if unicodedata.category(char)[0] != "C" else " " for char in given)
    name = _NOT_IN_NAMES.sub(" ", unicodedata.normalize("NFC", name))
    name = " ".join(name.split()).strip(". ")
    ending = next((one for one in endings if name.lower().endswith(one)), "")
    stem = (name[: -len(ending)] if ending else name)[:LONGEST_STEM].strip(". ") or "document"
    if _RESERVED.match(stem):
        stem = f"_{stem}"
    return stem + (ending or ENDINGS[content_type(media_type)][0])


def _fitting(media_type: str) -> tuple[str, ...]:
    if media_type == OCTETS:
        return tuple(ending for endings in ENDINGS.values() for ending in endings)
    return ENDINGS[media_type]


def attachment(name: str) -> str:
    """The Content-Disposition for a safe name: plain ASCII for old programs, then the name itself."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = re.sub(r"[^A-Za-z0-9 ._()-]", "_", plain).strip(". ") or "document"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
