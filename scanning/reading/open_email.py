"""An e-mail message: its headers and words as one page of text, its attachments as files.

Nothing is fetched and no HTML is shown: only its text is taken. Attachments are written under
generated names; the sender's names travel as data. What an attachment is, is another opening.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.errors import HeaderParseError, MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.policy import compat32
from html.parser import HTMLParser
from pathlib import Path

from scanning.reading.model import Attachment, CannotRead, HeldReason, Limits

MEDIA_TYPE = "message/rfc822"
TINY_IMAGE_BYTES = 4096
"""An inline picture up to this size (a logo, a tracking dot) is counted in a note, not an item."""

_SHOWN = ("From", "To", "Cc", "Date", "Subject")
_MAX_PARTS = 5000
_MAX_NAME = 150
_UNREADABLE = (MessageError, ValueError, LookupError, TypeError, AttributeError, AssertionError)


@dataclass
class Mail:
    """A message taken apart. files: given name and content, in the order of the message."""

    text: str = ""
    files: list[tuple[str, bytes]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def open_email(
    path: Path, workdir: Path, limits: Limits
) -> tuple[tuple[Attachment, ...], tuple[str, ...]]:
    """Attachments written to workdir, and notes; the message itself is one page.

    Raises CannotRead: DAMAGED, NESTED_TOO_DEEP, UNPACKS_TOO_LARGE (bytes or attachments).
    """
    mail = take_apart(path)
    if len(mail.files) > limits.max_attachments:
        raise CannotRead(HeldReason.UNPACKS_TOO_LARGE, f"{len(mail.files)} attachments")
    if sum(len(content) for _, content in mail.files) > limits.max_unpacked_bytes:
        raise CannotRead(HeldReason.UNPACKS_TOO_LARGE, "attachments")
    attachments = []
    for number, (name, content) in enumerate(mail.files, start=1):
        target = workdir / f"attachment-{number:04d}"
        target.write_bytes(content)
        attachments.append(Attachment(safe_name(name, number), target))
    return tuple(attachments), tuple(mail.notes)


def take_apart(path: Path) -> Mail:
    """The message's text, files and notes. Raises CannotRead: DAMAGED, NESTED_TOO_DEEP."""
    try:
        message = message_from_bytes(path.read_bytes(), policy=compat32)
        return _parts(message)
    except RecursionError as error:
        raise CannotRead(HeldReason.NESTED_TOO_DEEP, "e-mail parts") from error
    except _UNREADABLE as error:
        raise CannotRead(HeldReason.DAMAGED, f"e-mail: {type(error).__name__}") from error


def safe_name(name: str, number: int) -> str:
    """A sender's file name fit to show and to store: no path, no control or direction marks."""
    last = re.split(r"[/\\]", name)[-1]
    clean = "".join(c for c in last if unicodedata.category(c)[0] != "C" and c not in '<>:"|?*')
    clean = clean.strip(" .")
    if not clean:
        return f"attachment-{number}"
    stem, dot, extension = clean.rpartition(".")
    if not dot or len(extension) > 10:
        return clean[:_MAX_NAME]
    return f"{stem[:_MAX_NAME]}.{extension}"


def _parts(message: Message) -> Mail:
    mail = Mail()
    headers = [f"{name}: {_header(message, name)}" for name in _SHOWN if name in message]
    body = []
    tiny_images = 0
    for count, part in enumerate(_leaves(message)):
        if count > _MAX_PARTS:
            raise CannotRead(HeldReason.UNPACKS_TOO_LARGE, "e-mail parts")
        if _is_body(part):
            body.append(_body_text(part))
        elif _is_tiny_image(part):
            tiny_images += 1
        else:
            mail.files.append((_given_name(part), _content(part)))
    mail.text = "\n".join(headers) + "\n\n" + "\n\n".join(text for text in body if text)
    if tiny_images:
        mail.notes.append(f"tiny_inline_images={tiny_images}")
    if message.get_content_type() in ("application/pkcs7-mime", "multipart/encrypted"):
        mail.notes.append("encrypted_or_signed_message")
    return mail


