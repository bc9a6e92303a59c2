"""Guessing is slowed wherever it comes from, and no guessing keeps the right person out."""

from datetime import timedelta
from threading import Barrier, Thread

import pytest

from api.wiring import Instance
from edrms.clock import FixedClock
from edrms.errors import Refused
from edrms.staff.rules import CODE, DEVICE, NAME, PAIR, PAIR_UNDER_ATTACK, SOURCE
from edrms.staff.sessions import Arrival
from edrms.staff.tables import KnownDevice
from tests import factories
from tests.service.events import events
from tests.service.identity import (
    can_sign_in,
    code_of,
    guess_wrongly,
    hash_quickly,
    many_guesses,
    set_up_factor,
    somewhere,
)

SECOND = timedelta(seconds=1)
HOME, ATTACKER = somewhere(1), somewhere(666)


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    hash_quickly(monkeypatch)


@pytest.fixture(autouse=True)
def ann(instance: Instance) -> str:
    return factories.staff_member(instance, "ann", "post_room")


def at(arrival: Arrival, device: str) -> Arrival:
    return Arrival(arrival.source, device)


def test_guesses_from_one_address_do_not_slow_the_person_at_another(instance: Instance) -> None:
    guess_wrongly(instance, 3 * PAIR.tries, ATTACKER)
    assert not can_sign_in(instance, ATTACKER)
    assert can_sign_in(instance, HOME)


def test_guesses_at_the_same_address_do_not_slow_a_known_device(instance: Instance) -> None:
    device = instance.sessions.begin("ann", factories.PASSWORD, HOME).device
    guess_wrongly(instance, 3 * PAIR.tries, HOME)
    assert not can_sign_in(instance, HOME)
    assert can_sign_in(instance, at(HOME, device))


def test_a_name_attacked_from_everywhere_is_open_to_an_address_that_did_not_guess(
    instance: Instance,
) -> None:
    many_guesses(instance, (("ann", somewhere(1000 + n)) for n in range(2 * NAME.tries)))
    assert can_sign_in(instance, HOME)


def test_a_name_attacked_from_everywhere_gives_each_address_one_try(
    instance: Instance, clock: FixedClock
) -> None:
    many_guesses(instance, (("ann", somewhere(1000 + n)) for n in range(NAME.tries)))
    guess_wrongly(instance, 1, ATTACKER)
    clock.advance(PAIR.then_one_each + SECOND)
    assert not can_sign_in(instance, ATTACKER)
    clock.advance(PAIR_UNDER_ATTACK.then_one_each)
    assert can_sign_in(instance, ATTACKER)


def test_an_address_that_tries_many_names_waits_but_not_its_known_devices(
    instance: Instance, clock: FixedClock
) -> None:
    device = instance.sessions.begin("ann", factories.PASSWORD, HOME).device
    many_guesses(instance, ((f"name{n}", HOME) for n in range(SOURCE.tries)))
    assert not can_sign_in(instance, HOME)
    assert can_sign_in(instance, at(HOME, device))
    clock.advance(SOURCE.then_one_each + SECOND)
    assert can_sign_in(instance, HOME)


def test_a_stolen_device_has_an_allowance_of_its_own_and_no_more(
    instance: Instance, clock: FixedClock
) -> None:
    device = instance.sessions.begin("ann", factories.PASSWORD, HOME).device
    guess_wrongly(instance, DEVICE.tries, at(ATTACKER, device))
    assert not can_sign_in(instance, at(ATTACKER, device))
    assert can_sign_in(instance, HOME)
    clock.advance(DEVICE.then_one_each + SECOND)
    assert can_sign_in(instance, at(ATTACKER, device))


def test_a_device_is_known_for_its_own_people_only(instance: Instance) -> None:
    factories.staff_member(instance, "bob", "indexer")
    device = instance.sessions.begin("ann", factories.PASSWORD, HOME).device
    guess_wrongly(instance, PAIR.tries, at(ATTACKER, device), "bob")
    assert not can_sign_in(instance, at(ATTACKER, device), "bob")


