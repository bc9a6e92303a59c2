"""Handing records over: a bag any archive's tools accept, and nothing counts as arrived that did not."""

import csv
import hashlib
import json
from pathlib import Path

import bagit
import pytest
from sqlalchemy import delete, update

from api.wiring import Instance
from edrms.clients.model import Client
from edrms.errors import Conflict, Damaged, Denied, EdrmsError, Invalid, NotFound, Refused
from edrms.records.tables import Record, Rendition
from edrms.staff.accounts import SYSTEM
from edrms.uow import write
from retention.transfer_receipts import has_arrived
from retention.transfer_tables import RECEIVED
from tests import factories
from tests.service.events import events

RECORDS = factories.actor("records_manager")
WHY = "Deposit agreement of 2026, section 4"


@pytest.fixture
def olive(instance: Instance) -> Client:
    made = factories.client()
    factories.on_the_register(instance, made)
    return made


@pytest.fixture
def records(instance: Instance, olive: Client) -> list[str]:
    return [
        factories.filed_record(
            instance, [olive], texts=[f"page one of {n}", "page two"], title=f'=cmd "{n}", plan',
            original=f"as it came {n}".encode(),
        )
        for n in range(3)
    ]  # fmt: skip


def receipt_of(bag: Path) -> str:
    """As an archive's own `sha256sum` writes it."""
    files = sorted(one for one in (bag / "data").rglob("*") if one.is_file())
    return "".join(
        f"{hashlib.sha256(one.read_bytes()).hexdigest()}  {one.relative_to(bag)}\n" for one in files
    )


def test_another_tool_finds_the_bag_valid_and_everything_is_in_it(
    instance: Instance, records: list[str], olive: Client, tmp_path: Path
) -> None:
    bag = tmp_path / "bag"
    made = instance.transfers.make(RECORDS, records, "County Record Office", WHY, bag)
    found = bagit.Bag(str(bag))
    found.validate()
    assert found.info["External-Identifier"] == made.reference
    assert set(found.algorithms) == {"sha256", "sha512"}
    rows = list(csv.DictReader((bag / "data" / "index.csv").open()))
    assert [row["people"] for row in rows] == [olive.full_name] * 3
    assert all(row["title"].startswith("'=cmd") for row in rows)  # no spreadsheet runs it
    folder = bag / "data" / rows[0]["folder"]
    assert (folder / "original.txt").exists() or list(folder.glob("original.*"))
    assert (folder / "text" / "0001.txt").read_text().startswith("page one")
    told = json.loads((folder / "record.json").read_text())
    assert told["clients"][0]["nhs_number"] == olive.nhs_number and told["files"]
    history = [json.loads(line)["event"] for line in (folder / "history.jsonl").open()]
    assert history[0]["action"] == "record:content:file"
    assert history[-1]["action"] == "record:content:transfer"  # this very one
    assert "Nothing here needs software" in (bag / "data" / "README.txt").read_text()


def test_the_same_records_give_the_same_content(
    instance: Instance, records: list[str], tmp_path: Path
) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for bag in (one, other):
        instance.transfers.make(RECORDS, records, "County Record Office", WHY, bag)
    for file in (path for path in (one / "data").rglob("*") if path.is_file()):
        if file.name != "history.jsonl":  # which tells of the first
            assert file.read_bytes() == (other / file.relative_to(one)).read_bytes()


def test_each_record_has_an_event_with_recipient_and_ground(
    instance: Instance, records: list[str], tmp_path: Path
) -> None:
    instance.transfers.make(RECORDS, records, "County Record Office", WHY, tmp_path / "bag")
    found = events(instance, "record:content:transfer")
    assert {one.subject_id for one in found} == set(records)
    assert all(one.detail["recipient"] == "County Record Office" for one in found)


def test_it_has_arrived_only_once_the_receivers_own_hashes_agree(
    instance: Instance, records: list[str], tmp_path: Path
) -> None:
    bag = tmp_path / "bag"
    made = instance.transfers.make(RECORDS, records, "County Record Office", WHY, bag)
    assert arrived(instance, records) == set()
    receipt = f"Dear colleague, we have:\n{receipt_of(bag)}\nYours"
    done = instance.transfers.confirm(RECORDS, made.reference.lower(), receipt)
    assert done.state == RECEIVED and done.receipt_sha256
    assert arrived(instance, records) == set(records)
    with pytest.raises(Conflict, match="already"):
        instance.transfers.confirm(RECORDS, made.reference, receipt)


def arrived(instance: Instance, record_ids: list[str]) -> set[str]:
    with instance.database.read() as session:
        return has_arrived(session, record_ids)


