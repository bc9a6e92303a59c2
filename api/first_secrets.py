"""The passwords and keys of a new service profile: made at random, once, and never made again.

One directory for each program that reads them, so that each is shown its own and no other. Nothing
here uses them.
"""

import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from edrms.errors import CannotStart

RANDOM_BYTES = 32
DIRECTORY_MODE, FILE_MODE = 0o750, 0o640


@dataclass(frozen=True, slots=True)
class Secret:
    """One file. same_as: it holds what that file holds, since two programs must agree on it."""

    place: str
    meaning: str
    prefix: str = ""
    same_as: str = ""


SECRETS = (
    Secret("edrms/edrms_database_password", "EDRMS signs in to PostgreSQL with it"),
    Secret("edrms/edrms_objects_access_key", "the account of EDRMS on MinIO", prefix="edrms-"),
    Secret("edrms/edrms_objects_secret_key", "the password of that account"),
    Secret("edrms/edrms_keys_password", "EDRMS signs in to its key store with it"),
    Secret("edrms/edrms_root_key", "opens the key store: without it no document can ever be read"),
    Secret("edrms/edrms_web_secret", "signs the cookie that carries messages between pages"),
    Secret("owner/edrms_database_owner_password", "EDRMS makes and alters its tables with it"),
    Secret("postgres/superuser_password", "the superuser of PostgreSQL; EDRMS never uses it"),
    Secret(
        "postgres/owner_password",
        "the password PostgreSQL gives the role that owns the tables",
        same_as="owner/edrms_database_owner_password",
    ),
    Secret(
        "postgres/application_password",
        "the password PostgreSQL gives the role of EDRMS",
        same_as="edrms/edrms_database_password",
    ),
    Secret(
        "postgres/keys_password",
        "the password PostgreSQL gives the role of the key store",
        same_as="edrms/edrms_keys_password",
    ),
    Secret("minio/root_user", "the administrator of MinIO", prefix="root-"),
    Secret("minio/root_password", "the administrator's password; EDRMS serves without it"),
)


def make_secrets(directory: Path) -> Iterator[tuple[Secret, Path, bool]]:
    """Make what is missing below this directory; gives each secret, its file, and whether it is new.

    What is there is never written again. Files may be read by their group, and by nobody else.
    Raises CannotStart for a file that is empty, or differs from the one it must agree with.
    """
    for secret in SECRETS:
        path = directory / secret.place
        path.parent.mkdir(mode=DIRECTORY_MODE, parents=True, exist_ok=True)
        agreed = (directory / secret.same_as).read_text() if secret.same_as else ""
        made = _keep(path, agreed or secret.prefix + _random(short=bool(secret.prefix)))
        _check(path, agreed)
        yield secret, path, made


def _random(*, short: bool) -> str:
    """Letters and digits only; a name is short (a MinIO account name has at most 20 characters)."""
    return secrets.token_hex(7 if short else RANDOM_BYTES)


def _keep(path: Path, content: str) -> bool:
    """Write the file whole or not at all; returns False if there is one already."""
    if path.exists():
        return False
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.chmod(FILE_MODE)
    try:
        path.hardlink_to(part)  # unlike a rename, never in the place of another
    except FileExistsError:
        return False
    finally:
        part.unlink()
    return True


def _check(path: Path, agreed: str) -> None:
    content = path.read_text()
    if not content.strip():
        raise CannotStart(f"{path} is empty. Put it back from a copy; it is not made again.")
    if agreed and content != agreed:
        raise CannotStart(
            f"{path} differs from the password EDRMS has. Put the right one back from a copy."
        )
