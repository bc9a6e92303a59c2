"""Finding a client, and a client's documents."""

from collections import Counter
from typing import Any

from flask import Blueprint, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.authn import actor, permission
from api.problems import answer, wants_json
from api.web.context import instance, page_number
from api.web.desk_page import kept_words
from api.web.presenting import client_summary, pagination, slice_of, summaries
from api.web.shell import shell
from api.web.templating import client_facts
from api.web.view_models import (
    ClientPage,
    ClientSummary,
    ClosedFilePage,
    DocumentRow,
    Facet,
    FindClientPage,
)
from edrms.access.policy import holds
from edrms.access.subjects import Subject, SubjectKind
from edrms.errors import Closed
from edrms.fileplan import document_type
from edrms.records.tables import Record
from retention.desk import VIEW_DESK

blueprint = Blueprint("clients", __name__)
PAGE_SIZE = 50
MOST_SUGGESTED = 12


@blueprint.get("/clients")
@permission("client:file:view")
def find() -> ResponseReturnValue:
    """Client search; before anything is asked, the people the person works with."""
    typed, number = request.args.get("q", "").strip(), page_number()
    window = PAGE_SIZE, (number - 1) * PAGE_SIZE
    if typed:
        found, total = instance().clients.search_page(actor(), typed, *window)
    else:
        found, total = instance().arrivals.people(actor(), *window) or ([], 0)
    paging = pagination(number, PAGE_SIZE, total)
    if paging.page < number:
        return redirect(url_for("clients.find", q=typed or None, page=paging.page))
    page = FindClientPage(
        query=typed, is_searched=bool(typed), clients=summaries(found),
        pagination=paging,
    )  # fmt: skip
    return render_template("find_client.html", page=page, shell=shell())


@blueprint.get("/clients/suggest")
@permission("client:summary:search")
def suggest() -> ResponseReturnValue:
    """Clients for what is being typed, for the workbench."""
    typed = request.args.get("q", "").strip()
    found = instance().clients.search(actor(), typed, MOST_SUGGESTED) if len(typed) > 1 else []
    return jsonify(clients=[_told(client) for client in summaries(found)])


@blueprint.get("/clients/siblings")
@permission("client:summary:search")
def siblings() -> ResponseReturnValue:
    """Brothers and sisters of a client (argument of), for the workbench."""
    of = request.args.get("of", "")
    known = instance().clients.summaries(actor(), [of])
    found = instance().clients.siblings(actor(), list(known))
    said = [_("Brother or sister of %(name)s", name=one.full_name) for one in known.values()]
    told = [_told(client) for client in summaries(client for client, _of in found)]
    return jsonify(clients=[one | {"facts": [*said, *one["facts"]]} for one in told])


def _told(client: ClientSummary) -> dict[str, Any]:
    return {"client_id": client.client_id, "name": client.name, "facts": client_facts(client)}


@blueprint.get("/clients/<client_id>")
@permission("client:file:view")
def show(client_id: str) -> ResponseReturnValue:
    """A client and the documents this person may see."""
    opened = instance().clients.open(actor(), client_id)
    client, records = opened.client, opened.records
    wanted, sort = request.args.get("type", ""), request.args.get("sort", "newest")
    shown = [record for record in records if wanted in ("", record.document_type)]
    if sort == "oldest":
        shown.reverse()
    paging = pagination(page_number(), PAGE_SIZE, len(shown))
    page = ClientPage(
        client=client_summary(client, len(records)),
        documents=tuple(_row(record) for record in slice_of(shown, paging.page, PAGE_SIZE)),
        document_count=len(records),
        pagination=paging,
        types=_types(list(records), wanted),
        sort="oldest" if sort == "oldest" else "newest",
        has_restricted=opened.has_restricted,
        may_break_glass=opened.has_restricted and _may_break_glass(client_id),
        sees_guards=holds(actor(), "access:guard:view"),
        sees_life=holds(actor(), "retention:event:view"),
        kept=kept_words(instance().retention.desk.of_client(actor(), client_id)),
        kept_href=url_for("retention_desk.records", client=client_id)
        if holds(actor(), VIEW_DESK)
        else "",
        sees_paper=holds(actor(), "paper:place:view"),
        sees_stubs=holds(actor(), "record:stub:view"),
        may_allocate=holds(actor(), "access:allocation:change"),
    )
    return render_template("client.html", page=page, shell=shell())


@blueprint.errorhandler(Closed)
def closed(error: Closed) -> ResponseReturnValue:
    """The person is known to the reader by name; how much is on the file, and what, is not."""
    if wants_json():
        return answer(403, error.error_code, error.message)
    client_id = (request.view_args or {})["client_id"]
    found = instance().clients.summaries(actor(), [client_id])
    page = ClosedFilePage(
        client=client_summary(found[client_id]),
        may_break_glass=bool(error.data.get("may_break_glass")),
    )
    return render_template("closed_file.html", page=page, shell=shell()), 403


def _may_break_glass(client_id: str) -> bool:
    return instance().glass.is_possible(actor(), Subject(SubjectKind.CLIENT, client_id))


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
    codes = Counter(record.document_type for record in records)
    facets = (
        Facet(value=code, label=document_type(code).name, count=count, selected=code == selected)
        for code, count in codes.items()
    )
    return tuple(sorted(facets, key=lambda facet: facet.label))
