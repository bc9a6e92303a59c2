"""The SearchIndex port over Whoosh: opening, refreshing, writing, rebuilding one directory.

Store keeps the files, Segment reads them, whoosh_search answers. Rows decide; this index can be
thrown away at any time and rebuilt. Choice of distribution and of scoring: docs/adr/0003.
"""

import os
import threading
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from whoosh.index import TOC, FileIndex
from whoosh.reading import SegmentReader

from search.model import Health, IndexedRecord, Results, SearchRequest
from search.ports import IndexUnavailable
from search.whoosh_search import answer
from search.whoosh_segment import Segment, document_of, schema
from search.whoosh_store import Manifest, Storage, Store

_INDEX = "MAIN"
_SMALL_RECORDS = 250  # segments up to this size are merged with one another on commit
_READ_TRIES = 20
_BUILD_MEMORY_MB = 128
_ASIDE = 10  # of a thread's niceness: about a tenth of a processor where others want it


class WhooshIndex:
    """A Whoosh index in its own directory (made private, 0700). Threads may share one.

    Any number of processes may search; a write takes the directory's lock for as long as it lasts,
    and a second writer meanwhile gets IndexBusy. Until prepare() or rebuild() ran: IndexUnavailable.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._store = Store(directory)
        self._lock = threading.RLock()
        self._process = os.getpid()
        self._commit = ""
        self._segments: dict[str, tuple[Any, Segment]] = {}

    def prepare(self) -> None:
        """See SearchIndex.prepare."""
        if self._store.is_new():
            self.rebuild(())

    def search(self, request: SearchRequest) -> Results:
        """See SearchIndex.search."""
        with self._lock:
            return answer(self._current(), request)

    def versions(self) -> Mapping[str, int]:
        """See SearchIndex.versions."""
        with self._lock:
            return {
                segment.ids[number]: segment.versions[number]
                for segment in self._current()
                for number in segment.live.nonzero()[0].tolist()
            }

    def count(self) -> int:
        """See SearchIndex.count."""
        with self._lock:
            return sum(int(segment.live.sum()) for segment in self._current())

    def upsert(self, records: Iterable[IndexedRecord]) -> None:
        """See SearchIndex.upsert."""
        latest = {record.record_id: record for record in records}
        if latest:
            self._write(list(latest), list(latest.values()), _merge_small)

    def delete(self, ended: Mapping[str, int]) -> None:
        """See SearchIndex.delete."""
        self._write(list(ended), [], _merge_small)

    def tidy(self) -> None:
        """See SearchIndex.tidy. It rewrites the whole index: whoever searches meanwhile comes first."""
        with ThreadPoolExecutor(1, initializer=os.nice, initargs=(_ASIDE,)) as aside:
            aside.submit(self._write, [], [], _merge_all).result()

    def rebuild(self, records: Iterable[IndexedRecord]) -> None:
        """See SearchIndex.rebuild."""
        with self._store.writing():
            storage = self._store.new_folder()
            index = FileIndex.create(storage, schema(), _INDEX)
            writer = index.writer(limitmb=_BUILD_MEMORY_MB)
            try:
                for record in records:
                    writer.update_document(**document_of(record))
            except BaseException:
                writer.cancel()
                raise
            writer.commit(mergetype=_merge_all)
            self._store.commit(storage, _files_of(storage))

    def check(self) -> Health:
        """See SearchIndex.check."""
        with self._lock:
            manifest = self._store.manifest()
            self._store.verify(manifest, again=True)
            segments = self._current()
            dead = sum(segment.n - int(segment.live.sum()) for segment in segments)
            return Health(self.count(), manifest.size_bytes, len(segments), dead)

    def close(self) -> None:
        """See SearchIndex.close."""
        with self._lock:
            for reader, _ in self._segments.values():
                reader.close()
            self._segments, self._commit = {}, ""

    def _write(self, gone: list[str], records: list[IndexedRecord], merge: Any) -> None:
        with self._store.writing():
            manifest = self._store.manifest()
            self._store.verify(manifest)
            self._store.remove_leftovers(manifest)
            storage = self._store.reading_storage(manifest)
            writer = FileIndex(storage, indexname=_INDEX).writer(limitmb=_BUILD_MEMORY_MB)
            try:
                for record_id in gone:
                    writer.delete_by_term("record_id", record_id)
                for record in records:
                    writer.add_document(**document_of(record))
            except BaseException:
                writer.cancel()
                raise
            writer.commit(mergetype=merge)
            self._store.commit(storage, _files_of(storage))

    def _current(self) -> list[Segment]:
        """Segments of the last commit of any process, checked before anything is read."""
        if self._process != os.getpid():  # after a fork: open files of our own
            self._segments, self._commit, self._process = {}, "", os.getpid()
        for last_try in [False] * (_READ_TRIES - 1) + [True]:
            manifest = self._store.manifest()
            try:
                self._store.verify(manifest)
                if manifest.commit != self._commit:
                    self._open(manifest)
                return [segment for _, segment in self._segments.values()]
            except (IndexUnavailable, FileNotFoundError) as error:
                self._commit = ""
                is_replaced = self._store.manifest().commit != manifest.commit
                if not is_replaced or last_try:
                    raise IndexUnavailable(str(error)) from error
        raise AssertionError("unreachable: the last try returns or raises")

    def _open(self, manifest: Manifest) -> None:
        """Open the segments of a commit, keeping what is known of those already open."""
        storage = self._store.reading_storage(manifest)
        toc = TOC.read(storage, _INDEX)
        readers: dict[str, Any] = {}
        try:
            for part in toc.segments:
                name = f"{manifest.folder}/{part.segment_id()}"
                readers[name] = SegmentReader(storage, toc.schema, part, generation=toc.generation)
        except BaseException:
            for reader in readers.values():
                reader.close()
            raise
        before, self._segments = self._segments, {}
        for name, reader in readers.items():
            segment = before[name][1] if name in before else Segment(reader)
            segment.update(reader)
            self._segments[name] = (reader, segment)
        for reader, _ in before.values():
            reader.close()
        self._commit = manifest.commit


def _files_of(storage: Storage) -> frozenset[str]:
    """The files of a committed Whoosh state: its table of contents and its segments."""
    toc = TOC.read(storage, _INDEX)
    names = {TOC._filename(_INDEX, toc.generation)}
    for part in toc.segments:
        names |= {name for name in storage.list() if name.startswith(part.segment_id() + ".")}
    return frozenset(names)


def _merge_small(writer: Any, segments: list[Any]) -> list[Any]:
    """Merge the small segments into the one being written, so that commits stay quick."""
    small = [part for part in segments if part.doc_count_all() <= _SMALL_RECORDS]
    total, kept = 0, []
    for part in sorted(segments, key=lambda one: int(one.doc_count_all())):
        total += part.doc_count_all()
        if part in small and total <= _SMALL_RECORDS and len(small) > 8:
            _merge_into(writer, part)
        elif part.doc_count() > 0:
            kept.append(part)
    return kept


def _merge_all(writer: Any, segments: list[Any]) -> list[Any]:
    for part in segments:
        _merge_into(writer, part)
    return []


def _merge_into(writer: Any, part: Any) -> None:
    reader = SegmentReader(writer.storage, writer.schema, part)
    writer.add_reader(reader)
    reader.close()
