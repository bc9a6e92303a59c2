"""Incoming post: upload a batch, list batches, one batch's account."""

from datetime import date

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.authn import actor, permission, signed_in
from api.uploads import body_chunks, file_chunks, given_name
from api.web.context import instance
from api.web.presenting import STREAMS, batch_row, pagination, slice_of
from api.web.shell import say, shell
from api.web.view_models import (
    BatchesPage,
    BatchPage,
    Choice,
    DateFields,
    FieldError,
    ItemDocument,
    ItemRow,
    UploadPage,
)
from edrms.access.policy import holds
from edrms.errors import EdrmsError, Invalid
from scanning.batches.ledger import BatchAccount
from scanning.batches.model import DocumentState, ItemState, Whereabouts
from scanning.batches.tables import Document, Item

blueprint = Blueprint("post", __name__)
PAGE_SIZE = 25
MOST_FILES = 500
ACCEPT = ".pdf,.tif,.tiff,.jpg,.jpeg,.png,.docx,.eml,.txt"
_ORDER = (ItemState.HELD, ItemState.RECEIVED, ItemState.READING)


@blueprint.get("/upload")
@permission("batch:list:open")
def upload() -> ResponseReturnValue:
    """The upload form."""
    return _form()


def _form(errors: tuple[FieldError, ...] = (), status: int = 200) -> ResponseReturnValue:
    given = request.form
    page = UploadPage(
        streams=tuple(Choice(value=value, label=_(label)) for value, label in STREAMS.items()),
        max_file_size_bytes=instance().settings.max_upload_bytes,
        max_files=MOST_FILES,
        accept=ACCEPT,
        stream=given.get("stream", ""),
        note=given.get("note", ""),
        received_on=DateFields(
            day=given.get("received_on-day", ""),
            month=given.get("received_on-month", ""),
            year=given.get("received_on-year", ""),
        ),
        expected_sheets=given.get("expected_sheets", ""),
        errors=errors,
    )
    return render_template("upload.html", page=page, shell=shell()), status


@blueprint.post("/batches")
@permission("batch:list:open")
def create_batch() -> ResponseReturnValue:
    """Open a batch and take in the files of the form, if it brings any.

    A script opens the batch alone (X-Requested-With: fetch) and then sends each file on its own.
    """
    files = [
        file for file in request.files.getlist("files") if file.filename or file.stream.read(1)
    ]
    by_script = request.headers.get("X-Requested-With") == "fetch"
    try:
        if not files and not by_script:
            raise Invalid("Nothing was sent.", fields={"files": _("Choose at least one file.")})
        batch_id = instance().intake.open_batch(
            actor(),
            channel="web",
            stream=request.form.get("stream", ""),
            note=request.form.get("note", ""),
            received_on=_received_on(),
            expected_sheets=_expected_sheets(),
        )
    except Invalid as error:
        if by_script:
            raise
        errors = tuple(FieldError(field=name, message=text) for name, text in error.fields.items())
        return _form(errors, 422)
    where = url_for("post.batch", batch_id=batch_id)
    if by_script:
        files_url = url_for("post.receive_file", batch_id=batch_id)
        return jsonify(batch_id=batch_id, batch_url=where, files_url=files_url), 201
    for file in files:
        file.stream.seek(0)
        _take_in(batch_id, file.filename or "", file.stream)
    return redirect(where)


def _take_in(batch_id: str, name: str, stream: object) -> None:
    try:
        instance().intake.receive_file(actor(), batch_id, name, file_chunks(stream))  # type: ignore[arg-type]
    except EdrmsError as error:
        say("error", f"{name}: {error.message}")


@blueprint.post("/batches/<batch_id>/files")
@permission("batch:item:receive")
def receive_file(batch_id: str) -> ResponseReturnValue:
    """One file, as raw bytes (X-File-Name) or as the form field `file`. Answers with its receipt.

    X-Upload-Key: the sender's key for this file; sending it again gives the first receipt.
    """
    if request.mimetype == "multipart/form-data":
        sent = request.files.get("file")
        if sent is None:
            raise Invalid("No file was sent.", fields={"file": "Send a file."})
        name, chunks = sent.filename or "", file_chunks(sent.stream)
    else:
        name, chunks = given_name(), body_chunks()
    receipt = instance().intake.receive_file(
        actor(), batch_id, name, chunks, sender_key=request.headers.get("X-Upload-Key")
    )
    body = {
        "item_id": receipt.item_id,
        "sha256": receipt.sha256,
        "size_bytes": receipt.size_bytes,
        "identical": receipt.identical_to is not None,
    }
    response: Response = jsonify(body)
    response.status_code = 200 if receipt.already_received else 201
    return response


