"""Patterns in who looked at what. Pure: given looks and what is known, says what is worth a question.

An alert accuses nobody. Thresholds are the constants below; who reads them, and what follows, is the
council's to decide.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from edrms.audit.model import Alert, Look, Seen
from edrms.clients.folding import fold_name
from edrms.clock import COUNCIL_ZONE, civil_date

OPENED = frozenset({"record:content:view", "client:file:view"})
PAGES = frozenset({"record:page:view"})
DOWNLOADS = frozenset({"record:content:download", "record:content:print"})  # taken away
LOOKS = OPENED | PAGES | DOWNLOADS

OFFICE_OPENS_HOUR = 7
OFFICE_CLOSES_HOUR = 19
LAST_WORKING_DAY = 4  # Monday is 0
MASS_SUBJECTS = 20  # different clients and records in one night or one day of a weekend
SHORTEST_SURNAME = 2  # letters; a shorter part of a name says nothing

SAME_SURNAME = "same_surname"
NOBODYS = "nobodys"
OUT_OF_HOURS = "out_of_hours"
ALERTS = (SAME_SURNAME, NOBODYS, OUT_OF_HOURS)

Span = tuple[datetime, datetime | None]  # from, and until (not included; None is open)


def looks_of(seen: Iterable[Seen]) -> list[Look]:
    """Looks of each person at each thing on each civil day, latest first."""
    grouped: dict[tuple[date, str, str, str], list[Seen]] = defaultdict(list)
    for one in seen:
        key = (civil_date(one.at), one.staff_id, one.subject_kind, one.subject_id)
        grouped[key].append(one)
    found = [_look(key[0], group) for key, group in grouped.items()]
    return sorted(
        found,
        key=lambda look: (look.day, look.last_at, look.staff_id, look.subject_id),
        reverse=True,
    )


def _look(day: date, group: Sequence[Seen]) -> Look:
    one, times = group[0], [seen.at for seen in group]
    return Look(
        day=day, staff_id=one.staff_id, subject_kind=one.subject_kind, subject_id=one.subject_id,
        opened=sum(seen.action in OPENED for seen in group),
        pages=sum(seen.action in PAGES for seen in group),
        downloads=sum(seen.action in DOWNLOADS for seen in group),
        first_at=min(times), last_at=max(times),
    )  # fmt: skip


def share_a_surname(staff_name: str, client_surname: str) -> bool:
    """Whether the last word of a staff member's name and a client's surname have a part in common."""
    words = staff_name.split()
    theirs = _parts(words[-1]) if words else frozenset()
    return bool(theirs & _parts(client_surname))


def _parts(surname: str) -> frozenset[str]:
    spaced = surname.replace("-", " ").replace("\u2010", " ").replace("\u2011", " ")
    return frozenset(part for part in fold_name(spaced).split() if len(part) >= SHORTEST_SURNAME)


def of_same_surname(
    seen: Iterable[Seen],
    names: Mapping[str, str],
    clients_of: Mapping[str, Sequence[str]],
    surnames: Mapping[str, str],
) -> list[Alert]:
    """Looks at files of clients who share a surname with whoever looks. clients_of: by record id."""
    shared = [
        one
        for one in seen
        if any(
            share_a_surname(names.get(one.staff_id, ""), surnames.get(client, ""))
            for client in _clients(one, clients_of)
        )
    ]
    return _alerts(SAME_SURNAME, shared)


def of_nobodys(
    seen: Iterable[Seen],
    clients_of: Mapping[str, Sequence[str]],
    allocations: Mapping[str, Sequence[Span]],
) -> list[Alert]:
    """Looks at files while nobody was allocated to any client the file is about."""
    lone = [
        one
        for one in seen
        if not any(
            _is_within(one.at, span)
            for client in _clients(one, clients_of)
            for span in allocations.get(client, ())
        )
    ]
    return _alerts(NOBODYS, lone)


def is_out_of_hours(at: datetime) -> bool:
    """Whether the office is closed then, by the council's clock. Bank holidays are not known here."""
    local = at.astimezone(COUNCIL_ZONE)
    is_open = OFFICE_OPENS_HOUR <= local.hour < OFFICE_CLOSES_HOUR
    return not is_open or local.weekday() > LAST_WORKING_DAY


def out_of_hours(seen: Iterable[Seen], duties: Mapping[str, Sequence[Span]]) -> list[Alert]:
    """People not on duty who looked at MASS_SUBJECTS different things or more in one night."""
    nights: dict[tuple[str, date], list[Seen]] = defaultdict(list)
    for one in seen:
        on_duty = any(_is_within(one.at, span) for span in duties.get(one.staff_id, ()))
        if is_out_of_hours(one.at) and not on_duty:
            nights[one.staff_id, _night(one.at)].append(one)
    return [
        Alert(
            OUT_OF_HOURS, staff_id, "", "", len({one.subject_id for one in group}),
            min(one.at for one in group), max(one.at for one in group),
        )
        for (staff_id, _), group in nights.items()
        if len({one.subject_id for one in group}) >= MASS_SUBJECTS
    ]  # fmt: skip


def _night(at: datetime) -> date:
    """The civil day a night began on; before the office opens it is still the night before."""
    local = at.astimezone(COUNCIL_ZONE)
    return local.date() - timedelta(days=local.hour < OFFICE_OPENS_HOUR)


def _clients(one: Seen, clients_of: Mapping[str, Sequence[str]]) -> Sequence[str]:
    if one.subject_kind == "client":
        return (one.subject_id,)
    return clients_of.get(one.subject_id, ())


def _is_within(at: datetime, span: Span) -> bool:
    begin, end = span
    return begin <= at and (end is None or at < end)


def _alerts(kind: str, seen: Iterable[Seen]) -> list[Alert]:
    """One alert for each person and thing."""
    grouped: dict[tuple[str, str, str], list[datetime]] = defaultdict(list)
    for one in seen:
        grouped[one.staff_id, one.subject_kind, one.subject_id].append(one.at)
    return [Alert(kind, *key, len(times), min(times), max(times)) for key, times in grouped.items()]
