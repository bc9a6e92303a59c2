"""The memory of tries to sign in: who may try now, counted before the try so that a hundred at once
are not one. Which buckets there are and how they leak is in rules.py.
"""

import hashlib
from dataclasses import dataclass, field

from edrms.staff import rules
from edrms.staff.rules import Allowance, Tally
from edrms.staff.tables import SignInAttempts
from edrms.uow import UnitOfWork


def digest(value: str) -> str:
    """SHA-256 (hex): what is stored in the place of tokens, names and addresses."""
    return hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()


@dataclass(frozen=True, slots=True)
class Tries:
    """The buckets of one try. own: emptied by success. shared: of others too, so only given back."""

    own: tuple[str, ...]
    shared: tuple[str, ...] = ()
    allowances: dict[str, Allowance] = field(default_factory=dict)


def tries_of_stranger(work: UnitOfWork, name: str, source: str) -> Tries:
    """A try at a name from an address, on a device on which nobody of that name signed in yet."""
    pair, of_name, of_source = f"pair {source} {name}", f"name {name}", f"source {source}"
    all_over = _tally_of(work.session.get(SignInAttempts, digest(of_name)))
    allowance = rules.allowance_for_stranger(all_over, work.now)
    return Tries(
        (pair,), (of_name, of_source),
        {pair: allowance, of_source: rules.SOURCE},
    )  # fmt: skip


def tries_of_device(device_hash: str, staff_id: str) -> Tries:
    """A try at a name on a device on which its owner signed in before."""
    key = f"device {device_hash} {staff_id}"
    return Tries((key,), (), {key: rules.DEVICE})


def tries_of_code(staff_id: str, device_hash: str) -> Tries:
    """A try at an account's second factor. device_hash: "" for all devices not known together."""
    key = f"code {staff_id} {device_hash}"
    return Tries((key,), (), {key: rules.CODE})


def take(work: UnitOfWork, tries: Tries) -> bool:
    """Count the try, and say whether there was room for it; if there was none nothing is counted."""
    keys = sorted((*tries.own, *tries.shared))
    for key in keys:
        work.alone(f"sign-in attempts {digest(key)}")
    rows = {key: work.session.get(SignInAttempts, digest(key)) for key in keys}
    for key, allowance in tries.allowances.items():
        if rules.must_wait(_tally_of(rows[key]), allowance, work.now):
            return False
    for key in keys:
        _fill(work, key, rows[key])
    return True


def _fill(work: UnitOfWork, key: str, row: SignInAttempts | None) -> None:
    filled = rules.filled(_tally_of(row), _leaks_as(key), work.now)
    if row is None:
        row = SignInAttempts(place_hash=digest(key))
        work.session.add(row)
    row.level, row.last_failed_at = filled.level, filled.at


def _leaks_as(key: str) -> Allowance:
    kinds = {
        "pair": rules.PAIR, "name": rules.NAME, "source": rules.SOURCE, "device": rules.DEVICE,
        "code": rules.CODE,
    }  # fmt: skip
    return kinds[key.split(" ", 1)[0]]


def succeeded(work: UnitOfWork, tries: Tries) -> None:
    """The try was right: it counts for nothing, and its own earlier failures are forgotten."""
    for key in tries.own:
        row = work.session.get(SignInAttempts, digest(key))
        if row:
            work.session.delete(row)
    for key in tries.shared:
        row = work.session.get(SignInAttempts, digest(key))
        if row:
            row.level = max(0.0, row.level - 1)


def _tally_of(row: SignInAttempts | None) -> Tally | None:
    return Tally(row.level, row.last_failed_at) if row else None
