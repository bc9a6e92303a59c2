"""Opened items and page readings as plain JSON values, and back again with every value checked.

The child that parsed a foreign file may be under its control, so what comes back is foreign too:
numbers are in range, text is bounded and free of NUL, and a path is an ordinary file (no link)
inside the work directory. A breach is CannotRead(READER_CRASHED).
"""

import math
import stat
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

from scanning.reading.model import (
    Attachment,
    Barcode,
    CannotRead,
    HeldReason,
    Language,
    OpenedItem,
    PageKind,
    PageMeasures,
    PageReading,
    TextSource,
    Word,
)
from scanning.reading.ports import PdfPage

_MAX_TEXT = 8 << 20
_MAX_NAME = 255
_MAX_WORDS = 100_000
_MAX_NOTES = 100
_MAX_COUNT = 10_000
_MAX_PIXELS = 1_000_000
_Member = TypeVar("_Member", bound=StrEnum)


def opened_to_plain(item: OpenedItem, workdir: Path) -> dict[str, Any]:
    """JSON values of an opened item; paths are relative to workdir."""
    return {
        "media_type": item.media_type,
        "page_count": item.page_count,
        "attachments": [
            {"name": attachment.name, "path": _inside(attachment.path, workdir)}
            for attachment in item.attachments
        ],
        "notes": list(item.notes),
    }


def opened_from_plain(plain: dict[str, Any], workdir: Path) -> OpenedItem:
    """The opened item of a checked answer. Raises CannotRead(READER_CRASHED) on any breach."""
    return OpenedItem(
        media_type=_text(plain.get("media_type"), _MAX_NAME),
        page_count=_integer(plain.get("page_count"), 1, _MAX_COUNT),
        attachments=tuple(
            Attachment(_text(entry.get("name"), _MAX_NAME), _file(entry.get("path"), workdir))
            for entry in _objects(plain.get("attachments"), _MAX_COUNT)
        ),
        notes=_notes(plain.get("notes")),
    )


def reading_to_plain(reading: PageReading, workdir: Path) -> dict[str, Any]:
    """JSON values of a page reading; paths are relative to workdir."""
    return {
        "kind": reading.kind.value,
        "text": reading.text,
        "words": [[w.text, w.x0, w.y0, w.x1, w.y1, w.confidence] for w in reading.words],
        "text_source": reading.text_source.value,
        "width_px": reading.width_px,
        "height_px": reading.height_px,
        "resolution_dpi": reading.resolution_dpi,
        "rotation_degrees": reading.rotation_degrees,
        "confidence": reading.confidence,
        "separator": reading.separator,
        "view_image": _inside(reading.view_image, workdir),
        "text_layer": _inside(reading.text_layer, workdir),
        "notes": list(reading.notes),
        "measures": asdict(reading.measures) if reading.measures else None,
        "barcodes": [[b.kind, b.value, b.x0, b.y0, b.x1, b.y1] for b in reading.barcodes],
    }


def reading_from_plain(plain: dict[str, Any], workdir: Path) -> PageReading:
    """The page reading of a checked answer. Raises CannotRead(READER_CRASHED) on any breach."""
    rotation = _integer(plain.get("rotation_degrees"), 0, 270)
    if rotation % 90:
        raise _breach("rotation")
    return PageReading(
        kind=_member(PageKind, plain.get("kind")),
        text=_text(plain.get("text"), _MAX_TEXT),
        words=tuple(map(_word, _list(plain.get("words"), _MAX_WORDS))),
        text_source=_member(TextSource, plain.get("text_source")),
        width_px=_integer(plain.get("width_px"), 0, _MAX_PIXELS),
        height_px=_integer(plain.get("height_px"), 0, _MAX_PIXELS),
        resolution_dpi=_integer(plain.get("resolution_dpi"), 0, 10_000),
        rotation_degrees=rotation,
        confidence=None if plain.get("confidence") is None else _share(plain["confidence"]),
        separator=None if plain.get("separator") is None else _text(plain["separator"], _MAX_NAME),
        view_image=_optional_file(plain.get("view_image"), workdir),
        text_layer=_optional_file(plain.get("text_layer"), workdir),
        notes=_notes(plain.get("notes")),
        barcodes=tuple(map(_barcode, _list(plain.get("barcodes"), _MAX_NOTES))),
        measures=_measures(plain.get("measures")),
    )


