"""What an API view says of itself, and how its bodies are read and written."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from flask import Response, request
from pydantic import BaseModel, ValidationError

from edrms.errors import Invalid

Body = TypeVar("Body", bound=BaseModel)
View = TypeVar("View", bound=Callable[..., object])


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the OpenAPI document. answers: None where it answers with bytes or nothing."""

    answers: type[BaseModel] | None = None
    takes: type[BaseModel] | None = None
    status: int = 200
    query: tuple[str, ...] = ()
    takes_bytes: bool = False


def operation(
    answers: type[BaseModel] | None = None,
    takes: type[BaseModel] | None = None,
    *,
    status: int = 200,
    query: tuple[str, ...] = (),
    takes_bytes: bool = False,
) -> Callable[[View], View]:
    """Say what the view takes and answers; its docstring is the description."""

    def mark(view: View) -> View:
        view.operation = Operation(answers, takes, status, query, takes_bytes)  # type: ignore[attr-defined]
        return view

    return mark


def body(model: type[Body]) -> Body:
    """The request's JSON as this model. Raises Invalid with what is wrong in which field."""
    try:
        return model.model_validate_json(request.get_data(cache=False) or b"{}")
    except ValidationError as error:
        fields = {".".join(str(part) for part in e["loc"]): e["msg"] for e in error.errors()}
        raise Invalid(
            "The body is not as described in /api/v1/openapi.json.", fields=fields
        ) from error


def send(model: BaseModel, status: int = 200) -> Response:
    """A model as JSON."""
    return Response(model.model_dump_json(), status=status, mimetype="application/json")
