"""Looking through what is filed, a few records at a time: what was taken off a file and filed again, what was
filed since, and everything after each change of the matcher and then slowly again, as the register changes.

Nothing is locked while pages are compared; what came of it is kept in one short transaction, and only if no
other host has come further meanwhile. Nothing here changes a record: what is found is listed for people.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Select, exists, func, not_, select
from sqlalchemy.orm import Session

from edrms.access.model import Actor
from edrms.clients.register import get_clients
from edrms.clock import Clock
from edrms.db import Database
from edrms.incidents.tables import Incident
from edrms.records.reading import client_ids_of
from edrms.records.tables import FILED, PageContent, Record, RecordPage
from edrms.uow import UnitOfWork, write
from scanning.indexing.calibration import calibration
from scanning.indexing.model import PageText
from scanning.misfiles.comparing import compare
from scanning.misfiles.findings import keep, note_look, settle_repaired
from scanning.misfiles.model import RULE, Looked
from scanning.misfiles.tables import MisfileLook, MisfileWalk

WALK = "record:misfile:walk"
MOVED, NEW, ALL = "moved", "new", "all"
MOST_RECORDS = 25
MOST_PAGES = 40  # of one record; whom a longer one is about stands on its first pages
ROUND_EVERY = timedelta(days=30)
_LOCK = "misfiles"


@dataclass(frozen=True, slots=True)
class _Slice:
    """Records to look at, by number, in the order of a walk that stands at `after` (not of MOVED)."""

    name: str
    after: int
    records: Sequence[tuple[int, str]]


class MisfileWalks:
    """The duty: one turn of looking."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def turn(self, actor: Actor, *, is_quiet: bool = True) -> int:
        """Look at the next MOST_RECORDS, what was moved or filed since before the rest; returns how many that
        were.

        is_quiet: whether nothing else waits; else only what was moved or filed since is looked at.
        """
        with write(self._database, actor, self._clock) as work:
            work.alone(_LOCK)
            settle_repaired(work)
            _begin_round(work)
        with self._database.read() as session:
            some = _next(session, is_quiet=is_quiet)
        found = {record_id: self._look(record_id) for _, record_id in some.records}
        with write(self._database, actor, self._clock) as work:
            work.alone(_LOCK)
            _keep(work, some, found)
        return len(found)

    def _look(self, record_id: str) -> Looked:
        with self._database.read() as session:
            record = session.get(Record, record_id)
            if record is None or record.state != FILED:
                return Looked(0)
            filed = get_clients(session, client_ids_of(record))
            pages = _pages(session, record_id)
            return Looked(record.version, compare(session, pages, filed) if filed else None)


def matcher() -> str:
    """What compares now: the version of the scores, and of the rule."""
    return f"{calibration().version} {RULE}"


def _pages(session: Session, record_id: str) -> tuple[PageText, ...]:
    rows = session.execute(
        select(RecordPage.number, PageContent.text, PageContent.confidence)
        .join(PageContent, PageContent.page_id == RecordPage.page_id)
        .where(RecordPage.record_id == record_id, RecordPage.number <= MOST_PAGES)
        .order_by(RecordPage.number)
    )
    return tuple(PageText(number, text, confidence=confidence) for number, text, confidence in rows)


def _begin_round(work: UnitOfWork) -> None:
    """The first walk over all begins below what is filed now, and what is filed later is new."""
    top = work.session.scalar(select(func.max(Record.number))) or 0
    new = work.session.get(MisfileWalk, NEW)
    if new is None:
        for name in (NEW, ALL):
            work.session.add(_walk(work, name, top + (name == ALL)))
        return
    walk = work.session.get_one(MisfileWalk, ALL)
    is_old = walk.finished_at is not None and work.now - walk.started_at >= ROUND_EVERY
    if is_old or walk.matcher != matcher():
        walk.last_number, walk.matcher, walk.seen, walk.found = new.last_number + 1, matcher(), 0, 0
        walk.started_at, walk.finished_at = work.now, None


def _walk(work: UnitOfWork, name: str, at: int) -> MisfileWalk:
    return MisfileWalk(
        name=name, last_number=at, matcher=matcher(), seen=0, found=0, started_at=work.now,
        finished_at=None,
    )  # fmt: skip


def _next(session: Session, *, is_quiet: bool) -> _Slice:
    some = _slice(session, MOVED)
    for name in (NEW, ALL) if is_quiet else (NEW,):
        some = some if some.records else _slice(session, name)
    return some


def _slice(session: Session, name: str) -> _Slice:
    wanted, at = select(Record.number, Record.record_id), 0
    if name == MOVED:
        wanted = _moved(wanted)
    else:
        walk = session.get_one(MisfileWalk, name)
        at = walk.last_number
        if walk.finished_at is not None:
            return _Slice(name, at, ())
        is_new = name == NEW
        order = Record.number if is_new else Record.number.desc()
        wanted = wanted.where(Record.number > at if is_new else Record.number < at).order_by(order)
    rows = session.execute(wanted.limit(MOST_RECORDS))
    return _Slice(name, at, [(number, record_id) for number, record_id in rows])


def _moved(wanted: Select[int, str]) -> Select[int, str]:
    """Those taken off a file, and not looked at as they are filed now."""
    looked = exists().where(
        MisfileLook.record_id == Record.record_id, MisfileLook.version == Record.version
    )
    taken_off = select(Incident.record_id).where(Incident.contained_at.is_not(None))
    return wanted.where(
        Record.state == FILED, Record.record_id.in_(taken_off), not_(looked)
    ).order_by(Record.number)


def _keep(work: UnitOfWork, some: _Slice, found: Mapping[str, Looked]) -> None:
    """The caller holds the lock of the walks."""
    walk = None if some.name == MOVED else work.session.get_one(MisfileWalk, some.name)
    if walk and (walk.last_number != some.after or walk.finished_at is not None):
        return  # another host has looked at these
    listed = 0
    for _, record_id in sorted(some.records):  # locked in this order by whoever locks several
        listed += keep(work, record_id, found[record_id], matcher())
        if walk is None:
            note_look(work, record_id, found[record_id])
    if walk:
        _advance(work, walk, some, listed)


def _advance(work: UnitOfWork, walk: MisfileWalk, some: _Slice, listed: int) -> None:
    walk.found += listed
    walk.seen += len(some.records)
    if some.records:
        walk.last_number = some.records[-1][0]
    elif some.name == ALL:
        walk.finished_at = work.now
        work.journal(WALK, "instance", "", records=walk.seen, found=walk.found)
