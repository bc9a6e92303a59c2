"""The viewer of a filed record: page images with the found words boxed, text, downloads."""

from typing import Any

from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.authn import actor, permission
from api.web import access_wording
from api.web.context import instance, send
from api.web.hold_wording import hold_href
from api.web.paper_wording import place_rows
from api.web.presenting import hit_count, page_view, summaries
from api.web.shell import shell
from api.web.thumbnails import small_picture
from api.web.view_models import Download, PageLink, PlaceRow, RecordPage, SubjectLink
from edrms.access.markings import ADDRESS, exempt_of, level_of
from edrms.access.policy import DOWNLOAD, PRINT, holds
from edrms.errors import no_such
from edrms.fileplan import Sensitivity, document_type
from edrms.incidents.misfiles import REPORT
from edrms.incidents.readers import REPAIR
from edrms.records.tables import Record
from edrms.records.viewing import OpenRecord
from retention.hold_scopes import PLACE as PLACE_HOLD
from retention.hold_scopes import VIEW as VIEW_HOLDS
from search.query import Query, parse

blueprint = Blueprint("records", __name__)
_ABOVE_NORMAL = (Sensitivity.RESTRICTED, Sensitivity.SEALED)


@blueprint.get("/records/<record_id>")
@permission("record:content:view")
def show(record_id: str) -> ResponseReturnValue:
    """One page of a record, with the words of q boxed; the first page with a hit if none is asked."""
    asked = request.args.get("page", type=int) or None
    opened = instance().viewing.open(actor(), record_id, asked)
    typed = request.args.get("q", "").strip()
    query = parse(typed) if typed else None
    hits = [hit_count(content, query) if query else 0 for content in opened.pages]
    number = asked or next((at for at, count in enumerate(hits, start=1) if count), 1)
    if not 1 <= number <= len(opened.pages):
        raise no_such("page")
    shows_blank = request.args.get("blank") == "show"
    page = _page(opened, number, typed, hits, query, shows_blank=shows_blank)
    return render_template("record.html", page=page, shell=shell())


def _page(
    opened: OpenRecord,
    number: int,
    typed: str,
    hits: list[int],
    query: Query | None,
    *,
    shows_blank: bool,
) -> RecordPage:
    record, content = opened.record, opened.pages[number - 1]
    names = instance().staff.names([record.filed_by])
    with_hits = [at for at, count in enumerate(hits, start=1) if count]
    shown = _shown(opened, number, shows_blank=shows_blank)
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
            PageLink(number=at, hit_count=hits[at - 1], is_blank=_is_blank(opened, at))
            for at in shown
        ),
        page_count=len(opened.pages),
        previous_page=max((at for at in shown if at < number), default=None),
        next_page=min((at for at in shown if at > number), default=None),
        hidden_count=len(opened.pages) - len(shown),
        shows_blank=shows_blank,
        downloads=_downloads(record) if DOWNLOAD in opened.permits else (),
        query=typed,
        hit_count=sum(hits),
        previous_hit_page=max((at for at in with_hits if at < number), default=None),
        next_hit_page=min((at for at in with_hits if at > number), default=None),
        text_source=content.text_source if content else "",
        reading_confidence=content.confidence if content else None,
        badges=badges(record.sensitivity, opened.markings),
        warnings=warnings(opened.markings),
        sees_guards=holds(actor(), "access:guard:view"),
        may_print=PRINT in opened.permits,
        held_by=_held_by(record.record_id),
        may_hold=holds(actor(), PLACE_HOLD),
        kept=instance().retention.answers.sentence_of(actor(), record.record_id),
        paper=_paper(record.record_id),
        **_misfiling(record.record_id),
    )


def _paper(record_id: str) -> tuple[PlaceRow, ...]:
    """Where its originals are, for those who may know."""
    found = instance().paper.looks.of_record(actor(), record_id)
    return place_rows(found, with_links=holds(actor(), "paper:box:view"))


def _misfiling(record_id: str) -> dict[str, Any]:
    """When it was on a wrong file, and where to say that it is on one, for whoever may."""
    found = instance().wrong_person.beside(actor(), record_id)
    pages = {REPAIR: "wrong_person.repair", REPORT: "wrong_person.report"}
    href = url_for(pages[found.may], record_id=record_id) if found.may else ""
    return {"wrong_person_href": href, "put_right_at": found.put_right_at}


def _held_by(record_id: str) -> tuple[SubjectLink, ...]:
    """The holds it is under, for those who may know of them."""
    if not holds(actor(), VIEW_HOLDS):
        return ()
    return tuple(
        SubjectLink(text=f"{one.reference} {one.title}", href=hold_href(one.hold_id))
        for one in instance().holds.of_record(actor(), record_id)
    )


def badges(sensitivity: str, markings: frozenset[str]) -> tuple[str, ...]:
    """How a record is guarded, in a word or two each: its level, a protected address, exemption."""
    level = level_of(sensitivity, markings)
    found = [str(access_wording.LEVELS[level])] if level in _ABOVE_NORMAL else []
    if ADDRESS in markings:
        found.append(access_wording.marking_words(ADDRESS))
    return (*found, *(_("Exempt %(number)s", number=n) for n in sorted(exempt_of(markings))))


def warnings(markings: frozenset[str]) -> tuple[str, ...]:
    """What must be read before the record is taken away; nothing for one that is only restricted."""
    return tuple(
        str(words) for marking, words in access_wording.WARNINGS.items() if marking in markings
    )


def _shown(opened: OpenRecord, number: int, *, shows_blank: bool) -> list[int]:
    """Numbers of the pages in the strip: blank ones only when asked for, or when it is the one shown.

    The view hides them; the record keeps them.
    """
    every = range(1, len(opened.pages) + 1)
    return [at for at in every if shows_blank or at == number or not _is_blank(opened, at)]


def _is_blank(opened: OpenRecord, number: int) -> bool:
    content = opened.pages[number - 1]
    return content is not None and content.kind == "blank"


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
    """The picture made small for the strip beside the page; kept nowhere."""
    source = instance().viewing.thumbnail_source(actor(), record_id, page_number)
    return Response(small_picture(source.stream), mimetype="image/jpeg")