def _measures(value: object) -> PageMeasures | None:
    """A size or resolution has a bound like any other number; everything else is a share or an angle."""
    if value is None:
        return None
    if not isinstance(value, dict):
        raise _breach("measures")

    def size(name: str) -> int | None:
        return None if value.get(name) is None else _integer(value[name], 0, _MAX_PIXELS)

    def share(name: str) -> float | None:
        return None if value.get(name) is None else _share(value[name])

    skew = value.get("skew_degrees")
    return PageMeasures(
        resolution_dpi=size("resolution_dpi"),
        width_mm=size("width_mm"),
        height_mm=size("height_mm"),
        skew_degrees=None if skew is None else _degrees(skew),
        cut_marks=_integer(value.get("cut_marks"), 0, _MAX_PIXELS),
        black_border=_share(value.get("black_border")),
        contrast=share("contrast"),
        sharpness=share("sharpness"),
        ink=_share(value.get("ink")),
        words=_integer(value.get("words"), 0, _MAX_WORDS),
        confidence=share("confidence"),
        low_words=share("low_words"),
        unread_ink=share("unread_ink"),
        language=_member(Language, value.get("language")),
    )


def pdf_page_to_plain(page: PdfPage, workdir: Path) -> dict[str, Any]:
    """JSON values of a page to be laid into a searchable PDF."""
    return {
        "page_number": page.page_number,
        "rotation_degrees": page.rotation_degrees,
        "text_layer": _inside(page.text_layer, workdir),
    }


def pdf_page_from_plain(plain: dict[str, Any], workdir: Path) -> PdfPage:
    """The page of checked values."""
    return PdfPage(
        page_number=_integer(plain.get("page_number"), 1, _MAX_COUNT),
        rotation_degrees=_integer(plain.get("rotation_degrees"), 0, 270),
        text_layer=_optional_file(plain.get("text_layer"), workdir),
    )


def made_file_to_plain(made: Path, workdir: Path) -> dict[str, Any]:
    """JSON values of a file that a child made."""
    return {"made": _inside(made, workdir)}


def made_file_from_plain(plain: dict[str, Any], workdir: Path) -> Path:
    """The file of a checked answer."""
    return _file(plain.get("made"), workdir)


def _breach(what: str) -> CannotRead:
    return CannotRead(HeldReason.READER_CRASHED, f"the reader's answer breaks a bound: {what}")


def _inside(path: Path | None, workdir: Path) -> str | None:
    return None if path is None else path.relative_to(workdir).as_posix()


def _list(value: object, most: int) -> list[Any]:
    if not isinstance(value, list) or len(value) > most:
        raise _breach("list")
    return value


def _objects(value: object, most: int) -> list[dict[str, Any]]:
    entries = _list(value, most)
    if not all(isinstance(entry, dict) for entry in entries):
        raise _breach("object")
    return entries


def _text(value: object, most: int) -> str:
    if not isinstance(value, str) or len(value) > most:
        raise _breach("text")
    return value.encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def _notes(value: object) -> tuple[str, ...]:
    return tuple(_text(note, _MAX_NAME) for note in _list(value, _MAX_NOTES))


def _integer(value: object, least: int, most: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise _breach("number")
    return value


def _share(value: object) -> float:
    if not isinstance(value, int | float) or not math.isfinite(value) or not 0 <= value <= 1:
        raise _breach("confidence")
    return float(value)


def _degrees(value: object) -> float:
    if not isinstance(value, int | float) or not math.isfinite(value) or not 0 <= value <= 90:
        raise _breach("angle")
    return float(value)


def _word(value: object) -> Word:
    fields = _list(value, 6)
    if len(fields) != 6:
        raise _breach("word")
    x0, y0, x1, y1 = (_integer(edge, -_MAX_PIXELS, _MAX_PIXELS) for edge in fields[1:5])
    return Word(_text(fields[0], 10_000), x0, y0, x1, y1, _share(fields[5]))


def _barcode(value: object) -> Barcode:
    fields = _list(value, 6)
    if len(fields) != 6:
        raise _breach("barcode")
    x0, y0, x1, y1 = (_integer(edge, -_MAX_PIXELS, _MAX_PIXELS) for edge in fields[2:])
    return Barcode(_text(fields[0], 24), _text(fields[1], 10_000), x0, y0, x1, y1)


def _member(kind: type[_Member], value: object) -> _Member:
    if not isinstance(value, str) or value not in list(kind):
        raise _breach(kind.__name__)
    return kind(value)


def _optional_file(value: object, workdir: Path) -> Path | None:
    return None if value is None else _file(value, workdir)


def _file(value: object, workdir: Path) -> Path:
    relative = PurePosixPath(_text(value, 1000))
    if relative.is_absolute() or not relative.parts or ".." in relative.parts:
        raise _breach("path")
    path = workdir
    for part in relative.parts:
        path = path / part
        if path.is_symlink():
            raise _breach("link")
    if not path.exists() or not stat.S_ISREG(path.lstat().st_mode):
        raise _breach("file")
    return path
