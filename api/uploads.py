"""Bytes of an upload as they arrive, from a raw body or from a form, without holding them in memory."""

from collections.abc import Iterator
from typing import IO
from urllib.parse import unquote

from flask import request
from flask_babel import gettext as _
from werkzeug.exceptions import ClientDisconnected

from edrms.errors import Invalid
from scanning.intake.receive import UploadCutOff

CHUNK_BYTES = 1 << 18
LONGEST_KEY = 200


def body_chunks() -> Iterator[bytes]:
    """The raw request body; raises UploadCutOff when the connection ends too soon."""
    received = 0
    try:
        while chunk := request.stream.read(CHUNK_BYTES):
            received += len(chunk)
            yield chunk
    except (ClientDisconnected, OSError) as error:
        raise _cut_off(received) from error
    declared = request.content_length
    if declared is not None and received < declared:
        raise _cut_off(received)


def _cut_off(received: int) -> UploadCutOff:
    return UploadCutOff(
        _(
            "The connection ended after %(count)s bytes. "
            "Nothing of the file was kept: send it again.",
            count=f"{received:,}",
        )
    )


def file_chunks(file: IO[bytes]) -> Iterator[bytes]:
    """A file of a form."""
    while chunk := file.read(CHUNK_BYTES):
        yield chunk


def sent_file() -> tuple[str, Iterator[bytes]]:
    """Name and bytes of the one file of this request: the raw body, or the form field `file`."""
    if request.mimetype != "multipart/form-data":
        return given_name(), body_chunks()
    file = request.files.get("file")
    if file is None:
        wrong = {"file": _("Send the file in this form field.")}
        raise Invalid(_("No file was sent."), fields=wrong)
    return file.filename or "", file_chunks(file.stream)


def sender_key() -> str | None:
    """The sender's own key for this file (header Idempotency-Key), None if it gave none."""
    key = request.headers.get("Idempotency-Key", "").strip()
    if len(key) > LONGEST_KEY:
        wrong = {"Idempotency-Key": _("At most %(most)s characters.", most=LONGEST_KEY)}
        raise Invalid(_("The file was not taken in."), fields=wrong)
    return key or None


def given_name() -> str:
    """The name of a raw upload: header X-File-Name (percent-encoded UTF-8) or query argument name."""
    return unquote(request.headers.get("X-File-Name", "")) or request.args.get("name", "")