def _received_on() -> date | None:
    parts = [
        request.form.get(f"received_on-{part}", "").strip() for part in ("year", "month", "day")
    ]
    if not any(parts):
        return None
    try:
        return date(*(int(part) for part in parts))
    except ValueError as error:
        wrong = {"received_on": _("Enter a real date, such as 3 11 2026.")}
        raise Invalid("The batch was not opened.", fields=wrong) from error


def _expected_sheets() -> int | None:
    given = request.form.get("expected_sheets", "").strip()
    if not given:
        return None
    if not given.isdecimal() or not 0 < int(given) < 100_000:
        wrong = {"expected_sheets": _("Enter a whole number of sheets, such as 40.")}
        raise Invalid("The batch was not opened.", fields=wrong)
    return int(given)


@blueprint.get("/batches")
@signed_in
def batches() -> ResponseReturnValue:
    """Batches the person may see, newest first."""
    show = request.args.get("show", "all")
    number = max(1, request.args.get("page", 1, type=int))
    accounts = instance().ledger.batches(actor())
    names = instance().staff.names(account.batch.opened_by for account in accounts)
    rows = [batch_row(account, names) for account in accounts]
    mine = {a.batch.batch_id for a in accounts if a.batch.opened_by == actor().staff_id}
    if show == "attention":
        rows = [row for row in rows if row.needs_attention]
    elif show == "mine":
        rows = [row for row in rows if row.batch_id in mine]
    page = BatchesPage(
        batches=tuple(slice_of(rows, number, PAGE_SIZE)),
        pagination=pagination(number, PAGE_SIZE, len(rows)),
        show=show if show in ("attention", "mine") else "all",  # type: ignore[arg-type]
        may_upload=holds(actor(), "batch:list:open"),
    )
    return render_template("batches.html", page=page, shell=shell())


@blueprint.get("/batches/<batch_id>")
@signed_in
def batch(batch_id: str) -> ResponseReturnValue:
    """One batch: its account and its items, those needing a person first."""
    account = instance().ledger.batch(actor(), batch_id)
    names = instance().staff.names([account.batch.opened_by])
    items = sorted(account.items, key=lambda item: (_urgency(item), item.ordinal))
    page = BatchPage(
        batch=batch_row(account, names),
        items=tuple(_item_row(item, account) for item in items),
        received_on=account.batch.received_on,
        expected_sheets=account.batch.expected_sheets,
    )
    return render_template("batch.html", page=page, shell=shell())


def _urgency(item: Item) -> int:
    return _ORDER.index(ItemState(item.state)) if item.state in _ORDER else len(_ORDER)


def _item_row(item: Item, account: BatchAccount) -> ItemRow:
    places = account.pages.get(item.item_id, ())
    return ItemRow(
        item_id=item.item_id,
        name=item.name,
        size_bytes=item.size_bytes,
        state=_shown_state(item),  # type: ignore[arg-type]
        page_count=item.page_count,
        read_page_count=sum(place.place != Whereabouts.BEING_READ for place in places),
        held_reason=item.held_reason,
        rejected_reason=item.held_detail if item.state == ItemState.REJECTED else "",
        duplicate_of="identical" if item.identical_to else "",
        documents=tuple(_item_document(document) for document in item.documents),
        may_retry=item.state == ItemState.HELD and holds(actor(), "item:content:retry"),
    )


def _shown_state(item: Item) -> str:
    """An item once read shows how far its documents are."""
    if item.state != ItemState.READ:
        return item.state
    states = {document.state for document in item.documents}
    for state in (DocumentState.TO_INDEX, DocumentState.FILED, DocumentState.REJECTED):
        if state in states:
            return state
    return ItemState.READ


def _item_document(document: Document) -> ItemDocument:
    may_index = holds(actor(), "document:index:file")
    waiting = document.state == DocumentState.TO_INDEX
    return ItemDocument(
        title=document.suggestion.get("title", ""),
        page_count=document.last_page - document.first_page + 1,
        document_id=document.document_id if waiting and may_index else None,
        record_id=document.record_id if holds(actor(), "record:content:view") else None,
    )


@blueprint.post("/batches/<batch_id>/items/<item_id>/retry")
@permission("item:content:retry")
def retry_item(batch_id: str, item_id: str) -> ResponseReturnValue:
    """Try a held item again."""
    instance().ledger.retry(actor(), item_id)
    say("success", _("The file will be tried again."))
    return redirect(url_for("post.batch", batch_id=batch_id))
