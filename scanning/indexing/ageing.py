"""How long the queue has waited, against how long it may: the service level, and documents by age."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from edrms.access.model import Actor
from edrms.clock import civil_date, start_of
from scanning.batches.tables import Document
from scanning.indexing.desk_rows import is_free, is_waiting_for

DAYS_APART = 7  # each day of a week for itself; what is older together


@dataclass(frozen=True, slots=True)
class Waiting:
    """How the queue stands: documents waiting, when the oldest began to, how many are overdue, and how many
    colleagues have in hand. by_day: how many came today, yesterday and so on; the last: before that.
    """

    documents: int
    oldest_since: datetime | None
    overdue: int = 0
    in_hand: int = 0
    by_day: tuple[int, ...] = ()


def standing(session: Session, actor: Actor, now: datetime, due_within: timedelta) -> Waiting:
    """What waits for this actor, in one look. due_within: how long a document may wait."""
    since = Document.waiting_since
    today = civil_date(now)
    begins = [start_of(today - timedelta(days=day)) for day in range(DAYS_APART)]
    count, oldest, late, free, *since_day = session.execute(
        select(
            func.count(), func.min(since),
            func.count().filter(since < now - due_within),
            func.count().filter(is_free(now)),
            *(func.count().filter(since >= begin) for begin in begins),
        ).where(is_waiting_for(actor, now))
    ).one()  # fmt: skip
    upto = [0, *since_day, count]
    by_day = tuple(later - earlier for earlier, later in pairwise(upto))
    return Waiting(count, oldest, late, count - free, by_day)
