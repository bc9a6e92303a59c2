"""Sheets of the post room by API."""

from flask import Response

from api.authn import actor, permission
from api.v1 import blueprint
from api.v1 import schema_separation as schema
from api.v1.operation import body, operation
from api.web.context import instance
from api.web.views.sheets import sheets_file
from scanning.sheets.model import HeaderFacts


@blueprint.post("/sheets")
@permission("batch:sheet:make")
@operation(takes=schema.NewSheets)
def make_sheets() -> Response:
    """New separator, envelope or batch header sheets as a PDF to print; each has an id of its own."""
    given = body(schema.NewSheets)
    facts = HeaderFacts(**given.header.model_dump()) if given.header else None
    return sheets_file(given.kind, instance().sheets.make(actor(), given.kind, given.count, facts))
