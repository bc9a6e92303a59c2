"""The style guide as a small Flask app: the product's addresses, answered with sample values.

`PAGES` is the list of everything to look at. Addresses and endpoint names are the product's, so
that every link resolves; forms lead back to the page they came from and change nothing.
"""

import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from flask import Flask, Response, jsonify, render_template, request

from api.web.assets import require_vendor
from api.web.preview import samples_finding as finding
from api.web.preview import samples_identity as identity
from api.web.preview import samples_misfiles as misfiles
from api.web.preview import samples_post as post
from api.web.preview.pictures import page_picture
from api.web.templating import STATIC, client_facts, install_templates
from api.web.view_models import (
    CodePage,
    ErrorPage,
    FindClientPage,
    HomePage,
    PasswordPage,
    ProvePage,
    SearchPage,
    Shell,
    SignInPage,
)
from api.web.view_models.indexing import BeingMadePage

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

# endpoint, address, template, sample
PAGES: tuple[tuple[str, str, str, object], ...] = (
    ("auth.sign_in", "/sign-in", "sign_in.html", SignInPage()),
    ("home.index", "/", "home.html", finding.HOME),
    ("post.upload", "/post/upload", "upload.html", post.UPLOAD),
    ("post.batches", "/batches", "batches.html", post.BATCHES),
    ("post.batch", "/batches/<batch_id>", "batch.html", post.BATCH),
    ("post.continue_batch", "/batches/<batch_id>/continue", "upload_continue.html", post.CONTINUE),
    ("post.trace", "/batches/trace", "trace.html", post.TRACE),
    ("post.sheets", "/batches/sheets", "sheets.html", post.SHEETS),
    ("pages.index", "/items/<item_id>/pages", "pages.html", post.FILE_PAGES),
    ("queue.index", "/queue", "queue.html", finding.QUEUE),
    ("queue.document", "/queue/<document_id>", "index_document.html", finding.WORKBENCH),
    ("arrivals.index", "/arrivals", "arrivals.html", finding.ARRIVALS),
    ("clients.find", "/clients", "find_client.html", finding.FIND_CLIENT),
    ("clients.show", "/clients/<client_id>", "client.html", finding.CLIENT),
    ("search.index", "/search", "search.html", finding.SEARCH),
    ("records.show", "/records/<record_id>", "record.html", finding.RECORD),
    (
        "wrong_person.repair",
        "/records/<record_id>/wrong-person",
        "wrong_person.html",
        misfiles.REPAIR,
    ),
    (
        "wrong_person.report",
        "/records/<record_id>/wrong-person/report",
        "wrong_person.html",
        misfiles.REPORT,
    ),
    ("misfiles.index", "/misfiles", "misfiles.html", misfiles.MISFILES),
    ("misfiles.show", "/misfiles/<finding_id>", "misfile.html", misfiles.MISFILE),
    ("incidents.index", "/incidents", "incidents.html", misfiles.INCIDENTS),
    ("incidents.show", "/incidents/<incident_id>", "incident.html", misfiles.INCIDENT),
    ("auth.code", "/sign-in/code", "sign_in_code.html", CodePage()),
    ("auth.prove", "/prove", "prove.html", ProvePage(needs_code=True, username="rsample")),
    ("account.show", "/account", "account.html", identity.ACCOUNT),
    ("account.password", "/account/password", "password.html", PasswordPage(is_forced=True)),
    ("account.second_factor", "/account/second-factor", "second_factor.html", identity.FACTOR),
    ("staff.index", "/staff", "staff.html", identity.STAFF),
    ("staff.add", "/staff/new", "staff_new.html", identity.NEW_STAFF),
    ("staff.show", "/staff/<staff_id>", "staff_member.html", identity.MEMBER),
    ("tokens.index", "/tokens", "tokens.html", identity.TOKENS),
    ("status.index", "/status", "status.html", post.STATUS),
    ("status.reconciliation", "/status/pages", "reconciliation.html", post.RECONCILIATION),
)
VARIANTS: tuple[tuple[str, str, object], ...] = (
    ("sign-in-failed", "sign_in.html", SignInPage(username="rsample", failed=True)),
    ("code-failed", "sign_in_code.html", CodePage(failed=True)),
    ("prove-failed", "prove.html", ProvePage(needs_code=True, username="rsample", failed=True)),
    ("recovery-codes", "recovery_codes.html", identity.CODES),
    ("own-account", "staff_member.html", identity.OWN_MEMBER),
    ("new-staff-faults", "staff_new.html", identity.NEW_STAFF_FAULTS),
    ("no-tokens", "tokens.html", identity.NO_TOKENS),
    ("token-made", "token_made.html", identity.TOKEN_MADE),
    ("home-bare", "home.html", HomePage(may_search=True)),
    ("upload-faults", "upload.html", post.UPLOAD_FAULTS),
    ("no-batches", "batches.html", post.NO_BATCHES),
    ("workbench-faults", "index_document.html", finding.WORKBENCH_FAULTS),
    ("search-start", "search.html", SearchPage()),
    ("being-made", "index_being_made.html", BeingMadePage(document_id="d1")),
    ("nothing-found", "search.html", finding.NOTHING_FOUND),
    ("bad-query", "search.html", finding.BAD_QUERY),
    ("clients-start", "find_client.html", FindClientPage()),
    ("clients-own", "find_client.html", finding.OWN_PEOPLE),
    ("reported-already", "wrong_person.html", misfiles.REPORTED),
    ("take-off-found", "wrong_person.html", misfiles.REPAIR_FOUND),
    ("take-off-faults", "wrong_person.html", misfiles.REPAIR_FAULTS),
    ("misfiles-dismissed", "misfiles.html", misfiles.DISMISSED),
    ("no-misfiles", "misfiles.html", misfiles.NO_MISFILES),
    ("misfile-faults", "misfile.html", misfiles.MISFILE_FAULTS),
    ("misfile-settled", "misfile.html", misfiles.MISFILE_SETTLED),
    ("no-incidents", "incidents.html", misfiles.NO_INCIDENTS),
    ("incident-reported", "incident.html", misfiles.INCIDENT_REPORTED),
    ("incident-faults", "incident.html", misfiles.INCIDENT_FAULTS),
    ("incident-barred", "incident.html", misfiles.INCIDENT_BARRED),
    ("incident-assessed", "incident.html", misfiles.INCIDENT_ASSESSED),
    ("incident-closed", "incident.html", misfiles.INCIDENT_CLOSED),
    *(
        (f"error-{status}", "error.html", ErrorPage(status=status, request_id="7f3a-91c0"))
        for status in (400, 401, 403, 404, 409, 413, 429, 500, 503, 507)
    ),
)
ACTIONS: tuple[tuple[str, str], ...] = (
    ("auth.sign_out", "/sign-out"),
    ("account.end_session", "/account/sessions/<session_id>/end"),
    ("account.recovery_codes", "/account/recovery-codes"),
    ("staff.deactivate", "/staff/<staff_id>/deactivate"),
    ("staff.reactivate", "/staff/<staff_id>/reactivate"),
    ("staff.give_role", "/staff/<staff_id>/roles"),
    ("staff.say_whose", "/staff/<staff_id>/person"),
    ("staff.take_role", "/staff/<staff_id>/roles/<role>/take"),
    ("staff.set_password", "/staff/<staff_id>/password"),
    ("staff.end_sessions", "/staff/<staff_id>/sessions/end"),
    ("staff.reset_factor", "/staff/<staff_id>/second-factor/reset"),
    ("tokens.issue", "/tokens"),
    ("tokens.add_program", "/tokens/programs"),
    ("tokens.revoke", "/tokens/<token_id>/revoke"),
    ("post.create_batch", "/batches"),
    ("post.send_the_rest", "/batches/<batch_id>/continue"),
    ("post.retry_item", "/batches/<batch_id>/items/<item_id>/retry"),
    ("post.reject_item", "/batches/<batch_id>/items/<item_id>/reject"),
    ("post.tell_counts", "/batches/<batch_id>/counts"),
    ("post.close_batch", "/batches/<batch_id>/close"),
    ("post.reopen_batch", "/batches/<batch_id>/reopen"),
    ("post.restore_document", "/batches/<batch_id>/documents/<document_id>/restore"),
    ("post.make_sheets", "/batches/sheets"),
    ("pages.change", "/items/<item_id>/pages"),
    ("pages.undo", "/items/<item_id>/pages/undo"),
    ("misfiles.dismiss", "/misfiles/<finding_id>/dismiss"),
    ("incidents.assess", "/incidents/<incident_id>/assess"),
    ("incidents.close", "/incidents/<incident_id>/close"),
    ("incidents.dismiss", "/incidents/<incident_id>/dismiss"),
    ("queue.take_next", "/queue/next"),
    ("queue.file_document", "/queue/<document_id>/file"),
    ("queue.stop", "/queue/stop"),
    ("queue.release", "/queue/<document_id>/release"),
    ("queue.take_back", "/queue/<document_id>/take-back"),
    ("queue.ready_next", "/queue/<document_id>/next"),
    ("queue.split_document", "/queue/<document_id>/split"),
    ("queue.join_document", "/queue/<document_id>/join"),
    ("queue.skip_document", "/queue/<document_id>/skip"),
    ("queue.reject_document", "/queue/<document_id>/reject"),
)

