"""Word boxes as they are stored: compact JSON, compressed; barcodes as they are looked up. Pure."""

import hashlib
import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WordBox:
    """A word and its box in pixels of the upright page (origin top left)."""

    text: str
    x0: int
    y0: int
    x1: int
    y1: int
    confidence: float


def pack_words(words: Iterable[WordBox]) -> bytes:
    """Words as stored bytes; confidence kept to the whole percent."""
    rows = [[w.text, w.x0, w.y0, w.x1, w.y1, round(w.confidence * 100)] for w in words]
    return zlib.compress(json.dumps(rows, separators=(",", ":"), ensure_ascii=False).encode(), 6)


def value_digest(value: str) -> str:
    """SHA-256 (hex) of a barcode's value, alike for capitals and small letters and for spaces round it."""
    return hashlib.sha256(value.strip().upper().encode()).hexdigest()


def unpack_words(stored: bytes) -> tuple[WordBox, ...]:
    """The words of stored bytes."""
    if not stored:
        return ()
    rows = json.loads(zlib.decompress(stored))
    return tuple(WordBox(t, x0, y0, x1, y1, c / 100) for t, x0, y0, x1, y1, c in rows)
