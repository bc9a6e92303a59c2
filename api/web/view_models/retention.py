"""View models of retention: a person's life events and their forms, the governance desk with its lists,
and schedules with their proposal, preview and enactment.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from api.web.view_models.notices import SubjectLink
from api.web.view_models.oversight import Figure
from api.web.view_models.shell import NO_DATE, Choice, DateFields, FieldError, Pagination


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeRow:
    """One thing said of a person. about: "" for the whole person. by: "" for the register.

    withdrawn_because: why it does not hold any more; "" for one that does. withdraw_href: "" if not by
    the reader. is_contradicted: it cannot be true beside another.
    """

    what: str
    on: date
    about: str = ""
    until: date | None = None
    source: str = ""
    authority: str = ""
    by: str = ""
    at: datetime | None = None
    is_contradicted: bool = False
    withdrawn_because: str = ""
    withdrawn_by: str = ""
    withdraw_href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LifePage:
    """What is known of a person, in the order in which it happened, and what contradicts what."""

    title: str
    back_href: str
    rows: tuple[LifeRow, ...]
    contradictions: tuple[str, ...] = ()
    add_href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LifeFormPage:
    """The form that adds an event: kind, about, day-, until-, authority. about: "" or a case file."""

    title: str
    href: str
    back_href: str
    kinds: tuple[Choice, ...]
    files: tuple[Choice, ...]
    kind: str = ""
    about: str = ""
    day: DateFields = NO_DATE
    until: DateFields = NO_DATE
    authority: str = ""
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class WithdrawPage:
    """The form that takes one back. said: what is taken back, in words. Form field: reason."""

    title: str
    href: str
    back_href: str
    said: str
    reason: str = ""
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskFilter:
    """The filter as typed, by its names in the address. args: the filled fields, for links that keep it.

    words: what it asks for, in words, besides what the fields show. Options are in the choices.
    """

    typed: Mapping[str, str]
    args: Mapping[str, str]
    errors: tuple[FieldError, ...] = ()
    classes: tuple[Choice, ...] = ()
    services: tuple[Choice, ...] = ()
    states: tuple[Choice, ...] = ()
    lacks: tuple[Choice, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskBar:
    """A stretch of time and how many records fall due in it; href opens them."""

    label: str
    count: int
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskClassRow:
    """How the records of a class stand. counts: number and the list behind it, in the order of columns."""

    code: str
    name: str
    href: str
    counts: tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskPage:
    """What falls due when, of what the reader may see. has_schedule: one is in force."""

    as_of: datetime
    filter: DeskFilter
    has_schedule: bool
    figures: tuple[Figure, ...] = ()
    months: tuple[DeskBar, ...] = ()
    years: tuple[DeskBar, ...] = ()
    classes: tuple[DeskClassRow, ...] = ()
    year_ends: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptRow:
    """A record in a list of the desk. when: the date in words of its kind, "" without one. why: the
    sentence."""

    reference: str
    title: str
    href: str
    classes: tuple[str, ...]
    when: str
    state: str
    is_due: bool
    is_held: bool
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPage:
    """The records behind a number. may_propose: the reader may open cases of what is due."""

    filter: DeskFilter
    may_propose: bool = False
    rows: tuple[KeptRow, ...] = ()
    paging: Pagination | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LackRow:
    """A fact that records wait for, and where to put it right. records: how many, with their list."""

    who: SubjectLink
    what: str
    classes: tuple[str, ...]
    records: int
    records_href: str
    settles: int
    since: date
    remedy: SubjectLink | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LackPage:
    """The work list of facts, those waited for longest first."""

    filter: DeskFilter
    rows: tuple[LackRow, ...] = ()
    paging: Pagination | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRow:
    """One row of a schedule in words."""

    class_id: str
    title: str
    kept: str
    otherwise: tuple[str, ...]
    action: str
    basis: str
    authority: str
    owner: str = ""
    review_on: date | None = None
    maximum: str = ""
    notes: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionRow:
    """A version of the schedule and what became of it."""

    version: int
    profile: str
    state: Literal["proposed", "in_force", "replaced", "overtaken"]
    note: str
    proposed_by: str
    proposed_at: datetime
    enacted_by: str = ""
    in_force_from: datetime | None = None
    enacted_because: str = ""
    replaced_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SchedulePage:
    """One version with its rows, and every version there is. shown: None while there is none at all.

    query: as typed. total: rows of the version, whatever the search shows.
    """

    sees_desk: bool
    shown: VersionRow | None
    rows: tuple[RuleRow, ...] = ()
    total: int = 0
    query: str = ""
    versions: tuple[VersionRow, ...] = ()
    may_propose: bool = False
    may_preview: bool = False
    may_enact: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetFault:
    """What is wrong in one cell of a file. line: 0 where it is in no line of its own."""

    line: int
    column: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposePage:
    """The form that proposes a schedule: file, profile, note. faults: every cell at fault."""

    profile: str = ""
    note: str = ""
    errors: tuple[FieldError, ...] = ()
    faults: tuple[SheetFault, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRow:
    """A record whose date would be another, and both answers in a sentence."""

    reference: str
    title: str
    href: str
    class_id: str
    effect: str
    becomes_due: bool
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewPage:
    """What a version would change, of the records the reader may see. headings: of the counts.

    by_class: code, name and one count for each heading. against: the version in force when it was asked
    for, None for none; is_current: it is in force still. state: waiting, finished, failed, "" for none.
    percent: looked at. begun_at: facts are those of then or later.
    """

    shown: VersionRow
    state: str
    percent: int
    is_under_way: bool
    is_current: bool
    begun_at: datetime | None
    against: int | None
    records: int
    changed: int
    become_due: int
    headings: tuple[str, ...]
    by_class: tuple[tuple[str, str, tuple[int, ...]], ...]
    first: tuple[ChangeRow, ...]
    paging: Pagination | None = None
    may_enact: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EnactPage:
    """The form that takes a version into force. Form field: reason. is_own: the reader proposed it.
    previewed_at: when its preview began, None without one that can be gone by; changed, become_due: what
    it found, of the records the reader may see."""

    shown: VersionRow
    previewed_at: datetime | None
    changed: int
    become_due: int
    is_own: bool
    replaces: int | None = None
    reason: str = ""
    errors: tuple[FieldError, ...] = ()
