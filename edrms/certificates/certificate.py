"""The form every certificate of destruction has: canonical JSON, signed, and how a genuine one is told. Pure.

The file given out is one line of canonical JSON: what is certified, its SHA-256, and a signed note
(c2sp.org/signed-note, in the form of a checkpoint: the key's name, how many things are listed as destroyed,
the SHA-256 in base64). What is certified has a `form` of its own and a list `destroyed`.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from edrms.audit.verifier import Checkpoint, Key, Tampered, genuine

_KEYS = {"certificate", "sha256", "pdf_sha256", "signature"}


@dataclass(frozen=True, slots=True)
class Person:
    """A member of staff: account and name as they were."""

    staff_id: str
    name: str


def canonical_json(value: Any) -> bytes:
    """The one form in bytes: UTF-8, keys sorted, no space between, no number but whole ones."""
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def plain(value: Any) -> Any:
    """Dataclasses turned into dictionaries as JSON has them: tuples are lists."""
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    return [plain(one) for one in value] if isinstance(value, list | tuple) else value


def certified_sha256(certified: dict[str, Any], pdf_sha256: str) -> bytes:
    """What is signed: SHA-256 over the canonical JSON of the content and the PDF's hash."""
    both = canonical_json({"certificate": certified, "pdf_sha256": pdf_sha256})
    return hashlib.sha256(both).digest()


def document(certified: dict[str, Any], pdf_sha256: str, signature: str) -> str:
    """The file as it is given out."""
    whole = {
        "certificate": certified, "pdf_sha256": pdf_sha256, "signature": signature,
        "sha256": certified_sha256(certified, pdf_sha256).hex(),
    }  # fmt: skip
    return canonical_json(whole).decode() + "\n"


def name_of(person: dict[str, str]) -> str:
    """A person in a certificate, for reading."""
    return f"{person['name']} ({person['staff_id']})"


def name_at(person: dict[str, str], at: str) -> str:
    """Who did something, and when."""
    return f"{name_of(person)}, {at}"


def genuine_of_form(data: bytes, key: Key, form: str) -> dict[str, Any]:
    """The file's whole content, if it is of this form, this key signed it and no byte is altered.

    Raises Tampered saying what is wrong: malformed, altered, forged or foreign.
    """
    whole = _read(data, form)
    certified, pdf_sha256, note = whole["certificate"], whole["pdf_sha256"], whole["signature"]
    digest = certified_sha256(certified, pdf_sha256)
    if whole["sha256"] != digest.hex():
        raise Tampered("altered", "what is certified does not have the SHA-256 beside it")
    try:
        head = genuine(note, key)
    except Tampered as error:
        raise Tampered(error.kind, f"its signature does not hold ({error})") from error
    if head.root != digest:
        raise Tampered("altered", "it does not have the SHA-256 that was signed")
    if head.note != note or len(head.signatures) != 1 or head.size != len(certified["destroyed"]):
        raise Tampered("altered", "it does not list as many things as were signed")
    return whole


def signer_of_form(data: bytes, form: str) -> str:
    """Name of the key the file says it was signed with. Raises Tampered."""
    return Checkpoint.parse(_read(data, form)["signature"]).origin


def form_of(data: bytes) -> str:
    """The form a file says it has, "" for what is no certificate."""
    try:
        return str(json.loads(data)["certificate"]["form"])
    except (ValueError, RecursionError, TypeError, KeyError):
        return ""


def _read(data: bytes, form: str) -> dict[str, Any]:
    try:
        whole = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Tampered("malformed", "this is not a certificate: it is no JSON") from error
    if not isinstance(whole, dict) or set(whole) != _KEYS:
        raise Tampered("malformed", "this is not a certificate of destruction")
    certified = whole["certificate"]
    texts = all(isinstance(whole[name], str) for name in _KEYS - {"certificate"})
    if not texts or not isinstance(certified, dict) or certified.get("form") != form:
        raise Tampered("malformed", f"this is not a certificate of the form {form}")
    if not isinstance(certified.get("destroyed"), list):
        raise Tampered("malformed", "this certificate lists nothing as destroyed")
    try:
        if canonical_json(whole) + b"\n" != data:
            raise Tampered("altered", "its bytes are not those it was given out with")
    except (ValueError, RecursionError) as error:
        raise Tampered("malformed", "this certificate holds what no certificate does") from error
    return whole
