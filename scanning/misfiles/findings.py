"""Keeping what was found of a record: listed once, never again what a person dismissed, and closed when the
record is where it belongs. Each in the caller's transaction, with its event.
"""

from sqlalchemy import not_, select

from edrms.ids import new_id
from edrms.records.tables import FILED, Record
from edrms.uow import UnitOfWork
from scanning.misfiles.access import still_stands
from scanning.misfiles.model import Looked, Misfile, State
from scanning.misfiles.rules import says_more
from scanning.misfiles.tables import MisfileFiledOn, MisfileFinding, MisfileLook

FOUND = "record:misfile:find"
SETTLE = "record:misfile:settle"


def keep(work: UnitOfWork, record_id: str, looked: Looked, matcher: str) -> bool:
    """Bring the findings of a record in step with what was found now; whether that is new. Nothing is kept of
    a record that was given up to destruction, or moved, since it was looked at."""
    record = work.session.get(Record, record_id, with_for_update=True)
    if not _is_as_looked_at(record, looked):
        return False
    misfile = looked.misfile
    rows = work.session.scalars(
        select(MisfileFinding).where(MisfileFinding.record_id == record_id)
    ).all()
    stands = False
    for row in rows:
        if row.state == State.OPEN and _is_same(row, misfile):
            stands = True
        elif row.state == State.OPEN:
            _settle(work, row, State.WITHDRAWN)
    dismissed = [
        row.kinds for row in rows if row.state == State.DISMISSED and _is_same(row, misfile)
    ]
    if misfile is None or stands or not says_more(misfile.kinds, dismissed):
        return False
    _list(work, record_id, misfile, matcher)
    return True


def note_look(work: UnitOfWork, record_id: str, looked: Looked) -> None:
    """After `keep`, of a record that was moved: it has been looked at as it is filed now."""
    if _is_as_looked_at(work.session.get(Record, record_id), looked):
        work.session.merge(MisfileLook(record_id=record_id, version=looked.version))


def _is_as_looked_at(record: Record | None, looked: Looked) -> bool:
    return record is not None and record.state == FILED and record.version == looked.version


def _is_same(row: MisfileFinding, misfile: Misfile | None) -> bool:
    """Whether that is found again: the same other client, on the files of the same."""
    if misfile is None or row.client_id != misfile.client_id:
        return False
    return {one.client_id for one in row.filed} == set(misfile.filed)


def _list(work: UnitOfWork, record_id: str, misfile: Misfile, matcher: str) -> None:
    row = MisfileFinding(
        finding_id=new_id(), record_id=record_id, client_id=misfile.client_id, score=misfile.score,
        words=misfile.words, kinds=sorted(misfile.kinds), page=misfile.page, line=misfile.line,
        matcher=matcher, found_at=work.now, state=State.OPEN.value,
        filed=[
            MisfileFiledOn(client_id=one, words=words) for one, words in misfile.filed.items()
        ],
    )  # fmt: skip
    work.session.add(row)
    work.journal(FOUND, "record", record_id, finding=row.finding_id, matcher=matcher)


def settle_repaired(work: UnitOfWork) -> None:
    """Close the findings whose record is no more where it was found."""
    gone = select(MisfileFinding).where(MisfileFinding.state == State.OPEN, not_(still_stands()))
    for row in work.session.scalars(gone.with_for_update()).all():
        _settle(work, row, State.REPAIRED)


def _settle(work: UnitOfWork, row: MisfileFinding, state: State) -> None:
    row.state, row.settled_at = state.value, work.now
    work.journal(SETTLE, "record", row.record_id, finding=row.finding_id, state=state.value)
