"""How a record lies in OpenSearch: settings and mapping of an index, and a record as a document.

The terms are ours (words.py), never the server's. A text field is sent as positions separated by
spaces, the terms of one position by "|"; pages and other parts are values of their own with a gap
between, so that no phrase runs across. Pure: nothing here talks to a server. See docs/adr/0008.
"""

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from search.model import MOST_HITS, IndexedRecord
from search.places import TEXT_FIELDS
from search.ranking import FIELD_WEIGHTS
from search.words import normal, tokens

NEAR_SCALE = 10  # "near" holds weighted frequencies as whole tenths
SHORT_FIELDS = tuple(field for field in TEXT_FIELDS if field != "body")
_TENTHS = {field: round(FIELD_WEIGHTS[field] * NEAR_SCALE) for field in SHORT_FIELDS}
META = {"edrms_mapping": 1, "weights_in_tenths": _TENTHS}
_LONGEST_TERM = 250
_LONGEST_PLACE = 100_000
_NOT_IN_TERMS = re.compile(r"[\s|]")
_PAGE_GAP = 100
_FREQUENCY = "return query.boost * doc.freq;"


def index_body(shards: int, copies: int) -> dict[str, Any]:
    """What an index is created with. Refreshing is left to us: a whole call becomes visible at once.

    What was deleted is forgotten at once, and a merge can erase all of it (OpenSearchIndex.tidy).
    """
    settings = {
        "number_of_shards": shards,
        "number_of_replicas": copies,
        "refresh_interval": "-1",
        "max_result_window": MOST_HITS,
        "gc_deletes": "0s",
        "merge.policy.expunge_deletes_allowed": 0,
        "similarity": {"frequency": {"type": "scripted", "script": {"source": _FREQUENCY}}},
        "analysis": _analysis(),
    }
    return {"settings": settings, "mappings": _mappings()}


def _analysis() -> dict[str, Any]:
    split = {"type": "pattern_capture", "preserve_original": False, "patterns": ["([^|]+)"]}
    return {
        "tokenizer": {"places": {"type": "whitespace", "max_token_length": _LONGEST_PLACE}},
        "filter": {
            "terms": split,
            "weights": {"type": "delimited_term_freq", "delimiter": "|"},
        },
        "analyzer": {
            "placed": {"type": "custom", "tokenizer": "places", "filter": ["terms"]},
            "weighted": {"type": "custom", "tokenizer": "places", "filter": ["weights"]},
            "asked": {"type": "custom", "tokenizer": "places"},
        },
    }


def _mappings() -> dict[str, Any]:
    text = {"type": "text", "search_analyzer": "asked", "norms": False, "similarity": "frequency"}
    placed = {**text, "analyzer": "placed", "copy_to": "any", "position_increment_gap": _PAGE_GAP}
    word, number = {"type": "keyword"}, {"type": "integer"}
    return {
        "dynamic": "strict",
        "_meta": META,
        "properties": {
            **dict.fromkeys(TEXT_FIELDS, placed),
            "near": {**text, "analyzer": "weighted", "index_options": "freqs"},
            "any": {**text, "analyzer": "placed", "index_options": "docs"},
            **dict.fromkeys(("record_id", "kind", "service", "sensitivity", "client_id"), word),
            **dict.fromkeys(("words", "day", "year"), number),
            "version": {"type": "long"},
            "deleted": {"type": "boolean"},
            "pages": {"type": "object", "enabled": False},
        },
    }


def document_of(record: IndexedRecord) -> dict[str, Any]:
    """A record as a document: its facts, its terms by place, and its pages' text for snippets."""
    day = record.document_date or record.filed_at.date()
    body = [placed(page) for page in record.pages]
    short = {
        "title": (record.title,),
        "client": record.client_names,
        "ref": record.identifiers,
        "type": (record.document_type,),
        "notes": record.file_names + record.notes,
    }
    terms = {field: [placed(text) for text in texts] for field, texts in short.items()}
    return {
        "record_id": record.record_id,
        "version": record.version,
        "words": sum(len(page.split()) for page in body),
        "day": day.toordinal(),
        "year": day.year,
        "kind": record.document_type,
        "service": sorted(record.services),
        "sensitivity": sorted({record.sensitivity} - {""}),
        "client_id": sorted(record.client_ids),
        "body": body,
        **terms,
        "near": _near(terms),
        "pages": [page.encode("utf-8", "replace").decode() for page in record.pages],
    }


def tombstone(record_id: str) -> dict[str, Any]:
    """Stands in an index being built for a record deleted meanwhile: seen and counted by nobody."""
    return {"record_id": record_id, "deleted": True}


def placed(text: str) -> str:
    """A text as its terms: a space between positions, "|" between the terms of one position."""
    places: list[list[str]] = []
    for token in tokens(normal(text)):
        if token.position == len(places):
            places.append([])
        places[token.position].append(spelt(token.term))
    return " ".join("|".join(terms) for terms in places)


@lru_cache(maxsize=200_000)
def spelt(term: str) -> str:
    """A term as the server holds it: never empty, without spaces, shorter than what it refuses."""
    return _NOT_IN_TERMS.sub("_", term)[:_LONGEST_TERM] or "__"


def _near(terms: dict[str, list[str]]) -> str:
    """The weighted frequency of each term over the short fields, as text of term|tenths."""
    found: Counter[str] = Counter()
    for field, values in terms.items():
        for term in _each_term(values):
            found[term] += _TENTHS[field]
    return " ".join(f"{term}|{tenths}" for term, tenths in found.items())


def _each_term(values: Iterable[str]) -> Iterable[str]:
    return (term for value in values for place in value.split() for term in place.split("|"))
