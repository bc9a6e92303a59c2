"""Words of access: an actor, the facts a decision needs, and the decision with its reason."""

from dataclasses import dataclass

from edrms.ids import StaffId


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever acts: a signed-in staff member, or a named part of the product itself."""

    staff_id: StaffId
    name: str
    roles: frozenset[str]


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
