"""Going on with a batch whose sending was broken off: only what is not there yet is sent."""

from flask import jsonify, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.authn import actor, permission, takes_files
from api.web.context import instance
from api.web.shell import shell
from api.web.view_models import FieldError
from api.web.view_models.post import ContinuePage
from api.web.views.post import ACCEPT, MOST_FILES, blueprint, files_of_form, take_in


@blueprint.get("/batches/<batch_id>/continue")
@permission("batch:item:receive")
def continue_batch(batch_id: str) -> ResponseReturnValue:
    """Where the files of an open batch are chosen again."""
    return _form(batch_id)


def _form(
    batch_id: str, errors: tuple[FieldError, ...] = (), status: int = 200
) -> ResponseReturnValue:
    account = instance().ledger.batch(actor(), batch_id)
    page = ContinuePage(
        batch_id=batch_id,
        reference=account.batch.reference,
        announced_files=account.batch.announced_files,
        received_files=sum(item.parent_id is None for item in account.items),
        max_file_size_bytes=instance().settings.max_upload_bytes,
        max_files=MOST_FILES,
        accept=ACCEPT,
        errors=errors,
    )
    return render_template("upload_continue.html", page=page, shell=shell()), status


@blueprint.post("/batches/<batch_id>/continue")
@permission("batch:item:receive")
@takes_files
def send_the_rest(batch_id: str) -> ResponseReturnValue:
    """Without scripts: the same files in one form; those there already are not taken in again."""
    files = files_of_form()
    if not files:
        missing = FieldError(field="files", message=_("Choose at least one file."))
        return _form(batch_id, (missing,), 422)
    take_in(batch_id, files, once=True)
    return redirect(url_for("post.batch", batch_id=batch_id), 303)


@blueprint.get("/batches/<batch_id>/files")
@permission("batch:item:receive")
def held_files(batch_id: str) -> ResponseReturnValue:
    """For a script: name, size and SHA-256 of each file that came into the batch."""
    account = instance().ledger.batch(actor(), batch_id)
    files = [
        {"name": item.name, "size_bytes": item.size_bytes, "sha256": item.sha256}
        for item in account.items
        if item.parent_id is None
    ]
    return jsonify(files=files)
