"""Writing an e-mail with its attachments: fixed boundaries, Message-ID and date."""

import hashlib
from collections.abc import Mapping
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from scanning.sample_post import blocks as b
from scanning.sample_post.template import Written, organisation, read_template
from scanning.sample_post.word_document import WRITTEN_AT


def mail_text(letter: Written) -> str:
    """The words of the message, as plain text."""
    parts = (b.block_text(block) for block in letter.blocks if not isinstance(block, b.Letterhead))
    return "\n\n".join(filter(None, parts))


def mail_bytes(letter: Written, attachments: Mapping[str, tuple[str, bytes]]) -> bytes:
    """The message. attachments: file name to (media type, bytes), in order."""
    sender = organisation(read_template(letter.letter.template).sender)
    title = (x.text for x in letter.blocks if isinstance(x, b.Paragraph) and x.style == "title")
    subject = next(title, "For the file")
    token = hashlib.sha256(f"{subject}{letter.letter}".encode()).hexdigest()[:24]
    message = EmailMessage(policy=SMTP)
    message["From"] = f"{sender['name']} <{sender['email']}>"
    message["To"] = "Social Care Post Room <post@brackenshire.example>"
    message["Date"] = format_datetime(WRITTEN_AT)
    message["Message-ID"] = f"<{token}@{sender['email'].partition('@')[2]}>"
    message["Subject"] = subject
    message.set_content(mail_text(letter) + "\n", cte="quoted-printable")
    for name, (media_type, content) in attachments.items():
        kind, _, subtype = media_type.partition("/")
        message.add_attachment(content, maintype=kind, subtype=subtype, filename=name)
    if message.is_multipart():
        message.set_boundary(f"=_{token}")
    return message.as_bytes()
