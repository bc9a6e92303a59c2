"""What a certificate of the destruction of paper says. Pure.

It names stretches of batches and records by reference, and nobody a file is about. Its form as a signed file
is in edrms/certificates/certificate.py; see docs/paper.md.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from edrms.audit.verifier import Key
from edrms.certificates.certificate import Person, genuine_of_form, name_at, plain

FORM = "edrms-paper-certificate/1"


@dataclass(frozen=True, slots=True)
class DestroyedPaper:
    """A stretch of paper that is gone. file: number of the file within the batch, 0 for all of it; pages 0
    mean all. records: references of those whose paper it was. conditions: what was asked when it was
    confirmed, and why it was true."""

    part_id: str
    box: str
    batch: str
    file: int
    first_page: int
    last_page: int
    records: tuple[str, ...]
    conditions: dict[str, str]


@dataclass(frozen=True, slots=True)
class Certificate:
    """One act of destruction. Moments are ISO 8601 in UTC; days are civil dates.

    number: of the contractor's own certificate, "" where there was none. clock: what the machine's clock
    was compared with. checkpoint_*: the head of the audit log when it was certified.
    """

    council: str
    destruction_id: str
    reference: str
    proposer: Person
    proposed_at: str
    confirmer: Person
    confirmed_at: str
    list_sha256: str
    destroyed_on: str
    method: str
    witness: str
    contractor: str
    number: str
    destroyed: tuple[DestroyedPaper, ...]
    checkpoint_origin: str
    checkpoint_size: int
    checkpoint_root: str
    clock: str
    form: str = FORM


def content(certificate: Certificate) -> dict[str, Any]:
    """The certificate as JSON values."""
    values: dict[str, Any] = plain(asdict(certificate))
    return values


def genuine_certificate(data: bytes, key: Key) -> dict[str, Any]:
    """The file's whole content, if this key signed it and no byte is altered. Raises Tampered."""
    return genuine_of_form(data, key, FORM)


def lines(certified: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """The certificate for reading: a name, and what stands beside it; the list is not in it."""
    yield "Council", certified["council"]
    yield "Destruction of paper", f"{certified['reference']} ({certified['destruction_id']})"
    yield "Destroyed on", certified["destroyed_on"]
    yield "Method", certified["method"].replace("_", " ")
    yield "Witness", certified["witness"]
    if certified["contractor"]:
        yield "Contractor", certified["contractor"]
        yield "Contractor's certificate", certified["number"]
    yield "Proposed by", name_at(certified["proposer"], certified["proposed_at"])
    yield "Confirmed by", name_at(certified["confirmer"], certified["confirmed_at"])
    yield "List (SHA-256)", certified["list_sha256"]
    yield "Clock compared with", certified["clock"]
    yield "Audit log", f"{certified['checkpoint_origin']}, {certified['checkpoint_size']} events"
    yield "Root of the audit log", certified["checkpoint_root"]


def paper_row(one: dict[str, Any]) -> tuple[str, ...]:
    """A stretch for reading: box, batch, file, pages, records."""
    pages = f"{one['first_page']}-{one['last_page']}" if one["first_page"] else "all"
    return (
        one["box"], one["batch"], str(one["file"]) if one["file"] else "all", pages,
        ", ".join(one["records"]) or "-",
    )  # fmt: skip
