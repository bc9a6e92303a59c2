"""Clients, records and search by API."""

from flask import Response, request

from api.authn import actor, permission
from api.content_host import offer
from api.limits import counted_as
from api.v1 import blueprint, present, schema
from api.v1.operation import operation, send
from api.web import context
from api.web.context import instance
from edrms.errors import Invalid
from edrms.tickets.service import Subject

PAGE_SIZE = 20


@blueprint.get("/clients")
@permission("client:summary:search")
@operation(schema.ClientList, query=("q",))
def clients() -> Response:
    """Clients for words typed: name parts, a date of birth, an NHS or case number."""
    found = instance().clients.search(actor(), request.args.get("q", ""))
    return send(schema.ClientList(clients=[present.client(one) for one in found]))


@blueprint.get("/clients/<client_id>")
@permission("client:file:view")
@operation(schema.ClientFile)
def client(client_id: str) -> Response:
    """A client and the records on the file that you may see."""
    opened = instance().clients.open(actor(), client_id)
    shown = [present.summary(one) for one in opened.records]
    return send(
        schema.ClientFile(
            client=present.client(opened.client), records=shown,
            has_restricted=opened.has_restricted,
        )
    )  # fmt: skip


@blueprint.get("/search")
@permission("search:index:query")
@operation(schema.SearchResults, query=("q", "type", "year", "page"))
@counted_as("searches")
def search() -> Response:
    """Search filed records; counts and snippets are of what you may see.

    `type` and `year` may be given several times: records of any of the types and any of the years.
    """
    args = request.args
    wrong = {}
    if not _is_from_one(args.get("page", "1"), 10_000):
        wrong["page"] = "A page number from 1."
    if not all(_is_from_one(year, 9998) for year in args.getlist("year")):
        wrong["year"] = "A year."
    if wrong:
        raise Invalid("The search was not made.", fields=wrong)
    answer = instance().search.search(
        actor(), args.get("q", ""),
        document_types=frozenset(args.getlist("type")),
        years=frozenset(int(year) for year in args.getlist("year")),
        page=int(args.get("page", "1")), page_size=PAGE_SIZE,
    )  # fmt: skip
    return send(present.results(answer))


def _is_from_one(given: str, most: int) -> bool:
    return given.isdecimal() and len(given) < 7 and 1 <= int(given) <= most


@blueprint.get("/arrivals")
@permission("record:content:view")
@operation(schema.Arrivals, query=("page",))
def arrivals() -> Response:
    """What was filed in the last 14 days on files of the people you work with and you did not open yet."""
    page = request.args.get("page", "1")
    if not _is_from_one(page, 10_000):
        raise Invalid("Nothing was listed.", fields={"page": "A page number from 1."})
    found, total = instance().arrivals.unopened(
        actor(), PAGE_SIZE, (int(page) - 1) * PAGE_SIZE
    ) or ([], 0)  # fmt: skip
    return send(schema.Arrivals(total=total, arrivals=[present.arrival(one) for one in found]))


@blueprint.get("/records/<record_id>")
@permission("record:content:view")
@operation(schema.Record)
def record(record_id: str) -> Response:
    """A record with the text of its pages; journalled as viewed."""
    return send(present.record(instance().viewing.open(actor(), record_id)))


@blueprint.get("/records/<record_id>/pages/<int:number>/image")
@permission("record:content:view")
@operation()
def page_image(record_id: str, number: int) -> Response:
    """The picture of one page."""
    return context.send(instance().viewing.page_image(actor(), record_id, number))


@blueprint.get("/records/<record_id>/renditions/<kind>")
@permission("record:content:download")
@operation()
@counted_as("downloads")
def rendition(record_id: str, kind: str) -> Response:
    """The `original` as received or the `searchable_pdf`; journalled as downloaded."""
    found, content = instance().viewing.rendition(actor(), record_id, kind)
    return offer(Subject("record", record_id, kind), found.reference, content)
