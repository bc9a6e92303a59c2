"""What a letter is made of before it is laid out: paragraphs, tables, ticks, signatures.

Plain values. Templates are read into them by template.py; layout.py gives them places on pages;
word_document.py writes them as DOCX and mail.py as the text of an e-mail.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Name, department, address and telephone over a rule. colour: "#rrggbb" of the name."""

    name: str
    department: str
    address: str
    telephone: str
    email: str
    colour: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """style: body, bold, small, title, heading, bullet, right or centre."""

    text: str
    style: str = "body"


@dataclass(frozen=True, slots=True)
class Table:
    """Ruled rows; a first cell ending in a colon makes a form of labels and values."""

    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Tick:
    """A box of a form, ticked or not, and its words."""

    text: str
    ticked: bool


@dataclass(frozen=True, slots=True)
class Signature:
    """A written scrawl, then the printed name and role."""

    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawn outline. kind: body_map or portrait."""

    kind: str


@dataclass(frozen=True, slots=True)
class Gap:
    """White space. size_mm: its height."""

    size_mm: int = 4


@dataclass(frozen=True, slots=True)
class PageBreak:
    """What follows begins a new page."""


Block = Letterhead | Paragraph | Table | Tick | Signature | Figure | Gap | PageBreak


def block_text(block: Block) -> str:
    """The words of a block, in reading order; empty for a gap, a figure or a page break."""
    match block:
        case Letterhead():
            parts = (block.name, block.department, block.address, block.telephone, block.email)
            return "\n".join(filter(None, parts))
        case Paragraph() | Tick():
            return block.text
        case Table():
            return "\n".join("  ".join(row) for row in block.rows)
        case Signature():
            return f"{block.name}\n{block.role}"
        case _:
            return ""
