"""Previews as work: done once however many do it, gone on with after a crash, and what enacting wants."""

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select, update

import retention.comparing
from api.wiring import Instance
from edrms.clients.model import Client
from edrms.clock import FixedClock
from edrms.errors import NotFound, Refused
from edrms.jobs.tables import Job
from edrms.jobs.worker import Worker
from edrms.staff.accounts import SYSTEM
from edrms.uow import write
from retention.preview_tables import PreviewedChange, SchedulePreview
from retention.preview_work import PreviewWork
from tests import factories
from tests.service.events import events
from tests.service.retained import GOVERNANCE, MANAGER, previewed, record_event, with_schedule
from tests.service.test_schedules import REASON, changed, filed, proposed


@pytest.fixture
def jory(instance: Instance) -> Client:
    made = factories.child()
    factories.on_the_register(instance, made)
    return made


@pytest.fixture
def records(instance: Instance, jory: Client, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """More than a slice of them."""
    monkeypatch.setattr(retention.comparing, "SLICE", 2)
    with_schedule(instance)
    return [filed(instance, jory, "C03") for _ in range(5)]


def longer(instance: Instance, years: str = "P35Y") -> int:
    return proposed(instance, changed("C03", "P30Y", years))


def work_of(instance: Instance) -> PreviewWork:
    return PreviewWork(instance.database, instance.clock, SYSTEM)


def rows(instance: Instance, what: type[PreviewedChange | SchedulePreview | Job]) -> int:
    with instance.database.read() as session:
        return session.scalar(select(func.count()).select_from(what)) or 0


def refused(instance: Instance, version: int) -> str:
    with pytest.raises(Refused) as error:
        instance.retention.schedules.take_effect(GOVERNANCE, version, REASON)
    assert error.value.error_code == "not_previewed"
    assert events(instance, "retention:schedule:enact", str(version)) == []
    return error.value.message


def test_a_schedule_nobody_could_look_at_is_not_enacted(
    instance: Instance, records: list[str]
) -> None:
    version = longer(instance)
    assert "not finished" in refused(instance, version)
    assert work_of(instance)._slice(str(preview_id(instance)))
    assert "not finished" in refused(instance, version)  # half of it was looked at
    previewed(instance, version)
    instance.retention.schedules.take_effect(GOVERNANCE, version, REASON)


def preview_id(instance: Instance) -> str:
    with instance.database.read() as session:
        return session.scalars(select(SchedulePreview.preview_id)).one()


def test_a_preview_against_another_schedule_than_the_one_in_force_is_not_gone_by(
    instance: Instance, records: list[str]
) -> None:
    other, version = longer(instance, "P31Y"), longer(instance)
    previewed(instance, other)
    previewed(instance, version)
    instance.retention.schedules.take_effect(GOVERNANCE, other, REASON)
    assert "another schedule" in refused(instance, version)
    assert not instance.retention.previews.of(MANAGER, version).is_current
    found = previewed(instance, version)
    assert (found.against, found.is_current, found.sums.changed) == (other, True, 5)
    instance.retention.schedules.take_effect(GOVERNANCE, version, REASON)


def test_a_preview_that_is_too_old_is_not_gone_by(
    instance: Instance, records: list[str], clock: FixedClock
) -> None:
    version = longer(instance)
    previewed(instance, version)
    clock.advance(timedelta(days=7, seconds=1))
    assert "older than 7 days" in refused(instance, version)
    previewed(instance, version)
    instance.retention.schedules.take_effect(GOVERNANCE, version, REASON)


def test_a_worker_does_it_in_slices_and_takes_other_work_between(
    instance: Instance, records: list[str], worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retention.preview_work.SLICES_A_JOB", 1)
    version = longer(instance)
    seen = []
    while worker.do_one():
        seen.append(instance.retention.previews.of(MANAGER, version).percent)
    assert seen == [40, 80, 99, 100]
    assert rows(instance, PreviewedChange) == 5


def test_two_workers_at_once_find_each_change_once(instance: Instance, records: list[str]) -> None:
    version = longer(instance)
    one, other, of = work_of(instance), work_of(instance), preview_id(instance)
    while one._slice(of) | other._slice(of):
        pass
    assert rows(instance, PreviewedChange) == 5
    assert instance.retention.previews.of(MANAGER, version).sums.changed == 5


def test_a_slice_somebody_else_did_meanwhile_is_not_written_twice(
    instance: Instance, records: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    longer(instance)
    one, other, of = work_of(instance), work_of(instance), preview_id(instance)
    real = retention.preview_work.write

    def meanwhile(*given: object) -> object:
        monkeypatch.setattr(retention.preview_work, "write", real)
        assert other._slice(of)
        return real(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(retention.preview_work, "write", meanwhile)
    assert one._slice(of)
    assert rows(instance, PreviewedChange) == 2
    one.to_the_end(of)
    assert rows(instance, PreviewedChange) == 5


def test_what_cannot_be_done_is_said_and_can_be_asked_for_again(
    instance: Instance, records: list[str], worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = longer(instance)

    def broken(*_: object) -> None:
        raise RuntimeError("a rule that nobody thought of")

    with monkeypatch.context() as patch:
        patch.setattr("retention.preview_work.next_slice", broken)
        for _ in range(3):
            assert worker.do_one()
            instance.clock.advance(timedelta(seconds=5))  # type: ignore[attr-defined]
            with instance.database.engine.begin() as connection:  # a server waits by its own clock
                connection.execute(update(Job).values(not_before=None))
    assert instance.retention.previews.of(MANAGER, version).state == "failed"
    assert "not finished" in refused(instance, version)
    assert previewed(instance, version).sums.changed == 5


def test_asked_for_again_it_takes_the_facts_of_now_and_the_old_one_goes(
    instance: Instance, jory: Client, records: list[str]
) -> None:
    version = longer(instance)
    assert previewed(instance, version).sums.by_class.keys() == {"C03"}
    record_event(instance, jory, "looked_after", date(2020, 1, 1))
    assert instance.retention.previews.of(MANAGER, version).sums.changed == 5
    assert previewed(instance, version).sums.changed == 0  # class C05 decides now
    assert rows(instance, PreviewedChange) == 0 and rows(instance, SchedulePreview) == 2


def test_while_it_is_under_way_it_is_not_begun_twice(
    instance: Instance, records: list[str]
) -> None:
    version = longer(instance)
    first = instance.retention.previews.ask(GOVERNANCE, version)
    work_of(instance)._slice(first)
    assert instance.retention.previews.ask(MANAGER, version) == first
    assert rows(instance, Job) == 1 or rows(instance, SchedulePreview) == 1


@pytest.mark.parametrize("version", [0, -1, 99])
def test_of_a_version_there_is_none_of_nothing_is_previewed(
    instance: Instance, version: int
) -> None:
    with pytest.raises(NotFound):
        instance.retention.previews.ask(MANAGER, version)
    with pytest.raises(NotFound):
        instance.retention.previews.every(MANAGER, version)
    with write(instance.database, SYSTEM, instance.clock) as work:
        assert work.session.scalar(select(func.count()).select_from(SchedulePreview)) == 0