def test_a_shared_computer_is_known_for_everybody_who_signed_in_on_it(instance: Instance) -> None:
    factories.staff_member(instance, "bob", "indexer")
    first = instance.sessions.begin("ann", factories.PASSWORD, HOME).device
    second = instance.sessions.begin("bob", factories.PASSWORD, at(HOME, first)).device
    guess_wrongly(instance, PAIR.tries, HOME, "ann")
    assert can_sign_in(instance, at(HOME, second), "ann")


def test_a_planted_device_is_worth_nothing_once_another_signed_in_on_it(
    instance: Instance,
) -> None:
    factories.staff_member(instance, "mallory", "indexer")
    planted = instance.sessions.begin("mallory", factories.PASSWORD, ATTACKER).device
    instance.sessions.begin("ann", factories.PASSWORD, at(HOME, planted))
    guess_wrongly(instance, PAIR.tries, at(ATTACKER, planted))
    assert not can_sign_in(instance, at(ATTACKER, planted))
    assert not can_sign_in(instance, ATTACKER)


def test_only_a_hash_of_a_device_is_stored_and_a_forged_one_is_unknown(
    instance: Instance,
) -> None:
    device = instance.sessions.begin("ann", factories.PASSWORD, HOME).device
    with instance.database.read() as session:
        stored = [row.device_hash for row in session.query(KnownDevice)]
    assert device not in stored
    guess_wrongly(instance, PAIR.tries, ATTACKER)
    for forged in (device[:-1], device + "x", stored[0], "", "\0", "x" * 10_000):
        assert not can_sign_in(instance, at(ATTACKER, forged))


def test_a_device_unused_for_long_is_a_stranger(instance: Instance, clock: FixedClock) -> None:
    device = instance.sessions.begin("ann", factories.PASSWORD, HOME).device
    clock.advance(timedelta(days=181))
    guess_wrongly(instance, PAIR.tries, HOME)
    assert not can_sign_in(instance, at(HOME, device))


def test_a_hundred_guesses_at_once_are_a_hundred_guesses(instance: Instance) -> None:
    barrier, tried = Barrier(20), []

    def guess() -> None:
        barrier.wait()
        with pytest.raises(Refused):
            instance.sessions.begin("ann", "wrong", ATTACKER)
        tried.append(1)

    threads = [Thread(target=guess) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(tried) == 20
    assert not can_sign_in(instance, ATTACKER)


def test_codes_are_guessed_by_strangers_together_and_not_on_a_known_device(
    instance: Instance, clock: FixedClock, ann: str
) -> None:
    secret, _ = set_up_factor(instance, ann)
    clock.advance(timedelta(minutes=1))
    begun = instance.sessions.begin("ann", factories.PASSWORD, HOME)
    device = instance.sessions.finish(begun.token, code_of(instance, secret), HOME).device
    clock.advance(timedelta(minutes=1))
    for number in range(CODE.tries):
        elsewhere = somewhere(1000 + number)
        begun = instance.sessions.begin("ann", factories.PASSWORD, elsewhere)
        with pytest.raises(Refused):
            instance.sessions.finish(begun.token, "000000", elsewhere)
    begun = instance.sessions.begin("ann", factories.PASSWORD, ATTACKER)
    with pytest.raises(Refused):
        instance.sessions.finish(begun.token, code_of(instance, secret), ATTACKER)
    begun = instance.sessions.begin("ann", factories.PASSWORD, at(HOME, device))
    assert instance.sessions.finish(begun.token, code_of(instance, secret), at(HOME, device))


def test_a_clock_set_back_gives_nobody_more_tries(instance: Instance, clock: FixedClock) -> None:
    guess_wrongly(instance, PAIR.tries, ATTACKER)
    clock.advance(-timedelta(days=400))
    assert not can_sign_in(instance, ATTACKER)


def test_every_refused_try_is_journalled(instance: Instance) -> None:
    guess_wrongly(instance, PAIR.tries + 2, ATTACKER)
    refused = [one.outcome for one in events(instance, "staff:session:start")]
    assert refused == ["refused"] * (PAIR.tries + 2)
