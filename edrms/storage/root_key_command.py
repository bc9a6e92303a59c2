"""A root key that stays in a key management system, asked through a program of the council's own.

EDRMS_ROOT_KEY_COMMAND is run once for each request, without a shell. It is given one JSON object on
standard input and answers with one on standard output; bytes are base64:
  {"do": "current"}                                          -> {"root_id": "..."}
  {"do": "wrap", "key": "...", "bound_to": "..."}            -> {"root_id": "...", "wrapped": "..."}
  {"do": "unwrap", "root_id": "...", "wrapped": "...", "bound_to": "..."}  -> {"key": "..."}
{"refused": "why"} says that the wrapped bytes do not open. Any other ending means: not available now.
"""

import base64
import binascii
import json
import shlex
import subprocess
from functools import lru_cache
from typing import Any

from edrms.errors import CannotStart, Damaged, Unavailable
from edrms.storage.sealed_format import KEY_BYTES

ANSWER_WITHIN_S = 20
MOST_REMEMBERED = 2048
MOST_WRAPPED_BYTES = 4096
MOST_ID_CHARACTERS = 64


class CommandRootKey:
    """Asks the program. What it unwrapped is remembered by this process, up to MOST_REMEMBERED keys."""

    def __init__(self, command: str) -> None:
        self._words = shlex.split(command)
        if not self._words:
            raise CannotStart("EDRMS_ROOT_KEY_COMMAND: expected a program and its arguments.")
        self._unwrapped = lru_cache(MOST_REMEMBERED)(self._unwrap)

    def current_id(self) -> str:
        return _root_id(self._ask({"do": "current"}))

    def wrap(self, key: bytes, bound_to: bytes) -> tuple[str, bytes]:
        answer = self._ask({"do": "wrap", "key": _text(key), "bound_to": _text(bound_to)})
        wrapped = _bytes(answer, "wrapped")
        if not KEY_BYTES < len(wrapped) <= MOST_WRAPPED_BYTES:
            raise _senseless("a wrapped key of an impossible length")
        return _root_id(answer), wrapped

    def unwrap(self, root_id: str, wrapped: bytes, bound_to: bytes) -> bytes:
        return self._unwrapped(root_id, wrapped, bound_to)

    def _unwrap(self, root_id: str, wrapped: bytes, bound_to: bytes) -> bytes:
        asked = {"do": "unwrap", "root_id": root_id, "wrapped": _text(wrapped)}
        key = _bytes(self._ask(asked | {"bound_to": _text(bound_to)}), "key")
        if len(key) != KEY_BYTES:
            raise _senseless("a key of another length than 32 bytes")
        return key

    def _ask(self, asked: dict[str, str]) -> dict[str, Any]:
        try:
            ended = subprocess.run(
                self._words, input=json.dumps(asked).encode(), capture_output=True,
                timeout=ANSWER_WITHIN_S, check=False,
            )  # fmt: skip
        except FileNotFoundError as error:
            raise CannotStart(f"EDRMS_ROOT_KEY_COMMAND: no program {self._words[0]}.") from error
        except (OSError, subprocess.TimeoutExpired) as error:
            raise _senseless(type(error).__name__) from error
        answer = _object(ended.stdout)
        if "refused" in answer:
            raise Damaged("The key management system refused to unwrap a key.")
        if ended.returncode:
            raise _senseless(f"status {ended.returncode}")
        return answer


def _object(text: bytes) -> dict[str, Any]:
    try:
        answer = json.loads(text or b"{}")
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def _root_id(answer: dict[str, Any]) -> str:
    root_id = answer.get("root_id")
    if not isinstance(root_id, str) or not 0 < len(root_id) <= MOST_ID_CHARACTERS:
        raise _senseless("no root_id of 1 to 64 characters")
    return root_id


def _bytes(answer: dict[str, Any], name: str) -> bytes:
    try:
        return base64.b64decode(answer[name], validate=True)
    except (KeyError, TypeError, binascii.Error) as error:
        raise _senseless(f"no {name}") from error


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _senseless(cause: str) -> Unavailable:
    return Unavailable(
        "The key management system did not answer as it should. Documents cannot be opened or "
        "received until it does.",
        code="root_key_unavailable",
        cause=cause,
    )
