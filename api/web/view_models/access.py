"""View models of access: a closed file, breaking the glass, what guards a client or record.

Names in here are those the person may know; a subject whose name may not be known has an empty href.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from api.web.view_models.finding import ClientSummary
from api.web.view_models.notices import SubjectLink
from api.web.view_models.shell import NO_DATE, Choice, DateFields, FieldError, Pagination


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedFilePage:
    """A person who is known to the reader and whose file is closed. Nothing tells what is on it."""

    client: ClientSummary
    may_break_glass: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BreakGlassPage:
    """The form before an emergency look. Form fields: situation, words, hours.

    has_file: the file itself is open to the reader, and only restricted records are not.
    """

    client: ClientSummary
    situations: tuple[Choice, ...]
    most_hours: int
    hours: str = "1"
    situation: str = ""
    words: str = ""
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRow:
    """A look waiting to be reviewed. kind: "glass" or "duty". reason: as typed, "" on duty.

    until: how long it lasted or may last, None on duty.
    """

    review_id: str
    kind: Literal["glass", "duty"]
    who: str
    subject: SubjectLink
    reason: str
    at: datetime
    until: datetime | None = None
    is_overdue: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewsPage:
    """Looks waiting to be reviewed, oldest first. Form fields of each: outcome, note.

    wrong_id: the review whose form was filled in wrongly; outcome and note: as typed there.
    """

    rows: tuple[ReviewRow, ...]
    pagination: Pagination
    wrong_id: str = ""
    outcome: str = ""
    note: str = ""
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TieRow:
    """Somebody let in: an allocation or a grant. end_href: where it is ended, "" if not by the reader.

    who: a person or a team. how: the relation in words. reason: typed when granted.
    """

    who: str
    how: str
    since: datetime
    until: datetime | None = None
    reason: str = ""
    by: str = ""
    end_href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardRow:
    """A marking or a block. lift_href: where it is lifted, "" if not by the reader.

    effect: what the marking does, in a sentence.
    """

    what: str
    reason: str
    by: str
    since: datetime
    effect: str = ""
    review_on: date | None = None
    is_due: bool = False
    lift_href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something that can be done to the subject: a link to its form."""

    text: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessPage:
    """Who can see a client or record, and why. blocks: None for a reader who may not know of them.

    allocations: None for a record. identity_href: where the link of a sealed identity is shown, "" for
    a reader who may not know of it.
    """

    title: str
    kind: Literal["client", "record"]
    back_href: str
    grants: tuple[TieRow, ...]
    markings: tuple[GuardRow, ...]
    blocks: tuple[GuardRow, ...] | None = None
    allocations: tuple[TieRow, ...] | None = None
    identity_href: str = ""
    actions: tuple[Action, ...] = ()
    report_href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class IdentityPage:
    """Who a person was before an adoption, or is now."""

    title: str
    back_href: str
    identities: tuple[SubjectLink, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardFormPage:
    """One form about one client or record. action: which; it decides the fields.

    grant: staff, relation, until-day/-month/-year, reason. mark: marking, review_on-, reason.
    block: staff, review_on-, reason. seal: new_client, reason. end: reason. allocate: team, staff.
    choices: relations, markings or teams. said: what is being ended, in words. allocations: those
    there are.
    """

    action: Literal["grant", "mark", "block", "seal", "end", "allocate"]
    heading: str
    title: str
    href: str
    back_href: str
    choices: tuple[Choice, ...] = ()
    chosen: str = ""
    staff: str = ""
    new_client: str = ""
    reason: str = ""
    day: DateFields = NO_DATE
    said: str = ""
    allocations: tuple[TieRow, ...] = ()
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeAwayCheckPage:
    """What must be read before a marked record is downloaded or printed. act: what the button says."""

    title: str
    reference: str
    warnings: tuple[str, ...]
    act: str
    href: str
    back_href: str
