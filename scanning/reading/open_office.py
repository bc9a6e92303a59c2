"""Word documents (DOCX): the package is weighed before anything is unpacked, then read as text.

The XML is streamed with entities and DTDs refused, so neither depth nor size runs away. Pages are
those Word itself marked. Pictures and embedded objects are noted, not read; layout is not kept.
"""

import zipfile
import zlib
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import IO
from xml.etree.ElementTree import Element, ParseError

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from scanning.reading.model import CannotRead, HeldReason, Limits

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

_MAIN_PART = f"{MEDIA_TYPE}.main+xml"
_MAX_MEMBERS = 5000
_MAX_XML_BYTES = 64 << 20
_MAX_DEPTH = 200
_MAX_RATIO = 200
_SMALL_BYTES = 8 << 20  # below this a high ratio harms nobody: XML of one repeated row
_BROKEN_ZIP = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError)
_SIDE_PARTS = ("word/footnotes.xml", "word/endnotes.xml", "word/comments.xml")


def is_word(path: Path) -> bool:
    """Whether a zip file declares itself a Word document.

    Raises CannotRead(DAMAGED) for an Office package cut short.
    """
    try:
        with zipfile.ZipFile(path) as package:
            return _main_part(package) is not None
    except _BROKEN_ZIP as error:
        with path.open("rb") as stream:
            if b"[Content_Types].xml" in stream.read(1 << 20):
                raise CannotRead(HeldReason.DAMAGED, "Office document: cut short") from error
        return False


def _main_part(package: zipfile.ZipFile) -> str | None:
    try:
        types = ElementTree.fromstring(_read(package, "[Content_Types].xml"), forbid_dtd=True)
    except (ParseError, DefusedXmlException, CannotRead, KeyError, RuntimeError):
        return None
    for entry in types:
        if entry.get("ContentType") == _MAIN_PART and entry.get("PartName"):
            return str(entry.get("PartName")).lstrip("/")
    return None


def open_office(path: Path, limits: Limits) -> tuple[int, tuple[str, ...]]:
    """Number of pages and notes. Raises CannotRead: UNPACKS_TOO_LARGE, DAMAGED, ENCRYPTED."""
    pages, notes = read_office(path, limits)
    if len(pages) > limits.max_pages:
        raise CannotRead(HeldReason.TOO_MANY_PAGES, f"{len(pages)} pages")
    return len(pages), notes


def read_office(path: Path, limits: Limits) -> tuple[list[str], tuple[str, ...]]:
    """The text page by page, headers on the first and footers, notes, comments on the last."""
    try:
        with zipfile.ZipFile(path) as package:
            _weigh(package, limits)
            main = _main_part(package)
            if main is None:
                raise CannotRead(HeldReason.DAMAGED, "Word document: no main part")
            return _pages(package, main), _notes(package.namelist())
    except _BROKEN_ZIP as error:
        raise CannotRead(HeldReason.DAMAGED, f"Word document: {type(error).__name__}") from error
    except (ParseError, DefusedXmlException, KeyError) as error:
        raise CannotRead(HeldReason.DAMAGED, f"Word document: {type(error).__name__}") from error


def _weigh(package: zipfile.ZipFile, limits: Limits) -> None:
    """Refuse a bomb by its own table of contents, and a table of contents that lies."""
    members = package.infolist()
    unpacked = sum(member.file_size for member in members)
    packed = sum(member.compress_size for member in members)
    ratio = unpacked / max(packed, 1)
    if len(members) > _MAX_MEMBERS or unpacked > limits.max_unpacked_bytes:
        raise CannotRead(HeldReason.UNPACKS_TOO_LARGE, f"{unpacked} bytes")
    if unpacked > _SMALL_BYTES and ratio > _MAX_RATIO:
        raise CannotRead(HeldReason.UNPACKS_TOO_LARGE, f"{ratio:.0f} times its size")
    if any(member.flag_bits & 1 for member in members):
        raise CannotRead(HeldReason.ENCRYPTED, "zip with a password")
    if len({member.filename.lower() for member in members}) < len(members):
        raise CannotRead(HeldReason.DAMAGED, "Word document: two parts of one name")
    at = sorted((member.header_offset, member.compress_size + 30) for member in members)
    if any(here + size > there for (here, size), (there, _) in pairwise(at)):
        raise CannotRead(HeldReason.DAMAGED, "Word document: overlapping parts")


