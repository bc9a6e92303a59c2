"""The policy read as SQL: which records, and which clients, an actor's scopes reach.

The index filter (edrms/access/narrowing.py and search) is its twin; tests hold the two and `decide`
to the same answers.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    and_,
    exists,
    false,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.orm import InstrumentedAttribute

from edrms.access.markings import ADDRESS, EXEMPT
from edrms.access.model import GRANTABLE, LEVELS, Actor, Relation, Scope, levels_up_to
from edrms.access.policy import OF_ANY_FILE, scopes
from edrms.access.tables import Allocation, Block, Grant, Marking
from edrms.clients.tables import ClientRow
from edrms.fileplan import Sensitivity, Service, load_document_types
from edrms.records.tables import FILED, CaseFile, Record, RecordAttachment

Column = InstrumentedAttribute[str]


def visible_records(
    actor: Actor, permission: str, at: datetime, *, state: str | None = FILED
) -> ColumnElement[bool]:
    """A condition on records true for those the actor may use so; false where there is no way in.

    state: another than filed, or None for any, is only for what is counted or named beside the record
    (a hold on what is gone); nobody reads anything by it.
    """
    ways = [_reached(scope, actor, at) for scope in scopes(actor, permission)]
    if not ways:
        return false()
    in_state = true() if state is None else Record.state == state
    return and_(in_state, not_(_conflict(actor, at)), or_(*ways))


def restricted_unseen(actor: Actor, permission: str, at: datetime) -> ColumnElement[bool]:
    """A condition on records true for restricted ones the actor may not use: what some may know of,
    without a seal or a conflict of interest ever showing."""
    restricted = marked_subjects([Sensitivity.RESTRICTED], at)
    sealed = marked_subjects([Sensitivity.SEALED], at)
    return and_(
        Record.state == FILED,
        not_(visible_records(actor, permission, at)),
        not_(_conflict(actor, at)),
        Record.sensitivity.in_(levels_up_to(Sensitivity.RESTRICTED)),
        not_(or_(Record.record_id.in_(sealed), _on_a_file(CaseFile.client_id.in_(sealed)))),
        or_(
            Record.sensitivity == Sensitivity.RESTRICTED,
            Record.record_id.in_(restricted),
            _on_a_file(CaseFile.client_id.in_(restricted)),
        ),
    )


def visible_clients(actor: Actor, permission: str, at: datetime) -> ColumnElement[bool]:
    """A condition on clients true for those the actor may use so (find them, open their file)."""
    ways = [_client_reached(scope, actor, at) for scope in scopes(actor, permission)]
    if not ways:
        return false()
    return and_(ClientRow.client_id.not_in(blocked_subjects(actor, at)), or_(*ways))


def blocked_subjects(actor: Actor, at: datetime) -> Select[str]:
    """Ids of the clients and records with which the actor has a conflict of interest."""
    return select(Block.subject_id).where(Block.staff_id == actor.staff_id, Block.live(at))


def marked_subjects(markings: Sequence[str], at: datetime) -> Select[str]:
    """Ids of the clients and records that have any of these markings."""
    return select(Marking.subject_id).where(Marking.marking.in_(markings), Marking.live(at))


def markings_above(level: Sensitivity) -> list[str]:
    """The markings that put a thing above this level."""
    return [str(one) for one in LEVELS[LEVELS.index(level) + 1 :]]


def _on_a_file(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    return exists().where(
        RecordAttachment.record_id == Record.record_id,
        RecordAttachment.case_file_id == CaseFile.case_file_id,
        *conditions,
    )


def _conflict(actor: Actor, at: datetime) -> ColumnElement[bool]:
    blocked = blocked_subjects(actor, at)
    return or_(Record.record_id.in_(blocked), _on_a_file(CaseFile.client_id.in_(blocked)))


def _reached(scope: Scope, actor: Actor, at: datetime) -> ColumnElement[bool]:
    own_type = Record.document_type.in_(types_of(scope.services))
    served = or_(CaseFile.service.in_(scope.services), own_type)
    conditions = [
        Record.sensitivity.in_(levels_up_to(scope.up_to)),
        _on_a_file(served, _related(scope, actor, at, CaseFile.client_id, CaseFile.service)),
    ]
    if above := markings_above(scope.up_to):
        marked = marked_subjects(above, at)
        conditions.append(Record.record_id.not_in(marked))
        conditions.append(not_(_on_a_file(CaseFile.client_id.in_(marked))))
    if hiding := hiding_markings(scope):
        conditions.append(Record.record_id.not_in(marked_subjects(hiding, at)))
    return and_(*conditions)


def hiding_markings(scope: Scope) -> list[str]:
    """The markings of a record that hide it from this scope, whatever its level."""
    hiding = [] if scope.sees_addresses else [ADDRESS]
    return hiding + ([] if scope.sees_exempt else [category.marking for category in EXEMPT])


def _client_reached(scope: Scope, actor: Actor, at: datetime) -> ColumnElement[bool]:
    related = _related(scope, actor, at, ClientRow.client_id, ClientRow.service, alone=True)
    conditions = [related]
    if not scope.services & OF_ANY_FILE:
        conditions.append(ClientRow.service.in_(scope.services))
    if above := markings_above(scope.up_to):
        conditions.append(ClientRow.client_id.not_in(marked_subjects(above, at)))
    return and_(*conditions)


def _related(
    scope: Scope, actor: Actor, at: datetime, client_id: Column, service: Column,
    *, alone: bool = False,
) -> ColumnElement[bool]:  # fmt: skip
    """Whether the actor stands so to a client, or (unless alone) to the record itself."""
    if Relation.ANY in scope.relations:
        return client_id.is_not(None)
    ways = [client_id.in_(related_clients(scope.relations, actor, at))]
    if Relation.DUTY in scope.relations:
        ways.append(service.in_(actor.duties & scope.services))
    if not alone:
        ways.append(Record.record_id.in_(tied_subjects(scope.relations, actor, at)))
    return or_(*ways)


def related_clients(
    relations: frozenset[Relation], actor: Actor, at: datetime
) -> CompoundSelect[str]:
    """Ids of the clients to whom the actor stands in one of these relations (duty is left out)."""
    teams: set[str] = set()
    if Relation.TEAM in relations:
        teams |= actor.teams
    if Relation.SUPERVISED in relations:
        teams |= actor.supervises
    work: list[ColumnElement[bool]] = [Allocation.team_id.in_(teams)]
    if Relation.ALLOCATED in relations:
        work.append(Allocation.staff_id == actor.staff_id)
    allocated = select(Allocation.client_id).where(or_(*work), Allocation.live(at))
    return allocated.union_all(tied_subjects(relations, actor, at))


def tied_subjects(relations: frozenset[Relation], actor: Actor, at: datetime) -> Select[str]:
    """Ids of the clients and records to which grants let the actor in by these relations."""
    granted = [relation for relation in GRANTABLE if relation in relations]
    return select(Grant.subject_id).where(
        Grant.staff_id == actor.staff_id, Grant.relation.in_(granted), Grant.live(at)
    )


def types_of(services: frozenset[str]) -> list[str]:
    """Types that are a service's own business whoever's file they are on: invoices for finance."""
    return [
        kind.code
        for kind in load_document_types()
        if kind.is_for_any_file and {Service(one) for one in services} & set(kind.services)
    ]
