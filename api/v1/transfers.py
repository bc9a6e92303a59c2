"""Transfers by API: prepare, look, take the bag away, give in the receipt."""

from flask import Response

from api.authn import actor, permission, step_up, takes_files
from api.limits import counted_as
from api.uploads import body_chunks
from api.v1 import blueprint
from api.v1 import schema_transfers as schema
from api.v1.operation import body, operation, send
from api.web.context import instance, page_number
from api.web.presenting import slice_of
from api.web.transfer_page import PAGE_SIZE
from api.web.views.transfers import bag_file
from edrms.errors import Invalid
from retention.receipt import LONGEST_RECEIPT, text_of_receipt
from retention.transfer_looks import ready_of
from retention.transfer_tables import Transfer


@blueprint.get("/transfers")
@permission("record:content:transfer")
@operation(schema.TransferList)
def transfers() -> Response:
    """Every transfer, newest first."""
    found = instance().transfer_looks.listed(actor())
    listed = [
        schema.ListedTransfer(transfer=_transfer(row), records=records) for row, records in found
    ]
    return send(schema.TransferList(transfers=listed))


@blueprint.post("/transfers")
@permission("record:content:transfer")
@operation(schema.Transfer, schema.NewTransfer, status=201)
def prepare_transfer() -> Response:
    """Say what is handed to whom: records by reference, or what a case of disposal decided so."""
    given = body(schema.NewTransfer)
    if given.references and given.case_id:
        wrong = {"references": "Name records, or a case; not both."}
        raise Invalid("The transfer was not prepared.", fields=wrong)
    ids = ready_of(instance().transfer_looks, actor(), given.case_id, given.references)
    made = instance().transfers.prepare(actor(), ids, given.recipient, given.authority)
    return send(_transfer(made), 201)


@blueprint.get("/transfers/<reference>")
@permission("record:content:transfer")
@operation(schema.OneTransfer, query=("page",))
def transfer(reference: str) -> Response:
    """One transfer, its records, and a page of its files beside what the receipt says of each."""
    found = instance().transfer_looks.open(actor(), reference)
    records = [
        schema.TransferRecord(
            record_id=one.record_id, reference=one.reference, title=one.title,
            is_here=one.is_here, files=one.files, agreeing=one.agreeing,
        )
        for one in found.records
    ]  # fmt: skip
    files = [
        schema.TransferFile(
            path=one.path, sha256=one.sha256, receipt=one.heard.value if one.heard else None
        )
        for one in slice_of(found.files, page_number(), PAGE_SIZE)
    ]
    return send(
        schema.OneTransfer(
            transfer=_transfer(found.row), records=records, hidden=found.hidden, files=files,
            total_files=len(found.files),
        )
    )  # fmt: skip


def _transfer(row: Transfer) -> schema.Transfer:
    return schema.Transfer(
        reference=row.reference, state=row.state, recipient=row.recipient,
        authority=row.authority, made_by=row.made_by, begun_at=row.begun_at, made_at=row.made_at,
        files=row.files, size_bytes=row.size_bytes, checked_at=row.checked_at,
        checked_by=row.checked_by, receipt_sha256=row.receipt_sha256, received_at=row.received_at,
    )  # fmt: skip


@blueprint.post("/transfers/<reference>/bag")
@permission("record:content:transfer")
@step_up
@counted_as("downloads")
@operation()
def transfer_bag(reference: str) -> Response:
    """The bag as one ZIP file, made while it is sent; whole only if it opens. The last one counts."""
    return bag_file(reference)


@blueprint.post("/transfers/<reference>/receipt")
@permission("record:transfer:confirm")
@takes_files
@operation(schema.Transfer, takes_bytes=True)
def transfer_receipt(reference: str) -> Response:
    """The receiver's own list of hashes, as sha256sum writes it: the raw body. All agrees, or 422."""
    content = bytearray()
    for chunk in body_chunks():
        content += chunk
        if len(content) > LONGEST_RECEIPT:
            break
    said = text_of_receipt(bytes(content))
    return send(_transfer(instance().transfers.confirm(actor(), reference, said)))
