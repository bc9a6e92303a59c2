"""The list of a destruction: its lines, what is asked of each, and the hash by which it stays the same."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from edrms.certificates.certificate import canonical_json
from scanning.batches.tables import Batch, Item
from scanning.paper.facts import BatchFacts, batch_facts, line_facts, record_ids_in
from scanning.paper.model import Span
from scanning.paper.ports import QualityCheck
from scanning.paper.rules import Condition, conditions
from scanning.paper.tables import PaperBox, PaperDestructionLine, PaperPart


@dataclass(frozen=True, slots=True)
class Line:
    """A stretch of a part that is to be destroyed. line_id: "" before it is on a list. met: why each
    condition was true, once it is done."""

    part: PaperPart
    span: Span
    line_id: str = ""
    met: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class NamedLine:
    """A line as it is shown. file: number of the file within the batch, None for all of it."""

    line: Line
    box: PaperBox
    batch_reference: str
    file: int | None
    record_ids: tuple[str, ...]
    conditions: tuple[Condition, ...]


class PaperLists:
    """Reads lists. Batches are read once for all their lines."""

    def __init__(self, session: Session, quality: QualityCheck) -> None:
        self._session = session
        self._quality = quality
        self._batches: dict[str, BatchFacts] = {}

    def lines_of(self, destruction_id: str) -> list[Line]:
        """The lines of a list, in a fixed order."""
        rows = self._session.execute(
            select(PaperDestructionLine, PaperPart)
            .join(PaperPart, PaperPart.part_id == PaperDestructionLine.part_id)
            .where(PaperDestructionLine.destruction_id == destruction_id)
            .order_by(PaperDestructionLine.line_id)
        )
        return [
            Line(
                part,
                Span(part.batch_id, row.item_id, row.first_page, row.last_page),
                row.line_id,
                row.met,
            )
            for row, part in rows
        ]

    def records_of(self, lines: Collection[Line]) -> set[str]:
        """Ids of every record some of whose paper is on these lines."""
        return {one for line in lines for one in self._records(line)}

    def named(
        self, lines: Sequence[Line], held: Collection[str], today: date
    ) -> list[NamedLine]:  # fmt: skip
        """Each line with its conditions. held: ids of records on hold, as the asker may know."""
        return [self._named(line, held, today) for line in lines]

    def _named(self, line: Line, held: Collection[str], today: date) -> NamedLine:
        session, span = self._session, line.span
        facts = line_facts(session, self._of(span.batch_id), line.part, span, held)
        item = session.get(Item, span.item_id) if span.item_id else None
        return NamedLine(
            line, session.get_one(PaperBox, line.part.box_id),
            session.get_one(Batch, span.batch_id).reference, item.ordinal if item else None,
            tuple(self._records(line)), conditions(facts, today),
        )  # fmt: skip

    def _records(self, line: Line) -> list[str]:
        return sorted(record_ids_in(self._of(line.span.batch_id), line.part.part_id, line.span))

    def _of(self, batch_id: str) -> BatchFacts:
        if batch_id not in self._batches:
            self._batches[batch_id] = batch_facts(self._session, batch_id, self._quality)
        return self._batches[batch_id]


def list_sha256(destruction_id: str, lines: Collection[Line]) -> str:
    """SHA-256 (hex) over the canonical JSON of the list, in the order of its lines' ids."""
    listed = [
        [one.line_id, one.part.part_id, one.span.item_id, one.span.first_page, one.span.last_page]
        for one in sorted(lines, key=lambda one: one.line_id)
    ]
    whole = {"destruction_id": destruction_id, "lines": listed}
    return hashlib.sha256(canonical_json(whole)).hexdigest()


def crossing(lines: Sequence[Line]) -> bool:
    """Whether two lines have paper of one part in common."""
    return any(
        one.part.part_id == other.part.part_id and one.span.overlaps(other.span)
        for number, one in enumerate(lines)
        for other in lines[number + 1 :]
    )
