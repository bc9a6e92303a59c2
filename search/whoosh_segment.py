"""What is read from one Whoosh segment: postings, positions and facts as arrays, kept in memory.

Segments never change once written (only which of their documents are dead does), so arrays are
cached for as long as the segment lives. No ranking and no access decision here.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from whoosh import columns, fields
from whoosh.analysis import Token as WhooshToken
from whoosh.reading import TermNotFound

from search.model import IndexedRecord
from search.places import TEXT_FIELDS
from search.words import normal, tokens

PAGE_GAP = 100  # positions left free between pages, so that no phrase runs across
SET_FIELDS = ("service", "sensitivity", "client_id", "kind")
_MAX_CACHED_TERMS = 4_000
_MAX_CACHED_CLIENTS = 500_000
_EMPTY: Any = np.zeros(0, dtype=np.int64)


class Terms(str):
    """Terms already made, dressed as the text that Whoosh's fields insist on."""

    __slots__ = ("pairs",)
    pairs: list[tuple[str, int]]


def _given(pairs: Iterable[tuple[str, int]]) -> Terms:
    terms = Terms()
    terms.pairs = list(pairs)
    return terms


class GivenTerms:
    """A Whoosh analyzer that takes Terms as they are.

    Part of every stored schema by its name; keep the name and the module.
    """

    def __call__(self, value: Terms, **_: Any) -> Iterator[Any]:
        token = WhooshToken(positions=True, chars=False)
        token.boost, token.stopped = 1.0, False
        for term, position in value.pairs:
            token.text, token.pos = term, position
            yield token

    def __getstate__(self) -> dict[str, Any]:
        return {}


def schema() -> Any:
    """The Whoosh schema: text fields with positions, sets without, facts as columns."""
    text = {name: fields.TEXT(analyzer=GivenTerms(), phrase=True) for name in TEXT_FIELDS}
    sets = {name: fields.TEXT(analyzer=GivenTerms(), phrase=False) for name in SET_FIELDS}
    return fields.Schema(
        record_id=fields.ID(unique=True, stored=True),
        words=fields.COLUMN(columns.NumericColumn("i")),
        day=fields.COLUMN(columns.NumericColumn("i")),
        rest=fields.STORED(),
        **text,
        **sets,
    )


def document_of(record: IndexedRecord) -> dict[str, Any]:
    """A record as the fields of one Whoosh document."""
    body, page_starts, words = _pages(record.pages)
    day = (record.document_date or record.filed_at.date()).toordinal()
    rest = (record.version, record.document_type, tuple(page_starts), record.pages)
    return {
        "record_id": record.record_id,
        "words": words,
        "day": day,
        "rest": rest,
        "body": _given(body),
        "title": _terms((record.title,)),
        "client": _terms(record.client_names),
        "ref": _terms(record.identifiers),
        "type": _terms((record.document_type,)),
        "notes": _terms(record.file_names + record.notes),
        "service": _set(record.services),
        "sensitivity": _set({record.sensitivity} - {""}),
        "client_id": _set(record.client_ids),
        "kind": _set({record.document_type}),
    }


def _pages(pages: tuple[str, ...]) -> tuple[list[tuple[str, int]], list[int], int]:
    body: list[tuple[str, int]] = []
    starts: list[int] = []
    at = words = 0
    for page in pages:
        starts.append(at)
        found = tokens(normal(page))
        body += [(token.term, at + token.position) for token in found]
        count = found[-1].position + 1 if found else 0
        words += count
        at += count + PAGE_GAP
    return body, starts, words


def _terms(texts: tuple[str, ...]) -> Terms:
    return _given(_pages(texts)[0])


def _set(values: Iterable[str]) -> Terms:
    return _given((value, 0) for value in sorted(values))


