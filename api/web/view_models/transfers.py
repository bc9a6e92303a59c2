"""View models of transfers: the list, a new one, and one with its records and files."""

from dataclasses import dataclass
from datetime import datetime

from api.web.view_models.shell import FieldError, Pagination


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferRow:
    """A transfer in the list."""

    reference: str
    recipient: str
    state_name: str
    records: int
    begun_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TransfersPage:
    """Every transfer, newest first."""

    rows: tuple[TransferRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTransferPage:
    """The form of a new transfer. Form fields: recipient, authority, records, case (hidden). case_id: of
    whose records; count: how many they are."""

    case_id: str = ""
    count: int = 0
    recipient: str = ""
    authority: str = ""
    records: str = ""
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferRecordRow:
    """A record of a transfer. href: "" once its copy here is gone. heard: in words."""

    reference: str
    title: str
    href: str
    files: int
    heard: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferFileRow:
    """A file of the bag. heard: what the receipt says of it, in words; agrees: None without a receipt."""

    path: str
    sha256: str
    heard: str
    agrees: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferPage:
    """One transfer. facts: name and value. next_step: in words. Form fields: receipt (a file)."""

    reference: str
    recipient: str
    state: str
    state_name: str
    next_step: str
    facts: tuple[tuple[str, str], ...]
    records: tuple[TransferRecordRow, ...]
    hidden: int
    files: tuple[TransferFileRow, ...]
    paging: Pagination
    may_take: bool
    may_confirm: bool
    errors: tuple[FieldError, ...] = ()
