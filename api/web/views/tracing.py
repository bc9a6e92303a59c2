"""Where is this letter? A question to the custody ledger."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from api.authn import actor, signed_in
from api.limits import counted_as
from api.web.context import instance
from api.web.shell import shell
from api.web.view_models import TracePage, TraceRow
from api.web.views.post import blueprint
from edrms.access.policy import holds
from scanning.batches.ledger import require_any
from scanning.batches.model import DocumentState
from scanning.indexing.tracing import MOST, Trace


@blueprint.get("/batches/trace")
@signed_in
@counted_as("searches")
def trace() -> ResponseReturnValue:
    """What is known of a letter, by any scrap of it."""
    require_any(actor())
    typed = request.args.get("q", "").strip()
    found = instance().tracing.trace(actor(), typed) if typed else []
    names = instance().staff.names({one.taken_by for one in found if one.taken_by})
    page = TracePage(
        typed=typed,
        rows=tuple(_row(one, names.get(one.taken_by, "")) for one in found),
        is_cut_off=len(found) == MOST,
        may_search=holds(actor(), "search:index:query"),
    )
    return render_template("trace.html", page=page, shell=shell())


def _row(found: Trace, taken_by: str) -> TraceRow:
    waits = found.state == DocumentState.TO_INDEX and holds(actor(), "document:index:file")
    href = url_for("post.batch", batch_id=found.batch_id)
    return TraceRow(
        batch_reference=found.batch_reference,
        batch_href=href,
        received_on=found.received_on,
        file_name=found.file_name,
        first_page=found.first_page,
        last_page=found.last_page,
        state=found.state,  # type: ignore[arg-type]
        taken_by=taken_by,
        document_href=url_for("queue.document", document_id=found.document_id) if waits else "",
    )
