"""Records that leave one person's file for another's, as retention sees them: the port RecordsKept.

A hold goes on holding what it held. Where it was on the file, the person or a description that the record
meets no more, the record itself becomes one more thing it is on, until it is lifted.
"""

from collections.abc import Collection, Mapping

from sqlalchemy import select

from edrms.ids import new_id
from edrms.uow import UnitOfWork
from retention.evaluation import alone_with_answers, renew
from retention.hold_guard import guard_destruction, live_holds_on
from retention.hold_looks import kind_of
from retention.hold_tables import Hold, HoldScope
from retention.hold_words import ScopeKind

FOLLOW = "hold:record:follow"


class MovedRecords:
    """A RecordsKept: see edrms/records/moving.py."""

    def guard(self, work: UnitOfWork, record_ids: Collection[str]) -> dict[str, tuple[str, ...]]:
        """See RecordsKept."""
        alone_with_answers(work)
        return guard_destruction(work, record_ids)

    def follow(
        self, work: UnitOfWork, record_ids: Collection[str], held: Mapping[str, tuple[str, ...]]
    ) -> None:
        """See RecordsKept."""
        work.session.flush()
        still = live_holds_on(work.session, record_ids, work.now)
        for record_id in record_ids:
            lost = set(held.get(record_id, ())) - set(still.get(record_id, ()))
            wanted = select(Hold).where(Hold.hold_id.in_(lost)).order_by(Hold.hold_id)
            for hold in work.session.scalars(wanted):
                _keep(work, hold, record_id)
        renew(work, sorted(record_ids))


def _keep(work: UnitOfWork, hold: Hold, record_id: str) -> None:
    hold.scopes.append(HoldScope(scope_id=new_id(), kind=ScopeKind.MOVED, subject_id=record_id))
    if hold.is_secret:
        work.journal(FOLLOW, kind_of(hold), hold.hold_id, personal=f"record {record_id}")
    else:
        work.journal(FOLLOW, kind_of(hold), hold.hold_id, record=record_id)
