"""Fair share: who is next when several batches want the same workers.

Each batch is a share of a line, and shares take turns: jobs are claimed by turn, and a share has at most
one job of a turn, so of N shares with work each gets every Nth claim (start-time fair queueing). A share
that begins, or begins again, starts at the turn the line has come to: it neither waits for those who
came before nor catches up on turns it had no work for.

A share's new items wait in its backlog, outside the turns, while it has other work in turn. Whoever
claims the last of that work lets the next few in. So a letter's pages go before the next items, and the
first letter of a large batch is finished long before its last is opened; the pages of a long item but
its first few join the backlog themselves, behind what waits there, so that letters overtake it. A
backlog sorts after every turn: should nobody let a job in, it is claimed when nothing else waits.
Reasons: docs/adr/0009.
"""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Row, ScalarSelect, bindparam, func, select, update
from sqlalchemy.orm import Session

from edrms.jobs.tables import Job
from edrms.uow import UnitOfWork

BACKLOG = 1 << 62
FEW = 4
_LAST_IN_TURN = (
    select(Job.turn, Job.state)
    .where(Job.line == bindparam("in_line"), Job.share == bindparam("of_share"))
    .where(Job.turn < BACKLOG)
    .order_by(Job.turn.desc(), Job.number.desc())
    .limit(1)
)


def turn_of_newcomer(work: UnitOfWork, line: str, share: str) -> int:
    """Where a new item goes: into the backlog, or straight in if its share has nothing in turn."""
    _alone(work, line, share)
    last = _last_in_turn(work.session, line, share)
    if last is not None and last.state == "queued":
        return BACKLOG
    return _next_turn(work.session, line, share)


def turns_of_parts(work: UnitOfWork, line: str, share: str, count: int) -> list[int]:
    """Turns for the parts of an item; the backlog for all but the first few.

    One turn before them stays free: it pays for what follows them.
    """
    _alone(work, line, share)
    first = _next_turn(work.session, line, share) + 1
    return [first + part if part < FEW else BACKLOG for part in range(count)]


def turn_reached(session: Session, line: str) -> int:
    """The turn the line has come to: the latest claimed, or the one before the first that waits."""
    claimed = [_turn(func.max(Job.turn), line, state) for state in ("leased", "done")]
    waiting = _turn(func.min(Job.turn), line, "queued")
    *latest, first = session.execute(select(*claimed, waiting)).one()
    if first is None or first == BACKLOG:
        first = 1
    return max([int(first) - 1, *(int(turn or 0) for turn in latest)])


def let_in_next(work: UnitOfWork, line: str, share: str, number: int, turn: int) -> None:
    """Call after the job of this number and turn was claimed: if it was its share's last in turn, the
    next few come in from the backlog."""
    if not share:
        return
    if turn == BACKLOG:
        _give_turns(work, line, share, [number])
    else:
        last = _last_in_turn(work.session, line, share)
        if last is not None and last.turn > turn:
            return
    _alone(work, line, share)
    waiting = (
        select(Job.number)
        .where(Job.line == line, Job.share == share, Job.turn == BACKLOG)
        .order_by(Job.number)
        .limit(FEW)
        .with_for_update(skip_locked=True)
    )
    following = list(work.session.scalars(waiting))
    if following:
        _give_turns(work, line, share, following)


def _give_turns(work: UnitOfWork, line: str, share: str, numbers: Sequence[int]) -> None:
    _alone(work, line, share)
    first = _next_turn(work.session, line, share)
    for turn, number in enumerate(numbers, start=first):
        work.session.execute(update(Job).where(Job.number == number).values(turn=turn))


def _next_turn(session: Session, line: str, share: str) -> int:
    last = _last_in_turn(session, line, share)
    return max(turn_reached(session, line), last.turn if last else 0) + 1


def _last_in_turn(session: Session, line: str, share: str) -> Row[int, str] | None:
    """Turn and state of the share's job that comes last, whether it still waits or not."""
    return session.execute(_LAST_IN_TURN, {"in_line": line, "of_share": share}).first()


def _turn(which: ColumnElement[int], line: str, state: str) -> ScalarSelect[int]:
    return select(which).where(Job.state == state, Job.line == line).scalar_subquery()


def _alone(work: UnitOfWork, line: str, share: str) -> None:
    """Turns of one share are given out one after another, else two would be given the same."""
    work.alone(f"turns of {line} {share}")
