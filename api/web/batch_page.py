"""One batch as its page shows it: the account, and each file with what may be done about it."""

from collections.abc import Mapping
from typing import Any

from api.web.presenting import batch_row
from api.web.quality_page import batch_quality
from api.web.view_models import BatchPage, CountRow, FieldError, ItemDocument, ItemRow
from api.wiring import Instance
from edrms.access.model import Actor
from edrms.access.policy import holds
from scanning.arranging.service import ARRANGE
from scanning.batches.closing import ACCEPT, COUNTS
from scanning.batches.counts import Count
from scanning.batches.ledger import BatchAccount, is_infected
from scanning.batches.model import DocumentState, ItemState, Whereabouts
from scanning.batches.tables import Document, Item

_FIRST = (ItemState.HELD, ItemState.RECEIVED, ItemState.READING)


def batch_page(
    account: BatchAccount, instance: Instance, actor: Actor, errors: tuple[FieldError, ...] = ()
) -> BatchPage:
    """The page of a batch the actor may see."""
    names = instance.staff.names({account.batch.opened_by, account.batch.closed_by})
    items = sorted(account.items, key=lambda item: (_urgency(item), item.ordinal))
    filed = [d.record_id for item in items for d in item.documents if d.record_id]
    readable = instance.viewing.visible(actor, filed)
    others = [d.document_id for item in items for d in item.documents if not d.record_id]
    reachable = readable | instance.desk.open_to(actor, others)
    return BatchPage(
        batch=batch_row(account, names),
        items=tuple(_item_row(item, account, actor, reachable) for item in items),
        received_on=account.batch.received_on,
        origin=account.batch.origin,
        device=account.batch.device,
        settings=tuple(sorted(account.batch.settings.items())),
        scanned_from=account.batch.scanned_from,
        scanned_until=account.batch.scanned_until,
        announced_files=account.batch.announced_files,
        received_files=sum(item.parent_id is None for item in items),
        sees_paper=holds(actor, "paper:box:view"),
        counts=tuple(_count_row(one) for one in account.counts),
        faults=tuple(account.batch.faults),
        quality=batch_quality(instance.quality.looks.batch(actor, account.batch.batch_id)),
        **_closing(account, actor, names),
        errors=errors,
    )


def _count_row(count: Count) -> CountRow:
    return CountRow(count.what.value, count.expected, count.came, count.agrees)


def _closing(account: BatchAccount, actor: Actor, names: Mapping[str, str]) -> dict[str, Any]:
    batch, can_close = account.batch, holds(actor, "batch:list:close")
    accepts, is_open = holds(actor, ACCEPT), account.batch.closed_at is None
    is_read = all(item.state in (ItemState.READ, ItemState.REJECTED) for item in account.items)
    is_ready = is_open and can_close and is_read
    untold = [name for name in COUNTS if getattr(batch, name) in (None, "")]
    return {
        "untold": tuple(untold) if is_open and can_close else (),
        "closed_at": batch.closed_at,
        "closed_by": names.get(batch.closed_by, ""),
        "closing_reason": batch.closing_reason,
        "may_close": is_ready and (accepts or not account.differences),
        "waits_for_supervisor": is_ready and not accepts and bool(account.differences),
        "may_reopen": not is_open and accepts,
        "may_continue": is_open and batch.channel == "web" and batch.opened_by == actor.staff_id,
    }


def _urgency(item: Item) -> int:
    return _FIRST.index(ItemState(item.state)) if item.state in _FIRST else len(_FIRST)


def _item_row(
    item: Item, account: BatchAccount, actor: Actor, reachable: frozenset[str]
) -> ItemRow:
    """reachable: ids of the filed records and of the other documents that are there for the actor."""
    places = account.pages.get(item.item_id, ())
    is_held = item.state == ItemState.HELD
    is_kept_whole = is_held or item.state == ItemState.REJECTED
    return ItemRow(
        item_id=item.item_id,
        name=item.name,
        size_bytes=item.size_bytes,
        state=shown_state(item),  # type: ignore[arg-type]
        page_count=item.page_count,
        read_page_count=sum(place.place != Whereabouts.BEING_READ for place in places),
        held_reason=item.held_reason,
        rejected_reason=item.held_detail if item.state == ItemState.REJECTED else "",
        duplicate_of=account.twins.get(item.identical_to or "", ""),
        documents=tuple(
            _document(document, account, actor, reachable) for document in item.documents
        ),
        may_arrange=item.state == ItemState.READ and holds(actor, ARRANGE),
        may_retry=is_held and holds(actor, "item:content:retry"),
        may_reject=is_held and holds(actor, "item:content:reject"),
        may_download=is_kept_whole
        and not is_infected(item)
        and holds(actor, "item:content:download"),
    )


def shown_state(item: Item) -> str:
    """An item once read shows how far its documents are."""
    if item.state != ItemState.READ:
        return item.state
    states = {document.state for document in item.documents}
    for state in tuple(DocumentState):
        if state in states:
            return state
    return ItemState.READ


def _document(
    document: Document, account: BatchAccount, actor: Actor, reachable: frozenset[str]
) -> ItemDocument:
    is_reached = document.document_id in reachable
    is_waiting = document.state == DocumentState.TO_INDEX
    is_rejected = document.state == DocumentState.REJECTED
    return ItemDocument(
        document_id=document.document_id,
        title=document.suggestion.get("title", ""),
        page_count=document.page_count,
        state=document.state,  # type: ignore[arg-type]
        reason=document.reason if is_rejected else "",
        may_index=is_waiting and is_reached and holds(actor, "document:index:file"),
        may_restore=is_rejected and is_reached and holds(actor, "document:index:reject"),
        envelope=account.envelopes.get(document.envelope_page_id or ""),
        record_id=document.record_id if document.record_id in reachable else None,
    )
