"""The type of a document by cues and, once enough was filed, by what was learned from filing. Pure.

The cues are among what the learned model looks at. It never lends a document the certainty to file itself
before it was right 99 times in 100 for that type; until then only the cues can, where both say the same.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from scanning.indexing.classify import MODEL, classify_lines
from scanning.indexing.linear_model import LinearModel
from scanning.indexing.lines import Line
from scanning.indexing.model import Evidence, EvidenceKind, TypeAlternative, TypeSuggestion
from scanning.indexing.type_words import words_of

UNSURE = 0.85  # below every threshold for filing
_LIKELY = 0.5
_MOST_ALTERNATIVES = 3
_LEAST_ALTERNATIVE = 0.01
_MOST_WORDS = 4


@dataclass(frozen=True)
class LearnedTypes:
    """A learned model in use. name: id and version, kept with every suggestion it makes."""

    name: str
    model: LinearModel
    thresholds: Mapping[str, float] = field(default_factory=dict)


def tell_type(lines: tuple[Line, ...], learned: LearnedTypes | None = None) -> TypeSuggestion:
    """The likeliest type with its score, reasons and alternatives."""
    cues = classify_lines(lines)
    if learned is None:
        return cues
    words = features_of("\n".join(line.text for line in lines), cues)
    chances = learned.model.probabilities(words)
    if cues.code and cues.code not in chances and cues.score >= _LIKELY:
        return cues  # a type of which too few were filed to be learned
    ranked = sorted(chances, key=lambda code: (-chances[code], code))
    best = ranked[0]
    reasons = cues.reasons if cues.code == best else ()
    said = learned.model.telling_words(words, best, 3 * _MOST_WORDS)
    return TypeSuggestion(
        code=best,
        score=round(_trusted(best, chances[best], cues, learned), 4),
        reasons=(*reasons, *_evidence(said, lines)),
        alternatives=tuple(
            TypeAlternative(code, round(chances[code], 4))
            for code in ranked[1 : _MOST_ALTERNATIVES + 1]
            if chances[code] >= _LEAST_ALTERNATIVE
        ),
        model=f"{MODEL}+{learned.name}",
    )


def features_of(
    text: str, cues: TypeSuggestion, without: frozenset[str] = frozenset()
) -> dict[str, int]:
    """What the learned model looks at: words, pairs of words, and what the cues say."""
    words = words_of(text, without)
    for code, score in ((cues.code, cues.score), *((a.code, a.score) for a in cues.alternatives)):
        if code:
            words[f"cue:{code}"] = 1 + round(20 * score)
    return words


def _trusted(best: str, chance: float, cues: TypeSuggestion, learned: LearnedTypes) -> float:
    threshold = learned.thresholds.get(best)
    if threshold is not None and chance >= threshold:
        return chance
    if cues.code == best and chance >= _LIKELY:
        return max(min(chance, UNSURE), cues.score)
    return min(chance, UNSURE)


def _evidence(words: list[str], lines: tuple[Line, ...]) -> Iterator[Evidence]:
    """Where the words stand that spoke most for the type."""
    found = 0
    for word in words:
        line = next((one for one in lines if word in one.text.lower()), None)
        if line is not None and found < _MOST_WORDS:
            found += 1
            yield line.evidence(EvidenceKind.CUE, word, "learned from what was filed")
