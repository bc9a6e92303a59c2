"""A receiver's receipt: what it says of which file, and how that agrees with what was packed. Values only."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from edrms.errors import Invalid

LONGEST_RECEIPT = 32 << 20  # bytes: some three hundred thousand files
_HEX = frozenset("0123456789abcdef")
_CONTRADICTS = ""  # stands for two different hashes of one file; no hash equals it


class Heard(StrEnum):
    """What a receipt says of a packed file."""

    AGREES = "agrees"
    DIFFERS = "differs"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class Compared:
    """A receipt beside what was packed. files: each packed file. foreign: files only it names."""

    files: dict[str, Heard]
    foreign: int

    @property
    def faults(self) -> dict[str, Heard]:
        """The files that do not agree."""
        return {path: heard for path, heard in self.files.items() if heard is not Heard.AGREES}


def compared(packed: Mapping[str, str], said: Mapping[str, str]) -> Compared:
    """Every packed file with what the receipt says of it. Both: SHA-256 (hex) by path in the bag."""
    files = {path: heard_of(digest, said.get(path)) for path, digest in sorted(packed.items())}
    return Compared(files, len(set(said) - set(packed)))


def heard_of(digest: str, said: str | None) -> Heard:
    """What one file's line says. said: None where it has no line."""
    if said is None:
        return Heard.ABSENT
    return Heard.AGREES if said == digest else Heard.DIFFERS


def text_of_receipt(content: bytes) -> str:
    """The text of a file sent as a receipt; PowerShell writes UTF-16. Raises Invalid for one too large."""
    if len(content) > LONGEST_RECEIPT:
        words = (
            f"This file is too large to be a receipt; one has at most {LONGEST_RECEIPT >> 20} MB."
        )
        raise Invalid(words, fields={"receipt": words})
    is_wide = content[:2] in (b"\xff\xfe", b"\xfe\xff")
    return content.decode("utf-16" if is_wide else "utf-8-sig", "replace")


def read_receipt(text: str, folder: str = "") -> dict[str, str]:
    """What a receiver says it has: SHA-256 by path, from lines as `sha256sum` and manifests write them.

    folder: that a ZIP file's content lies in; paths may begin with it. Lines that are not of that form
    are left out (a letter may stand around them). Raises Invalid where not one is.
    """
    found: dict[str, str] = {}
    for digest, path in _lines(text):
        name = path.removeprefix(f"{folder}/") if folder else path
        found[name] = digest if found.get(name, digest) == digest else _CONTRADICTS
    if not found:
        words = (
            "No line of this file is a SHA-256 and a path, as sha256sum and bag manifests have it."
        )
        raise Invalid(f"{words} Nothing was changed.", code="no_receipt", fields={"receipt": words})
    return found


def _lines(text: str) -> Iterator[tuple[str, str]]:
    for line in text.splitlines():
        digest, _, path = line.strip().partition(" ")
        path = path.strip().removeprefix("*").removeprefix("./")
        digest = digest.removeprefix("\\").lower()
        if len(digest) == 64 and set(digest) <= _HEX and path:
            yield digest, path
