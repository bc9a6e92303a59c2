"""Proposing records for disposal: those named, or those that are due. One case holds a record at a time."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import Session

from edrms.access.model import Actor
from edrms.access.policy import holds, require
from edrms.access.sql import visible_records
from edrms.clock import Clock, civil_date
from edrms.db import Database
from edrms.errors import Invalid, Refused, no_such
from edrms.ids import new_id, new_reference
from edrms.records.reading import visible_among
from edrms.records.tables import Record
from edrms.uow import UnitOfWork, write
from retention.answers import State
from retention.disposal_facts import ground_of
from retention.disposal_tables import DisposalCase, DisposalItem
from retention.disposal_words import DueFilter, filter_wrong, plain_line, title_wrong
from retention.evaluation import ask
from retention.hold_guard import under_hold
from retention.hold_scopes import SECRET_VIEW
from retention.model import Due, Schedule
from retention.schedule_store import must_be_in_force
from retention.tables import StoredAnswer
from retention.workflow import CaseState, ItemState

PROPOSE = "disposal:case:propose"
KIND = "disposal_case"
MOST_IN_A_CASE = 2000
_OPEN = (ItemState.PROPOSED, ItemState.APPRAISED, ItemState.APPROVED)


class Proposing:
    """Opens cases of disposal."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def propose(
        self, actor: Actor, title: str, what: Collection[str] | DueFilter
    ) -> str:  # fmt: skip
        """A new case of these records, or of those due that the filter finds; returns its id.

        Of a filter what is not due by the facts of now, is held, stands in another case or is not the
        actor's to see is left out; a case has MOST_IN_A_CASE at most, the longest due first. Of records
        named it is an error: NotFound for absent or forbidden, Refused (held, not_due, in_case).
        """
        require(actor, PROPOSE)
        with write(self._database, actor, self._clock) as work:
            work.alone("disposal proposals")
            schedule, today = must_be_in_force(work.session), civil_date(work.now)
            wrong = title_wrong(title)
            if isinstance(what, DueFilter):
                wrong |= filter_wrong(what, today)
            if wrong:
                raise Invalid("The case was not opened.", fields=wrong)
            if isinstance(what, DueFilter):
                ids = list(work.session.scalars(_found(work.session, actor, what, today, work.now)))
                due = _due(work.session, ids, schedule, today)
            else:
                due = _named(work, actor, what, schedule)
            if not due:
                raise Refused(
                    "Nothing that you may see is due so, or it stands in another case already.",
                    code="nothing_due",
                )
            return _opened(work, title, due, schedule)


def _found(
    session: Session, actor: Actor, said: DueFilter, today: date, at: datetime
) -> Select[str]:
    """By the stored answers, which are asked again afterwards."""
    wanted = (
        select(StoredAnswer.record_id)
        .join(Record, Record.record_id == StoredAnswer.record_id)
        .where(
            StoredAnswer.state == State.DATED, StoredAnswer.due_on <= (said.until or today),
            visible_records(actor, PROPOSE, at), ~_in_a_case(), ~_held(session, actor, at),
        )
        .order_by(StoredAnswer.due_on, Record.number)
        .limit(MOST_IN_A_CASE)
    )  # fmt: skip
    return wanted.where(StoredAnswer.class_id == said.class_id) if said.class_id else wanted


def _in_a_case() -> ColumnElement[bool]:
    return exists().where(
        DisposalItem.record_id == Record.record_id, DisposalItem.state.in_(_OPEN),
        DisposalItem.case_id.is_not(None),
    )  # fmt: skip


def _held(session: Session, actor: Actor, at: datetime) -> ColumnElement[bool]:
    """Under a hold the actor may know of: a secret one is met when the case is carried out."""
    return under_hold(session, at, with_secret=holds(actor, SECRET_VIEW))


def _named(
    work: UnitOfWork, actor: Actor, record_ids: Collection[str], schedule: Schedule
) -> dict[str, Due]:
    session, wanted = work.session, set(record_ids)
    if len(wanted) > MOST_IN_A_CASE:
        wrong = f"At most {MOST_IN_A_CASE} records go in one case."
        raise Invalid("The case was not opened.", fields={"records": wrong})
    seen = visible_among(session, actor, PROPOSE, wanted, work.now)
    if set(seen) != wanted:
        raise no_such("record")
    due = _due(session, sorted(wanted), schedule, civil_date(work.now))
    asked = Record.record_id.in_(wanted)
    for code, words, found in (
        ("in_case", "stands in another case already", _ids(session, asked, _in_a_case())),
        ("held", "is under a hold", _ids(session, asked, _held(session, actor, work.now))),
        ("not_due", "is not due by what is known now", wanted - set(due)),
    ):
        if found:
            first = min(seen[one].reference for one in found)
            raise Refused(f"Record {first} {words}. Leave it out.", code=code)
    return due


def _ids(session: Session, *conditions: ColumnElement[bool]) -> set[str]:
    return set(session.scalars(select(Record.record_id).where(*conditions)))


def _due(
    session: Session, record_ids: Sequence[str], schedule: Schedule, today: date
) -> dict[str, Due]:
    answers = ask(session, record_ids, schedule, today)
    return {one: answer for one, answer in answers.items() if isinstance(answer, Due)}


def _opened(work: UnitOfWork, title: str, due: dict[str, Due], schedule: Schedule) -> str:
    case_id = new_id()
    work.session.add(
        DisposalCase(
            case_id=case_id, reference=_free_reference(work.session), title=plain_line(title),
            state=CaseState.PROPOSED, schedule_version=schedule.version,
            proposed_by=work.actor.staff_id, proposed_at=work.now,
        )
    )  # fmt: skip
    work.session.flush()
    free = _waiting(work.session, due)
    for record_id, answer in due.items():
        row = free.get(record_id) or DisposalItem(
            item_id=new_id(), record_id=record_id, state=ItemState.PROPOSED, proposed_at=work.now
        )
        row.case_id, row.due_on = case_id, answer.on
        work.session.add(row)
        work.session.flush()
        work.session.merge(ground_of(work.session, row.item_id, record_id, answer, schedule))
    work.journal(
        PROPOSE, KIND, case_id, personal=plain_line(title), records=sorted(due),
        schedule_version=schedule.version,
    )  # fmt: skip
    return case_id


def _waiting(session: Session, record_ids: Iterable[str]) -> dict[str, DisposalItem]:
    """Items that wait for a case: what a lifted hold had kept (retention/fresh_appraisal.py)."""
    rows = session.scalars(
        select(DisposalItem).where(
            DisposalItem.record_id.in_(list(record_ids)), DisposalItem.case_id.is_(None),
            DisposalItem.state == ItemState.PROPOSED,
        )
    )  # fmt: skip
    return {row.record_id: row for row in rows}


def _free_reference(session: Session) -> str:
    while True:
        reference = new_reference("X")
        taken = select(DisposalCase.case_id).where(DisposalCase.reference == reference)
        if session.scalar(taken) is None:
            return reference
