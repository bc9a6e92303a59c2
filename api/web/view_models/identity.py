"""View models of signing in, one's own account, and keeping accounts and tokens.

Nothing here holds a password. What is shown once (a secret, recovery codes, a token) is in a model of
its own and never in a list.
"""

from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from api.web.view_models.shell import Choice, FieldError, Pagination


@dataclass(frozen=True, slots=True, kw_only=True)
class CodePage:
    """The second step of signing in. next_path: a path of our own."""

    next_path: str = ""
    failed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProvePage:
    """Password and code once more. needs_code: the person has a second factor."""

    needs_code: bool
    username: str
    next_path: str = ""
    failed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionRow:
    """A session somebody has. device: browser and system in words. end_path: where ending is asked."""

    device: str
    started_at: datetime
    last_used_at: datetime
    end_path: str
    is_this_one: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AccountPage:
    """One's own account."""

    username: str
    role_names: tuple[str, ...]
    has_second_factor: bool
    recovery_codes_left: int
    sessions: tuple[SessionRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordPage:
    """Changing one's own password. is_forced: nothing else is possible before."""

    is_forced: bool = False
    username: str = ""
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorPage:
    """Setting up an authenticator. sealed: comes back with the code. picture: the QR code."""

    picture: Markup
    secret: str
    sealed: str
    is_forced: bool = False
    replaces: bool = False
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryCodesPage:
    """Recovery codes, shown this once."""

    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffRow:
    """An account in the list."""

    staff_id: str
    username: str
    name: str
    role_names: tuple[str, ...]
    is_active: bool
    is_program: bool
    has_second_factor: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffPage:
    """Accounts by user name."""

    rows: tuple[StaffRow, ...]
    pagination: Pagination


@dataclass(frozen=True, slots=True, kw_only=True)
class NewStaffPage:
    """A new account, as typed so far. The password typed is not among it."""

    roles: tuple[Choice, ...]
    username: str = ""
    name: str = ""
    chosen: tuple[str, ...] = ()
    until: str = ""
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldRole:
    """A role somebody holds. until: when it ends of itself, if it does."""

    code: str
    name: str
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StaffMemberPage:
    """One account. is_own: nothing of it can be changed here. may_...: what this administrator may do.
    asks_same_person: another account has the number or address that was typed."""

    row: StaffRow
    added_at: datetime
    must_change_password: bool
    is_own: bool
    roles_held: tuple[HeldRole, ...]
    roles_to_give: tuple[Choice, ...]
    sessions: tuple[SessionRow, ...]
    may_end_sessions: bool
    may_reset_factor: bool
    employee_number: str = ""
    email: str = ""
    asks_same_person: bool = False
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRow:
    """A token in the list. state: live, expired or revoked."""

    token_id: str
    program: str
    prefix: str
    purpose: str
    scopes: tuple[str, ...]
    made_at: datetime
    expires_at: datetime
    last_used_at: datetime | None
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TokensPage:
    """Tokens of programs, and the form for a new one as typed so far."""

    rows: tuple[TokenRow, ...]
    programs: tuple[str, ...]
    roles: tuple[Choice, ...]
    scopes: tuple[str, ...]
    form: dict[str, str]
    chosen: tuple[str, ...] = ()
    errors: tuple[FieldError, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenMadePage:
    """A token, shown this once."""

    token: str
    program: str
    expires_at: datetime
