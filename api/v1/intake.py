"""Batches and items by API."""

from collections.abc import Iterator

from flask import Response, request

from api.authn import actor, permission, signed_in, step_up, takes_files
from api.limits import counted_as
from api.uploads import sender_key, sent_file
from api.v1 import blueprint, present, schema
from api.v1.operation import body, operation, send
from api.web.context import instance
from scanning.batches.ledger import require_any
from scanning.intake.delivery import Delivery


@blueprint.post("/batches")
@permission("batch:list:open")
@operation(schema.Batch, schema.NewBatch, status=201)
def open_batch() -> Response:
    """Open an empty batch.

    With a header Idempotency-Key, opening again after a lost answer gives the same batch.
    """
    given = body(schema.NewBatch)
    delivery = Delivery(**given.model_dump())
    batch_id = instance().intake.open_batch(
        actor(), channel="api", delivery=delivery, sender_key=sender_key()
    )
    return send(present.batch(instance().ledger.batch(actor(), batch_id)), 201)


@blueprint.get("/batches")
@signed_in
@operation(schema.BatchList)
def batches() -> Response:
    """The latest batches you may see."""
    found = instance().ledger.batches(actor())
    return send(schema.BatchList(batches=[present.batch(account) for account in found]))


@blueprint.get("/batches/<batch_id>")
@signed_in
@operation(schema.Batch)
def batch(batch_id: str) -> Response:
    """One batch and where its pages are."""
    return send(present.batch(instance().ledger.batch(actor(), batch_id)))


@blueprint.post("/batches/<batch_id>/counts")
@permission("batch:list:close")
@operation(schema.Batch, schema.BatchCounts)
def tell_counts(batch_id: str) -> Response:
    """Tell what was not said when the batch was opened. A count that was said stays (409)."""
    given = body(schema.BatchCounts)
    instance().closing.tell(actor(), batch_id, **given.model_dump())
    return send(present.batch(instance().ledger.batch(actor(), batch_id)))


@blueprint.post("/batches/<batch_id>/close")
@permission("batch:list:close")
@operation(schema.Batch, schema.Closing)
def close_batch(batch_id: str) -> Response:
    """Close a batch once everything is read. Where counts differ a supervisor says why."""
    instance().closing.close(actor(), batch_id, body(schema.Closing).reason)
    return send(present.batch(instance().ledger.batch(actor(), batch_id)))


@blueprint.post("/batches/<batch_id>/items")
@permission("batch:item:receive")
@takes_files
@operation(schema.Receipt, status=201, query=("name",), takes_bytes=True)
def receive_item(batch_id: str) -> Response:
    """Send one file: raw bytes with the name in `name` or X-File-Name, or the form field `file`.

    With a header Idempotency-Key, sending again after a lost answer gives the first receipt (200).
    """
    return _receive(batch_id)


@blueprint.post("/items")
@permission("batch:item:receive")
@takes_files
@operation(schema.Receipt, status=201, query=("name",), takes_bytes=True)
def receive_alone() -> Response:
    """Send one file as a batch of its own."""
    sent = sent_file()
    batch_id = instance().intake.open_batch(actor(), channel="api")
    return _receive(batch_id, sent)


def _receive(batch_id: str, sent: tuple[str, Iterator[bytes]] | None = None) -> Response:
    name, chunks = sent or sent_file()
    receipt = instance().intake.receive_file(
        actor(), batch_id, name, chunks, sender_key=sender_key()
    )
    shown = schema.Receipt(
        id=receipt.item_id, batch_id=batch_id, sha256=receipt.sha256,
        size_bytes=receipt.size_bytes, identical_to=receipt.identical_to,
    )  # fmt: skip
    return send(shown, 200 if receipt.already_received else 201)


@blueprint.get("/items/<item_id>")
@signed_in
@operation(schema.Item)
def item(item_id: str) -> Response:
    """One item: its state, why it is held, and the documents found in it."""
    row, account = instance().ledger.item(actor(), item_id)
    return send(present.item(row, account))


@blueprint.post("/items/<item_id>/retry")
@permission("item:content:retry")
@operation(status=204)
def retry_item(item_id: str) -> Response:
    """Try a held item again."""
    instance().ledger.retry(actor(), item_id)
    return Response(status=204)


@blueprint.post("/items/<item_id>/reject")
@permission("item:content:reject")
@step_up
@operation(takes=schema.Reason, status=204)
def reject_item(item_id: str) -> Response:
    """Put a held item aside for good, with the reason; its bytes are kept."""
    instance().ledger.reject(actor(), item_id, body(schema.Reason).reason)
    return Response(status=204)


@blueprint.get("/letters")
@signed_in
@counted_as("searches")
@operation(schema.LetterList, query=("q",))
def letters() -> Response:
    """Where a letter is, by any scrap of it: a batch or record number, the day it was received, the name
    of its file, words in it, or its client. By words only what is not on a file yet is found."""
    require_any(actor())
    found = instance().tracing.trace(actor(), request.args.get("q", ""))
    fields = schema.Letter.model_fields
    shown = [schema.Letter(**{name: getattr(one, name) for name in fields}) for one in found]
    return send(schema.LetterList(letters=shown))
