"""Taking a record out of the system: as a file, or on paper. What it is marked with is read first."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.authn import actor, permission
from api.content_host import offer
from api.limits import counted_as
from api.web.context import instance
from api.web.presenting import page_view, summaries
from api.web.shell import shell
from api.web.view_models import PrintPage, TakeAwayCheckPage
from api.web.views.records import badges, blueprint, warnings
from edrms.access.policy import DOWNLOAD, PRINT
from edrms.errors import no_such
from edrms.records.tables import Record
from edrms.tickets.service import Subject


@blueprint.get("/records/<record_id>/download/<rendition>")
@permission("record:content:download")
@counted_as("downloads")
def download(record_id: str, rendition: str) -> ResponseReturnValue:
    """The original or the searchable PDF, as a file to save; first the warnings, if it has any."""
    if request.args.get("checked") != "yes":
        found, markings = instance().viewing.to_take_away(actor(), DOWNLOAD, record_id)
        if said := warnings(markings):
            if all(made.kind != rendition for made in found.renditions):
                raise no_such("rendition")
            href = url_for(".download", record_id=record_id, rendition=rendition, checked="yes")
            return _check_first(found, said, _("I have read this: download"), href)
    record, content = instance().viewing.rendition(actor(), record_id, rendition)
    subject = Subject("record", record_id, rendition)
    return offer(subject, f"{record.reference} {record.title}", content)


@blueprint.get("/records/<record_id>/print")
@permission("record:content:print")
@counted_as("downloads")
def on_paper(record_id: str) -> ResponseReturnValue:
    """Every page with something on it, to be printed; each sheet says what it is and who printed it."""
    if request.args.get("checked") != "yes":
        found, markings = instance().viewing.to_take_away(actor(), PRINT, record_id)
        if said := warnings(markings):
            href = url_for(".on_paper", record_id=record_id, checked="yes")
            return _check_first(found, said, _("I have read this: print"), href)
    opened = instance().viewing.to_print(actor(), record_id)
    numbered = list(enumerate(opened.pages, start=1))
    filled = [(at, page) for at, page in numbered if page is None or page.kind != "blank"]
    page = PrintPage(
        record_id=record_id,
        reference=opened.record.reference,
        title=opened.record.title,
        clients=summaries(opened.clients),
        pages=tuple(page_view(at, content, None) for at, content in filled or numbered),
        page_count=len(numbered),
        hidden_count=len(numbered) - len(filled or numbered),
        printed_by=actor().name,
        printed_at=instance().clock.now(),
        badges=badges(opened.record.sensitivity, opened.markings),
        warnings=warnings(opened.markings),
    )
    return render_template("print.html", page=page, shell=shell())


def _check_first(record: Record, said: tuple[str, ...], act: str, href: str) -> ResponseReturnValue:
    page = TakeAwayCheckPage(
        title=record.title,
        reference=record.reference,
        warnings=said,
        act=act,
        href=href,
        back_href=url_for(".show", record_id=record.record_id),
    )
    return render_template("take_away_check.html", page=page, shell=shell())
