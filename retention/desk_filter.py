"""Which records a number or a list of the desk is about, as conditions on rows.

Numbers and the lists behind them are made from the same conditions, so that they agree; all of them
begin with what the actor may see.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TypeVarTuple

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, exists, false, or_, select
from sqlalchemy.orm import Session

from edrms.access.model import Actor
from edrms.access.sql import marked_subjects, visible_clients, visible_records
from edrms.clients.tables import ClientRow
from edrms.clock import civil_date
from edrms.fileplan import Sensitivity
from edrms.records.reading import on_file_of
from edrms.records.tables import CaseFile, Record, RecordAttachment
from retention.answers import State
from retention.model import Trigger, Why
from retention.reading import VIEW_ANSWER
from retention.tables import MissingFact, StoredAnswer

NO_CLASS = "none"  # extended by a person, or on a file without a class
NO_TRIGGER = "none"  # it is a rule that lacks, not a date
Condition = ColumnElement[bool]
_Columns = TypeVarTuple("_Columns")


class Standing(StrEnum):
    """How a record stands on a day. DATED is OVERDUE and AHEAD together; WAITING: not worked out yet."""

    OVERDUE = "overdue"
    AHEAD = "ahead"
    DATED = "dated"
    UNKNOWN = "unknown"
    PERMANENT = "permanent"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to show; an empty field asks for nothing.

    class_id: of the rule that decides, or that lacks a fact. service: of a file the record is on.
    from_day, to_day: of the date, both included. lacks, why: a fact that is missing, of client_id where
    that is given too. sealed: only what is under a seal, of what the actor is let in to.
    """

    standing: Standing | None = None
    class_id: str = ""
    service: str = ""
    from_day: date | None = None
    to_day: date | None = None
    client_id: str = ""
    lacks: Trigger | str = ""
    why: Why | str = ""
    sealed: bool = False


def conditions(actor: Actor, wanted: Wanted, at: datetime) -> list[Condition]:
    """True for the records wanted that the actor may see. For rows of records beside their answers,
    which are absent (outer join) where none was worked out yet."""
    found = [visible_records(actor, VIEW_ANSWER, at)]
    if wanted.standing is not None:
        found.append(_stands(wanted.standing, civil_date(at)))
    if wanted.class_id:
        found.append(_of_class(wanted.class_id))
    if wanted.service:
        found.append(_on_file_of_service(wanted.service))
    if wanted.from_day is not None:
        found.append(StoredAnswer.due_on >= wanted.from_day)
    if wanted.to_day is not None:
        found.append(StoredAnswer.due_on <= wanted.to_day)
    if wanted.sealed:
        found.append(_is_sealed(at))
    if wanted.lacks or wanted.why:
        found.append(_lacks(wanted))
    elif wanted.client_id:
        found.append(Record.record_id.in_(on_file_of(wanted.client_id)))
    return found


def beside_answers(statement: Select[*_Columns]) -> Select[*_Columns]:
    """A statement about records, with the answer of each where there is one."""
    return statement.select_from(Record).outerjoin(
        StoredAnswer, StoredAnswer.record_id == Record.record_id
    )


def is_due(today: date) -> Condition:
    """True for answers whose day has come; the day itself counts."""
    return and_(StoredAnswer.state == State.DATED, StoredAnswer.due_on <= today)


def _stands(standing: Standing, today: date) -> Condition:
    match standing:
        case Standing.OVERDUE:
            return is_due(today)
        case Standing.AHEAD:
            return and_(StoredAnswer.state == State.DATED, StoredAnswer.due_on > today)
        case Standing.DATED:
            return StoredAnswer.state == State.DATED
        case Standing.UNKNOWN:
            return StoredAnswer.state == State.UNKNOWN
        case Standing.PERMANENT:
            return StoredAnswer.state == State.PERMANENT
        case Standing.WAITING:
            return StoredAnswer.record_id.is_(None)
    return false()


def _of_class(class_id: str) -> Condition:
    wanted = "" if class_id == NO_CLASS else class_id
    lacking = exists().where(
        MissingFact.record_id == Record.record_id, MissingFact.class_id == wanted
    )
    decided = and_(StoredAnswer.class_id == wanted, StoredAnswer.state != State.UNKNOWN)
    return or_(decided, lacking)


def _on_file_of_service(service: str) -> Condition:
    return exists().where(
        RecordAttachment.record_id == Record.record_id,
        RecordAttachment.case_file_id == CaseFile.case_file_id,
        CaseFile.service == service,
    )


def _is_sealed(at: datetime) -> Condition:
    """By its type, or since it or a person it is about was sealed."""
    sealed = marked_subjects([Sensitivity.SEALED], at)
    of_sealed = exists().where(
        RecordAttachment.record_id == Record.record_id,
        RecordAttachment.case_file_id == CaseFile.case_file_id,
        CaseFile.client_id.in_(sealed),
    )
    return or_(
        Record.sensitivity == Sensitivity.SEALED, Record.record_id.in_(sealed), of_sealed
    )  # fmt: skip


def _lacks(wanted: Wanted) -> Condition:
    fact = [MissingFact.record_id == Record.record_id]
    if wanted.lacks:
        fact.append(MissingFact.trigger == ("" if wanted.lacks == NO_TRIGGER else wanted.lacks))
    if wanted.why:
        fact.append(MissingFact.why == wanted.why)
    if wanted.client_id:
        fact.append(MissingFact.client_id == wanted.client_id)
    return and_(StoredAnswer.state == State.UNKNOWN, exists().where(*fact))


def missing_of_seen(records: Select[str] | CompoundSelect[str]) -> Select[str, str, str, str]:
    """Each fact that these records lack once: record, client, trigger and why."""
    what = MissingFact.record_id, MissingFact.client_id, MissingFact.trigger, MissingFact.why
    return select(*what).where(MissingFact.record_id.in_(records)).distinct()


def known_people(
    session: Session, actor: Actor, record_ids: Collection[str], at: datetime
) -> frozenset[str]:
    """Those of the people on these records' files whom the actor may know of."""
    statement = (
        select(ClientRow.client_id)
        .join(CaseFile, CaseFile.client_id == ClientRow.client_id)
        .join(RecordAttachment, RecordAttachment.case_file_id == CaseFile.case_file_id)
        .where(RecordAttachment.record_id.in_(record_ids), visible_clients(actor, VIEW_ANSWER, at))
    )
    return frozenset(session.scalars(statement.distinct()))
