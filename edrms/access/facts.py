"""The facts of a decision, from the rows as they are, or were at a moment. Never cached: what is
revoked is revoked at the next question."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from edrms.access.markings import ADDRESS, exempt_of, level_of
from edrms.access.model import ClientFacts, FileFacts, RecordFacts, Relation, Tie
from edrms.access.tables import Allocation, Block, Grant, Marking
from edrms.clients.tables import ClientRow
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
    marked = select(Marking.subject_id, Marking.marking)
    for subject, marking in session.execute(
        marked.where(Marking.subject_id.in_(subjects), Marking.live(at))
    ):
        found.markings[subject].add(marking)
    blocked = select(Block.subject_id, Block.staff_id)
    for subject, staff_id in session.execute(
        blocked.where(Block.subject_id.in_(subjects), Block.live(at))
    ):
        found.blocked[subject].add(staff_id)
    granted = select(Grant.subject_id, Grant.staff_id, Grant.relation)
    for subject, staff_id, relation in session.execute(
        granted.where(Grant.subject_id.in_(subjects), Grant.live(at))
    ):
        found.ties[subject].add(Tie(staff_id, Relation(relation)))
    working = select(Allocation.client_id, Allocation.staff_id, Allocation.team_id)
    for client_id, worker_id, team_id in session.execute(
        working.where(Allocation.client_id.in_(client_ids), Allocation.live(at))
    ):
        if worker_id:
            found.allocated[client_id].add(worker_id)
        if team_id:
            found.teams[client_id].add(team_id)
    return found
