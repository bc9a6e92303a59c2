"""Manifests in three forms, good and bad: what is understood, and what is said of the rest."""

import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanning.batches.counts import Sides
from scanning.intake.manifest import ENDINGS, MOST_BYTES, Entry, Manifest, Unreadable, parse
from scanning.intake.reconciling import reconcile, unread
from scanning.reading.model import HeldReason

SHA = "ab" * 32
CSV = f"file,pages,sha256\na.pdf,2,{SHA}\nb.tif,,\n".encode()
JSON = json.dumps(
    {
        "batch": {"sheets": 3, "documents": 2, "sides": "both", "device": "S1", "origin": "Eastgate",
                  "received_on": "2026-11-03", "stream": "children", "files": 2},
        "files": [{"file": "a.pdf", "pages": 2, "sha256": SHA}, "b.tif"],
    }
).encode()  # fmt: skip
XML = f"""<?xml version="1.0"?>
<batch xmlns="urn:x" sheets="3" documents="2" sides="both" device="S1" origin="Eastgate" files="2"
  received_on="2026-11-03" stream="children">
  <file name="a.pdf"><pages>2</pages><sha256>{SHA.upper()}</sha256></file><file>b.tif</file>
</batch>""".encode()


def entries(manifest: Manifest) -> list[tuple[str, int | None, str]]:
    return [(one.name, one.pages, one.sha256) for one in manifest.entries]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("m.csv", CSV), ("m.CSV", b"\xef\xbb\xbf" + CSV.replace(b"\n", b"\r\n")),
        ("m.csv", CSV.decode().encode("utf-16")), ("m.json", JSON), ("m.xml", XML),
    ],
)  # fmt: skip
def test_a_manifest_says_the_same_in_every_form(name: str, content: bytes) -> None:
    manifest = parse(name, content)
    assert entries(manifest) == [("a.pdf", 2, SHA), ("b.tif", None, "")]
    assert manifest.faults == ()


@pytest.mark.parametrize(("name", "content"), [("m.json", JSON), ("m.xml", XML)])
def test_what_is_said_of_the_batch_is_kept(name: str, content: bytes) -> None:
    said = parse(name, content).delivery
    assert (said.expected_sheets, said.expected_documents, said.announced_files) == (3, 2, 2)
    assert (said.sides, said.device, said.origin) == (Sides.BOTH, "S1", "Eastgate")
    assert (said.received_on, said.stream) == (date(2026, 11, 3), "children")


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("m.csv", b"file\nna\xefve.pdf\n", "Line 2 is not written in UTF-8"),
        ("m.json", b'["caf\xe9.pdf"]', "Line 1 is not written in UTF-8"),
        ("m.csv", b"", "Line 1 has no column named file"),
        ("m.csv", b"name of it,pages\na,1\n", "Line 1 has no column named file"),
        ("m.csv", b'file\n"a.pdf\n', "Line"),
        ("m.json", b"{", "It is no JSON"), ("m.json", b'{"batch": {}}', 'no list "files"'),
        ("m.json", b"[" * 100_000, "It is no JSON"), ("m.json", b'"a.pdf"', 'no list "files"'),
        ("m.xml", b"<batch><file>", "It is no XML"), ("m.xml", b"<batch/>", "no element named file"),
        ("m.xml", b'<!DOCTYPE b [<!ENTITY x "y">]><b><file>&x;</file></b>', "declares entities"),
        ("m.xml", b'<!DOCTYPE b SYSTEM "file:///etc/passwd"><b><file>a</file></b>', "declares"),
        ("m.xml", b'<?xml version="1.0" encoding="klingon"?><b/>', "It is no"),
        ("m.csv", b"file\n" + b"x" * MOST_BYTES, "larger than 10 MB"),
        ("m.csv", b"file\n" + b"".join(b"%d.pdf\n" % n for n in range(10_001)), "more than 10,000"),
    ],
)  # fmt: skip
def test_a_manifest_that_cannot_be_understood_says_why_and_where(
    name: str, content: bytes, why: str
) -> None:
    with pytest.raises(Unreadable, match=why):
        parse(name, content)


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (",3,", "Line 3: no file is named."),
        ("b.pdf,many,", "Line 3: 'many' is no number of pages."),
        ("b.pdf,0,", "Line 3: '0' is no number of pages."),
        ("b.pdf,-2,", "Line 3: '-2' is no number of pages."),
        ("b.pdf,,xyz", "Line 3: the sha256 is not one of 64 hex digits."),
        ("../b.pdf,1,", "Line 3: a file is named with a folder"),
        ("C:\\scans\\b.pdf,1,", "Line 3: a file is named with a folder"),
        ("b.pdf", "Line 3: 1 columns instead of 3."),
        ("b.pdf,1,,extra", "Line 3: 4 columns instead of 3."),
    ],
)
def test_a_bad_row_is_told_by_its_line_and_hides_no_other(row: str, fault: str) -> None:
    manifest = parse("m.csv", f"file,pages,sha256\na.pdf,1,\n{row}\nc.pdf,2,\n".encode())
    (said,) = manifest.faults
    assert said.startswith(fault)
    assert {"a.pdf", "c.pdf"} <= {entry.name for entry in manifest.entries}


