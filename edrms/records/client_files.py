"""Finding a client and opening the client's file: only whom and what the policy lets the actor see."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Select, exists, select
from sqlalchemy.orm import Session

from edrms.access.facts import client_facts
from edrms.access.markings import ADDRESS
from edrms.access.model import Actor
from edrms.access.policy import (
    FIND,
    KNOW_RESTRICTED,
    OPEN_FILE,
    VIEW,
    decide,
    holds,
    may_break_glass,
    require,
    sees_addresses,
)
from edrms.access.sql import marked_subjects, restricted_unseen, visible_clients
from edrms.clients.model import Client
from edrms.clients.register import client_from_row, get_clients, search_clients
from edrms.clients.siblings import siblings_of
from edrms.clients.tables import ClientRow
from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import Closed, no_such
from edrms.records.reading import client_ids_of, on_file_of, records_of_client
from edrms.records.tables import Record
from edrms.uow import write


@dataclass(frozen=True, slots=True)
class ClientFile:
    """A client and those records on the file that the actor may see, newest first.

    has_restricted: there are restricted records besides, and the actor may know so much.
    """

    client: Client
    records: Sequence[Record]
    has_restricted: bool = False


@dataclass(frozen=True, slots=True)
class ListedRecord:
    """A record in a list of what happened to records, when that was, and those of the clients it is about
    whom the reader may find."""

    record: Record
    at: datetime
    clients: tuple[Client, ...]


class ClientBrowsing:
    """Finding a client and looking at what is on the file."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def search(self, actor: Actor, typed: str, limit: int = 20) -> list[Client]:
        """Clients for what was typed; journalled, the words kept apart as personal detail."""
        return self._search(actor, typed, limit, 0, counted=False)[0]

    def search_page(
        self, actor: Actor, typed: str, limit: int, offset: int = 0
    ) -> tuple[list[Client], int]:
        """A page of the clients for what was typed, and how many there are in all; journalled."""
        return self._search(actor, typed, limit, offset, counted=True)

    def _search(
        self, actor: Actor, typed: str, limit: int, offset: int, *, counted: bool
    ) -> tuple[list[Client], int]:
        require(actor, FIND)
        with write(self._database, actor, self._clock) as work:
            found, total = search_clients(
                work.session, typed, limit, offset,
                within=visible_clients(actor, FIND, work.now),
                address_hidden=None if sees_addresses(actor) else protected(work.now),
                counted=counted,
            )  # fmt: skip
            shown = _without_protected(work.session, actor, found, work.now)
            work.journal(FIND, "client", "", personal=typed, shown=len(found))
        return list(shown.values()), total

    def open(self, actor: Actor, client_id: str) -> ClientFile:
        """A client and those records on the file that the actor may see; journalled.

        Raises NotFound for a client the actor may not even find, and Closed for one who is known to
        the actor but whose file is not.
        """
        require(actor, OPEN_FILE)
        with write(self._database, actor, self._clock) as work:
            client, reason = self._opened(work.session, actor, client_id, work.now)
            records = records_of_client(work.session, actor, VIEW, client_id, work.now)
            knows = holds(actor, KNOW_RESTRICTED)
            restricted = knows and _has_restricted(work.session, actor, client_id, work.now)
            work.journal(OPEN_FILE, "client", client_id, reason=reason)
        return ClientFile(client, records, restricted)

    def _opened(
        self, session: Session, actor: Actor, client_id: str, at: datetime
    ) -> tuple[Client, str]:
        row = session.get(ClientRow, client_id)
        if row is None:
            raise no_such("client")
        facts = client_facts(session, row, at)
        decision = decide(actor, OPEN_FILE, facts)
        if not decision.allowed:
            if decide(actor, FIND, facts).allowed:
                raise Closed(
                    "You do not work with this person, so the file is closed to you.",
                    reason=decision.reason,
                    may_break_glass=may_break_glass(actor, facts).allowed,
                )
            raise no_such("client", reason=decision.reason)
        found = client_from_row(row)
        return _without_protected(session, actor, [found], at)[found.client_id], decision.reason

    def summaries(self, actor: Actor, client_ids: Collection[str]) -> dict[str, Client]:
        """Names and identifiers of those of these clients whom the actor may find."""
        require(actor, FIND)
        with self._database.read() as session:
            at = self._clock.now()
            wanted = select(ClientRow.client_id).where(
                ClientRow.client_id.in_(client_ids), visible_clients(actor, FIND, at)
            )
            return clients_shown(session, actor, list(session.scalars(wanted)), at)

    def siblings(self, actor: Actor, client_ids: Collection[str]) -> list[tuple[Client, str]]:
        """Brothers and sisters of these clients whom the actor may find, each with the id of whose they are.

        Nobody is told by a household whose address is kept from the actor.
        """
        require(actor, FIND)
        if not client_ids:
            return []
        with self._database.read() as session:
            at = self._clock.now()
            found = siblings_of(
                session, client_ids, within=visible_clients(actor, FIND, at),
                address_hidden=None if sees_addresses(actor) else protected(at),
            )  # fmt: skip
            shown = clients_shown(session, actor, list(found), at)
        return [(shown[one], of) for one, of in found.items() if one in shown]


def clients_shown(
    session: Session, actor: Actor, client_ids: Collection[str], at: datetime
) -> dict[str, Client]:
    """These clients, such as stand on a record the actor sees, as the actor may see them.

    Left out is whom the actor might not even find, by whatever token (a guest does not learn of a
    brother from a joint record); an address that is kept from the actor is taken away. A role that
    finds nobody at all (an auditor) is shown all of them.
    """
    finder = replace(actor, only=None)
    if holds(finder, FIND):
        may_find = visible_clients(finder, FIND, at)
        findable = select(ClientRow.client_id).where(ClientRow.client_id.in_(client_ids), may_find)
        client_ids = session.scalars(findable).all()
    found = get_clients(session, client_ids)
    return _without_protected(session, actor, list(found.values()), at)


def shown_of(record: Record, shown: Mapping[str, Client]) -> tuple[Client, ...]:
    """Those of the record's clients that are among these shown."""
    return tuple(shown[one] for one in client_ids_of(record) if one in shown)


def protected(at: datetime) -> Select[str]:
    """Ids of the clients whose address must not get about."""
    return marked_subjects([ADDRESS], at)


def _without_protected(
    session: Session, actor: Actor, clients: Sequence[Client], at: datetime
) -> dict[str, Client]:
    shown: dict[str, Client] = {client.client_id: client for client in clients}
    if shown and not sees_addresses(actor):
        among = select(ClientRow.client_id).where(
            ClientRow.client_id.in_(shown), ClientRow.client_id.in_(protected(at))
        )
        for client_id in session.scalars(among):
            shown[client_id] = replace(
                shown[client_id], address_lines=(), postcode="", uprn="", household=""
            )
    return shown


def _has_restricted(session: Session, actor: Actor, client_id: str, at: datetime) -> bool:
    unseen = exists().where(
        Record.record_id.in_(on_file_of(client_id)), restricted_unseen(actor, VIEW, at)
    )
    return bool(session.scalar(select(unseen)))
