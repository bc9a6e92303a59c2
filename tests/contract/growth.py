"""How much a process grows while it stores and fetches: `python -m tests.contract.growth`.

Takes JSON on standard input, {"url": ..., "size_bytes": ...}; prints the growth of the peak of its
resident memory, in bytes, from after a small object to after a large one.
"""

import atexit
import hashlib
import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from edrms.storage.local_store import LocalObjectStore
from edrms.storage.ports import ObjectStore
from edrms.storage.s3_config import s3_config
from edrms.storage.s3_store import S3ObjectStore
from tests.contract.sealed_stores import encrypted

SMALL_BYTES = 5_000_000
CHUNK_BYTES = 1 << 16


def store_at(url: str) -> ObjectStore:
    """The store of a URL as the settings have it; after "sealed+", encrypted, with keys of its own."""
    if url.startswith("sealed+"):
        keys = Path(tempfile.mkdtemp(prefix="edrms-growth-"))
        atexit.register(shutil.rmtree, keys)
        return encrypted(store_at(url.removeprefix("sealed+")), keys)
    if url.startswith("file:"):
        return LocalObjectStore(Path(urlsplit(url).path))
    return S3ObjectStore(s3_config(url))


def chunks(size_bytes: int) -> Iterator[bytes]:
    """Bytes that are not all alike, made as they are asked for."""
    for start in range(0, size_bytes, CHUNK_BYTES):
        length = min(CHUNK_BYTES, size_bytes - start)
        yield hashlib.sha256(start.to_bytes(8, "big")).digest() * (length // 32) + bytes(
            length % 32
        )


def there_and_back(store: ObjectStore, size_bytes: int, scratch: Path) -> int:
    """Store and fetch an object of this size; the peak of resident memory until now, in bytes."""
    stored = store.put(chunks(size_bytes), max_bytes=size_bytes)
    store.fetch(stored.key, stored.sha256, scratch / "copy")
    if (scratch / "copy").stat().st_size != size_bytes:
        raise ValueError("the copy is of another size")
    (scratch / "copy").unlink()
    store.delete(stored.key)
    return _peak_bytes()


def _peak_bytes() -> int:
    """Of this process since it was started; getrusage would count the parent it was forked from."""
    lines = Path("/proc/self/status").read_text().splitlines()
    (peak,) = (line.split()[1] for line in lines if line.startswith("VmHWM:"))
    return int(peak) * 1024


def main() -> None:
    """Measure and print."""
    asked = json.load(sys.stdin)
    store = store_at(asked["url"])
    with tempfile.TemporaryDirectory() as scratch:
        before = there_and_back(store, SMALL_BYTES, Path(scratch))
        print(there_and_back(store, asked["size_bytes"], Path(scratch)) - before)


if __name__ == "__main__":
    main()
