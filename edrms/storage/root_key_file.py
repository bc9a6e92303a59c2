"""Root keys in a file of this machine: one line of 64 hex digits each, the current one first.

Made with mode 0600 and synced before anything is wrapped by it; replaced whole or not at all.
"""

import os
import secrets
from pathlib import Path

from edrms.errors import CannotStart
from edrms.storage.root_keys import parse_root_keys
from edrms.storage.wrapping import new_key

SETTING = "EDRMS_ROOT_KEY_FILE"


class RootKeyFile:
    """One file of root keys."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def exists(self) -> bool:
        """Whether there is such a file."""
        return self._path.exists()

    def read(self) -> tuple[bytes, ...]:
        """The keys, the current one first. Raises CannotStart: missing, open to others, or nonsense."""
        try:
            mode = self._path.stat().st_mode
            text = self._path.read_text("ascii")
        except FileNotFoundError as error:
            raise CannotStart(
                f"{SETTING}: there is no root key at {self._path}. Without it no document can be "
                "read: put it back from its copy. `edrms init` makes one for a new instance only."
            ) from error
        except (OSError, UnicodeDecodeError) as error:
            raise CannotStart(f"{SETTING}: {self._path} cannot be read.") from error
        if mode & 0o007:
            raise CannotStart(f"{SETTING}: {self._path} is open to every user of this machine.")
        return parse_root_keys(text, SETTING)

    def make(self) -> None:
        """A file with a new key, unless there is one."""
        if not self.exists():
            self._write((new_key(),), replace=False)

    def add_new(self) -> None:
        """A new key before the others: from now on it wraps, and the others still unwrap."""
        self._write((new_key(), *self.read()), replace=True)

    def keep_first(self) -> int:
        """Forget every key but the current one; how many were forgotten."""
        current, *older = self.read()
        if older:
            self._write((current,), replace=True)
        return len(older)

    def _write(self, keys: tuple[bytes, ...], *, replace: bool) -> None:
        part = self._path.with_name(f".{self._path.name}.{secrets.token_hex(4)}")
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "w") as file:
                file.write("".join(f"{key.hex()}\n" for key in keys))
                file.flush()
                os.fsync(file.fileno())
            if replace:
                part.replace(self._path)
            else:
                self._path.hardlink_to(part)  # never in the place of another
        except FileExistsError:
            return
        finally:
            part.unlink(missing_ok=True)
        _sync_directory(self._path.parent)


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
