"""The one policy. Pure: the same question always has the same answer, and the answer has a reason.

Role (verbs) and service and relationship, less conflict blocks, less seals, plus what was granted for
a time; decided for each record. A role's ways in are its scopes; `decide` asks whether a scope lets an
actor in to given facts, edrms/access/sql.py makes the same scopes into a filter of rows, and search
makes them into a filter of its index. Deny is the default everywhere.
"""

from edrms.access.model import (
    LEVELS,
    Actor,
    BatchFacts,
    ClientFacts,
    Decision,
    FileFacts,
    RecordFacts,
    Relation,
    Scope,
    Tie,
    levels_up_to,
)
from edrms.access.roles import PERMISSIONS, ROLES, Reach, Role
from edrms.errors import Denied
from edrms.fileplan.model import Sensitivity, Service

Facts = RecordFacts | ClientFacts | BatchFacts | None
FIND = "client:summary:search"
OPEN_FILE = "client:file:view"
VIEW = "record:content:view"
DOWNLOAD = "record:content:download"
PRINT = "record:content:print"
KNOW_RESTRICTED = "record:restricted:know"
BREAK_GLASS = "access:glass:break"
GLASS_PERMITS = frozenset({OPEN_FILE, VIEW})  # looking, not taking away
REVIEWED = frozenset({Relation.DUTY, Relation.GLASS})  # somebody looks at these looks afterwards
OF_ANY_FILE = frozenset[str](
    {Service.FINANCE, Service.GENERAL}
)  # whose records are on anybody's file


def roles_of(actor: Actor) -> list[Role]:
    """The known roles an actor holds; an unknown role grants nothing."""
    return [ROLES[code] for code in sorted(actor.roles) if code in ROLES]


def granting(actor: Actor, permission: str) -> list[Role]:
    """The roles that give the actor this permission; none if an API token is limited to others."""
    if permission not in PERMISSIONS or (actor.only is not None and permission not in actor.only):
        return []
    return [role for role in roles_of(actor) if permission in role.permissions]


def holds(actor: Actor, permission: str) -> bool:
    """Whether any role of the actor carries this permission (whatever it is used on)."""
    return bool(granting(actor, permission))


def decide(actor: Actor, permission: str, facts: Facts = None) -> Decision:
    """Whether the actor may do this to a thing with these facts.

    facts: None for permissions that reach no particular record, client or batch.
    """
    roles = granting(actor, permission)
    if not roles:
        return Decision(False, f"no role grants {permission}")
    match facts:
        case None:
            return Decision(True, f"{roles[0].code} grants {permission}")
        case BatchFacts():
            return _decide_batch(actor, permission, facts)
        case RecordFacts() | ClientFacts():
            return _decide_content(actor, permission, facts)


def _decide_batch(actor: Actor, permission: str, facts: BatchFacts) -> Decision:
    if holds(actor, "batch:all:view") or facts.opened_by == actor.staff_id:
        return Decision(True, f"{permission} on own batch or with batch:all:view")
    return Decision(False, "another person's batch")


def _decide_content(actor: Actor, permission: str, facts: RecordFacts | ClientFacts) -> Decision:
    if actor.staff_id in facts.blocked:
        return Decision(False, "conflict of interest")
    ways = [
        _let_in(scope, permission, relation)
        for scope in scopes(actor, permission)
        if (relation := _relation_through(scope, actor, facts)) is not None
    ]
    if not ways:
        return Decision(False, f"no role reaches this {facts.level} file")
    return next((way for way in ways if not way.is_reviewed), ways[0])


def _let_in(scope: Scope, permission: str, relation: Relation) -> Decision:
    reason = f"{scope.role} grants {permission} by relation {relation}"
    return Decision(True, reason, relation, scope.is_reviewed or relation in REVIEWED)


def _relation_through(
    scope: Scope, actor: Actor, facts: RecordFacts | ClientFacts
) -> Relation | None:
    """The relation by which the scope lets the actor in; None if it does not."""
    if facts.level not in levels_up_to(scope.up_to):
        return None
    if isinstance(facts, ClientFacts):
        facts = RecordFacts((facts.file,), facts.level, services=OF_ANY_FILE)
    if facts.shows_address and not scope.sees_addresses:
        return None
    if facts.exempt and not scope.sees_exempt:
        return None
    found: set[Relation] = set()
    for file in facts.files:
        if scope.services & (facts.services | {file.service}):
            unserved = {Relation.DUTY} if file.service not in scope.services else set()
            found |= (relations(actor, file, facts.ties) & scope.relations) - unserved
    return min(found, key=_strength, default=None)


