"""Ending records that were given up to destruction: every place that holds something of them, one by one.

Each place erases and then looks; only when all have looked is the record disposed of, and what they looked
for stands in its stub. May be cut off anywhere and begun again: a place that was done finds nothing to do.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, lazyload

from edrms.access.model import Actor
from edrms.clock import Clock
from edrms.db import Database
from edrms.pace import Pace
from edrms.records.endings import Erased, Holding, groups_of
from edrms.records.tables import DESTROYING, DISPOSED, Record, RecordPage, RecordStub, Rendition
from edrms.uow import UnitOfWork, write

DESTROY = "record:content:destroy"
BEGIN = "record:content:erase"


class Erasing:
    """Ends records for good. holdings: in this order; rows that name objects come after the objects."""

    def __init__(
        self, database: Database, clock: Clock, holdings: Sequence[Holding], pace: Pace
    ) -> None:
        self._database = database
        self._clock = clock
        self._pace = pace
        self._holdings = tuple(holdings)

    def given_up(self) -> list[str]:
        """Records whose destruction was begun and has not ended."""
        with self._database.read() as session:
            wanted = select(Record.record_id).where(Record.state == DESTROYING)
            return list(session.scalars(wanted.order_by(Record.number)))

    def end(self, actor: Actor, record_ids: Collection[str]) -> list[str]:
        """Erase these records wherever something of them is, and look for it afterwards; those in any
        other state than "given up to destruction" are left out. Returns the ids of those ended.

        Raises Damaged where something is still found, Unavailable where it could not be looked for; then
        none of them counts as ended and the call may be repeated.
        """
        going = [one for some in groups_of(record_ids) for one in self._begun(actor, some)]
        if not going:
            return []
        found = {one.name: one.erase(actor, going) for one in self._holdings}
        for some in groups_of(going):
            with self._pace.turn(), write(self._database, actor, self._clock) as work:
                _end(work, some, found)
        return going

    def _begun(self, actor: Actor, record_ids: Collection[str]) -> list[str]:
        """Those to be ended, each with a stub that keeps what it had been."""
        with self._pace.turn(), write(self._database, actor, self._clock) as work:
            work.alone("stubs")  # of two that end the same record the second finds its stub
            wanted = select(Record.record_id).where(
                Record.record_id.in_(record_ids), Record.state == DESTROYING
            )
            going = list(work.session.scalars(wanted.order_by(Record.number)))
            begun = select(RecordStub.record_id).where(RecordStub.record_id.in_(going))
            fresh = set(going) - set(work.session.scalars(begun))
            for stub in _stubs(work.session, [one for one in going if one in fresh]):
                work.session.add(stub)
                work.journal(BEGIN, "record", stub.record_id, place="begun")
        return going


def _stubs(session: Session, record_ids: Sequence[str]) -> list[RecordStub]:
    columns = Rendition.record_id, Rendition.kind, Rendition.sha256, Rendition.size_bytes
    asked = select(*columns).where(Rendition.record_id.in_(record_ids)).order_by(Rendition.kind)
    forms: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for record_id, kind, sha256, size in session.execute(asked):
        forms[record_id].append({"kind": kind, "sha256": sha256, "size_bytes": size})
    counted = (
        select(RecordPage.record_id, func.count())
        .where(RecordPage.record_id.in_(record_ids))
        .group_by(RecordPage.record_id)
    )
    pages = dict(session.execute(counted).all())
    return [
        RecordStub(record_id=one, page_count=pages.get(one, 0), renditions=forms[one])
        for one in record_ids
    ]


def _end(
    work: UnitOfWork, record_ids: Collection[str], found: Mapping[str, Mapping[str, Erased]]
) -> None:
    """Those that another has ended meanwhile are left."""
    going = select(Record).where(Record.record_id.in_(record_ids), Record.state == DESTROYING)
    going = going.order_by(Record.number).with_for_update().options(lazyload("*"))
    records = list(work.session.scalars(going))
    ids = [record.record_id for record in records]
    rows = work.session.scalars(select(RecordStub).where(RecordStub.record_id.in_(ids)))
    stubs = {stub.record_id: stub for stub in rows}
    for record in records:
        stub = stubs[record.record_id]
        erased = {name: of_place[record.record_id] for name, of_place in found.items()}
        stub.proofs = {name: one.looked_for for name, one in erased.items()}
        stub.remains_in = sorted({one for place in erased.values() for one in place.remains_in})
        stub.ended_at, record.state = work.now, DISPOSED
        work.journal(
            DESTROY, "record", record.record_id, places=sorted(erased), remains=stub.remains_in
        )
