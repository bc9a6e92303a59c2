"""The process that takes in what hot folders and mailboxes hold: a thread for each, until told to stop."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass

from api.folder_places import places
from api.mailbox_places import mailboxes
from api.setting_up import staff_actor
from api.wiring import Instance
from edrms.access.model import Actor
from edrms.errors import CannotStart, EdrmsError, NotFound
from scanning.folders.drops import Place
from scanning.folders.files import alone_in
from scanning.folders.hot_folder import HotFolder
from scanning.mailbox.taking import MailboxPlace, MailIntake

FOLDERS_EVERY_S, MAILBOXES_EVERY_S = 5.0, 30.0
log = logging.getLogger("edrms.sources")


@dataclass(frozen=True, slots=True)
class Source:
    """Something that is swept now and then. account: whose it is, looked at before each sweep."""

    name: str
    account: str
    every_s: float
    sweep: Callable[[Actor], object]


class SourceWatch:
    """Sweeps every source of this machine. Raises CannotStart for one that is set up wrongly."""

    def __init__(self, instance: Instance) -> None:
        self._instance = instance
        self._stopped = threading.Event()
        self._sources = _sources(instance)

    def stop(self) -> None:
        """End after the sweeps in hand."""
        self._stopped.set()

    def run(self) -> None:
        """Until told to stop."""
        threads = [
            threading.Thread(target=self._watch, args=(source,), name=source.name)
            for source in self._sources
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _watch(self, source: Source) -> None:
        """One that fails is tried again next time; the others go on."""
        said = ""
        while not self._stopped.is_set():
            try:
                source.sweep(staff_actor(self._instance, source.account))
                said = ""
            except (EdrmsError, OSError) as error:
                cause = error.message if isinstance(error, EdrmsError) else str(error)
                if cause != said:
                    log.warning("source_waits", extra={"source": source.name, "cause": cause})
                said = cause
            self._stopped.wait(source.every_s)


def _sources(instance: Instance) -> list[Source]:
    settings = instance.settings
    folders = places(settings.folders_file) if settings.folders_file else []
    mail = mailboxes(settings.mailboxes_file) if settings.mailboxes_file else []
    if not folders and not mail:
        raise CannotStart("EDRMS_FOLDERS_FILE and EDRMS_MAILBOXES_FILE name no file.")
    return [
        *(_folder(instance, place) for place in folders),
        *(_mailbox(instance, place) for place in mail),
    ]


def _folder(made: Instance, place: Place) -> Source:
    actor = _account(made, str(place.path), place.account)
    folder = HotFolder(place, actor, made.intake, made.ledger, made.closing)

    def sweep(actor: Actor) -> None:
        folder.actor = actor
        with alone_in(place.path) as is_ours:
            if is_ours:
                folder.sweep()

    return Source(str(place.path), place.account, FOLDERS_EVERY_S, sweep)


def _mailbox(made: Instance, place: MailboxPlace) -> Source:
    actor = _account(made, place.server.name, place.account)
    mail = MailIntake(place, actor, made.intake, made.ledger, made.closing, made.clock)

    def sweep(actor: Actor) -> None:
        mail.actor = actor
        mail.sweep()

    return Source(place.server.name, place.account, MAILBOXES_EVERY_S, sweep)


def _account(made: Instance, name: str, account: str) -> Actor:
    try:
        return staff_actor(made, account)
    except NotFound as error:
        raise CannotStart(f"{name}: there is no active account {account}.") from error
