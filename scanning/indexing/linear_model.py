"""A multinomial logistic regression over weighted words: learning it, asking it, and its form as bytes.

The one place of indexing that knows numpy. A model is plain arrays and JSON in one npz, read without pickle,
so that bytes from a database can never run as code. What is learned from, and whether a model may be used, is
learn_types.py's. Source: docs/adr/0023.
"""

import io
import json
import random
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from zipfile import BadZipFile

import numpy as np

from edrms.errors import Damaged

Words = Mapping[str, int]
Floats = Any  # an array of float32
Places = Any  # an array of row numbers
_FORMAT = 1
_EPOCHS = 12
_STEP = 0.5
_MOST_WORDS = 40_000
_TEMPERATURES = tuple(0.3 * 1.15**n for n in range(24))


@dataclass(frozen=True)
class LinearModel:
    """classes: labels in the order of the columns. vocabulary: words in the order of the rows.

    idf: weight of each word. weights: words x classes. bias: one of each class. temperature: what scores are
    divided by so that they are right as often as they say (fitted on documents not learned from).
    """

    classes: tuple[str, ...]
    vocabulary: tuple[str, ...]
    idf: Floats
    weights: Floats
    bias: Floats
    temperature: float = 1.0

    @cached_property
    def place_of(self) -> dict[str, int]:
        """The row of each word."""
        return {word: place for place, word in enumerate(self.vocabulary)}

    def probabilities(self, words: Words) -> dict[str, float]:
        """How likely each class is; they sum to 1."""
        places, values = _vector(words, self.place_of, self.idf)
        scores = (values @ self.weights[places] + self.bias) / self.temperature
        return dict(zip(self.classes, (float(p) for p in _softmax(scores)), strict=True))

    def telling_words(self, words: Words, label: str, most: int) -> list[str]:
        """The words that speak most for a class, best first."""
        places, values = _vector(words, self.place_of, self.idf)
        given = values * self.weights[places, self.classes.index(label)]
        best = [int(i) for i in np.argsort(-given)[:most] if given[i] > 0]
        return [self.vocabulary[int(places[i])] for i in best]

    def to_bytes(self) -> bytes:
        """One compressed npz; half precision is enough for weights."""
        about = {"format": _FORMAT, "classes": self.classes, "vocabulary": self.vocabulary,
                 "temperature": self.temperature}  # fmt: skip
        written = io.BytesIO()
        np.savez_compressed(
            written, about=np.frombuffer(json.dumps(about).encode(), np.uint8),
            idf=self.idf, weights=self.weights.astype(np.float16), bias=self.bias,
        )  # fmt: skip
        return written.getvalue()

    @classmethod
    def from_bytes(cls, stored: bytes) -> "LinearModel":
        """Raises Damaged when these are not the bytes of a whole model of this format."""
        try:
            with np.load(io.BytesIO(stored), allow_pickle=False) as arrays:
                about = json.loads(arrays["about"].tobytes())
                model = cls(
                    tuple(about["classes"]), tuple(about["vocabulary"]),
                    arrays["idf"].astype(np.float32), arrays["weights"].astype(np.float32),
                    arrays["bias"].astype(np.float32), float(about["temperature"]),
                )  # fmt: skip
                known = about["format"] == _FORMAT
        except (OSError, ValueError, KeyError, TypeError, EOFError, BadZipFile) as error:
            raise Damaged("The learned classifier cannot be read.", code="bad_model") from error
        if not known or model.weights.shape != (len(model.vocabulary), len(model.classes)):
            raise Damaged("The learned classifier is of another format.", code="bad_model")
        return model


def learn(
    documents: Sequence[tuple[Words, str]], *, least_documents: int = 2, seed: int = 1
) -> LinearModel:
    """A model of these labelled documents, by stochastic gradient with a step that shrinks for each word
    (AdaGrad). The same documents and seed give the same model.

    least_documents: in how many a word must stand to be known.
    """
    counts = Counter(word for words, _ in documents for word in words)
    kept = [word for word, count in counts.most_common(_MOST_WORDS) if count >= least_documents]
    vocabulary = tuple(sorted(kept))
    idf = np.array([np.log(len(documents) / counts[w]) + 1 for w in vocabulary], np.float32)
    classes = tuple(sorted({label for _, label in documents}))
    place_of = {word: place for place, word in enumerate(vocabulary)}
    vectors = [_vector(words, place_of, idf) for words, _ in documents]
    targets = [classes.index(label) for _, label in documents]
    weights, bias = _descend(vectors, targets, (len(vocabulary), len(classes)), seed)
    return LinearModel(classes, vocabulary, idf, weights, bias)


def _descend(
    vectors: list[tuple[Places, Floats]],
    targets: list[int],
    shape: tuple[int, int],
    seed: int,
) -> tuple[Floats, Floats]:
    weights: Floats = np.zeros(shape, np.float32)
    bias: Floats = np.zeros(shape[1], np.float32)
    squares: Floats = np.full(shape, 0.05, np.float32)
    bias_squares: Floats = np.full(shape[1], 1.0, np.float32)
    order, dice = list(range(len(vectors))), random.Random(seed)
    for _ in range(_EPOCHS):
        dice.shuffle(order)
        for number in order:
            places, values = vectors[number]
            off = _softmax(values @ weights[places] + bias)
            off[targets[number]] -= 1
            slope = values[:, None] * off
            squares[places] += slope * slope
            weights[places] -= _STEP * slope / np.sqrt(squares[places])
            bias_squares += off * off
            bias -= _STEP * off / np.sqrt(bias_squares)
    return weights, bias


def with_temperature(model: LinearModel, held_out: Iterable[tuple[Words, str]]) -> LinearModel:
    """The model with the temperature under which documents it has not seen are least surprising."""
    seen = []
    for words, label in held_out:
        if label in model.classes:
            places, values = _vector(words, model.place_of, model.idf)
            seen.append((values @ model.weights[places] + model.bias, model.classes.index(label)))
    if not seen:
        return model

    def surprise(temperature: float) -> float:
        return -sum(float(np.log(_softmax(s / temperature)[t] + 1e-9)) for s, t in seen)

    best = min(_TEMPERATURES, key=surprise)
    return LinearModel(model.classes, model.vocabulary, model.idf, model.weights, model.bias, best)


def _vector(words: Words, place_of: Mapping[str, int], idf: Floats) -> tuple[Places, Floats]:
    """Places and weights of the known words: logarithm of the count times idf, of length one."""
    known = [
        (place, count) for word, count in words.items() if (place := place_of.get(word)) is not None
    ]
    places = np.array([place for place, _ in known], np.intp)
    values = (1 + np.log(np.array([count for _, count in known], np.float32))) * idf[places]
    length = float(np.sqrt((values * values).sum()))
    return places, values.astype(np.float32) / np.float32(length or 1.0)


def _softmax(scores: Floats) -> Floats:
    raised = np.exp(scores - scores.max())
    total: Floats = raised / raised.sum()
    return total
