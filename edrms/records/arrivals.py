"""What came lately for the people somebody works with, until they open it.

Post that a central unit scans reaches no worker's desk, so the start page says what was filed. Whose people
they are is asked of the allocations of now; each document is decided upon as anywhere else.
"""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import CompoundSelect, exists, func, not_, or_, select
from sqlalchemy.orm import Session

from edrms.access.model import Actor, Relation
from edrms.access.policy import FIND, OPEN_FILE, VIEW, require
from edrms.access.sql import related_clients, visible_clients, visible_records
from edrms.access.tables import Allocation
from edrms.audit.tables import AuditEvent
from edrms.clients.model import Client
from edrms.clients.tables import ClientRow
from edrms.clock import Clock
from edrms.db import Database
from edrms.incidents.tables import MOVED, Incident
from edrms.records.client_files import ListedRecord, clients_shown, shown_of
from edrms.records.reading import client_ids_of
from edrms.records.tables import CaseFile, Record, RecordAttachment
from edrms.uow import write

LIST = "record:arrival:list"
DAYS = 14  # older post is found on the file


class Arrivals:
    """The people somebody works with, and what came for them."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def unopened(
        self, actor: Actor, limit: int, offset: int = 0
    ) -> tuple[list[ListedRecord], int] | None:
        """What came onto files of the actor's people in the last DAYS days, by others, and was not opened by
        the actor yet, newest first, and how many there are; what is listed is journalled.

        None for whoever works with nobody in particular.
        """
        require(actor, VIEW)
        with self._database.read() as session:
            now = self._clock.now()
            people = own_people(session, actor, now)
            if people is None:
                return None
            came = _unopened(session, actor, people, now)
            page = dict(came[offset : offset + limit])
            rows = _by_id(session, page)
            about = {one for row in rows.values() for one in client_ids_of(row)}
            shown = clients_shown(session, actor, about, now)
        if page:  # nobody waits for the database while it is looked for
            with write(self._database, actor, self._clock) as work:
                work.journal(LIST, "record", "", shown=list(page), total=len(came))
        found = (
            ListedRecord(rows[one], at, shown_of(rows[one], shown)) for one, at in page.items()
        )
        return list(found), len(came)

    def people(self, actor: Actor, limit: int, offset: int = 0) -> tuple[list[Client], int] | None:
        """Those the actor works with and may open the file of, by name, and how many; journalled.

        None for whoever works with nobody in particular.
        """
        require(actor, OPEN_FILE)
        with self._database.read() as session:
            now = self._clock.now()
            people = own_people(session, actor, now)
            if people is None:
                return None
            mine = ClientRow.client_id.in_(people), visible_clients(actor, OPEN_FILE, now)
            total = session.scalar(select(func.count(ClientRow.client_id)).where(*mine)) or 0
            by_name = ClientRow.surname_folded, ClientRow.forename_folded, ClientRow.client_id
            page = select(ClientRow.client_id).where(*mine).order_by(*by_name)
            ids = list(session.scalars(page.limit(limit).offset(offset)))
            shown = clients_shown(session, actor, ids, now)
        with write(self._database, actor, self._clock) as work:
            work.journal(FIND, "client", "", shown=len(shown))
        return [shown[one] for one in ids if one in shown], total


def own_people(session: Session, actor: Actor, at: datetime) -> CompoundSelect[str] | None:
    """Ids of those allocated to the actor by name; where nobody is, of those of the actor's teams; None
    where nobody is theirs either."""
    by_name = Allocation.staff_id == actor.staff_id
    of_teams = Allocation.team_id.in_(actor.teams)
    for relation, is_theirs in ((Relation.ALLOCATED, by_name), (Relation.TEAM, of_teams)):
        if session.scalar(select(exists().where(is_theirs, Allocation.live(at)))):
            return related_clients(frozenset({relation}), actor, at)
    return None


def _unopened(
    session: Session, actor: Actor, people: CompoundSelect[str], at: datetime
) -> list[tuple[str, datetime]]:
    """Ids and when each came, newest first; looked for from the people's files, which are few beside all that
    came lately. What was on a wrong file came when it was moved from there."""
    since = at - timedelta(days=DAYS)
    on_their_files = (
        select(RecordAttachment.record_id)
        .join(CaseFile, CaseFile.case_file_id == RecordAttachment.case_file_id)
        .where(CaseFile.client_id.in_(people))
    )
    opened = exists().where(
        AuditEvent.subject_id == Record.record_id,
        AuditEvent.action == VIEW,
        AuditEvent.actor_id == actor.staff_id,
    )
    of_it = Incident.record_id == Record.record_id, Incident.became == MOVED
    moved = select(func.max(Incident.contained_at)).where(*of_it).scalar_subquery()
    found = session.execute(
        select(Record.record_id, Record.filed_at, moved).where(
            Record.record_id.in_(on_their_files),
            or_(Record.filed_at >= since, exists().where(*of_it, Incident.contained_at >= since)),
            Record.filed_by != actor.staff_id,
            not_(opened),
            visible_records(actor, VIEW, at),
        )
    )
    came = [(one, max(filed_at, moved_at or filed_at)) for one, filed_at, moved_at in found]
    return sorted(came, key=lambda one: (one[1], one[0]), reverse=True)


def _by_id(session: Session, record_ids: Collection[str]) -> dict[str, Record]:
    rows = session.scalars(select(Record).where(Record.record_id.in_(record_ids)))
    return {row.record_id: row for row in rows}
