"""What tests of retention share: a schedule in force, people who act, facts said in few words."""

from datetime import date

from sqlalchemy import select

from api.wiring import Instance
from edrms.access.model import Actor
from edrms.clients.model import Client
from edrms.records.tables import CaseFile
from edrms.staff.accounts import SYSTEM
from edrms.uow import write
from retention.life import NewEvent, SubjectKind
from retention.preview_work import PreviewWork
from retention.previewing import SeenPreview
from retention.profiles import BASE
from retention.schedules import install
from retention.tables import MissingFact, PastAnswer, StoredAnswer
from retention.walking import walk
from tests import factories

MANAGER = factories.actor("records_manager", name="rm")
GOVERNANCE = factories.actor("information_governance", name="ig")
PROGRAM = factories.actor("integration_client", name="lcs-feed")
AUTHORITY = "letter of the family court"


def with_schedule(instance: Instance, profile: str = BASE) -> None:
    """Take a shipped schedule into force."""
    with write(instance.database, SYSTEM, instance.clock) as work:
        install(work, profile)


def renewed(instance: Instance) -> int:
    """Walk to the end, as upkeep does; how many slices it took."""
    slices, more = 0, True
    while more:
        with write(instance.database, SYSTEM, instance.clock) as work:
            more = walk(work)
        slices += 1
    return slices


def previewed(instance: Instance, version: int, by: Actor = MANAGER) -> SeenPreview:
    """Have a version previewed to the end, as a worker does, and look at it."""
    preview_id = instance.retention.previews.ask(by, version)
    PreviewWork(instance.database, instance.clock, SYSTEM).to_the_end(preview_id)
    return instance.retention.previews.of(by, version)


def said(person: Client, kind: str, on: date, **given: object) -> NewEvent:
    """An event of this person, by hand."""
    fields: dict[str, object] = {"authority": AUTHORITY}
    return NewEvent(SubjectKind.CLIENT, person.client_id, kind, on, **fields | given)  # type: ignore[arg-type]


def record_event(
    instance: Instance, person: Client, kind: str, on: date, by: Actor = MANAGER, **given: object
) -> str:
    """Say it, and give back the event's id."""
    return instance.retention.events.record(by, said(person, kind, on, **given))


def stored(instance: Instance, record_id: str) -> StoredAnswer:
    """The answer kept for a record."""
    with instance.database.read() as session:
        return session.get_one(StoredAnswer, record_id)


def lacks(instance: Instance, record_id: str) -> set[tuple[str, str, str]]:
    """Class, trigger and why of each fact the record waits for."""
    with instance.database.read() as session:
        rows = session.scalars(select(MissingFact).where(MissingFact.record_id == record_id))
        return {(row.class_id, row.trigger, row.why) for row in rows}


def past(instance: Instance, record_id: str) -> list[PastAnswer]:
    """The answers that others replaced, earliest first."""
    mine = select(PastAnswer).where(PastAnswer.record_id == record_id).order_by(PastAnswer.number)
    with instance.database.read() as session:
        return list(session.scalars(mine))


def file_of(instance: Instance, person: Client) -> CaseFile:
    """The person's one case file."""
    with instance.database.read() as session:
        return session.scalars(select(CaseFile).where(CaseFile.client_id == person.client_id)).one()
