"""Asking the rules, and keeping what they answered: for a client whose facts changed at once, for all
others slice by slice.

Answers are derived and may lag behind the facts by minutes. Whoever destroys asks `ask` again in the
same transaction and goes by nothing stored.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.orm import Session

from edrms.clock import civil_date
from edrms.records.tables import CaseFile, RecordAttachment
from edrms.uow import UnitOfWork
from retention.answers import MissingRow, columns_of, missing_of
from retention.gathering import gather
from retention.model import Answer, Schedule
from retention.rules import evaluate
from retention.schedule_store import in_force
from retention.tables import MissingFact, PastAnswer, StoredAnswer, ToRenew

MOST_AT_ONCE = 500  # records answered for in one transaction of somebody who waits
_MOST_IN_A_LIST = 500
_SAME_IF = ("state", "due_on", "not_before")
_KEPT = (*_SAME_IF, "action", "class_id", "ground", "schedule_version", "evaluated_at")


def ask(
    session: Session, record_ids: Sequence[str], schedule: Schedule, as_of: date
) -> dict[str, Answer]:
    """What the rules say of these records by the rows as they are now; those that exist."""
    return {
        facts.record_id: evaluate(facts, schedule, as_of)
        for facts in gather(session, record_ids)
    }  # fmt: skip


def facts_changed(work: UnitOfWork, client_ids: Collection[str]) -> None:
    """Answer again for all records of these clients, in the caller's transaction if they are few;
    the others are done by the next walk of upkeep, within a minute or so."""
    alone_with_answers(work)
    counts = _records_of(work.session, sorted(client_ids))
    now: list[str] = []
    later: list[str] = []
    room = MOST_AT_ONCE
    for client_id, count in sorted(counts.items(), key=lambda one: (one[1], one[0])):
        (now if count <= room else later).append(client_id)
        room -= count if count <= room else 0
    renew(work, _on_files_of(work.session, now))
    _put_off(work, later)


def renew(work: UnitOfWork, record_ids: Sequence[str]) -> int:
    """Ask the rules for these records and keep the answers; returns how many are other than before.

    Without a schedule in force nothing is asked. One at a time, so that of two that ask at once the
    later sees what the earlier had to go by.
    """
    alone_with_answers(work)
    work.session.flush()
    schedule = in_force(work.session)
    if schedule is None or not record_ids:
        return 0
    answers = ask(work.session, record_ids, schedule, civil_date(work.now))
    return _keep(work, answers)


def alone_with_answers(work: UnitOfWork) -> None:
    """Taken before any row of answers or walks is locked, so that no two wait for each other."""
    work.alone("retention answers")


def _keep(work: UnitOfWork, answers: dict[str, Answer]) -> int:
    before, lacked = _stored(work.session, list(answers))
    added, altered, past, others, moved = [], [], [], [], 0
    for record_id, answer in answers.items():
        given = {**columns_of(answer), "record_id": record_id, "evaluated_at": work.now}
        row, missing = before.get(record_id), missing_of(answer)
        if missing != lacked[record_id]:
            others.append((record_id, missing))
        if row is None:
            added.append(given)
        elif _is_other(row, given) or missing != lacked[record_id]:
            altered.append(given)
            if any(getattr(row, name) != given[name] for name in _SAME_IF):
                past.append(_as_past(row, lacked[record_id], work))
                moved += 1
    _write(work.session, added, altered, past)
    _write_missing(work.session, others)
    return moved + len(added)


def _is_other(row: StoredAnswer, given: dict[str, Any]) -> bool:
    return any(getattr(row, name) != given[name] for name in _KEPT if name != "evaluated_at")


def _stored(
    session: Session, record_ids: Sequence[str]
) -> tuple[dict[str, StoredAnswer], dict[str, list[MissingRow]]]:
    rows: dict[str, StoredAnswer] = {}
    lacked: dict[str, list[MissingRow]] = defaultdict(list)
    for some in _parts(record_ids):
        found = session.scalars(
            select(StoredAnswer)
            .where(StoredAnswer.record_id.in_(some))
            .execution_options(populate_existing=True)
        )
        rows |= {row.record_id: row for row in found}
        for record_id, missing in missing_rows(session, some):
            lacked[record_id].append(missing)
    for one in lacked.values():
        one.sort()
    return rows, lacked


def missing_rows(
    session: Session, record_ids: Sequence[str]
) -> list[tuple[str, MissingRow]]:  # fmt: skip
    """The facts these records lack, as stored: record and fact."""
    columns = (
        MissingFact.record_id, MissingFact.client_id, MissingFact.class_id, MissingFact.trigger,
        MissingFact.why,
    )  # fmt: skip
    rows = session.execute(select(*columns).where(MissingFact.record_id.in_(record_ids)))
    return [(record_id, (client, kind, event, why)) for record_id, client, kind, event, why in rows]


def _as_past(row: StoredAnswer, lacked: list[MissingRow], work: UnitOfWork) -> dict[str, Any]:
    kept = {name: getattr(row, name) for name in _KEPT}
    missing = [list(one) for one in lacked]
    return {**kept, "record_id": row.record_id, "missing": missing, "replaced_at": work.now}


def _write(
    session: Session, added: list[dict[str, Any]], altered: list[dict[str, Any]],
    past: list[dict[str, Any]],
) -> None:  # fmt: skip
    if added:
        session.execute(insert(StoredAnswer), added)
    if altered:
        session.execute(update(StoredAnswer), altered)
    if past:
        session.execute(insert(PastAnswer), past)


def _write_missing(session: Session, others: list[tuple[str, list[MissingRow]]]) -> None:
    for some in _parts([record_id for record_id, _ in others]):
        session.execute(delete(MissingFact).where(MissingFact.record_id.in_(some)))
    rows = [
        {
            "record_id": record_id,
            "client_id": client,
            "class_id": kind,
            "trigger": event,
            "why": why,
        }
        for record_id, missing in others
        for client, kind, event, why in missing
    ]
    if rows:
        session.execute(insert(MissingFact), rows)


def _records_of(session: Session, client_ids: Sequence[str]) -> dict[str, int]:
    """How many records are on the files of each of these clients; those that have any."""
    found: dict[str, int] = {}
    for some in _parts(client_ids):
        rows = session.execute(
            select(CaseFile.client_id, func.count(RecordAttachment.record_id.distinct()))
            .join(RecordAttachment, RecordAttachment.case_file_id == CaseFile.case_file_id)
            .where(CaseFile.client_id.in_(some))
            .group_by(CaseFile.client_id)
        )
        found |= dict(rows.all())
    return found


def _on_files_of(session: Session, client_ids: Sequence[str]) -> list[str]:
    found: set[str] = set()
    for some in _parts(client_ids):
        found |= set(
            session.scalars(
                select(RecordAttachment.record_id)
                .join(CaseFile, CaseFile.case_file_id == RecordAttachment.case_file_id)
                .where(CaseFile.client_id.in_(some))
            )
        )
    return sorted(found)


def _put_off(work: UnitOfWork, client_ids: Sequence[str]) -> None:
    for some in _parts(client_ids):
        work.session.execute(delete(ToRenew).where(ToRenew.client_id.in_(some)))
        work.session.execute(
            insert(ToRenew),
            [{"client_id": one, "last_number": 0, "since": work.now} for one in some],
        )


def _parts(ids: Sequence[str]) -> list[Sequence[str]]:
    return [ids[at : at + _MOST_IN_A_LIST] for at in range(0, len(ids), _MOST_IN_A_LIST)]
