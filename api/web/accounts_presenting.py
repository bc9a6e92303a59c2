"""Accounts, sessions and roles as the pages show them."""

import re
from collections.abc import Callable, Iterable, Sequence

from flask_babel import gettext as _

from api.web.view_models import Choice, FieldError, SessionRow, StaffRow
from edrms.access.roles import ROLES
from edrms.errors import EdrmsError
from edrms.staff.accounts import PROGRAM
from edrms.staff.administration import StaffEntry
from edrms.staff.session_lists import LiveSession

_BROWSERS = (
    ("Edge", r"Edg/"), ("Firefox", r"Firefox/"), ("Chrome", r"Chrom(e|ium)/"), ("Safari", r"Safari/"),
)  # fmt: skip
_SYSTEMS = (
    ("Windows", r"Windows"), ("Android", r"Android"), ("iPhone or iPad", r"iPhone|iPad"),
    ("macOS", r"Mac OS X"), ("Linux", r"Linux"),
)  # fmt: skip


def device_words(agent: str) -> str:
    """Chrome on Windows: what a browser says of itself, in words. It may say anything."""
    browser, system = _first(_BROWSERS, agent), _first(_SYSTEMS, agent)
    if browser and system:
        return str(_("%(browser)s on %(system)s", browser=browser, system=system))
    return browser or system or str(_("A program or another device"))


def _first(known: Iterable[tuple[str, str]], agent: str) -> str:
    return next((name for name, sign in known if re.search(sign, agent)), "")


def session_rows(
    sessions: Sequence[LiveSession], end_path: Callable[[str], str], this_one: str = ""
) -> tuple[SessionRow, ...]:
    """Sessions as rows; this_one cannot be mistaken for another."""
    return tuple(
        SessionRow(
            device=device_words(session.agent),
            started_at=session.started_at,
            last_used_at=session.last_used_at,
            end_path=end_path(session.session_id),
            is_this_one=session.session_id == this_one,
        )
        for session in sessions
    )


def role_names(codes: Iterable[str]) -> tuple[str, ...]:
    """Names of these roles; one that no longer exists keeps its code."""
    return tuple(ROLES[code].name if code in ROLES else code for code in codes)


def role_choices(without: Iterable[str] = ()) -> tuple[Choice, ...]:
    """Every role, as something to choose."""
    left_out = set(without)
    return tuple(
        Choice(value=code, label=role.name) for code, role in ROLES.items() if code not in left_out
    )


def staff_row(entry: StaffEntry) -> StaffRow:
    """An account as a row."""
    return StaffRow(
        staff_id=entry.staff_id,
        username=entry.username,
        name=entry.display_name,
        role_names=role_names(entry.roles),
        is_active=entry.is_active,
        is_program=entry.kind == PROGRAM,
        has_second_factor=entry.has_second_factor,
    )


def errors_of(error: EdrmsError) -> tuple[FieldError, ...]:
    """What is wrong in which field."""
    return tuple(FieldError(field=name, message=text) for name, text in error.fields.items())
