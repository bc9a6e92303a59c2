"""A worker's own copies of the originals it is reading.

Each copy is fetched once, its hash checked on the way, and reused for every page; foreign bytes are
parsed from the copy, so nothing a parser does can reach the stored original.
"""

import shutil
from collections import OrderedDict
from pathlib import Path

from edrms.ids import ObjectKey
from edrms.storage.ports import ObjectStore

MOST_KEPT = 4


class Originals:
    """The few most lately used originals, as read-only files in a directory of this process.

    They are plain: kept while there is work, and let go when there is none.
    """

    def __init__(self, store: ObjectStore, directory: Path) -> None:
        self._store = store
        self._directory = directory
        self._kept: OrderedDict[str, Path] = OrderedDict()
        shutil.rmtree(directory, ignore_errors=True)
        directory.mkdir(parents=True, mode=0o700)

    def let_go(self) -> None:
        """Remove every copy."""
        while self._kept:
            self._kept.popitem()[1].unlink()

    def path(self, key: ObjectKey, sha256: str) -> Path:
        """A local copy. Raises Damaged when the stored bytes no longer hash as recorded."""
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        while len(self._kept) >= MOST_KEPT:
            _, oldest = self._kept.popitem(last=False)
            oldest.unlink()
        target = self._directory / key
        self._store.fetch(key, sha256, target)
        target.chmod(0o400)
        self._kept[key] = target
        return target
