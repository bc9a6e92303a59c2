"""Reading a letter template into blocks: heading lines, then wording with {placeholders}.

The heading gives `type:` (document type code), `from:` (a row of wording/organisations.psv),
optionally `subject:` (table, line or stack), `to:` and `face:`. In the wording a line beginning
`#`, `##`, `-`, `|`, `[x]`, `[ ]`, `>`, `~` or `!` is a block of its own; every other line is a
paragraph; `<one/two>` prints one of its choices. Which letters exist: post_list*.py.
"""

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from scanning.sample_post import blocks as b
from scanning.sample_post.data import table, template_source
from scanning.sample_post.fields import COUNCIL, letter_fields, subject_blocks
from scanning.sample_post.model import Letter, SampleClient

CHOICE = re.compile(r"<([^<>]*/[^<>]*)>")


@dataclass(frozen=True, slots=True)
class Template:
    """A template's heading and its wording, not yet filled."""

    type_code: str
    sender: str
    recipient: str
    subject: str
    typeface: str
    wording: str


@dataclass(frozen=True, slots=True)
class Written:
    """A letter filled: its blocks in order and the typeface to set them in."""

    letter: Letter
    type_code: str
    typeface: str
    subject: str
    people: tuple[SampleClient, ...]
    blocks: tuple[b.Block, ...]


def organisation(key: str) -> dict[str, str]:
    """The row of wording/organisations.psv. Raises KeyError for an unknown key."""
    return {row["key"]: row for row in table("organisations")}[key]


def read_template(name: str) -> Template:
    """The template of this name. Raises FileNotFoundError, or KeyError for a missing heading."""
    head, _, wording = template_source(name).partition("---\n")
    headings = dict(line.split(": ", 1) for line in head.strip().splitlines())
    sender = headings["from"]
    return Template(
        type_code=headings["type"],
        sender=sender,
        recipient=headings.get("to", ""),
        subject=headings.get("subject", "table"),
        typeface=headings.get("face") or organisation(sender)["typeface"],
        wording=wording,
    )


def write_letter(letter: Letter, people: Sequence[SampleClient], seed: int) -> Written:
    """Fill the letter's template. people: those it is about, in its order.

    Raises KeyError where the template asks for a person or a fact the letter has not."""
    template = read_template(letter.template)
    dice = random.Random(f"letter:{seed}:{letter.template}:{letter.about}:{letter.written_on}")
    fields = letter_fields(letter, people, dice)
    subject = letter.subject or template.subject
    wording = CHOICE.sub(lambda found: dice.choice(found[1].split("/")), template.wording)
    filler = _Filler(template, letter, tuple(people), subject, fields)
    filled = tuple(filler.blocks(wording.format_map(fields)))
    return Written(letter, template.type_code, template.typeface, subject, tuple(people), filled)


LINE_STYLES = {"# ": "title", "## ": "heading", "- ": "bullet", "> ": "right", "~ ": "small"}


@dataclass(frozen=True, slots=True)
class _Filler:
    template: Template
    letter: Letter
    people: tuple[SampleClient, ...]
    subject: str
    fields: Mapping[str, str]

    def blocks(self, wording: str) -> Iterator[b.Block]:
        for kind, lines in groupby(wording.splitlines(), key=_line_kind):
            if kind == "text":
                yield from (b.Paragraph(line.strip()) for line in lines)
            elif kind == "row":
                yield b.Table(tuple(_cells(line) for line in lines))
            elif kind == "mark":
                for line in lines:
                    yield from self._marked(line)

    def _marked(self, line: str) -> Iterator[b.Block]:
        for mark, style in LINE_STYLES.items():
            if line.startswith(mark):
                yield b.Paragraph(line.removeprefix(mark), style)
                return
        if line.startswith("["):
            yield b.Tick(line[4:], line[1] == "x")
            return
        command, _, rest = line[1:].partition(" ")
        yield from self._command(command, rest)

    def _command(self, command: str, rest: str) -> Iterator[b.Block]:
        match command:
            case "letterhead":
                yield self._letterhead()
            case "to":
                yield from self._addressed()
            case "subject":
                council = self.template.sender in COUNCIL
                yield from subject_blocks(self.letter, self.people, self.subject, council)
            case "sign":
                name, _, role = rest.partition("; ")
                yield b.Signature(name, role)
            case "figure":
                yield b.Figure(rest)
            case "page":
                yield b.PageBreak()
            case "gap":
                yield b.Gap(int(rest))
            case _:
                raise ValueError(f"template {self.letter.template}: no such command !{command}")

    def _letterhead(self) -> b.Letterhead:
        row = organisation(self.template.sender)
        return b.Letterhead(
            row["name"],
            row["department"],
            row["address"],
            row["telephone"],
            row["email"],
            row["colour"],
        )

    def _addressed(self) -> Iterator[b.Block]:
        to = organisation(self.template.recipient)
        for line in (to["department"], to["name"], *to["address"].split(", ")):
            yield b.Paragraph(line, "address")
        yield b.Gap(3)
        if self.template.sender not in COUNCIL:
            yield b.Paragraph(f"Our ref: {self.fields['their_ref']}", "address")
        yield b.Paragraph(self.fields["date"], "address")
        yield b.Gap(3)


def _line_kind(line: str) -> str:
    if not line.strip():
        return "space"
    if line.startswith("|"):
        return "row"
    marked = line.startswith((*LINE_STYLES, "!", "[x] ", "[ ] "))
    return "mark" if marked else "text"


def _cells(line: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in line.strip().strip("|").split("|"))
