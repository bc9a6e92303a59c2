"""What a certificate of destruction says, its canonical JSON, and whether a file is a genuine one. Pure.

A certificate names records by reference and id, and nobody a file is about. The file given out is one line
of canonical JSON: what is certified, its SHA-256, and a signed note (c2sp.org/signed-note, in the form of a
checkpoint: the key's name, how many records were destroyed, the SHA-256 in base64). See docs/disposal.md.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from edrms.audit.verifier import Checkpoint, Key, Tampered, genuine
from retention.frozen_list import canonical_json

FORM = "edrms-disposal-certificate/1"
_KEYS = {"certificate", "sha256", "pdf_sha256", "signature"}


@dataclass(frozen=True, slots=True)
class Person:
    """A member of staff: account and name as they were."""

    staff_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Destroyed:
    """One record that is gone. due_on, authority, schedule_version: as asked when it was given up.

    places: where it was looked for afterwards and not found. remains_in: references of records whose
    own file as it came still contains pages of this one. received_by: who has it now, by which transfer;
    "" for one that was handed to nobody.
    """

    record_id: str
    reference: str
    class_id: str
    authority: str
    schedule_version: int
    due_on: str
    destroyed_at: str
    pages: int
    sha256: tuple[str, ...]
    places: tuple[str, ...]
    remains_in: tuple[str, ...]
    received_by: str = ""


@dataclass(frozen=True, slots=True)
class Certificate:
    """One case, carried out. Moments are ISO 8601 in UTC; days are civil dates.

    kept: how many were not carried out, whatever the cause. clock: what the machine's clock was compared
    with. checkpoint_*: the head of the audit log at certification. backups_expire_on: until then a backup
    may still hold what was destroyed.
    """

    council: str
    case_id: str
    reference: str
    schedule_version: int
    proposer: Person
    proposed_at: str
    appraisers: tuple[Person, ...]
    approver: Person
    approved_at: str
    list_sha256: str
    waiting_days: int
    executor: Person
    executed_at: str
    certified_at: str
    destroyed: tuple[Destroyed, ...]
    extended: int
    reclassed: int
    kept: int
    checkpoint_origin: str
    checkpoint_size: int
    checkpoint_root: str
    clock: str
    backups_expire_on: str
    form: str = FORM


def content(certificate: Certificate) -> dict[str, Any]:
    """The certificate as JSON values."""
    plain: dict[str, Any] = _plain(asdict(certificate))
    return plain


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


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


def genuine_certificate(data: bytes, key: Key) -> dict[str, Any]:
    """The file's whole content, if this key signed it and no byte is altered.

    Raises Tampered saying what is wrong: malformed, altered, forged or foreign.
    """
    whole = _read(data)
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
        raise Tampered("altered", "it does not have the number of records that was signed")
    return whole


def signer_of(data: bytes) -> str:
    """Name of the key the file says it was signed with. Raises Tampered."""
    return Checkpoint.parse(_read(data)["signature"]).origin


def _read(data: bytes) -> dict[str, Any]:
    try:
        whole = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Tampered("malformed", "this is not a certificate: it is no JSON") from error
    if not isinstance(whole, dict) or set(whole) != _KEYS:
        raise Tampered("malformed", "this is not a certificate of destruction")
    certified = whole["certificate"]
    texts = all(isinstance(whole[name], str) for name in _KEYS - {"certificate"})
    if not texts or not isinstance(certified, dict) or certified.get("form") != FORM:
        raise Tampered("malformed", f"this is not a certificate of the form {FORM}")
    if not isinstance(certified.get("destroyed"), list):
        raise Tampered("malformed", "this certificate lists no records")
    try:
        if canonical_json(whole) + b"\n" != data:
            raise Tampered("altered", "its bytes are not those it was given out with")
    except (ValueError, RecursionError) as error:
        raise Tampered("malformed", "this certificate holds what no certificate does") from error
    return whole


def lines(certified: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The certificate for reading: a heading or name, and what stands beside it; records are not in it."""
    yield "Council", certified["council"]
    yield "Case", f"{certified['reference']} ({certified['case_id']})"
    yield "Records destroyed", str(len(certified["destroyed"]))
    yield "Kept longer by decision", str(certified["extended"])
    yield "Moved to another class", str(certified["reclassed"])
    yield "Not carried out", str(certified["kept"])
    yield "Retention schedule", f"version {certified['schedule_version']}"
    for class_id, authority in rules_of(certified):
        yield f"Rule {class_id}", authority
    yield "Proposed by", _by(certified["proposer"], certified["proposed_at"])
    yield "Appraised by", "; ".join(_name(one) for one in certified["appraisers"])
    yield "Approved by", _by(certified["approver"], certified["approved_at"])
    yield "List approved (SHA-256)", certified["list_sha256"]
    yield "Waiting period", f"{certified['waiting_days']} days"
    yield "Set going by", _by(certified["executor"], certified["executed_at"])
    yield "Certified at", certified["certified_at"]
    yield "Clock compared with", certified["clock"]
    yield "Audit log", f"{certified['checkpoint_origin']}, {certified['checkpoint_size']} events"
    yield "Root of the audit log", certified["checkpoint_root"]
    yield "Backups expire on", certified["backups_expire_on"]


def rules_of(certified: dict[str, Any]) -> list[tuple[str, str]]:
    """Class and authority of every rule that records were destroyed by."""
    return sorted({(one["class_id"], one["authority"]) for one in certified["destroyed"]})


def record_row(one: dict[str, Any]) -> tuple[str, ...]:
    """A destroyed record for reading: reference, class, due, destroyed, pages, who else has it."""
    handed = (f"handed to {one['received_by']}",) if one["received_by"] else ()
    return (
        one["reference"], one["class_id"], one["due_on"], one["destroyed_at"], str(one["pages"]),
        ", ".join([*one["remains_in"], *handed]) or "-",
    )  # fmt: skip


def _by(person: dict[str, str], at: str) -> str:
    return f"{_name(person)}, {at}"


def _name(person: dict[str, str]) -> str:
    return f"{person['name']} ({person['staff_id']})"
