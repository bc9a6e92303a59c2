"""Batch headers met while post is divided: what they say is told of their batch, once.

A header is for one batch. One that is not the first page of its file, was used for another batch, is not
known here, or says otherwise than the batch, changes nothing: it becomes a fault shown on the batch.
"""

from typing import Any

from sqlalchemy import select

from edrms.uow import UnitOfWork
from scanning.batches.counts import Sides
from scanning.batches.tables import Batch, Item
from scanning.sheets.model import HeaderFacts, Sheet, value_of
from scanning.sheets.rules import taken_over
from scanning.sheets.service import facts_from_plain
from scanning.sheets.tables import PostSheet


def take_header(work: UnitOfWork, item: Item, sheet: Sheet, page_number: int) -> None:
    """Tell the batch of an item what the header on this page says. The caller holds the batch's files."""
    batch = work.session.get_one(Batch, item.batch_id, with_for_update=True)
    row = work.session.get(PostSheet, sheet.sheet_id, with_for_update=True)
    at = f"The batch header {value_of(sheet)} (page {page_number} of {item.name[:80]})"
    fault = _unusable(work, batch, row, page_number)
    if fault or row is None:
        learns: dict[str, Any] = {}
        faults = [f"{at} {fault}"]
    else:
        learns, faults = _used(batch, row)
    for name, value in learns.items():
        setattr(batch, name, value)
    new = [fault[:500] for fault in faults if fault[:500] not in batch.faults]
    if new:
        batch.faults = [*batch.faults, *new]
    told = {name: str(value) for name, value in learns.items()}
    work.journal(
        "batch:header:read", "batch", batch.batch_id, sheet=sheet.sheet_id, told=told,
        faults=len(new),
    )  # fmt: skip


def _used(batch: Batch, row: PostSheet) -> tuple[dict[str, Any], list[str]]:
    row.used_for = batch.batch_id
    return taken_over(_known(batch), facts_from_plain(row.facts))


def _unusable(work: UnitOfWork, batch: Batch, row: PostSheet | None, page_number: int) -> str:
    """Why a header changes nothing; "" for one that does."""
    if page_number != 1:
        return "is not the first page: two batches may have been scanned as one."
    if row is None:
        return "was not made here: nothing is known of what it says."
    if row.used_for not in (None, batch.batch_id):
        other = work.session.get(Batch, row.used_for)
        return f"was used for batch {other.reference if other else ''} before."
    another = select(PostSheet.sheet_id).where(
        PostSheet.used_for == batch.batch_id, PostSheet.sheet_id != row.sheet_id
    )
    if work.session.scalar(another):
        return "is the second of this batch: two batches may have been scanned as one."
    return ""


def _known(batch: Batch) -> HeaderFacts:
    return HeaderFacts(
        stream=batch.stream, sides=Sides(batch.sides), expected_sheets=batch.expected_sheets,
        expected_documents=batch.expected_documents, device=batch.device,
        received_on=batch.received_on,
    )  # fmt: skip
