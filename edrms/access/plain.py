"""The policy for many records at once: those of which nothing is said by name are decided kind by kind.

A record is plain to an actor while no marking, block, grant or allocation that their ways in ask about
concerns it or anybody on whose file it is. Of a plain record the policy asks what `PlainKind` holds and
nothing else, so that `decide` answers once for all of a kind. All others are singled out, and each is
decided by itself. No rule is written here: what is asked comes from the actor's scopes.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Select, select

from edrms.access.model import Actor, FileFacts, RecordFacts, Relation
from edrms.access.policy import decide, scopes
from edrms.access.sql import (
    blocked_subjects,
    hiding_markings,
    marked_subjects,
    markings_above,
    related_clients,
    tied_subjects,
)
from edrms.fileplan.catalogue import services_of_type
from edrms.records.tables import CaseFile, RecordAttachment


@dataclass(frozen=True, slots=True)
class PlainKind:
    """What the policy asks of a filed record of which nothing is said by name.

    services: of the files it is on.
    """

    sensitivity: str
    document_type: str
    services: frozenset[str]


def reaches(actor: Actor, permission: str, kind: PlainKind) -> bool:
    """Whether the actor may use plain records of this kind so."""
    facts = RecordFacts(
        files=tuple(FileFacts("", service) for service in sorted(kind.services)),
        level=kind.sensitivity,
        services=services_of_type(kind.document_type),
    )
    return decide(actor, permission, facts).allowed


def singled_out(actor: Actor, permission: str, at: datetime) -> list[Select[str]]:
    """Ids of all records that are not plain to the actor, by several selects (with others among them:
    of clients, of records that are not filed, and some more than once)."""
    ways = scopes(actor, permission)
    relations = frozenset[Relation]().union(*(scope.relations for scope in ways))
    marks = sorted({one for scope in ways for one in markings_above(scope.up_to)}
                   | {one for scope in ways for one in hiding_markings(scope)})  # fmt: skip
    blocked, marked = blocked_subjects(actor, at), marked_subjects(marks, at)
    about = CaseFile.client_id
    concerned = (
        about.in_(blocked), about.in_(marked), about.in_(related_clients(relations, actor, at)),
    )  # fmt: skip
    return [blocked, marked, tied_subjects(relations, actor, at), *map(_on_files, concerned)]


def _on_files(condition: ColumnElement[bool]) -> Select[str]:
    return (
        select(RecordAttachment.record_id)
        .join(CaseFile, CaseFile.case_file_id == RecordAttachment.case_file_id)
        .where(condition)
    )
