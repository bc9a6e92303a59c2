"""Short ways for views to reach the instance, and to send stored bytes out."""

from collections.abc import Iterator
from typing import BinaryIO

from flask import Response, current_app, request

from api.wiring import Instance
from edrms.ids import ObjectKey
from edrms.records.tables import PageContent
from edrms.records.viewing import Content

CHUNK_BYTES = 1 << 18


def instance() -> Instance:
    """The instance this application serves."""
    found: Instance = current_app.extensions["instance"]
    return found


def page_number() -> int:
    """Which page of a list is asked for (query argument page), from 1; 1 for anything else."""
    given = request.args.get("page", "")
    is_number = given.isascii() and given.isdecimal() and len(given) < 7
    return max(1, int(given)) if is_number else 1


def send(content: Content) -> Response:
    """Stream an object out with bounded memory: our own pictures of pages. Files as they came leave by
    api/content_host.py alone."""
    response = Response(_chunks(content.stream), mimetype=content.media_type)
    response.content_length = content.size_bytes
    response.call_on_close(content.stream.close)
    return response


def send_picture(page: PageContent) -> Response:
    """Stream out the picture of a page, which has one."""
    store, key = instance().store, ObjectKey(page.view_key)
    return send(Content(store.open(key), page.view_media_type, store.size(key)))


def _chunks(stream: BinaryIO) -> Iterator[bytes]:
    while chunk := stream.read(CHUNK_BYTES):
        yield chunk
