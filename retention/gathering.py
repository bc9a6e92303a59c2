"""What retention looks at in records, gathered from the rows for many of them at once.

A handful of statements however many records are asked for; a million are asked for slice by slice.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from edrms.clients.tables import ClientRow
from edrms.clock import civil_date
from edrms.records.tables import CaseFile, Record, RecordAttachment
from retention.life import BEGAN, ENDS, REOPENED, STATUSES
from retention.model import FileFacts, Happening, RecordFacts, Status, Trigger
from retention.tables import Extension, LifeEvent

NO_TRIGGER = STATUSES | {BEGAN, REOPENED}
_TRIGGERS = {str(one): one for one in Trigger}  # asked for by the million
_MOST_IN_A_LIST = 500  # ids in one IN (...), well below what either engine takes


class _Known:
    """What the life events of one subject say, or of several together: the dates of each kind."""

    def __init__(self) -> None:
        self.dates: dict[str, set[date]] = defaultdict(set)

    def add(self, kind: str, on: date) -> None:
        self.dates[kind].add(on)

    def join(self, other: "_Known") -> None:
        for kind, dates in other.dates.items():
            self.dates[kind] |= dates

    def happenings(self) -> dict[Trigger, Happening]:
        again = self._began_again_on()
        return {
            _TRIGGERS[kind]: Happening(frozenset(dates), again if kind in ENDS else None)
            for kind, dates in self.dates.items()
            if kind not in NO_TRIGGER
        }

    def began_on(self) -> date | None:
        return min(self.dates.get(BEGAN, ()), default=None)

    def _began_again_on(self) -> date | None:
        """A second opening is a beginning again, whether its source calls it so or not."""
        later = sorted(self.dates.get(BEGAN, ()))[1:]
        return max([*later, *self.dates.get(REOPENED, ())], default=None)

    def statuses(self) -> dict[Status, date]:
        return {Status(kind): min(dates) for kind, dates in self.dates.items() if kind in STATUSES}


@dataclass(frozen=True, slots=True)
class _Own:
    """What a record says of itself: when it came, when it was filed, the date it bears."""

    received_on: date
    captured_on: date
    document_date: date | None


@dataclass(frozen=True, slots=True)
class _OnFile:
    """A record is on this case file of this client."""

    record_id: str
    file_id: str
    class_id: str
    client_id: str


def gather(session: Session, record_ids: Sequence[str]) -> list[RecordFacts]:
    """The facts of these records as the rows are now, those that exist, in the order asked for."""
    own = _records(session, record_ids)
    on_files = _on_files(session, list(own))
    clients = {one.client_id for one in on_files}
    known = _known(session, clients | {one.file_id for one in on_files} | set(own))
    _add_register(session, clients, known)
    extensions = _extensions(session, list(own))
    files: dict[str, list[FileFacts]] = defaultdict(list)
    for one in on_files:
        files[one.record_id].append(_file_facts(one, own[one.record_id], known))
    return [
        RecordFacts(one, tuple(files.get(one, ())), *extensions.get(one, (None, "")))
        for one in record_ids
        if one in own
    ]


def _file_facts(on_file: _OnFile, own: _Own, known: Mapping[str, _Known]) -> FileFacts:
    together = _Known()
    for subject in (on_file.client_id, on_file.file_id, on_file.record_id):
        if subject in known:
            together.join(known[subject])
    together.add(Trigger.RECEIVED, own.received_on)
    together.add(Trigger.CAPTURED, own.captured_on)
    if own.document_date and not together.dates.get(Trigger.FY_END):
        together.add(Trigger.FY_END, own.document_date)  # unless an event says otherwise
    return FileFacts(
        client_id=on_file.client_id, class_id=on_file.class_id, happenings=together.happenings(),
        statuses=together.statuses(), began_on=together.began_on(),
    )  # fmt: skip


def _records(session: Session, record_ids: Sequence[str]) -> dict[str, _Own]:
    columns = Record.record_id, Record.received_on, Record.filed_at, Record.document_date
    found = {}
    for some in _parts(record_ids):
        rows = session.execute(select(*columns).where(Record.record_id.in_(some)))
        for record_id, received_on, filed_at, document_date in rows:
            found[record_id] = _Own(received_on, civil_date(filed_at), document_date)
    return found


def _on_files(session: Session, record_ids: Sequence[str]) -> list[_OnFile]:
    statement = select(
        RecordAttachment.record_id, CaseFile.case_file_id, CaseFile.record_class, CaseFile.client_id
    ).join(CaseFile, CaseFile.case_file_id == RecordAttachment.case_file_id)
    found = []
    for some in _parts(record_ids):
        rows = session.execute(statement.where(RecordAttachment.record_id.in_(some)))
        found += [_OnFile(*row) for row in rows]
    return sorted(found, key=lambda one: (one.record_id, one.client_id, one.class_id))


def _known(session: Session, subject_ids: Collection[str]) -> dict[str, _Known]:
    """What life events that hold say of each of these clients, case files and records."""
    columns = LifeEvent.subject_id, LifeEvent.kind, LifeEvent.on
    found: dict[str, _Known] = defaultdict(_Known)
    for some in _parts(sorted(subject_ids)):
        holds = LifeEvent.subject_id.in_(some), LifeEvent.withdrawn_at.is_(None)
        for subject_id, kind, on in session.execute(select(*columns).where(*holds)):
            found[subject_id].add(kind, on)
    return found


def _add_register(session: Session, client_ids: Collection[str], known: dict[str, _Known]) -> None:
    columns = ClientRow.client_id, ClientRow.date_of_birth, ClientRow.date_of_death
    for some in _parts(sorted(client_ids)):
        rows = session.execute(select(*columns).where(ClientRow.client_id.in_(some)))
        for client_id, born, died in rows:
            if born is not None:
                known[client_id].add(Trigger.DOB, born)
            if died is not None:
                known[client_id].add(Trigger.DOD, died)


def _extensions(session: Session, record_ids: Sequence[str]) -> dict[str, tuple[date, str]]:
    """Until when and why a person kept each record longer; of several the latest end counts."""
    found: dict[str, tuple[date, str]] = {}
    for some in _parts(record_ids):
        statement = select(Extension.record_id, Extension.until, Extension.because)
        rows = session.execute(
            statement.where(Extension.record_id.in_(some)).order_by(
                Extension.until, Extension.given_at
            )
        )
        found |= {record_id: (until, because) for record_id, until, because in rows}
    return found


def _parts(ids: Sequence[str]) -> Iterable[Sequence[str]]:
    return (ids[at : at + _MOST_IN_A_LIST] for at in range(0, len(ids), _MOST_IN_A_LIST))
