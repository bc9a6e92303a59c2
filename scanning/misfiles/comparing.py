"""A filed document's text beside the whole register and beside those on whose files it is. Reading only."""

from collections.abc import Collection, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from edrms.clients.model import Client
from edrms.clients.tables import ClientRelationship
from scanning.indexing.claims import claim_of
from scanning.indexing.explaining import explanation_of
from scanning.indexing.found import Identifiers
from scanning.indexing.identifiers import find_identifiers
from scanning.indexing.matching import match_found
from scanning.indexing.model import ClientMatch, EvidenceKind, PageText
from scanning.indexing.suggesting import pointed_at
from scanning.misfiles.model import Misfile
from scanning.misfiles.rules import Filed, misfiled, named


def compare(
    session: Session, pages: tuple[PageText, ...], filed: Mapping[str, Client]
) -> Misfile | None:
    """Whom these pages name better, and those of `filed` (by id) on whose files they are wrongly; None in any
    doubt."""
    found = find_identifiers(pages)
    pointed, known = pointed_at(session, found)
    everybody = {str(one.client_id): one for one in pointed} | dict(filed)
    matches = match_found(found, (), tuple(everybody.values()), known)
    about = [one.client_id for one in named(matches)]
    related = _related(session, {*filed, *about}) if about and len(filed) > 1 else frozenset()
    judged = misfiled(found, matches, everybody, Filed(filed, related))
    return _described(found, *judged) if judged else None


def _described(found: Identifiers, better: ClientMatch, wrong: Collection[Client]) -> Misfile:
    against = {str(client.client_id): _said_of(client, found) for client in wrong}
    first = min(better.agreeing, key=lambda one: (one.page, one.line))
    return Misfile(
        better.client_id, better.score, better.explanation,
        frozenset(one.kind.value for one in better.agreeing)
        | {f"not {kind}" for _, kinds in against.values() for kind in kinds},
        first.page, first.line, {one: words for one, (words, _) in against.items()},
    )  # fmt: skip


def _related(session: Session, client_ids: Collection[str]) -> frozenset[str]:
    """Those of these whom the register ties to another of them, as whatever kin."""
    tie = ClientRelationship
    pairs = select(tie.client_id, tie.other_id).where(
        tie.client_id.in_(client_ids), tie.other_id.in_(client_ids)
    )
    return frozenset(one for pair in session.execute(pairs) for one in pair)


def _said_of(client: Client, found: Identifiers) -> tuple[str, tuple[EvidenceKind, ...]]:
    """What the pages say of a client in one sentence, and what kinds of it speak against him."""
    agreements = claim_of(client, found).agreements
    agreeing = tuple(one.evidence for one in agreements if one.bits > 0)
    against = tuple(one.evidence for one in agreements if one.bits <= 0)
    return explanation_of(agreeing, against), tuple(one.kind for one in against)
