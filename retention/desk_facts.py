"""The work list of facts that records wait for: whose, of which kind, since when, and how many records
each would settle. Of people and of records that the actor may see, both."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    Subquery,
    case,
    func,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from edrms.access.model import Actor
from edrms.access.policy import require
from edrms.access.sql import visible_clients
from edrms.clients.tables import ClientRow
from edrms.clock import Clock
from edrms.db import Database
from edrms.records.tables import Record
from retention.answers import State
from retention.desk_filter import NO_TRIGGER, Wanted, beside_answers, conditions, missing_of_seen
from retention.desk_sums import plain_lacking, sums_for
from retention.reading import LIST_FACTS, VIEW_ANSWER, classes_lacking
from retention.tables import MissingFact, StoredAnswer

PAGE_SIZE = 50
_AT_ONCE = 500
_ANY = Wanted()
_Groups = Select[str, str, str, int, int, datetime]


@dataclass(frozen=True, slots=True)
class Lacking:
    """A fact that records wait for. records: how many; settles: of these, how many wait for nothing
    else. since: when the first of them was filed. trigger: "" where it is a rule that lacks."""

    client_id: str
    trigger: str
    why: str
    class_ids: tuple[str, ...]
    records: int
    settles: int
    since: datetime


class FactsDesk:
    """Facts without which records have no date."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def count(self, actor: Actor, wanted: Wanted = _ANY) -> int:
        """How many facts are waited for."""
        require(actor, LIST_FACTS)
        with self._database.read() as session:
            return _count(session, actor, wanted, self._clock.now())

    def listed(
        self, actor: Actor, wanted: Wanted, limit: int = PAGE_SIZE, offset: int = 0
    ) -> tuple[list[Lacking], int]:
        """A page of them, those waited for longest first, and how many there are in all.

        Of wanted counts: client, class, service, lacks and why.
        """
        require(actor, LIST_FACTS)
        with self._database.read() as session:
            now = self._clock.now()
            total = _count(session, actor, wanted, now)
            groups = _groups(session, actor, wanted, now)
            rows = session.execute(groups.limit(limit).offset(offset)).all()
            return _with_classes(session, actor, rows, now), total

    def every(self, actor: Actor, wanted: Wanted) -> Iterator[Lacking]:
        """All of them, read some at a time as they are taken."""
        offset, total = 0, 1
        while offset < total:
            found, total = self.listed(actor, wanted, _AT_ONCE, offset)
            offset += _AT_ONCE
            yield from found


def _count(session: Session, actor: Actor, wanted: Wanted, now: datetime) -> int:
    """How many facts there are, without what is told of each."""
    of = MissingFact.record_id.in_(_seen(session, actor, wanted, now))
    facts = select(MissingFact.client_id, MissingFact.trigger, MissingFact.why).where(of).subquery()
    what = facts.c.client_id, facts.c.trigger, facts.c.why
    people = select(ClientRow.client_id).where(visible_clients(actor, VIEW_ANSWER, now))
    found = select(*what).where(facts.c.client_id.in_(people), *_of_the_fact(facts, wanted))
    return session.scalar(select(func.count()).select_from(found.distinct().subquery())) or 0


def _seen(
    session: Session, actor: Actor, wanted: Wanted, now: datetime
) -> Select[str] | CompoundSelect[str]:
    """Ids of the records wanted that lack a fact."""
    where = [*conditions(actor, wanted, now), StoredAnswer.state == State.UNKNOWN]
    seen = beside_answers(select(Record.record_id)).where(*where)
    sums = sums_for(session, actor, wanted, now)
    if sums is None:
        return seen
    return union_all(plain_lacking(sums, wanted), seen.where(sums.one_by_one()))


def _groups(
    session: Session, actor: Actor, wanted: Wanted, now: datetime
) -> _Groups:  # fmt: skip
    facts = missing_of_seen(_seen(session, actor, wanted, now)).subquery()
    alone = _waiting_for_one(facts)
    people = select(ClientRow.client_id).where(visible_clients(actor, VIEW_ANSWER, now))
    what = facts.c.client_id, facts.c.trigger, facts.c.why
    settles = func.sum(case((alone.c.record_id.is_not(None), 1), else_=0))
    since = func.min(Record.filed_at)
    return (
        select(*what, func.count(), settles, since)
        .join(Record, Record.record_id == facts.c.record_id)
        .outerjoin(alone, alone.c.record_id == facts.c.record_id)
        .where(facts.c.client_id.in_(people), *_of_the_fact(facts, wanted))
        .group_by(*what)
        .order_by(since, *what)
    )


def _waiting_for_one(facts: Subquery) -> Subquery:
    """The records that wait for a single fact."""
    return (
        select(facts.c.record_id)
        .group_by(facts.c.record_id)
        .having(func.count() == 1)
        .subquery()
    )  # fmt: skip


def _of_the_fact(facts: Subquery, wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.client_id:
        yield facts.c.client_id == wanted.client_id
    if wanted.lacks:
        yield facts.c.trigger == ("" if wanted.lacks == NO_TRIGGER else wanted.lacks)
    if wanted.why:
        yield facts.c.why == wanted.why


def _with_classes(
    session: Session, actor: Actor, rows: Sequence[tuple[str, str, str, int, int, datetime]],
    now: datetime,
) -> list[Lacking]:  # fmt: skip
    classes = classes_lacking(session, actor, {row[0] for row in rows}, now)
    return [
        Lacking(client_id, trigger, why, classes.get((client_id, trigger, why), ()), records,
                int(settles), since)
        for client_id, trigger, why, records, settles, since in rows
    ]  # fmt: skip