def _leaves(message: Message) -> Iterator[Message]:
    """Parts in order, without going into a message carried inside this one."""
    if message.get_content_maintype() != "multipart" or not message.is_multipart():
        yield message
        return
    parts = [part for part in message.get_payload() if isinstance(part, Message)]
    if message.get_content_type() == "multipart/alternative":
        parts = _without_the_poorer_text(parts)
    for part in parts:
        yield from _leaves(part)


def _without_the_poorer_text(parts: list[Message]) -> list[Message]:
    """The same words are sent twice: keep the plain ones, unless there are none to speak of."""
    plain = [part for part in parts if part.get_content_type() == "text/plain"]
    html = [part for part in parts if part.get_content_type() == "text/html"]
    if not plain or not html:
        return parts
    has_words = any(len(_body_text(part).split()) > 3 for part in plain)
    unwanted = html if has_words else plain
    return [part for part in parts if part not in unwanted]


def _is_body(part: Message) -> bool:
    if part.get_content_disposition() == "attachment" or part.get_filename():
        return False
    if part.get_content_maintype() == "multipart":
        return True  # declared in parts but without any: its lines are the text
    return part.get_content_type() in ("text/plain", "text/html") and not part.is_multipart()


def _is_tiny_image(part: Message) -> bool:
    inline = part.get_content_disposition() == "inline" or "Content-ID" in part
    is_image = part.get_content_maintype() == "image"
    return inline and is_image and len(_content(part)) <= TINY_IMAGE_BYTES


def _content(part: Message) -> bytes:
    if part.is_multipart():
        inner = part.get_payload(0)
        if isinstance(inner, Message):
            return inner.as_bytes(policy=compat32)
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _given_name(part: Message) -> str:
    name = part.get_filename()
    if name:
        return _decoded(name)
    if part.is_multipart():
        inner = part.get_payload(0)
        subject = _header(inner, "Subject") if isinstance(inner, Message) else ""
        return f"{subject or 'message'}.eml"
    return ""


def _body_text(part: Message) -> str:
    content = _content(part)
    charset = part.get_content_charset() or "utf-8"
    try:
        text = content.decode(charset)
    except (LookupError, ValueError):
        text = content.decode("cp1252", "replace")
    text = text.replace("\0", "\ufffd").replace("\r\n", "\n")
    return html_text(text) if part.get_content_type() == "text/html" else text.strip()


def _header(message: Message, name: str) -> str:
    return _decoded(str(message[name] or ""))


def _decoded(raw: str) -> str:
    """A header's words, RFC 2047 encoded words decoded; as sent when they cannot be."""
    try:
        text = str(make_header(decode_header(raw)))
    except (HeaderParseError, ValueError, LookupError, TypeError):
        text = raw
    shown = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return " ".join(shown.split())


class _Words(HTMLParser):
    """The text a reader would see; scripts, styles and comments are dropped."""

    _HIDDEN = frozenset({"script", "style", "head", "title", "template"})
    _LINES = frozenset({"p", "div", "br", "tr", "li", "table", "ul", "ol", "blockquote", "hr"}) | {
        f"h{level}" for level in range(1, 7)
    }

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._hidden_in = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "body":
            self._hidden_in = ""
        if not self._hidden_in and tag in self._HIDDEN:
            self._hidden_in = tag
        if tag in self._LINES:
            self.words.append("\n")
        elif tag in ("td", "th"):
            self.words.append("\t")

    def handle_endtag(self, tag: str) -> None:
        if tag == self._hidden_in:
            self._hidden_in = ""
        if tag in self._LINES:
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden_in:
            self.words.append(re.sub(r"\s+", " ", data))


def html_text(html: str) -> str:
    """The readable text of an HTML body; nothing in it is run or fetched."""
    parser = _Words()
    parser.feed(html)
    parser.close()
    lines = (" ".join(line.split()) for line in "".join(parser.words).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
