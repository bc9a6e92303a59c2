"""Tokens of programs: made by an administrator, shown once, stored hashed, limited in what and how long.

A token acts as a program's account: it may do what that account's roles allow and its scopes name, and
nothing once the account is deactivated, the token revoked or its time over.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select

from edrms.access.model import Actor
from edrms.access.policy import require
from edrms.access.roles import PERMISSIONS
from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import Invalid, Refused, no_such
from edrms.ids import new_id
from edrms.staff.accounts import PROGRAM, SYSTEM, actor_for, add_program, find_by_username
from edrms.staff.tables import ApiToken, ApiTokenUse, StaffMember
from edrms.staff.throttle import digest
from edrms.uow import write

MANAGE = "staff:token:manage"
MARK = "edrms_"
LONGEST = timedelta(days=365)
USE_NOTED_EACH = timedelta(minutes=1)
PREFIX_LENGTH = len(MARK) + 8


@dataclass(frozen=True, slots=True)
class TokenEntry:
    """A token as an administrator sees it. It is never shown again whole."""

    token_id: str
    staff_id: str
    program: str
    prefix: str
    purpose: str
    scopes: tuple[str, ...]
    made_by: str
    made_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None


def is_api_token(token: str) -> bool:
    """Whether this has the shape of a token of a program (a session's token never has)."""
    return token.startswith(MARK)


class ApiTokens:
    """Makes, lists, revokes and recognises tokens."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def add_program(self, actor: Actor, name: str, display_name: str, roles: frozenset[str]) -> str:
        """An account for a program. Raises Invalid for a bad name or role."""
        require(actor, MANAGE)
        with write(self._database, actor, self._clock) as work:
            return add_program(work, name, display_name, roles)

    def issue(
        self, actor: Actor, program: str, purpose: str, scopes: frozenset[str], expires_at: datetime
    ) -> str:
        """A new token for the program of this name, given this once.

        Raises Invalid for unknown scopes or none, and for an end that is past or over a year away.
        """
        require(actor, MANAGE)
        if wrong := _what_is_wrong(purpose, scopes, expires_at, self._clock.now()):
            raise Invalid("The token was not made.", fields=wrong)
        token = f"{MARK}{secrets.token_hex(4)}_{secrets.token_urlsafe(32)}"
        with write(self._database, actor, self._clock) as work:
            member = find_by_username(work.session, program)
            if member is None or member.kind != PROGRAM or not member.active:
                wrong = {"program": "There is no active program of this name."}
                raise Invalid("The token was not made.", fields=wrong)
            row = ApiToken(
                token_id=new_id(),
                staff_id=member.staff_id,
                token_hash=digest(token),
                prefix=token[:PREFIX_LENGTH],
                purpose=purpose,
                scopes=sorted(scopes),
                made_by=actor.staff_id,
                made_at=work.now,
                expires_at=expires_at,
            )
            work.session.add(row)
            work.journal(
                "staff:token:add", "token", row.token_id, program=member.staff_id,
                scopes=row.scopes, expires_at=expires_at.isoformat(),
            )  # fmt: skip
        return token

    def revoke(self, actor: Actor, token_id: str) -> None:
        """The token is worth nothing from the next request on. Raises NotFound, Refused if it was."""
        require(actor, MANAGE)
        with write(self._database, actor, self._clock) as work:
            row = work.session.get(ApiToken, token_id)
            if row is None:
                raise no_such("token")
            if row.revoked_at is not None:
                raise Refused("This token has been revoked already.")
            row.revoked_at = work.now
            work.journal("staff:token:revoke", "token", token_id, program=row.staff_id)

    def list(self, actor: Actor) -> Sequence[TokenEntry]:
        """Every token there has been, the newest first."""
        require(actor, MANAGE)
        statement = (
            select(ApiToken, StaffMember.username, ApiTokenUse.last_used_at)
            .join(StaffMember, StaffMember.staff_id == ApiToken.staff_id)
            .outerjoin(ApiTokenUse, ApiTokenUse.token_id == ApiToken.token_id)
            .order_by(ApiToken.made_at.desc(), ApiToken.token_id)
        )
        with write(self._database, actor, self._clock) as work:
            found = tuple(_entry(*row) for row in work.session.execute(statement))
            work.journal("staff:token:view", "token", "", count=len(found))
        return found

    def programs(self, actor: Actor) -> Sequence[str]:
        """Names of the active programs."""
        require(actor, MANAGE)
        statement = (
            select(StaffMember.username)
            .where(StaffMember.kind == PROGRAM, StaffMember.active)
            .order_by(StaffMember.username)
        )
        with self._database.read() as session:
            return tuple(session.scalars(statement))

    def find(self, token: str) -> Actor | None:
        """The program this token speaks for, limited to its scopes; None for one that is worth nothing."""
        return self.find_by_digest(digest(token))

    def find_by_digest(self, token_hash: str) -> Actor | None:
        """The same for whoever kept only the hash of the token."""
        now = self._clock.now()
        with self._database.read() as session:
            row = session.scalar(select(ApiToken).where(ApiToken.token_hash == token_hash))
            if row is None or row.revoked_at is not None or now >= row.expires_at:
                return None
            member = session.get(StaffMember, row.staff_id)
            if member is None or not member.active or member.kind != PROGRAM:
                return None
            actor = replace(actor_for(session, member, now), only=frozenset(row.scopes))
            use = session.get(ApiTokenUse, row.token_id)
        if use is None or now >= use.last_used_at + USE_NOTED_EACH:
            self._note_use(row.token_id)
        return actor

    def _note_use(self, token_id: str) -> None:
        with write(self._database, SYSTEM, self._clock) as work:
            work.alone(f"use of {token_id}")
            work.session.merge(ApiTokenUse(token_id=token_id, last_used_at=work.now))


def _what_is_wrong(
    purpose: str, scopes: frozenset[str], expires_at: datetime, now: datetime
) -> dict[str, str]:
    wrong = {}
    if not purpose.strip():
        wrong["purpose"] = "Say what the token is for."
    if not scopes or scopes - PERMISSIONS:
        wrong["scopes"] = "Choose what the token may be used for."
    if not now < expires_at <= now + LONGEST:
        wrong["expires_on"] = "Choose a day after today and within a year."
    return wrong


def _entry(row: ApiToken, program: str, last_used_at: datetime | None) -> TokenEntry:
    return TokenEntry(
        token_id=row.token_id,
        staff_id=row.staff_id,
        program=program,
        prefix=row.prefix,
        purpose=row.purpose,
        scopes=tuple(row.scopes),
        made_by=row.made_by,
        made_at=row.made_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        last_used_at=last_used_at,
    )
