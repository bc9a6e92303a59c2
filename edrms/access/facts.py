"""The facts of a decision, from the rows as they are, or were at a moment. Never cached: what is
revoked is revoked at the next question."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import BindParameter, CompoundSelect, Select, bindparam, literal, select, union_all
from sqlalchemy.orm import Session

from edrms.access.markings import ADDRESS, exempt_of, level_of
from edrms.access.model import ClientFacts, FileFacts, RecordFacts, Relation, Tie
from edrms.access.tables import Allocation, Block, Grant, Guard, Marking
from edrms.clients.tables import ClientRow
from edrms.db import UtcDateTime
from edrms.fileplan import Sensitivity
from edrms.fileplan.catalogue import services_of_type
from edrms.records.tables import Record


@dataclass(slots=True)
class _Guards:
    """What is live about the subjects of one question, by subject id."""

    markings: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    blocked: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    ties: defaultdict[str, set[Tie]] = field(default_factory=lambda: defaultdict(set))
    allocated: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    teams: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def file(self, client_id: str, service: str) -> FileFacts:
        return FileFacts(
            client_id=client_id,
            service=service,
            allocated=frozenset(self.allocated[client_id]),
            teams=frozenset(self.teams[client_id]),
            ties=frozenset(self.ties[client_id]),
        )

    def marked(self, subject_ids: Collection[str]) -> frozenset[str]:
        return frozenset().union(*(self.markings[one] for one in subject_ids))

    def all_blocked(self, subject_ids: Collection[str]) -> frozenset[str]:
        return frozenset().union(*(self.blocked[one] for one in subject_ids))


def record_facts(session: Session, record: Record, at: datetime) -> RecordFacts:
    """What the policy needs to know of a record at a moment."""
    services = {one.case_file.client_id: one.case_file.service for one in record.attachments}
    subjects = [record.record_id, *services]
    found = _guards(session, subjects, services, at)
    markings = found.marked(subjects)
    return RecordFacts(
        files=tuple(found.file(one, service) for one, service in sorted(services.items())),
        level=level_of(record.sensitivity, markings),
        services=services_of_type(record.document_type),
        ties=frozenset(found.ties[record.record_id]),
        shows_address=ADDRESS in found.markings[record.record_id],
        exempt=exempt_of(found.marked([record.record_id])),
        blocked=found.all_blocked(subjects),
    )


def client_facts(session: Session, client: ClientRow, at: datetime) -> ClientFacts:
    """What the policy needs to know of a client at a moment."""
    only = [client.client_id]
    found = _guards(session, only, only, at)
    return ClientFacts(
        file=found.file(client.client_id, client.service),
        level=level_of(Sensitivity.NORMAL, found.marked(only)),
        blocked=found.all_blocked(only),
    )


def _guards(
    session: Session, subjects: Collection[str], client_ids: Collection[str], at: datetime
) -> _Guards:
    found = _Guards()
    given = {"subjects": list(subjects), "clients": list(client_ids), "at": at}
    for kind, subject, one, other in session.execute(_LIVE_ABOUT, given):
        match kind:
            case "marking":
                found.markings[subject].add(other)
            case "block":
                found.blocked[subject].add(one)
            case "grant":
                found.ties[subject].add(Tie(one, Relation(other)))
            case "work":
                if one:
                    found.allocated[subject].add(one)
                if other:
                    found.teams[subject].add(other)
    return found


def _live_about() -> CompoundSelect[Any]:
    """Everything live about some subjects, in one statement: every request asks it at least once.

    Rows of (kind, subject, staff id, word of the kind); made once, since making it costs more than
    asking it.
    """
    subjects: BindParameter[str] = bindparam("subjects", expanding=True)
    at: BindParameter[datetime] = bindparam("at", type_=UtcDateTime())

    def about(kind: str, table: type[Guard], staff: Any, word: Any) -> Select[Any]:
        columns = literal(kind).label("kind"), table.subject_id, staff, word
        return select(*columns).where(table.subject_id.in_(subjects), table.live(at))

    work = select(
        literal("work").label("kind"), Allocation.client_id, Allocation.staff_id, Allocation.team_id
    ).where(Allocation.client_id.in_(bindparam("clients", expanding=True)), Allocation.live(at))
    return union_all(
        about("marking", Marking, literal(""), Marking.marking),
        about("block", Block, Block.staff_id, literal("")),
        about("grant", Grant, Grant.staff_id, Grant.relation),
        work,
    )


_LIVE_ABOUT = _live_about()
