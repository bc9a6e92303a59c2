"""The ports of reading: everything that parses foreign bytes, seen from the trusted side.

Reader: its one engine runs each call in a child process under limits (sandboxed_reader.py). Scanner: a
virus scanner. Every method raises CannotRead with a reason when the file is at fault.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from scanning.reading.model import OpenedItem, PageReading


@dataclass(frozen=True, slots=True)
class PdfPage:
    """One page of a searchable PDF: its number in the original, the turn that makes it upright,
    and the invisible text to lay over it (None when it has none or needs none)."""

    page_number: int
    rotation_degrees: int
    text_layer: Path | None


class Reader(Protocol):
    """Opens items, reads pages and assembles renditions. Files appear only inside `workdir`."""

    def open_item(self, path: Path, workdir: Path, *, depth: int, name: str) -> OpenedItem:
        """What a file is and how many pages it has. depth: how many messages it came inside;
        name: as given, only to note that it disagrees with the content."""
        ...

    def read_page(
        self, path: Path, workdir: Path, *, media_type: str, page_number: int,
        turned_degrees: int | None = None,
    ) -> PageReading:  # fmt: skip
        """One reading of one page (counted from 1). turned_degrees: the clockwise turn (0, 90, 180, 270)
        that makes it upright, where a person has said so."""
        ...

    def assemble_pdf(
        self, path: Path, workdir: Path, *, media_type: str, pages: Sequence[PdfPage]
    ) -> Path:
        """The searchable PDF of these pages, whose page images are the untouched originals."""
        ...


class Scanner(Protocol):
    """A virus scanner, asked before anything else parses a file."""

    def check(self, path: Path) -> None:
        """Raises CannotRead with INFECTED or NOT_SCANNED unless the file was found clean.

        Raises Unavailable when no verdict can be had just now: the file waits, it is never let pass.
        """
        ...


class NoScanner:
    """Where no scanner is set up: lets everything pass, and the status page says so."""

    def check(self, path: Path) -> None:
        """Nothing is looked for."""
