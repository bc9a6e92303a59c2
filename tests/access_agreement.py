"""Holds the three readings of the policy, and the reference, against one another in one world."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import pytest
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from edrms.access import policy
from edrms.access.facts import client_facts, record_facts
from edrms.access.model import Actor, RecordFacts
from edrms.access.policy import FIND, OPEN_FILE, VIEW, decide, may_break_glass
from edrms.access.roles import load_roles
from edrms.access.sql import restricted_unseen, visible_clients, visible_records
from edrms.access.standing import actors_at
from edrms.clients.tables import ClientRow
from edrms.records.reading import client_ids_of, services_of
from edrms.records.tables import Record
from search.access_filter import access_filters
from search.model import AccessFilter, IndexedRecord
from tests.access_reference import Reference, World
from tests.access_worlds import ASKED

OF_RECORDS = tuple(one for one in ASKED if one.startswith("record:"))
OF_CLIENTS = (FIND, OPEN_FILE)


@dataclass(frozen=True)
class Disagreement:
    """Two readings that gave different answers to one question."""

    question: tuple[str, str, str]
    said: dict[str, object]


@contextmanager
def roles_of_world(world: World) -> Iterator[None]:
    """The policy with the roles of this world."""
    roles = load_roles(world.roles_text)
    known = frozenset().union(*(role.permissions for role in roles.values()))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(policy, "ROLES", roles)
        patch.setattr(policy, "PERMISSIONS", known)
        yield


def actors(session: Session, world: World) -> list[Actor]:
    """The world's staff as the product sees them."""
    found = actors_at(session, {one: one for one in world.only}, world.at)
    return [replace(actor, only=world.only[actor.staff_id]) for actor in found]


def indexed(record: Record) -> IndexedRecord:
    """The record as the index knows it, as far as access goes."""
    return IndexedRecord(
        record_id=record.record_id, version=1, title="", document_type=record.document_type,
        document_date=None, filed_at=record.filed_at, services=services_of(record),
        sensitivity=record.sensitivity, client_ids=frozenset(client_ids_of(record)),
    )  # fmt: skip


def lets_in(access: AccessFilter, record: IndexedRecord) -> bool:
    """What an engine must make of a filter."""
    chosen = access.client_ids is None or bool(access.client_ids & record.client_ids)
    named = access.record_ids is None or record.record_id in access.record_ids
    hidden = access.except_client_ids & record.client_ids or (
        record.record_id in access.except_record_ids
    )
    reached = access.services & record.services and record.sensitivity in access.sensitivities
    return bool(reached and chosen and named and not hidden)


def triples(world: World) -> int:
    """How many questions a world asks."""
    return len(world.only) * (
        len(OF_RECORDS) * len(world.records) + len(OF_CLIENTS) * len(world.clients)
    )


def disagreements(session: Session, world: World) -> Iterator[Disagreement]:
    """Every question of the world that two readings answer differently."""
    reference = Reference(world)
    with roles_of_world(world):
        people = actors(session, world)
        rows = session.scalars(select(Record).where(Record.record_id.in_(world.records))).all()
        facts = {row.record_id: record_facts(session, row, world.at) for row in rows}
        entries = {row.record_id: indexed(row) for row in rows}
        yield from _about_records(session, world, reference, people, facts, entries)
        yield from _about_clients(session, world, reference, people)
        yield from _beside(session, world, reference, people, facts)


def _about_records(
    session: Session, world: World, reference: Reference, people: list[Actor],
    facts: dict[str, RecordFacts], entries: dict[str, IndexedRecord],
) -> Iterator[Disagreement]:  # fmt: skip
    for actor in people:
        for permission in OF_RECORDS:
            condition = visible_records(actor, permission, world.at)
            by_sql = _ids(session, Record.record_id, world.records, condition)
            filters = access_filters(session, actor, permission, world.at)
            for one, about in facts.items():
                decision = decide(actor, permission, about)
                verdict = reference.record(actor.staff_id, permission, one)
                said = {
                    "decide": decision.allowed,
                    "sql": one in by_sql,
                    "index": any(lets_in(access, entries[one]) for access in filters),
                    "reference": verdict.allowed,
                }
                if len(set(said.values())) > 1:
                    yield Disagreement((actor.staff_id, permission, one), said)
                elif decision.is_reviewed != verdict.is_reviewed:
                    reviewed = {"decide": decision, "reference": verdict}
                    yield Disagreement((actor.staff_id, permission, one), reviewed)


def _about_clients(
    session: Session, world: World, reference: Reference, people: list[Actor]
) -> Iterator[Disagreement]:
    rows = session.scalars(select(ClientRow).where(ClientRow.client_id.in_(world.clients))).all()
    facts = {row.client_id: client_facts(session, row, world.at) for row in rows}
    for actor in people:
        for permission in OF_CLIENTS:
            condition = visible_clients(actor, permission, world.at)
            by_sql = _ids(session, ClientRow.client_id, world.clients, condition)
            for one, about in facts.items():
                said = {
                    "decide": decide(actor, permission, about).allowed,
                    "sql": one in by_sql,
                    "reference": reference.client(actor.staff_id, permission, one).allowed,
                }
                if len(set(said.values())) > 1:
                    yield Disagreement((actor.staff_id, permission, one), said)


def _beside(
    session: Session, world: World, reference: Reference, people: list[Actor],
    facts: dict[str, RecordFacts],
) -> Iterator[Disagreement]:  # fmt: skip
    """The glass that may be broken, and the restricted records of which some may know."""
    for actor in people[::3]:
        condition = restricted_unseen(actor, VIEW, world.at)
        known = _ids(session, Record.record_id, world.records, condition)
        for one, about in facts.items():
            said = {
                "glass": may_break_glass(actor, about).allowed,
                "glass of reference": reference.breaks_glass(actor.staff_id, one),
            }
            if len(set(said.values())) > 1:
                yield Disagreement((actor.staff_id, "glass", one), said)
            said = {
                "known": one in known,
                "known of reference": reference.knows_restricted(actor.staff_id, one),
            }
            if len(set(said.values())) > 1:
                yield Disagreement((actor.staff_id, "restricted", one), said)


def _ids(
    session: Session, column: InstrumentedAttribute[str], known: Collection[str],
    condition: ColumnElement[bool],
) -> set[str]:  # fmt: skip
    """Those of the world's things that meet the condition."""
    return set(session.scalars(select(column).where(column.in_(known), condition)))
