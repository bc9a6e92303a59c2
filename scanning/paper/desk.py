"""What every act on paper has in common: it is asked for, alone, and leaves a line in the history.

All acts take the lock of holds first and that of paper second, as placing a hold and giving records up do.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from edrms.access.model import Actor
from edrms.access.policy import require
from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import Refused, no_such
from edrms.records.paper import HoldsOnRecords
from edrms.uow import UnitOfWork, write
from scanning.paper.tables import PaperBox, PaperMove, PaperPart

LOCK = "paper"
BOX, PART = "paper_box", "paper_part"
VIEW = "paper:box:view"


class PaperDesk:
    """Base of the services of paper."""

    def __init__(self, database: Database, clock: Clock, holds: HoldsOnRecords) -> None:
        self._database = database
        self._clock = clock
        self._holds = holds

    @contextmanager
    def _acting(self, actor: Actor, permission: str) -> Iterator[UnitOfWork]:
        require(actor, permission)
        with write(self._database, actor, self._clock) as work:
            self._holds.guard(work, ())
            work.alone(LOCK)
            yield work


def box_to_change(work: UnitOfWork, box_id: str) -> PaperBox:
    """A box, locked. Raises NotFound, and Refused (clock) where its history says it is later than now."""
    box = work.session.get(PaperBox, box_id, with_for_update=True)
    if box is None:
        raise no_such("box")
    last = work.session.scalar(
        select(func.max(PaperMove.at)).where(PaperMove.box_id == box_id),
    )
    if last is not None and work.now < last:
        raise Refused(
            "The clock of this machine is behind what last happened to this box. Nothing was changed: "
            "have the clock put right.", code="clock",
        )  # fmt: skip
    return box


def note(work: UnitOfWork, box: PaperBox, act: str, part_id: str = "", reason: str = "") -> None:
    """Add a line to the history of a box, and of a part in it, as they are now."""
    newest = work.session.scalar(select(func.max(PaperMove.number))) or 0
    work.session.add(
        PaperMove(
            number=newest + 1, box_id=box.box_id, part_id=part_id, at=work.now,
            by=work.actor.staff_id, act=act, location=box.location, custodian=box.custodian,
            due_back_on=box.due_back_on, reason=reason,
        )
    )  # fmt: skip
    work.session.flush()


def parts_of_batch(session: Session, batch_id: str) -> list[PaperPart]:
    """Everything registered of a batch, ended parts too, the widest first."""
    mine = select(PaperPart).where(PaperPart.batch_id == batch_id)
    return list(session.scalars(mine.order_by(PaperPart.narrowness, PaperPart.part_id)))
