"""The second factor: codes of an authenticator (TOTP, RFC 6238) and recovery codes for a lost one.

A code is good once: the step it belongs to is remembered, and only a later one is accepted. One step
of skew is allowed either way. Signing in itself is in sessions.py.
"""

import base64
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass

import pyotp
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from edrms.access.model import Actor
from edrms.access.policy import require
from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import Damaged, Invalid, Refused, no_such
from edrms.settings import Settings
from edrms.staff.accounts import SYSTEM, find_by_username
from edrms.staff.sealing import Sealer
from edrms.staff.tables import KnownDevice, RecoveryCode, SecondFactor, StaffMember, StaffSession
from edrms.staff.throttle import digest
from edrms.uow import UnitOfWork, write

STEP_S, SKEW_STEPS = 30, 1
RECOVERY_CODES, RECOVERY_CODE_BYTES = 10, 10
ISSUER = "EDRMS"


@dataclass(frozen=True, slots=True)
class Offer:
    """A new secret shown to its owner. sealed: the same, to be sent back with the first code."""

    secret: str
    address: str
    sealed: str


class SecondFactors:
    """Setting up, checking and resetting second factors."""

    def __init__(self, database: Database, clock: Clock, settings: Settings) -> None:
        self._database = database
        self._clock = clock
        self._stored = Sealer(settings, "edrms second factor")
        self._offered = Sealer(settings, "edrms second factor offered")

    def offer(self, actor: Actor, username: str) -> Offer:
        """A new secret for this person; nothing is stored until its first code comes back."""
        secret = pyotp.random_base32()
        address = pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=ISSUER)
        return Offer(secret, address, self._offered.seal(secret, actor.staff_id))

    def offered_again(self, actor: Actor, username: str, sealed: str) -> Offer:
        """The same offer after a wrong code. Raises Refused for one that is not this person's."""
        secret = self._opened_offer(actor, sealed)
        address = pyotp.TOTP(secret).provisioning_uri(name=username, issuer_name=ISSUER)
        return Offer(secret, address, sealed)

    def _opened_offer(self, actor: Actor, sealed: str) -> str:
        try:
            return self._offered.open(sealed, actor.staff_id)
        except Damaged as error:
            raise Refused("This set-up is not yours or has been changed. Begin again.") from error

    def confirm(self, actor: Actor, sealed: str, code: str) -> tuple[str, ...]:
        """Set the offered secret as the person's factor; returns the recovery codes, shown this once.

        A factor and codes of before are replaced. Raises Invalid for a wrong code.
        """
        secret = self._opened_offer(actor, sealed)
        step = _step_of(secret, code, self._now_step())
        if step is None:
            wrong = "Enter the 6-digit code that the authenticator shows now."
            raise Invalid("The code is not right.", fields={"code": wrong})
        with write(self._database, actor, self._clock) as work:
            self._replace(work, actor.staff_id, secret, step)
            codes = _new_codes(work, actor.staff_id)
            work.journal("staff:factor:set", "staff", actor.staff_id)
        return codes

    def _replace(self, work: UnitOfWork, staff_id: str, secret: str, step: int) -> None:
        work.alone(f"second factor of {staff_id}")
        row = work.session.get(SecondFactor, staff_id)
        if row is None:
            row = SecondFactor(staff_id=staff_id)
            work.session.add(row)
        elif row.last_step >= step and self._stored.open(row.sealed_secret, staff_id) == secret:
            raise Refused("This code has been used. Wait for the next one.", code="code_used")
        row.sealed_secret = self._stored.seal(secret, staff_id)
        row.last_step, row.set_at = step, work.now

    def renew_recovery_codes(self, actor: Actor) -> tuple[str, ...]:
        """Ten new recovery codes in the place of all there were, shown this once."""
        with write(self._database, actor, self._clock) as work:
            work.alone(f"second factor of {actor.staff_id}")
            if work.session.get(SecondFactor, actor.staff_id) is None:
                raise Refused("Set up the second factor first.")
            codes = _new_codes(work, actor.staff_id)
            work.journal("staff:factor:set", "staff", actor.staff_id, recovery_codes=len(codes))
        return codes

    def is_set(self, actor: Actor) -> bool:
        """Whether this person has set up a second factor."""
        with self._database.read() as session:
            return has_factor(session, actor.staff_id)

    def recovery_codes_left(self, actor: Actor) -> int:
        """How many recovery codes of this person have not been used."""
        unused = select(func.count()).where(
            RecoveryCode.staff_id == actor.staff_id, RecoveryCode.used_at.is_(None)
        )
        with self._database.read() as session:
            return session.scalar(unused) or 0

    def accept(self, work: UnitOfWork, staff_id: str, code: str) -> bool:
        """Whether this code is right, in the caller's transaction; it is used up by that."""
        work.alone(f"second factor of {staff_id}")
        factor = work.session.get_one(SecondFactor, staff_id)
        secret = self._stored.open(factor.sealed_secret, staff_id)
        step = _step_of(secret, code, self._now_step(), after=factor.last_step)
        recovery = work.session.get(RecoveryCode, _digest_of(staff_id, code))
        if step is not None:
            factor.last_step = step
            return True
        if recovery is None or recovery.used_at is not None:
            return False
        recovery.used_at = work.now
        work.journal("staff:factor:recover", "staff", staff_id)
        return True

    def _now_step(self) -> int:
        return int(self._clock.now().timestamp()) // STEP_S

    def reset(self, actor: Actor, staff_id: str) -> None:
        """Take a lost factor away; its owner signs in anew and sets up another. Never one's own."""
        require(actor, "staff:factor:reset")
        if staff_id == actor.staff_id:
            raise Refused("Another administrator must reset your second factor.", code="own_factor")
        self._reset(actor, staff_id)

    def reset_on_the_machine(self, username: str) -> None:
        """The same for whoever runs the service, when no administrator can sign in."""
        with self._database.read() as session:
            member = find_by_username(session, username)
        if member is None:
            raise no_such("staff member")
        self._reset(SYSTEM, member.staff_id)

    def _reset(self, actor: Actor, staff_id: str) -> None:
        with write(self._database, actor, self._clock) as work:
            work.alone(f"second factor of {staff_id}")
            if work.session.get(StaffMember, staff_id) is None:
                raise no_such("staff member")
            for table in (SecondFactor, RecoveryCode, StaffSession, KnownDevice):
                work.session.execute(delete(table).where(table.staff_id == staff_id))
            work.journal("staff:factor:reset", "staff", staff_id)