def test_counts_that_are_none_are_told_and_left_out() -> None:
    about = {"sheets": "lots", "documents": 0, "sides": "three", "received_on": "31/11/2026"}
    manifest = parse("m.json", json.dumps({"batch": about, "files": ["a"]}).encode())
    assert [fault.partition(":")[0] for fault in manifest.faults] == [
        "sheets", "documents", "sides", "received_on",
    ]  # fmt: skip
    assert manifest.delivery.expected_sheets is None


@given(st.binary(max_size=300), st.sampled_from(ENDINGS))
def test_any_bytes_end_in_a_manifest_or_in_words(content: bytes, ending: str) -> None:
    try:
        manifest = parse("m" + ending, content)
    except Unreadable as error:
        assert str(error)
    else:
        assert all("/" not in entry.name for entry in manifest.entries)


# --- against the files that are there -------------------------------------------------------------

NAMES = st.lists(st.sampled_from("abcdefgh"), max_size=6)


@given(NAMES, NAMES)
def test_every_file_there_is_taken_in_once_and_every_disagreement_is_said(
    there: list[str], named: list[str]
) -> None:
    manifest = parse("m.json", json.dumps({"files": named}).encode())
    found = reconcile(set(there), manifest)
    assert sorted(one.name for one in found.files) == sorted(set(there))
    unnamed = set(there) - set(named)
    assert {one.name for one in found.files if one.held is HeldReason.NOT_NAMED} == unnamed
    said = " ".join(found.faults)
    for name in set(named) - set(there):
        assert f"{name} is not there." in said
    for name in unnamed:
        assert f"{name} is not in the manifest." in said
    assert said.count("was named before") == len(named) - len(set(named))
    assert not found.faults or sorted(set(there)) != sorted(named)


def test_a_file_named_twice_with_other_facts_is_held_and_with_the_same_is_not() -> None:
    alike = parse("m.csv", b"file,pages\na,2\na,2\n")
    assert [one.held for one in reconcile(["a"], alike).files] == [None]
    other = parse("m.csv", b"file,pages\na,2\na,3\n")
    found = reconcile(["a"], other)
    assert [one.held for one in found.files] == [HeldReason.NAMED_TWICE]
    assert found.faults == ("Line 3: a was named before (line 2), and says something else of it.",)


def test_another_number_of_files_than_the_manifest_says_itself_is_said() -> None:
    manifest = parse("m.json", b'{"batch": {"files": 3}, "files": ["a", "b"]}')
    assert reconcile(["a", "b"], manifest).faults == ("It says 3 files and names 2.",)


def test_without_a_manifest_that_can_be_read_every_file_is_held() -> None:
    found = unread(["b", "a"], "Line 2 is not written in UTF-8.")
    assert [(one.name, one.held) for one in found.files] == [
        ("a", HeldReason.NO_MANIFEST), ("b", HeldReason.NO_MANIFEST),
    ]  # fmt: skip


def test_an_entry_is_said_where_it_stands() -> None:
    assert parse("m.csv", CSV).entries[1] == Entry("b.tif", None, "", "Line 3")
