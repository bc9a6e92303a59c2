"""Which clients a document is about: the keys to look them up by, and the match with its reasons.

The lead of the work asks the register with wanted_keys and hands the clients found to match; both are
pure. A score is the share of belief: 2^bits of this client over the sum of 2^bits of all who lay
claim to the same evidence and of 2^17 for somebody of a register of 100,000 who is none of them.
So two people whom the page does not tell apart have at most 0.5 each. What each agreement is worth
is in agreement.py and name_agreement.py; whether a document files itself is decided in rules.py.
Source: Fellegi and Sunter (1969); the order of practice: reference, NHS number with date of birth,
surname with date of birth, full name with address.
"""

import math
from dataclasses import dataclass, replace
from datetime import date

from edrms.clients.folding import fold_digits, fold_name
from edrms.clients.model import Client
from scanning.indexing.agreement import Agreement, agreements_on_numbers
from scanning.indexing.explaining import explanation_of
from scanning.indexing.found import FoundName, Identifiers
from scanning.indexing.identifiers import find_identifiers
from scanning.indexing.model import ClientMatch, EvidenceKind, PageText, Role
from scanning.indexing.name_agreement import likeness_of, on_name
from scanning.indexing.places import with_words

_NOBODY_BITS = 17.0  # log2 of a register of about 100,000
_LEAST_SCORE = 0.02
_LEAST_BITS = 8.0  # fewer neither reach that score nor lower anybody else's
_MOST_MATCHES = 10
_MOST_NAMES = 60
_MOST_BITS = 60.0
_NUMBERS = (EvidenceKind.REFERENCE, EvidenceKind.NHS_NUMBER)


@dataclass(frozen=True, slots=True)
class LookupKeys:
    """What to ask the register for, folded as edrms.clients.folding folds it.

    nhs_numbers: ten digits. references: upper-case letters and digits, with and without what
    stands before the number. dates_of_birth: labelled ones, or all dates where none is labelled.
    name_parts: surnames a name on the page may have, words joined by a space.
    """

    nhs_numbers: frozenset[str]
    references: frozenset[str]
    dates_of_birth: frozenset[date]
    postcodes: frozenset[str]
    uprns: frozenset[str]
    name_parts: frozenset[str]


def wanted_keys(pages: tuple[PageText, ...]) -> LookupKeys:
    """The keys by which every client the document may be about can be found in the register."""
    found = find_identifiers(pages)
    labelled = [birth for birth in found.births if birth.labelled]
    return LookupKeys(
        nhs_numbers=frozenset(number.value for number in found.nhs_numbers),
        references=frozenset(reference.value for reference in found.references),
        dates_of_birth=frozenset(
            day for birth in labelled or found.births for day in birth.readings
        ),
        postcodes=frozenset(postcode.value for postcode in found.postcodes),
        uprns=frozenset(uprn.value for uprn in found.uprns),
        name_parts=frozenset(
            part for name in _names_to_look_up(found) for part in _surnames_of(name)
        ),
    )


def _names_to_look_up(found: Identifiers) -> tuple[FoundName, ...]:
    likeliest = [*found.subjects, *found.names_of(Role.ADDRESSEE, Role.WRITER), *found.names]
    return tuple(dict.fromkeys(likeliest))[:_MOST_NAMES]


def _surnames_of(name: FoundName) -> tuple[str, ...]:
    words = name.folded
    runs = [words[-1:], words[-2:], words[-3:], words[:1], words[:2]]
    return tuple(run for words in runs if len(run := fold_name(" ".join(words))) > 1)


@dataclass(frozen=True, slots=True)
class _Claim:
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

    def is_another_subject_than(self, other: "_Claim") -> bool:
        """Whether the document names both, each by a full name of his own, as siblings."""
        return bool(self.names and other.names and not self.names & other.names)


def match(pages: tuple[PageText, ...], candidates: tuple[Client, ...]) -> tuple[ClientMatch, ...]:
    """The candidates the document may be about, best first; those without a chance are left out.

    Several clients may each score high when the document names several subjects. A veto does not
    lower a score beyond what its bits do: it says why the document may not file itself.
    """
    return match_found(find_identifiers(pages), pages, candidates)


