"""The OpenAPI 3.1 document, made from the routes, their docstrings and their pydantic models."""

import inspect
import re
from typing import Any

from flask import Flask
from pydantic.json_schema import models_json_schema
from werkzeug.routing import Rule

from api.authn import PUBLIC, needed_by
from api.v1.operation import Operation
from api.v1.schema import Problem

_REF = "#/components/schemas/{model}"
_METHODS = ("GET", "POST", "PUT", "DELETE")
_ARGUMENT = re.compile(r"<(?:(?P<kind>\w+):)?(?P<name>\w+)>")


def openapi_document(app: Flask) -> dict[str, Any]:
    """The description of every route under /api/v1."""
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("v1.")]
    models: set[Any] = {Problem}
    paths: dict[str, Any] = {}
    for rule in sorted(rules, key=lambda rule: rule.rule):
        described = _operation_of(app, rule)
        models |= {model for model in (described.takes, described.answers) if model}
        path = _ARGUMENT.sub(r"{\g<name>}", rule.rule)
        for method in sorted(set(rule.methods or ()) & set(_METHODS)):
            paths.setdefault(path, {})[method.lower()] = _describe(app, rule, described)
    pairs = sorted(
        ((model, "serialization") for model in models), key=lambda pair: pair[0].__name__
    )
    _, schemas = models_json_schema(pairs, ref_template=_REF)  # type: ignore[arg-type]
    return {
        "openapi": "3.1.0",
        "info": {"title": "EDRMS", "version": "1", "license": {"name": "Apache-2.0"}},
        "paths": paths,
        "components": {
            "schemas": schemas["$defs"],
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation_of(app: Flask, rule: Rule) -> Operation:
    described: Operation = vars(app.view_functions[rule.endpoint])["operation"]
    return described


def _describe(app: Flask, rule: Rule, described: Operation) -> dict[str, Any]:
    needs = needed_by(app, rule.endpoint)
    words = inspect.getdoc(app.view_functions[rule.endpoint]) or ""
    about: dict[str, Any] = {
        "operationId": _operation_id(app, rule),
        "summary": words.split("\n")[0],
        "description": f"{words}\n\nPermission: `{needs}`.",
        "parameters": _parameters(rule, described),
        "responses": {
            str(described.status): _answer(described),
            "default": {"description": "A refusal.", "content": _content(
                "application/problem+json", _ref(Problem))},
        },
        "security": [] if needs == PUBLIC else [{"bearer": []}],
    }  # fmt: skip
    if described.takes:
        about["requestBody"] = {
            "required": True, "content": _content("application/json", _ref(described.takes)),
        }  # fmt: skip
    if described.takes_bytes:
        about["requestBody"] = {"required": True, "content": _upload()}
    return about


def _operation_id(app: Flask, rule: Rule) -> str:
    """The view's name; where it serves clients and records alike, with which of them."""
    name = rule.endpoint.removeprefix("v1.")
    is_shared = len(list(app.url_map.iter_rules(rule.endpoint))) > 1
    return f"{name}_of_{rule.rule.split('/')[3]}" if is_shared else name


def _parameters(rule: Rule, described: Operation) -> list[dict[str, Any]]:
    found = [
        {
            "name": argument["name"], "in": "path", "required": True,
            "schema": {"type": "integer" if argument["kind"] == "int" else "string"},
        }
        for argument in _ARGUMENT.finditer(rule.rule)
    ]  # fmt: skip
    found += [
        {"name": name, "in": "query", "required": False, "schema": {"type": "string"}}
        for name in described.query
    ]
    return found


def _answer(described: Operation) -> dict[str, Any]:
    if described.answers:
        return {
            "description": inspect.getdoc(described.answers) or described.answers.__name__,
            "content": _content("application/json", _ref(described.answers)),
        }
    if described.status == 204:
        return {"description": "Done."}
    return {"description": "The bytes.", "content": {"application/octet-stream": {}}}


def _content(media_type: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {media_type: {"schema": schema}}


def _ref(model: type) -> dict[str, str]:
    return {"$ref": _REF.format(model=model.__name__)}


def _upload() -> dict[str, Any]:
    return {
        "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
        "multipart/form-data": {
            "schema": {
                "type": "object",
                "properties": {"file": {"type": "string", "format": "binary"}},
                "required": ["file"],
            }
        },
    }
