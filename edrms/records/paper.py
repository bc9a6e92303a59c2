"""What records and their holds, and the paper they were scanned from, tell each other: ports and their words.

Paper lies in boxes of the scanning room; holds and disposal are retention's. Neither knows the other: each
is given the other's side of these ports (api/wiring.py).
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from sqlalchemy import ColumnElement
from sqlalchemy.orm import Session

from edrms.uow import UnitOfWork


@dataclass(frozen=True, slots=True)
class LiveHold:
    """A hold that keeps things now. covers: a condition on Record. is_secret: only for those who may know."""

    hold_id: str
    reference: str
    is_secret: bool
    covers: ColumnElement[bool]


class HoldsOnRecords(Protocol):
    """What is held, as whoever is about to end something must ask."""

    def guard(
        self, work: UnitOfWork, record_ids: Collection[str]
    ) -> dict[str, tuple[str, ...]]:  # fmt: skip
        """Until this transaction ends no hold is placed or lifted. Ids of the holds on these, by record;
        a record that is free is absent. Secret holds count like any other."""
        ...

    def on(
        self, session: Session, record_ids: Collection[str], at: datetime
    ) -> dict[str, tuple[str, ...]]:
        """The same for showing, without keeping anybody waiting."""
        ...

    def live(self, session: Session, at: datetime) -> tuple[LiveHold, ...]:
        """Every hold that keeps things at this moment, secret ones too."""
        ...


class PaperOfRecords(Protocol):
    """Whoever looks after paper, told within the transaction of what happened. Both journal what they do."""

    def given_up(self, work: UnitOfWork, record_ids: Collection[str]) -> None:
        """These records were given up to destruction: their paper must follow."""
        ...

    def holds_changed(self, work: UnitOfWork, hold_id: str = "") -> None:
        """This hold was placed or lifted ("": several were). The caller has the lock that
        `HoldsOnRecords.guard` takes."""
        ...
