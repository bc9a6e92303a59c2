"""Words of access: an actor, the facts a decision needs, and the decision with its reason."""

from dataclasses import dataclass, field

from edrms.ids import StaffId


@dataclass(slots=True)
class Visit:
    """One request on its way through the product: what its events have in common.

    source: keyed pseudonym of the address asked from. events: how many were journalled so far.
    """

    request_id: str
    source: str = ""
    events: int = 0


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever acts: a signed-in staff member, or a named part of the product itself.

    teams: those the person works in. supervises: those whose work the person answers for. duties:
    services the person is on duty for now. only: permissions an API token is limited to; None where
    there is no such limit. visit: the request in which the actor acts, if it is one.
    """

    staff_id: StaffId
    name: str
    roles: frozenset[str]
    teams: frozenset[str] = frozenset()
    supervises: frozenset[str] = frozenset()
    duties: frozenset[str] = frozenset()
    only: frozenset[str] | None = None
    visit: Visit | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class RecordFacts:
    """What the policy needs to know of a record: the services of the files it is on, its sensitivity."""

    services: frozenset[str]
    sensitivity: str


@dataclass(frozen=True, slots=True)
class BatchFacts:
    """What the policy needs to know of a batch: who opened it."""

    opened_by: str


@dataclass(frozen=True, slots=True)
class Decision:
    """Allowed or not, and the reason in words for the audit log (never shown to outsiders)."""

    allowed: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Scope:
    """Which records an actor may find. Empty sets mean none at all.

    The SQL filter and the index filter are both made from this one value.
    """

    services: frozenset[str]
    sensitivities: frozenset[str]

    @property
    def sees_nothing(self) -> bool:
        return not (self.services and self.sensitivities)
