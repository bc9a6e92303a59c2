"""Writing a letter as DOCX: the same blocks, the same bytes every run.

python-docx stamps the hour into the package; here the package is rewritten with a fixed date.
"""

import io
import zipfile
from datetime import UTC, datetime

from docx import Document

from scanning.sample_post import blocks as b
from scanning.sample_post.template import Written

WRITTEN_AT = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
STYLES = {"title": "Title", "heading": "Heading 1", "bullet": "List Bullet"}


def docx_bytes(letter: Written) -> bytes:
    """The letter as a Word document of one page."""
    document = Document()
    for block in letter.blocks:
        _add(document, block)
    properties = document.core_properties
    properties.author, properties.last_modified_by = "", ""
    properties.created = properties.modified = WRITTEN_AT.replace(tzinfo=None)
    held = io.BytesIO()
    document.save(held)
    return _undated(held.getvalue())


def _add(document: Document, block: b.Block) -> None:
    if isinstance(block, b.Table):
        rows, columns = len(block.rows), max(map(len, block.rows))
        table = document.add_table(rows=rows, cols=columns, style="Table Grid")
        for row, cells in zip(table.rows, block.rows, strict=True):
            for cell, words in zip(row.cells, cells, strict=False):
                cell.text = words
    elif isinstance(block, b.Tick):
        document.add_paragraph(f"{'☒' if block.ticked else '☐'} {block.text}")
    elif words := b.block_text(block):
        style = STYLES.get(block.style) if isinstance(block, b.Paragraph) else None
        document.add_paragraph(words, style=style)


def _undated(package: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(package)) as old, zipfile.ZipFile(held, "w") as new:
        for name in old.namelist():
            entry = zipfile.ZipInfo(name, WRITTEN_AT.timetuple()[:6])
            entry.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(entry, old.read(name))
    return held.getvalue()
