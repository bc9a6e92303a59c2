"""The viewer of a filed record: page images with the found words boxed, text, downloads."""

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.authn import actor, permission
from api.web.context import instance, send
from api.web.presenting import hit_count, page_view, summaries
from api.web.shell import shell
from api.web.view_models import Download, PageLink, RecordPage
from edrms.access.policy import holds
from edrms.errors import no_such
from edrms.fileplan import document_type
from edrms.records.tables import Record
from edrms.records.viewing import OpenRecord
from search.query import Query, parse

blueprint = Blueprint("records", __name__)
EXTENSIONS = {
    "application/pdf": ".pdf", "image/tiff": ".tif", "image/jpeg": ".jpg", "image/png": ".png",
    "message/rfc822": ".eml", "text/plain": ".txt",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": ".docx",
}  # fmt: skip


@blueprint.get("/records/<record_id>")
@permission("record:content:view")
def show(record_id: str) -> ResponseReturnValue:
    """One page of a record, with the words of q boxed; the first page with a hit if none is asked."""
    opened = instance().viewing.open(actor(), record_id)
    typed = request.args.get("q", "").strip()
    query = parse(typed) if typed else None
    hits = [hit_count(content, query) if query else 0 for content in opened.pages]
    asked = request.args.get("page", type=int)
    number = asked or next((at for at, count in enumerate(hits, start=1) if count), 1)
    if not 1 <= number <= len(opened.pages):
        raise no_such("page")
    page = _page(opened, number, typed, query, hits)
    return render_template("record.html", page=page, shell=shell())


def _page(
    opened: OpenRecord, number: int, typed: str, query: Query | None, hits: list[int]
) -> RecordPage:
    record, content = opened.record, opened.pages[number - 1]
    names = instance().staff.names([record.filed_by])
    with_hits = [at for at, count in enumerate(hits, start=1) if count]
    return RecordPage(
        record_id=record.record_id,
        reference=record.reference,
        title=record.title,
        type_name=document_type(record.document_type).name,
        document_date=record.document_date,
        received_on=record.received_on,
        filed_at=record.filed_at,
        filed_by=names[record.filed_by],
        clients=summaries(opened.clients),
        page=page_view(number, content, query),
        links=tuple(
            PageLink(number=at, hit_count=count, is_blank=bool(page and page.kind == "blank"))
            for at, (count, page) in enumerate(zip(hits, opened.pages, strict=True), start=1)
        ),
        downloads=_downloads(record) if holds(actor(), "record:content:download") else (),
        query=typed,
        hit_count=sum(hits),
        previous_hit_page=max((at for at in with_hits if at < number), default=None),
        next_hit_page=min((at for at in with_hits if at > number), default=None),
        text_source=content.text_source if content else "",
        reading_confidence=content.confidence if content else None,
    )


def _downloads(record: Record) -> tuple[Download, ...]:
    labels = {"original": _("Original, as received"), "searchable_pdf": _("Searchable PDF")}
    return tuple(
        Download(rendition=made.kind, label=labels[made.kind], size_bytes=made.size_bytes)
        for made in record.renditions
    )


@blueprint.get("/records/<record_id>/pages/<int:page_number>/image")
@permission("record:content:view")
def page_image(record_id: str, page_number: int) -> ResponseReturnValue:
    """The picture of one page."""
    return send(instance().viewing.page_image(actor(), record_id, page_number))


@blueprint.get("/records/<record_id>/pages/<int:page_number>/thumbnail")
@permission("record:content:view")
def thumbnail(record_id: str, page_number: int) -> ResponseReturnValue:
    """The same picture, for the strip beside the page; the browser makes it small."""
    return send(instance().viewing.page_image(actor(), record_id, page_number))


@blueprint.get("/records/<record_id>/download/<rendition>")
@permission("record:content:download")
def download(record_id: str, rendition: str) -> ResponseReturnValue:
    """The original or the searchable PDF, as a file to save."""
    record, content = instance().viewing.rendition(actor(), record_id, rendition)
    ending = EXTENSIONS.get(content.media_type, "")
    return send(content, save_as=f"{record.reference} {record.title}{ending}")
