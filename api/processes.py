"""What each process of an instance does, as the supervisor starts it by process.py."""

import ctypes
import logging
import os
import signal
import time
from collections.abc import Callable

from api.confinement import tell_confinement
from api.duties import LOOK_EVERY_S, periodic
from api.imports import collector_at_rest
from api.logs import log_to_stderr
from api.sources import SourceWatch
from api.supervisor import PARENT
from api.wiring import Instance, build, indexer, page_reader, page_worker, sealer
from edrms.errors import CannotStart, Unavailable
from edrms.jobs.presence import Presence
from edrms.settings import Settings, load_settings

_PR_SET_PDEATHSIG = 1
READY_WAIT_S = 2.0
log = logging.getLogger("edrms.process")


def read_pages(settings: Settings, name: str) -> None:
    """A page worker, until told to stop."""
    reader = page_reader(settings)
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)  # of this host alone: scratch
    tell_confinement(settings, reader.protections())
    instance = built(settings)
    worker = page_worker(instance, name, reader)
    _on_stop(worker.stop, worker.stop_now)
    with Presence(instance.database, instance.clock).shown(worker.actor, lambda: worker.doing):
        worker.run()


def write_index(settings: Settings) -> None:
    """The index writer, until told to stop."""
    writer = indexer(built(settings))
    _on_stop(writer.stop)
    writer.run(settings.poll_s)


def do_periodic_work(settings: Settings, name: str) -> None:
    """Upkeep, wherever this host leads in it, until told to stop."""
    upkeep = periodic(built(settings), name)
    _on_stop(upkeep.stop)
    upkeep.run(LOOK_EVERY_S)


def seal_audit_log(settings: Settings, name: str) -> None:
    """The sealer of the audit log, wherever this host leads in it, until told to stop."""
    seals = sealer(built(settings), name)
    _on_stop(seals.stop)
    seals.run()


def watch_sources(settings: Settings) -> None:
    """The hot folders and mailboxes of this machine, until told to stop."""
    watch = SourceWatch(built(settings))
    _on_stop(watch.stop)
    watch.run()


def built(settings: Settings) -> Instance:
    """The instance, once what it stands on answers: said once, waited for as long as it takes.

    Raises CannotStart where waiting would not help (a database at another migration).
    """
    return _once_it_answers(lambda: build(settings))


def checked(settings: Settings) -> Instance:
    """The same for a program's first process: it also looks whether the store of objects keeps what
    it must. Raises CannotStart naming the setting where it does not."""

    def look() -> Instance:
        instance = build(settings)
        instance.store.prepare()
        return instance

    return _once_it_answers(look)


def _once_it_answers(look: Callable[[], Instance]) -> Instance:
    said = False
    while True:
        try:
            return look()
        except Unavailable as error:
            if not said:
                cause = {"cause": error.error_code, "what": error.message}
                log.warning("instance_waiting", extra=cause)
            said = True
            time.sleep(READY_WAIT_S)


def _on_stop(stop: Callable[[], None], stop_now: Callable[[], None] | None = None) -> None:
    """Told to stop once, finish; told again, give back what is in hand."""
    told = iter([stop])

    def handle(*_: object) -> None:
        next(told, stop_now or stop)()

    signal.signal(signal.SIGTERM, handle)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def die_with_parent() -> None:
    """Ask the kernel to end this process when the supervisor ends, however that happens (Linux).

    A supervisor that ended before the kernel was asked is noticed by its absence.
    """
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    supervisor = os.environ.get(PARENT)
    if supervisor is not None and os.getppid() != int(supervisor):
        raise SystemExit("the supervisor has ended")


def main(arguments: list[str]) -> None:
    """Run the named process."""
    log_to_stderr()
    die_with_parent()
    try:
        run(load_settings(), arguments)
    except CannotStart as error:
        raise SystemExit(error.message) from None


def run(settings: Settings, arguments: list[str]) -> None:
    """The named process, until told to stop."""
    match arguments:
        case ["sources"]:
            watch_sources(settings)
        case ["pages", name]:
            read_pages(settings, name)
        case ["index"]:
            write_index(settings)
        case ["periodic", name]:
            do_periodic_work(settings, name)
        case ["seal", name]:
            seal_audit_log(settings, name)
        case ["web"]:
            with collector_at_rest():  # a third of the time to start, and of the web alone
                from api.serving import serve
            serve(settings)
        case _:
            raise SystemExit(f"unknown process: {arguments}")
