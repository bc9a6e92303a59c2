"""A person who uses a record without pause, and the ways of taking that person's access away.

Times are CLOCK_MONOTONIC, which all processes of a machine share: a use that began after a revoke had
returned is known as such whichever process it ran in.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from multiprocessing.synchronize import Event
from random import Random

from sqlalchemy import update

from api.wiring import Instance, build
from edrms.access.guards import Guards
from edrms.access.model import Actor, Relation
from edrms.access.subjects import Subject, SubjectKind
from edrms.access.tables import Marking, RoleHolding
from edrms.access.work import allocate, deallocate
from edrms.clock import civil_date
from edrms.errors import Denied, NotFound, NotSignedIn
from edrms.ids import new_id
from edrms.settings import Settings
from edrms.staff.accounts import SYSTEM
from edrms.staff.tables import StaffMember
from edrms.uow import write
from tests import factories

GOVERNANCE = "governance"
WHY = "Invented for the races."


@dataclass
class Person:
    """Who uses, what is used, and the token of the session it is done by."""

    instance: Instance
    staff_id: str
    record_id: str
    client_id: str
    token: str = ""


def request(person: Person, ask: Callable[[Person, Actor], object]) -> bool:
    """One request as the web makes it: the session is found, then the service asked. Did it succeed?"""
    try:
        found = person.instance.sessions.find(person.token)
        if found is None:
            raise NotSignedIn("no session")
        return bool(ask(person, found.actor))
    except (Denied, NotFound, NotSignedIn):
        return False


def _picture(person: Person, actor: Actor) -> bool:
    content = person.instance.viewing.page_image(actor, person.record_id, 1)
    with content.stream as stream:
        return bool(stream.read())


def _download(person: Person, actor: Actor) -> bool:
    _, content = person.instance.viewing.rendition(actor, person.record_id, "original")
    with content.stream as stream:
        return bool(stream.read())


USES: dict[str, Callable[[Person, Actor], object]] = {
    "page image": _picture,
    "record": lambda who, actor: who.instance.viewing.open(actor, who.record_id),
    "search": lambda who, actor: who.instance.search.search(actor, "periwinkle").results.total,
    "download": _download,
    "small picture": lambda who, actor: who.instance.viewing.thumbnail_source(
        actor, who.record_id, 1
    ).stream.read(),
}  # fmt: skip


@dataclass
class Log:
    """What was used when: (kind, began, ended, succeeded)."""

    uses: list[tuple[str, int, int, bool]] = field(default_factory=list)
    stop: threading.Event = field(default_factory=threading.Event)
    dice: Random = field(default_factory=lambda: Random(2))

    def run(self, person: Person) -> None:
        """Use the record in every way in turn until told to stop."""
        while not self.stop.is_set():
            for kind, ask in USES.items():
                began = time.monotonic_ns()
                succeeded = request(person, ask)
                self.uses.append((kind, began, time.monotonic_ns(), succeeded))
                time.sleep(self.dice.random() / 500)  # else the writer's lock is never free

    def wait_for(self, succeeded: bool, since: int, within_s: float = 60) -> None:
        """Until a use that began after this moment ended so."""
        until = time.monotonic() + within_s
        while time.monotonic() < until:
            recent = self.uses[-len(USES) :]
            if any(began > since and well is succeeded for _, began, _, well in recent):
                return
            time.sleep(0.0005)
        raise AssertionError(f"no use came out {succeeded}: {self.uses[-3:]}")


def late_uses(
    uses: list[tuple[str, int, int, bool]], closed: list[tuple[int, int]]
) -> list[tuple[str, int, int, bool]]:
    """Uses that succeeded though they began and ended while the way was closed."""
    return [
        use
        for use in uses
        if use[3] and any(since < use[1] and use[2] < until for since, until in closed)
    ]


@contextmanager
def using(person: Person) -> Iterator[Log]:
    """Somebody uses the record, in a thread, for as long as the block lasts."""
    log = Log()
    thread = threading.Thread(target=log.run, args=(person,))
    thread.start()
    try:
        yield log
    finally:
        log.stop.set()
        thread.join()


def use_elsewhere(
    settings: Settings, staff_id: str, ids: tuple[str, str], token: str, stop: Event, out: object
) -> None:
    """The same person at another process's web server."""
    instance = build(settings)
    person, log = Person(instance, staff_id, *ids, token), Log()
    while not stop.is_set():
        for kind, ask in USES.items():
            began = time.monotonic_ns()
            succeeded = request(person, ask)
            log.uses.append((kind, began, time.monotonic_ns(), succeeded))
        out.put(log.uses[-len(USES) :])  # type: ignore[attr-defined]


