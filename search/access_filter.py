"""The policy read as the index's own filter: each way in becomes alternatives of services, clients and
records, so that counts, facets and suggestions are of what the actor may see and of nothing else.

The twin of edrms/access/sql.py; tests hold the two and `decide` to the same answers. Lists of ids are
read at every question and never kept: what was revoked a moment ago is out.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from edrms.access.model import Actor, Relation, Scope, levels_up_to
from edrms.access.policy import OF_ANY_FILE, scopes
from edrms.access.sql import (
    blocked_subjects,
    hiding_markings,
    marked_subjects,
    markings_above,
    related_clients,
    tied_subjects,
)
from edrms.clients.tables import ClientRow
from search.model import AccessFilter


@dataclass(frozen=True, slots=True)
class _Hidden:
    """What no alternative of a scope may show. An id is a client's or a record's, never both."""

    subjects: frozenset[str]
    records: frozenset[str]


def access_filters(
    session: Session, actor: Actor, permission: str, at: datetime
) -> tuple[AccessFilter, ...]:
    """What the actor may find with this permission, as alternatives; () where that is nothing."""
    blocked = _ids(session, blocked_subjects(actor, at))
    marked = cache(lambda markings: _ids(session, marked_subjects(markings, at)))
    found: list[AccessFilter] = []
    for scope in scopes(actor, permission):
        above = marked(tuple(markings_above(scope.up_to)))
        hiding = marked(tuple(hiding_markings(scope)))
        hidden = _Hidden(blocked | above, hiding)
        found += _alternatives(session, scope, actor, at, hidden)
    return tuple(dict.fromkeys(found))


def _ids(session: Session, wanted: Select[str]) -> frozenset[str]:
    return frozenset(session.scalars(wanted))


def _alternatives(
    session: Session, scope: Scope, actor: Actor, at: datetime, hidden: _Hidden
) -> Iterator[AccessFilter]:
    if Relation.ANY in scope.relations:
        yield _filter(scope, hidden, scope.services)
        return
    related = select(ClientRow.client_id, ClientRow.service).where(
        ClientRow.client_id.in_(related_clients(scope.relations, actor, at))
    )
    clients = dict(session.execute(related).all())
    served = {client for client, service in clients.items() if service in scope.services}
    if served:
        yield _filter(scope, hidden, scope.services, clients=served)
    if clients and scope.services & OF_ANY_FILE:
        yield _filter(scope, hidden, scope.services & OF_ANY_FILE, clients=clients)
    on_duty_for = (
        actor.duties & scope.services
    ) - OF_ANY_FILE  # duty is for people, not for papers
    if Relation.DUTY in scope.relations and on_duty_for:
        yield _filter(scope, hidden, on_duty_for)
    tied = _ids(session, tied_subjects(scope.relations, actor, at))
    if tied:
        yield _filter(scope, hidden, scope.services, records=tied)


def _filter(
    scope: Scope,
    hidden: _Hidden,
    services: Collection[str],
    *,
    clients: Collection[str] | None = None,
    records: Collection[str] | None = None,
) -> AccessFilter:
    return AccessFilter(
        services=frozenset(services),
        sensitivities=frozenset(levels_up_to(scope.up_to)),
        client_ids=None if clients is None else frozenset(clients),
        record_ids=None if records is None else frozenset(records),
        except_client_ids=hidden.subjects,
        except_record_ids=hidden.subjects | hidden.records,
    )
