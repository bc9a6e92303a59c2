"""The indexing queue by API."""

from flask import Response

from api.authn import actor, permission
from api.v1 import blueprint, present, schema
from api.v1.operation import body, operation, send
from api.web.context import instance
from scanning.indexing.filing import IndexDecision


@blueprint.get("/documents")
@permission("document:queue:view")
@operation(schema.Queue)
def queue() -> Response:
    """Documents waiting to be indexed, oldest first, with what is suggested and why."""
    found = instance().desk.queue(actor())
    count = instance().desk.waiting(actor()).documents
    return send(schema.Queue(waiting=count, documents=[present.waiting(one) for one in found]))


@blueprint.post("/documents/<document_id>/take")
@permission("document:index:file")
@operation(schema.WaitingDocument)
def take(document_id: str) -> Response:
    """Take a document for a quarter of an hour; 409 while a colleague has it."""
    return send(present.waiting(instance().desk.open(actor(), document_id)))


@blueprint.post("/documents/<document_id>/file")
@permission("document:index:file")
@operation(schema.Filed, schema.Indexing, status=201)
def file_document(document_id: str) -> Response:
    """File a document on the files of these clients."""
    given = body(schema.Indexing)
    decision = IndexDecision(
        given.document_type, tuple(given.client_ids), given.document_date, given.title,
        {"by": "person", "through": "api"},
    )  # fmt: skip
    record_id = instance().desk.file(actor(), document_id, decision)
    return send(schema.Filed(record_id=record_id), 201)


@blueprint.post("/documents/<document_id>/skip")
@permission("document:index:skip")
@operation(takes=schema.Reason, status=204)
def skip_document(document_id: str) -> Response:
    """Put a document back behind the others, with the reason."""
    instance().desk.skip(actor(), document_id, body(schema.Reason).reason)
    return Response(status=204)


@blueprint.post("/documents/<document_id>/reject")
@permission("document:index:reject")
@operation(takes=schema.Reason, status=204)
def reject_document(document_id: str) -> Response:
    """The document belongs on no file; it stays in its batch, with the reason."""
    instance().desk.reject(actor(), document_id, body(schema.Reason).reason)
    return Response(status=204)


@blueprint.post("/documents/<document_id>/restore")
@permission("document:index:reject")
@operation(status=204)
def restore_document(document_id: str) -> Response:
    """Bring a rejected document back to the queue."""
    instance().desk.restore(actor(), document_id)
    return Response(status=204)
