"""Searching as staff do it: scopes from the policy, the engine's answer, then every hit decided again.

A hit whose row is gone or no longer visible is dropped, so a revoked right takes effect at once even
while the index lags. Each search is journalled; its words are kept apart as personal detail.
"""

from dataclasses import dataclass
from datetime import date

from edrms.access.model import Actor
from edrms.access.policy import VIEW, require
from edrms.audit.state import SealGuard
from edrms.clients.model import Client
from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import Unavailable
from edrms.records.client_files import clients_shown, shown_of
from edrms.records.reading import client_ids_of, page_counts, visible_among
from edrms.records.tables import Record
from edrms.uow import write
from search.access_filter import access_filters
from search.model import Hit, Results, SearchRequest, Sort
from search.ports import IndexUnavailable, SearchIndex

QUERY = "search:index:query"


@dataclass(frozen=True, slots=True)
class FoundRecord:
    """A hit with its live row, its number of pages and the clients it is about."""

    hit: Hit
    record: Record
    page_count: int
    clients: tuple[Client, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What a search gave: the engine's results, and those hits that stand up to the live rows."""

    results: Results
    found: tuple[FoundRecord, ...]


class RecordSearch:
    """Search over filed records."""

    def __init__(
        self, database: Database, index: SearchIndex, clock: Clock, seals: SealGuard
    ) -> None:
        self._seals = seals
        self._database = database
        self._index = index
        self._clock = clock

    def search(
        self,
        actor: Actor,
        text: str,
        *,
        document_type: str | None = None,
        document_types: frozenset[str] = frozenset(),
        years: frozenset[int] = frozenset(),
        client_id: str | None = None,
        from_date: date | None = None,
        to_date: date | None = None,
        sort: Sort = Sort.RELEVANCE,
        page: int = 1,
        page_size: int = 20,
    ) -> Answer:
        """What the actor may find for these words.

        Raises Unavailable while there is no index, or while sealing has stood still for too long:
        snippets are content.
        """
        require(actor, QUERY)
        with self._database.read() as session:
            self._seals.check(session)
            access = access_filters(session, actor, VIEW, self._clock.now())
        request = SearchRequest(
            text=text, access=access, document_type=document_type,
            document_types=document_types, years=years,
            client_id=client_id, from_date=from_date, to_date=to_date, sort=sort, page=page,
            page_size=page_size,
        )  # fmt: skip
        try:
            results = self._index.search(request)
        except IndexUnavailable as error:
            raise Unavailable(
                "Search is not available just now; everything else works. Try again shortly.",
                code="search_unavailable",
            ) from error
        return self._decided_again(actor, text, results)

    def _decided_again(self, actor: Actor, text: str, results: Results) -> Answer:
        with write(self._database, actor, self._clock) as work:
            wanted = [hit.record_id for hit in results.hits]
            rows = visible_among(work.session, actor, VIEW, wanted, work.now)
            pages = page_counts(work.session, wanted)
            about = {one for row in rows.values() for one in client_ids_of(row)}
            people = clients_shown(work.session, actor, about, work.now)
            found = tuple(
                FoundRecord(
                    hit,
                    row,
                    pages.get(hit.record_id, 0),
                    shown_of(row, people),
                )
                for hit in results.hits
                if (row := rows.get(hit.record_id)) is not None
            )
            work.journal(
                QUERY, "index", "", personal=text, shown=[one.hit.record_id for one in found],
                total=results.total,
            )  # fmt: skip
        return Answer(results, found)
