"""A hot folder and what lies in it. Pure.

A drop is what becomes one batch: a folder within it with everything in that folder; a file with its manifest
of the same name beside it; or the loose files that are ready together.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath

from scanning.batches.counts import Sides
from scanning.intake.manifest import ENDINGS

RELEASED = "released"
NOTE = ".problem.txt"
MANIFEST = "manifest"
_BEING_WRITTEN = (".part", ".partial", ".tmp", ".temp", ".filepart", ".crdownload", ".!ut")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A hot folder as it is set up. account: user name of the program's account that sends in what lies
    there. needs_manifest: files without one are waited with, and then held. settle_s: how long a file must
    not have changed. wait_s: how long what a manifest names, or a manifest, is waited for. The rest is said
    of every batch from here unless its manifest says otherwise.
    """

    path: Path
    account: str
    needs_manifest: bool = False
    settle_s: float = 10.0
    wait_s: float = 3600.0
    stream: str = ""
    origin: str = ""
    device: str = ""
    sides: Sides = Sides.UNKNOWN


@dataclass(frozen=True, slots=True)
class Drop:
    """folder: where its files lie. name: what it is called, for its key and in `released`. manifest: its
    file name; empty if there is none. rivals: other files that could be the manifest."""

    folder: Path
    name: str
    files: tuple[str, ...]
    manifest: str = ""
    rivals: tuple[str, ...] = field(default=())


def is_left_alone(name: str) -> bool:
    """Whether a name is not one of a file to take in: hidden, a note, or still being written."""
    low = name.lower()
    return (
        name.startswith((".", "~")) or low.endswith((NOTE, *_BEING_WRITTEN)) or low == "thumbs.db"
    )


def loose_drops(folder: Path, names: Sequence[str]) -> list[Drop]:
    """Drops among the files that lie in the hot folder itself."""
    sidecars = {
        own: name
        for name in names
        if name.lower().endswith(ENDINGS)
        for own in names
        if own != name and own.rpartition(".")[0] == name.rpartition(".")[0]
        if not own.lower().endswith(ENDINGS)
    }
    paired = {*sidecars, *sidecars.values()}
    drops = [Drop(folder, own, (own,), sidecar) for own, sidecar in sorted(sidecars.items())]
    loose = tuple(sorted(name for name in names if name not in paired))
    return [*drops, Drop(folder, "", loose)] if loose else drops


def folder_drop(folder: Path, names: Sequence[str]) -> Drop:
    """The drop that a folder within the hot folder is."""
    candidates = sorted(name for name in names if name.lower().endswith(ENDINGS))
    named = [name for name in candidates if PurePath(name).stem.lower() == MANIFEST]
    chosen = named or candidates
    manifest = chosen[0] if len(chosen) == 1 else ""
    rivals = tuple(chosen) if len(chosen) > 1 else ()
    files = tuple(sorted(name for name in names if name != manifest and name not in rivals))
    return Drop(folder, folder.name, files, manifest, rivals)
