"""Whether a document that is on the right file has no business on another beside it. Pure.

People put one letter on the files of a whole family, also where it names one of them only; of parents, of
brothers and sisters, of twins that is right. So nothing at all may point at him, and he must be no kin, or
the document names somebody else on whose file it is not, or bears his very name with another's birth.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

from edrms.clients.folding import fold_digits, fold_name, fold_reference
from edrms.clients.model import Client
from scanning.indexing.agreement import agreements_on_numbers
from scanning.indexing.found import Identifiers
from scanning.indexing.likeness import letters_apart
from scanning.indexing.model import EvidenceKind
from scanning.indexing.name_agreement import known_names, likeness_of, short_forms_of
from scanning.indexing.rules import OWN_TO_A_PERSON

_PLAINLY_ANOTHERS = -10.0  # bits; a birth that differs by one digit may be a slip
_A_FAMILY = re.compile(
    r"\b(siblings?|brothers?|sisters?|twins?|triplets"
    r"|(the|these|all|both|two|three|four|five) (children|boys|girls)|(the|whole) family"
    r"|brodyr|chwiorydd|efeilliaid|y plant|teulu)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Company:
    """Those a document is with beside the client asked about.

    named: whom it names beyond doubt. with_him: these and those on whose files it may well be right.
    related: ids of clients whom the register ties to one of them. is_complete: whether it is on the files of
    all whom it names.
    """

    named: Sequence[Client]
    with_him: Sequence[Client]
    related: frozenset[str]
    is_complete: bool


def is_out_of_place(found: Identifiers, client: Client, company: Company) -> bool:
    """Whether the document is wrongly on this client's file beside the right ones; no in any doubt."""
    if _bears_his_own(found, client) or _is_spoken_of(found, client, company.with_him):
        return False
    if any(_called(client) & _called(one) for one in company.with_him):
        return _has_anothers_birth(found, client)
    if client.client_id in company.related or any(is_kin(client, one) for one in company.with_him):
        return not company.is_complete and not _speaks_of_a_family(found)
    return not any(one.bits > 0 for one in agreements_on_numbers(client, found))


def _speaks_of_a_family(found: Identifiers) -> bool:
    return any(_A_FAMILY.search(line.text) for line in found.lines)


def is_kin(client: Client, other: Client) -> bool:
    """Whether the two may be of one family or home: household, surname, address or UPRN are the same."""
    if client.household and client.household == other.household:
        return True
    if client.uprn and client.uprn == other.uprn:
        return True
    if client.postcode and fold_reference(client.postcode) == fold_reference(other.postcode):
        return True
    return any(
        letters_apart(one, another, 1) <= 1
        for one in _surnames(client)
        for another in _surnames(other)
    )


def _surnames(client: Client) -> set[str]:
    """Each part of every surname he is known by: of married people one part may be the family's."""
    parts = fold_name(client.surname).split()
    return {*parts, *(surname for _, surname in known_names(client))}


def _bears_his_own(found: Identifiers, client: Client) -> bool:
    """Whether a number or birth of his own stands anywhere, be it with a slip or as another's."""
    if any(client.date_of_birth in birth.readings for birth in found.births):
        return True
    own = fold_digits(client.nhs_number)
    if any(number.value == own for number in found.nhs_numbers):
        return True
    own_kinds = (one for one in agreements_on_numbers(client, found) if one.kind in OWN_TO_A_PERSON)
    return any(one.bits > 0 for one in own_kinds)


def _is_spoken_of(found: Identifiers, client: Client, others: Sequence[Client]) -> bool:
    """Whether any name of his alone stands anywhere, be it only his forename or on a copy list."""
    theirs = set(chain.from_iterable(map(_forenames, others)))
    if own := _forenames(client) - theirs:
        text = (fold_name(line.text).split() for line in found.lines)
        if any(word in own for word in chain.from_iterable(text)):
            return True
    return any(
        likeness_of(client, name).is_nearly_full
        and not any(likeness_of(other, name).is_nearly_full for other in others)
        for name in found.names
    )


def _forenames(client: Client) -> set[str]:
    """Every form of every forename he is known by, longer than an initial."""
    known = set(chain.from_iterable(forenames for forenames, _ in known_names(client)))
    forms = set(chain.from_iterable(map(short_forms_of, known)))
    return {one for one in known | forms if len(one) > 1}


def _called(client: Client) -> set[str]:
    """His whole names, as the register writes them: Harry and Henry may be brothers."""
    return {fold_name(name) for name in (client.full_name, *client.other_names)}


def _has_anothers_birth(found: Identifiers, client: Client) -> bool:
    """Whether a subject of his name was plainly born on another day, or has another NHS number."""
    if not any(likeness_of(client, name).is_nearly_full for name in found.subjects):
        return False
    return any(
        one.kind in (EvidenceKind.DATE_OF_BIRTH, EvidenceKind.NHS_NUMBER)
        and one.bits <= _PLAINLY_ANOTHERS
        for one in agreements_on_numbers(client, found)
    )
