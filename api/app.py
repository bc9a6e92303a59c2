"""The Flask application: JSON API and pages over one instance."""

from pathlib import Path

from flask import Flask, Response, g
from werkzeug.middleware.proxy_fix import ProxyFix

from api.arrivals import cookie_name
from api.authn import check_routes, harden, install_authn
from api.content_host import install_content_host
from api.journal import JournalledFlask, install_journal
from api.v1 import blueprint as v1
from api.web.assets import require_vendor
from api.web.templating import install_templates
from api.web.views import BLUEPRINTS
from api.wiring import Instance
from edrms.staff.sealing import instance_secret

_FORM_OVERHEAD_BYTES = 1 << 20
_MOST_FILES_IN_A_FORM = 500
_STATIC_KEPT_S = 300


def create_app(instance: Instance) -> Flask:
    """The application for an instance. Raises CannotStart when a route names no permission."""
    settings = instance.settings
    app = JournalledFlask("api.web", static_folder=str(Path(__file__).parent / "web" / "static"))
    app.config.update(
        SECRET_KEY=instance_secret(settings),
        COUNCIL_NAME=settings.council_name,
        MAX_CONTENT_LENGTH=_MOST_FILES_IN_A_FORM * settings.max_upload_bytes,
        MAX_FORM_MEMORY_SIZE=_FORM_OVERHEAD_BYTES,
        MAX_FORM_PARTS=_MOST_FILES_IN_A_FORM + 50,
        SEND_FILE_MAX_AGE_DEFAULT=_STATIC_KEPT_S,
        SESSION_COOKIE_NAME=cookie_name("edrms_messages", is_secure=settings.secure_cookies),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
    )
    app.extensions["instance"] = instance
    if settings.trusted_proxies:
        told_by_proxy = ProxyFix(app.wsgi_app, x_for=settings.trusted_proxies, x_proto=0, x_host=0)
        app.wsgi_app = told_by_proxy  # type: ignore[method-assign]
    require_vendor()
    install_templates(app)
    install_journal(app)
    install_content_host(app, settings)
    install_authn(app, instance)
    for blueprint in (*BLUEPRINTS, v1):
        app.register_blueprint(blueprint)
    app.after_request(harden)
    app.after_request(_name_answer)
    check_routes(app)
    return app


def _name_answer(response: Response) -> Response:
    """The proxy's log and ours then speak of a request by the same id."""
    response.headers["X-Request-Id"] = g.request_id
    return response