class Segment:
    """One segment's postings and facts. n documents are numbered from 0; dead ones are not live."""

    def __init__(self, reader: Any) -> None:
        self.n: int = reader.doc_count_all()
        self._postings: dict[tuple[str, str], tuple[Any, Any]] = {}
        self._about: dict[str, Any] = {}
        self._numbers: dict[str, int] = {}
        self._reader = reader
        self.words = self._column("words")
        self.day = self._column("day")
        self.ids: list[str] = [""] * self.n
        self.versions: list[int] = [0] * self.n
        self.types: list[str] = [""] * self.n
        self.update(reader)
        for number in self.live.nonzero()[0].tolist():
            stored = reader.stored_fields(number)
            self.ids[number] = stored["record_id"]
            self.versions[number], self.types[number] = stored["rest"][:2]

    def update(self, reader: Any) -> None:
        """Take the reader of a later commit, in which more documents may be dead."""
        self._reader = reader
        self.live: Any = np.ones(self.n, dtype=bool)
        if reader.has_deletions():
            self.live[:] = [not reader.is_deleted(number) for number in range(self.n)]

    def _column(self, name: str) -> Any:
        if not self._reader.has_column(name):
            return np.zeros(self.n, dtype=np.int64)
        column = self._reader.column_reader(name)
        return np.array([column[number] for number in range(self.n)], dtype=np.int64)

    def postings(self, field: str, term: str) -> tuple[Any, Any]:
        """Document numbers and frequencies of a term, as arrays, dead documents perhaps among them."""
        key = (field, term)
        found = self._postings.get(key)
        if found is None:
            found = self._read_postings(field, term)
            if len(self._postings) >= _MAX_CACHED_TERMS:
                self._postings.clear()
            self._postings[key] = found
        return found

    def about_any(self, client_ids: Iterable[str]) -> Any:
        """Mask of the documents about any of these clients, dead ones perhaps among them.

        Kept apart from other postings: one asker's filter may name thousands, search after search.
        """
        mask: Any = np.zeros(self.n, dtype=bool)
        found = [documents for one in client_ids if len(documents := self._about_one(one))]
        if found:
            mask[np.concatenate(found)] = True
        return mask

    def _about_one(self, client_id: str) -> Any:
        documents = self._about.get(client_id)
        if documents is None:
            documents = self._read_postings("client_id", client_id)[0]
            if len(self._about) >= _MAX_CACHED_CLIENTS:
                self._about.clear()
            self._about[client_id] = documents
        return documents

    def being_any(self, record_ids: Iterable[str]) -> Any:
        """Mask of the documents that are any of these records, dead ones perhaps among them."""
        if not self._numbers:
            self._numbers = {one: number for number, one in enumerate(self.ids) if one}
        mask: Any = np.zeros(self.n, dtype=bool)
        numbers = self._numbers
        mask[[numbers[one] for one in record_ids if one in numbers]] = True
        return mask

    def _read_postings(self, field: str, term: str) -> tuple[Any, Any]:
        try:
            matcher = self._reader.postings(field, term)
        except (TermNotFound, UnicodeEncodeError):  # what is no text is held by none
            return _EMPTY, _EMPTY
        numbers, weights = [], []
        while matcher.is_active():
            numbers.append(matcher.id())
            weights.append(matcher.weight())
            matcher.next()
        return np.array(numbers, dtype=np.int64), np.array(weights, dtype=np.float64)

    def positions(self, field: str, term: str, numbers: Iterable[int]) -> dict[int, list[int]]:
        """Positions of a term in the given documents (ascending); absent where it is not."""
        try:
            matcher = self._reader.postings(field, term)
        except TermNotFound:
            return {}
        found = {}
        for number in numbers:
            if not matcher.is_active():
                break
            if matcher.id() < number:
                matcher.skip_to(number)
            if matcher.is_active() and matcher.id() == number:
                found[number] = list(matcher.value_as("positions"))
        return found

    def terms_beginning(self, field: str, prefix: str) -> list[str]:
        """Terms of a field that begin so."""
        return [term.decode("utf-8") for term in self._reader.expand_prefix(field, prefix)]

    def terms_near(self, field: str, word: str, edits: int, same_start: int) -> list[str]:
        """Terms of a field within so many edits that share the first same_start characters."""
        return list(self._reader.terms_within(field, word, edits, prefix=same_start))

    def pages_of(self, number: int) -> tuple[tuple[int, ...], tuple[str, ...]]:
        """Start position of each page, and each page's text."""
        rest = self._reader.stored_fields(number)["rest"]
        return rest[2], rest[3]
