"""Invented samples of accounts, second factors and tokens for the style guide. Nobody is real."""

from datetime import UTC, datetime

from api.web.qr_code import qr_code
from api.web.view_models import (
    AccountPage,
    Choice,
    FactorPage,
    FieldError,
    HeldRole,
    NewStaffPage,
    Pagination,
    RecoveryCodesPage,
    SessionRow,
    StaffMemberPage,
    StaffPage,
    StaffRow,
    TokenMadePage,
    TokenRow,
    TokensPage,
)

_MORNING = datetime(2026, 11, 3, 8, 40, tzinfo=UTC)
_NOON = datetime(2026, 11, 3, 12, 5, tzinfo=UTC)
_NEXT_YEAR = datetime(2027, 4, 1, tzinfo=UTC)
_ROLES = (
    Choice(value="indexer", label="Indexer"),
    Choice(value="social_worker_adults", label="Social worker (adults)"),
)
_SESSIONS = (
    SessionRow(
        device="Edge on Windows", started_at=_MORNING, last_used_at=_NOON, is_this_one=True,
        end_path="/account/sessions/a/end",
    ),
    SessionRow(
        device="Safari on iPhone or iPad", started_at=_MORNING, last_used_at=_MORNING,
        end_path="/account/sessions/b/end",
    ),
)  # fmt: skip
ACCOUNT = AccountPage(
    username="rsample", role_names=("Indexer",), has_second_factor=True, recovery_codes_left=9,
    sessions=_SESSIONS,
)  # fmt: skip
FACTOR = FactorPage(
    picture=qr_code("otpauth://totp/EDRMS:rsample?secret=INVENTEDINVENTED", "QR code"),
    secret="INVE NTED INVE NTED",  # noqa: S106 - invented
    sealed="sample",
    is_forced=True,
    errors=(FieldError(field="code", message="Enter the 6-digit code."),),
)
CODES = RecoveryCodesPage(codes=tuple(f"abcd-efgh-ijkl-mno{end}" for end in "abcdefghij"))
_RAVI = StaffRow(
    staff_id="s1", username="rsample", name="Ravi Sample", role_names=("Indexer",), is_active=True,
    is_program=False, has_second_factor=True,
)  # fmt: skip
_SCANNER = StaffRow(
    staff_id="s2", username="scanner", name="The scanner", role_names=(), is_active=False,
    is_program=True, has_second_factor=False,
)  # fmt: skip
STAFF = StaffPage(
    rows=(_RAVI, _SCANNER), pagination=Pagination(page=1, page_count=3, first=1, last=2, total=6)
)
NEW_STAFF = NewStaffPage(roles=_ROLES)
NEW_STAFF_FAULTS = NewStaffPage(
    roles=_ROLES, username="rsample", name="Ravi Sample", chosen=("indexer",),
    errors=(
        FieldError(field="username", message="This name is taken."),
        FieldError(field="password", message="Use at least 12 characters."),
        FieldError(field="roles", message="Choose a role."),
    ),
)  # fmt: skip
MEMBER = StaffMemberPage(
    row=_RAVI,
    added_at=_MORNING,
    must_change_password=True,
    is_own=False,
    roles_held=(HeldRole(code="indexer", name="Indexer", until=_NEXT_YEAR),),
    roles_to_give=_ROLES[1:],
    sessions=_SESSIONS[1:],
    may_end_sessions=True,
    may_reset_factor=True,
)
OWN_MEMBER = StaffMemberPage(
    row=_RAVI,
    added_at=_MORNING,
    must_change_password=False,
    is_own=True,
    roles_held=(HeldRole(code="indexer", name="Indexer"),),
    roles_to_give=(),
    sessions=(),
    may_end_sessions=True,
    may_reset_factor=False,
)
_PREFIX = "edrms_0a1b2c3d"
_SCOPES = ("batch:item:receive", "batch:list:open", "search:index:query")
TOKENS = TokensPage(
    rows=(
        TokenRow(
            token_id="t1", program="scanner", prefix=_PREFIX, purpose="Scanning",  # noqa: S106 - an id
            scopes=_SCOPES[:2], made_at=_MORNING, expires_at=_NEXT_YEAR, last_used_at=None,
            state="live",
        ),
        TokenRow(
            token_id="t2", program="scanner", prefix=_PREFIX, purpose="Trial",  # noqa: S106 - an id
            scopes=_SCOPES, made_at=_MORNING, expires_at=_NOON, last_used_at=_NOON,
            state="revoked",
        ),
    ),
    programs=("scanner",),
    roles=_ROLES,
    scopes=_SCOPES,
    form={"program": "scanner", "purpose": "", "expires_on": "", "name": "", "display_name": "",
          "role": ""},
    errors=(FieldError(field="scopes", message="Choose what the token may be used for."),),
)  # fmt: skip
NO_TOKENS = TokensPage(
    rows=(), programs=(), roles=_ROLES, scopes=_SCOPES,
    form=dict.fromkeys(("program", "purpose", "expires_on", "name", "display_name", "role"), ""),
)  # fmt: skip
TOKEN_MADE = TokenMadePage(
    token=f"{_PREFIX}_an-invented-token-of-the-length-they-have-x", program="scanner",
    expires_at=_NEXT_YEAR,
)  # fmt: skip
