"""Mailboxes on a real IMAP server: messages whole, marked only once they are safe, never twice."""

import imaplib
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from api.wiring import Instance
from edrms.clock import FixedClock
from edrms.errors import CannotStart, Unavailable
from edrms.jobs.worker import Worker
from scanning.batches.ledger import BatchAccount
from scanning.mailbox.imap import LEFT, TAKEN, MailServer, open_mailbox
from scanning.mailbox.taking import MailboxPlace, MailIntake
from tests import factories
from tests.engines.server import free_port
from tests.engines.wanted import Engine, url_of
from tests.faults.cut_wire import CutWire

SCANNER = factories.actor("post_room", name="mailbox")
SUPERVISOR = factories.actor("quality_supervisor")


def server_at(url: str, folder: str) -> MailServer:
    parts = urlsplit(url)
    return MailServer(
        parts.hostname or "", parts.port or 0, parts.username or "", parts.password or "",
        folder, security="none",
    )  # fmt: skip


class Box:
    """A folder of its own on the server, an instance beside it, and what became of what was sent."""

    def __init__(self, instance: Instance, url: str, folder: str) -> None:
        self.instance, self.server = instance, server_at(url, folder)
        self.other = imaplib.IMAP4(self.server.host, self.server.port)
        self.other.login(self.server.user, self.server.password)
        assert self.other.create(folder)[0] == "OK"

    def send(self, message: bytes, at: datetime | None = None) -> None:
        moment = imaplib.Time2Internaldate(at or self.instance.clock.now())
        assert self.other.append(self.server.folder, None, moment, message)[0] == "OK"  # type: ignore[arg-type]

    def taking(self, server: MailServer | None = None, **given: str) -> MailIntake:
        place = MailboxPlace(server=server or self.server, account="mailbox", **given)
        made = self.instance
        return MailIntake(place, SCANNER, made.intake, made.ledger, made.closing, made.clock)

    def flags(self) -> list[bytes]:
        self.other.select(self.server.folder)
        _, answer = self.other.fetch("1:*", "(FLAGS)")
        return [line for line in answer if isinstance(line, bytes)]

    def batches(self) -> list[BatchAccount]:
        return list(reversed(self.instance.ledger.batches(SUPERVISOR)))

    def names(self) -> list[str]:
        return [item.name for one in self.batches() for item in one.items]


@pytest.fixture
def box(instance: Instance, tmp_path: Path) -> Iterator[Box]:
    made = Box(instance, url_of(Engine.DOVECOT), f"box-{tmp_path.name}-{id(tmp_path)}")
    yield made
    made.other.logout()


def mail(subject: str = "A referral", body: str = "Please see Bryn.", **attached: bytes) -> bytes:
    message = EmailMessage()
    message["Subject"], message["From"], message["To"] = (
        subject,
        "a@example.org",
        "post@example.org",
    )
    message.set_content(body)
    for name, content in attached.items():
        message.add_attachment(content, maintype="text", subtype="plain", filename=f"{name}.txt")
    return message.as_bytes().replace(b"\n", b"\r\n")


def test_a_message_is_kept_whole_with_its_attachments_as_items_of_it(
    box: Box, worker: Worker
) -> None:
    sent = mail("Llythyr – côf", letter=b"Dear colleague")
    box.send(sent)
    assert box.taking().sweep() == 1
    factories.do_all(box.instance, worker)
    (account,) = box.batches()
    message, attachment = account.items
    assert message.name == "Llythyr – côf.eml"
    with box.instance.store.open(message.object_key) as stored:  # type: ignore[arg-type]
        assert stored.read() == sent
    assert (attachment.parent_id, attachment.name) == (message.item_id, "letter.txt")
    assert (account.batch.channel, account.batch.received_on.isoformat()) == (
        "mailbox",
        "2026-06-01",
    )
    assert all(mark in box.flags()[0] for mark in (TAKEN.encode(), b"\\Seen"))
    assert box.taking().sweep() == 0 and len(box.batches()) == 1


