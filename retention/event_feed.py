"""Life events by the thousand, from a case management system: CSV or rows of an API.

A row names the person by the number another system gave, and the event by the source's own id: the same
row again changes nothing, the same id with another date is a correction. What contradicts something is
taken in and shown; what cannot be understood is refused with its line and the reason, and then nothing
is taken in unless the sender asked for the good rows.
"""

import csv
import io
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from edrms.clients.folding import fold_reference
from edrms.clients.tables import ClientIdentifier, ClientRow
from edrms.clock import civil_date
from edrms.errors import Invalid
from edrms.records.tables import CaseFile
from edrms.uow import UnitOfWork
from retention.evaluation import facts_changed
from retention.life import HAND, REGISTER, NewEvent, SubjectKind, faults_of
from retention.life_events import add_event, withdraw_event
from retention.tables import LifeEvent

NEEDED = ("system", "reference", "kind", "on", "authority", "source_id")
OPTIONAL = ("until", "source", "record_class")
MOST_FAULTS_TOLD = 200
_MOST_IN_A_LIST = 500
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_LONGEST = {"source": 32, "source_id": 64, "system": 32}


@dataclass(frozen=True, slots=True)
class FedRow:
    """A row as it was sent. line: counted as its sender counts, for saying what is wrong with it.

    on, until: YYYY-MM-DD. source: whose id it is; the system if empty. record_class: the person's file
    of this class alone; the whole person if empty.
    """

    line: int
    system: str
    reference: str
    kind: str
    on: str
    authority: str
    source_id: str
    until: str = ""
    source: str = ""
    record_class: str = ""


@dataclass(frozen=True, slots=True)
class FeedResult:
    """What became of a feed's rows. left_out: said once before, and withdrawn since by a person;
    faults: line and reason of each row that was refused."""

    added: int = 0
    corrected: int = 0
    unchanged: int = 0
    left_out: int = 0
    faults: Mapping[int, str] = field(default_factory=dict)


Key = tuple[str, str]  # source and its id; or system and folded reference


def read_csv(content: bytes) -> tuple[list[FedRow], dict[int, str]]:
    """The rows of a CSV file, and the lines that have too few or too many fields.

    Raises Invalid for a file that is no such CSV at all.
    """
    rows = csv.DictReader(io.StringIO(_text_of(content), newline=""), strict=True)
    found: list[FedRow] = []
    faults: dict[int, str] = {}
    try:
        columns = _columns_of(rows.fieldnames or ())
        for row in rows:
            if None in row or None in row.values():
                faults[rows.line_num] = f"Expected {len(columns)} fields."
            else:
                given = {name: row[name] for name in columns}
                found.append(FedRow(line=rows.line_num, **given))
    except csv.Error as error:
        raise Invalid(f"Line {rows.line_num} is no CSV: {error}. Nothing was taken in.") from error
    return found, faults


