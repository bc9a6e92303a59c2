"""Transfers by pages and JSON: bad receipts first; then from a case of disposal to the copy's end."""

import hashlib
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import bagit
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from api.duties import carry_disposals_on
from edrms.access.tables import Marking
from edrms.ids import new_id
from edrms.records.tables import Record
from edrms.staff.accounts import SYSTEM
from edrms.uow import write
from retention.transfer_tables import Transfer
from tests.api.conftest import Site, csrf_of
from tests.api.test_disposal_pages import approve, decided, opened, post, seal, site, state
from tests.service.events import events

__all__ = ["site"]
GROUND = "Deposit agreement of 2026, section 4"
ARCHIVE = "County Record Office"


def references(site: Site) -> list[str]:
    with site.instance.database.read() as session:
        return list(session.scalars(select(Record.reference).order_by(Record.number)))


def prepared(browser: FlaskClient, **given: str) -> str:
    fields = {"recipient": ARCHIVE, "authority": GROUND} | given
    answer = post(browser, "/transfers/new", **fields)
    assert answer.status_code == 303, answer.text
    return answer.location.rsplit("/", 1)[1]


def taken(browser: FlaskClient, reference: str) -> bytes:
    answer = post(browser, f"/transfers/{reference}/bag")
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Disposition"] == f'attachment; filename="{reference}.zip"'
    assert answer.mimetype == "application/zip"
    return answer.data


def receipt_of(zipped: bytes, folder: str = "") -> bytes:
    """As a receiver's own tool writes it, over what is in the ZIP file."""
    with zipfile.ZipFile(io.BytesIO(zipped)) as file:
        names = [one for one in file.namelist() if "/data/" in one]
        lines = [
            f"{hashlib.sha256(file.read(one)).hexdigest()}  {folder}{one.split('/', 1)[1]}\n"
            for one in names
        ]
    return "".join(lines).encode()


def give_in(browser: FlaskClient, reference: str, content: bytes) -> TestResponse:
    return browser.post(
        f"/transfers/{reference}/receipt",
        data={"receipt": (io.BytesIO(content), "receipt.txt"), "csrf_token": csrf_of(browser)},
    )


def stands(site: Site, reference: str) -> str:
    with site.instance.database.read() as session:
        wanted = select(Transfer.state).where(Transfer.reference == reference)
        return session.scalars(wanted).one()


def altered(receipt: bytes) -> bytes:
    lines = receipt.splitlines(keepends=True)
    at = next(n for n, line in enumerate(lines) if b"record.json" in line)
    return b"".join([*lines[:at], b"0" * 64 + lines[at][64:], *lines[at + 1 :]])


def lacking(receipt: bytes) -> bytes:
    return b"".join(x for x in receipt.splitlines(keepends=True) if b"record.json" not in x)


def contradicting(receipt: bytes) -> bytes:
    return receipt + altered(receipt)


HARMS: dict[str, Callable[[bytes], bytes]] = {
    "altered": altered,
    "lacking a file": lacking,
    "contradicting itself": contradicting,
    "of another bag": lambda receipt: re.sub(
        rb"R-[0-9A-Z]{4}-[0-9A-Z]{4}", b"R-0000-0000", receipt
    ),
    "empty": lambda _receipt: b"",
    "a JSON object": lambda _receipt: b'{"files": [{"path": "data/x", "sha256": "00"}]}',
    "a CSV table": lambda _receipt: b'"path","sha256"\n"data/x","' + b"0" * 64 + b'"\n',
    "20 MB of rubbish": lambda _receipt: bytes(range(256)) * (20 << 12),
    "40 MB of rubbish": lambda _receipt: bytes(range(256)) * (40 << 12),
}


@pytest.mark.parametrize("harm", HARMS)
def test_a_receipt_that_is_none_or_differs_is_refused_and_nothing_has_arrived(
    site: Site, harm: str
) -> None:
    browser = site.signed_in("information_governance")
    reference = prepared(browser, records=" ".join(references(site)))
    wrong = HARMS[harm](receipt_of(taken(browser, reference)))
    answer = give_in(browser, reference, wrong)
    assert answer.status_code == 422
    assert "There is a problem" in answer.text and 'href="#receipt"' in answer.text
    assert stands(site, reference) == "made"
    headers = site.token("information_governance")
    asked = site.app.test_client().post(
        f"/api/v1/transfers/{reference}/receipt", data=wrong, headers=headers
    )
    assert asked.status_code == 422 and asked.json["fields"]["receipt"]
    assert asked.json["code"] in {"receipt_differs", "no_receipt", "invalid"}
    assert stands(site, reference) == "made"


