"""The queue's statements, put together once: at a claim a second for each page they would else cost more
to build than to run. What they mean is said in edrms/jobs/queue.py.
"""

from datetime import timedelta
from typing import Any, cast

from sqlalchemy import Integer, Select, Table, Update, bindparam, or_, select, update

from edrms.jobs.lease_clock import LeaseClock
from edrms.jobs.tables import Job

_JOBS = cast(Table, Job.__table__)
_OF = _JOBS.c
_MINE = (
    update(_JOBS)
    .where(_OF.job_id == bindparam("of_job"), _OF.fence == bindparam("of_fence"))
    .where(_OF.state == "leased")
)
FINISH = _MINE.values(state="done", lease_until=None, last_error="")


class QueueStatements:
    """Those that go by the lease clock.

    ready, run_out: jobs to be had (in_line, most), locked unless another has locked them.
    lease (by, numbers). renew, give_back (of_job, of_fence): change one row, or none if it was lost.
    """

    def __init__(self, leases: LeaseClock, lease: timedelta) -> None:
        self._leases = leases
        due = or_(_OF.not_before.is_(None), _OF.not_before <= leases.now())
        self.ready = _in_turn("queued").where(due)
        self.run_out = _in_turn("leased").where(_OF.lease_until < leases.now())
        self.lease = (
            update(_JOBS)
            .where(_OF.number.in_(bindparam("numbers", expanding=True)))
            .values(
                state="leased", worker=bindparam("by"), attempts=_OF.attempts + 1,
                fence=_OF.fence + 1, lease_until=leases.now(lease),
            )
        )  # fmt: skip
        self.renew = _MINE.values(lease_until=leases.now(lease))

    def give_back(self, wait: timedelta) -> Update:
        """Queued again, to be had after this time (error, uncounted: tries taken off the count)."""
        return _MINE.values(
            state="queued", lease_until=None, last_error=bindparam("error"),
            not_before=self._leases.now(wait),
            attempts=_OF.attempts - bindparam("uncounted", type_=Integer),
        )  # fmt: skip


def _in_turn(state: str) -> Select[*tuple[Any, ...]]:
    return (
        select(
            _OF.number, _OF.job_id, _OF.kind, _OF.subject_id, _OF.payload, _OF.share, _OF.turn,
            _OF.attempts, _OF.fence,
        )
        .where(_OF.state == state, _OF.line == bindparam("in_line"))
        .order_by(_OF.turn, _OF.number)
        .limit(bindparam("most", type_=Integer))
        .with_for_update(skip_locked=True)
    )  # fmt: skip