def match_found(
    found: Identifiers, pages: tuple[PageText, ...], candidates: tuple[Client, ...]
) -> tuple[ClientMatch, ...]:
    """As match, for pages whose identifiers are found already."""
    claims = tuple(claim for c in candidates if (claim := _claim(c, found)).may_matter)
    unknown = (*_unknown_subjects(claims, found), *_unknown_numbers(claims, found))
    matches = [_matched(claim, claims, unknown) for claim in claims]
    likely = sorted(
        (m for m in matches if m.score >= _LEAST_SCORE), key=lambda m: (-m.score, m.client_id)
    )
    return tuple(_with_places(m, pages) for m in likely[:_MOST_MATCHES])


def _claim(client: Client, found: Identifiers) -> _Claim:
    agreements = list(agreements_on_numbers(client, found))
    name = on_name(client, found)
    if name:
        agreements.append(name)
    names = frozenset(
        subject.folded for subject in found.subjects if likeness_of(client, subject).is_full
    )
    bits = min(_MOST_BITS, sum(agreement.bits for agreement in agreements))
    return _Claim(client, tuple(agreements), names, bits)


def _matched(claim: _Claim, claims: tuple[_Claim, ...], unknown: tuple[str, ...]) -> ClientMatch:
    rivals = [c for c in claims if c is not claim and not claim.is_another_subject_than(c)]
    conflict = _conflict(claim, rivals)
    vetoes = [agreement.veto for agreement in claim.agreements if agreement.veto]
    vetoes += [conflict] if conflict else []
    vetoes += unknown
    agreeing = tuple(a for a in claim.agreements if a.bits > 0)
    against = tuple(a.evidence for a in claim.agreements if a.bits <= 0)
    return ClientMatch(
        client_id=str(claim.client.client_id),
        score=_score(claim, rivals),
        agreeing=tuple(a.evidence for a in agreeing),
        against=against,
        explanation=explanation_of(tuple(a.evidence for a in agreeing), against, conflict),
        identifiers=sum(a.counts for a in agreeing),
        vetoes=tuple(dict.fromkeys(vetoes)),
        service=claim.client.service,
    )


def _score(claim: _Claim, rivals: list[_Claim]) -> float:
    own = math.exp2(claim.bits)
    others = math.exp2(_NOBODY_BITS) + sum(math.exp2(rival.bits) for rival in rivals)
    return round(own / (own + others), 4)


def _conflict(claim: _Claim, rivals: list[_Claim]) -> str:
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


def _different_numbers(claim: _Claim, rival: _Claim) -> bool:
    """Whether each of the two owns a number on the page that the other does not own."""
    own = {a.evidence.value for a in claim.agreements if a.kind in _NUMBERS and a.bits >= 10}
    theirs = {a.evidence.value for a in rival.agreements if a.kind in _NUMBERS and a.bits >= 10}
    return bool(own - theirs and theirs - own)


def _bears_a_reference_like(rival: _Claim, claim: _Claim) -> bool:
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


def _unknown_subjects(claims: tuple[_Claim, ...], found: Identifiers) -> tuple[str, ...]:
    """A veto where the document is labelled as about somebody whom no candidate is like."""
    likely = [claim.client for claim in claims if claim.bits > 0]
    unknown = {
        name.printed
        for name in found.names_of(Role.SUBJECT)
        if not any(likeness_of(client, name).bits > 0 for client in likely)
    }
    clause = "it also names {}, who is none of the clients found"
    return tuple(clause.format(name) for name in sorted(unknown))


def _unknown_numbers(claims: tuple[_Claim, ...], found: Identifiers) -> tuple[str, ...]:
    """A veto where, beside the client's own, the subject's birth or NHS number is yet another."""
    likely = [claim.client for claim in claims if claim.bits > _NOBODY_BITS]
    vetoes = []
    born = {client.date_of_birth for client in likely}
    births = [set(b.readings) for b in found.births if b.labelled and b.role is Role.SUBJECT]
    if len({bool(days & born) for days in births}) == 2 and None not in born:
        vetoes.append("it also bears a date of birth of none of the clients found")
    own = {fold_digits(client.nhs_number) for client in likely}
    numbers = [n.value in own for n in found.nhs_numbers if n.labelled and n.role is Role.SUBJECT]
    if len(set(numbers)) == 2 and "" not in own:
        vetoes.append("it also bears an NHS number of none of the clients found")
    return tuple(vetoes)


def _with_places(found: ClientMatch, pages: tuple[PageText, ...]) -> ClientMatch:
    return replace(
        found,
        agreeing=tuple(with_words(evidence, pages) for evidence in found.agreeing),
        against=tuple(with_words(evidence, pages) for evidence in found.against),
    )
