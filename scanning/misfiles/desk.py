"""The list of misfiles as people work it: look at the page, then take the document off, or say it is right.

Taking it off is not done here: the finding closes once the record is on those files no more. What a person
said stays said.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, func, not_, or_, select
from sqlalchemy.orm import Session

from edrms.access.model import Actor, Decision
from edrms.access.policy import require
from edrms.access.reviews import note_for_review
from edrms.audit.state import SealGuard
from edrms.clients.model import Client
from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import Conflict, Invalid, no_such
from edrms.records.client_files import clients_shown
from edrms.records.reading import client_ids_of, page_of, visible_record
from edrms.records.tables import PageContent, Record, RecordPage
from edrms.uow import UnitOfWork, write
from scanning.batches.tables import Batch
from scanning.indexing.scraps import understood
from scanning.misfiles.access import DISMISS, VIEW, is_there_for, still_stands
from scanning.misfiles.model import State
from scanning.misfiles.tables import MisfileFinding

_LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Listed:
    """A finding with its record, and the people in it by id, as far as the reader may find them.

    also: those of them on whose files the record is as well, not found to be wrong. state: as it is now; a
    record moved away counts as repaired before upkeep has settled it.
    """

    finding: MisfileFinding
    record: Record
    people: dict[str, Client]
    state: State

    @property
    def also(self) -> tuple[Client, ...]:
        wrong = {one.client_id for one in self.finding.filed}
        here = (one for one in client_ids_of(self.record) if one not in wrong)
        return tuple(self.people[one] for one in here if one in self.people)


@dataclass(frozen=True, slots=True)
class OpenFinding:
    """A finding to decide on, with the record's pages (None where one could not be read).

    before: what people said when they dismissed the same earlier.
    """

    at: Listed
    pages: tuple[PageContent | None, ...]
    before: tuple[MisfileFinding, ...]


class MisfileDesk:
    """The list, and what people say of what is on it."""

    def __init__(self, database: Database, clock: Clock, seals: SealGuard) -> None:
        self._database = database
        self._clock = clock
        self._seals = seals

    def waiting(self, actor: Actor) -> int:
        """How many open findings there are for the actor."""
        return self.count(actor, State.OPEN)

    def count(self, actor: Actor, state: State, batch: str = "") -> int:
        """How many findings in this state, of all batches or of one by its reference."""
        require(actor, VIEW)
        wanted = self._wanted(actor, state, batch)
        with self._database.read() as session:
            counted = select(func.count(MisfileFinding.finding_id)).where(wanted)
            return session.scalar(counted) or 0

    def listed(
        self, actor: Actor, state: State = State.OPEN, batch: str = "", limit: int = 50,
        offset: int = 0,
    ) -> list[Listed]:  # fmt: skip
        """Findings in this state, the latest first."""
        require(actor, VIEW)
        statement = (
            select(MisfileFinding, Record)
            .join(Record, Record.record_id == MisfileFinding.record_id)
            .where(self._wanted(actor, state, batch))
            .order_by(MisfileFinding.found_at.desc(), MisfileFinding.finding_id)
            .limit(limit)
            .offset(offset)
        )
        with self._database.read() as session:
            rows = [(one, record) for one, record in session.execute(statement)]
            people = self._people(session, actor, rows)
            return [Listed(one, record, people, state) for one, record in rows]

    def open(self, actor: Actor, finding_id: str) -> OpenFinding:
        """A finding with the pages of its record; journalled as a look at the record.

        Raises NotFound alike for what is absent and what is not there for the actor.
        """
        require(actor, VIEW)
        with write(self._database, actor, self._clock) as work:
            at, decision = self._seen(work, actor, finding_id)
            pages = work.session.scalars(
                select(RecordPage)
                .where(RecordPage.record_id == at.record.record_id)
                .order_by(RecordPage.number)
            )
            work.journal(
                VIEW, "record", at.record.record_id, reason=decision.reason, finding=finding_id
            )
            earlier = select(MisfileFinding).where(
                MisfileFinding.record_id == at.record.record_id,
                MisfileFinding.client_id == at.finding.client_id,
                MisfileFinding.state == State.DISMISSED,
                MisfileFinding.finding_id != finding_id,
            )
            before = work.session.scalars(earlier.order_by(MisfileFinding.settled_at))
            return OpenFinding(at, tuple(one.reading for one in pages), tuple(before))

    def page(self, actor: Actor, finding_id: str, number: int) -> PageContent:
        """A page of the record, for its picture; journalled. NotFound for a page that has none."""
        require(actor, VIEW)
        with write(self._database, actor, self._clock) as work:
            at, decision = self._seen(work, actor, finding_id)
            content = page_of(work.session, at.record.record_id, number)
            if not content.view_key:
                raise no_such("page")
            work.journal(
                "record:page:view", "record", at.record.record_id, reason=decision.reason,
                page=number,
            )  # fmt: skip
        return content

    def dismiss(self, actor: Actor, finding_id: str, reason: str) -> None:
        """The document is where it belongs. Raises Invalid without a reason, Conflict where it is settled."""
        require(actor, DISMISS)
        with write(self._database, actor, self._clock) as work:
            row = work.session.get(MisfileFinding, finding_id, with_for_update=True)
            if row is None or not self._is_there(work, actor, finding_id, DISMISS):
                raise no_such("finding")
            if _state(work.session, row) is not State.OPEN:
                raise Conflict(
                    "This has been settled meanwhile. Nothing was changed.", code="settled"
                )
            words = " ".join(reason.split())[:_LONGEST_REASON]
            if not words:
                raise Invalid(
                    "Say why it is right.", fields={"reason": "Say why the document is right here."}
                )
            row.state, row.reason = State.DISMISSED.value, words
            row.settled_at, row.settled_by = work.now, actor.staff_id
            work.journal(DISMISS, "record", row.record_id, personal=words, finding=finding_id)

    def _seen(self, work: UnitOfWork, actor: Actor, finding_id: str) -> tuple[Listed, Decision]:
        row = work.session.get(MisfileFinding, finding_id)
        if row is None or not self._is_there(work, actor, finding_id, VIEW):
            raise no_such("finding")
        record, decision = visible_record(work.session, actor, VIEW, row.record_id, work.now)
        self._seals.check(work.session)
        note_for_review(work, decision, record.record_id)
        people = self._people(work.session, actor, [(row, record)])
        return Listed(row, record, people, _state(work.session, row)), decision

    def _is_there(self, work: UnitOfWork, actor: Actor, finding_id: str, permission: str) -> bool:
        there = select(MisfileFinding.finding_id).where(
            MisfileFinding.finding_id == finding_id, is_there_for(actor, work.now, permission)
        )
        return work.session.scalar(there) is not None

    def _wanted(self, actor: Actor, state: State, batch: str) -> ColumnElement[bool]:
        conditions = [is_there_for(actor, self._clock.now()), _in_state(state)]
        if batch:
            numbered = Batch.number == (understood(batch).batch_number or 0)
            in_batch = select(Record.record_id).join(Batch, Batch.batch_id == Record.batch_id)
            conditions.append(MisfileFinding.record_id.in_(in_batch.where(numbered)))
        return and_(*conditions)

    def _people(
        self, session: Session, actor: Actor, rows: Sequence[tuple[MisfileFinding, Record]]
    ) -> dict[str, Client]:
        ids: set[str] = set()
        for found, record in rows:
            ids |= {found.client_id, *(one.client_id for one in found.filed)}
            ids |= set(client_ids_of(record))
        return clients_shown(session, actor, sorted(ids), self._clock.now())


def _in_state(state: State) -> ColumnElement[bool]:
    is_open = MisfileFinding.state == State.OPEN
    match state:
        case State.OPEN:
            return and_(is_open, still_stands())
        case State.REPAIRED:
            return or_(MisfileFinding.state == state, and_(is_open, not_(still_stands())))
        case _:
            return MisfileFinding.state == state


def _state(session: Session, row: MisfileFinding) -> State:
    if row.state != State.OPEN:
        return State(row.state)
    stands = select(MisfileFinding.finding_id).where(
        MisfileFinding.finding_id == row.finding_id, still_stands()
    )
    return State.OPEN if session.scalar(stands) else State.REPAIRED