def _strength(relation: Relation) -> tuple[bool, int]:
    """Of several ways in, one that nobody has to review counts first."""
    return relation in REVIEWED, list(Relation).index(relation)


def relations(actor: Actor, file: FileFacts, ties: frozenset[Tie]) -> frozenset[Relation]:
    """Every way in which the actor stands to a file, or by these ties to a record on it."""
    found = {tie.relation for tie in file.ties | ties if tie.staff_id == actor.staff_id}
    found.add(Relation.ANY)
    if actor.staff_id in file.allocated:
        found.add(Relation.ALLOCATED)
    if file.teams & actor.teams:
        found.add(Relation.TEAM)
    if file.teams & actor.supervises:
        found.add(Relation.SUPERVISED)
    if file.service in actor.duties:
        found.add(Relation.DUTY)
    return frozenset(found)


def scopes(actor: Actor, permission: str) -> tuple[Scope, ...]:
    """The actor's ways in with this permission, in the order of roles and levels; () for none.

    They are alternatives and are not merged: a role reaching sealed records of one service must not
    lend that reach to another role's service.
    """
    found = [
        scope for role in granting(actor, permission) for scope in _scopes_of(role, permission)
    ]
    return tuple(dict.fromkeys(found))


def _scopes_of(role: Role, permission: str) -> list[Scope]:
    found = []
    if permission == FIND and role.finds_everyone:
        anyone = frozenset({Relation.ANY})
        found.append(_scope(role, frozenset(Service), Sensitivity.RESTRICTED, anyone))
    for reach in role.reaches:
        found += [
            _scope(role, frozenset(reach.services), level, sufficient)
            for level in LEVELS
            if (sufficient := _sufficient(reach, level, permission))
        ]
    return found


def _sufficient(reach: Reach, level: Sensitivity, permission: str) -> frozenset[Relation]:
    sufficient = reach.at(level)
    if permission not in GLASS_PERMITS | {FIND}:
        sufficient -= {Relation.GLASS}
    return frozenset({Relation.ANY}) if Relation.ANY in sufficient else sufficient


def _scope(
    role: Role, services: frozenset[str], level: Sensitivity, sufficient: frozenset[Relation]
) -> Scope:
    return Scope(
        role=role.code, services=services, up_to=level, relations=sufficient,
        sees_addresses=role.sees_addresses, sees_exempt=not role.is_outside,
        is_reviewed=role.is_reviewed,
    )  # fmt: skip


def may_break_glass(actor: Actor, facts: RecordFacts | ClientFacts) -> Decision:
    """Whether the actor may let themselves in by giving a reason: never through a seal or a block,
    and only where a role of theirs would reach with the glass broken."""
    if not holds(actor, BREAK_GLASS):
        return Decision(False, f"no role grants {BREAK_GLASS}")
    if actor.staff_id in facts.blocked:
        return Decision(False, "conflict of interest")
    if facts.level not in levels_up_to(Sensitivity.RESTRICTED):
        return Decision(False, "the glass of a sealed file is not broken")
    broken = frozenset({Tie(actor.staff_id, Relation.GLASS)})
    return _decide_content(actor, VIEW, _with_ties(facts, broken))


def _with_ties(facts: RecordFacts | ClientFacts, ties: frozenset[Tie]) -> RecordFacts:
    if isinstance(facts, ClientFacts):
        return RecordFacts((facts.file,), facts.level, ties=ties, blocked=facts.blocked)
    return RecordFacts(
        files=facts.files, level=facts.level, services=facts.services, ties=facts.ties | ties,
        shows_address=facts.shows_address, exempt=facts.exempt, blocked=facts.blocked,
    )  # fmt: skip


def require(actor: Actor, permission: str, facts: Facts = None) -> Decision:
    """The decision if allowed; raises Denied with the reason (for the log) if not."""
    decision = decide(actor, permission, facts)
    if not decision.allowed:
        raise Denied("You may not do that.", reason=decision.reason, permission=permission)
    return decision


def sees_addresses(actor: Actor) -> bool:
    """Whether a protected address may be shown to the actor beside a client's name."""
    return actor.only is None and any(role.sees_addresses for role in roles_of(actor))
