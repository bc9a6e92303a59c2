"""Sheets of the post room, and pages put in order by hand, by API."""

from flask import Response

from api.arranging_steps import Said, step_of
from api.authn import actor, permission
from api.v1 import blueprint
from api.v1 import schema_separation as schema
from api.v1.operation import body, operation, send
from api.web.context import instance
from api.web.views.sheets import sheets_file
from scanning.arranging.service import FileOfPages
from scanning.sheets.model import HeaderFacts


@blueprint.post("/sheets")
@permission("batch:sheet:make")
@operation(takes=schema.NewSheets)
def make_sheets() -> Response:
    """New separator, envelope or batch header sheets as a PDF to print; each has an id of its own."""
    given = body(schema.NewSheets)
    facts = HeaderFacts(**given.header.model_dump()) if given.header else None
    return sheets_file(
        given.kind, instance().post_sheets.make(actor(), given.kind, given.count, facts)
    )


@blueprint.get("/items/<item_id>/pages")
@permission("item:page:arrange")
@operation(schema.FilePages)
def item_pages(item_id: str) -> Response:
    """How the pages of a file lie in its documents."""
    return send(_shown(instance().arranging.pages(actor(), item_id)))


@blueprint.post("/items/<item_id>/pages")
@permission("item:page:arrange")
@operation(schema.FilePages, schema.PageStep)
def arrange_item_page(item_id: str) -> Response:
    """Split, join, move, turn, take out, bring back, mark or link one page; the file is never changed.

    409 for a document that is on file, when `seen` is not the number of changes there are, and where one was
    taken off a file: its pages are not turned or taken out, and it stays a document.
    """
    given = body(schema.PageStep)
    known = instance().arranging.pages(actor(), item_id)
    said = Said(**given.model_dump(exclude={"seen"}))
    step = step_of(instance(), actor(), known, said)
    instance().arranging.change(actor(), item_id, step, seen=given.seen)
    return send(_shown(instance().arranging.pages(actor(), item_id)))


@blueprint.post("/items/<item_id>/pages/undo")
@permission("item:page:arrange")
@operation(schema.FilePages, schema.Undoing)
def undo_item_page(item_id: str) -> Response:
    """Take the last change of the file's pages back."""
    instance().arranging.undo(actor(), item_id, seen=body(schema.Undoing).seen)
    return send(_shown(instance().arranging.pages(actor(), item_id)))


def _shown(known: FileOfPages) -> schema.FilePages:
    numbers = {page.page_id: at for at, page in enumerate(known.arrangement.pages, start=1)}
    return schema.FilePages(
        changes=known.changes,
        can_undo=known.last is not None,
        is_being_made=known.is_being_made,
        documents=[
            schema.PagesOfDocument(
                document_id=part.document_id, state=known.documents[part.document_id].state,
                pages=[numbers[page_id] for page_id in part.page_ids],
            )
            for part in known.arrangement.parts
        ],
        pages=[
            schema.FilePage(
                number=numbers[page.page_id], kind=page.kind, turned_degrees=page.turned_degrees,
                fault=page.fault, is_rescan=page.rescan_of is not None,
            )
            for page in known.arrangement.pages
        ],
    )  # fmt: skip
