"""Looking through what is filed, a few records at a time: what was filed since, and everything after each
change of the matcher and then slowly again, for the register changes too.

Nothing is locked while pages are compared; what came of it is kept in one short transaction, and only if no
other host has come further meanwhile. Nothing here changes a record: what is found is listed for people.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from edrms.access.model import Actor
from edrms.clients.register import get_clients
from edrms.clock import Clock
from edrms.db import Database
from edrms.records.reading import client_ids_of
from edrms.records.tables import FILED, PageContent, Record, RecordPage
from edrms.uow import UnitOfWork, write
from scanning.indexing.calibration import calibration
from scanning.indexing.model import PageText
from scanning.misfiles.comparing import compare
from scanning.misfiles.findings import keep, settle_repaired
from scanning.misfiles.model import RULE, Misfile
from scanning.misfiles.tables import MisfileWalk

WALK = "record:misfile:walk"
NEW, ALL = "new", "all"
MOST_RECORDS = 25
MOST_PAGES = 40  # of one record; whom a longer one is about stands on its first pages
ROUND_EVERY = timedelta(days=30)
_LOCK = "misfiles"


@dataclass(frozen=True, slots=True)
class _Slice:
    """Records to look at, by number, in the order of a walk that stands at `after`."""

    name: str
    after: int
    records: Sequence[tuple[int, str]]


class MisfileWalks:
    """The duty: one turn of looking."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def turn(self, actor: Actor, *, is_quiet: bool = True) -> int:
        """Look at the next MOST_RECORDS, what was filed since before the rest; returns how many that were.

        is_quiet: whether nothing else waits; else only what was filed since is looked at.
        """
        self._begin(actor)
        with self._database.read() as session:
            some = _slice(session, NEW)
            if is_quiet and not some.records:
                some = _slice(session, ALL)
        found = {record_id: self._look(record_id) for _, record_id in some.records}
        with write(self._database, actor, self._clock) as work:
            _keep(work, some, found)
        return len(found)

    def _begin(self, actor: Actor) -> None:
        """Settle what was put right, begin a round that is due, and look again at what was moved."""
        with write(self._database, actor, self._clock) as work:
            work.alone(_LOCK)
            moved = settle_repaired(work)
            _begin_round(work)
        for record_id in moved:
            misfile = self._look(record_id)
            with write(self._database, actor, self._clock) as work:
                keep(work, record_id, misfile, matcher())

    def _look(self, record_id: str) -> Misfile | None:
        with self._database.read() as session:
            record = session.get(Record, record_id)
            if record is None or record.state != FILED:
                return None
            filed = get_clients(session, client_ids_of(record))
            return compare(session, _pages(session, record_id), filed) if filed else None


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


def _slice(session: Session, name: str) -> _Slice:
    walk = session.get_one(MisfileWalk, name)
    at, wanted = walk.last_number, select(Record.number, Record.record_id)
    if walk.finished_at is not None:
        return _Slice(name, at, ())
    if name == NEW:
        wanted = wanted.where(Record.number > at).order_by(Record.number)
    else:
        wanted = wanted.where(Record.number < at).order_by(Record.number.desc())
    rows = session.execute(wanted.limit(MOST_RECORDS))
    return _Slice(name, at, [(number, record_id) for number, record_id in rows])


def _keep(work: UnitOfWork, some: _Slice, found: Mapping[str, Misfile | None]) -> None:
    work.alone(_LOCK)
    walk = work.session.get_one(MisfileWalk, some.name)
    if walk.last_number != some.after or walk.finished_at is not None:
        return  # another host has looked at these
    for _, record_id in sorted(some.records):  # locked in this order by whoever locks several
        walk.found += keep(work, record_id, found[record_id], matcher())
    walk.seen += len(some.records)
    if some.records:
        walk.last_number = some.records[-1][0]
    elif some.name == ALL:
        walk.finished_at = work.now
        work.journal(WALK, "instance", "", records=walk.seen, found=walk.found)
