"""Closing a batch: nothing more comes into it, and what was counted agrees with what came.

While a count differs only whoever may accept differences closes it, and says why. A count once said is not
said again; what was not counted beforehand may be told as long as the batch is open.
"""

from typing import Any

from sqlalchemy import select

from edrms.access.guards import said
from edrms.access.model import Actor, BatchFacts
from edrms.access.policy import decide, holds, require
from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import Conflict, Invalid, Refused, no_such
from edrms.uow import UnitOfWork, write
from scanning.batches.counts import Sides
from scanning.batches.ledger import account_of
from scanning.batches.model import ItemState
from scanning.batches.sheet import account_sha256
from scanning.batches.tables import Batch, Item

ACCEPT = "batch:difference:accept"
COUNTS = ("sides", "expected_sheets", "expected_documents")  # those that may be told later
MOST_COUNTED = 99_999


class CountsDiffer(Refused):
    """The batch stays open: counts differ, and the actor may not accept that."""

    code = "counts_differ"


class Closing:
    """Closing and opening again, and telling counts that were not told."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def tell(
        self,
        actor: Actor,
        batch_id: str,
        *,
        sides: Sides = Sides.UNKNOWN,
        expected_sheets: int | None = None,
        expected_documents: int | None = None,
    ) -> None:
        """Say what was not said when the batch was opened. Raises Conflict for what was, or once closed."""
        counts = {"expected_sheets": expected_sheets, "expected_documents": expected_documents}
        told: dict[str, Any] = {name: count for name, count in counts.items() if count is not None}
        if wrong := {name: "" for name, count in told.items() if not 1 <= count <= MOST_COUNTED}:
            fields = dict.fromkeys(wrong, f"Give a number from 1 to {MOST_COUNTED}.")
            raise Invalid("The count was not kept.", fields=fields)
        if sides:
            told["sides"] = sides.value
        with write(self._database, actor, self._clock) as work:
            batch = _own(work, actor, batch_id, "batch:list:close")
            _must_be_open(batch)
            if any(getattr(batch, name) not in (None, "") for name in told):
                raise Conflict("This was said before, and stays as it was.", code="said_before")
            for name, value in told.items():
                setattr(batch, name, value)
            work.journal("batch:count:tell", "batch", batch_id, **told)

    def close(self, actor: Actor, batch_id: str, reason: str = "") -> None:
        """Nothing more comes into the batch. reason: needed, and heard, only where counts differ.

        Raises Conflict while files are being read or held, CountsDiffer, Invalid without a reason.
        """
        with write(self._database, actor, self._clock) as work:
            batch = _own(work, actor, batch_id, "batch:list:close")
            _must_be_open(batch)
            _must_be_read(work, batch_id)
            account = account_of(work.session, batch)
            differ = account.differences
            why = _reason(actor, reason) if differ else ""
            batch.closed_at, batch.closed_by, batch.closing_reason = work.now, actor.staff_id, why
            found = [[one.what.value, one.expected, one.came] for one in differ]
            work.journal(
                "batch:list:close", "batch", batch_id, personal=why, differences=found,
                account_sha256=account_sha256(account),
            )  # fmt: skip

    def reopen(self, actor: Actor, batch_id: str, reason: str) -> None:
        """Let more come into a closed batch. Raises Conflict when it is open, Invalid without a reason."""
        require(actor, ACCEPT)
        with write(self._database, actor, self._clock) as work:
            batch = _own(work, actor, batch_id, ACCEPT)
            if batch.closed_at is None:
                raise Conflict("This batch is open.", code="open")
            why = said(reason)
            batch.closed_at, batch.closed_by, batch.closing_reason = None, "", ""
            work.journal("batch:list:reopen", "batch", batch_id, personal=why)


def _own(work: UnitOfWork, actor: Actor, batch_id: str, permission: str) -> Batch:
    """The batch, with nobody else at its files until this transaction ends."""
    require(actor, permission)
    work.alone(f"items of {batch_id}")
    batch = work.session.get(Batch, batch_id, with_for_update=True)
    if batch is None or not decide(actor, permission, BatchFacts(batch.opened_by)).allowed:
        raise no_such("batch")
    return batch


def _must_be_open(batch: Batch) -> None:
    if batch.closed_at is not None:
        raise Conflict("This batch is closed.", code="closed")


def _must_be_read(work: UnitOfWork, batch_id: str) -> None:
    done = (ItemState.READ, ItemState.REJECTED)
    waiting = select(Item.state).where(Item.batch_id == batch_id, Item.state.not_in(done))
    states = set(work.session.scalars(waiting))
    if ItemState.HELD in states:
        raise Conflict(
            "A file of this batch is held. Try it again or reject it, then close the batch.",
            code="held_files",
        )
    if states:
        raise Conflict("This batch is still being read. Close it afterwards.", code="being_read")


def _reason(actor: Actor, reason: str) -> str:
    if not holds(actor, ACCEPT):
        raise CountsDiffer(
            "The counts differ. Find what is missing, or ask a supervisor to close the batch."
        )
    return said(reason)
