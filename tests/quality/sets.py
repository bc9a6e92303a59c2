"""Labelled sets as they lie in a directory: which files each has, under which id, and its clients.

Reading only. A set is a folder with gt.jsonl (id, image) or labels.jsonl (file, label); one with
clients.csv brings the register its letters are to be matched against.
"""

import csv
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from edrms.clients.model import Client, Identifier
from edrms.fileplan import Service
from edrms.ids import ClientId

NAMES = ("ocr_funsd", "ocr_sroie", "ocr_pages", "e2e_letters", "cls_docimg", "cls_ukcourt")


@dataclass(frozen=True, slots=True)
class LabelledFile:
    """One file of a set. label: its type in the set's own words, "" where the set says none.

    client_id: whose file it belongs on, None for nobody's. text: "" where the set has none as a whole.
    """

    id: str
    path: Path
    label: str = ""
    client_id: str | None = None
    text: str = ""


@dataclass(frozen=True, slots=True)
class LabelledSet:
    """One folder of labelled files; has_text: the truth holds the text."""

    name: str
    folder: Path
    files: tuple[LabelledFile, ...]
    clients: tuple[Client, ...] = ()
    has_text: bool = False


def load_sets(directory: Path) -> list[LabelledSet]:
    """The known sets that are there. Raises FileNotFoundError when none is."""
    found = [load_set(directory / name) for name in NAMES if (directory / name).is_dir()]
    if not found:
        raise FileNotFoundError(f"no labelled set in {directory}")
    return found


def load_set(folder: Path) -> LabelledSet:
    """One set."""
    truth, register = folder / "gt.jsonl", folder / "clients.csv"
    has_text = truth.exists()
    rows = _lines(truth if has_text else folder / "labels.jsonl")
    files = (_labelled(folder, row) for row in rows)
    kept = tuple(file for file in files if folder in file.path.parents)
    clients = tuple(_clients(register)) if register.exists() else ()
    return LabelledSet(folder.name, folder, kept, clients, has_text)


def _labelled(folder: Path, row: dict[str, str]) -> LabelledFile:
    """Rows that point into another set are told by their path, which leaves the folder."""
    place = row.get("image") or row["file"]
    path = Path(place)
    inside = folder.parent if path.parts[0] == ".." else folder / path
    return LabelledFile(
        row.get("id") or path.name, inside, row.get("label", ""), row.get("client") or None,
        row.get("text", ""),
    )  # fmt: skip


def _clients(register: Path) -> list[Client]:
    with register.open(newline="", encoding="utf-8") as file:
        return [_client(row) for row in csv.DictReader(file)]


def _client(row: dict[str, str]) -> Client:
    born = row["dob"].strip()
    return Client(
        client_id=ClientId(row["client"]),
        forename=row["first"],
        surname=row["last"],
        service=Service.ADULTS.value,
        date_of_birth=datetime.strptime(born, "%d/%m/%Y").date() if born else None,
        nhs_number="",
        address_lines=(f"{row['house']} {row['street']}", row["town"]),
        postcode=row["postcode"],
        identifiers=(Identifier("council", row["ref"]),) if row["ref"] else (),
    )


def _lines(path: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()]
