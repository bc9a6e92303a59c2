"""The root key: what wraps every holder's key, and never leaves where it is kept.

Here are the port and the adapter for keys that are given to us (a file, a setting, a secret). Another
that asks a key management system: root_key_command.py. Wrapping itself: wrapping.py.
"""

import re
from collections.abc import Callable, Sequence
from typing import Protocol

from edrms.errors import CannotStart
from edrms.storage import wrapping

_HEX = re.compile(r"[0-9a-fA-F]{64}")


class RootKey(Protocol):
    """Wraps and unwraps. Bound-to bytes are authenticated with the key and are not secret.

    Raises CannotStart for a root key it was not given, Damaged when the wrapped bytes do not open,
    Unavailable when whoever keeps the key does not answer.
    """

    def current_id(self) -> str:
        """The public name (at most 64 characters) of the root key that wraps from now on."""
        ...

    def wrap(self, key: bytes, bound_to: bytes) -> tuple[str, bytes]:
        """The name of the root key that wrapped, and the wrapped key."""
        ...

    def unwrap(self, root_id: str, wrapped: bytes, bound_to: bytes) -> bytes:
        """The key, under the root key of this name, an older one too."""
        ...


class GivenRootKeys:
    """Root keys that we hold ourselves: the first wraps, all of them unwrap.

    read: gives the keys; asked again whenever one is named that was not among them, so that a process
    that runs while the root key is changed goes on.
    """

    def __init__(self, read: Callable[[], Sequence[bytes]]) -> None:
        self._read = read
        self._keys = _by_id(read())

    def current_id(self) -> str:
        self._keys = _by_id(self._read())
        return next(iter(self._keys))

    def wrap(self, key: bytes, bound_to: bytes) -> tuple[str, bytes]:
        root_id = self.current_id()
        return root_id, wrapping.wrap(self._keys[root_id], key, _named(root_id, bound_to))

    def unwrap(self, root_id: str, wrapped: bytes, bound_to: bytes) -> bytes:
        if root_id not in self._keys:
            self._keys = _by_id(self._read())
        if root_id not in self._keys:
            raise CannotStart(
                f"The key store needs the root key {root_id}, and only {', '.join(self._keys)} was "
                "given. Put that root key back (EDRMS_ROOT_KEY or EDRMS_ROOT_KEY_FILE), or check "
                "that EDRMS_KEYS_URL names the key store of this instance."
            )
        return wrapping.unwrap(self._keys[root_id], wrapped, _named(root_id, bound_to))


def parse_root_keys(text: str, setting: str) -> tuple[bytes, ...]:
    """Root keys as they are written: 64 hex digits each, parted by blanks, the current one first.

    setting: what to name in an error. Raises CannotStart; the text is never repeated.
    """
    words = text.split()
    if not words or not all(_HEX.fullmatch(word) for word in words):
        raise CannotStart(
            f"{setting}: expected root keys of 64 hex digits each, the current one first."
        )
    return tuple(bytes.fromhex(word) for word in words)


def _by_id(keys: Sequence[bytes]) -> dict[str, bytes]:
    return {wrapping.root_id(key): key for key in keys}


def _named(root_id: str, bound_to: bytes) -> bytes:
    return root_id.encode() + b"\0" + bound_to