def _read(package: zipfile.ZipFile, name: str) -> bytes:
    """A part's bytes, never more than the bound whatever its header says."""
    with package.open(name) as stream:
        content = stream.read(_MAX_XML_BYTES + 1)
    if len(content) > _MAX_XML_BYTES:
        raise CannotRead(HeldReason.UNPACKS_TOO_LARGE, "Word document: a part")
    return content


def _notes(names: list[str]) -> tuple[str, ...]:
    found = {
        "has_pictures": any("/media/" in name for name in names),
        "embedded_objects": any("/embeddings/" in name or "afchunk" in name for name in names),
        "macros": any(name.endswith("vbaProject.bin") for name in names),
        "comments": "word/comments.xml" in names,
    }
    return tuple(note for note, present in found.items() if present)


def _pages(package: zipfile.ZipFile, main: str) -> list[str]:
    names = package.namelist()
    pages = _text_of(package, main)
    headers = sorted(name for name in names if name.startswith("word/header"))
    footers = sorted(name for name in names if name.startswith("word/footer"))
    above = _distinct(package, headers)
    below = _distinct(package, footers + [name for name in _SIDE_PARTS if name in names])
    pages[0] = "\n".join([*above, pages[0]])
    pages[-1] = "\n".join([pages[-1], *below])
    return pages


def _distinct(package: zipfile.ZipFile, names: list[str]) -> list[str]:
    texts = ["\n".join(_text_of(package, name)).strip() for name in names]
    return list(dict.fromkeys(text for text in texts if text))


def _text_of(package: zipfile.ZipFile, name: str) -> list[str]:
    taker = _TextTaker()
    depth = 0
    with package.open(name) as raw:
        stream = _Bounded(raw)
        for event, element in ElementTree.iterparse(stream, ("start", "end"), forbid_dtd=True):
            depth += 1 if event == "start" else -1
            if depth > _MAX_DEPTH:
                raise CannotRead(HeldReason.NESTED_TOO_DEEP, "Word document")
            (taker.start if event == "start" else taker.end)(element)
    return taker.pages()


class _Bounded:
    """A part being unpacked, stopped at the bound."""

    def __init__(self, raw: IO[bytes]) -> None:
        self._raw = raw
        self._left_bytes = _MAX_XML_BYTES

    def read(self, size_bytes: int = -1) -> bytes:
        part = self._raw.read(min(size_bytes, 1 << 16) if size_bytes > 0 else 1 << 16)
        self._left_bytes -= len(part)
        if self._left_bytes < 0:
            raise CannotRead(HeldReason.UNPACKS_TOO_LARGE, "Word document: a part")
        return part


@dataclass
class _TextTaker:
    """Words in reading order from a stream of WordprocessingML elements (ECMA-376, part 1, 17)."""

    done: list[str] = field(default_factory=list)
    page: list[str] = field(default_factory=list)
    fallback_depth: int = 0

    def start(self, element: Element) -> None:
        name = _local(element)
        if name == "Fallback":
            self.fallback_depth += 1  # the same words again for old programs
        if name == "lastRenderedPageBreak" or (name == "br" and _value(element, "type") == "page"):
            self._break_page()

    def end(self, element: Element) -> None:
        name = _local(element)
        if name == "Fallback":
            self.fallback_depth -= 1
        elif not self.fallback_depth:
            self._take(name, element)
        element.clear()

    def _take(self, name: str, element: Element) -> None:
        if name == "t":
            self.page.append(element.text or "")
        elif name in ("tab", "tc"):
            self.page.append("\t")
        elif name in ("p", "tr", "cr") or (name == "br" and _value(element, "type") != "page"):
            self.page.append("\n")

    def _break_page(self) -> None:
        if any(text.strip() for text in self.page):
            self.done.append("".join(self.page))
            self.page = []

    def pages(self) -> list[str]:
        last = "".join(self.page)
        return [*self.done, last] if last.strip() or not self.done else self.done


def _local(element: Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _value(element: Element, name: str) -> str:
    """An attribute by its local name: strict and transitional documents differ in namespace."""
    found = (value for key, value in element.attrib.items() if key.rpartition("}")[2] == name)
    return next(found, "")
