"""Invented lives for the demonstration: closed cases, services that ended, a death, a child looked after.

So that the governance desk has records that are due, fall due soon or late, and wait for facts. Said by
the demonstration's records manager, as a person would say it by hand; the dates are spread on purpose.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import cycle

from sqlalchemy import select
from sqlalchemy.orm import Session

from api.wiring import Instance
from edrms.access.model import Actor
from edrms.clients.tables import ClientRow
from edrms.clock import civil_date
from edrms.errors import NotFound, Refused
from edrms.records.tables import CaseFile, RecordAttachment
from edrms.staff.accounts import SYSTEM
from edrms.uow import write
from retention.life import KNOWN_ALREADY, OF_A_PERSON, NewEvent, SubjectKind
from retention.model import Rule
from retention.schedule_store import must_be_in_force
from retention.walking import walk

_SAID = "invented for the demonstration"
_DUE_IN_DAYS = (-400, 20, None, 150, -30, 320, 600, None, 1_500, -5, 3_000, 75)  # None: not known
_LATEST_DAYS = 3


def add_lives(instance: Instance, actor: Actor) -> int:
    """Say what happened on every file that has a record; returns how many events were taken in."""
    today = civil_date(instance.clock.now())
    with instance.database.read() as session:
        said = [*_file_events(session, today), *_person_events(session, today)]
    taken = sum(_record(instance, actor, event) for event in said)
    more = True
    while more:
        with write(instance.database, SYSTEM, instance.clock) as work:
            more = walk(work)
    return taken


def _file_events(session: Session, today: date) -> Iterator[NewEvent]:
    """On each file the end its own rule counts from, so that it falls due as the cycle says."""
    rules = must_be_in_force(session).rules
    used = select(RecordAttachment.case_file_id).distinct()
    files = session.scalars(
        select(CaseFile).where(CaseFile.case_file_id.in_(used)).order_by(CaseFile.case_file_id)
    )
    wanted = cycle(_DUE_IN_DAYS)
    for file in files:
        rule = rules[file.record_class]
        if rule.trigger in KNOWN_ALREADY or rule.trigger in OF_A_PERSON:
            continue
        due_in_days = next(wanted)
        if due_in_days is not None:
            on = _counted_from(rule, today + timedelta(days=due_in_days), today)
            yield NewEvent(SubjectKind.CASE_FILE, file.case_file_id, str(rule.trigger), on, _SAID)


def _counted_from(rule: Rule, due_on: date, today: date) -> date:
    """About the day that many years before; never later than a few days ago."""
    years = rule.period.years
    on = due_on.replace(year=max(due_on.year - years, 1850), day=min(due_on.day, 28))
    return min(on, today - timedelta(days=_LATEST_DAYS))


def _person_events(session: Session, today: date) -> Iterator[NewEvent]:
    """One child who is looked after, one child adopted on a day nobody noted, one adult who has died."""
    used = select(CaseFile.client_id).join(
        RecordAttachment, RecordAttachment.case_file_id == CaseFile.case_file_id
    )
    people = list(
        session.scalars(
            select(ClientRow).where(ClientRow.client_id.in_(used)).order_by(ClientRow.surname_folded,
                                                                            ClientRow.client_id)
        )
    )  # fmt: skip
    children = [one for one in people if one.service == "children"]
    adults = [one for one in people if one.service == "adults" and one.date_of_death is None]
    year_ago = today - timedelta(days=365)
    for kind, some in (("looked_after", children[:1]), ("adopted", children[1:2]),
                       ("DOD", adults[:1])):  # fmt: skip
        for one in some:
            yield NewEvent(SubjectKind.CLIENT, one.client_id, kind, year_ago, _SAID)


def _record(instance: Instance, actor: Actor, event: NewEvent) -> bool:
    """What cannot be true of an invented person (closed before birth), or is not the keeper's to say, is
    left unsaid."""
    try:
        instance.retention.events.record(actor, event)
    except (NotFound, Refused):
        return False
    return True
