"""The policy as a picture: a table of roles and actions, and one for each role's reach. No figure of it
is written down anywhere; all of it is asked of the policy."""

from api.web import access_wording, wording
from api.web.view_models import MatrixPage, MatrixRow, ReachRow, RoleReach
from edrms.access.matrix import Way, role_by_action, ways_of
from edrms.access.model import LEVELS, Relation
from edrms.access.policy import VIEW
from edrms.access.roles import ROLES
from edrms.fileplan import Sensitivity


def matrix_page() -> MatrixPage:
    """The whole picture."""
    return MatrixPage(
        roles=tuple(role.name for role in ROLES.values()),
        rows=tuple(
            MatrixRow(
                permission=permission,
                words=access_wording.permission_words(permission),
                held=tuple(held.values()),
            )
            for permission, held in role_by_action().items()
        ),
        levels=tuple(str(access_wording.LEVELS[level]) for level in LEVELS),
        reaches=tuple(
            RoleReach(name=role.name, rows=_reach_rows(ways_of(code, VIEW)))
            for code, role in ROLES.items()
        ),
    )


def _reach_rows(ways: list[Way]) -> tuple[ReachRow, ...]:
    used = [one for one in Relation if any(one in way.relations for way in ways)]
    return tuple(
        ReachRow(
            relation=access_wording.relation_words(relation),
            services=tuple(_services(ways, relation, level) for level in LEVELS),
        )
        for relation in used
    )


def _services(ways: list[Way], relation: Relation, level: Sensitivity) -> str:
    found = {
        service
        for way in ways
        if way.level == level and relation in way.relations
        for service in way.services
    }
    return ", ".join(str(wording.SERVICES[one]) for one in wording.SERVICES if one in found)
