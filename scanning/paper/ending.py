"""Rows of parts: registering a stretch, and ending one, whole or out of a wider part."""

from edrms.ids import new_id
from edrms.uow import UnitOfWork
from scanning.paper.model import PartState, Span
from scanning.paper.tables import PaperPart


def add_part(
    work: UnitOfWork, box_id: str, span: Span, state: PartState, kept_because: str = ""
) -> PaperPart:
    """Register a stretch in a box; the caller has asked whether it may be."""
    row = PaperPart(
        part_id=new_id(), batch_id=span.batch_id, item_id=span.item_id, first_page=span.first_page,
        last_page=span.last_page, narrowness=span.narrowness, box_id=box_id, state=state,
        kept_because=kept_because, placed_at=work.now, destruction_id="",
    )  # fmt: skip
    work.session.add(row)
    work.session.flush()
    return row


def end_stretch(work: UnitOfWork, row: PaperPart, span: Span, state: PartState) -> PaperPart:
    """End a stretch of a part: the part itself, or a part of its own taken out of it. What lies in a
    narrower part elsewhere stays there. Returns the row that ended; the caller journals."""
    if span != row.span:
        return add_part(work, row.box_id, span, state)
    row.state = state
    work.session.flush()
    return row
