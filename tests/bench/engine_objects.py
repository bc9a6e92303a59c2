"""Objects put and got through our stores, against the bare S3 SDK and against plain files.

The same bytes to the same server or disk, ours and bare by turns, medians. What ours does beyond the
bare: it hashes what passes, has the server or the disk show what it holds, and never overwrites.

A plain file is: open, write in the pieces an upload comes in, fsync, rename; no fsync of the directory,
so a crash may lose its name. Beside it stands one "hashed, named": with SHA-256 and that fsync, as ours.
"""

import hashlib
import io
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any
from uuid import uuid4

from minio import Minio

from api.uploads import CHUNK_BYTES
from edrms.ids import ObjectKey
from edrms.storage.local_store import LocalObjectStore
from edrms.storage.ports import ObjectStore
from edrms.storage.s3_config import S3Config
from tests.bench.engine_figures import Figure, quickness, share
from tests.contract.growth import SMALL_BYTES
from tests.contract.s3_buckets import bare, bucket, config_of
from tests.contract.store_contract import GROWTH_BYTES
from tests.engines.wanted import Engine

SIZES = {"100 KB": (100_000, 150), "5 MB": (5_000_000, 30)}  # bytes, rounds
LARGE_BYTES = 200_000_000
LEAST = 0.8
WARM_UP = 5
FOLDERS_FILLED_BY = 2000  # so many objects leave hardly one of the 256 folders unmade
BARE_NAME = "bare"


def nothing(_given: object) -> None:
    """Where there is nothing to undo."""


@dataclass(frozen=True, slots=True)
class Way:
    """Something to be timed. undo: takes what it gave, untimed; else disk and memory fill up unlike."""

    do: Callable[[], Any]
    undo: Callable[[Any], object] = nothing


def measure_objects(directory: Path) -> list[Figure]:
    """Put and get of both sizes and the growth of memory, for each store."""
    figures = list(_on_disk(directory))
    for engine in (Engine.MINIO, Engine.VERSITYGW):
        config = config_of(engine)
        with bucket(config, with_holds=True) as store:
            figures += _on_server(engine.name.lower(), store, config)
    return figures


def _on_disk(directory: Path) -> Iterator[Figure]:
    store = LocalObjectStore(directory / "objects")
    for _ in range(FOLDERS_FILLED_BY):
        store.put([b"a store in use"], max_bytes=100)
    plain = directory / "plain"
    plain.mkdir()
    for size, (size_bytes, rounds) in SIZES.items():
        content = os.urandom(size_bytes)
        yield from _puts_on_disk(size, store, plain, content, rounds)
        yield _get_on_disk(size, store, plain, content, rounds)
    yield _growth("directory", f"file://{directory / 'objects'}")


def _get_on_disk(size: str, store: ObjectStore, plain: Path, content: bytes, rounds: int) -> Figure:
    key, file = _put(store, content), _plain_put(plain, content)
    what = f"directory: get {size} / plain"
    return _ratio(what, Way(lambda: _get(store, key)), Way(file.read_bytes), rounds)


def _puts_on_disk(
    size: str, store: ObjectStore, plain: Path, content: bytes, rounds: int
) -> Iterator[Figure]:
    ways = [
        _our_put(store, content),
        Way(lambda: _plain_put(plain, content), Path.unlink),
        Way(lambda: _hashed_put(plain, content), Path.unlink),
    ]
    ours_s, plain_s, alike_s = by_turns(ways, rounds)
    what = f"directory: put {size} / plain"
    yield quickness(what, "ms", ours_s * 1000, plain_s * 1000, LEAST)
    yield quickness(f"{what}, hashed, named", "ms", ours_s * 1000, alike_s * 1000)


def _plain_put(
    directory: Path, content: bytes, hashed: Callable[[bytes], None] | None = None
) -> Path:
    name = uuid4().hex
    staged, placed = directory / f"{name}.new", directory / name
    with staged.open("xb", buffering=0) as file:
        for piece in _pieces(content):
            file.write(piece)
            if hashed:
                hashed(piece)
        os.fsync(file)
    return staged.rename(placed)


