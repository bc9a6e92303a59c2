"""Whether a filed document names another client better. Pure.

Only where the document would file itself on the other as far as clients go, and none of those on whose files
it is can be meant. In doubt it does not: a list that cries wolf is read by nobody.
"""

from collections.abc import Collection

from scanning.indexing.model import ClientMatch
from scanning.indexing.rules import LEAST_LIKELY_SCORE, client_may_be_filed_on


def named_better(
    matches: tuple[ClientMatch, ...], filed: Collection[str], borne: Collection[str] = ()
) -> ClientMatch | None:
    """The client whom the document is about instead of those it is filed on; None in any doubt.

    matches: of the document against the whole register. filed: ids of the clients on whose files it is.
    borne: those of them of whom the document bears the full name and something of their own, in whatever
    role, such as a child of the household.
    """
    if borne or any(m.client_id in filed and m.score > LEAST_LIKELY_SCORE for m in matches):
        return None
    others = (
        m for m in matches if m.client_id not in filed and not client_may_be_filed_on(matches, m)
    )
    return next(others, None)


def says_more(kinds: Collection[str], dismissed: Collection[Collection[str]]) -> bool:
    """Whether there is something in what was found now that people had not before them when they said, each
    of these times, that the document is where it belongs."""
    return all(set(kinds) - set(earlier) for earlier in dismissed)
