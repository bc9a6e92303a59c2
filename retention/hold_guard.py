"""What is held, asked of the rows at the moment of asking: the only truth about it. No index, no cache.

How a hold and a destruction cannot pass each other. Both `guard_placing` and `guard_destruction` take
the same lock until their transaction ends (on SQLite every write transaction is alone already). So one of
the two commits first. If it is the hold, the destroying transaction sees it, because it asks after it has
the lock, and PostgreSQL's statements see what was committed before them. If it is the destruction, its
records are in the state DESTROYING when the hold is placed; whoever places it is told how many of what the
hold is on were beyond keeping. Keys are destroyed only after that commit, and only of records in that state
(scanning/custody/service.py), so there is no third case: no content goes between the two.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    exists,
    false,
    literal,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.orm import Session

from edrms.errors import Refused
from edrms.records.tables import DESTROYING, FILED, CaseFile, Record, RecordAttachment
from edrms.uow import UnitOfWork
from retention.hold_criteria.model import Criteria
from retention.hold_criteria.rules import stored
from retention.hold_criteria.sql import fits, on_a_file
from retention.hold_tables import Hold, HoldScope
from retention.hold_words import ScopeKind

LOCK = "holds and destruction"
_AT_ONCE, _QUERIES_AT_ONCE = 500, 100
Condition = ColumnElement[bool]
# Said to everybody of everything that is not destroyed, whatever the cause (docs/holds.md).
KEPT = (
    "Nothing was destroyed: the check before destruction did not pass. It compares dates, facts, holds, "
    "the clock and the stores. What did not pass goes back to be appraised."
)


def guard_placing(work: UnitOfWork) -> None:
    """Until this transaction ends nothing is destroyed. For placing, reviewing and lifting holds."""
    work.alone(LOCK)


def guard_destruction(work: UnitOfWork, record_ids: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Until this transaction ends no hold is placed or lifted. Returns what of these is held, by record."""
    work.alone(LOCK)
    return live_holds_on(work.session, record_ids, work.now)


def condemn(work: UnitOfWork, record_ids: Collection[str]) -> None:
    """Give these filed records up to destruction, all of them or none: the only way into that state.

    Raises Refused (code kept) where one is held or not filed, without saying which or why. The caller
    journals, commits, and only then destroys keys and objects.
    """
    wanted = set(record_ids)
    held = guard_destruction(work, wanted)
    changed = 0
    for some in _parts(wanted):
        changed += work.session.execute(
            update(Record)
            .where(Record.record_id.in_(some), Record.state == FILED)
            .values(state=DESTROYING)
        ).rowcount  # type: ignore[attr-defined]
    if held or changed != len(wanted):
        raise Refused(KEPT, code="kept")


def live_holds_on(
    session: Session, record_ids: Collection[str], at: datetime
) -> dict[str, tuple[str, ...]]:
    """The holds each of these records is under, by record id; one that is free is absent.

    One statement for each 500 records and 100 saved queries. Secret holds count like any other.
    """
    queries = _live_queries(session, at)
    found: dict[str, set[str]] = defaultdict(set)
    for some in _parts(record_ids):
        asked = Record.record_id.in_(some)
        for statement in (_by_name(asked, at), *_by_query(asked, queries)):
            for record_id, hold_id in session.execute(statement):
                found[record_id].add(hold_id)
    return {record_id: tuple(sorted(holds)) for record_id, holds in found.items()}


def under_hold(session: Session, at: datetime, *, with_secret: bool) -> Condition:
    """A condition on records, true for those under any live hold; for lists.

    with_secret: whether the reader holds `hold:secret:view`; without it secret holds leave no trace.
    """
    known = Hold.live(at) if with_secret else Hold.live(at) & Hold.is_secret.is_(False)
    queries = [criteria for _, criteria in _live_queries(session, at, known)]
    return or_(*(_named(kind, known) for kind in _NAMED), *(fits(one) for one in queries), false())