@pytest.mark.parametrize("harm", ["one hash", "one line lost", "empty", "another's", "one letter"])
def test_a_receipt_that_differs_anywhere_changes_nothing(
    instance: Instance, records: list[str], tmp_path: Path, harm: str
) -> None:
    bag = tmp_path / "bag"
    made = instance.transfers.make(RECORDS, records, "County Record Office", WHY, bag)
    lines = receipt_of(bag).splitlines()
    of_record = next(n for n, line in enumerate(lines) if "record.json" in line)
    match harm:
        case "one hash":
            lines[of_record] = "0" * 64 + lines[of_record][64:]
        case "one line lost":
            del lines[of_record]
        case "empty":
            lines = [lines[of_record].replace("record.json", "nothing.json")]
        case "another's":
            instance.transfers.make(RECORDS, records[:1], "Elsewhere", WHY, tmp_path / "other")
            lines = receipt_of(tmp_path / "other").splitlines()
        case "one letter":
            lines[of_record] = lines[of_record].replace("record.json", "Record.json")
    with pytest.raises(Invalid, match="No record counts as arrived") as refused:
        instance.transfers.confirm(RECORDS, made.reference, "\n".join(lines))
    assert "receipt" in refused.value.fields
    assert arrived(instance, records) == set()


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        ({"recipient": " "}, Invalid),
        ({"recipient": "x" * 201}, Invalid),
        ({"authority": "short"}, Invalid),
        ({"authority": "x" * 1_000_000}, Invalid),
        ({"record_ids": []}, Invalid),
        ({"record_ids": ["0" * 32]}, NotFound),
        ({"actor": factories.actor("social_worker_adults")}, Denied),
        ({"actor": factories.actor("system_administrator")}, Denied),
    ],
)
def test_what_is_wrong_is_refused_and_leaves_no_directory(
    instance: Instance, records: list[str], tmp_path: Path, given: dict[str, object],
    wrong: type[EdrmsError],
) -> None:  # fmt: skip
    fields: dict[str, object] = {
        "actor": RECORDS, "record_ids": records, "recipient": "County Record Office",
        "authority": WHY, "directory": tmp_path / "bag",
    }  # fmt: skip
    with pytest.raises(wrong):
        instance.transfers.make(**fields | given)  # type: ignore[arg-type]
    assert not (tmp_path / "bag").exists()
    assert events(instance, "record:content:transfer") == []


def test_a_directory_that_is_there_is_left_alone(
    instance: Instance, records: list[str], tmp_path: Path
) -> None:
    (tmp_path / "bag").mkdir()
    (tmp_path / "bag" / "mine").write_text("mine")
    with pytest.raises(Refused, match="there already"):
        instance.transfers.make(RECORDS, records, "County Record Office", WHY, tmp_path / "bag")
    assert [one.name for one in (tmp_path / "bag").iterdir()] == ["mine"]


def test_a_record_one_may_not_hand_over_keeps_all_back_and_is_answered_as_absent(
    instance: Instance, records: list[str], olive: Client, tmp_path: Path
) -> None:
    sealed = factories.filed_record(instance, [olive], document_type="D13")
    with pytest.raises(NotFound, match="no such record"):
        instance.transfers.make(
            RECORDS, [*records, sealed], "County Record Office", WHY, tmp_path / "bag"
        )
    assert not (tmp_path / "bag").exists()


def test_bytes_that_are_not_those_recorded_are_never_handed_over_as_whole(
    instance: Instance, records: list[str], tmp_path: Path
) -> None:
    with write(instance.database, SYSTEM, instance.clock) as work:
        of_first = Rendition.record_id == records[0]
        work.session.execute(update(Rendition).where(of_first).values(sha256="0" * 64))
        work.journal("record:content:erase", "record", records[0], place="test")
    with pytest.raises(Damaged):
        instance.transfers.make(RECORDS, records, "County Record Office", WHY, tmp_path / "bag")
    [(begun, _)] = instance.transfer_looks.listed(RECORDS)
    with pytest.raises(Conflict, match="never finished"):
        instance.transfers.confirm(RECORDS, begun.reference, "x")
    with instance.database.read() as session:
        assert session.get_one(Record, records[0]).state == "filed"


def test_an_unknown_transfer_is_not_found(instance: Instance) -> None:
    with pytest.raises(NotFound):
        instance.transfers.confirm(RECORDS, "T-0000-0000", "x")


def test_what_has_no_file_of_its_own_is_not_handed_over_as_mere_text(
    instance: Instance, records: list[str], tmp_path: Path
) -> None:
    """Else its pages would be destroyed once the text had arrived."""
    begun = instance.transfers.prepare(RECORDS, records, "County Record Office", WHY)
    with instance.database.session() as session, session.begin():
        session.execute(delete(Rendition).where(Rendition.record_id == records[1]))
    with pytest.raises(Refused) as refused:
        instance.transfers.prepare(RECORDS, records, "County Record Office", WHY)
    assert refused.value.error_code == "no_form"
    with pytest.raises(Refused) as refused:
        instance.transfers.take(RECORDS, begun.reference)
    assert refused.value.error_code == "no_form"
