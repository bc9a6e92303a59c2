"""Sheets of the post room: the page that asks what is wanted, and the PDF to print."""

from flask import Response, render_template, request
from flask.typing import ResponseReturnValue

from api.authn import actor, permission
from api.web.context import instance
from api.web.forms import faults
from api.web.presenting import stream_choices
from api.web.shell import shell
from api.web.view_models import DateFields, FieldError, SheetsPage
from api.web.views.post import blueprint, counted, received_on, sides_of_form
from edrms.errors import Invalid
from scanning.sheets.model import HeaderFacts, SheetKind

_NAMES = {
    SheetKind.DOCUMENT: "separators",
    SheetKind.ENVELOPE: "envelopes",
    SheetKind.BATCH: "batch-header",
}


@blueprint.get("/batches/sheets")
@permission("batch:sheet:make")
def sheets() -> ResponseReturnValue:
    """What can be printed."""
    return _form()


@blueprint.post("/batches/sheets")
@permission("batch:sheet:make")
def make_sheets() -> ResponseReturnValue:
    """New sheets as a PDF to print."""
    asked = request.form.get("kind", "")
    kind = SheetKind(asked) if asked in tuple(SheetKind) else SheetKind.DOCUMENT
    try:
        facts = _facts() if kind is SheetKind.BATCH else None
        content = instance().post_sheets.make(actor(), kind, counted("count") or 1, facts)
    except Invalid as error:
        return _form(faults(error), 422)
    return sheets_file(kind, content)


def sheets_file(kind: SheetKind, content: bytes) -> Response:
    """Sheets as a file to save."""
    response = Response(content, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{_NAMES[kind]}.pdf"'
    return response


def _facts() -> HeaderFacts:
    return HeaderFacts(
        stream=request.form.get("stream", ""),
        sides=sides_of_form(),
        expected_sheets=counted("expected_sheets"),
        expected_documents=counted("expected_documents"),
        operator=request.form.get("operator", "").strip() or actor().name,
        device=request.form.get("device", "").strip(),
        received_on=received_on(),
    )


def _form(errors: tuple[FieldError, ...] = (), status: int = 200) -> ResponseReturnValue:
    given = request.form
    page = SheetsPage(
        streams=stream_choices(),
        kind=given.get("kind", SheetKind.DOCUMENT.value),
        count=given.get("count", "20"),
        stream=given.get("stream", ""),
        sides=given.get("sides", ""),
        expected_sheets=given.get("expected_sheets", ""),
        expected_documents=given.get("expected_documents", ""),
        operator=given.get("operator", actor().name),
        device=given.get("device", ""),
        received_on=DateFields(
            day=given.get("received_on-day", ""),
            month=given.get("received_on-month", ""),
            year=given.get("received_on-year", ""),
        ),
        errors=errors,
    )
    return render_template("sheets.html", page=page, shell=shell()), status
