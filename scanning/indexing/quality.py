"""Measures the matching of clients on a set of letters with known clients.

Run as: python -m scanning.indexing.quality SET_DIRECTORY TEXT_DIRECTORY PREDICTIONS_FILE
SET_DIRECTORY holds gt.jsonl (id, client, label) and clients.csv; TEXT_DIRECTORY the OCR text of each
letter as <id>.txt. Writes one JSON line per letter and prints the figures. The rules measured are
those the service runs.
"""

import csv
import json
import sys
import time
from datetime import datetime
from pathlib import Path
from typing import Any

from edrms.clients.folding import fold_reference
from edrms.clients.model import Client, Identifier
from edrms.ids import ClientId
from scanning.indexing.matching import LookupKeys, match, wanted_keys
from scanning.indexing.model import PageText
from scanning.indexing.rules import client_may_be_filed_on
from scanning.indexing.suggest import suggest

_LEAST_SCORE = 0.5


def clients_of(table: Path) -> tuple[Client, ...]:
    """The register of a set: columns client, first, last, dob, house, street, town, postcode, ref."""
    with table.open(newline="", encoding="utf-8") as rows:
        return tuple(_client(row) for row in csv.DictReader(rows))


def _client(row: dict[str, str]) -> Client:
    return Client(
        client_id=ClientId(row["client"]),
        forename=row["first"],
        surname=row["last"],
        service="adults",
        date_of_birth=datetime.strptime(row["dob"], "%d/%m/%Y").date(),
        address_lines=(f"{row['house']} {row['street']}", row["town"]),
        postcode=row["postcode"],
        identifiers=(Identifier("", row["ref"]),),
    )


def candidates_for(keys: LookupKeys, register: tuple[Client, ...]) -> tuple[Client, ...]:
    """Those of the register who share a key, as the database would give them."""
    return tuple(client for client in register if _shares_a_key(client, keys))


def _shares_a_key(client: Client, keys: LookupKeys) -> bool:
    return (
        client.surname.lower().replace("-", " ").replace("'", "") in keys.name_parts
        or client.date_of_birth in keys.dates_of_birth
        or fold_reference(client.postcode) in keys.postcodes
        or any(fold_reference(i.value) in keys.references for i in client.identifiers)
    )


def measure(set_directory: Path, texts: Path) -> list[dict[str, Any]]:
    """One row per letter: what was suggested, and whether its client could be filed on at once."""
    register = clients_of(set_directory / "clients.csv")
    truths = (set_directory / "gt.jsonl").read_text(encoding="utf-8").splitlines()
    return [_measured(json.loads(line), register, texts) for line in truths]


def _measured(truth: dict[str, Any], register: tuple[Client, ...], texts: Path) -> dict[str, Any]:
    text = (texts / f"{truth['id']}.txt").read_text(encoding="utf-8", errors="replace")
    pages = (PageText(1, text),)
    began = time.perf_counter()
    candidates = candidates_for(wanted_keys(pages), register)
    matches = match(pages, candidates)
    suggestion = suggest(pages, candidates)
    best = matches[0] if matches and matches[0].score >= _LEAST_SCORE else None
    return {
        "id": truth["id"],
        "client": best.client_id if best else None,
        "client_score": best.score if best else 0.0,
        "truth": truth["client"],
        "would_file": bool(best and not client_may_be_filed_on(matches, best)),
        "explanation": best.explanation if best else "",
        "vetoes": best.vetoes if best else (),
        "type": suggestion.document_type.code,
        "type_score": suggestion.document_type.score,
        "truth_type": truth["label"],
        "document_date": str(suggestion.document_date.on) if suggestion.document_date else None,
        "correspondent": suggestion.correspondent.name if suggestion.correspondent else None,
        "candidates": len(candidates),
        "milliseconds": round((time.perf_counter() - began) * 1000, 1),
    }


def main(arguments: list[str]) -> int:
    """Measure, write the predictions, print the figures."""
    set_directory, texts, predictions = (Path(argument) for argument in arguments)
    rows = measure(set_directory, texts)
    predictions.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    filed = [row for row in rows if row["would_file"]]
    figures = {
        "letters": len(rows),
        "right_or_rightly_none": sum(row["client"] == row["truth"] for row in rows),
        "would_file": len(filed),
        "wrong_filings": sum(row["client"] != row["truth"] for row in filed),
        "slowest_ms": max(row["milliseconds"] for row in rows),
    }
    print(json.dumps(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
