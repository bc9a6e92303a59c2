"""Taking in a mailbox: each message whole, as an item of its day's batch, and marked only after that.

A message's day is the one on which the mail server received it, so that it always leads to the same batch
and, under its own key, to the same item: what was taken in and not marked is not taken in twice.
"""

import hashlib
import logging
from dataclasses import dataclass

from edrms.access.model import Actor
from edrms.clock import Clock, civil_date
from edrms.errors import Conflict, EdrmsError, NoSpace, TooLarge, Unavailable
from scanning.batches.closing import Closing, CountsDiffer
from scanning.batches.ledger import Ledger
from scanning.intake.delivery import Delivery
from scanning.intake.quota import QuotaUsedUp
from scanning.intake.receive import BatchClosed, Intake
from scanning.mailbox.imap import LEFT, TAKEN, Mailbox, MailServer, Message, open_mailbox

CHANNEL = "mailbox"
MOST_AT_ONCE = 200
_LATER = (Unavailable, NoSpace, QuotaUsedUp)
log = logging.getLogger("edrms.mailbox")


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxPlace:
    """A mailbox as it is set up. account: user name of the program's account that sends in its messages.
    move_to: folder that messages are moved to once they are safe; empty: they stay, marked."""

    server: MailServer
    account: str
    stream: str = ""
    move_to: str = ""


class MailIntake:
    """One mailbox, emptied by one process at a time."""

    def __init__(
        self,
        place: MailboxPlace,
        actor: Actor,
        intake: Intake,
        ledger: Ledger,
        closing: Closing,
        clock: Clock,
    ) -> None:
        self.place = place
        self.actor = actor
        self._intake = intake
        self._ledger = ledger
        self._closing = closing
        self._clock = clock

    def sweep(self) -> int:
        """Take in what is new; close batches of days that are over. Returns how many were taken in.

        Raises CannotStart when the server will not have us, Unavailable, NoSpace or QuotaUsedUp where
        waiting helps: what was not marked by then is taken in next time.
        """
        taken = 0
        with open_mailbox(self.place.server) as mailbox:
            for message in mailbox.new(MOST_AT_ONCE):
                taken += self._take(mailbox, message)
        self._close_past_days()
        return taken

    def _take(self, mailbox: Mailbox, message: Message) -> bool:
        try:
            self._receive(mailbox, message)
        except _LATER:
            raise
        except TooLarge as error:
            self._leave(mailbox, message, error)
            return False
        mailbox.mark(message, TAKEN)
        if self.place.move_to:
            mailbox.move(message, self.place.move_to)
        return True

    def _receive(self, mailbox: Mailbox, message: Message) -> None:
        number = 1
        while True:
            try:
                self._intake.receive_file(
                    self.actor, self._batch(message, number), _file_name(message),
                    mailbox.read(message), sender_key=f"message {message.validity}/{message.uid}",
                )  # fmt: skip
                return
            except BatchClosed:  # of a day that somebody has closed: the next batch of that day
                number += 1

    def _batch(self, message: Message, number: int) -> str:
        day = min(civil_date(message.arrived_at), civil_date(self._clock.now()))
        name = hashlib.sha256(self.place.server.name.encode()).hexdigest()[:32]
        delivery = Delivery(
            received_on=day, stream=self.place.stream, origin=self.place.server.name[:160]
        )
        return self._intake.open_batch(
            self.actor, channel=CHANNEL, delivery=delivery,
            sender_key=f"mailbox {name} {day.isoformat()} {number}",
        )  # fmt: skip

    def _leave(self, mailbox: Mailbox, message: Message, error: EdrmsError) -> None:
        """It stays in the mailbox, marked, and the batch of its day says why."""
        said = f"An e-mail of {message.size_bytes:,} bytes was left in the mailbox. {error.message}"
        self._intake.note_faults(self.actor, self._batch(message, 1), [said])
        mailbox.mark(message, LEFT)
        log.warning("message_left", extra={"uid": message.uid, "cause": error.error_code})

    def _close_past_days(self) -> None:
        today = civil_date(self._clock.now())
        for batch in self._ledger.open_by(self.actor, CHANNEL):
            if batch.received_on < today:
                try:
                    self._closing.close(self.actor, batch.batch_id)
                except (Conflict, CountsDiffer) as error:
                    log.info(
                        "batch_open", extra={"batch": batch.batch_id, "cause": error.error_code}
                    )


def _file_name(message: Message) -> str:
    return f"{message.subject[:100] or 'e-mail without a subject'}.eml"
