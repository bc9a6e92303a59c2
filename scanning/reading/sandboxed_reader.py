"""The reader engine: every call in a fresh confined child, every answer checked before it is used."""

from collections.abc import Sequence
from pathlib import Path

from scanning.reading import plain
from scanning.reading.model import Limits, OpenedItem, PageReading
from scanning.reading.ports import PdfPage
from scanning.reading.sandbox import ASSEMBLE_PDF, OPEN_ITEM, READ_PAGE, Sandbox


class SandboxedReader:
    """Reader over one sandbox; keep one per worker process."""

    def __init__(self, limits: Limits) -> None:
        self._sandbox = Sandbox(limits)

    def protections(self) -> dict[str, bool]:
        """What the kernel grants here for confining the children, by name."""
        return self._sandbox.protections()

    def open_item(self, path: Path, workdir: Path, *, depth: int, name: str) -> OpenedItem:
        args = {"path": str(path), "depth": depth, "name": name}
        return plain.opened_from_plain(self._sandbox.run(OPEN_ITEM, args, workdir), workdir)

    def read_page(
        self, path: Path, workdir: Path, *, media_type: str, page_number: int,
        turned_degrees: int | None = None,
    ) -> PageReading:  # fmt: skip
        args = {
            "path": str(path), "media_type": media_type, "page_number": page_number,
            "turned_degrees": turned_degrees,
        }  # fmt: skip
        return plain.reading_from_plain(self._sandbox.run(READ_PAGE, args, workdir), workdir)

    def assemble_pdf(
        self, path: Path, workdir: Path, *, media_type: str, pages: Sequence[PdfPage]
    ) -> Path:
        args = {
            "path": str(path),
            "media_type": media_type,
            "pages": [plain.pdf_page_to_plain(page, workdir) for page in pages],
        }
        return plain.made_file_from_plain(self._sandbox.run(ASSEMBLE_PDF, args, workdir), workdir)
