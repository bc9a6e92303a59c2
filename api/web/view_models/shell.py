"""View models every page shares: the frame around it, messages, errors, choices and paging.

Frozen values that a template reads; no wording of their own beyond what the caller passes in, and
no queries. Text fields are shown escaped, so they may hold whatever a person typed.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class NavItem:
    """A link in the main navigation. Only links the person may follow are put in the list.

    count: a number worth seeing from every page (documents waiting), None when there is none.
    """

    text: str
    href: str
    current: bool = False
    count: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What the last action did, shown once at the top of the next page."""

    kind: Literal["success", "information", "warning", "error"]
    text: str
    link_text: str = ""
    link_href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """A language the pages can be shown in. name is written in that language."""

    code: str
    name: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenGlass:
    """A file the person opened in an emergency and that is still open. href: "" if its name may not
    be shown any more."""

    grant_id: str
    name: str
    until: datetime
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shell:
    """The frame of every page: passed to each template as `shell`.

    staff_name: None while nobody is signed in; then no navigation and no sign-out are shown.
    glasses: files open in an emergency, said on every page while it lasts.
    csrf_token: goes into every form and, for scripts, into a meta element.
    """

    council_name: str
    csrf_token: str
    staff_name: str | None = None
    navigation: tuple[NavItem, ...] = ()
    messages: tuple[Message, ...] = ()
    languages: tuple[Language, ...] = ()
    glasses: tuple[OpenGlass, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldError:
    """A fault in a form. field is the form's field name, `files` or `document_date` say."""

    field: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """An option of a select, radio or checkbox group."""

    value: str
    label: str
    hint: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceGroup:
    """Options under one heading of a long list."""

    label: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DateFields:
    """A date as typed, part by part, so that a wrong one can be shown again untouched.

    Form names are the field's name with -day, -month and -year behind it.
    """

    day: str = ""
    month: str = ""
    year: str = ""

    @classmethod
    def of(cls, day: date) -> "DateFields":
        """The fields filled in with a date."""
        return cls(day=str(day.day), month=str(day.month), year=str(day.year))


NO_DATE = DateFields()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pagination:
    """Which slice of a list is shown. page counts from 1; first and last are row numbers."""

    page: int
    page_count: int
    first: int
    last: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Facet:
    """A filter value with how many results carry it, counted after access was applied."""

    value: str
    label: str
    count: int
    selected: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInPage:
    """failed: the attempt was refused, shown alike for an unknown name and a wrong password.

    next_path: where to go after signing in; the caller has checked that it is a path of our own.
    """

    username: str = ""
    failed: bool = False
    locked_minutes: int | None = None
    next_path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorPage:
    """status: 400, 403, 404, 409, 413, 429, 500, 503 or 507. The template holds the words.

    detail: what the error catalogue adds, already in plain words. request_id: quoted to support.
    """

    status: int
    request_id: str
    detail: str = ""
    retry_after_s: int | None = None
