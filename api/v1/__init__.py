"""The JSON API, version 1: what the pages can do, for programs. Described at /api/v1/openapi.json."""

from flask import Blueprint

blueprint = Blueprint("v1", __name__, url_prefix="/api/v1")

from api.v1 import (  # noqa: E402, F401 - they add their routes
    access,
    audit,
    disposal,
    finding,
    guarding,
    holds,
    incidents,
    indexing,
    intake,
    misfiles,
    paper,
    quality,
    retention,
    schedules,
    separation,
    session,
    transfers,
)