def _text_of(content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise Invalid(f"Line {line} is not UTF-8. Nothing was taken in.") from error


def _columns_of(given: Sequence[str]) -> tuple[str, ...]:
    if missing := [name for name in NEEDED if name not in given]:
        raise Invalid(f"There is no column {', '.join(missing)}. Nothing was taken in.")
    if unknown := [name for name in given if name not in NEEDED + OPTIONAL]:
        known = ", ".join(NEEDED + OPTIONAL)
        raise Invalid(f"Unknown column {', '.join(unknown)}: expected {known}.")
    if len(set(given)) != len(given):
        raise Invalid("A column is there twice. Nothing was taken in.")
    return tuple(given)


def take_in(
    work: UnitOfWork, rows: Sequence[FedRow], faults: Mapping[int, str] | None = None, *,
    within: ColumnElement[bool] | None = None, accept_good_rows: bool = False,
) -> FeedResult:  # fmt: skip
    """Take the rows of a feed in, in the caller's transaction, who has asked the policy.

    faults: of lines that could not be read. within: a condition on clients; one who does not meet it is
    answered as one who does not exist. Raises Invalid with every line that is wrong, unless
    accept_good_rows.
    """
    work.alone("life event feed")
    feed = _Feed(work, within)
    events = feed.understood(rows)
    feed.faults |= faults or {}
    if feed.faults and not accept_good_rows:
        raise _refusal(feed.faults)
    return feed.apply(events)


def _refusal(faults: Mapping[int, str]) -> Invalid:
    told = dict(sorted(faults.items())[:MOST_FAULTS_TOLD])
    rest = len(faults) - len(told)
    more = f" The first {len(told)} are named." if rest else ""
    return Invalid(
        f"{len(faults)} rows are wrong, and nothing was taken in.{more}",
        fields={f"line {line}": words for line, words in told.items()},
    )


class _Feed:
    """One feed on its way in."""

    def __init__(self, work: UnitOfWork, within: ColumnElement[bool] | None) -> None:
        self._work = work
        self._within = true() if within is None else within
        self._today = civil_date(work.now)
        self.faults: dict[int, str] = {}

    def understood(self, rows: Sequence[FedRow]) -> list[NewEvent]:
        """The events of the rows that can be understood; what is wrong with the others is in faults."""
        rows = [_trimmed(row) for row in rows]
        clients = _clients(self._work.session, rows, self._within)
        found_ids = {one for several in clients.values() for one in several}
        files = _files(self._work.session, sorted(found_ids), rows)
        events: dict[Key, tuple[int, NewEvent]] = {}
        for row in rows:
            try:
                event = self._event(row, clients, files)
                line, same = events.setdefault((event.source, event.source_id), (row.line, event))
                if _content(same) != _content(event):
                    raise _Wrong(
                        f"source_id {row.source_id} is on line {line} with something else."
                    )
            except _Wrong as wrong:
                self.faults[row.line] = str(wrong)
        return self._refuse_others_ids(events)

    def _event(
        self, row: FedRow, clients: Mapping[Key, list[str]], files: Mapping[Key, str]
    ) -> NewEvent:
        _check_words(row)
        found = clients.get((row.system, fold_reference(row.reference)), [])
        if len(found) != 1:
            several = "Several people have" if found else "Nobody has"
            raise _Wrong(f"{several} the number {row.reference[:64]} in {row.system}.")
        kind, subject_id = SubjectKind.CLIENT, found[0]
        if row.record_class:
            kind, subject_id = SubjectKind.CASE_FILE, files.get((found[0], row.record_class), "")
            if not subject_id:
                raise _Wrong(f"There is no file of class {row.record_class[:16]} on this person.")
        on, until = _date(row.on, "on"), _date(row.until, "until") if row.until else None
        event = NewEvent(
            kind, subject_id, row.kind, on, row.authority, until, row.source or row.system,
            row.source_id,
        )  # fmt: skip
        if wrong := faults_of(event, self._today):
            raise _Wrong(" ".join(f"{name}: {words}" for name, words in wrong.items()))
        return event

    def _refuse_others_ids(self, events: Mapping[Key, tuple[int, NewEvent]]) -> list[NewEvent]:
        """An id must not come to mean another person: that would take back what is true of the first."""
        self._before = _said_before(self._work.session, list(events))
        kept = []
        for key, (line, event) in events.items():
            before = self._before.get(key)
            if before is not None and before.subject_id != event.subject_id:
                self.faults[line] = (
                    f"source_id {event.source_id} is in use for something else: give it another."
                )
            else:
                kept.append(event)
        return kept

    def apply(self, events: Sequence[NewEvent]) -> FeedResult:
        """Add, correct or leave each; then the records of these people have new answers."""
        counts: dict[str, int] = defaultdict(int)
        changed: set[str] = set()
        for event in events:
            done = self._apply_one(event)
            counts[done] += 1
            if done in ("added", "corrected"):
                changed.add(event.subject_id)
        facts_changed(self._work, _owners(self._work.session, sorted(changed)))
        return FeedResult(**counts, faults=dict(sorted(self.faults.items())))

    def _apply_one(self, event: NewEvent) -> str:
        before = self._before.get((event.source, event.source_id))
        if before is not None and _content(before) == _content(event):
            return "unchanged" if before.withdrawn_at is None else "left_out"
        if before is not None and before.withdrawn_at is None:
            withdraw_event(self._work, before, f"corrected by {event.source}")
            add_event(self._work, event)
            return "corrected"
        add_event(self._work, event)
        return "added"


class _Wrong(Exception):
    """A row cannot be understood; the words say why."""


def _trimmed(row: FedRow) -> FedRow:
    words = {
        name: " ".join(str(getattr(row, name)).split()) for name in (*NEEDED, *OPTIONAL)
    }  # fmt: skip
    return FedRow(line=row.line, **words)


def _check_words(row: FedRow) -> None:
    for name, most in _LONGEST.items():
        if len(getattr(row, name)) > most:
            raise _Wrong(f"{name} is longer than {most} characters.")
    for name in ("system", "reference", "source_id"):
        if not getattr(row, name):
            raise _Wrong(f"{name} is empty.")
    if row.source in (HAND, REGISTER) or row.system in (HAND, REGISTER):
        raise _Wrong(f"A feed cannot be called {HAND} or {REGISTER}: give the source another name.")


def _date(words: str, name: str) -> date:
    if _DATE.fullmatch(words):
        try:
            return date.fromisoformat(words)
        except ValueError:
            pass
    raise _Wrong(f"{name}: {words[:20]!r} is no date; expected YYYY-MM-DD.")


def _content(event: NewEvent | LifeEvent) -> tuple[str, str, date, date | None]:
    """What makes one saying differ from another."""
    return event.subject_id, event.kind, event.on, event.until


def _clients(
    session: Session, rows: Sequence[FedRow], within: ColumnElement[bool]
) -> dict[Key, list[str]]:
    wanted: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        wanted[row.system].add(fold_reference(row.reference))
    found: dict[Key, set[str]] = defaultdict(set)
    for system, references in wanted.items():
        for some in _parts(sorted(references)):
            statement = (
                select(ClientIdentifier.value_folded, ClientIdentifier.client_id)
                .join(ClientRow, ClientRow.client_id == ClientIdentifier.client_id)
                .where(ClientIdentifier.system == system, ClientIdentifier.value_folded.in_(some))
                .where(within)
            )
            for reference, client_id in session.execute(statement):
                found[system, reference].add(client_id)
    return {key: sorted(ids) for key, ids in found.items()}


def _files(
    session: Session, client_ids: Sequence[str], rows: Sequence[FedRow]
) -> dict[Key, str]:  # fmt: skip
    if not any(row.record_class for row in rows):
        return {}
    columns = CaseFile.client_id, CaseFile.record_class, CaseFile.case_file_id
    found = {}
    for some in _parts(client_ids):
        for client_id, kind, file_id in session.execute(
            select(*columns).where(CaseFile.client_id.in_(some))
        ):
            found[client_id, kind] = file_id
    return found


def _said_before(session: Session, keys: Sequence[Key]) -> dict[Key, LifeEvent]:
    """The latest saying under each of these ids, withdrawn or not."""
    by_source: dict[str, list[str]] = defaultdict(list)
    for source, source_id in keys:
        by_source[source].append(source_id)
    found: dict[Key, LifeEvent] = {}
    for source, ids in by_source.items():
        for some in _parts(ids):
            statement = (
                select(LifeEvent)
                .where(LifeEvent.source == source, LifeEvent.source_id.in_(some))
                .order_by(LifeEvent.recorded_at, LifeEvent.withdrawn_at.is_(None))
            )
            found |= {(row.source, row.source_id): row for row in session.scalars(statement)}
    return found


def _owners(session: Session, subject_ids: Sequence[str]) -> list[str]:
    """The clients among these subjects, and those whose case files are among them."""
    found: set[str] = set()
    for some in _parts(subject_ids):
        clients = select(ClientRow.client_id).where(ClientRow.client_id.in_(some))
        owners = select(CaseFile.client_id).where(CaseFile.case_file_id.in_(some))
        found |= set(session.scalars(clients)) | set(session.scalars(owners))
    return sorted(found)


def _parts(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[at : at + _MOST_IN_A_LIST] for at in range(0, len(ids), _MOST_IN_A_LIST))