def evidence_is_held(work: UnitOfWork, kind: str, subject_id: str) -> bool:
    """Whether what the log knows of this must stay: of a record on hold, of the document it came from, of
    a client with one on file or who is on hold, of a live hold. Until the transaction ends it stays so."""
    work.alone(LOCK)
    session, now = work.session, work.now
    if kind in ("hold", "secret_hold"):
        return _any(session, select(Hold.hold_id).where(Hold.hold_id == subject_id, Hold.live(now)))
    held = select(Record.record_id).where(under_hold(session, now, with_secret=True))
    if kind == "client":
        named = select(HoldScope.scope_id).where(
            HoldScope.subject_id == subject_id, Hold.hold_id == HoldScope.hold_id, Hold.live(now)
        )
        on_file = held.where(on_a_file(CaseFile.client_id == subject_id))
        return _any(session, named) or _any(session, on_file)
    is_it = or_(Record.record_id == subject_id, Record.document_id == subject_id)
    return _any(session, held.where(is_it))


def _any(session: Session, ids: Select[str]) -> bool:
    return session.scalar(ids.limit(1)) is not None


def covered(scopes: Collection[HoldScope]) -> Condition:
    """A condition on records, true for those that a hold with these scopes is on, live or not."""
    found: list[Condition] = [false()]
    for scope in scopes:
        match ScopeKind(scope.kind):
            case ScopeKind.QUERY:
                found.append(fits(stored(scope.criteria or {})))
            case ScopeKind.RECORD | ScopeKind.MOVED:
                found.append(Record.record_id == scope.subject_id)
            case ScopeKind.CASE_FILE:
                found.append(on_a_file(CaseFile.case_file_id == scope.subject_id))
            case ScopeKind.CLIENT:
                found.append(on_a_file(CaseFile.client_id == scope.subject_id))
            case ScopeKind.RECORD_CLASS:
                found.append(on_a_file(CaseFile.record_class == scope.subject_id))
    return or_(*found)


_NAMED = {
    ScopeKind.CASE_FILE: CaseFile.case_file_id,
    ScopeKind.CLIENT: CaseFile.client_id,
    ScopeKind.RECORD_CLASS: CaseFile.record_class,
    ScopeKind.RECORD: Record.record_id,
    ScopeKind.MOVED: Record.record_id,
}
_OF_RECORDS = (ScopeKind.RECORD, ScopeKind.MOVED)


def _named(kind: ScopeKind, known: Condition) -> Condition:
    scope = exists().where(
        HoldScope.kind == kind, HoldScope.subject_id == _NAMED[kind],
        Hold.hold_id == HoldScope.hold_id, known,
    )  # fmt: skip
    return scope if kind in _OF_RECORDS else on_a_file(scope)


def _live_queries(
    session: Session, at: datetime, known: Condition | None = None
) -> list[tuple[str, Criteria]]:
    rows = session.execute(
        select(HoldScope.hold_id, HoldScope.criteria)
        .join(Hold, Hold.hold_id == HoldScope.hold_id)
        .where(HoldScope.kind == ScopeKind.QUERY, Hold.live(at) if known is None else known)
        .order_by(HoldScope.scope_id)
    )
    return [(hold_id, stored(criteria or {})) for hold_id, criteria in rows]


def _by_name(asked: Condition, at: datetime) -> CompoundSelect[str, str]:
    return union_all(*(_of_kind(kind, asked, at) for kind in _NAMED))


def _by_query(
    asked: Condition, queries: list[tuple[str, Criteria]]
) -> Iterator[CompoundSelect[str, str]]:
    for start in range(0, len(queries), _QUERIES_AT_ONCE):
        yield union_all(
            *(
                select(Record.record_id, literal(hold_id)).where(asked, fits(criteria))
                for hold_id, criteria in queries[start : start + _QUERIES_AT_ONCE]
            )
        )


def _of_kind(kind: ScopeKind, asked: Condition, at: datetime) -> Select[str, str]:
    wanted = select(Record.record_id, HoldScope.hold_id).where(
        asked, HoldScope.kind == kind, HoldScope.subject_id == _NAMED[kind],
        Hold.hold_id == HoldScope.hold_id, Hold.live(at),
    )  # fmt: skip
    if kind in _OF_RECORDS:
        return wanted
    return wanted.where(
        RecordAttachment.record_id == Record.record_id,
        CaseFile.case_file_id == RecordAttachment.case_file_id,
    )


def _parts(ids: Collection[str]) -> Iterator[list[str]]:
    every = sorted(ids)
    return (every[start : start + _AT_ONCE] for start in range(0, len(every), _AT_ONCE))
