"""View models of disposal: the list of cases, one case, its forms, certificates, and what was destroyed."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from api.web.view_models.shell import NO_DATE, Choice, DateFields, FieldError, Pagination


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    """A case in the list."""

    case_id: str
    reference: str
    title: str
    state: str
    state_name: str
    records: int
    proposed_by: str
    proposed_at: datetime
    waits_for_me: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class CasesPage:
    """Cases, those that wait for the reader apart."""

    mine: tuple[CaseRow, ...]
    others: tuple[CaseRow, ...]
    may_propose: bool
    may_hand_over: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeCasePage:
    """The form of a new case. Form fields: title, class_id, until-..."""

    classes: tuple[Choice, ...]
    title: str = ""
    class_id: str = ""
    until: DateFields = NO_DATE
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AlikeRow:
    """Records under one rule."""

    class_id: str
    class_name: str
    action: str
    action_name: str
    authority: str
    records: int
    undecided: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseItemRow:
    """A record of a case. decision: in words; record_href: "" once it is gone."""

    item_id: str
    reference: str
    title: str
    record_href: str
    class_id: str
    due_on: date | None
    state_name: str
    decision: str
    reason: str
    why_not: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage:
    """One case. may: acts by name. facts: name and value, in order. next_step: in words. to_hand_over:
    how many records of it the reader could prepare a transfer of."""

    case_id: str
    reference: str
    title: str
    state: str
    state_name: str
    next_step: str
    facts: tuple[tuple[str, str], ...]
    alike: tuple[AlikeRow, ...]
    items: tuple[CaseItemRow, ...]
    hidden_here: int
    paging: Pagination
    may: frozenset[str]
    has_certificate: bool
    to_hand_over: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AppraisePage:
    """The form that decides on records of a case. Form fields: decision, reason, until-..., to_class, and
    hidden: item (each of those chosen), or class and action."""

    case_id: str
    reference: str
    count: int
    items: tuple[str, ...]
    class_id: str
    action: str
    classes: tuple[Choice, ...]
    decision: str = ""
    reason: str = ""
    until: DateFields = NO_DATE
    to_class: str = ""
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFormPage:
    """Approving, setting going, declining. Form fields: reason, seen_list (hidden)."""

    act: Literal["approve", "execute", "decline"]
    case_id: str
    reference: str
    title: str
    counts: tuple[tuple[str, int], ...]
    seen_list: str = ""
    reason: str = ""
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificatePage:
    """A certificate for reading. lines: name and value. records: rows for the table."""

    case_id: str
    reference: str
    lines: tuple[tuple[str, str], ...]
    records: tuple[tuple[str, ...], ...]
    more: int
    sha256: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StubRow:
    """What stays of one record. certificate_href: "" while there is none."""

    reference: str
    type_name: str
    document_date: date | None
    pages: int
    ended_at: datetime
    remains_in: str
    case_reference: str
    certificate_href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StubsPage:
    """What was destroyed of a person's file."""

    client_id: str
    name: str
    rows: tuple[StubRow, ...]
