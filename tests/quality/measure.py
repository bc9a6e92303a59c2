"""Labelled sets through the product: send, wait, read back, write predictions, call the scorers.

The scorers are programs outside the project, run as they are; what they print is the figure.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scanning.indexing.rules import LEAST_LIKELY_SCORE
from tests.bench.own_instance import OwnInstance, own_instance
from tests.quality.outcome import FileOutcome, outcome_of
from tests.quality.sets import LabelledFile, LabelledSet
from tests.quality.topics import Topics

SCORER_TIMEOUT_S = 300


@dataclass(frozen=True, slots=True)
class Measured:
    """A file and what became of it."""

    file: LabelledFile
    outcome: FileOutcome

    @property
    def filed_wrongly(self) -> bool:
        """Whether any document of it filed itself on somebody's file who is not its client."""
        right = {self.file.client_id} if self.file.client_id else set()
        return any(set(document.filed_on) - right for document in self.outcome.documents)


def run_sets(sets: Sequence[LabelledSet], home: Path, workers: int) -> dict[str, list[Measured]]:
    """Every file of these sets through one instance, by the name of the set."""
    clients = [client for one in sets for client in one.clients]
    with own_instance(home, workers, clients) as running:
        sent = {one.name: running.send(file.path for file in one.files) for one in sets}
        running.wait_until_quiet()
        return {one.name: _measured(running, one, sent[one.name]) for one in sets}


def _measured(running: OwnInstance, one: LabelledSet, item_ids: Sequence[str]) -> list[Measured]:
    database = running.instance.database
    pairs = zip(one.files, item_ids, strict=True)
    return [Measured(file, outcome_of(database, item_id)) for file, item_id in pairs]


def write_predictions(name: str, measured: Sequence[Measured], directory: Path) -> Path:
    """<id>.txt of every file read, predictions.jsonl with client, type and state; the folder."""
    folder = directory / name
    folder.mkdir(parents=True, exist_ok=True)
    for one in measured:
        (folder / f"{one.file.id}.txt").write_text(one.outcome.text, encoding="utf-8")
    lines = [json.dumps(prediction(one), ensure_ascii=False) for one in measured]
    (folder / "predictions.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


def prediction(one: Measured) -> dict[str, Any]:
    """One row: what the product would say of a file (its first document)."""
    first = one.outcome.documents[0] if one.outcome.documents else None
    client, score = first.best_client if first else (None, 0.0)
    return {
        "id": one.file.id,
        "client": client if score > LEAST_LIKELY_SCORE else None,
        "client_score": score,
        "type": first.type_code if first else None,
        "type_score": first.type_score if first else 0.0,
        "true_label": one.file.label,
        "true_client": one.file.client_id,
        "state": one.outcome.state,
        "held_reason": one.outcome.held_reason,
        "documents": len(one.outcome.documents),
        "filed_on": [client for d in one.outcome.documents for client in d.filed_on],
        "why": list(first.suggestion["why"]) if first else [],
        "pages": [
            {"kind": p.kind, "rotation_degrees": p.rotation_degrees, "confidence": p.confidence}
            for p in one.outcome.pages
        ],
    }


def score(one: LabelledSet, predictions: Path, scorers: Path) -> list[str]:
    """What the scorers that fit this set print."""
    printed = []
    if one.has_text:
        printed.append(run_scorer(scorers / "ocr_score.py", one.folder, predictions))
    if one.clients:
        printed.append(
            run_scorer(scorers / "e2e_score.py", one.folder, predictions / "predictions.jsonl")
        )
    return [text for text in printed if text]


def score_topics(topics: Topics, scorers: Path) -> str:
    """What the scorer of classification prints."""
    return run_scorer(scorers / "cls_score.py", topics.truth, topics.predictions)


def run_scorer(scorer: Path, *arguments: Path) -> str:
    """What a scorer prints."""
    if not scorer.exists():
        return f"{scorer.name} is not there: not scored"
    done = subprocess.run(
        [sys.executable, scorer, *arguments], capture_output=True, text=True, check=False,
        timeout=SCORER_TIMEOUT_S, env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    return done.stdout.strip() if done.returncode == 0 else f"{scorer.name}: {done.stderr.strip()}"
