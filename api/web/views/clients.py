"""Finding a client, and a client's documents."""

from flask import Blueprint, jsonify, render_template, request
from flask.typing import ResponseReturnValue

from api.authn import actor, permission
from api.web.context import instance
from api.web.presenting import client_summary, pagination, slice_of, summaries
from api.web.shell import shell
from api.web.view_models import ClientPage, DocumentRow, Facet, FindClientPage
from edrms.fileplan import document_type
from edrms.records.tables import Record

blueprint = Blueprint("clients", __name__)
PAGE_SIZE = 50
MOST_SUGGESTED = 12


@blueprint.get("/clients")
@permission("client:file:view")
def find() -> ResponseReturnValue:
    """Client search."""
    typed = request.args.get("q", "").strip()
    found = instance().clients.search(actor(), typed, PAGE_SIZE) if typed else []
    page = FindClientPage(query=typed, is_searched=bool(typed), clients=summaries(found))
    return render_template("find_client.html", page=page, shell=shell())


@blueprint.get("/clients/suggest")
@permission("client:summary:search")
def suggest() -> ResponseReturnValue:
    """Clients for what is being typed, for the workbench."""
    typed = request.args.get("q", "").strip()
    found = instance().clients.search(actor(), typed, MOST_SUGGESTED) if len(typed) > 1 else []
    return jsonify(
        clients=[
            {
                "client_id": client.client_id,
                "name": client.full_name,
                "born_on": client.date_of_birth.isoformat() if client.date_of_birth else None,
                "nhs_number": client.nhs_number,
                "references": [f"{known.system} {known.value}" for known in client.identifiers],
                "address": ", ".join([*client.address_lines, client.postcode]).strip(", "),
            }
            for client in found
        ]
    )


@blueprint.get("/clients/<client_id>")
@permission("client:file:view")
def show(client_id: str) -> ResponseReturnValue:
    """A client and the documents this person may see."""
    client, records = instance().clients.open(actor(), client_id)
    wanted, sort = request.args.get("type", ""), request.args.get("sort", "newest")
    number = max(1, request.args.get("page", 1, type=int))
    shown = [record for record in records if wanted in ("", record.document_type)]
    if sort == "oldest":
        shown.reverse()
    page = ClientPage(
        client=client_summary(client, len(records)),
        documents=tuple(_row(record) for record in slice_of(shown, number, PAGE_SIZE)),
        document_count=len(records),
        pagination=pagination(number, PAGE_SIZE, len(shown)),
        types=_types(list(records), wanted),
        sort="oldest" if sort == "oldest" else "newest",
    )
    return render_template("client.html", page=page, shell=shell())


def _row(record: Record) -> DocumentRow:
    return DocumentRow(
        record_id=record.record_id,
        title=record.title,
        type_name=document_type(record.document_type).name,
        document_date=record.document_date,
        received_on=record.received_on,
        page_count=len(record.pages),
    )


def _types(records: list[Record], selected: str) -> tuple[Facet, ...]:
    codes = [record.document_type for record in records]
    return tuple(
        Facet(
            value=code, label=document_type(code).name, count=codes.count(code),
            selected=code == selected,
        )
        for code in sorted(set(codes))
    )  # fmt: skip