LISTS_SAVED: tuple[tuple[str, str], ...] = (
    ("misfiles.as_file", "/misfiles/list.csv"),
    ("incidents.listed_csv", "/incidents.csv"),
    ("incidents.readers_csv", "/incidents/<incident_id>/readers.csv"),
)


def addresses() -> list[str]:
    """The address of every page and variant, for whoever looks at them all."""
    samples = {
        "<batch_id>": "b412",
        "<document_id>": "d1",
        "<client_id>": "c1",
        "<record_id>": "r1",
        "<item_id>": "i1",
        "<staff_id>": "s1",
        "<finding_id>": "f1",
        "<incident_id>": "i1",
    }
    paths = [rule for _, rule, _, _ in PAGES]
    for part, value in samples.items():
        paths = [path.replace(part, value) for path in paths]
    return [*paths, *(f"/variants/{name}" for name, _, _ in VARIANTS)]


def create_preview() -> Flask:
    """The style guide's app, with the content security policy of the product."""
    require_vendor()
    app = Flask(__name__, static_folder=str(STATIC), static_url_path="/static")
    app.secret_key = secrets.token_hex()
    install_templates(app)
    app.context_processor(lambda: {"shell": _shell_here()})
    for endpoint, rule, template, sample in PAGES:
        app.add_url_rule(rule, endpoint, _page(template, sample))
    for name, template, sample in VARIANTS:
        app.add_url_rule(f"/variants/{name}", name, _page(template, sample))
    for endpoint, rule in ACTIONS:
        app.add_url_rule(rule, endpoint, _acted, methods=["POST"])
    _add_data(app)
    app.after_request(_with_policy)
    return app


