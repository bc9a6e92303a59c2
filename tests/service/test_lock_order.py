"""Answers, holds and cases at once: everybody takes their locks in one order, so nobody waits in a circle.

The order is read off every act as it is done, whatever the database; that no two acts meet in a deadlock
is then tried on PostgreSQL itself, where locks are taken row by row.
"""

import itertools
import re
import threading
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from random import Random

import pytest

from api.wiring import Instance
from edrms.clock import FixedClock
from edrms.errors import EdrmsError, Unavailable
from edrms.incidents.misfiles import Repair
from edrms.staff.accounts import SYSTEM
from edrms.uow import UnitOfWork, write
from retention import executing
from retention.disposal_words import Appraisal
from retention.walking import walk
from tests import factories
from tests.engines import instances
from tests.service.disposals import WHY, Office, another_client, office
from tests.service.retained import MANAGER, previewed, record_event
from tests.service.test_disposal_interleavings import CutOff, Race
from tests.service.test_schedules import GOVERNANCE, REASON, proposed

ROUNDS = 40
_OF_ONE = re.compile(r"\b[0-9a-f]{32}\b")


@pytest.fixture
def orders(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Which locks each transaction took, in order; of one thing and of another count as one kind."""
    found: dict[int, list[str]] = {}
    kept: list[UnitOfWork] = []  # or their ids would come again
    real = UnitOfWork.alone

    def noted(work: UnitOfWork, what: str) -> None:
        kept.append(work)
        mine = found.setdefault(id(work), [])
        if (kind := _OF_ONE.sub("ID", what)) not in mine:
            mine.append(kind)
        real(work, what)

    monkeypatch.setattr(UnitOfWork, "alone", noted)
    return _Values(found)


class _Values(list[list[str]]):
    """The values of a table that still grows."""

    def __init__(self, found: dict[int, list[str]]) -> None:
        super().__init__()
        self._found = found

    def __iter__(self) -> Iterator[list[str]]:
        return iter(list(self._found.values()))


def test_every_act_takes_its_locks_in_one_order(
    instance: Instance, clock: FixedClock, orders: list[list[str]]
) -> None:
    desk = office(instance, clock, records=4)
    for decision in ("extend", "reclass", "destroy"):
        until = clock.now().date() + timedelta(days=400) if decision == "extend" else None
        said = Appraisal(decision, WHY, until, "A03" if decision == "reclass" else "")
        desk.file()
        case_id = desk.appraised(said, case_id=desk.proposed(desk.records[-1:]))
        desk.run(desk.executing(desk.approved(case_id)))
    hold_id = desk.hold_record(desk.records[0])
    instance.holds.lift(desk.who("bert"), hold_id, WHY, "Letter 2")
    [moved] = desk.file()
    wrong, right = (desk.olive.client_id,), (another_client(desk).client_id,)
    instance.wrong_person.report(desk.who("bert"), moved, wrong, WHY)
    instance.wrong_person.repair(desk.who("bert"), moved, Repair(1, wrong, right, WHY))
    event_id = record_event(instance, desk.olive, "LAST_CONTACT", date(2011, 2, 3))
    instance.retention.events.withdraw(MANAGER, event_id, "typed by mistake")
    version = proposed(instance)
    previewed(instance, version)
    instance.retention.schedules.take_effect(GOVERNANCE, version, REASON)
    with write(instance.database, SYSTEM, clock) as work:
        walk(work)
    after: dict[str, set[str]] = {}
    for taken in orders:
        for earlier, later in itertools.pairwise(taken):
            after.setdefault(later, set()).add(earlier)
    assert {"retention answers"} <= after.get(
        "holds and destruction", set()
    )  # it saw the acts that take both
    order = list(TopologicalSorter(after).static_order())  # raises CycleError where two acts cross
    assert order.index("retention answers") < order.index("holds and destruction")


def test_an_order_that_crosses_would_be_seen() -> None:
    with pytest.raises(CycleError):
        list(TopologicalSorter({"a": {"b"}, "b": {"a"}}).static_order())


@pytest.fixture
def on_postgresql(tmp_path: Path, clock: FixedClock) -> Iterator[Instance]:
    """An instance with its rows and keys there; the rest is as ever."""
    made = factories.new_instance(
        tmp_path / "home", clock, database_url=instances.new_database(),
        keys_url=instances.new_database(),
    )  # fmt: skip
    yield made
    made.index.close()
    made.database.close()


def test_people_and_upkeep_at_once_never_wait_for_each_other_in_a_circle(
    on_postgresql: Instance, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = office(on_postgresql, clock, records=0)
    monkeypatch.setattr(executing, "GROUP", 1)
    sealing, seal = threading.Lock(), desk.seal

    def seal_one_at_a_time() -> None:
        with sealing:
            seal()

    desk.seal = seal_one_at_a_time  # type: ignore[method-assign]
    races = [Race(desk, seed) for seed in range(3)]
    acts = [one for race in races for one in _acts_of(race)]
    acts += [_life(on_postgresql, desk), _walking(on_postgresql, clock)]
    stuck = _all_at_once(acts)
    assert stuck == []


def _acts_of(race: Race) -> list[Callable[[], object]]:
    """What people do with one case, in one thread; holds on its records in another."""
    case = (race.propose, race.appraise, race.approve, race.execute, race.run_on, race.decline)
    dice = Random(race.records[0])
    return [lambda: dice.choice(case)(), lambda: dice.choice((race.place, race.lift))()]


def _life(instance: Instance, desk: Office) -> Callable[[], object]:
    """A fact comes and is taken back: each time every record of the person is answered for anew."""
    days = iter(range(10_000))

    def change() -> None:
        on = date(2011, 1, 1) + timedelta(days=next(days))
        event_id = record_event(instance, desk.olive, "LAST_CONTACT", on)
        instance.retention.events.withdraw(MANAGER, event_id, "typed by mistake")

    return change


def _walking(instance: Instance, clock: FixedClock) -> Callable[[], object]:
    def go_on() -> None:
        with write(instance.database, SYSTEM, clock) as work:
            walk(work)

    return go_on


def _all_at_once(acts: list[Callable[[], object]]) -> list[str]:
    """Each in a thread of its own, ROUNDS times; what the database could not do, by its cause."""
    stuck: list[str] = []
    broken: list[BaseException] = []
    together = threading.Barrier(len(acts))

    def repeat(act: Callable[[], object]) -> None:
        together.wait()
        for _ in range(ROUNDS):
            try:
                act()
            except Unavailable as error:
                stuck.append(str(error.data.get("cause", error)))
            except (EdrmsError, CutOff):
                pass  # refused, as often as not
            except BaseException as error:
                broken.append(error)
                return

    threads = [threading.Thread(target=repeat, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if broken:
        raise broken[0]
    return stuck
