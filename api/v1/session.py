"""Signing in for programs, and the description of the API."""

from flask import Response, current_app, g, jsonify

from api.arrivals import arrival
from api.authn import actor, before_all_else, public, signed_in
from api.limits import counted_as
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
@counted_as("sign_ins")
@operation(schema.Token, schema.SignIn, status=201)
def sign_in() -> Response:
    """Sign in; the same refusal for an unknown name, a wrong password, and a wrong or missing code."""
    given = body(schema.SignIn)
    token = instance().sessions.start(given.username, given.password, given.code, arrival())
    return send(schema.Token(token=token), 201)


@blueprint.post("/sessions/current/proof")
@signed_in
@operation(schema.Token, schema.Proof)
def prove() -> Response:
    """Give password and code again, for acts that want them fresh; the session has a new token."""
    given = body(schema.Proof)
    begun = instance().sessions.prove(g.session_token, given.password, given.code, arrival())
    return send(schema.Token(token=begun.token))


@blueprint.delete("/sessions/current")
@signed_in
@before_all_else
@operation(status=204)
def sign_out() -> Response:
    """End this session."""
    instance().sessions.end(g.session_token, actor())
    return Response(status=204)
