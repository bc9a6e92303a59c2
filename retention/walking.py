"""Walking over records slice by slice, so that every one has its answer: those just filed, those of a
client with many, and all of them when a schedule takes effect and once a day.

Each slice is one short transaction and the walk resumes where it stopped, whoever leads it.
"""

from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from edrms.records.reading import on_file_of
from edrms.records.tables import Record
from edrms.uow import UnitOfWork
from retention.evaluation import alone_with_answers, renew
from retention.schedule_store import in_force
from retention.settling import settle
from retention.tables import Sweep, ToRenew

RENEW = "retention:answer:renew"
SLICE = 250
WALK_EVERY = timedelta(days=1)  # what changes without a life event (the register) is seen by then
NEW, ALL = "new", "all"


def walk(work: UnitOfWork) -> bool:
    """Answer for the next slice of records, and settle how changed ones stand; returns whether there may
    be more to do."""
    alone_with_answers(work)
    more = _answer(work)
    return settle(work) or more


def _answer(work: UnitOfWork) -> bool:
    schedule = in_force(work.session)
    if schedule is None:
        return False
    return _of_a_client(work) or _just_filed(work) or _all(work, schedule.version)


def _of_a_client(work: UnitOfWork) -> bool:
    waiting = select(ToRenew).order_by(ToRenew.since, ToRenew.client_id).limit(1)
    row = work.session.scalar(waiting.with_for_update())
    if row is None:
        return False
    some = _next(work.session, row.last_number, row.client_id)
    renew(work, [record_id for _, record_id in some])
    if len(some) == SLICE:
        row.last_number = some[-1][0]
    else:
        work.session.delete(row)
    return True


def _just_filed(work: UnitOfWork) -> bool:
    sweep = _sweep(work, NEW)
    some = _next(work.session, sweep.last_number)
    if some:
        _renew_slice(work, sweep, some)
    return bool(some)


def _all(work: UnitOfWork, version: int) -> bool:
    """Records just filed have their answers already, so the first walk over all waits for its day."""
    sweep = _sweep(work, ALL)
    if sweep.schedule_version == 0:
        sweep.schedule_version, sweep.finished_at = version, work.now
    is_other = sweep.schedule_version != version
    if is_other or (sweep.finished_at and work.now - sweep.started_at >= WALK_EVERY):
        sweep.schedule_version, sweep.started_at, sweep.finished_at = version, work.now, None
        sweep.last_number = sweep.seen = sweep.changed = 0
    if sweep.finished_at:
        return False
    some = _next(work.session, sweep.last_number)
    if some:
        _renew_slice(work, sweep, some)
        return True
    sweep.finished_at = work.now
    work.journal(
        RENEW, "schedule", str(version), records=sweep.seen, changed=sweep.changed
    )  # fmt: skip
    return False


def _renew_slice(work: UnitOfWork, sweep: Sweep, some: Sequence[tuple[int, str]]) -> None:
    sweep.changed += renew(work, [record_id for _, record_id in some])
    sweep.seen += len(some)
    sweep.last_number = some[-1][0]


def _sweep(work: UnitOfWork, name: str) -> Sweep:
    found = work.session.get(Sweep, name, with_for_update=True)
    if found is None:
        found = Sweep(
            name=name, last_number=0, schedule_version=0, seen=0, changed=0, started_at=work.now,
            finished_at=None,
        )  # fmt: skip
        work.session.add(found)
    return found


def _next(session: Session, after: int, client_id: str = "") -> list[tuple[int, str]]:
    """Number and id of the records after this number, in order; of one client only, or of all."""
    statement = select(Record.number, Record.record_id).where(Record.number > after)
    if client_id:
        statement = statement.where(Record.record_id.in_(on_file_of(client_id)))
    rows = session.execute(statement.order_by(Record.number).limit(SLICE))
    return [(number, record_id) for number, record_id in rows]
