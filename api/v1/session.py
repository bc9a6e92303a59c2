"""Signing in for programs, and the description of the API."""

from flask import Response, current_app, g, jsonify

from api.authn import actor, public, signed_in
from api.v1 import blueprint, schema
from api.v1.openapi import openapi_document
from api.v1.operation import body, operation, send
from api.web.context import instance


@blueprint.get("/openapi.json")
@public
@operation()
def openapi() -> Response:
    """This description."""
    return jsonify(openapi_document(current_app))


@blueprint.get("/health")
@public
@operation()
def health() -> Response:
    """Whether the web server answers. Says nothing else."""
    return jsonify(status="ok")


@blueprint.post("/sessions")
@public
@operation(schema.Token, schema.SignIn, status=201)
def sign_in() -> Response:
    """Sign in; the same refusal for an unknown name and a wrong password."""
    given = body(schema.SignIn)
    token = instance().sessions.start(given.username, given.password, g.visit)
    return send(schema.Token(token=token), 201)


@blueprint.delete("/sessions/current")
@signed_in
@operation(status=204)
def sign_out() -> Response:
    """End this session."""
    instance().sessions.end(g.session_token, actor())
    return Response(status=204)
