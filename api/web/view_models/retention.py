"""View models of retention: a person's life events and the forms that add and withdraw one."""

from dataclasses import dataclass
from datetime import date, datetime

from api.web.view_models.shell import NO_DATE, Choice, DateFields, FieldError


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
