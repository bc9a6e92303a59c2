"""What is held, as whoever looks after paper asks it: the port HoldsOnRecords, over hold_guard.py."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from edrms.records.paper import LiveHold
from edrms.uow import UnitOfWork
from retention.hold_guard import covered, guard_destruction, live_holds_on
from retention.hold_tables import Hold


class HeldRecords:
    """A HoldsOnRecords: see edrms/records/paper.py."""

    def guard(
        self, work: UnitOfWork, record_ids: Collection[str]
    ) -> dict[str, tuple[str, ...]]:  # fmt: skip
        """See HoldsOnRecords."""
        return guard_destruction(work, record_ids)

    def on(
        self, session: Session, record_ids: Collection[str], at: datetime
    ) -> dict[str, tuple[str, ...]]:
        """See HoldsOnRecords."""
        return live_holds_on(session, record_ids, at)

    def live(self, session: Session, at: datetime) -> tuple[LiveHold, ...]:
        """See HoldsOnRecords."""
        rows = session.scalars(select(Hold).where(Hold.live(at)).order_by(Hold.hold_id))
        return tuple(
            LiveHold(row.hold_id, row.reference, row.is_secret, covered(row.scopes)) for row in rows
        )
