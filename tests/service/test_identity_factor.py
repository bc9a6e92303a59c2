"""The second factor: two steps, a code once, recovery codes once, secrets unreadable in the database."""

from datetime import timedelta

import pytest

from api.wiring import Instance, build
from edrms.clock import FixedClock
from edrms.errors import Damaged, Denied, Invalid, NotSignedIn, Refused
from edrms.settings import Settings
from edrms.staff.sealing import Sealer
from edrms.staff.second_factor import RECOVERY_CODES
from edrms.staff.sessions import SET_UP_FACTOR
from edrms.staff.tables import RecoveryCode, SecondFactor
from tests import factories
from tests.service.events import events
from tests.service.identity import code_of, hash_quickly, member, set_up_factor

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def quick_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    hash_quickly(monkeypatch)


@pytest.fixture
def ann(instance: Instance) -> str:
    return factories.staff_member(instance, "ann", "post_room")


@pytest.fixture
def secret(instance: Instance, clock: FixedClock, ann: str) -> str:
    """Ann's secret, set up a minute ago."""
    found, _ = set_up_factor(instance, ann)
    clock.advance(MINUTE)
    return found


def begin(instance: Instance) -> str:
    begun = instance.sessions.begin("ann", factories.PASSWORD)
    assert begun.needs_code and not begun.device
    return begun.token


def is_refused(instance: Instance, token: str, code: str) -> bool:
    try:
        instance.sessions.finish(token, code)
    except Refused:
        return True
    return False


@pytest.mark.usefixtures("secret")
def test_after_the_first_step_nothing_is_open(instance: Instance) -> None:
    token = begin(instance)
    assert instance.sessions.find(token) is None
    assert instance.sessions.is_waiting_for_code(token)
    with pytest.raises(NotSignedIn):
        instance.sessions.prove(token, factories.PASSWORD, "")


def test_the_second_step_gives_another_token_and_ends_the_first(
    instance: Instance, secret: str
) -> None:
    pending = begin(instance)
    token = instance.sessions.finish(pending, code_of(instance, secret)).token
    assert token != pending and instance.sessions.find(token)
    assert instance.sessions.find(pending) is None
    with pytest.raises(NotSignedIn):
        instance.sessions.finish(pending, code_of(instance, secret))


def test_the_second_step_must_come_within_minutes(
    instance: Instance, secret: str, clock: FixedClock
) -> None:
    pending = begin(instance)
    clock.advance(timedelta(minutes=5, seconds=1))
    assert not instance.sessions.is_waiting_for_code(pending)
    with pytest.raises(NotSignedIn):
        instance.sessions.finish(pending, code_of(instance, secret))


def test_a_code_is_accepted_once(instance: Instance, secret: str) -> None:
    code = code_of(instance, secret)
    assert not is_refused(instance, begin(instance), code)
    assert is_refused(instance, begin(instance), code)
    assert is_refused(instance, begin(instance), code_of(instance, secret, -1))
    assert not is_refused(instance, begin(instance), code_of(instance, secret, 1))


@pytest.mark.parametrize(("steps_off", "is_good"), [(-2, 0), (-1, 1), (0, 1), (1, 1), (2, 0)])
def test_a_clock_may_be_one_step_off(
    instance: Instance, secret: str, steps_off: int, is_good: int
) -> None:
    code = code_of(instance, secret, steps_off)
    assert is_refused(instance, begin(instance), code) is not bool(is_good)


def test_the_code_that_set_a_factor_up_does_not_sign_in(instance: Instance, ann: str) -> None:
    secret, _ = set_up_factor(instance, ann)
    assert is_refused(instance, begin(instance), code_of(instance, secret))


@pytest.mark.usefixtures("secret")
@pytest.mark.parametrize("code", ["", "000000", "0" * 100_000, "\0", "１２３４５６", "\ud800", "-"])
def test_a_wrong_code_is_refused(instance: Instance, code: str) -> None:
    assert is_refused(instance, begin(instance), code)


def test_a_recovery_code_lets_in_once(instance: Instance, ann: str) -> None:
    _, codes = set_up_factor(instance, ann)
    assert len(set(codes)) == RECOVERY_CODES
    assert not is_refused(instance, begin(instance), codes[0].upper().replace("-", " "))
    assert is_refused(instance, begin(instance), codes[0])
    assert not is_refused(instance, begin(instance), codes[1])
    assert instance.factors.recovery_codes_left(member(ann)) == RECOVERY_CODES - 2
    assert len(events(instance, "staff:factor:recover")) == 2


