"""View models of the audit log. Every text that came out of the log has been made harmless already."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from api.web.view_models.shell import ChoiceGroup, FieldError


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditFilter:
    """The filter as typed. args: its filled fields, for links that keep it. staff: whom a name was
    read as, id to name; only where it is not just one."""

    typed: Mapping[str, str]
    args: Mapping[str, str]
    errors: tuple[FieldError, ...] = ()
    actions: tuple[ChoiceGroup, ...] = ()
    staff: Mapping[str, str] = field(default_factory=dict)
    may_export: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    """One event in a list. who: a name, or an id where it is no member of staff's."""

    event_id: str
    at: str
    who: str
    staff_id: str
    what: str
    outcome: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditSeal:
    """How sealing stands. last_checkpoint: None while there is none."""

    sealed_to: int = 0
    unsealed: int = 0
    oldest_unsealed_s: int = 0
    last_checkpoint: datetime | None = None
    wrong: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditPage:
    """A page of events. older: what the next page begins after, None on the last."""

    filter: AuditFilter
    seal: AuditSeal
    rows: tuple[AuditRow, ...] = ()
    older: int | None = None
    is_first: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditBar:
    """One stretch of the timeline. from_day: for the link to its events."""

    label: str
    count: int
    from_day: date
    to_day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditTimelinePage:
    """Counts over time. most: the highest of them."""

    filter: AuditFilter
    bars: tuple[AuditBar, ...] = ()
    most: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditField:
    """A field of an event: its name, and its value with where to look further, if anywhere."""

    name: str
    value: str
    href: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEventPage:
    """One event. detail_state: "" until looked at, else none, kept, erased or altered.

    place: in the sealed log, from 0; None while it has none.
    """

    event_id: str
    title: str
    fields: tuple[AuditField, ...]
    has_detail: bool
    may_see_detail: bool
    detail_state: str = ""
    detail_text: str = ""
    place: int | None = None
    seal: AuditSeal


@dataclass(frozen=True, slots=True, kw_only=True)
class LookRow:
    """What one person looked at on one day. subject: words of it. clients: id and name or short id."""

    day: date
    who: str
    staff_id: str
    subject: str
    subject_href: str
    clients: tuple[tuple[str, str], ...]
    opened: int
    pages: int
    downloads: int
    first_at: str
    last_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LooksPage:
    """A report of looks. kind: staff or client. about: whom it is about, "" before anybody was found.

    whose: the same as an id, for links.
    """

    kind: str
    typed: Mapping[str, str]
    errors: tuple[FieldError, ...] = ()
    about: str = ""
    whose: str = ""
    rows: tuple[LookRow, ...] = ()
    is_cut: bool = False
    may_export: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRow:
    """A pattern worth a question."""

    kind: str
    who: str
    staff_id: str
    subject: str
    subject_href: str
    count: int
    first_at: str
    last_at: str
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertsPage:
    """The patterns of some days."""

    typed: Mapping[str, str]
    errors: tuple[FieldError, ...] = ()
    rows: tuple[AlertRow, ...] = ()
    is_cut: bool = False
