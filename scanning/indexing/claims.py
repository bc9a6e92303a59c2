"""Claims on a document and what forbids believing them: each client with all that agrees, and the conflicts.

A conflict is between two clients (a number of one, name and birth of another), or between the clients the
document would be filed on and somebody else whom it is about as well. Scores are in matching.py.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace

from edrms.clients.folding import fold_digits
from edrms.clients.model import Client
from scanning.indexing.agreement import Agreement, agreements_on_numbers
from scanning.indexing.facts import NAME, Fact, on_facts
from scanning.indexing.found import Identifiers
from scanning.indexing.model import EvidenceKind, Role
from scanning.indexing.name_agreement import (
    NEAR_FORENAME,
    KnownNames,
    known_names,
    likeness_of,
    likeness_to,
    on_name,
)

_LEAST_BITS = 8.0  # fewer neither reach a score worth showing nor lower anybody else's
_LEAST_WITHOUT_NAME = 9.5  # a neighbour, of whom nothing but the postcode agrees
_MOST_BITS = 60.0
_NUMBERS = (EvidenceKind.REFERENCE, EvidenceKind.NHS_NUMBER)


@dataclass(frozen=True, slots=True)
class Claim:
    """A client with all that agrees or speaks against; names: the subjects he claims to be."""

    client: Client
    agreements: tuple[Agreement, ...]
    names: frozenset[tuple[str, ...]]
    bits: float

    @property
    def may_matter(self) -> bool:
        """Whether the client can be suggested, or can spoil the suggestion of another."""
        return self.bits >= _LEAST_BITS or self.agrees_on(*_NUMBERS)

    def agrees_on(self, *kinds: EvidenceKind) -> bool:
        return any(a.kind in kinds and a.bits >= 10 for a in self.agreements)

    def is_another_subject_than(self, other: "Claim") -> bool:
        """Whether the document names both, each by a full name of his own, as siblings."""
        return bool(self.names and other.names and not self.names & other.names)


def claim_of(client: Client, found: Identifiers, facts: Collection[Fact] = ()) -> Claim:
    """What the document says for and against one client. facts: what colleagues' filing taught of him."""
    agreements = [*agreements_on_numbers(client, found), *on_facts(facts, found)]
    known = known_names(client)
    most = max((agreement.bits for agreement in agreements), default=0.0)
    if most < _LEAST_WITHOUT_NAME and not facts and not _is_named(known, found):
        return Claim(client, (), frozenset(), 0.0)
    subjects = [likeness_to(known, subject) for subject in found.subjects]
    name = on_name(known, subjects, found)
    if name and name.bits < 0 and any(kind == NAME for kind, _ in facts):
        name = replace(name, bits=0.0)  # colleagues know him by it; the veto stays
    if name:
        agreements.append(name)
    names = frozenset(likeness.name.folded for likeness in subjects if likeness.is_nearly_full)
    bits = min(_MOST_BITS, sum(agreement.bits for agreement in agreements))
    return Claim(client, tuple(agreements), names, bits)


def _is_named(known: KnownNames, found: Identifiers) -> bool:
    """Whether any surname of his stands in a name of the document, letter for letter."""
    return any(surname in found.name_words for _, surname in known)


def conflict(claim: Claim, rivals: list[Claim]) -> str:
    """A number that is another client's, or, for him, a name and birth that are another's."""
    for rival in rivals:
        theirs, ours = rival.agrees_on(*_NUMBERS), claim.agrees_on(*_NUMBERS)
        if theirs and not ours and claim.bits > 0:
            return "a number on the document belongs to another client"
        if theirs and ours and _different_numbers(claim, rival):
            return "the numbers on the document belong to two clients"
        if _bears_a_reference_like(rival, claim):
            return "another reference on the document is nearly that of another client"
        born_elsewhere = rival.agrees_on(EvidenceKind.DATE_OF_BIRTH) and bool(rival.names)
        if ours and born_elsewhere and not claim.agrees_on(EvidenceKind.DATE_OF_BIRTH):
            return "name and date of birth on the document belong to another client"
    return ""


def _different_numbers(claim: Claim, rival: Claim) -> bool:
    """Whether each of the two owns a number on the page that the other does not own."""
    own = {a.evidence.value for a in claim.agreements if a.kind in _NUMBERS and a.bits >= 10}
    theirs = {a.evidence.value for a in rival.agreements if a.kind in _NUMBERS and a.bits >= 10}
    return bool(own - theirs and theirs - own)


def _bears_a_reference_like(rival: Claim, claim: Claim) -> bool:
    """Whether a rival's reference, all but one character, stands beside one of this client's.

    So a badly copied letter about twins does not file itself on the one who was read well.
    """
    own = {a.evidence.value for a in claim.agreements if a.kind is EvidenceKind.REFERENCE}
    theirs = {
        a.evidence.value
        for a in rival.agreements
        if a.kind is EvidenceKind.REFERENCE and a.bits > 0
    }
    return bool(own and theirs - own)


def unknown_subjects(about: tuple[Claim, ...], found: Identifiers) -> tuple[str, ...]:
    """A veto where the document is labelled as about somebody else than these clients as well."""
    unknown = {
        name.printed
        for name in found.names_of(Role.SUBJECT)
        if not any(likeness_of(claim.client, name).bits > 0 for claim in about)
    }
    clause = "it also names {}, who is none of the clients found"
    return tuple(clause.format(name) for name in sorted(unknown))


def unknown_numbers(about: tuple[Claim, ...], found: Identifiers) -> tuple[str, ...]:
    """A veto where, beside these clients' own, the subject's birth or NHS number is yet another.

    A client of whom the register knows none may own one that is nobody else's.
    """
    vetoes = []
    born = [claim.client.date_of_birth for claim in about]
    births = [b for b in found.births if b.labelled and b.role is Role.SUBJECT]
    strange = [b.readings[0] for b in births if not set(b.readings) & set(born)]
    all_differ = (
        len(strange) == len(births) and None not in born
    )  # which each client's own veto says
    if len(set(strange)) > born.count(None) and not all_differ:
        vetoes.append("it also bears a date of birth of none of the clients found")
    own = [fold_digits(claim.client.nhs_number) for claim in about]
    numbers = {n.value for n in found.nhs_numbers if n.labelled and n.role is Role.SUBJECT}
    if len(numbers - set(own)) > own.count(""):
        vetoes.append("it also bears an NHS number of none of the clients found")
    return tuple(vetoes)


def vetoes_of(claim: Claim, rivals: list[Claim]) -> list[str]:
    """What its agreements forbid. A letter wrong in the forename does not weigh against a number that
    agrees together with birth or address, unless somebody else is called exactly so."""
    vetoes = [agreement.veto for agreement in claim.agreements if agreement.veto]
    proved = claim.agrees_on(*_NUMBERS) and claim.agrees_on(
        EvidenceKind.DATE_OF_BIRTH, EvidenceKind.ADDRESS
    )
    if proved and not any(rival.names for rival in rivals):
        return [veto for veto in vetoes if veto != NEAR_FORENAME]
    return vetoes
