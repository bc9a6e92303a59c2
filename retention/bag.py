"""Writing a BagIt bag (RFC 8493, version 1.0): payload, manifests in SHA-256 and SHA-512, who and what.

Files that archives check with tools of their own. Nothing here knows what a record is; where the files
go is bag_places.py.
"""

import hashlib
import json
from collections.abc import Generator, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath
from typing import Any

from retention.bag_places import BagPlace

DECLARATION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
ALGORITHMS = ("sha256", "sha512")
Added = Generator[None, None, str]


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
    """Writes one bag. What adds payload stops after every chunk, so that what was made can be sent on."""

    def __init__(self, place: BagPlace) -> None:
        self._place = place
        self._hashes: dict[str, dict[str, str]] = {}
        self._octets = 0

    def add(self, path: str, chunks: Iterable[bytes]) -> Added:
        """Put a payload file under data/path; its SHA-256 (hex) is the value in the end."""
        name = str(PurePosixPath("data") / path)
        digests = {one: hashlib.new(one) for one in ALGORITHMS}
        with self._place.file(name) as file:
            for chunk in chunks:
                file.write(chunk)
                self._octets += len(chunk)
                for digest in digests.values():
                    digest.update(chunk)
                yield
        self._hashes[name] = {one: digest.hexdigest() for one, digest in digests.items()}
        return self._hashes[name]["sha256"]

    def add_json(self, path: str, value: Any) -> Added:
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
        self._place.close()
        return bag

    def _manifest(self, algorithm: str) -> str:
        return _lines({name: hashes[algorithm] for name, hashes in self._hashes.items()})

    def _write(self, name: str, text: str) -> None:
        with self._place.file(name) as file:
            file.write(text.encode())


def _lines(hashes: Mapping[str, str]) -> str:
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(hashes.items()))
