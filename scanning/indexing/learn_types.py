"""Learning types from what people filed: never from what filed itself, never from sealed types.

The oldest of what was filed teach, the next set the temperature and the thresholds, the newest are held
back: a model comes into use only if it tells those no worse than the cues do. Too few, and the cues stay.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from edrms.access.model import Actor
from edrms.clients.folding import fold_name
from edrms.clients.tables import ClientRow
from edrms.clock import Clock
from edrms.db import Database
from edrms.fileplan import document_type
from edrms.fileplan.model import Sensitivity
from edrms.records.reading import client_ids_of
from edrms.records.tables import FILED, PageContent, Record, RecordPage
from edrms.uow import UnitOfWork, write
from scanning.indexing.classify import classify
from scanning.indexing.linear_model import LinearModel, Words, learn, with_temperature
from scanning.indexing.model import PageText, TypeSuggestion
from scanning.indexing.tables import TypeModel
from scanning.indexing.telling import features_of
from scanning.indexing.type_figures import Told, coverage, macro_f1, thresholds

LEAST_DOCUMENTS = 200
LEAST_OF_TYPE = 10
LEAST_OF_WORD = 5  # documents a word must stand in: what one letter alone says is not learned
MOST_DOCUMENTS = 20_000  # the newest
_TAUGHT, _SET = 0.64, 0.80  # shares of the documents, in the order of filing
_AT_A_TIME = 100


@dataclass(frozen=True, slots=True)
class Example:
    """A document as a person filed it, and what the cues say of it."""

    words: Words
    label: str
    cues: TypeSuggestion


@dataclass(frozen=True, slots=True)
class Learned:
    """How a learning ended. number: of the model, 0 where there was too little to learn from."""

    number: int
    documents: int
    is_active: bool
    reason: str
    figures: dict[str, float]


def learn_types(database: Database, clock: Clock, actor: Actor) -> Learned:
    """Learn from everything people filed, and use the result if it is no worse. One event either way."""
    with database.read() as session:
        examples = list(examples_filed(session))
    if len(examples) < LEAST_DOCUMENTS:
        reason = f"People filed {len(examples)} documents; at least {LEAST_DOCUMENTS} are needed."
        return Learned(0, len(examples), False, reason, {})
    model, figures, sure_from = judged(examples)
    is_active, reason = verdict(figures)
    with write(database, actor, clock) as work:
        number = _keep(work, model, len(examples), figures, sure_from, is_active, reason)
    return Learned(number, len(examples), is_active, reason, figures)


def judged(
    examples: Sequence[Example],
) -> tuple[LinearModel, dict[str, float], dict[str, float]]:
    """A model of the oldest examples, its figures and the cues' on the newest, and its thresholds.

    examples: oldest first.
    """
    taught, settled = (round(len(examples) * share) for share in (_TAUGHT, _SET))
    pairs = [(one.words, one.label) for one in examples]
    counts = {label: sum(label == other for _, other in pairs[:taught]) for _, label in pairs}
    often = [pair for pair in pairs[:taught] if counts[pair[1]] >= LEAST_OF_TYPE]
    model = with_temperature(learn(often, least_documents=LEAST_OF_WORD), pairs[taught:settled])
    newest = examples[settled:]
    by_model, by_cues = [_told(model, one) for one in newest], [_by_cues(one) for one in newest]
    figures = {
        "held_back": float(len(newest)), "types": float(len(model.classes)),
        "macro_f1": macro_f1(by_model), "coverage_99": coverage(by_model),
        "cues_macro_f1": macro_f1(by_cues), "cues_coverage_99": coverage(by_cues),
    }  # fmt: skip
    sure_from = thresholds([_told(model, one) for one in examples[taught:]])
    return model, {name: round(value, 4) for name, value in figures.items()}, sure_from


def verdict(figures: dict[str, float]) -> tuple[bool, str]:
    """Whether the model may be used, and why."""
    better = figures["macro_f1"] >= figures["cues_macro_f1"]
    as_sure = figures["coverage_99"] >= figures["cues_coverage_99"]
    if better and as_sure:
        return True, "It tells the newest documents no worse than the cues do."
    worse = "types" if not better else "documents that are sure"
    return False, f"It tells fewer {worse} than the cues do, so the cues stay."


def _told(model: LinearModel, example: Example) -> Told:
    chances = model.probabilities(example.words)
    best = max(chances, key=lambda code: chances[code])
    return Told(example.label, best, chances[best])


def _by_cues(example: Example) -> Told:
    return Told(example.label, example.cues.code, example.cues.score)


def examples_filed(session: Session) -> Iterator[Example]:
    """What people filed and still stands so, oldest first."""
    newest = (
        select(Record)
        .where(Record.state == FILED, Record.sensitivity != Sensitivity.SEALED.value)
        .order_by(Record.number.desc())
        .limit(MOST_DOCUMENTS)
    )
    records = [r for r in session.scalars(newest) if r.evidence.get("by") == "person"]
    records.reverse()
    for start in range(0, len(records), _AT_A_TIME):
        some = records[start : start + _AT_A_TIME]
        texts, names = _texts(session, some), _names(session, some)
        for record in some:
            if texts.get(record.record_id, "").strip():
                yield _example(record, texts[record.record_id], names)


def _example(record: Record, text: str, names: dict[str, frozenset[str]]) -> Example:
    cues = classify((PageText(1, text),))
    ids = client_ids_of(record)
    without = frozenset().union(*(names.get(client_id, frozenset()) for client_id in ids))
    document_type(record.document_type)
    return Example(features_of(text, cues, without), record.document_type, cues)


def _texts(session: Session, records: Sequence[Record]) -> dict[str, str]:
    ids = [record.record_id for record in records]
    wanted = (
        select(RecordPage.record_id, PageContent.text)
        .join(PageContent, PageContent.page_id == RecordPage.page_id)
        .where(RecordPage.record_id.in_(ids))
        .order_by(RecordPage.record_id, RecordPage.number)
    )
    texts: dict[str, str] = {}
    for record_id, text in session.execute(wanted):
        texts[record_id] = f"{texts.get(record_id, '')}{text}\n"
    return texts


def _names(session: Session, records: Sequence[Record]) -> dict[str, frozenset[str]]:
    """Parts of the names of whom the records are about: they teach nothing about types."""
    ids = {client_id for record in records for client_id in client_ids_of(record)}
    columns = (ClientRow.client_id, ClientRow.forename, ClientRow.surname, ClientRow.other_names)
    rows = session.execute(select(*columns).where(ClientRow.client_id.in_(ids)))
    named = {r.client_id: " ".join([r.forename, r.surname, *r.other_names]) for r in rows}
    return {client_id: frozenset(fold_name(name).split()) for client_id, name in named.items()}


def _keep(
    work: UnitOfWork, model: LinearModel, documents: int, figures: dict[str, float],
    sure_from: dict[str, float], is_active: bool, reason: str,
) -> int:  # fmt: skip
    """The row of this learning; one that comes into use ends the one before, whose weights go."""
    number = (work.session.scalar(select(func.max(TypeModel.number))) or 0) + 1
    stored = model.to_bytes() if is_active else b""
    if is_active:
        work.session.execute(update(TypeModel).values(is_active=False, weights=None, sha256=""))
    work.session.add(
        TypeModel(
            number=number, made_at=work.now, documents=documents, figures=figures,
            thresholds=sure_from, is_active=is_active, reason=reason,
            sha256=hashlib.sha256(stored).hexdigest() if stored else "", weights=stored or None,
        )
    )  # fmt: skip
    work.journal(
        "document:model:learn", "type model", str(number), documents=documents, in_use=is_active
    )
    return number
