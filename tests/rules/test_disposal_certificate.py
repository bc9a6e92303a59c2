"""A certificate: the same content gives the same bytes, and one altered byte is found and named."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from edrms.audit.verifier import Tampered
from edrms.certificates.certificate import canonical_json, certified_sha256, document
from retention.certificate import (
    Certificate,
    Destroyed,
    Person,
    content,
    genuine_certificate,
    lines,
    record_row,
    rules_of,
    signer_of,
)
from retention.certificate_pdf import pdf_of
from retention.frozen_list import ListedItem, list_sha256
from tests.service.audit_logs import signer

NAME = "edrms/log-of-tests/disposal"
ANNA, BERT, CARA = Person("a" * 32, "Anna"), Person("b" * 32, "Bert"), Person("c" * 32, "Cára")
GONE = Destroyed(
    record_id="d" * 32, reference="R-7K4M-Q2XD", class_id="A02", authority="Code of practice",
    schedule_version=3, due_on="2018-01-04", destroyed_at="2026-06-15T09:00:00+00:00", pages=4,
    sha256=("0" * 64,), places=("ledger", "rows", "search index", "stored files"), remains_in=(),
)  # fmt: skip
CERTIFICATE = Certificate(
    council="Borchester Council", case_id="e" * 32, reference="X-AAAA-BBBB", schedule_version=3,
    proposer=ANNA, proposed_at="2026-06-01T09:00:00+00:00", appraisers=(ANNA,), approver=BERT,
    approved_at="2026-06-01T10:00:00+00:00", list_sha256="1" * 64, waiting_days=14, executor=CARA,
    executed_at="2026-06-15T10:00:00+00:00", certified_at="2026-06-15T10:01:00+00:00",
    destroyed=(GONE, replace(GONE, record_id="f" * 32, reference="R-AAAA-AAAA")), extended=1,
    reclassed=0, kept=2, checkpoint_origin="edrms/log-of-tests", checkpoint_size=900,
    checkpoint_root="A" * 43 + "=", clock="checkpoint 900, cosigned by witness/1",
    backups_expire_on="2026-09-13",
)  # fmt: skip


def signed(certificate: Certificate = CERTIFICATE) -> bytes:
    certified = content(certificate)
    digest = certified_sha256(certified, "2" * 64)
    note = signer(NAME).checkpoint(len(certificate.destroyed), digest)
    return document(certified, "2" * 64, note).encode()


def refused(data: bytes, name: str = NAME) -> str:
    with pytest.raises(Tampered) as found:
        genuine_certificate(data, signer(name).key)
    return found.value.kind


def test_a_certificate_that_was_signed_is_genuine_and_its_content_comes_back() -> None:
    whole = genuine_certificate(signed(), signer(NAME).key)
    assert whole["certificate"] == content(CERTIFICATE)
    assert signer_of(signed()) == NAME
    assert signed() == signed()


def test_every_byte_altered_is_found() -> None:
    """Each place in turn, by one bit: thousands of altered files, none of them genuine."""
    data = signed()
    for at in range(len(data)):
        for bit in (1, 0x20):
            altered = data[:at] + bytes([data[at] ^ bit]) + data[at + 1 :]
            assert refused(altered) in ("malformed", "altered", "forged", "foreign"), at


def test_a_byte_added_or_taken_away_anywhere_is_found() -> None:
    data = signed()
    for at in range(0, len(data), 7):
        refused(data[:at] + data[at + 1 :])
        refused(data[:at] + b" " + data[at:])
    refused(data + b"\n")


def _resigned(change: Callable[[dict[str, Any]], object], *, with_sha256: bool) -> bytes:
    whole = json.loads(signed())
    change(whole)
    if with_sha256:
        whole["sha256"] = certified_sha256(whole["certificate"], whole["pdf_sha256"]).hex()
    return canonical_json(whole) + b"\n"


CHANGES: dict[str, Callable[[dict[str, Any]], object]] = {
    "another approver": lambda one: one["certificate"]["approver"].update(name="Anna"),
    "a record fewer": lambda one: one["certificate"]["destroyed"].pop(),
    "another day": lambda one: one["certificate"].update(backups_expire_on="2020-01-01"),
    "another PDF": lambda one: one.update(pdf_sha256="3" * 64),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_was_changed_with_care_is_found_too(what: str) -> None:
    assert refused(_resigned(CHANGES[what], with_sha256=False)) == "altered"
    assert refused(_resigned(CHANGES[what], with_sha256=True)) == "altered"


def test_a_signature_of_another_key_or_of_none_is_refused() -> None:
    assert refused(signed(), "edrms/another/disposal") == "foreign"
    certified = content(CERTIFICATE)
    digest = certified_sha256(certified, "2" * 64)
    other = signer(NAME, which=2).checkpoint(2, digest)
    assert refused(document(certified, "2" * 64, other).encode()) == "forged"
    fewer = signer(NAME).checkpoint(1, digest)
    assert refused(document(certified, "2" * 64, fewer).encode()) == "altered"
    assert refused(document(certified, "2" * 64, "signed, honestly").encode()) == "malformed"


NO_CERTIFICATES = [
    b"", b"{", b"[]", b"null", b"\xff\xfe", b"{}", b"[" * 100_000,
    b'{"certificate":1,"pdf_sha256":"","sha256":"","signature":""}\n',
    b'{"certificate":{},"pdf_sha256":"","sha256":"","signature":""}\n',
    canonical_json({"certificate": {"form": "edrms-disposal-certificate/1", "destroyed": 7},
                    "pdf_sha256": "", "sha256": "", "signature": ""}),
    canonical_json({"certificate": {"form": "edrms-disposal-certificate/2"}, "pdf_sha256": "",
                    "sha256": "", "signature": ""}),
    b'{"certificate":{"destroyed":[],"form":"edrms-disposal-certificate/1","n":NaN},"pdf_sha256":"",'
    b'"sha256":"","signature":""}\n',
]  # fmt: skip


@pytest.mark.parametrize("data", NO_CERTIFICATES)
def test_what_is_no_certificate_is_named_so(data: bytes) -> None:
    assert refused(data) in ("malformed", "altered")


def test_it_says_what_it_must_and_names_nobody_a_file_is_about() -> None:
    said = dict(lines(content(CERTIFICATE)))
    assert said["Records destroyed"] == "2" and said["Not carried out"] == "2"
    assert said["Proposed by"].startswith("Anna") and said["Approved by"].startswith("Bert")
    assert said["Rule A02"] == "Code of practice" and said["Backups expire on"] == "2026-09-13"
    assert said["Root of the audit log"] == CERTIFICATE.checkpoint_root
    assert rules_of(content(CERTIFICATE)) == [("A02", "Code of practice")]
    row = record_row(content(CERTIFICATE)["destroyed"][0])
    assert row == ("R-7K4M-Q2XD", "A02", "2018-01-04", "2026-06-15T09:00:00+00:00", "4", "-")


def test_the_pdf_of_the_same_certificate_has_the_same_bytes_and_bears_odd_words() -> None:
    certified = content(CERTIFICATE)
    assert pdf_of(certified) == pdf_of(certified)
    odd = replace(CERTIFICATE, council="<b>&\u202e" + "x" * 400, destroyed=())
    assert pdf_of(content(odd)).startswith(b"%PDF-")
    assert pdf_of(content(odd)) != pdf_of(certified)


def test_the_list_has_one_hash_in_any_order_and_another_for_any_change() -> None:
    one = ListedItem("1" * 32, "r" * 32, "destroy", "past its period", None, "")
    two = replace(one, item_id="2" * 32, record_id="s" * 32)
    same = list_sha256("case", [one, two])
    assert list_sha256("case", [two, one]) == same
    others = {
        list_sha256("another", [one, two]),
        list_sha256("case", [one]),
        list_sha256("case", [one, replace(two, decision="extend")]),
        list_sha256("case", [one, replace(two, reason="another reason")]),
        list_sha256("case", [one, replace(two, record_id="t" * 32)]),
        list_sha256("case", [one, replace(two, to_class="A01")]),
    }
    assert len(others | {same}) == 7
