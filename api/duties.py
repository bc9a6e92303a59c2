"""Which periodic work an instance has, and how often: chosen here, done by one leader of all hosts."""

import logging
from datetime import timedelta

from api.wiring import Instance
from edrms.access.model import Actor
from edrms.audit.checking import verify_database
from edrms.audit.sealer import CHECK, say
from edrms.audit.sealing import newest_checkpoint
from edrms.audit.verifier import Checkpoint, Tampered
from edrms.errors import CannotStart, Damaged, Refused, Unavailable
from edrms.ids import StaffId
from edrms.jobs.periodic import Periodic, PeriodicDuty
from edrms.jobs.presence import Presence
from edrms.jobs.upkeep import remove_done_jobs
from edrms.uow import UnitOfWork
from retention.walking import walk
from scanning.indexing.learn_types import learn_types
from search.ports import IndexBusy, IndexUnavailable

LOOK_EVERY_S = 30.0
MOST_GROUPS = 10  # of a case at a time: other duties wait meanwhile
log = logging.getLogger("edrms.disposal")


def periodic(instance: Instance, name: str) -> Periodic:
    """Whoever does the periodic work of this instance, under this name."""
    holder = Actor(StaffId(name), "EDRMS upkeep", frozenset())
    return Periodic(
        instance.database, instance.clock, duties(instance, name), holder,
        lease_s=instance.settings.lease_s,
    )  # fmt: skip


def duties(instance: Instance, name: str = "upkeep") -> list[PeriodicDuty]:
    """Everything periodic. What changes state of record journals it; most of these change none."""
    presence = Presence(instance.database, instance.clock)

    def forget_workers(work: UnitOfWork) -> bool:
        presence.forget(work, timedelta(days=1))
        return False

    return [
        PeriodicDuty("sessions", timedelta(hours=1), instance.sessions.forget_ended),
        PeriodicDuty("tickets", timedelta(hours=1), instance.tickets.forget_old),
        PeriodicDuty("workers", timedelta(hours=1), forget_workers),
        PeriodicDuty("retention", timedelta(minutes=1), walk),
        PeriodicDuty(
            "disposal", timedelta(minutes=1), before=lambda: carry_disposals_on(instance, name)
        ),
        PeriodicDuty("paper", timedelta(minutes=5), instance.paper.tasks.catch_up),
        PeriodicDuty("quality", timedelta(minutes=1), instance.quality.catch_up),
        PeriodicDuty(
            "misfiles", timedelta(seconds=20), before=lambda: _look_for_misfiles(instance, name)
        ),
        PeriodicDuty("done jobs", timedelta(hours=1), remove_done_jobs),
        PeriodicDuty("keys", timedelta(minutes=5), before=lambda: _settle_keys(instance)),
        PeriodicDuty("locks", timedelta(minutes=5), before=lambda: _lock_objects(instance, name)),
        PeriodicDuty("audit check", timedelta(days=1), before=lambda: _check_audit(instance, name)),
        PeriodicDuty("learning", timedelta(days=7), before=lambda: _learn_types(instance, name)),
        PeriodicDuty("index", timedelta(days=1), before=lambda: _tidy_index(instance)),
    ]


def _settle_keys(instance: Instance) -> bool:
    """What was filed since gets its record's key, and its item lets go (scanning/custody)."""
    instance.custody.settle_all()
    return True


def _lock_objects(instance: Instance, name: str) -> bool:
    """What was filed since gets the store's own hold, where the store has any."""
    actor = Actor(StaffId(name), "EDRMS upkeep", frozenset())
    instance.locks.lock_all(actor)
    return True


def carry_disposals_on(instance: Instance, name: str) -> bool:
    """Some groups of the case begun first; where that cannot go on now, of the next. Tried again."""
    actor = Actor(StaffId(name), "EDRMS upkeep", frozenset())
    for case_id in instance.disposal.executing.under_way():
        try:
            instance.disposal.executing.run(actor, case_id, MOST_GROUPS)
            break
        except (Refused, Damaged, Unavailable, CannotStart) as error:
            cause = {"case": case_id, "cause": error.error_code, "what": error.message}
            log.warning("disposal_postponed", extra=cause)
    return True


def _check_audit(instance: Instance, name: str) -> bool:
    """Recompute the whole log of the last sealer's origin; what does not hold is said until it does."""
    with instance.database.read() as session:
        last = newest_checkpoint(session)
    if last is None:
        return False
    origin, problem = Checkpoint.parse(last.note).origin, ""
    try:
        verify_database(instance.database, origin)
    except Tampered as error:
        problem = f"The nightly check of the audit log failed: {error}"
    actor = Actor(StaffId(name), "EDRMS upkeep", frozenset())
    say(instance.database, instance.clock, actor, CHECK, problem)
    return True


def _learn_types(instance: Instance, name: str) -> bool:
    """Only when nothing waits: learning takes a core for a while."""
    if instance.queue.waiting():
        return False
    actor = Actor(StaffId(name), "EDRMS upkeep", frozenset())
    learn_types(instance.database, instance.clock, actor)
    return True


def _look_for_misfiles(instance: Instance, name: str) -> bool:
    """A few records at a time; what was looked at before only when nothing waits."""
    actor = Actor(StaffId(name), "EDRMS upkeep", frozenset())
    instance.misfiles.walks.turn(actor, is_quiet=not instance.queue.waiting())
    return True


def _tidy_index(instance: Instance) -> bool:
    """Only when nothing waits: it is slow, and the index has one writer."""
    if instance.queue.waiting():
        return False
    try:
        instance.index.tidy()
    except (IndexBusy, IndexUnavailable):
        return False
    return True
