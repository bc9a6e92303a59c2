"""The clock is believed as far as a checkpoint that somebody else saw confirms it."""

from datetime import timedelta
from pathlib import Path

import pytest

from api.wiring import Instance, build, checkpoint_place, sealer
from edrms.audit.clock_witness import ClockWitness
from edrms.audit.notes import load_key
from edrms.audit.verifier import LOG_KEY, WITNESS_KEY
from edrms.audit.witness import Witness
from edrms.clock import FixedClock
from edrms.errors import CannotStart, Unavailable
from edrms.staff.accounts import SYSTEM
from edrms.uow import write
from tests import factories
from tests.service.audit_logs import signer

DAY = timedelta(days=1)


@pytest.fixture
def witness_clock() -> FixedClock:
    """The witness has a clock of its own."""
    return factories.fixed_clock()


def seal(instance: Instance) -> None:
    with write(instance.database, SYSTEM, instance.clock) as work:
        work.journal("audit:event:view", "test", "something happened")
    one = sealer(instance, "sealer-of-tests")
    term = one.take_lead()
    assert term
    while one.round(term):
        pass
    one._leader.lay_down(term, one.actor)


def cosign(instance: Instance, clock: FixedClock, tmp_path: Path) -> None:
    log = load_key(instance.settings.audit_key, LOG_KEY).key
    Witness(
        checkpoint_place(instance.settings), tmp_path / "witness", log,
        signer("witness/1", WITNESS_KEY), clock,
    ).look()  # fmt: skip


def agrees(
    instance: Instance, *, with_witness: bool, name: str = "witness/1", since: int = 0
) -> bool:
    key = signer(name, WITNESS_KEY).key if with_witness else None
    asked = ClockWitness(checkpoint_place(instance.settings), key)
    now = instance.clock.now()
    with instance.database.read() as session:
        return asked.agrees(session, now, now - since * DAY if since else None)


def test_nothing_published_or_nothing_cosigned_confirms_no_clock(
    instance: Instance, tmp_path: Path, witness_clock: FixedClock
) -> None:
    assert not agrees(instance, with_witness=False) and not agrees(instance, with_witness=True)
    seal(instance)
    assert agrees(instance, with_witness=False) and not agrees(instance, with_witness=True)
    cosign(instance, witness_clock, tmp_path)
    assert agrees(instance, with_witness=True)
    assert not agrees(instance, with_witness=True, name="witness/another")


@pytest.mark.parametrize("days", [365, 2, -1, -365])
def test_a_clock_that_is_off_is_contradicted_by_the_witness_also_when_the_sealer_follows_it(
    instance: Instance, clock: FixedClock, tmp_path: Path, witness_clock: FixedClock, days: int
) -> None:
    seal(instance)
    cosign(instance, witness_clock, tmp_path)
    clock.advance(days * DAY)
    assert not agrees(instance, with_witness=False)
    seal(instance)
    cosign(instance, witness_clock, tmp_path)
    assert agrees(instance, with_witness=False)  # the sealer has the same wrong clock
    assert not agrees(instance, with_witness=True)


def test_without_a_witness_a_jump_between_checkpoints_is_noticed_and_quiet_days_are_not(
    instance: Instance, clock: FixedClock
) -> None:
    seal(instance)
    clock.advance(9 * DAY)
    seal(instance)
    assert agrees(instance, with_witness=False, since=9)
    clock.advance(365 * DAY)
    seal(instance)
    assert not agrees(instance, with_witness=False, since=374)
    assert agrees(instance, with_witness=False)


def test_a_checkpoint_of_another_log_or_altered_in_the_place_confirms_nothing(
    instance: Instance, tmp_path: Path, witness_clock: FixedClock
) -> None:
    seal(instance)
    cosign(instance, witness_clock, tmp_path)
    place = checkpoint_place(instance.settings).root
    [published] = [one for one in (place / "checkpoints").rglob("*") if one.is_file()]
    [cosigned] = (place / "cosigned").iterdir()
    for path in (published, cosigned):
        path.chmod(0o600)
        content = path.read_text()
        path.write_text(content.replace(content.strip()[-8:], "AAAAAAAA"))
    assert not agrees(instance, with_witness=False) and not agrees(instance, with_witness=True)
    published.rename(place / "elsewhere")
    published.parent.rmdir()
    published.parent.parent.rmdir()
    with pytest.raises(Unavailable):
        agrees(instance, with_witness=False)


def test_a_key_that_is_none_of_a_witness_stops_the_start(tmp_path: Path) -> None:
    made = factories.new_instance(tmp_path / "home")
    for wrong in ("no key", str(load_key(made.settings.audit_key, LOG_KEY).key)):
        settings = factories.settings(tmp_path / "home", audit_witness_key=wrong)
        with pytest.raises(CannotStart, match="EDRMS_AUDIT_WITNESS_KEY"):
            _ = build(settings).disposal
    made.database.close()
