"""The roles shipped with the product, as data: permissions, services, sensitivities.

A role absent here grants nothing. Permissions are `thing:part:verb`; the names of all of them stand in
PERMISSIONS, and a route naming another is refused when the application starts.
"""

from dataclasses import dataclass

from edrms.fileplan.model import Sensitivity, Service

_NORMAL = frozenset({Sensitivity.NORMAL})
_RESTRICTED = frozenset({Sensitivity.NORMAL, Sensitivity.RESTRICTED})
_ALL = frozenset(Sensitivity)
_CHILDREN = frozenset({Service.CHILDREN})
_ADULTS = frozenset({Service.ADULTS})
_FINANCE = frozenset({Service.FINANCE})
_CARE = frozenset({Service.CHILDREN, Service.ADULTS, Service.GENERAL})
_EVERY = frozenset(Service)
_NO_SERVICE: frozenset[Service] = frozenset()
_NO_SENSITIVITY: frozenset[Sensitivity] = frozenset()


@dataclass(frozen=True, slots=True)
class Role:
    """One role: what its holders may do, and on which records the content permissions reach."""

    code: str
    name: str
    permissions: frozenset[str]
    services: frozenset[Service]
    sensitivities: frozenset[Sensitivity]


_UPLOAD = {"batch:list:open", "batch:item:receive", "batch:own:view"}
_INDEX = {
    "document:queue:view", "document:page:view", "document:index:file", "document:index:skip",
    "document:index:reject", "client:summary:search",
}  # fmt: skip
_READ = {
    "client:summary:search", "client:file:view", "search:index:query", "record:content:view",
    "record:content:download",
}  # fmt: skip

PERMISSIONS = frozenset(
    {*_UPLOAD, *_INDEX, *_READ, "batch:all:view", "item:content:retry", "item:content:reject",
     "item:content:download", "audit:event:view", "system:status:view", "client:summary:add"}
)  # fmt: skip

_ROLES = (
    Role("post_room", "Post-room operator", frozenset(_UPLOAD), _NO_SERVICE, _NO_SENSITIVITY),
    Role("indexer", "Indexer", frozenset(_UPLOAD | _INDEX), _NO_SERVICE, _NO_SENSITIVITY),
    Role(
        "quality_supervisor", "Quality supervisor",
        frozenset(_UPLOAD | _INDEX | {"batch:all:view", "item:content:retry", "item:content:reject",
                                      "item:content:download", "system:status:view"}),
        _NO_SERVICE, _NO_SENSITIVITY,
    ),
    Role("business_support", "Business support (adults)", frozenset(_UPLOAD | _INDEX | _READ),
         _ADULTS, _NORMAL),
    Role("social_worker_children", "Social worker (children)", frozenset(_READ | _UPLOAD),
         _CHILDREN, _RESTRICTED),
    Role("social_worker_adults", "Social worker (adults)", frozenset(_READ | _UPLOAD),
         _ADULTS, _RESTRICTED),
    Role("team_manager", "Team manager", frozenset(_READ | _UPLOAD), _CARE, _RESTRICTED),
    Role("adoption_team", "Adoption team", frozenset(_READ | _UPLOAD), _CHILDREN, _ALL),
    Role("finance", "Finance officer", frozenset(_READ | _UPLOAD), _FINANCE, _NORMAL),
    Role("information_governance", "Information governance officer",
         frozenset(_READ | {"audit:event:view", "batch:all:view", "system:status:view"}),
         _EVERY, _RESTRICTED),
    Role("auditor", "Auditor", frozenset({"audit:event:view", "system:status:view"}),
         _NO_SERVICE, _NO_SENSITIVITY),
    Role("system_administrator", "System administrator",
         frozenset({"system:status:view", "client:summary:add"}), _NO_SERVICE, _NO_SENSITIVITY),
)  # fmt: skip

ROLES = {role.code: role for role in _ROLES}