def test_a_recovery_code_of_another_person_is_worth_nothing(instance: Instance, ann: str) -> None:
    bob = factories.staff_member(instance, "bob", "indexer")
    _, codes = set_up_factor(instance, bob)
    set_up_factor(instance, ann)
    assert is_refused(instance, begin(instance), codes[0])


def test_new_recovery_codes_end_the_old_ones(instance: Instance, ann: str) -> None:
    _, old = set_up_factor(instance, ann)
    new = instance.factors.renew_recovery_codes(member(ann))
    assert is_refused(instance, begin(instance), old[0])
    assert not is_refused(instance, begin(instance), new[0])


def test_neither_secret_nor_codes_can_be_read_in_the_database(instance: Instance, ann: str) -> None:
    secret, codes = set_up_factor(instance, ann)
    with instance.database.read() as session:
        sealed = session.get_one(SecondFactor, ann).sealed_secret
        hashes = {row.code_hash for row in session.query(RecoveryCode)}
    assert secret not in sealed
    assert hashes.isdisjoint(codes) and len(hashes) == RECOVERY_CODES


def test_a_sealed_secret_opens_for_its_owner_and_purpose_and_unchanged(
    instance: Instance,
) -> None:
    sealer = Sealer(instance.settings, "one purpose")
    sealed = sealer.seal("secret", "ann")
    assert sealer.open(sealed, "ann") == "secret"
    assert sealer.seal("secret", "ann") != sealed
    other = Sealer(instance.settings, "another purpose")
    for bad in (sealed[:-4], sealed[:-6] + "AAAA==", "", "1.", "1.é", sealed.replace("1.", "2.")):
        with pytest.raises(Damaged):
            sealer.open(bad, "ann")
    for call in (lambda: sealer.open(sealed, "bob"), lambda: other.open(sealed, "ann")):
        with pytest.raises(Damaged):
            call()


def test_another_persons_set_up_cannot_be_confirmed(instance: Instance, ann: str) -> None:
    bob = factories.staff_member(instance, "bob", "indexer")
    offer = instance.factors.offer(member(bob), "bob")
    for sealed in (offer.sealed, "", offer.sealed[:-2], "x" * 1000):
        with pytest.raises(Refused):
            instance.factors.confirm(member(ann), sealed, code_of(instance, offer.secret))
    with pytest.raises(Invalid):
        instance.factors.confirm(member(bob), offer.sealed, "000000")
    assert not instance.factors.is_set(member(ann)) and not instance.factors.is_set(member(bob))


@pytest.mark.usefixtures("secret")
def test_signing_in_in_one_step_refuses_alike_whatever_is_wrong(instance: Instance) -> None:
    said = set()
    for name, password, code in [
        ("ann", factories.PASSWORD, ""), ("ann", factories.PASSWORD, "000000"),
        ("ann", "wrong", ""), ("nobody", "wrong", ""),
    ]:  # fmt: skip
        with pytest.raises(Refused) as refused:
            instance.sessions.start(name, password, code)
        said.add((refused.value.message, refused.value.error_code))
    assert len(said) == 1


def test_an_administrator_resets_a_lost_factor_and_never_their_own(
    instance: Instance, secret: str, ann: str
) -> None:
    admin = member(factories.staff_member(instance, "adam", "system_administrator"),
                   "system_administrator")  # fmt: skip
    token = instance.sessions.start("ann", factories.PASSWORD, code_of(instance, secret))
    set_up_factor(instance, admin.staff_id)
    with pytest.raises(Refused):
        instance.factors.reset(admin, admin.staff_id)
    with pytest.raises(Denied):
        instance.factors.reset(member(ann, "post_room"), admin.staff_id)
    instance.factors.reset(admin, ann)
    assert instance.sessions.find(token) is None
    assert not instance.sessions.begin("ann", factories.PASSWORD).needs_code
    [event] = events(instance, "staff:factor:reset")
    assert (event.actor_id, event.subject_id) == (admin.staff_id, ann)


def test_where_it_is_required_nothing_else_is_open_before_it_is_set_up(
    instance: Instance, clock: FixedClock, ann: str
) -> None:
    fields = instance.settings.model_dump() | {"require_second_factor": True}
    strict = build(Settings(**fields), clock)
    found = strict.sessions.find(strict.sessions.start("ann", factories.PASSWORD))
    assert found is not None and found.must == SET_UP_FACTOR
    set_up_factor(strict, ann)
    clock.advance(MINUTE)
    assert strict.sessions.begin("ann", factories.PASSWORD).needs_code
    strict.database.close()
