"""Running a function of the tests on a real disk of a few megabytes: a tmpfs in a namespace of its own.

`unshare` gives the child a mount namespace (with a user namespace where we are not root), so nothing
is left mounted. A machine that allows neither fails the test: it is never skipped.
"""

import importlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from edrms.errors import NoSpace, Unavailable
from edrms.ids import ObjectKey
from edrms.storage.local_store import LocalObjectStore

ROOT = Path(__file__).resolve().parents[2]
SIZE_MB = 6
MOST = 1 << 30


def on_a_small_disk(function: str, size_mb: int = SIZE_MB) -> dict[str, Any]:
    """What "module:function" returned, called with the mount point of an empty small disk."""
    user = [] if os.geteuid() == 0 else ["--map-root-user"]
    script = (
        'd=$(mktemp -d) && mount -t tmpfs -o "size=$1m,mode=700" none "$d" && '
        'exec "$2" -m tests.faults.small_disk "$3" "$d"'
    )
    ended = subprocess.run(
        ["unshare", "--mount", *user, "sh", "-c", script, "sh", str(size_mb), sys.executable,
         function],
        cwd=ROOT, capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    answer: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    return answer


def fill_a_store(disk: Path) -> dict[str, Any]:
    """Store one object that fits and one that does not, then make room and store the second."""
    store = LocalObjectStore(disk / "objects")
    fits = store.put([b"x" * 1000], max_bytes=MOST)
    (disk / "ballast").write_bytes(bytes(2 << 20))
    answer = {
        "refused": _refusal(store),
        "left_in_staging": len(list((disk / "objects" / "staging").iterdir())),
        "objects": len(list(store.keys())),
    }
    with store.open(fits.key) as stream:
        answer["read_back"] = stream.read() == b"x" * 1000
    (disk / "ballast").unlink()
    answer["after_space_is_freed"] = _refusal(store)
    return answer


def _refusal(store: LocalObjectStore) -> str:
    try:
        store.put((bytes(1 << 18) for _ in range(20)), max_bytes=MOST)
    except (NoSpace, Unavailable) as error:
        return type(error).__name__
    return "stored"


def fetch_onto_a_full_disk(disk: Path) -> dict[str, Any]:
    """Copy an object of 2 MB onto a disk with less room than that, then with enough."""
    store = LocalObjectStore(disk / "objects")
    stored = store.put([bytes(2 << 20)], max_bytes=MOST)
    (disk / "ballast").write_bytes(bytes(3 << 20))
    answer = {
        "refused": _fetched(store, stored.key, stored.sha256, disk / "copy"),
        "half_file_left": (disk / "copy").exists(),
    }
    (disk / "ballast").unlink()
    answer["after_space_is_freed"] = _fetched(store, stored.key, stored.sha256, disk / "copy")
    return answer


def _fetched(store: LocalObjectStore, key: ObjectKey, sha256: str, to: Path) -> str:
    try:
        store.fetch(key, sha256, to)
    except (NoSpace, OSError) as error:
        return type(error).__name__
    return "fetched"


def main() -> None:
    """Call the function and print what it returned as one line of JSON."""
    module, _, name = sys.argv[1].partition(":")
    function = getattr(importlib.import_module(module), name)
    print(json.dumps(function(Path(sys.argv[2]))))


if __name__ == "__main__":
    main()
