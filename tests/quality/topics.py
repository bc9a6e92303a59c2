"""The learned classifier on labelled English texts (topics, not letters), scored by the shared scorer.

It says what the model is worth, not what it does on post: types of post are learned where people file.
"""

import gzip
import json
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from scanning.indexing.linear_model import LinearModel, learn, with_temperature
from scanning.indexing.type_words import words_of

NAMES = ("cls_20news", "cls_reuters", "cls_bbc")
_TRAINED_SHARE = 0.7  # of a set that has no test part
Row = dict[str, str]


@dataclass(frozen=True)
class Topics:
    """One set: where its truth and our predictions lie, its sizes, and what asking the model takes."""

    name: str
    truth: Path
    predictions: Path
    learned_from: int
    asked: int
    model_bytes: int
    p95_ms: float


def measure_topics(directory: Path, out: Path) -> Iterator[Topics]:
    """Learn and predict every set that is there."""
    for name in NAMES:
        folder = directory / name
        if folder.is_dir():
            train, test = _parts(folder)
            yield _measured(name, train, test, out / name)


def _parts(folder: Path) -> tuple[list[Row], list[Row]]:
    if (folder / "train.jsonl.gz").exists():
        return _rows(folder / "train.jsonl.gz"), _rows(folder / "test.jsonl.gz")
    rows = _rows(folder / "docs.jsonl.gz")
    random.Random(5).shuffle(rows)
    cut = int(len(rows) * _TRAINED_SHARE)
    return rows[:cut], rows[cut:]


def _rows(path: Path) -> list[Row]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def _measured(name: str, train: Sequence[Row], test: Sequence[Row], out: Path) -> Topics:
    pairs = [(words_of(row["text"]), row["label"]) for row in train]
    kept, held = [p for n, p in enumerate(pairs) if n % 10], pairs[::10]
    stored = with_temperature(learn(kept), held).to_bytes()
    model = LinearModel.from_bytes(stored)
    out.mkdir(parents=True, exist_ok=True)
    taken = []
    with (out / "predictions.jsonl").open("w", encoding="utf-8") as lines:
        for row in test:
            started = time.process_time()
            chances = model.probabilities(words_of(row["text"]))
            taken.append((time.process_time() - started) * 1000)
            label = max(chances, key=lambda one: chances[one])
            said = {"id": row["id"], "label": label, "score": chances[label]}
            lines.write(json.dumps(said) + "\n")
    truth = out / "truth.jsonl"
    truth.write_text("".join(json.dumps(row) + "\n" for row in test), encoding="utf-8")
    p95 = sorted(taken)[int(len(taken) * 0.95)]
    return Topics(name, truth, out / "predictions.jsonl", len(train), len(test), len(stored), p95)