def test_nothing_is_marked_before_it_is_committed(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.send(mail())

    def fails(*_: object, **__: object) -> None:
        raise Unavailable("The database does not answer.")

    with monkeypatch.context() as patched:
        patched.setattr(box.instance.intake, "_accept", fails)
        with pytest.raises(Unavailable):
            box.taking().sweep()
    assert TAKEN.encode() not in box.flags()[0] and b"\\Seen" not in box.flags()[0]
    assert box.taking().sweep() == 1 and box.names() == ["A referral.eml"]


@pytest.mark.parametrize("after_passing_on", [False, True])
@pytest.mark.parametrize("word", [b"BODY.PEEK[]<0.", b"BODY.PEEK[]<1048576.", b"STORE", b"SEARCH"])
def test_a_connection_that_drops_costs_no_message_and_doubles_none(
    box: Box, word: bytes, after_passing_on: bool
) -> None:
    first, large = mail("First"), mail("Large", "x" * 70 + "\n" * 1 + ("line of it\n" * 150_000))
    box.send(large)
    box.send(first)
    target = url_of(Engine.DOVECOT)
    with CutWire(target, cut_at=word, after_passing_on=after_passing_on) as wire:
        parts = urlsplit(wire.url)
        cut = replace(box.server, host=parts.hostname or "", port=parts.port or 0)
        with pytest.raises(Unavailable):
            box.taking(cut).sweep()
    box.taking().sweep()
    assert sorted(box.names()) == ["First.eml", "Large.eml"]
    sizes = {item.name: item.size_bytes for one in box.batches() for item in one.items}
    assert sizes == {"First.eml": len(first), "Large.eml": len(large)}
    assert all(TAKEN.encode() in line for line in box.flags())


def test_each_day_of_arrival_is_a_batch_and_past_days_are_closed(
    box: Box, worker: Worker, clock: FixedClock
) -> None:
    today = box.instance.clock.now()
    box.send(mail("Old"), today - timedelta(days=1))
    box.send(mail("New"), today)
    box.send(mail("From tomorrow"), today + timedelta(days=1))
    assert box.taking(stream="email").sweep() == 3
    assert [[item.name for item in one.items] for one in box.batches()] == [
        ["Old.eml"], ["New.eml", "From tomorrow.eml"],
    ]  # fmt: skip
    factories.do_all(box.instance, worker)
    box.taking().sweep()
    assert [one.batch.closed_at is None for one in box.batches()] == [False, True]
    assert box.batches()[0].batch.origin == box.server.name


def test_a_message_of_a_day_whose_batch_is_closed_goes_into_another(
    box: Box, worker: Worker
) -> None:
    box.send(mail("One"))
    box.taking().sweep()
    factories.do_all(box.instance, worker)
    box.instance.closing.close(SCANNER, box.batches()[0].batch.batch_id)
    box.send(mail("Two"))
    assert box.taking().sweep() == 1
    assert [[item.name for item in one.items] for one in box.batches()] == [
        ["One.eml"],
        ["Two.eml"],
    ]


def test_a_message_too_large_stays_marked_and_is_said_and_holds_up_no_other(
    box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    box.send(mail("Large", "x" * 900 + "\n" + "line\n" * 2000))
    box.send(mail("Small"))
    monkeypatch.setattr(box.instance.intake, "_max_upload_bytes", 5000)
    assert box.taking().sweep() == 1
    assert box.names() == ["Small.eml"]
    (account,) = box.batches()
    assert "was left in the mailbox" in account.batch.faults[0]
    assert LEFT.encode() in box.flags()[0]
    assert box.taking().sweep() == 0


def test_what_is_taken_moves_where_it_is_asked_to(box: Box) -> None:
    done = f"{box.server.folder}-done"
    box.other.create(done)
    box.send(mail())
    assert box.taking(move_to=done).sweep() == 1
    assert box.other.select(done)[1] == [b"1"]
    assert box.other.select(box.server.folder)[1] == [b"0"]


@pytest.mark.parametrize(
    "raw",
    [b"\r\n", b"no header at all", b"Subject: =?klingon?q?x?=\r\n\r\nBody", b"Subject: a/b\\c\r\n\r\n",
     b"Subject: " + b"long " * 400 + b"\r\n\r\nBody", b"\xff\xfe bytes\r\n\r\n\xff"],
)  # fmt: skip
def test_a_message_of_any_form_is_taken_in_as_it_is(box: Box, raw: bytes) -> None:
    box.send(raw)
    box.taking().sweep()
    (account,) = box.batches()
    (item,) = account.items
    with box.instance.store.open(item.object_key) as stored:  # type: ignore[arg-type]
        assert stored.read() == raw
    assert item.name.endswith(".eml") and len(item.name) <= 160


def test_a_server_that_will_not_have_us_or_is_not_there_is_said(box: Box) -> None:
    for wrong, why in (
        ({"password": "wrong"}, "refuses the user name or the password"),
        ({"folder": "No such folder"}, "no such folder"),
    ):
        with pytest.raises(CannotStart, match=why) as caught:
            open_mailbox(replace(box.server, **wrong))
        assert box.server.password not in str(caught.value)
    with pytest.raises(Unavailable):
        open_mailbox(replace(box.server, port=free_port()))
    with pytest.raises((Unavailable, CannotStart)):
        open_mailbox(replace(box.server, security="tls"))


def test_two_that_empty_one_mailbox_at_once_take_nothing_twice(box: Box) -> None:
    for number in range(6):
        box.send(mail(f"No {number}"))
    nested: list[int] = []
    first, second = box.taking(), box.taking()
    genuine = first._receive

    def receive(mailbox: object, message: object) -> None:
        if not nested:
            nested.append(second.sweep())
        genuine(mailbox, message)  # type: ignore[arg-type]

    first._receive = receive  # type: ignore[method-assign, assignment]
    first.sweep()
    assert nested == [6]
    assert sorted(box.names()) == [f"No {number}.eml" for number in range(6)]
