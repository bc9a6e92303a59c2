"""A manifest: what a scanner or bureau says it sends. Parsed from CSV, XML or JSON. Pure.

docs/scanning-unit.md tells senders how to write one. What cannot be understood is said with its line (CSV,
XML) or place (JSON); a bad row never hides the good ones.
"""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from xml.etree.ElementTree import Element, ParseError

import defusedxml.ElementTree as safe_xml
from defusedxml.common import DefusedXmlException

from scanning.batches.counts import Sides
from scanning.intake.delivery import MOST_COUNTED, Delivery

ENDINGS = (".csv", ".json", ".xml")
MOST_BYTES = 10 << 20
MOST_FILES = 10_000
_NAMES = ("file", "name", "filename", "file_name")
_PAGES = ("pages", "page_count")
_SHA256 = re.compile(r"[0-9a-f]{64}")
_COUNTS = {
    "sheets": "expected_sheets",
    "documents": "expected_documents",
    "files": "announced_files",
}
_WORDS = ("stream", "note", "origin", "device")


@dataclass(frozen=True, slots=True)
class Entry:
    """A file that is named. pages: None if not said; sha256: empty if not said. at: where it is named."""

    name: str
    pages: int | None
    sha256: str
    at: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What was understood; faults: what was not, in words, each with its place."""

    entries: tuple[Entry, ...]
    delivery: Delivery
    faults: tuple[str, ...] = ()


class Unreadable(Exception):
    """Nothing can be understood of the manifest; the text says why and where."""


@dataclass
class _Reading:
    """What is gathered while a manifest is read."""

    entries: list[Entry] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def add(self, at: str, row: Mapping[str, Any]) -> None:
        if len(self.entries) >= MOST_FILES:
            raise Unreadable(f"It names more than {MOST_FILES:,} files.")
        given = {str(key).strip().lower(): value for key, value in row.items() if key is not None}
        name = next((_word(given[key]) for key in _NAMES if _word(given.get(key))), "")
        wrong = self._wrong(given, name)
        if wrong:
            self.faults.append(f"{at}: {wrong}")
        if name and "/" not in name and "\\" not in name:
            self.entries.append(Entry(name, _pages(given), _sha256(given), at))

    def _wrong(self, given: Mapping[str, Any], name: str) -> str:
        if not name:
            return "no file is named."
        if "/" in name or "\\" in name:
            return "a file is named with a folder; name files of this folder alone."
        pages = _first(given, _PAGES)
        if pages and _pages(given) is None:
            return f"{pages!r} is no number of pages."
        if _word(given.get("sha256")) and not _sha256(given):
            return "the sha256 is not one of 64 hex digits."
        return ""


def parse(name: str, content: bytes) -> Manifest:
    """The manifest in a file of this name. Raises Unreadable."""
    if len(content) > MOST_BYTES:
        raise Unreadable(f"It is larger than {MOST_BYTES >> 20} MB.")
    if name.lower().endswith(".xml"):
        return _from_xml(content)
    text = _text(content)
    return _from_json(text) if name.lower().endswith(".json") else _from_csv(text)


def _text(content: bytes) -> str:
    encoding = "utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise Unreadable(f"Line {line} is not written in UTF-8. Save it as UTF-8.") from error


def _from_csv(text: str) -> Manifest:
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    reading = _Reading()
    try:
        heads = [head.strip().lower() for head in next(lines, [])]
        if not any(name in heads for name in _NAMES):
            raise Unreadable("Line 1 has no column named file.")
        for cells in lines:
            if not any(cell.strip() for cell in cells):
                continue
            at = f"Line {lines.line_num}"
            if len(cells) != len(heads):
                reading.faults.append(f"{at}: {len(cells)} columns instead of {len(heads)}.")
            reading.add(at, dict(zip(heads, cells, strict=False)))
    except csv.Error as error:
        raise Unreadable(f"Line {lines.line_num}: {error}.") from error
    return Manifest(tuple(reading.entries), Delivery(), tuple(reading.faults))


def _from_json(text: str) -> Manifest:
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Unreadable(f"It is no JSON: {error}.") from error
    listed = given.get("files") if isinstance(given, dict) else given
    if not isinstance(listed, list):
        raise Unreadable('It has no list "files".')
    reading = _Reading()
    for number, row in enumerate(listed, start=1):
        row = {"file": row} if isinstance(row, str) else row
        reading.add(f"File {number}", row if isinstance(row, dict) else {})
    about = given.get("batch", {}) if isinstance(given, dict) else {}
    delivery = _delivery(about if isinstance(about, dict) else {}, reading)
    return Manifest(tuple(reading.entries), delivery, tuple(reading.faults))


def _from_xml(content: bytes) -> Manifest:
    try:
        root = safe_xml.fromstring(content, forbid_dtd=True)
    except ParseError as error:
        raise Unreadable(f"It is no XML: {error}.") from error
    except (DefusedXmlException, ValueError, LookupError) as error:
        raise Unreadable(
            "It is no plain XML: it declares entities or an unknown encoding."
        ) from error
    reading = _Reading()
    for number, one in enumerate(_named(root, "file"), start=1):
        reading.add(f"File {number}", {**_fields(one), **_own_text(one)})
    if not reading.entries and not reading.faults:
        raise Unreadable("It has no element named file.")
    delivery = _delivery(_fields(root), reading)
    return Manifest(tuple(reading.entries), delivery, tuple(reading.faults))


def _named(root: Element, name: str) -> Iterator[Element]:
    return (one for one in root.iter() if _local(one.tag) == name)


def _local(tag: object) -> str:
    return str(tag).rpartition("}")[2].lower()


def _fields(element: Element) -> dict[str, str]:
    """Attributes, and children that hold text alone."""
    children = {
        _local(child.tag): child.text or "" for child in element if not len(child) and child.text
    }
    return {**children, **{_local(name): value for name, value in element.attrib.items()}}


def _own_text(element: Element) -> dict[str, str]:
    text = (element.text or "").strip()
    return {"file": text} if text and not len(element) else {}


def _delivery(given: Mapping[str, Any], reading: _Reading) -> Delivery:
    about = {str(key).strip().lower(): value for key, value in given.items()}
    known: dict[str, Any] = {name: _word(about[name]) for name in _WORDS if name in about}
    for said, name in _COUNTS.items():
        if said in about and not isinstance(about[said], list):
            known[name] = _count(about[said])
            if known[name] is None:
                reading.faults.append(f"{said}: {about[said]!r} is no count.")
    if "sides" in about:
        known["sides"] = _sides(_word(about["sides"]), reading)
    if "received_on" in about:
        known["received_on"] = _day(_word(about["received_on"]), reading)
    return Delivery(**known)


def _sides(word: str, reading: _Reading) -> Sides:
    if word.lower() in tuple(Sides):
        return Sides(word.lower())
    reading.faults.append(f"sides: {word!r} is neither one nor both.")
    return Sides.UNKNOWN


def _day(word: str, reading: _Reading) -> date | None:
    try:
        return date.fromisoformat(word)
    except ValueError:
        reading.faults.append(f"received_on: {word!r} is no day such as 2026-11-03.")
        return None


def _word(value: Any) -> str:
    return str(value).strip() if isinstance(value, (str, int)) else ""


def _first(given: Mapping[str, Any], names: tuple[str, ...]) -> str:
    return next((_word(given[name]) for name in names if _word(given.get(name))), "")


def _pages(given: Mapping[str, Any]) -> int | None:
    return _count(_first(given, _PAGES))


def _count(value: Any) -> int | None:
    word = _word(value)
    is_number = word.isascii() and word.isdecimal() and len(word) < 7
    return int(word) if is_number and 1 <= int(word) <= MOST_COUNTED else None


def _sha256(given: Mapping[str, Any]) -> str:
    word = _word(given.get("sha256")).lower()
    return word if _SHA256.fullmatch(word) else ""
