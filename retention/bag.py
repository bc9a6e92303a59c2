"""Writing a BagIt bag (RFC 8493, version 1.0): payload, manifests in SHA-256 and SHA-512, who and what.

A directory that any archive can check with tools of its own. Nothing here knows what a record is.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any

from edrms.errors import Refused

DECLARATION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
ALGORITHMS = ("sha256", "sha512")


@dataclass(frozen=True, slots=True)
class Bag:
    """A bag as written. payload: SHA-256 of each payload file by its path within the bag."""

    payload: dict[str, str]
    octets: int

    @property
    def oxum(self) -> str:
        """Octets and number of payload files, as bag-info.txt says it."""
        return f"{self.octets}.{len(self.payload)}"


class BagWriter:
    """Writes one bag into a new directory."""

    def __init__(self, root: Path) -> None:
        """Raises Refused where something is there already."""
        try:
            (root / "data").mkdir(parents=True, mode=0o700, exist_ok=False)
        except FileExistsError as error:
            raise Refused(f"{root} holds a bag already. Name a new directory.") from error
        self._root = root
        self._hashes: dict[str, dict[str, str]] = {}
        self._octets = 0

    def add(self, path: str, chunks: Iterable[bytes]) -> str:
        """Put a payload file under data/path; returns its SHA-256 (hex)."""
        name = PurePosixPath("data") / path
        target = self._root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        digests = {one: hashlib.new(one) for one in ALGORITHMS}
        with target.open("xb") as file:
            for chunk in chunks:
                self._octets += file.write(chunk)
                for digest in digests.values():
                    digest.update(chunk)
            file.flush()
            os.fsync(file.fileno())
        self._hashes[str(name)] = {one: digest.hexdigest() for one, digest in digests.items()}
        return self._hashes[str(name)]["sha256"]

    def add_json(self, path: str, value: Any) -> str:
        """The same for a value, as JSON that is the same for the same value."""
        text = json.dumps(value, sort_keys=True, ensure_ascii=False, indent=2) + "\n"
        return self.add(path, [text.encode()])

    def finish(self, info: Mapping[str, str], made_on: date) -> Bag:
        """Write what makes it a bag. info: for bag-info.txt, in this order, one line each."""
        bag = Bag({name: hashes["sha256"] for name, hashes in self._hashes.items()}, self._octets)
        lines = [*info.items(), ("Bagging-Date", made_on.isoformat()), ("Payload-Oxum", bag.oxum)]
        tags = {
            "bagit.txt": DECLARATION,
            "bag-info.txt": "".join(
                f"{name}: {' '.join(value.split())}\n" for name, value in lines
            ),
            **{f"manifest-{one}.txt": self._manifest(one) for one in ALGORITHMS},
        }
        for name, text in tags.items():
            self._write(name, text)
        for one in ALGORITHMS:
            hashes = {
                name: hashlib.new(one, text.encode()).hexdigest() for name, text in tags.items()
            }
            self._write(f"tagmanifest-{one}.txt", _lines(hashes))
        return bag

    def _manifest(self, algorithm: str) -> str:
        return _lines({name: hashes[algorithm] for name, hashes in self._hashes.items()})

    def _write(self, name: str, text: str) -> None:
        with (self._root / name).open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())


def _lines(hashes: Mapping[str, str]) -> str:
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(hashes.items()))


def read_receipt(text: str) -> dict[str, str]:
    """What a receiver says it has: SHA-256 by path, from lines as `sha256sum` and manifests write them.

    Lines that are not of that form are left out (a letter may stand around them).
    """
    found: dict[str, str] = {}
    for line in text.splitlines():
        digest, _, path = line.strip().partition(" ")
        path = path.strip().removeprefix("*").removeprefix("./")
        is_digest = len(digest) == 64 and not set(digest.lower()) - set("0123456789abcdef")
        if is_digest and path:
            found[path] = digest.lower()
    return found
