"""What happened since an appraisal on the files that records are on, loaded for many of them at once.

Any other record filed about a client, anybody who began to work with one, any life event that became known
or was withdrawn counts as activity; one of a legal status as a new status.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from edrms.access.tables import Allocation
from edrms.records.tables import CaseFile, Record, RecordAttachment
from retention.life import STATUSES
from retention.tables import LifeEvent

Key = TypeVar("Key")
_MOST_IN_A_LIST = 500  # ids in one IN (...), well below what either engine takes


@dataclass(slots=True)
class OnFiles:
    """The case files a record is on, in order; their classes, in order; whose they are."""

    ids: list[str] = field(default_factory=list)
    classes: list[str] = field(default_factory=list)
    clients: set[str] = field(default_factory=set)


def files_of(session: Session, record_ids: Collection[str]) -> dict[str, OnFiles]:
    """By record, for each of these."""
    found = {record_id: OnFiles() for record_id in record_ids}
    statement = select(
        RecordAttachment.record_id, CaseFile.case_file_id, CaseFile.record_class, CaseFile.client_id
    ).join(CaseFile, CaseFile.case_file_id == RecordAttachment.case_file_id)
    for some in _parts(record_ids):
        for row in session.execute(statement.where(RecordAttachment.record_id.in_(some))):
            on = found[row.record_id]
            on.ids.append(row.case_file_id)
            on.classes.append(row.record_class)
            on.clients.add(row.client_id)
    for on in found.values():
        on.ids.sort()
        on.classes.sort()
    return found


class Since:
    """What became known of these records, their files and clients after `earliest`; asked of each record
    from its own time on, which is not before."""

    def __init__(self, session: Session, files: Mapping[str, OnFiles], earliest: datetime) -> None:
        self._files = files
        clients = sorted({one for on in files.values() for one in on.clients})
        subjects = {*files, *clients, *(one for on in files.values() for one in on.ids)}
        self._filed: dict[str, list[tuple[str, datetime]]] = defaultdict(list)
        self._begun: dict[str, datetime] = {}
        self._known: dict[tuple[str, bool], datetime] = {}
        for some in _parts(clients):
            self._load_work(session, some, earliest)
        for some in _parts(sorted(subjects)):
            self._load_events(session, some, earliest)

    def is_active(self, record_id: str, since: datetime) -> bool:
        """Whether another record was filed about its people, somebody began to work with them, or an event
        other than of a legal status became known or was withdrawn."""
        for client in self._files[record_id].clients:
            if any(at > since and other != record_id for other, at in self._filed[client]):
                return True
            if client in self._begun and self._begun[client] > since:
                return True
        return self._knows(record_id, since, of_status=False)

    def has_new_status(self, record_id: str, since: datetime) -> bool:
        """Whether an event of a legal status became known or was withdrawn."""
        return self._knows(record_id, since, of_status=True)

    def _knows(self, record_id: str, since: datetime, *, of_status: bool) -> bool:
        on = self._files[record_id]
        times = (self._known.get((one, of_status)) for one in (record_id, *on.ids, *on.clients))
        return any(at is not None and at > since for at in times)

    def _load_work(self, session: Session, clients: list[str], earliest: datetime) -> None:
        filed = (
            select(CaseFile.client_id, Record.record_id, Record.filed_at)
            .join(RecordAttachment, RecordAttachment.case_file_id == CaseFile.case_file_id)
            .join(Record, Record.record_id == RecordAttachment.record_id)
            .where(CaseFile.client_id.in_(clients), Record.filed_at > earliest)
        )
        for client_id, record_id, at in session.execute(filed):
            self._filed[client_id].append((record_id, at))
        begun = select(Allocation.client_id, Allocation.from_at).where(
            Allocation.client_id.in_(clients), Allocation.from_at > earliest
        )
        _note_latest(self._begun, session.execute(begun).all())

    def _load_events(self, session: Session, subjects: list[str], earliest: datetime) -> None:
        columns = (
            LifeEvent.subject_id,
            LifeEvent.kind,
            LifeEvent.recorded_at,
            LifeEvent.withdrawn_at,
        )
        late = or_(LifeEvent.recorded_at > earliest, LifeEvent.withdrawn_at > earliest)
        asked = select(*columns).where(LifeEvent.subject_id.in_(subjects), late)
        statuses = {str(one) for one in STATUSES}
        for subject, kind, recorded_at, withdrawn_at in session.execute(asked):
            latest = max(recorded_at, withdrawn_at or recorded_at)
            _note_latest(self._known, [((subject, kind in statuses), latest)])


def _note_latest(known: dict[Key, datetime], found: Iterable[tuple[Key, datetime]]) -> None:
    for key, at in found:
        known[key] = max(at, known.get(key, at))


def _parts(ids: Collection[str]) -> Iterator[list[str]]:
    every = list(ids)
    return (every[at : at + _MOST_IN_A_LIST] for at in range(0, len(every), _MOST_IN_A_LIST))
