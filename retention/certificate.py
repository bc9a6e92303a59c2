"""What a certificate of the destruction of records says. Pure.

A certificate names records by reference and id, and nobody a file is about. Its form as a signed file is in
edrms/certificates/certificate.py; see docs/disposal.md.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from edrms.audit.verifier import Key
from edrms.certificates.certificate import (
    Person,
    genuine_of_form,
    name_at,
    name_of,
    plain,
    signer_of_form,
)

FORM = "edrms-disposal-certificate/1"


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
    values: dict[str, Any] = plain(asdict(certificate))
    return values


def genuine_certificate(data: bytes, key: Key) -> dict[str, Any]:
    """The file's whole content, if this key signed it and no byte is altered.

    Raises Tampered saying what is wrong: malformed, altered, forged or foreign.
    """
    return genuine_of_form(data, key, FORM)


def signer_of(data: bytes) -> str:
    """Name of the key the file says it was signed with. Raises Tampered."""
    return signer_of_form(data, FORM)


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
    yield "Proposed by", name_at(certified["proposer"], certified["proposed_at"])
    yield "Appraised by", "; ".join(name_of(one) for one in certified["appraisers"])
    yield "Approved by", name_at(certified["approver"], certified["approved_at"])
    yield "List approved (SHA-256)", certified["list_sha256"]
    yield "Waiting period", f"{certified['waiting_days']} days"
    yield "Set going by", name_at(certified["executor"], certified["executed_at"])
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
