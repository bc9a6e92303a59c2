"""A mailbox on an IMAP server: looking what is new, reading a message piece by piece, marking it. RFC 3501.

imaplib speaks the protocol; here are the few words of it that we need, and its errors in ours. Only here.
"""

import imaplib
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.header import decode_header, make_header
from email.parser import BytesHeaderParser
from typing import Any, Self

from edrms.errors import CannotStart, Unavailable

TAKEN, LEFT = "EdrmsTaken", "EdrmsLeft"
PIECE_BYTES = 1 << 20
TIMEOUT_S = 60.0
_DATE = re.compile(rb'INTERNALDATE "([^"]+)"')
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")


@dataclass(frozen=True, slots=True)
class MailServer:
    """How to reach a mailbox. security: tls (from the first byte), starttls, or none (loopback alone)."""

    host: str
    port: int
    user: str
    password: str
    folder: str = "INBOX"
    security: str = "tls"
    ca_file: str | None = None

    @property
    def name(self) -> str:
        """What it is called in keys and messages; without the password."""
        return f"{self.user}@{self.host}/{self.folder}"


@dataclass(frozen=True, slots=True)
class Message:
    """A message that was neither taken nor left. uid: within `validity` of the mailbox."""

    uid: int
    validity: int
    size_bytes: int
    arrived_at: datetime
    subject: str


class Mailbox:
    """An open connection to one folder of a mailbox. Every method raises Unavailable when it breaks."""

    def __init__(self, connection: imaplib.IMAP4, validity: int) -> None:
        self._connection = connection
        self._validity = validity

    def new(self, limit: int) -> list[Message]:
        """Messages that bear no mark of ours, oldest first."""
        found = self._asked("SEARCH", f"(UNKEYWORD {TAKEN} UNKEYWORD {LEFT} UNDELETED)")
        uids = [int(uid) for line in found for uid in (line or b"").split()]
        return [self._message(uid) for uid in sorted(uids)[:limit]]

    def read(self, message: Message) -> Iterator[bytes]:
        """The whole message as it came, in pieces. Raises Unavailable when it ends before its size."""
        read = 0
        while read < message.size_bytes:
            piece = self._body(message.uid, f"BODY.PEEK[]<{read}.{PIECE_BYTES}>")
            if not piece:
                raise Unavailable("The mail server gave less of a message than it announced.")
            read += len(piece)
            yield piece

    def mark(self, message: Message, mark: str) -> None:
        """Mark it as taken or left; what is taken is seen, too."""
        flags = f"({mark} \\Seen)" if mark == TAKEN else f"({mark})"
        self._asked("STORE", str(message.uid), "+FLAGS.SILENT", flags)

    def move(self, message: Message, folder: str) -> None:
        """Move it to another folder of the mailbox, in one step (RFC 6851)."""
        self._asked("MOVE", str(message.uid), _quoted(folder))

    def _message(self, uid: int) -> Message:
        [answer] = [
            one for one in self._fetch(uid, "(RFC822.SIZE INTERNALDATE BODY.PEEK[HEADER.FIELDS (SUBJECT)])")
            if isinstance(one, tuple)
        ]  # fmt: skip
        size, date = _SIZE.search(answer[0]), _DATE.search(answer[0])
        if size is None or date is None:
            raise Unavailable("The mail server did not say how large a message is, and of when.")
        return Message(uid, self._validity, int(size[1]), _moment(date[1]), _subject(answer[1]))

    def _body(self, uid: int, part: str) -> bytes:
        parts = [one[1] for one in self._fetch(uid, f"({part})") if isinstance(one, tuple)]
        return bytes(parts[0]) if parts else b""

    def _fetch(self, uid: int, what: str) -> list[Any]:
        return self._asked("FETCH", str(uid), what)

    def _asked(self, command: str, *arguments: str) -> list[Any]:
        with _errors_named():
            status, answer = self._connection.uid(command, *arguments)
        if status != "OK":
            raise Unavailable(f"The mail server refused {command}.", cause=repr(answer)[:200])
        return answer

    def close(self) -> None:
        """End the connection; what was marked stays marked."""
        with suppress(OSError, imaplib.IMAP4.error):
            self._connection.logout()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def open_mailbox(server: MailServer) -> Mailbox:
    """Connect, sign in and choose the folder.

    Raises Unavailable while it does not answer, CannotStart when it will not have us: a wrong password, no
    such folder, or a server that keeps no marks of ours.
    """
    with _errors_named():
        connection = _connected(server)
    try:
        with _errors_named():
            _sign_in(connection, server)
            status, _ = connection.select(_quoted(server.folder))
            if status != "OK":
                raise CannotStart(
                    f"{server.name}: there is no such folder, or it is not ours to write."
                )
            marks = _said(connection, "PERMANENTFLAGS")
            if b"\\*" not in marks and TAKEN.encode() not in marks:
                raise CannotStart(f"{server.name}: the server lets nobody set keywords there.")
            validity = _said(connection, "UIDVALIDITY")
            if not validity.isdigit():
                raise CannotStart(f"{server.name}: the server does not say UIDVALIDITY.")
    except BaseException:
        with suppress(OSError, imaplib.IMAP4.error):
            connection.shutdown()
        raise
    return Mailbox(connection, int(validity))


def _connected(server: MailServer) -> imaplib.IMAP4:
    context = ssl.create_default_context(cafile=server.ca_file)
    if server.security == "tls":
        return imaplib.IMAP4_SSL(server.host, server.port, ssl_context=context, timeout=TIMEOUT_S)
    connection = imaplib.IMAP4(server.host, server.port, timeout=TIMEOUT_S)
    if server.security == "starttls":
        connection.starttls(context)
    return connection


def _said(connection: imaplib.IMAP4, what: str) -> bytes:
    """What the server said of the folder by this name, last; empty if nothing."""
    _, answer = connection.response(what)
    last = answer[-1] if answer else None
    return last if isinstance(last, bytes) else b""


def _sign_in(connection: imaplib.IMAP4, server: MailServer) -> None:
    try:
        connection.login(server.user, server.password)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as error:
        raise CannotStart(
            f"{server.name}: the server refuses the user name or the password."
        ) from error


@contextmanager
def _errors_named() -> Iterator[None]:
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise CannotStart(
            f"The mail server's certificate is not trusted: {error.verify_message}."
        ) from error
    except (imaplib.IMAP4.error, OSError, EOFError) as error:
        raise Unavailable("The mail server does not answer.", cause=str(error)[:200]) from error


def _quoted(word: str) -> str:
    escaped = word.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _moment(date: bytes) -> datetime:
    try:
        return datetime.strptime(date.decode("ascii").strip(), "%d-%b-%Y %H:%M:%S %z").astimezone(
            UTC
        )
    except ValueError as error:
        raise Unavailable("The mail server gave a date that is none.", cause=repr(date)) from error


def _subject(header: bytes) -> str:
    """The subject as people read it; what cannot be decoded as it stands."""
    written = str(BytesHeaderParser().parsebytes(header).get("Subject", ""))
    try:
        return " ".join(str(make_header(decode_header(written))).split())
    except (LookupError, ValueError, UnicodeError):
        return " ".join(written.split())
