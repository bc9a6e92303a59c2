"""Closing a batch and opening it again, and telling what was counted of it."""

from collections.abc import Callable

from flask import Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.authn import actor, permission, signed_in, step_up
from api.limits import counted_as
from api.web.context import instance
from api.web.forms import faults
from api.web.shell import say
from api.web.views.batches import show
from api.web.views.post import blueprint, counted, sides_of_form
from edrms.errors import Invalid
from scanning.batches.closing import CountsDiffer


@blueprint.post("/batches/<batch_id>/counts")
@permission("batch:list:close")
def tell_counts(batch_id: str) -> ResponseReturnValue:
    """Say what was not said when the batch was opened."""

    def act() -> None:
        sheets, documents = counted("expected_sheets"), counted("expected_documents")
        instance().closing.tell(
            actor(), batch_id, sides=sides_of_form(), expected_sheets=sheets,
            expected_documents=documents,
        )  # fmt: skip

    return _done(batch_id, act, _("The counts are kept."))


@blueprint.post("/batches/<batch_id>/close")
@permission("batch:list:close")
def close_batch(batch_id: str) -> ResponseReturnValue:
    """Close the batch; with a reason where counts differ."""

    def act() -> None:
        instance().closing.close(actor(), batch_id, request.form.get("reason", ""))

    return _done(batch_id, act, _("The batch is closed."))


@blueprint.post("/batches/<batch_id>/reopen")
@permission("batch:difference:accept")
@step_up
def reopen_batch(batch_id: str) -> ResponseReturnValue:
    """Let more come into a closed batch."""

    def act() -> None:
        instance().closing.reopen(actor(), batch_id, request.form.get("reason", ""))

    return _done(batch_id, act, _("The batch is open again."))


@blueprint.get("/batches/<batch_id>/sheet.pdf")
@signed_in
@counted_as("downloads")
def batch_sheet(batch_id: str) -> ResponseReturnValue:
    """The batch's account as a PDF to print and sign."""
    reference, made = instance().sheets.sheet(actor(), batch_id)
    response = Response(made, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{reference}.pdf"'
    return response


def _done(batch_id: str, act: Callable[[], None], done: str) -> ResponseReturnValue:
    try:
        act()
    except Invalid as error:
        return show(batch_id, faults(error), 422)
    except CountsDiffer as error:
        say("warning", error.message)
    else:
        say("success", done)
    return redirect(url_for("post.batch", batch_id=batch_id), 303)
