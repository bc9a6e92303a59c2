"""Settling: of each record of which something changed, how it stands is written down afresh for the sums
of the desk. Until then the desk decides upon it by itself, so that numbers are right at any moment.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from edrms.access.plain import PlainKind
from edrms.records.tables import FILED, CaseFile, Record, RecordAttachment
from edrms.uow import UnitOfWork
from retention.desk_tables import KindRow, StandingRow, Unsettled
from retention.desk_totals import kept_classes
from retention.tables import MissingFact, StoredAnswer

MOST_AT_ONCE = 1000  # changes, of which a record just filed has four or so
_MOST_IN_A_LIST = 500
_One = TypeVar("_One")


@dataclass(slots=True)
class _Beside:
    """What is known of some records beside their own rows, by record id."""

    services: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    answers: dict[str, tuple[str, str, int | None]] = field(default_factory=dict)
    lacking: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))


def settle(work: UnitOfWork, most: int = MOST_AT_ONCE) -> bool:
    """Settle the records of the earliest changes; returns whether there may be more.

    The caller is alone with the answers. All changes of a record that are there are seen before anything
    they are about is read, and only these are taken away: what is committed meanwhile leaves another.
    """
    work.session.flush()
    earliest = select(Unsettled.record_id).order_by(Unsettled.number).limit(most)
    found = work.session.scalars(earliest).all()
    for some in _parts(sorted(set(found))):
        changes = select(Unsettled.number).where(Unsettled.record_id.in_(some))
        numbers = work.session.scalars(changes).all()
        _settle(work.session, some)
        for part in _parts(numbers):
            work.session.execute(delete(Unsettled).where(Unsettled.number.in_(part)))
    return len(found) == most


def _settle(session: Session, record_ids: Collection[str]) -> None:
    filed = select(Record.record_id, Record.sensitivity, Record.document_type).where(
        Record.record_id.in_(record_ids), Record.state == FILED
    )
    rows, beside, kinds = (
        session.execute(filed).all(),
        _beside(session, record_ids),
        kinds_of(session),
    )
    standings = []
    for record_id, sensitivity, document_type in rows:
        kind = PlainKind(sensitivity, document_type, frozenset(beside.services[record_id]))
        if kind not in kinds:
            kinds[kind] = _add(session, kind)
        standings.append(_standing(record_id, kinds[kind], beside))
    session.execute(delete(StandingRow).where(StandingRow.record_id.in_(record_ids)))
    if standings:
        session.execute(insert(StandingRow), standings)


def _standing(record_id: str, kind_id: int, beside: _Beside) -> dict[str, Any]:
    state, class_id, month = beside.answers.get(record_id, ("", "", None))
    classes = kept_classes(state, class_id, beside.lacking[record_id])
    return {
        "record_id": record_id, "kind_id": kind_id, "state": state, "classes": classes,
        "due_month": month,
    }  # fmt: skip


def _beside(session: Session, record_ids: Collection[str]) -> _Beside:
    found = _Beside()
    files = (
        select(RecordAttachment.record_id, CaseFile.service)
        .join(CaseFile, CaseFile.case_file_id == RecordAttachment.case_file_id)
        .where(RecordAttachment.record_id.in_(record_ids))
    )
    for record_id, service in session.execute(files):
        found.services[record_id].add(service)
    answers = select(
        StoredAnswer.record_id, StoredAnswer.state, StoredAnswer.class_id, StoredAnswer.due_month
    ).where(StoredAnswer.record_id.in_(record_ids))
    for record_id, state, class_id, month in session.execute(answers):
        found.answers[record_id] = (state, class_id, month)
    lacking = select(MissingFact.record_id, MissingFact.class_id).where(
        MissingFact.record_id.in_(record_ids)
    )
    for record_id, class_id in session.execute(lacking):
        found.lacking[record_id].add(class_id)
    return found


def kinds_of(session: Session) -> dict[PlainKind, int]:
    """Every kind there is a record of, or was, with its id."""
    rows = session.execute(
        select(KindRow.kind_id, KindRow.sensitivity, KindRow.document_type, KindRow.services)
    )
    return {
        PlainKind(sensitivity, document_type, frozenset(services.split(",")) - {""}): kind_id
        for kind_id, sensitivity, document_type, services in rows
    }


def _add(session: Session, kind: PlainKind) -> int:
    row = KindRow(
        sensitivity=kind.sensitivity, document_type=kind.document_type,
        services=",".join(sorted(kind.services)),
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row.kind_id


def _parts(every: Sequence[_One]) -> Iterator[Sequence[_One]]:
    return (every[at : at + _MOST_IN_A_LIST] for at in range(0, len(every), _MOST_IN_A_LIST))
