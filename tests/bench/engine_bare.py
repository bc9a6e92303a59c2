"""Whoosh and OpenSearch as their handbooks use them: what our adapters are measured against.

Their own analyzers, one document a record, the text stored, questions with a filter of the asker's
access, twenty hits. No pages told apart, no counts by type and year, no snippets, no stemming of ours,
no ranking by what the asker may see; misspelt words by the engine's own means.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit
from uuid import uuid4

from opensearchpy import OpenSearch, helpers
from whoosh import fields, index
from whoosh.qparser import MultifieldParser
from whoosh.query import And, Every, Or, Term

from search.model import AccessFilter, IndexedRecord

HITS = 20
SEARCHED = ("title", "client", "reference", "type", "body")
_BUILD_MEMORY_MB = 128  # as the product's
_TIMEOUT_S = 120


class BareEngine(Protocol):
    """An engine and one index of it."""

    def build(self, records: Sequence[IndexedRecord]) -> None:
        """Index these, instead of any that were there."""

    def ask(self, kind: str, text: str) -> int:
        """How many are found. kind: of question, as tests.bench.searching has them."""

    def close(self) -> None:
        """Remove the index."""


class BareWhoosh:
    """In a directory."""

    def __init__(self, directory: Path, access: AccessFilter) -> None:
        directory.mkdir()
        self._directory = directory
        self._filter = And([_any_of("service", access.services),
                            _any_of("sensitivity", access.sensitivities)])  # fmt: skip
        self._searcher: Any = None

    def build(self, records: Sequence[IndexedRecord]) -> None:
        """One commit."""
        self.close()
        made = index.create_in(str(self._directory), _schema())
        writer = made.writer(limitmb=_BUILD_MEMORY_MB)
        for record in records:
            writer.add_document(**_whoosh_document(record))
        writer.commit()
        self._searcher = made.searcher()
        self._parser = MultifieldParser(SEARCHED, made.schema)

    def ask(self, kind: str, text: str) -> int:
        """See BareEngine."""
        if kind == "everything":
            return len(self._hits(Every(), sortedby="day", reverse=True))
        query = self._parser.parse(text)
        if kind == "misspelt":
            query = self._searcher.correct_query(query, text).query
        return len(self._hits(query))

    def _hits(self, query: Any, **order: Any) -> Any:
        """With what is shown of each read."""
        found = self._searcher.search(query, filter=self._filter, limit=HITS, **order)
        for hit in found:
            hit.fields()
        return found

    def close(self) -> None:
        """Its directory is the caller's."""
        if self._searcher is not None:
            self._searcher.close()


def _any_of(field: str, values: Iterable[str]) -> Any:
    return Or([Term(field, value) for value in sorted(values)])


def _schema() -> Any:
    return fields.Schema(
        record_id=fields.ID(stored=True, unique=True),
        **{name: fields.TEXT(stored=True) for name in SEARCHED},
        service=fields.KEYWORD,
        sensitivity=fields.ID,
        day=fields.NUMERIC(sortable=True),
    )


def _whoosh_document(record: IndexedRecord) -> dict[str, Any]:
    return {name: "\n".join(texts) for name, texts in _texts(record).items()} | {
        "record_id": record.record_id,
        "service": " ".join(record.services),
        "sensitivity": record.sensitivity,
        "day": _day(record),
    }


class BareOpenSearch:
    """An index of its own on a server. url: as in tests.engines.wanted."""

    def __init__(self, url: str, access: AccessFilter) -> None:
        at = urlsplit(url)
        self._client = OpenSearch(
            hosts=[{"host": at.hostname, "port": at.port}], timeout=_TIMEOUT_S
        )
        self._name = f"edrms-bench-bare-{uuid4().hex[:12]}"
        self._filter = [
            {"terms": {"service": sorted(access.services)}},
            {"terms": {"sensitivity": sorted(access.sensitivities)}},
        ]

    def build(self, records: Sequence[IndexedRecord]) -> None:
        """In bulk, visible when it returns."""
        self.close()
        self._client.indices.create(index=self._name, body=_index_body())
        helpers.bulk(self._client, self._actions(records))
        self._client.indices.refresh(index=self._name)

    def _actions(self, records: Iterable[IndexedRecord]) -> Iterator[dict[str, Any]]:
        for record in records:
            document = _texts(record) | {
                "service": sorted(record.services),
                "sensitivity": record.sensitivity,
                "day": _day(record),
            }
            yield {"_index": self._name, "_id": record.record_id, "_source": document}

    def ask(self, kind: str, text: str) -> int:
        """See BareEngine."""
        query = {"bool": {"must": [_match(kind, text)], "filter": self._filter}}
        body: dict[str, Any] = {"query": query, "size": HITS, "track_total_hits": True}
        if kind == "everything":
            body["sort"] = [{"day": "desc"}]
        told = self._client.search(index=self._name, body=body)
        return int(told["hits"]["total"]["value"])

    def close(self) -> None:
        """See BareEngine."""
        self._client.indices.delete(index=self._name, ignore_unavailable=True)


def _index_body() -> dict[str, Any]:
    properties: dict[str, Any] = {name: {"type": "text"} for name in SEARCHED}
    properties |= {name: {"type": "keyword"} for name in ("service", "sensitivity")}
    properties["day"] = {"type": "integer"}
    settings = {"number_of_shards": 1, "number_of_replicas": 0}
    return {"settings": settings, "mappings": {"properties": properties}}


def _match(kind: str, text: str) -> dict[str, Any]:
    asked: dict[str, Any] = {"query": text.strip('"').rstrip("*"), "fields": list(SEARCHED)}
    match kind:
        case "everything":
            return {"match_all": {}}
        case "phrase":
            asked["type"] = "phrase"
        case "prefix":
            asked["type"] = "phrase_prefix"
        case "misspelt":
            asked["fuzziness"] = "AUTO"
        case _:
            asked["operator"] = "and"
    return {"multi_match": asked}


def _texts(record: IndexedRecord) -> dict[str, list[str]]:
    return {
        "title": [record.title],
        "client": list(record.client_names),
        "reference": list(record.identifiers),
        "type": [record.document_type],
        "body": list(record.pages),
    }


def _day(record: IndexedRecord) -> int:
    return (record.document_date or record.filed_at.date()).toordinal()