def _shell_here() -> Shell:
    if "sign-in" in request.path:
        return Shell(council_name="Exampleshire Council", csrf_token="")
    return post.shell(request.path)


def _page(template: str, sample: object) -> Callable[..., str]:
    def show(**parts: str) -> str:
        return render_template(template, page=sample)

    return show


def _acted(**parts: str) -> Response | tuple[str, int, dict[str, str]]:
    if request.accept_mimetypes.best == "application/json":
        return jsonify(batch_url="/batches/b412", receive_url="/batches/b412/files")
    return "", 303, {"Location": request.referrer or "/"}


def _add_data(app: Flask) -> None:
    def picture(width_px: int) -> Callable[..., Response]:
        def draw(page_number: int, **parts: str) -> Response:
            return Response(page_picture(page_number, width_px), mimetype="image/png")

        return draw

    queue, record = "/queue/<document_id>", "/records/<record_id>"
    page = "/pages/<int:page_number>"
    app.add_url_rule(queue + page, "queue.page_image", picture(1240))
    app.add_url_rule(queue + page + "/ahead", "queue.page_ahead", picture(1240))
    app.add_url_rule(record + page, "records.page_image", picture(1240))
    app.add_url_rule(record + page + "/thumbnail", "records.thumbnail", picture(152))
    app.add_url_rule("/items/<item_id>" + page + "/picture", "pages.picture", picture(152))
    app.add_url_rule(record + "/<rendition>", "records.download", _empty_download)
    app.add_url_rule("/misfiles/<finding_id>" + page, "misfiles.page_image", picture(1240))
    for endpoint, rule in LISTS_SAVED:
        app.add_url_rule(rule, endpoint, _empty_download)
    app.add_url_rule("/batches/<batch_id>/sheet.pdf", "post.batch_sheet", _empty_download)
    app.add_url_rule(
        "/batches/<batch_id>/items/<item_id>/original", "post.download_item", _empty_download
    )
    app.add_url_rule("/batches/<batch_id>/files", "post.held_files", _held_files)
    app.add_url_rule("/clients/suggest", "clients.suggest", _suggest)
    app.add_url_rule("/clients/siblings", "clients.siblings", _suggest)
    app.add_url_rule(
        "/batches/<batch_id>/files", "post.receive_file", _receive_file, methods=["POST"]
    )


def _empty_download(**parts: str) -> Response:
    return Response(b"", mimetype="application/pdf")


def _held_files(**parts: str) -> Response:
    return jsonify(files=[])


def _suggest() -> Response:
    clients = [
        {"client_id": client.client_id, "name": client.name, "facts": client_facts(client)}
        for client in (finding.AMARA, finding.TOBY, finding.NO_DATE_CLIENT)
        if request.args.get("q", "").lower() in client.name.lower()
    ]
    return jsonify(clients=clients)


def _receive_file(**parts: str) -> tuple[Any, int]:
    name = unquote(request.headers["X-File-Name"])
    if name.endswith(".exe"):
        return jsonify(title="Refused", detail="Programs are not accepted. Send a PDF."), 415
    return jsonify(item_id="i1", name=name), 201


def _with_policy(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    return response