def _hashed_put(directory: Path, content: bytes) -> Path:
    placed = _plain_put(directory, content, hashlib.sha256().update)
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    os.fsync(descriptor)
    os.close(descriptor)
    return placed


def _on_server(name: str, store: ObjectStore, config: S3Config) -> Iterator[Figure]:
    client = bare(config)
    for size, (size_bytes, rounds) in SIZES.items():
        content = os.urandom(size_bytes)
        yield _put_to_server(
            f"{name}: put {size} / SDK", store, client, config.bucket, content, rounds
        )
        yield _get_from_server(
            f"{name}: get {size} / SDK", store, client, config.bucket, content, rounds
        )
    yield _growth(name, _url(config))


def _put_to_server(
    what: str, store: ObjectStore, client: Minio, bucket_name: str, content: bytes, rounds: int
) -> Figure:
    def put_bare() -> Any:
        return client.put_object(bucket_name, uuid4().hex, io.BytesIO(content), len(content))

    def remove(put: Any) -> None:
        client.remove_object(bucket_name, put.object_name, put.version_id)

    return _ratio(what, _our_put(store, content), Way(put_bare, remove), rounds)


def _get_from_server(
    what: str, store: ObjectStore, client: Minio, bucket_name: str, content: bytes, rounds: int
) -> Figure:
    key = _put(store, content)
    client.put_object(bucket_name, BARE_NAME, io.BytesIO(content), len(content))
    bare_way = Way(lambda: _bare_get(client, bucket_name))
    return _ratio(what, Way(lambda: _get(store, key)), bare_way, rounds)


def _bare_get(client: Minio, bucket_name: str) -> bytes:
    answer = client.get_object(bucket_name, BARE_NAME)
    try:
        content: bytes = answer.read()
        return content
    finally:
        answer.release_conn()


def _our_put(store: ObjectStore, content: bytes) -> Way:
    return Way(lambda: _put(store, content), store.delete)


def _put(store: ObjectStore, content: bytes) -> ObjectKey:
    return store.put(_pieces(content), max_bytes=len(content)).key


def _pieces(content: bytes) -> Iterator[bytes]:
    """As an upload comes in."""
    return (content[at : at + CHUNK_BYTES] for at in range(0, len(content), CHUNK_BYTES))


def _get(store: ObjectStore, key: ObjectKey) -> bytes:
    with store.open(key) as stream:
        return stream.read()


def _ratio(what: str, ours: Way, plain: Way, rounds: int) -> Figure:
    ours_s, plain_s = by_turns([ours, plain], rounds)
    return quickness(what, "ms", ours_s * 1000, plain_s * 1000, LEAST)


def by_turns(ways: Sequence[Way], rounds: int) -> list[float]:
    """The median seconds of each way; who begins a round changes, the first rounds do not count."""
    taken: list[list[float]] = [[] for _ in ways]
    for number in range(-WARM_UP, rounds):
        for turn in range(len(ways)):
            which = (number + turn) % len(ways)
            started = time.perf_counter()
            given = ways[which].do()
            taken_s = time.perf_counter() - started
            ways[which].undo(given)
            if number >= 0:
                taken[which].append(taken_s)
    return [median(one) for one in taken]


def _growth(name: str, url: str) -> Figure:
    """Of the peak of resident memory, in a process of its own, as a share of the object's growth.

    Started by a small shell: a process inherits the peak of the one that starts it, and ours is large.
    """
    asked = json.dumps({"url": url, "size_bytes": LARGE_BYTES})
    ended = subprocess.run(
        ["sh", "-c", '"$0" -m tests.contract.growth; exit $?', sys.executable],
        input=asked, stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    larger_mb = (LARGE_BYTES - SMALL_BYTES) / 1e6
    return share(
        f"{name}: memory, object of 200 MB after 5 MB", "MB more", int(ended.stdout) / 1e6,
        larger_mb, GROWTH_BYTES / 1e6 / larger_mb,
    )  # fmt: skip


def _url(config: S3Config) -> str:
    at = f"{config.endpoint}/{config.bucket}/{config.prefix}"
    return f"s3+http://{config.access_key}:{config.secret_key}@{at}"
