"""A picture of the policy made from the policy itself: role by action, and how far each role reaches."""

from dataclasses import dataclass

from edrms.access.model import LEVELS, Actor, Relation
from edrms.access.policy import holds, scopes
from edrms.access.roles import PERMISSIONS, ROLES
from edrms.fileplan.model import Sensitivity
from edrms.ids import StaffId


@dataclass(frozen=True, slots=True)
class Way:
    """With a role: on files of these services, the relations that suffice at a level."""

    services: tuple[str, ...]
    level: Sensitivity
    relations: tuple[Relation, ...]


def role_by_action() -> dict[str, dict[str, bool]]:
    """For each permission, by name, whether each role holds it: asked of the policy, role by role."""
    return {
        permission: {code: holds(_holder(code), permission) for code in ROLES}
        for permission in sorted(PERMISSIONS)
    }


def ways_of(role: str, permission: str) -> list[Way]:
    """How far a role reaches with a permission; [] where it reaches no client and no record."""
    return [
        Way(
            services=tuple(sorted(scope.services)),
            level=scope.up_to,
            relations=tuple(one for one in Relation if one in scope.relations),
        )
        for scope in scopes(_holder(role), permission)
    ]


def highest(role: str, permission: str) -> Sensitivity | None:
    """The highest sensitivity a role reaches with a permission by any relation."""
    levels = [way.level for way in ways_of(role, permission)]
    return max(levels, key=LEVELS.index) if levels else None


def _holder(role: str) -> Actor:
    return Actor(StaffId("anybody"), "Anybody", frozenset({role}))
