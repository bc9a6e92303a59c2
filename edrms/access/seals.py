"""Sealing a client's file, as on an adoption: closed to all but the few, and its new identity apart.

Nobody finds the sealed client by any search; the link between the old identity and the new is shown
only with `client:identity:link`. What would still lead from one to the other is refused or named.
"""

from dataclasses import dataclass

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from edrms.access.guards import place_marking
from edrms.access.model import Actor
from edrms.access.policy import require
from edrms.access.subjects import Subject, SubjectKind, facts_within
from edrms.access.tables import SealedLink
from edrms.clients.model import Client
from edrms.clients.register import get_clients
from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import Refused
from edrms.fileplan import Sensitivity
from edrms.records.reading import on_file_of
from edrms.records.tables import PageContent, RecordPage
from edrms.uow import write

SEAL = "access:seal:place"
LINK = "client:identity:link"


@dataclass(frozen=True, slots=True)
class Sealing:
    """A seal placed. naming: records on the new file whose text still has the old name; whoever sees
    the new file would find them by it, so they must be looked at."""

    marking_id: str
    naming: tuple[str, ...] = ()


class Seals:
    """Places seals and tells who somebody was, to those who may know."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def seal(
        self, actor: Actor, client_id: str, reason: str, new_client_id: str | None = None
    ) -> Sealing:
        """Seal the client's file, with every record on it, and link it to the new identity if any.

        Raises Refused where the two share what a search would find both by (a number, a household).
        """
        require(actor, SEAL)
        old = Subject(SubjectKind.CLIENT, client_id)
        with write(self._database, actor, self._clock) as work:
            work.alone(f"guards of {client_id}")
            facts_within(work.session, actor, SEAL, old, work.now)
            naming: tuple[str, ...] = ()
            if new_client_id:
                new = Subject(SubjectKind.CLIENT, new_client_id)
                facts_within(work.session, actor, SEAL, new, work.now)
                naming = self._kept_apart(work.session, client_id, new_client_id)
                work.session.add(
                    SealedLink(
                        sealed_id=client_id, new_id=new_client_id, linked_at=work.now,
                        linked_by=actor.staff_id,
                    )
                )  # fmt: skip
            marking_id = place_marking(work, old, Sensitivity.SEALED, reason)
            work.journal(SEAL, "client", client_id, linked=bool(new_client_id))
        return Sealing(marking_id, naming)

    def _kept_apart(self, session: Session, old_id: str, new_id: str) -> tuple[str, ...]:
        people = get_clients(session, [old_id, new_id])
        old, new = people[old_id], people[new_id]
        shared = _shared(old, new)
        if shared:
            raise Refused(
                f"The two identities share {', '.join(shared)}: a search would lead from one to the "
                "other. Change the new identity first.",
                code="identities_share",
            )
        return tuple(session.scalars(_naming(old, new_id)))

    def identities(self, actor: Actor, client_id: str) -> list[str]:
        """Ids of the clients this one was before, or is now. Journalled."""
        require(actor, LINK)
        subject = Subject(SubjectKind.CLIENT, client_id)
        with write(self._database, actor, self._clock) as work:
            facts_within(work.session, actor, LINK, subject, work.now)
            links = work.session.scalars(
                select(SealedLink).where(
                    or_(SealedLink.sealed_id == client_id, SealedLink.new_id == client_id)
                )
            )
            found = [one.new_id if one.sealed_id == client_id else one.sealed_id for one in links]
            work.journal(LINK, "client", client_id, shown=len(found))
        return found


def _shared(old: Client, new: Client) -> list[str]:
    if old.client_id == new.client_id:
        return ["everything"]
    same = {
        "the NHS number": old.nhs_number and old.nhs_number == new.nhs_number,
        "a case number": set(old.identifiers) & set(new.identifiers),
        "a household": old.household and old.household == new.household,
        "a name": {old.full_name, *old.other_names} & {new.full_name, *new.other_names},
    }
    return [what for what, shares in same.items() if shares]


def _naming(old: Client, new_id: str) -> Select[str]:
    """Ids of records on the new file with a page that has the old forename and surname."""
    return (
        select(RecordPage.record_id)
        .distinct()
        .join(PageContent, PageContent.page_id == RecordPage.page_id)
        .where(
            RecordPage.record_id.in_(on_file_of(new_id)),
            PageContent.text.icontains(old.forename, autoescape=True),
            PageContent.text.icontains(old.surname, autoescape=True),
        )
        .order_by(RecordPage.record_id)
    )