def has_factor(session: Session, staff_id: str) -> bool:
    """Whether this person has set up a second factor."""
    return session.get(SecondFactor, staff_id) is not None


def with_factor(session: Session, staff_ids: Iterable[str]) -> frozenset[str]:
    """Those of these people who have set up a second factor."""
    found = select(SecondFactor.staff_id).where(SecondFactor.staff_id.in_(set(staff_ids)))
    return frozenset(session.scalars(found))


def _step_of(secret: str, code: str, now: int, after: int = -1) -> int | None:
    """The step this code belongs to, of those allowed now; None if it is none's. All are compared."""
    given = "".join(code[:64].split()).encode("utf-8", "replace")
    totp, found = pyotp.TOTP(secret), None
    for step in range(now - SKEW_STEPS, now + SKEW_STEPS + 1):
        if hmac.compare_digest(totp.at(step * STEP_S).encode(), given) and step > after:
            found = step
    return found


def _new_codes(work: UnitOfWork, staff_id: str) -> tuple[str, ...]:
    work.session.execute(delete(RecoveryCode).where(RecoveryCode.staff_id == staff_id))
    codes = tuple(_new_code() for _ in range(RECOVERY_CODES))
    work.session.add_all(
        RecoveryCode(code_hash=_digest_of(staff_id, code), staff_id=staff_id) for code in codes
    )
    return codes


def _new_code() -> str:
    """80 random bits as four groups of four: abcd-efgh-ijkl-mnop."""
    letters = base64.b32encode(secrets.token_bytes(RECOVERY_CODE_BYTES)).decode().lower()
    return "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))


def _digest_of(staff_id: str, code: str) -> str:
    plain = "".join(letter for letter in code[:64].casefold() if letter.isalnum())
    return digest(f"{staff_id} {plain}")