# --- ways of taking access away, and of giving it back -------------------------------------------


def guards(person: Person) -> Guards:
    return Guards(person.instance.database, person.instance.clock)


def officer() -> Actor:
    """Who places and lifts what guards."""
    return factories.actor("information_governance", name=GOVERNANCE)


def of_record(person: Person) -> Subject:
    return Subject(SubjectKind.RECORD, person.record_id)


def by_block(person: Person) -> Callable[[], None]:
    """A conflict of interest."""
    block = guards(person).block(officer(), of_record(person), person.staff_id, WHY)
    return lambda: guards(person).lift_block(officer(), block, WHY)


def by_marking(person: Person) -> Callable[[], None]:
    """A seal on the client, which no allocation opens (there is no lifting it but in the row)."""
    with write(person.instance.database, SYSTEM, person.instance.clock) as work:
        row = Marking(
            marking_id=new_id(), marking="sealed", subject_kind="client",
            subject_id=person.client_id, reason=WHY, placed_by="system", from_at=work.now,
            review_on=civil_date(work.now),
        )  # fmt: skip
        work.session.add(row)
        work.journal("access:marking:place", "client", person.client_id)

    def lift() -> None:
        with write(person.instance.database, SYSTEM, person.instance.clock) as work:
            work.session.get_one(Marking, row.marking_id).until_at = work.now
            work.journal("access:marking:lift", "client", person.client_id)

    return lift


def by_deallocation(person: Person) -> Callable[[], None]:
    """The client is no longer the person's."""
    with write(person.instance.database, SYSTEM, person.instance.clock) as work:
        deallocate(work, person.client_id, staff_id=person.staff_id)
    return lambda: give_work(person)


def give_work(person: Person) -> None:
    """The client is the person's own."""
    with write(person.instance.database, SYSTEM, person.instance.clock) as work:
        allocate(work, person.client_id, staff_id=person.staff_id)


def by_end_of_grant(person: Person) -> Callable[[], None]:
    """The person has only a grant, and it is ended."""
    restore = by_deallocation(person)
    grant = guards(person).grant(
        officer(), of_record(person), person.staff_id, Relation.GRANTED,
        person.instance.clock.now() + timedelta(days=1), WHY,
    )  # fmt: skip
    guards(person).end_grant(officer(), grant, WHY)
    return restore


def by_end_of_role(person: Person) -> Callable[[], None]:
    """The role is held no longer."""
    _end_roles(person, True)
    return lambda: _end_roles(person, False)


def _end_roles(person: Person, ended: bool) -> None:
    with write(person.instance.database, SYSTEM, person.instance.clock) as work:
        until = work.now if ended else None
        mine = RoleHolding.staff_id == person.staff_id
        work.session.execute(update(RoleHolding).where(mine).values(until_at=until))
        work.journal("staff:account:add", "staff", person.staff_id)


def by_deactivation(person: Person) -> Callable[[], None]:
    """The account is closed."""
    _activate(person, False)
    return lambda: _activate(person, True)


def _activate(person: Person, active: bool) -> None:
    with write(person.instance.database, SYSTEM, person.instance.clock) as work:
        work.session.get_one(StaffMember, person.staff_id).active = active
        work.journal("staff:account:add", "staff", person.staff_id)


def by_end_of_session(person: Person) -> Callable[[], None]:
    """The session is ended; a new one is begun afterwards."""
    person.instance.sessions.end(person.token, SYSTEM)

    def again() -> None:
        person.token = person.instance.sessions.start("racer", factories.PASSWORD)

    return again
