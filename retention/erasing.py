"""Ending records that were given up to destruction: every place that holds something of them, one by one.

Each place erases and then looks; only when all have looked is the record disposed of, and what they looked
for stands in its stub. May be cut off anywhere and begun again: a place that was done finds nothing to do.
"""

from collections.abc import Collection, Sequence

from sqlalchemy import func, select

from edrms.access.model import Actor
from edrms.clock import Clock
from edrms.db import Database
from edrms.records.endings import Erased, Holding, groups_of
from edrms.records.tables import DESTROYING, DISPOSED, Record, RecordPage, RecordStub, Rendition
from edrms.uow import UnitOfWork, write

DESTROY = "record:content:destroy"
BEGIN = "record:content:erase"


class Erasing:
    """Ends records for good. holdings: in this order; rows that name objects come after the objects."""

    def __init__(self, database: Database, clock: Clock, holdings: Sequence[Holding]) -> None:
        self._database = database
        self._clock = clock
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
            with write(self._database, actor, self._clock) as work:
                for record_id in some:
                    erased = {name: of_place[record_id] for name, of_place in found.items()}
                    _ended(work, record_id, erased)
        return going

    def _begun(self, actor: Actor, record_ids: Collection[str]) -> list[str]:
        """Those to be ended, each with a stub that keeps what it had been."""
        with write(self._database, actor, self._clock) as work:
            work.alone("stubs")  # of two that end the same record the second finds its stub
            wanted = select(Record.record_id).where(
                Record.record_id.in_(record_ids), Record.state == DESTROYING
            )
            going = list(work.session.scalars(wanted.order_by(Record.number)))
            for record_id in going:
                if work.session.get(RecordStub, record_id) is None:
                    work.session.add(_stub(work, record_id))
                    work.journal(BEGIN, "record", record_id, place="begun")
        return going


def _stub(work: UnitOfWork, record_id: str) -> RecordStub:
    forms = work.session.execute(
        select(Rendition.kind, Rendition.sha256, Rendition.size_bytes)
        .where(Rendition.record_id == record_id)
        .order_by(Rendition.kind)
    )
    pages = select(func.count()).select_from(RecordPage).where(RecordPage.record_id == record_id)
    return RecordStub(
        record_id=record_id,
        page_count=work.session.scalar(pages) or 0,
        renditions=[
            {"kind": kind, "sha256": sha256, "size_bytes": size} for kind, sha256, size in forms
        ],
    )


def _ended(work: UnitOfWork, record_id: str, erased: dict[str, Erased]) -> None:
    record = work.session.get_one(Record, record_id, with_for_update=True)
    if record.state != DESTROYING:
        return  # another has ended it meanwhile
    stub = work.session.get_one(RecordStub, record_id)
    stub.proofs = {name: one.looked_for for name, one in erased.items()}
    stub.remains_in = sorted({one for place in erased.values() for one in place.remains_in})
    stub.ended_at, record.state = work.now, DISPOSED
    work.journal(DESTROY, "record", record_id, places=sorted(erased), remains=stub.remains_in)
