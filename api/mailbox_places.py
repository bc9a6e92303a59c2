"""Which mailboxes there are, from a TOML file: one [[mailbox]] for each. See docs/scanning-unit.md."""

from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from api.toml_parts import checked, parts_of
from edrms.errors import CannotStart
from scanning.mailbox.imap import MailServer
from scanning.mailbox.taking import MailboxPlace

SETTING = "EDRMS_MAILBOXES_FILE"
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
    written = parts_of(file, "mailbox", SETTING)
    found = [_place(file, number, one) for number, one in enumerate(written, start=1)]
    names = [one.server.name for one in found]
    if len(set(names)) < len(names):
        raise CannotStart(f"{SETTING}: {file}: one mailbox is named twice.")
    return found


def _place(file: Path, number: int, written: Any) -> MailboxPlace:
    one = checked(_Written, written, at := f"{SETTING}: {file}, mailbox {number}")
    try:
        password = (file.parent / one.password_file).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise CannotStart(f"{at}: the password file cannot be read: {error}") from error
    if one.security == "none" and one.host not in _LOOPBACK:
        raise CannotStart(f"{at}: without TLS the password would cross the network in clear.")
    server = MailServer(
        host=one.host, port=one.port, user=one.user, password=password, folder=one.folder,
        security=one.security, ca_file=str(file.parent / one.ca_file) if one.ca_file else None,
    )  # fmt: skip
    return MailboxPlace(server=server, account=one.account, stream=one.stream, move_to=one.move_to)
