"""Which clients a document is about: the keys to look them up by, and the match with its reasons.

The lead of the work asks the register with wanted_keys and hands the clients found to match; both are
pure. A score is the share of belief in this client against all who lay claim to the same evidence and
against somebody who is on no file (calibration.py), so two people whom the page does not tell apart have
at most 0.5 each. What each agreement is worth is in agreement.py and name_agreement.py, what forbids
believing it in claims.py; whether a document files itself is decided in rules.py.
Source: Fellegi and Sunter (1969); the order of practice: reference, NHS number with date of birth,
surname with date of birth, full name with address.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date

from edrms.clients.model import Client
from scanning.indexing.calibration import calibration
from scanning.indexing.claims import (
    Claim,
    claim_of,
    conflict,
    unknown_numbers,
    unknown_subjects,
    vetoes_of,
)
from scanning.indexing.explaining import explanation_of
from scanning.indexing.facts import Known
from scanning.indexing.found import FoundName, Identifiers
from scanning.indexing.identifiers import find_identifiers
from scanning.indexing.model import ClientMatch, PageText, Role
from scanning.indexing.name_agreement import short_forms_of
from scanning.indexing.places import with_words
from scanning.indexing.rules import LEAST_LIKELY_SCORE

_LEAST_SCORE = 0.02
_MOST_MATCHES = 10
_MOST_NAMES = 60


@dataclass(frozen=True, slots=True)
class LookupKeys:
    """What to ask the register for, folded as edrms.clients.folding folds it.

    nhs_numbers: ten digits. references: upper-case letters and digits, with and without what
    stands before the number. dates_of_birth: labelled ones, or all dates where none is labelled.
    names: (part of a surname, part of a forename) of every whole name on the page, in either order and
    with every other form of the forename. A surname alone is no key.
    """

    nhs_numbers: frozenset[str]
    references: frozenset[str]
    dates_of_birth: frozenset[date]
    postcodes: frozenset[str]
    uprns: frozenset[str]
    names: frozenset[tuple[str, str]]


def wanted_keys(pages: tuple[PageText, ...]) -> LookupKeys:
    """The keys by which every client the document may be about can be found in the register."""
    return keys_of(find_identifiers(pages))


def keys_of(found: Identifiers) -> LookupKeys:
    """As wanted_keys, for pages whose identifiers are found already."""
    labelled = [birth for birth in found.births if birth.labelled]
    return LookupKeys(
        nhs_numbers=frozenset(number.value for number in found.nhs_numbers),
        references=frozenset(reference.value for reference in found.references),
        dates_of_birth=frozenset(
            day for birth in labelled or found.births for day in birth.readings
        ),
        postcodes=frozenset(postcode.value for postcode in found.postcodes),
        uprns=frozenset(uprn.value for uprn in found.uprns),
        names=frozenset(pair for name in _names_to_look_up(found) for pair in _names_meant(name)),
    )


def _names_to_look_up(found: Identifiers) -> tuple[FoundName, ...]:
    if explicit := found.names_of(Role.SUBJECT):  # nobody else can then be whom it is about
        return explicit[:_MOST_NAMES]
    likeliest = [*found.subjects, *found.names_of(Role.ADDRESSEE, Role.WRITER), *found.names]
    return tuple(dict.fromkeys(likeliest))[:_MOST_NAMES]


def _names_meant(name: FoundName) -> Iterator[tuple[str, str]]:
    """A double-barrelled surname is looked up by its last part alone: the register knows each part."""
    words = name.folded
    if len(words) < 2:
        return
    orders = [(words[0], words[1])]
    if not name.surname_first:
        orders.append((words[-1], words[0]))
    for surname, forename in orders:
        last, first = surname.split()[-1], forename.split()[0]
        if len(last) > 1 and len(first) > 1:
            yield from ((last, form) for form in {first, *short_forms_of(first)})


def match(
    pages: tuple[PageText, ...], candidates: tuple[Client, ...], known: Known | None = None
) -> tuple[ClientMatch, ...]:
    """The candidates the document may be about, best first; those without a chance are left out.

    Several clients may each score high when the document names several subjects. A veto does not
    lower a score beyond what its bits do: it says why the document may not file itself. known: what
    colleagues' filing taught of these clients (confirmations.py).
    """
    return match_found(find_identifiers(pages), pages, candidates, known)


def match_found(
    found: Identifiers,
    pages: tuple[PageText, ...],
    candidates: tuple[Client, ...],
    known: Known | None = None,
) -> tuple[ClientMatch, ...]:
    """As match, for pages whose identifiers are found already."""
    claims = competing(found, candidates, known)
    scored = [
        (claim, rivals, calibration().score(claim.bits, (rival.bits for rival in rivals)))
        for claim, rivals in claims
    ]
    about = tuple(claim for claim, _, score in scored if score > LEAST_LIKELY_SCORE)
    unknown = (*unknown_subjects(about, found), *unknown_numbers(about, found)) if about else ()
    matches = [
        _matched(claim, score, rivals, unknown)
        for claim, rivals, score in scored
        if score >= _LEAST_SCORE
    ]
    likely = sorted(matches, key=lambda m: (-m.score, m.client_id))
    return tuple(_with_places(m, pages) for m in likely[:_MOST_MATCHES])


def competing(
    found: Identifiers, candidates: tuple[Client, ...], known: Known | None = None
) -> list[tuple[Claim, list[Claim]]]:
    """Every claim that may matter, with those that compete with it."""
    known = known or {}
    claims = [
        claim
        for c in candidates
        if (claim := claim_of(c, found, known.get(str(c.client_id), ()))).may_matter
    ]
    return [
        (one, [c for c in claims if c is not one and not one.is_another_subject_than(c)])
        for one in claims
    ]


def _matched(
    claim: Claim, score: float, rivals: list[Claim], unknown: tuple[str, ...]
) -> ClientMatch:
    between = conflict(claim, rivals)
    vetoes = [*vetoes_of(claim, rivals), *([between] if between else []), *unknown]
    agreeing = tuple(a for a in claim.agreements if a.bits > 0)
    against = tuple(a.evidence for a in claim.agreements if a.bits <= 0)
    return ClientMatch(
        client_id=str(claim.client.client_id),
        score=score,
        agreeing=tuple(a.evidence for a in agreeing),
        against=against,
        explanation=explanation_of(tuple(a.evidence for a in agreeing), against, between),
        identifiers=sum(a.counts for a in agreeing),
        vetoes=tuple(dict.fromkeys(vetoes)),
        service=claim.client.service,
    )


def _with_places(found: ClientMatch, pages: tuple[PageText, ...]) -> ClientMatch:
    return replace(
        found,
        agreeing=with_words(found.agreeing, pages),
        against=with_words(found.against, pages),
    )
