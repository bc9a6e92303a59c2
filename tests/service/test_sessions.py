"""Signing in: sessions end when they should, guessing is slowed, nobody is locked out."""

from datetime import timedelta

import pytest
from argon2 import PasswordHasher

from api.wiring import Instance
from edrms.clock import FixedClock
from edrms.errors import Invalid, Refused
from edrms.staff import passwords
from edrms.staff.accounts import SYSTEM, add_staff_member
from edrms.staff.rules import PAIR
from edrms.staff.tables import StaffMember, StaffSession
from edrms.uow import write
from tests import factories
from tests.service.events import events

IDLE, TOTAL = timedelta(hours=1), timedelta(hours=12)
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Argon2id as shipped takes a second on a busy machine; these tests are not about its cost."""
    quick = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(passwords, "_HASHER", quick)
    monkeypatch.setattr(passwords, "_DUMMY_HASH", quick.hash("a password nobody has"))


@pytest.fixture
def ann(instance: Instance) -> str:
    return factories.staff_member(instance, "ann", "post_room")


def sign_in(instance: Instance, password: str = factories.PASSWORD, name: str = "ann") -> str:
    return instance.sessions.start(name, password)


def guess_wrongly(instance: Instance, times: int, name: str = "ann") -> None:
    for _ in range(times):
        with pytest.raises(Refused):
            sign_in(instance, "a wrong password", name)


@pytest.mark.usefixtures("ann")
def test_a_session_is_found_by_its_token_and_only_a_hash_is_stored(instance: Instance) -> None:
    token = sign_in(instance)
    found = instance.sessions.find(token)
    assert found is not None and found.actor.roles == {"post_room"}
    assert instance.sessions.find(token + "x") is instance.sessions.find("") is None
    with instance.database.read() as session:
        assert session.get(StaffSession, token) is None


@pytest.mark.usefixtures("ann")
def test_a_session_ends_when_idle_too_long(instance: Instance, clock: FixedClock) -> None:
    token = sign_in(instance)
    clock.advance(IDLE)
    assert instance.sessions.find(token)
    clock.advance(IDLE + SECOND)
    assert instance.sessions.find(token) is None


@pytest.mark.usefixtures("ann")
def test_use_keeps_a_session_alive_but_never_beyond_its_total(
    instance: Instance, clock: FixedClock
) -> None:
    token, worked = sign_in(instance), timedelta()
    while worked + IDLE / 2 <= TOTAL:
        clock.advance(IDLE / 2)
        worked += IDLE / 2
        assert instance.sessions.find(token)
    clock.advance(SECOND)
    assert instance.sessions.find(token) is None


@pytest.mark.usefixtures("ann")
def test_an_ended_session_is_worth_nothing_at_once(instance: Instance) -> None:
    token, other = sign_in(instance), sign_in(instance)
    found = instance.sessions.find(token)
    assert found is not None
    instance.sessions.end(token, found.actor)
    assert instance.sessions.find(token) is None
    assert instance.sessions.find(other)
    assert len(events(instance, "staff:session:end")) == 1


def test_a_member_who_left_is_out_at_once(instance: Instance, ann: str) -> None:
    token = sign_in(instance)
    with write(instance.database, SYSTEM, instance.clock) as work:
        work.session.get_one(StaffMember, ann).active = False
        work.journal("staff:account:add", "staff", ann)
    assert instance.sessions.find(token) is None
    with pytest.raises(Refused):
        sign_in(instance)


@pytest.mark.usefixtures("ann")
def test_an_unknown_name_and_a_wrong_password_have_the_same_answer(instance: Instance) -> None:
    answers = []
    for name in ("ann", "nobody"):
        with pytest.raises(Refused) as refused:
            sign_in(instance, "a wrong password", name)
        answers.append((refused.value.message, refused.value.error_code, refused.value.data))
    assert answers[0] == answers[1]
    assert [event.outcome for event in events(instance, "staff:session:start")] == ["refused"] * 2


@pytest.mark.usefixtures("ann")
def test_many_wrong_guesses_slow_the_name_down_and_no_other(
    instance: Instance, clock: FixedClock
) -> None:
    factories.staff_member(instance, "bob", "indexer")
    guess_wrongly(instance, PAIR.tries)
    with pytest.raises(Refused):
        sign_in(instance)
    assert sign_in(instance, name="bob")
    clock.advance(PAIR.then_one_each + SECOND)
    assert sign_in(instance)


@pytest.mark.usefixtures("ann")
def test_guessing_while_the_name_is_slowed_does_not_make_the_wait_longer(
    instance: Instance, clock: FixedClock
) -> None:
    guess_wrongly(instance, PAIR.tries)
    for _ in range(3):
        clock.advance(PAIR.then_one_each / 4)
        guess_wrongly(instance, 1)
    clock.advance(PAIR.then_one_each / 4 + SECOND)
    assert sign_in(instance)


@pytest.mark.usefixtures("ann")
def test_signing_in_forgets_earlier_failures(instance: Instance) -> None:
    guess_wrongly(instance, PAIR.tries - 1)
    sign_in(instance)
    guess_wrongly(instance, PAIR.tries - 1)
    assert sign_in(instance)


@pytest.mark.parametrize(
    ("username", "password", "roles", "field"),
    [
        ("cat", "short", {"indexer"}, "password"),
        ("cat", factories.PASSWORD, {"superuser"}, "roles"),
        ("ann", factories.PASSWORD, {"indexer"}, "username"),
    ],
)
@pytest.mark.usefixtures("ann")
def test_a_wrong_account_is_not_added(
    instance: Instance, username: str, password: str, roles: set[str], field: str
) -> None:
    with (
        pytest.raises(Invalid) as wrong,
        write(instance.database, SYSTEM, instance.clock) as work,
    ):
        add_staff_member(work, username, "Name", password, frozenset(roles))
    assert list(wrong.value.fields) == [field]


def test_passwords_are_stored_as_argon2id(instance: Instance, ann: str) -> None:
    with instance.database.read() as session:
        stored = session.get_one(StaffMember, ann).password_hash
    assert stored.startswith("$argon2id$") and factories.PASSWORD not in stored
