"""Batches: the list, one batch's account, and what may be done with a file that needs a person."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.authn import actor, permission, signed_in, step_up
from api.content_host import offer
from api.file_names import OCTETS
from api.limits import counted_as
from api.problems import answer, wants_json
from api.web.batch_page import batch_page
from api.web.context import instance, page_number
from api.web.presenting import batch_row, pagination
from api.web.shell import say, shell
from api.web.view_models import BatchesPage, FieldError
from api.web.views.post import blueprint
from edrms.access.policy import holds
from edrms.errors import Conflict, Invalid, no_such
from edrms.ids import ObjectKey
from edrms.records.viewing import Content
from edrms.tickets.service import Subject

PAGE_SIZE = 25
KINDS = ("all", "attention", "mine")


@blueprint.get("/batches")
@signed_in
def batches() -> ResponseReturnValue:
    """Batches the person may see, newest first."""
    asked = request.args.get("show", "all")
    which = asked if asked in KINDS else "all"
    paging = pagination(page_number(), PAGE_SIZE, instance().ledger.count(actor(), show=which))
    offset = (paging.page - 1) * PAGE_SIZE
    accounts = instance().ledger.batches(actor(), PAGE_SIZE, offset, show=which)
    names = instance().staff.names(account.batch.opened_by for account in accounts)
    page = BatchesPage(
        batches=tuple(batch_row(account, names) for account in accounts),
        pagination=paging,
        show=which,  # type: ignore[arg-type]
        may_upload=holds(actor(), "batch:list:open"),
    )
    return render_template("batches.html", page=page, shell=shell())


@blueprint.get("/batches/<batch_id>")
@signed_in
def batch(batch_id: str) -> ResponseReturnValue:
    """One batch: its account and its items, those needing a person first."""
    return show(batch_id)


def show(
    batch_id: str, errors: tuple[FieldError, ...] = (), status: int = 200
) -> ResponseReturnValue:
    """The batch as it is now, with what was wrong in a form of it."""
    account = instance().ledger.batch(actor(), batch_id)
    page = batch_page(account, instance(), actor(), errors)
    return render_template("batch.html", page=page, shell=shell()), status


@blueprint.errorhandler(Conflict)
def show_as_it_is_now(error: Conflict) -> ResponseReturnValue:
    """Somebody was quicker: say so on the batch as it is now."""
    if wants_json():
        return answer(409, error.error_code, error.message)
    say("warning", error.message)
    batch_id = (request.view_args or {}).get("batch_id", "")
    return redirect(url_for("post.batch", batch_id=batch_id), 303)


@blueprint.post("/batches/<batch_id>/items/<item_id>/retry")
@permission("item:content:retry")
def retry_item(batch_id: str, item_id: str) -> ResponseReturnValue:
    """Try a held item again."""
    _must_hold(batch_id, item_id)
    instance().ledger.retry(actor(), item_id)
    say("success", _("The file will be tried again."))
    return redirect(url_for("post.batch", batch_id=batch_id), 303)


@blueprint.post("/batches/<batch_id>/items/<item_id>/reject")
@permission("item:content:reject")
@step_up
def reject_item(batch_id: str, item_id: str) -> ResponseReturnValue:
    """Put a held item aside for good, with the reason; its bytes are kept."""
    _must_hold(batch_id, item_id)
    try:
        instance().ledger.reject(actor(), item_id, request.form.get("reason", ""))
    except Invalid:
        error = FieldError(field=f"reason-{item_id}", message=_("Say why the file is rejected."))
        return show(batch_id, (error,), 422)
    say("success", _("The file is rejected. It is kept as it came."))
    return redirect(url_for("post.batch", batch_id=batch_id), 303)


@blueprint.get("/batches/<batch_id>/items/<item_id>/original")
@permission("item:content:download")
@counted_as("downloads")
def download_item(batch_id: str, item_id: str) -> ResponseReturnValue:
    """A held item exactly as it came, as a file to save."""
    _must_hold(batch_id, item_id)
    item = instance().ledger.original(actor(), item_id)
    key = ObjectKey(item.object_key)
    content = Content(instance().store.open(key), OCTETS, item.size_bytes)
    return offer(Subject("item", item_id), item.name, content)


def _must_hold(batch_id: str, item_id: str) -> None:
    account = instance().ledger.batch(actor(), batch_id)
    if all(item.item_id != item_id for item in account.items):
        raise no_such("item")


@blueprint.post("/batches/<batch_id>/documents/<document_id>/restore")
@permission("document:index:reject")
def restore_document(batch_id: str, document_id: str) -> ResponseReturnValue:
    """Bring a rejected document back to the indexing queue."""
    instance().desk.restore(actor(), document_id)
    say("success", _("The document is back in the indexing queue."))
    return redirect(url_for("post.batch", batch_id=batch_id), 303)
