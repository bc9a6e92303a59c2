"""Arrivals, codes and quick hashes for the identity tests. Holds no test."""

from collections.abc import Iterable

import pyotp
import pytest
from argon2 import PasswordHasher

from api.wiring import Instance
from edrms.access.model import Actor
from edrms.errors import Refused
from edrms.ids import StaffId
from edrms.staff import passwords
from edrms.staff.accounts import SYSTEM
from edrms.staff.sessions import Arrival
from edrms.staff.throttle import take, tries_of_stranger
from edrms.uow import write
from tests import factories


def hash_quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2id as shipped takes a second on a busy machine; most tests are not about its cost."""
    quick = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", quick)
    monkeypatch.setattr(passwords, "_DUMMY_HASH", quick.hash("a password nobody has"))


def somewhere(number: int = 1, device: str = "") -> Arrival:
    """An address of its own for each number."""
    return Arrival(
        source=f"10.{number // 65536}.{number // 256 % 256}.{number % 256}", device=device
    )


def member(staff_id: str, *roles: str) -> Actor:
    """The actor of this account."""
    return Actor(StaffId(staff_id), "Somebody", frozenset(roles))


def code_of(instance: Instance, secret: str, steps_off: int = 0) -> str:
    """What an authenticator shows now, or would a few steps earlier or later."""
    return pyotp.TOTP(secret).at(int(instance.clock.now().timestamp()) + 30 * steps_off)


def set_up_factor(instance: Instance, staff_id: str) -> tuple[str, tuple[str, ...]]:
    """Give this person an authenticator: its secret and the recovery codes."""
    offer = instance.factors.offer(member(staff_id), "name")
    code = code_of(instance, offer.secret)
    return offer.secret, instance.factors.confirm(member(staff_id), offer.sealed, code)


def guess_wrongly(
    instance: Instance, times: int, arrival: Arrival, name: str = "ann", *, password: str = "wrong"
) -> None:
    """So many wrong passwords."""
    for _ in range(times):
        with pytest.raises(Refused):
            instance.sessions.begin(name, password, arrival)


def many_guesses(instance: Instance, tries: Iterable[tuple[str, Arrival]]) -> None:
    """The same as wrong passwords on these names from there, as the throttle knows of them, in one
    transaction."""
    with write(instance.database, SYSTEM, instance.clock) as work:
        for name, arrival in tries:
            take(work, tries_of_stranger(work, name, arrival.source))


def can_sign_in(instance: Instance, arrival: Arrival, name: str = "ann") -> bool:
    """Whether the right password is accepted from there."""
    try:
        instance.sessions.begin(name, factories.PASSWORD, arrival)
    except Refused:
        return False
    return True
