"""A filed document's text beside the whole register and beside those on whose files it is. Reading only."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from edrms.clients.model import Client
from scanning.indexing.claims import claim_of
from scanning.indexing.explaining import explanation_of
from scanning.indexing.found import Identifiers
from scanning.indexing.identifiers import find_identifiers
from scanning.indexing.matching import match_found
from scanning.indexing.model import EvidenceKind, PageText
from scanning.indexing.suggesting import pointed_at
from scanning.misfiles.model import Misfile
from scanning.misfiles.rules import may_be_meant, named_better


def compare(
    session: Session, pages: tuple[PageText, ...], filed: Mapping[str, Client]
) -> Misfile | None:
    """The client whom these pages name better than those they are filed on (by id); None in any doubt."""
    found = find_identifiers(pages)
    pointed, known = pointed_at(session, found)
    everybody = {str(one.client_id): one for one in pointed} | dict(filed)
    matches = match_found(found, (), tuple(everybody.values()), known)
    better = named_better(matches, filed)
    if better is None:
        return None
    other = everybody[better.client_id]
    if any(may_be_meant(found, one, other) for one in filed.values()):
        return None
    against = {one: _said_of(client, found) for one, client in filed.items()}
    first = min(better.agreeing, key=lambda one: (one.page, one.line))
    return Misfile(
        better.client_id, better.score, better.explanation,
        frozenset(one.kind.value for one in better.agreeing)
        | {f"not {kind}" for _, kinds in against.values() for kind in kinds},
        first.page, first.line, {one: words for one, (words, _) in against.items()},
    )  # fmt: skip


def _said_of(client: Client, found: Identifiers) -> tuple[str, tuple[EvidenceKind, ...]]:
    """What the pages say of a client in one sentence, and what kinds of it speak against him."""
    agreements = claim_of(client, found).agreements
    agreeing = tuple(one.evidence for one in agreements if one.bits > 0)
    against = tuple(one.evidence for one in agreements if one.bits <= 0)
    return explanation_of(agreeing, against), tuple(one.kind for one in against)