def test_files_that_do_not_agree_are_shown_one_by_one_until_another_receipt_does(
    site: Site,
) -> None:
    browser = site.signed_in("information_governance")
    reference = prepared(browser, records=" ".join(references(site)))
    receipt = receipt_of(taken(browser, reference), folder=f"{reference}/")
    page = give_in(browser, reference, lacking(altered(receipt)[:0] + receipt)).text
    assert page.count("Not in the receipt") == 2 and "govuk-tag--red" in page
    table = browser.get(f"/transfers/{reference}/files.csv").text.splitlines()
    assert "Not in the receipt" in table[1] and "Agrees" in table[-1]
    assert [one.outcome for one in events(site.instance, "record:transfer:check")] == ["refused"]
    assert give_in(browser, reference, receipt.decode().encode("utf-16")).status_code == 303
    assert stands(site, reference) == "received"
    page = browser.get(f"/transfers/{reference}").text
    assert "Arrived" in page and "Not in the receipt" not in page
    again = post(browser, f"/transfers/{reference}/bag")
    assert again.status_code == 303 and stands(site, reference) == "received"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"recipient": ""}, "recipient"),
        ({"recipient": "x" * 201}, "recipient"),
        ({"authority": "short"}, "authority"),
        ({"records": ""}, "records"),
        ({"records": "R-0000-0000"}, "records"),
        ({"records": "'; DROP TABLE transfers"}, "records"),
        ({"records": " ".join(f"R-{n}" for n in range(2001))}, "records"),
    ],
)
def test_what_is_wrong_with_a_transfer_is_named_on_the_form(
    site: Site, given: dict[str, str], field: str
) -> None:
    browser = site.signed_in("information_governance")
    fields = {"recipient": ARCHIVE, "authority": GROUND, "records": references(site)[0]} | given
    answer = post(browser, "/transfers/new", **fields)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text and f'id="{field}"' in answer.text
    assert "There is no transfer yet" in browser.get("/transfers").text
    assert events(site.instance, "record:content:transfer") == []


def test_from_a_case_to_the_end_of_the_copy_here(site: Site, tmp_path: Path) -> None:
    manager, governance = (
        site.signed_in("records_manager"),
        site.signed_in("information_governance"),
    )
    case_id = opened(manager)
    assert "Hand over" not in governance.get(f"/disposal/{case_id}").text
    empty = post(governance, "/transfers/new", recipient=ARCHIVE, authority=GROUND, case=case_id)
    assert empty.status_code == 422 and "No record of this case" in empty.text
    decided(manager, case_id, decision="transfer")
    post(manager, f"/disposal/{case_id}/complete")
    assert "Hand over 2 records" in governance.get(f"/disposal/{case_id}").text
    assert "2 records of the case" in governance.get(f"/transfers/new?case={case_id}").text
    reference = prepared(governance, case=case_id)
    zipped = taken(governance, reference)
    with zipfile.ZipFile(io.BytesIO(zipped)) as file:
        file.extractall(tmp_path)
    found = bagit.Bag(str(tmp_path / reference))
    found.validate()
    assert found.info["External-Identifier"] == reference
    assert approve(governance, case_id).status_code == 303
    seal(site)
    post(governance, f"/disposal/{case_id}/execute")
    carry_disposals_on(site.instance, "upkeep")
    assert copies(site) == ["filed", "filed"]  # nothing has arrived
    assert give_in(governance, reference, receipt_of(zipped)).status_code == 303
    again = opened(manager)
    decided(manager, again, decision="transfer")
    post(manager, f"/disposal/{again}/complete")
    assert "Hand over" not in governance.get(f"/disposal/{again}").text  # it is handed over
    assert approve(governance, again).status_code == 303
    seal(site)
    post(governance, f"/disposal/{again}/execute")
    carry_disposals_on(site.instance, "upkeep")
    assert copies(site) == ["disposed", "disposed"] and state(site, again) == "certified"
    page = governance.get(f"/transfers/{reference}").text
    assert "The copy here is destroyed" in page and "First plan" not in page


