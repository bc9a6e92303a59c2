"""Words of looking into the audit log: what is asked, an event as shown, who looked at what."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Asked:
    """Which events are wanted; an empty part narrows nothing.

    staff, client, record: as typed; a name, a number or an id. actions: any of these. from_day,
    to_day: civil days, both included. source: pseudonym of an address.
    """

    staff: str = ""
    client: str = ""
    record: str = ""
    actions: frozenset[str] = frozenset()
    outcome: str = ""
    from_day: date | None = None
    to_day: date | None = None
    source: str = ""
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One event as shown to whoever looks into the log.

    actor_name, subject_name: what the asker may know them by, "" where that is only the id.
    """

    number: int
    event_id: str
    at: datetime
    actor_id: str
    actor_name: str
    action: str
    subject_kind: str
    subject_id: str
    subject_name: str
    outcome: str
    reason: str
    detail: Mapping[str, Any]
    request_id: str
    source: str
    has_detail: bool


@dataclass(frozen=True, slots=True)
class Page:
    """A page of events, newest first.

    older: number to give as `before` for the next page, None on the last. staff: whom the name typed
    was read as, id to name. faults: field to "unknown" or "many" where what was typed names nothing,
    or too many; then there are no entries.
    """

    entries: tuple[Entry, ...] = ()
    older: int | None = None
    staff: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bar:
    """How many events fall within one stretch of the timeline."""

    from_at: datetime
    until_at: datetime
    count: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """Counts from the earliest to the latest. each: "hour", "day" or "month"."""

    each: str = "day"
    bars: tuple[Bar, ...] = ()
    staff: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Seen:
    """One look, bare: for the rules."""

    at: datetime
    staff_id: str
    action: str
    subject_kind: str
    subject_id: str


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody's looks at one client or record on one civil day.

    opened, pages, downloads: how often. first_at, last_at: the first and last of any of these.
    """

    day: date
    staff_id: str
    subject_kind: str
    subject_id: str
    opened: int
    pages: int
    downloads: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Named:
    """What the asker may call staff, clients and records by, and on whose file a record is."""

    staff: Mapping[str, str] = field(default_factory=dict)
    clients: Mapping[str, str] = field(default_factory=dict)
    references: Mapping[str, str] = field(default_factory=dict)
    clients_of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Looks:
    """A report of looks. about: the id reported on, "" if what was typed named nobody.

    is_cut: there were more looks than a report reads; the latest are here.
    """

    about: str
    looks: tuple[Look, ...]
    named: Named
    is_cut: bool = False
    faults: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Alert:
    """A pattern worth a question. kind: a key of rules.ALERTS. count: looks it is made of."""

    kind: str
    staff_id: str
    subject_kind: str
    subject_id: str
    count: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Alerts:
    """The patterns of some days, latest first. is_cut: not all looks, or not all alerts, are here."""

    alerts: tuple[Alert, ...]
    named: Named
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Detail:
    """The personal detail of an event. state: "none", "kept", "erased", or "altered" where it is not
    what the event committed to."""

    state: str
    text: str = ""
