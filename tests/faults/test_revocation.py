"""What is revoked is revoked at the next request: races of a revoke against somebody who never pauses.

EDRMS_TEST_RACES: how many; 300 by default, 1,000 before a release. Each race lets the person in, sees a
use succeed, takes the access away, and sees a use refused; no use that began after the revoke had
returned may succeed.
"""

import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Iterator
from functools import cache
from itertools import cycle, islice
from pathlib import Path
from random import Random

import pytest

from api.wiring import indexer
from edrms.access import standing
from edrms.access.work import leave_team
from edrms.clock import SystemClock
from edrms.staff import accounts
from edrms.staff.accounts import SYSTEM
from edrms.uow import write
from tests import factories
from tests.faults import racing
from tests.faults.racing import Log, Person, late_uses, using

RACES = int(os.environ.get("EDRMS_TEST_RACES", "300"))
WAYS: tuple[Callable[[Person], Callable[[], None]], ...] = (
    racing.by_block, racing.by_end_of_grant, racing.by_deallocation, racing.by_marking,
    racing.by_block, racing.by_end_of_role, racing.by_deallocation, racing.by_deactivation,
    racing.by_block, racing.by_end_of_grant, racing.by_deallocation, racing.by_marking,
    racing.by_block, racing.by_end_of_role, racing.by_deallocation, racing.by_end_of_session,
)  # fmt: skip
pytestmark = pytest.mark.faults


@pytest.fixture
def person(tmp_path: Path) -> Iterator[Person]:
    """A social worker with one client, whose file has one record; on the machine's own clock."""
    instance = factories.new_instance(tmp_path / "home", SystemClock())
    with write(instance.database, SYSTEM, instance.clock) as work:
        staff_id = factories.add_to_staff(work, "racer", "social_worker_adults")
        leave_team(work, factories.TEAMS["adults"], staff_id)
    olive = factories.client()
    factories.on_the_register(instance, olive)
    record_id = factories.filed_record(instance, [olive], texts=["The periwinkle teapot."])
    while indexer(instance).do_some():
        pass
    token = instance.sessions.start("racer", factories.PASSWORD)
    made = Person(instance, staff_id, record_id, olive.client_id, token)
    racing.give_work(made)
    yield made
    instance.index.close()
    instance.database.close()


def race(
    person: Person, log: Log, revoke: Callable[[Person], Callable[[], None]], dice: Random
) -> tuple[int, int]:
    """One race; when the way was closed, from the return of the revoke to the giving back."""
    log.wait_for(True, time.monotonic_ns())
    time.sleep(dice.random() / 500)
    give_back = revoke(person)
    closed_at = time.monotonic_ns()
    log.wait_for(False, closed_at)
    opened_at = time.monotonic_ns()
    give_back()
    return closed_at, opened_at


@pytest.mark.timeout(900)
def test_no_use_that_began_after_the_revoke_returned_succeeds(person: Person) -> None:
    dice = Random(1)
    with using(person) as log:
        closed = [race(person, log, way, dice) for way in islice(cycle(WAYS), RACES)]
    assert len(closed) == RACES
    assert late_uses(log.uses, closed) == []


def test_a_standing_remembered_between_requests_would_be_noticed(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    remembered = cache(lambda staff_id, name: real(staff_id, name))

    def real(staff_id: str, name: str) -> object:
        with person.instance.database.read() as session:
            return standing.actor_at(session, staff_id, name, person.instance.clock.now())

    monkeypatch.setattr(
        accounts, "actor_at", lambda _s, staff_id, name, _at: remembered(staff_id, name)
    )
    with using(person) as log:
        log.wait_for(True, time.monotonic_ns())
        racing.by_end_of_role(person)
        closed_at = time.monotonic_ns()
        log.wait_for(True, closed_at)
    assert late_uses(log.uses, [(closed_at, time.monotonic_ns())])


def test_a_page_image_already_open_may_end_and_the_next_is_refused(person: Person) -> None:
    found = person.instance.sessions.find(person.token)
    assert found
    open_page = person.instance.viewing.page_image(found.actor, person.record_id, 1)
    racing.by_block(person)
    with open_page.stream as stream:
        assert len(stream.read()) == open_page.size_bytes
    for kind, ask in racing.USES.items():
        assert not racing.request(person, ask), kind


def importable_by_a_child() -> list[str]:
    """Where a child looks for modules: not in the folders of tests that pytest puts in front, of which
    a module (service/events.py) has the name of a library."""
    tests = Path(__file__).parents[1]
    return [one for one in sys.path if tests not in Path(one).absolute().parents]


def test_a_revoke_in_one_process_holds_in_another(
    person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", importable_by_a_child())
    context = multiprocessing.get_context("spawn")
    stop, out = context.Event(), context.Queue()
    where = (person.instance.settings, person.staff_id, (person.record_id, person.client_id))
    other = context.Process(target=racing.use_elsewhere, args=(*where, person.token, stop, out))
    other.start()
    try:
        uses, closed = list(out.get(timeout=120)), []
        assert all(use[3] for use in uses)
        for way in (racing.by_block, racing.by_deallocation, racing.by_end_of_role) * 8:
            give_back = way(person)
            closed_at = time.monotonic_ns()
            while not any(use[1] > closed_at and not use[3] for use in uses[-len(racing.USES) :]):
                uses += out.get(timeout=60)
            closed.append((closed_at, time.monotonic_ns()))
            give_back()
            opened_at = time.monotonic_ns()
            while not any(use[1] > opened_at and use[3] for use in uses[-len(racing.USES) :]):
                uses += out.get(timeout=60)
    finally:
        stop.set()
        while other.is_alive():
            while not out.empty():
                out.get()
            other.join(0.1)
    assert late_uses(uses, closed) == []
