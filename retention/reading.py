"""Looking at retention: until when a record is kept and why, and which facts are lacking for whom."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from edrms.access.model import Actor
from edrms.access.policy import require
from edrms.access.sql import visible_clients, visible_records
from edrms.access.subjects import Subject, SubjectKind, clients_of, facts_within
from edrms.clients.tables import ClientRow
from edrms.clock import Clock, civil_date
from edrms.db import Database
from edrms.errors import Denied, NotFound, Refused, no_such
from edrms.records.tables import Record
from retention.answers import answer_of, columns_of, missing_of
from retention.evaluation import ask
from retention.model import Answer, Due, NotDue, Permanent, Schedule, Unknown
from retention.schedule_store import get_version, must_be_in_force, read_schedule
from retention.tables import MissingFact, PastAnswer
from retention.words import sentence

VIEW_ANSWER = "retention:answer:view"
LIST_FACTS = "retention:fact:list"


@dataclass(frozen=True, slots=True)
class PastWord:
    """An answer that was kept before, from when until when, and in one sentence."""

    answer: Answer
    sentence: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class RecordAnswer:
    """Until when a record is kept, by the facts of now; and what was said of it before, latest first.

    known_clients: those of the record's people whom the actor may know of. The sentence names nobody,
    and gives no reason that lies with anybody else: that a brother was adopted, say.
    """

    record_id: str
    answer: Answer
    sentence: str
    known_clients: frozenset[str]
    before: Sequence[PastWord]


@dataclass(frozen=True, slots=True)
class LackingFact:
    """A fact that so many records of one person wait for. trigger: "" where it is a rule that lacks."""

    client_id: str
    trigger: str
    why: str
    class_ids: tuple[str, ...]
    records: int


class Answers:
    """Answers about records, for those who may see the record or the person."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def of_record(self, actor: Actor, record_id: str) -> RecordAnswer:
        """Asked of the rules afresh, never read from what is stored.

        Raises NotFound alike for absent and forbidden, and Refused while no schedule is in force.
        """
        require(actor, VIEW_ANSWER)
        now = self._clock.now()
        with self._database.read() as session:
            subject = Subject(SubjectKind.RECORD, record_id)
            facts = facts_within(session, actor, VIEW_ANSWER, subject, now)
            schedule = must_be_in_force(session)
            found = ask(session, [record_id], schedule, civil_date(now)).get(record_id)
            if found is None:
                raise no_such("record")
            known = select(ClientRow.client_id).where(
                ClientRow.client_id.in_(clients_of(facts)),
                visible_clients(actor, VIEW_ANSWER, now),
            )
            people = frozenset(session.scalars(known))
            return RecordAnswer(
                record_id, found, told(found, schedule, people), people,
                _past(session, record_id, people),
            )  # fmt: skip

    def sentence_of(self, actor: Actor, record_id: str) -> str:
        """The answer in one sentence, for a page that shows the record anyway; "" for who may not know
        it, and while no schedule is in force."""
        try:
            return self.of_record(actor, record_id).sentence
        except (Denied, NotFound, Refused):
            return ""

    def lacking(
        self, actor: Actor, limit: int = 50, offset: int = 0, client_id: str = ""
    ) -> tuple[list[LackingFact], int]:
        """Facts without which records have no date, those most records wait for first, and how many
        there are in all. Of people and of records that the actor may see, both; of one of the people if
        client_id is given."""
        require(actor, LIST_FACTS)
        with self._database.read() as session:
            now = self._clock.now()
            groups = _groups(actor, now, client_id)
            total = session.scalar(select(func.count()).select_from(groups.subquery())) or 0
            rows = session.execute(groups.limit(limit).offset(offset)).all()
            classes = classes_lacking(session, actor, {row[0] for row in rows}, now)
        found = [
            LackingFact(client, event, why, classes.get((client, event, why), ()), count)
            for client, event, why, count in rows
        ]
        return found, total


def told(answer: Answer, schedule: Schedule, known: frozenset[str]) -> str:
    """The answer in one sentence that gives no reason lying with anybody but these people."""
    about = {columns_of(answer)["ground"]["client_id"], *(one[0] for one in missing_of(answer))}
    if about <= known | {""}:
        return sentence(answer, schedule)
    match answer:
        case Due():
            what = f"Due since {answer.on}"
        case NotDue():
            what = f"Kept until {answer.until}"
        case Permanent():
            what = "Kept for good"
        case Unknown():
            what = "Kept, since a fact is not known"
    version = answer.schedule_version
    return f"{what}, for a reason that lies with a person you may not know of, schedule version {version}."


def _groups(actor: Actor, at: datetime, client_id: str) -> Select[str, str, str, int]:
    seen = select(ClientRow.client_id).where(visible_clients(actor, LIST_FACTS, at))
    count = func.count(MissingFact.record_id.distinct())
    wanted = and_(MissingFact.client_id.in_(seen), _of_seen_records(actor, at))
    if client_id:
        wanted = and_(wanted, MissingFact.client_id == client_id)
    what = MissingFact.client_id, MissingFact.trigger, MissingFact.why
    return select(*what, count).where(wanted).group_by(*what).order_by(count.desc(), *what)


def _of_seen_records(actor: Actor, at: datetime) -> ColumnElement[bool]:
    """True for facts lacking of records that the actor may see."""
    visible = visible_records(actor, VIEW_ANSWER, at)
    return MissingFact.record_id.in_(select(Record.record_id).where(visible))


def classes_lacking(
    session: Session, actor: Actor, client_ids: Collection[str], at: datetime
) -> dict[tuple[str, str, str], tuple[str, ...]]:
    """For each fact lacking of these people, the classes whose rules ask for it, of records that the
    actor may see: a class alone can tell that there is a record."""
    what = MissingFact.client_id, MissingFact.trigger, MissingFact.why, MissingFact.class_id
    mine = MissingFact.client_id.in_(client_ids), _of_seen_records(actor, at)
    rows = session.execute(select(*what).where(*mine).distinct().order_by(*what))
    found: dict[tuple[str, str, str], tuple[str, ...]] = {}
    for client_id, event, why, class_id in rows:
        key = client_id, event, why
        found[key] = (*found.get(key, ()), class_id)
    return found


def _past(session: Session, record_id: str, known: frozenset[str]) -> list[PastWord]:
    """As each was on the day on which it was replaced."""
    rows = session.scalars(
        select(PastAnswer)
        .where(PastAnswer.record_id == record_id)
        .order_by(PastAnswer.number.desc())
    )
    return [_past_word(session, row, known) for row in rows]


def _past_word(session: Session, row: PastAnswer, known: frozenset[str]) -> PastWord:
    missing = [(client, kind, event, why) for client, kind, event, why in row.missing]
    answer = answer_of(_columns(row), missing, civil_date(row.replaced_at))
    schedule = read_schedule(get_version(session, row.schedule_version))
    return PastWord(answer, told(answer, schedule, known), row.evaluated_at, row.replaced_at)


def _columns(row: PastAnswer) -> dict[str, object]:
    names = ("state", "due_on", "not_before", "action", "ground", "schedule_version")
    return {name: getattr(row, name) for name in names}
