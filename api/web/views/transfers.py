"""Transfers: the list, preparing one, taking its bag away, and giving in the receiver's receipt."""

from flask import (
    Blueprint,
    Response,
    redirect,
    render_template,
    request,
    stream_with_context,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.authn import actor, permission, step_up, takes_files
from api.limits import counted_as
from api.web.context import instance, page_number
from api.web.csv_answer import csv_answer
from api.web.forms import faults
from api.web.shell import say, shell
from api.web.transfer_page import HEARD, STATES, transfer_page
from api.web.view_models import FieldError, NewTransferPage, TransferRow, TransfersPage
from edrms.errors import Invalid, Refused
from retention.receipt import LONGEST_RECEIPT, text_of_receipt
from retention.transfer_looks import ready_of

blueprint = Blueprint("transfers", __name__)


@blueprint.get("/transfers")
@permission("record:content:transfer")
def index() -> ResponseReturnValue:
    """Every transfer, newest first."""
    rows = tuple(
        TransferRow(
            reference=row.reference, recipient=row.recipient, state_name=str(STATES[row.state]),
            records=records, begun_at=row.begun_at,
        )
        for row, records in instance().transfer_looks.listed(actor())
    )  # fmt: skip
    return render_template("transfers.html", page=TransfersPage(rows=rows), shell=shell())


@blueprint.route("/transfers/new", methods=["GET", "POST"])
@permission("record:content:transfer")
def prepare() -> ResponseReturnValue:
    """Say what is handed to whom: records by reference, or what a case of disposal decided so."""
    if request.method == "GET":
        return _form()
    given = request.form
    references = given.get("records", "").replace(",", " ").replace(";", " ").split()
    try:
        ids = ready_of(
            instance().transfer_looks, actor(), given.get("case", ""), references
        )  # fmt: skip
        made = instance().transfers.prepare(
            actor(), ids, given.get("recipient", ""), given.get("authority", "")
        )
    except Invalid as error:
        return _form(faults(error))
    except Refused as error:
        return _form((FieldError(field="records", message=error.message),))
    say("success", _("The transfer is prepared. Nothing has left yet."))
    return redirect(url_for("transfers.show", reference=made.reference), 303)


def _form(errors: tuple[FieldError, ...] = ()) -> ResponseReturnValue:
    given, case_id = request.form, request.values.get("case", "")
    page = NewTransferPage(
        case_id=case_id, recipient=given.get("recipient", ""), records=given.get("records", ""),
        count=len(instance().transfer_looks.of_case(actor(), case_id)) if case_id else 0,
        authority=given.get("authority", ""), errors=errors,
    )  # fmt: skip
    return render_template("transfer_new.html", page=page, shell=shell()), 422 if errors else 200


@blueprint.get("/transfers/<reference>")
@permission("record:content:transfer")
def show(reference: str) -> ResponseReturnValue:
    """One transfer: what is next, its records, and its files beside what the receipt says."""
    return _page(reference)


def _page(reference: str, errors: tuple[FieldError, ...] = ()) -> ResponseReturnValue:
    found = instance().transfer_looks.open(actor(), reference)
    page = transfer_page(found, page_number(), errors)
    return render_template("transfer.html", page=page, shell=shell()), 422 if errors else 200


@blueprint.get("/transfers/<reference>/files.csv")
@permission("record:content:transfer")
def files_csv(reference: str) -> Response:
    """Every file of the bag last taken, with what the receipt says of it."""
    found = instance().transfer_looks.open(actor(), reference)
    headings = [_("File"), _("SHA-256"), _("The receipt")]
    rows = ((one.path, one.sha256, str(HEARD[one.heard])) for one in found.files)
    return csv_answer(f"transfer-{found.row.reference}", headings, rows)


@blueprint.post("/transfers/<reference>/bag")
@permission("record:content:transfer")
@step_up
@counted_as("downloads")
def bag(reference: str) -> ResponseReturnValue:
    """The bag as one ZIP file, made while it is sent."""
    try:
        return bag_file(reference)
    except Refused as error:
        say("warning", error.message)
        return redirect(url_for("transfers.show", reference=reference), 303)


def bag_file(reference: str) -> Response:
    """A bag as a file to save."""
    name, made = instance().transfers.take(actor(), reference)
    response = Response(stream_with_context(made), mimetype="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@blueprint.post("/transfers/<reference>/receipt")
@permission("record:transfer:confirm")
@takes_files
def receipt(reference: str) -> ResponseReturnValue:
    """Give in the receiver's list of hashes."""
    try:
        file = request.files.get("receipt")
        if file is None or not file.filename:
            raise Invalid(_("Nothing was sent."), fields={"receipt": _("Choose the receipt.")})
        said = text_of_receipt(file.read(LONGEST_RECEIPT + 1))
        instance().transfers.confirm(actor(), reference, said)
    except Invalid as error:
        words = error.fields.get("receipt", error.message)
        return _page(reference, (FieldError(field="receipt", message=words),))
    except Refused as error:
        say("warning", error.message)
    else:
        say("success", _("Every file agrees: it has arrived."))
    return redirect(url_for("transfers.show", reference=reference), 303)
