"""What a document says of a client that the register does not: another name, a reference of others. Pure.

How people's filing confirms such a fact is in confirmations.py. A fact makes a client likelier; it counts
as no identifier and lifts no veto.
"""

from collections.abc import Collection, Iterator, Mapping

from edrms.clients.folding import fold_reference
from edrms.clients.model import Client
from scanning.indexing.agreement import Agreement
from scanning.indexing.found import FoundName, FoundNumber, Identifiers
from scanning.indexing.model import EvidenceKind, Role
from scanning.indexing.name_agreement import Likeness, likeness_of

NAME, REFERENCE = "name", "reference"
_BITS = 9.0
_LEAST_DIGITS = 5
_LONGEST = 200
_NOTE = "is one that colleagues filed under this client"
Fact = tuple[str, str]  # kind and folded value
Known = Mapping[str, Collection[Fact]]  # by client id


def facts_about(client: Client, found: Identifiers) -> set[Fact]:
    """What the register does not know: the one subject's name if it is another, and labelled references."""
    facts = {(REFERENCE, _value(number)) for number in found.references if _teaches(client, number)}
    subjects = {name.folded: name for name in found.names_of(Role.SUBJECT)}
    if len(subjects) == 1:
        folded, name = next(iter(subjects.items()))
        if len(folded) > 1 and likeness_of(client, name).surname is Likeness.DIFFERENT:
            facts.add((NAME, _joined(name)))
    return facts


def facts_on(found: Identifiers) -> set[Fact]:
    """Every name and labelled reference of the document under which somebody may be known."""
    facts = {(REFERENCE, _value(number)) for number in found.references if number.labelled}
    return facts | {(NAME, _joined(name)) for name in found.subjects}


def on_facts(facts: Collection[Fact], found: Identifiers) -> Iterator[Agreement]:
    """Each fact that stands on the document, as agreement that counts for no identifier."""
    for number in found.references:
        if (REFERENCE, _value(number)) in facts and number.value == _value(number):
            evidence = number.evidence(EvidenceKind.REFERENCE, _NOTE)
            yield Agreement(EvidenceKind.REFERENCE, _BITS, evidence)
            break
    for name in found.subjects:
        if (NAME, _joined(name)) in facts:
            evidence = name.line.evidence(EvidenceKind.NAME, name.printed, _NOTE)
            yield Agreement(EvidenceKind.NAME, _BITS, evidence)
            break


def _value(number: FoundNumber) -> str:
    return fold_reference(number.printed)[:_LONGEST]


def _joined(name: FoundName) -> str:
    return " ".join(name.folded)[:_LONGEST]


def _teaches(client: Client, number: FoundNumber) -> bool:
    value = _value(number)
    known = {fold_reference(known.value) for known in client.identifiers}
    return (
        number.labelled
        and number.role is Role.SUBJECT
        and sum(char.isdigit() for char in value) >= _LEAST_DIGITS
        and not any(value.endswith(own) for own in known)
    )
