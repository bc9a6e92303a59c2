"""Whether a filed document names another client better. Pure.

Only where the document would file itself on the other as far as clients go, and none of those on whose files
it is can be meant. In doubt it does not: a list that cries wolf is read by nobody.
"""

from collections.abc import Collection

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


def named_better(matches: tuple[ClientMatch, ...], filed: Collection[str]) -> ClientMatch | None:
    """The client whom the document is about more likely than those it is filed on; None in any doubt.

    matches: of the document against the whole register. filed: ids of the clients on whose files it is.
    """
    if any(match.client_id in filed and match.score > LEAST_LIKELY_SCORE for match in matches):
        return None
    others = (match for match in matches if match.client_id not in filed)
    return next((one for one in others if not client_may_be_filed_on(matches, one)), None)


def may_be_meant(found: Identifiers, client: Client, other: Client) -> bool:
    """Whether the document may be about the client as well as about the other, or instead of him.

    Two identifiers agree, one of them his own, and nothing speaks against him (who is on the register twice);
    or it names him by a name that is not the other's: as a subject, or, such as a child of the household,
    together with a birth or number of his own, where the register has a birth of his to look for. To be on a
    copy list is not to be named.
    """
    agreements = claim_of(client, found).agreements
    agreeing = [one.kind for one in agreements if one.counts]
    has_own = any(kind in OWN_TO_A_PERSON for kind in agreeing)
    if has_own and len(agreeing) >= LEAST_IDENTIFIERS and not any(a.veto for a in agreements):
        return True
    names = _names_of_one_alone(found, client, other)
    born = client.date_of_birth
    return bool(names) and (
        has_own
        or born is None
        or any(name in found.subjects for name in names)
        or any(born in birth.readings for birth in found.births)
    )


def _names_of_one_alone(found: Identifiers, client: Client, other: Client) -> list[FoundName]:
    return [
        name
        for name in found.names
        if name.role is not Role.COPY
        and likeness_of(client, name).is_nearly_full
        and not likeness_of(other, name).is_nearly_full
    ]


def says_more(kinds: Collection[str], dismissed: Collection[Collection[str]]) -> bool:
    """Whether there is something in what was found now that people had not before them when they said, each
    of these times, that the document is where it belongs."""
    return all(set(kinds) - set(earlier) for earlier in dismissed)
