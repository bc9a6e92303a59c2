"""View models of holds: the list, one hold and what it is on, and the forms."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from api.web.view_models.notices import SubjectLink
from api.web.view_models.shell import NO_DATE, Choice, DateFields, FieldError, Pagination


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldRow:
    """A hold in the list. note: why somebody should look at it, "" if nobody need."""

    hold_id: str
    reference: str
    title: str
    about: tuple[SubjectLink, ...]
    owner: str
    review_on: date
    is_secret: bool
    lifted_at: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldsPage:
    """The holds the reader may know of. show: which of them."""

    show: Literal["live", "due", "lifted"]
    rows: tuple[HoldRow, ...]
    may_place: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldReviewRow:
    """A look whether it is still needed."""

    at: datetime
    by: str
    note: str
    review_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldPage:
    """One hold. records: a page of what it is on, of what the reader may see; count: of all pages."""

    row: HoldRow
    reason: str
    authority: str
    placed_by: str
    placed_at: datetime
    lifted_by: str
    lifted_reason: str
    lifted_authority: str
    reviews: tuple[HoldReviewRow, ...]
    records: tuple[SubjectLink, ...]
    count: int
    paging: Pagination
    may_lift: bool
    may_review: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldFormPage:
    """Lifting, looking again, or another owner. Form fields: words, authority, owner, day-...

    action: "lift", "review" or "owner".
    """

    action: Literal["lift", "review", "owner"]
    hold_id: str
    title: str
    words: str = ""
    authority: str = ""
    owner: str = ""
    day: DateFields = NO_DATE
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewHoldPage:
    """The form of a new hold; given: what was typed, by field. to_confirm: "" or the question."""

    kinds: tuple[Choice, ...]
    classes: tuple[Choice, ...]
    types: tuple[Choice, ...]
    services: tuple[Choice, ...]
    teams: tuple[Choice, ...]
    given: dict[str, str]
    day: DateFields
    days: dict[str, DateFields]
    may_be_secret: bool
    to_confirm: str = ""
    errors: tuple[FieldError, ...] = ()
