"""Incoming post: the upload form, opening a batch, and taking in its files one by one."""

from datetime import date
from typing import IO

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from api.authn import actor, permission, takes_files
from api.problems import wants_json
from api.uploads import file_chunks, sender_key, sent_file
from api.web.context import instance
from api.web.presenting import stream_choices
from api.web.shell import say, shell
from api.web.view_models import DateFields, FieldError, UploadPage
from edrms.errors import EdrmsError, Invalid
from scanning.batches.counts import Sides
from scanning.intake.delivery import Delivery

blueprint = Blueprint("post", __name__)
MOST_FILES = 500
MOST_REFUSALS_SHOWN = 5
MOST_SHEETS = 100_000
CONTINUED = "X-Continued"
ACCEPT = ".pdf,.tif,.tiff,.jpg,.jpeg,.png,.docx,.eml,.txt"


@blueprint.get("/upload")
@permission("batch:list:open")
def upload() -> ResponseReturnValue:
    """The upload form."""
    return _form()


def _form(errors: tuple[FieldError, ...] = (), status: int = 200) -> ResponseReturnValue:
    given = request.form
    page = UploadPage(
        streams=stream_choices(),
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
        sides=given.get("sides", ""),
        expected_documents=given.get("expected_documents", ""),
        origin=given.get("origin", ""),
        device=given.get("device", ""),
        errors=errors,
    )
    return render_template("upload.html", page=page, shell=shell()), status


@blueprint.post("/batches")
@permission("batch:list:open")
@takes_files
def create_batch() -> ResponseReturnValue:
    """Open a batch and take in the files of the form, if it brings any.

    A script (Accept: application/json) sends no files here but says how many will follow in
    announced_files; it is answered {batch_url, receive_url} and sends each file to receive_url.
    """
    if wants_json():
        batch_id = _open_batch(_announced_files())
        receive_url = url_for("post.receive_file", batch_id=batch_id)
        urls = {"batch_url": url_for("post.batch", batch_id=batch_id), "receive_url": receive_url}
        return jsonify(batch_id=batch_id, **urls), 201
    files = files_of_form()
    try:
        if not files:
            wrong = {"files": _("Choose at least one file.")}
            raise Invalid(_("Nothing was sent."), fields=wrong)
        batch_id = _open_batch(len(files))
    except Invalid as error:
        errors = tuple(FieldError(field=name, message=text) for name, text in error.fields.items())
        return _form(errors, 422)
    take_in(batch_id, files)
    return redirect(url_for("post.batch", batch_id=batch_id), 303)


def files_of_form() -> list[FileStorage]:
    """The files sent; a browser sends one nameless empty part when none was chosen."""
    return [file for file in request.files.getlist("files") if file.filename]


def _open_batch(announced_files: int | None) -> str:
    given = request.form
    return instance().intake.open_batch(
        actor(),
        channel="web",
        delivery=Delivery(
            stream=given.get("stream", ""),
            note=given.get("note", ""),
            origin=given.get("origin", ""),
            device=given.get("device", ""),
            received_on=received_on(),
            sides=sides_of_form(),
            expected_sheets=counted("expected_sheets"),
            expected_documents=counted("expected_documents"),
            announced_files=announced_files,
        ),
    )


def sides_of_form() -> Sides:
    """Which sides of the sheets were scanned, as the form says."""
    given = request.form.get("sides", "")
    return Sides(given) if given in tuple(Sides) else Sides.UNKNOWN


def take_in(batch_id: str, files: list[FileStorage], *, once: bool = False) -> None:
    """Take these files into the batch, and say which were refused and why. once: as Intake.receive_file."""
    refused = [said for file in files if (said := _refusal(batch_id, file, once=once))]
    for said in refused[:MOST_REFUSALS_SHOWN]:
        say("error", said)
    if (more := len(refused) - MOST_REFUSALS_SHOWN) > 0:
        say("error", _("%(count)s more files were not taken in.", count=more))


def _refusal(batch_id: str, file: FileStorage, *, once: bool) -> str:
    """Take a file in; empty, or why it was refused."""
    name, stream = file.filename or "", file.stream
    try:
        chunks = file_chunks(_readable(stream))
        instance().intake.receive_file(actor(), batch_id, name, chunks, once=once)
    except EdrmsError as error:
        return f"{name[:80]}: {error.message}"
    return ""


def _readable(stream: IO[bytes]) -> IO[bytes]:
    stream.seek(0)
    return stream


@blueprint.post("/batches/<batch_id>/files")
@permission("batch:item:receive")
@takes_files
def receive_file(batch_id: str) -> ResponseReturnValue:
    """One file, as raw bytes (X-File-Name) or as the form field `file`. Answers with its receipt.

    Idempotency-Key: the sender's key for this file; sending it again gives the first receipt. X-Continued: a
    sending broken off goes on; a file that the batch holds by name and bytes is not taken in again.
    Raw bytes go straight to the store; a form is first spooled by the web server.
    """
    name, chunks = sent_file()
    receipt = instance().intake.receive_file(
        actor(), batch_id, name, chunks, sender_key=sender_key(), once=CONTINUED in request.headers
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


def received_on() -> date | None:
    """The date the post was received, as the form says."""
    parts = [
        request.form.get(f"received_on-{part}", "").strip() for part in ("year", "month", "day")
    ]
    if not any(parts):
        return None
    try:
        return date(*(int(part) for part in parts))
    except (ValueError, OverflowError) as error:
        wrong = {"received_on": _("Enter a real date, such as 3 11 2026.")}
        raise Invalid(_("Enter a real date, such as 3 11 2026."), fields=wrong) from error


def counted(field: str) -> int | None:
    """A count made by hand, as the form says; None for an empty field."""
    return _whole_number(field, _("Enter a whole number, such as 40."))


def _announced_files() -> int | None:
    return _whole_number("announced_files", _("The number of files is not a whole number."))


def _whole_number(field: str, wrong: str) -> int | None:
    given = request.form.get(field, "").strip()
    if not given:
        return None
    is_number = given.isascii() and given.isdecimal() and len(given) < 7
    if not is_number or not 0 < int(given) < MOST_SHEETS:
        raise Invalid(wrong, fields={field: wrong})
    return int(given)
