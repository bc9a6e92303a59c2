"""Transferred: the copy here goes once the receiver's own hashes agreed; the certificate says who has it."""

from pathlib import Path

import pytest

from api.wiring import Instance
from edrms.clock import FixedClock
from retention.certificate import genuine_certificate
from retention.disposal_words import Appraisal
from tests.service.disposals import WHY, Office, office
from tests.service.test_transfers import receipt_of

TRANSFER = Appraisal("transfer", WHY)
ARCHIVE = "County Record Office"


@pytest.fixture
def desk(instance: Instance, clock: FixedClock) -> Office:
    return office(instance, clock)


def handed_over(desk: Office, bag: Path, records: list[str]) -> str:
    return desk.instance.transfers.make(
        desk.who("anna"), records, ARCHIVE, WHY, bag
    ).reference  # fmt: skip


def test_what_the_receiver_has_goes_and_what_it_has_not_stays(desk: Office, tmp_path: Path) -> None:
    arrived, other = desk.records
    reference = handed_over(desk, tmp_path / "bag", [arrived])
    handed_over(desk, tmp_path / "lost", [other])  # never confirmed
    case_id = desk.approved(desk.appraised(TRANSFER))
    receipt = receipt_of(tmp_path / "bag")
    desk.instance.transfers.confirm(desk.who("cara"), reference, receipt)
    progress = desk.run(desk.executing(case_id))
    assert progress.is_certified
    assert (desk.state(arrived), desk.state(other)) == ("disposed", "filed")
    assert desk.item(other).skipped_because == "not_arrived"
    row = desk.certificate(case_id)
    assert row is not None
    said = genuine_certificate(row.document.encode(), desk.instance.disposal.certifying.key())
    [gone] = said["certificate"]["destroyed"]
    assert gone["record_id"] == arrived and gone["received_by"] == f"{ARCHIVE} ({reference})"
    assert said["certificate"]["kept"] == 1


def test_a_hold_keeps_the_copy_here_whoever_has_another(desk: Office, tmp_path: Path) -> None:
    reference = handed_over(desk, tmp_path / "bag", desk.records)
    desk.instance.transfers.confirm(desk.who("cara"), reference, receipt_of(tmp_path / "bag"))
    case_id = desk.approved(desk.appraised(TRANSFER))
    desk.hold_record(desk.records[0])
    desk.run(desk.executing(case_id))
    assert [desk.state(one) for one in desk.records] == ["filed", "disposed"]


def test_what_was_destroyed_without_a_transfer_was_handed_to_nobody(desk: Office) -> None:
    case_id = desk.executing()
    desk.run(case_id)
    row = desk.certificate(case_id)
    assert row is not None
    said = genuine_certificate(row.document.encode(), desk.instance.disposal.certifying.key())
    assert {one["received_by"] for one in said["certificate"]["destroyed"]} == {""}