def copies(site: Site) -> list[str]:
    with site.instance.database.read() as session:
        return list(session.scalars(select(Record.state).order_by(Record.number)))


def test_by_json_from_references_to_the_receipt(site: Site) -> None:
    headers, asker = site.token("information_governance"), site.app.test_client()
    both = {"references": references(site), "case_id": "x"}
    body = {"recipient": ARCHIVE, "authority": GROUND}
    refused = asker.post("/api/v1/transfers", json=body | both, headers=headers)
    assert refused.status_code == 422
    made = asker.post(
        "/api/v1/transfers", json=body | {"references": references(site)}, headers=headers
    )
    assert made.status_code == 201 and made.json["state"] == "begun"
    address = f"/api/v1/transfers/{made.json['reference']}"
    early = asker.post(f"{address}/receipt", data=b"x", headers=headers)
    assert early.status_code == 409
    zipped = asker.post(f"{address}/bag", headers=headers)
    assert zipped.status_code == 200
    done = asker.post(f"{address}/receipt", data=receipt_of(zipped.data), headers=headers)
    assert done.json["state"] == "received"
    one = asker.get(address, headers=headers).json
    assert one["hidden"] == 0 and {file["receipt"] for file in one["files"]} == {"agrees"}
    assert [row["agreeing"] for row in one["records"]] == [row["files"] for row in one["records"]]
    [listed] = asker.get("/api/v1/transfers", headers=headers).json["transfers"]
    assert listed["records"] == 2


def test_a_bag_taken_again_is_the_one_that_counts(site: Site) -> None:
    browser = site.signed_in("information_governance")
    reference = prepared(browser, records=references(site)[0])
    first = receipt_of(taken(browser, reference))
    second = receipt_of(taken(browser, reference))
    assert give_in(browser, reference, first).status_code == 422  # its history has one event more
    assert give_in(browser, reference, second).status_code == 303
    assert len(events(site.instance, "record:content:transfer")) == 2


def test_a_bag_that_was_cut_off_can_not_be_confirmed(site: Site) -> None:
    browser = site.signed_in("information_governance")
    reference = prepared(browser, records=" ".join(references(site)))
    answer = browser.post(
        f"/transfers/{reference}/bag", data={"csrf_token": csrf_of(browser)}, buffered=False
    )
    assert next(answer.iter_encoded())
    answer.close()
    assert stands(site, reference) == "begun"
    assert give_in(browser, reference, b"0" * 64 + b"  data/x\n").status_code == 303
    assert "never finished" in browser.get(f"/transfers/{reference}").text


def test_taking_a_bag_wants_fresh_proof_and_programs_get_none(site: Site) -> None:
    browser = site.signed_in("information_governance")
    reference = prepared(browser, records=references(site)[0])
    view = site.app.view_functions
    assert view["transfers.bag"].step_up and view["v1.transfer_bag"].step_up
    outsider = site.signed_in("system_administrator")
    assert post(outsider, f"/transfers/{reference}/bag").status_code == 404
    assert outsider.get("/transfers").status_code == 404
    assert stands(site, reference) == "begun"


def seal_record(site: Site, record_id: str) -> None:
    with write(site.instance.database, SYSTEM, site.instance.clock) as work:
        work.session.add(
            Marking(
                marking_id=new_id(), marking="sealed", subject_kind="record", subject_id=record_id,
                reason="sealed by a test", placed_by=SYSTEM.staff_id, from_at=work.now,
            )
        )  # fmt: skip
        work.journal("access:marking:place", "record", record_id)


def test_a_record_sealed_meanwhile_keeps_the_bag_back_and_is_not_named(site: Site) -> None:
    browser = site.signed_in("information_governance")
    first, second = references(site)
    reference = prepared(browser, records=f"{first} {second}")
    with site.instance.database.read() as session:
        record_id = session.scalars(select(Record.record_id).where(Record.reference == first)).one()
    seal_record(site, record_id)
    answer = post(browser, f"/transfers/{reference}/bag")
    assert answer.status_code == 303 and stands(site, reference) == "begun"
    page = browser.get(f"/transfers/{reference}").text
    assert "may not hand over" in page and first not in page and second in page
