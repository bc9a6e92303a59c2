"""Words of access: an actor, how the actor stands to a file, the facts of a decision, the decision.

Frozen values only. Facts are absolute (who is allocated, who is blocked), so that the same facts serve
whoever asks; matching them with an actor is the policy's business.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from edrms.fileplan.model import Sensitivity
from edrms.ids import StaffId


class Relation(StrEnum):
    """How an actor may stand to a client's file, or to a single record of it.

    any: needs no tie at all. allocated: the client's own worker. team, supervised: the client is a
    team's, which the actor works in or answers for. duty: on duty for the service. The others come
    from a grant: panel (papers of a meeting), listed (named to a guest or an auditor), granted (let in
    for a time), glass (broken in an emergency), admitted (through a seal).
    """

    ANY = "any"
    ALLOCATED = "allocated"
    TEAM = "team"
    SUPERVISED = "supervised"
    DUTY = "duty"
    PANEL = "panel"
    LISTED = "listed"
    GRANTED = "granted"
    GLASS = "glass"
    ADMITTED = "admitted"


GRANTABLE = (
    Relation.PANEL, Relation.LISTED, Relation.GRANTED, Relation.GLASS, Relation.ADMITTED,
)  # fmt: skip

LEVELS = (Sensitivity.NORMAL, Sensitivity.RESTRICTED, Sensitivity.SEALED)


def levels_up_to(highest: Sensitivity) -> tuple[Sensitivity, ...]:
    """The sensitivities no higher than this one."""
    return LEVELS[: LEVELS.index(highest) + 1]


@dataclass(slots=True)
class Visit:
    """One request on its way through the product: what its events have in common.

    source: keyed pseudonym of the address asked from. events: how many were journalled so far (and
    committed); refusals: those of them that say no, or that it failed.
    """

    request_id: str
    source: str = ""
    events: int = 0
    refusals: int = 0


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
class Tie:
    """A live grant: this person stands so to a client or record."""

    staff_id: str
    relation: Relation


@dataclass(frozen=True, slots=True)
class FileFacts:
    """One client's file a record is on: whose it is, who works with the client, who was let in."""

    client_id: str
    service: str
    allocated: frozenset[str] = frozenset()
    teams: frozenset[str] = frozenset()
    ties: frozenset[Tie] = frozenset()


@dataclass(frozen=True, slots=True)
class RecordFacts:
    """What the policy needs to know of a record.

    services: those its type belongs to on whoever's file it is (an invoice is finance's). level: the
    highest sensitivity of its type, its own marking, and its clients' markings; an unknown one is seen
    by nobody. shows_address: it shows an address that must not get about. exempt: categories of the
    Local Government Act 1972, Schedule 12A. blocked: staff with a conflict of interest.
    """

    files: tuple[FileFacts, ...]
    level: str
    services: frozenset[str] = frozenset()
    ties: frozenset[Tie] = frozenset()
    shows_address: bool = False
    exempt: frozenset[int] = frozenset()
    blocked: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ClientFacts:
    """What the policy needs to know of a client: the file itself, its level, and who is blocked."""

    file: FileFacts
    level: str
    blocked: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class BatchFacts:
    """What the policy needs to know of a batch: who opened it."""

    opened_by: str


@dataclass(frozen=True, slots=True)
class Decision:
    """Allowed or not, and the reason in words for the audit log (never shown to outsiders).

    relation: by which the actor was let in, if it took one. is_reviewed: a look let in so is looked
    at by somebody else afterwards.
    """

    allowed: bool
    reason: str
    relation: Relation | None = None
    is_reviewed: bool = False


@dataclass(frozen=True, slots=True)
class Scope:
    """One way in: on files of these services, up to this level, for whoever stands in one of these
    relations. The decision, the SQL filter and the index filter are all made from this one value.

    own_services: services whose records are reached on anybody's file, by their type.
    """

    role: str
    services: frozenset[str]
    up_to: Sensitivity
    relations: frozenset[Relation]
    sees_addresses: bool = False
    sees_exempt: bool = True
    is_reviewed: bool = False
