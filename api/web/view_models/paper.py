"""View models of paper: boxes, what lies in them, tasks, destruction, and the one form they all use."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from api.web.view_models.notices import SubjectLink
from api.web.view_models.shell import NO_DATE, Choice, DateFields, FieldError, Pagination


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """A field of a form. kind: a line, several lines, a day in three parts, or one of several choices."""

    name: str
    label: str
    kind: Literal["line", "lines", "day", "choice"] = "line"
    hint: str = ""
    value: str = ""
    day: DateFields = NO_DATE
    choices: tuple[Choice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperFormPage:
    """One act on paper. words: what it does. hidden: names and values that go with it."""

    title: str
    caption: str
    words: str
    href: str
    back_href: str
    button: str
    fields: tuple[FormField, ...]
    hidden: tuple[tuple[str, str], ...] = ()
    is_final: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxRow:
    """A box in a list. note: why somebody should look at it, "" if nobody need."""

    box_id: str
    barcode: str
    location: str
    custodian: str
    state_name: str
    due_back_on: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperPage:
    """The boxes. show: which of them."""

    show: str
    shows: tuple[Choice, ...]
    rows: tuple[BoxRow, ...]
    paging: Pagination
    may_register: bool
    sees_tasks: bool
    sees_destructions: bool
    barcode: str = ""
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionRow:
    """A condition of destruction: whether it is true now, and why, in words."""

    name: str
    is_met: bool
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartRow:
    """A stretch of paper. what: in words. actions: what the reader may do with it."""

    part_id: str
    what: str
    box: SubjectLink
    batch: SubjectLink
    state_name: str
    is_live: bool
    kept_because: str = ""
    conditions: tuple[ConditionRow, ...] = ()
    actions: tuple[SubjectLink, ...] = ()
    may_choose: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveRow:
    """Something that happened to a box or to paper in it."""

    at: datetime
    by: str
    act: str
    where: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxPage:
    """One box. actions: what the reader may do with it now."""

    row: BoxRow
    actions: tuple[SubjectLink, ...]
    parts: tuple[PartRow, ...]
    history: tuple[MoveRow, ...]
    label_href: str
    may_propose: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceRow:
    """A document's pages and where their paper is, in words. is_alarm: somebody should look."""

    what: str
    where: str
    href: str = ""
    is_alarm: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckRow:
    """A quality check that somebody recorded."""

    at: datetime
    by: str
    result: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperBatchPage:
    """The paper of one batch."""

    batch_id: str
    reference: str
    quality: str
    checks: tuple[CheckRow, ...]
    parts: tuple[PartRow, ...]
    documents: tuple[PlaceRow, ...]
    may_check: bool
    may_propose: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperTaskRow:
    """A task in words, and what the reader may do about it."""

    task_id: str
    title: str
    opened_at: datetime
    places: tuple[PlaceRow, ...]
    state_name: str
    answer: str = ""
    is_secret: bool = False
    actions: tuple[SubjectLink, ...] = ()
    record_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperTasksPage:
    """Tasks of paper. show: which of them."""

    show: str
    shows: tuple[Choice, ...]
    rows: tuple[PaperTaskRow, ...]
    paging: Pagination
    may_propose: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DestructionRow:
    """An act of destruction in the list."""

    destruction_id: str
    reference: str
    state_name: str
    proposed_by: str
    proposed_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DestructionsPage:
    """Acts of destruction, those that wait first."""

    rows: tuple[DestructionRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DestructionPage:
    """One act of destruction, with what is asked of each line now, or was when it was confirmed."""

    row: DestructionRow
    facts: tuple[tuple[str, str], ...]
    lines: tuple[PartRow, ...]
    may_confirm: bool
    may_decline: bool
    has_certificate: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperFileRow:
    """A record of a person's file, digital and on paper."""

    record_id: str
    reference: str
    title: str
    document_date: date | None
    places: tuple[PlaceRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperFilePage:
    """A person's file, both parts in one order."""

    client_id: str
    name: str
    rows: tuple[PaperFileRow, ...]
