"""Which mailboxes there are, from a TOML file: one [[mailbox]] for each. See docs/scanning-unit.md."""

import tomllib
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from edrms.errors import CannotStart
from scanning.mailbox.imap import MailServer
from scanning.mailbox.taking import MailboxPlace

_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class _Written(BaseModel):
    """A [[mailbox]] as it is written."""

    model_config = ConfigDict(extra="forbid")

    host: str = Field(min_length=1)
    port: int = Field(993, ge=1, le=65535)
    security: Literal["tls", "starttls", "none"] = "tls"
    ca_file: Path | None = None
    user: str = Field(min_length=1)
    password_file: Path
    folder: str = "INBOX"
    move_to: str = ""
    account: str = Field(min_length=1)
    stream: str = Field("email", max_length=32)


def mailboxes(file: Path) -> list[MailboxPlace]:
    """The mailboxes. Raises CannotStart naming the file and what is wrong in it."""
    try:
        written = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CannotStart(f"EDRMS_MAILBOXES_FILE: {file} cannot be read: {error}") from error
    if set(written) != {"mailbox"} or not isinstance(written["mailbox"], list):
        raise CannotStart(
            f"EDRMS_MAILBOXES_FILE: {file} must hold [[mailbox]] parts and nothing else."
        )
    found = [_place(file, number, one) for number, one in enumerate(written["mailbox"], start=1)]
    names = [one.server.name for one in found]
    if len(set(names)) < len(names):
        raise CannotStart(f"EDRMS_MAILBOXES_FILE: {file}: one mailbox is named twice.")
    return found


def _place(file: Path, number: int, written: Any) -> MailboxPlace:
    at = f"EDRMS_MAILBOXES_FILE: {file}, mailbox {number}"
    try:
        one = _Written.model_validate(written)
        password = (file.parent / one.password_file).read_text(encoding="utf-8").strip()
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise CannotStart(f"{at}: {faults}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise CannotStart(f"{at}: the password file cannot be read: {error}") from error
    if one.security == "none" and one.host not in _LOOPBACK:
        raise CannotStart(f"{at}: without TLS the password would cross the network in clear.")
    server = MailServer(
        host=one.host, port=one.port, user=one.user, password=password, folder=one.folder,
        security=one.security, ca_file=str(file.parent / one.ca_file) if one.ca_file else None,
    )  # fmt: skip
    return MailboxPlace(server=server, account=one.account, stream=one.stream, move_to=one.move_to)
