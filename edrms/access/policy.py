"""The one policy. Pure: the same question always has the same answer, and the answer has a reason.

Three readings of it: `decide` for one thing, `scope` for what may be found (made into SQL in
edrms/access/sql.py and into the index's own filter by search). Deny is the default everywhere.
The full model (relationships, blocks, seals, break-glass) joins here and nowhere else.
"""

from edrms.access.model import Actor, BatchFacts, Decision, RecordFacts, Scope
from edrms.access.roles import PERMISSIONS, ROLES, Role
from edrms.errors import Denied

Facts = RecordFacts | BatchFacts | None


def roles_of(actor: Actor) -> list[Role]:
    """The known roles an actor holds; an unknown role grants nothing."""
    return [ROLES[code] for code in sorted(actor.roles) if code in ROLES]


def holds(actor: Actor, permission: str) -> bool:
    """Whether any role of the actor carries this permission (whatever it is used on)."""
    return permission in PERMISSIONS and any(
        permission in role.permissions for role in roles_of(actor)
    )


def decide(actor: Actor, permission: str, facts: Facts = None) -> Decision:
    """Whether the actor may do this to a thing with these facts.

    facts: None for permissions that reach no particular record or batch.
    """
    if permission not in PERMISSIONS:
        return Decision(False, f"{permission} is not a known permission")
    granting = [role for role in roles_of(actor) if permission in role.permissions]
    if not granting:
        return Decision(False, f"no role grants {permission}")
    match facts:
        case None:
            return Decision(True, f"{granting[0].code} grants {permission}")
        case RecordFacts():
            return _decide_record(granting, permission, facts)
        case BatchFacts():
            return _decide_batch(actor, permission, facts)


def _decide_record(granting: list[Role], permission: str, facts: RecordFacts) -> Decision:
    for role in granting:
        if facts.services & role.services and facts.sensitivity in role.sensitivities:
            return Decision(True, f"{role.code} grants {permission} on this service")
    return Decision(False, "outside the actor's services or above the actor's sensitivity")


def _decide_batch(actor: Actor, permission: str, facts: BatchFacts) -> Decision:
    if holds(actor, "batch:all:view") or facts.opened_by == actor.staff_id:
        return Decision(True, f"{permission} on own batch or with batch:all:view")
    return Decision(False, "another person's batch")


def require(actor: Actor, permission: str, facts: Facts = None) -> None:
    """Nothing if allowed; raises Denied with the reason (for the log) if not."""
    decision = decide(actor, permission, facts)
    if not decision.allowed:
        raise Denied("You may not do that.", reason=decision.reason, permission=permission)


def scopes(actor: Actor, permission: str) -> tuple[Scope, ...]:
    """What an actor may find with this permission: one scope per granting role, none if none.

    Scopes are alternatives and are not merged: a role reaching sealed records of one service must
    not lend that reach to another role's service.
    """
    if permission not in PERMISSIONS:
        return ()
    found = (
        Scope(frozenset(role.services), frozenset(role.sensitivities))
        for role in roles_of(actor)
        if permission in role.permissions
    )
    return tuple(scope for scope in found if not scope.sees_nothing)
