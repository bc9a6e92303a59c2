"""Passwords: how they are kept (Argon2id), checked, and which are refused. Stores nothing itself.

A password is compared in the form NFKC, so that the same keys typed on two systems are the same word.
No rules of composition: length, and not among what everybody tries (NCSC guidance).
"""

import re
import unicodedata
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

MIN_LENGTH, MAX_LENGTH = 12, 1024
_COMMONEST = Path(__file__).parent / "common_passwords.txt"
_LEET = str.maketrans("013457@$!", "oieastasi")
_HASHER = PasswordHasher()  # argon2-cffi's defaults: Argon2id, RFC 9106 low-memory profile
# Of a password nobody has, by the hasher above; made beforehand, since every process would wait for it.
_DUMMY_HASH = (
    "$argon2id$v=19$m=65536,t=3,p=4$"
    "ocIHA1/xcdObo9pIeNLK/Q$J9OPGMPclyBzonimGElWOkgsRczJkac6Z6L+IZ4JImE"
)


def hash_password(password: str) -> str:
    """The Argon2id hash to keep."""
    return _HASHER.hash(_as_bytes(password))


def password_is_right(stored: str | None, password: str) -> bool:
    """Whether the password fits. Takes as long for an unknown account (None) as for a wrong password.

    One longer than any that could have been set is wrong without being read, after the same work.
    """
    fits = len(password) <= MAX_LENGTH
    tried = _as_bytes(password if fits else "")
    try:
        return _HASHER.verify(stored or _DUMMY_HASH, tried) and stored is not None and fits
    except (VerifyMismatchError, InvalidHashError):
        return False


def _as_bytes(password: str) -> bytes:
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")


def fault_of(password: str, *names: str) -> str:
    """Why this password is refused, in words for its owner; empty if it is good.

    names: of its owner, which it must not be made of.
    """
    if len(password) > MAX_LENGTH:
        return f"Use at most {MAX_LENGTH} characters."
    plain = unicodedata.normalize("NFKC", password)
    if len(plain) < MIN_LENGTH:
        return f"Use at least {MIN_LENGTH} characters."
    if len(set(plain.casefold())) < 5 or plain.casefold() in _commonest():
        return "This is among the passwords that are tried first. Choose another."
    if _core(plain) in _commonest():
        return "A common word with numbers or signs added is tried first. Use three random words."
    if any(_is_name(plain, name) for name in names):
        return "Do not use your own name as the password."
    return ""


def _is_name(password: str, name: str) -> bool:
    """Whether nothing much but the name is in it."""
    rest = password.casefold()
    for part in re.split(r"[\W_]+", name.casefold()):
        if len(part) > 2:
            rest = rest.replace(part, "")
    return len(re.sub(r"[\W\d_]", "", rest)) < 4 and rest != password.casefold()


def _core(password: str) -> str:
    """The word under decoration and repetition: passw0rd for P@ssw0rd123!, as for passwordpassword."""
    bare = re.sub(r"^[\W\d_]+|[\W\d_]+$", "", password.casefold())
    plain, spelt = (re.sub(r"[\W\d_]", "", form) for form in (bare, bare.translate(_LEET)))
    for word in (plain, spelt):
        for length in range(3, len(word) + 1):
            unit = word[:length]
            if unit in _commonest() and word == (unit * len(word))[: len(word)]:
                return unit
    return plain


@cache
def _commonest() -> frozenset[str]:
    lines = _COMMONEST.read_text(encoding="utf-8").split()
    return frozenset(line for line in lines if not line.startswith("#"))
