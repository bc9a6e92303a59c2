"""What people's filing teaches about clients: a name he is also known by, a reference others know him by.

One correction teaches nothing. What at least two people filed alike, on two documents, and nobody on anybody
else's file, makes a client likelier. It never counts as an identifier and lifts no veto: a document does not
file itself for it.
"""

from collections import defaultdict
from collections.abc import Collection

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from edrms.clients.register import get_clients
from edrms.records.tables import PageContent
from edrms.uow import UnitOfWork
from scanning.batches.tables import ClientConfirmation, Document
from scanning.indexing.facts import Fact, facts_about, facts_on
from scanning.indexing.found import Identifiers
from scanning.indexing.identifiers import find_identifiers
from scanning.indexing.model import PageText

LEAST_PEOPLE = 2
LEAST_PAPERS = 2


def remember(work: UnitOfWork, document: Document, client_ids: Collection[str]) -> None:
    """Keep what a document that a person files says of its client, where it is about one alone."""
    if len(client_ids) != 1:
        return
    client = get_clients(work.session, client_ids).get(next(iter(client_ids)))
    if client is None:
        return
    ids = [page.page_id for page in document.pages]
    wanted = select(PageContent.page_id, PageContent.text).where(PageContent.page_id.in_(ids))
    texts = {row.page_id: row.text for row in work.session.execute(wanted)}
    pages = tuple(PageText(n, texts[i]) for n, i in enumerate(ids, start=1) if i in texts)
    for kind, value in sorted(facts_about(client, find_identifiers(pages))):
        work.session.add(
            ClientConfirmation(
                document_id=document.document_id, client_id=client.client_id, kind=kind, value=value,
                staff_id=work.actor.staff_id,
            )
        )  # fmt: skip


def confirmed(session: Session, found: Identifiers) -> dict[str, frozenset[Fact]]:
    """For each client: what stands on the document that people filed under him, and only under him."""
    facts = facts_on(found)
    if not facts:
        return {}
    row = ClientConfirmation
    people = func.count(row.staff_id.distinct())
    papers = func.count(row.document_id.distinct())
    wanted = (
        select(row.client_id, row.kind, row.value, people, papers)
        .where(tuple_(row.kind, row.value).in_(sorted(facts)))
        .group_by(row.client_id, row.kind, row.value)
    )
    said: dict[Fact, list[tuple[str, bool]]] = defaultdict(list)
    for client_id, kind, value, by, on in session.execute(wanted):
        said[kind, value].append((client_id, by >= LEAST_PEOPLE and on >= LEAST_PAPERS))
    believed: dict[str, set[Fact]] = defaultdict(set)
    for fact, clients in said.items():
        if len(clients) == 1 and clients[0][1]:
            believed[clients[0][0]].add(fact)
    return {client_id: frozenset(facts) for client_id, facts in believed.items()}
