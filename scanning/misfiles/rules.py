"""Whether a filed document names another client better than one on whose file it is. Pure.

Only where somebody is named beyond doubt as far as clients go, and the other cannot be meant. Where it is on
the right file too, a second one needs more than that: people put a letter on a whole family's files. In doubt
it is right: a list that cries wolf is read by nobody.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from edrms.clients.model import Client
from scanning.indexing.claims import claim_of
from scanning.indexing.found import FoundName, Identifiers
from scanning.indexing.model import ClientMatch, Role
from scanning.indexing.name_agreement import likeness_of
from scanning.indexing.rules import (
    LEAST_IDENTIFIERS,
    LEAST_LIKELY_SCORE,
    OWN_TO_A_PERSON,
    client_may_be_filed_on,
)
from scanning.misfiles.company import Company, is_out_of_place


@dataclass(frozen=True, slots=True)
class Filed:
    """Those on whose files a document is, by id. related: of these the ids whom the register ties to another
    of them, or to somebody the document names."""

    clients: Mapping[str, Client]
    related: frozenset[str] = frozenset()


def named(matches: tuple[ClientMatch, ...]) -> list[ClientMatch]:
    """Whom a document names beyond doubt, likeliest first. matches: against the whole register."""
    return [one for one in matches if not client_may_be_filed_on(matches, one)]


def misfiled(
    found: Identifiers, matches: tuple[ClientMatch, ...], people: Mapping[str, Client], filed: Filed
) -> tuple[ClientMatch, tuple[Client, ...]] | None:
    """Whom the document names better, and those on whose files it is wrongly; None in any doubt.

    people: everybody in matches, by id. Who is on none of its files is named before those who are.
    """
    sure = named(matches)
    if not sure:
        return None
    better = next((one for one in sure if one.client_id not in filed.clients), sure[0])
    about = [people[one.client_id] for one in sure]
    likely = {one.client_id for one in matches if one.score > LEAST_LIKELY_SCORE}
    right = [
        client
        for client_id, client in filed.clients.items()
        if client_id in likely or may_be_meant(found, client, about)
    ]
    wrong = [one for one in filed.clients.values() if one not in right]
    if right:
        company = Company(about, [*about, *right], filed.related, better.client_id in filed.clients)
        wrong = [one for one in wrong if is_out_of_place(found, one, company)]
    return (better, tuple(wrong)) if wrong else None


def may_be_meant(found: Identifiers, client: Client, others: Collection[Client]) -> bool:
    """Whether the document may be about the client as well as about the others, or instead of them.

    Two identifiers agree, one of them his own, and nothing speaks against him (who is on the register twice);
    or it names him by a name that is none of the others': as a subject, or, such as a child of the household,
    together with a birth or number of his own, where the register has a birth of his to look for. To be on a
    copy list is not to be named.
    """
    agreements = claim_of(client, found).agreements
    agreeing = [one.kind for one in agreements if one.counts]
    has_own = any(kind in OWN_TO_A_PERSON for kind in agreeing)
    if has_own and len(agreeing) >= LEAST_IDENTIFIERS and not any(a.veto for a in agreements):
        return True
    names = _names_of_one_alone(found, client, others)
    born = client.date_of_birth
    return bool(names) and (
        has_own
        or born is None
        or any(name in found.subjects for name in names)
        or any(born in birth.readings for birth in found.births)
    )


def _names_of_one_alone(
    found: Identifiers, client: Client, others: Collection[Client]
) -> list[FoundName]:
    return [
        name
        for name in found.names
        if name.role is not Role.COPY
        and likeness_of(client, name).is_nearly_full
        and not any(likeness_of(other, name).is_nearly_full for other in others)
    ]


def says_more(kinds: Collection[str], dismissed: Collection[Collection[str]]) -> bool:
    """Whether there is something in what was found now that people had not before them when they said, each
    of these times, that the document is where it belongs."""
    return all(set(kinds) - set(earlier) for earlier in dismissed)
