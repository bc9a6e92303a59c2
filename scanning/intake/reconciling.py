"""The files that are there against the manifest that names them. Pure."""

from collections.abc import Collection
from dataclasses import dataclass

from scanning.intake.manifest import Entry, Manifest
from scanning.reading.model import HeldReason


@dataclass(frozen=True, slots=True)
class Expected:
    """A file to take in. held: why it is to be held at once, None if it is not. pages, sha256: what the
    manifest says of it (None, empty: nothing)."""

    name: str
    pages: int | None = None
    sha256: str = ""
    held: HeldReason | None = None


@dataclass(frozen=True, slots=True)
class Reconciled:
    """Every file that is there, in order, and what does not agree, in words for the batch."""

    files: tuple[Expected, ...]
    faults: tuple[str, ...]


def reconcile(there: Collection[str], manifest: Manifest) -> Reconciled:
    """Every file there is taken in, named or not; each thing that does not agree is said once."""
    first: dict[str, Entry] = {}
    faults = list(manifest.faults)
    for entry in manifest.entries:
        known = first.setdefault(entry.name, entry)
        if known is not entry:
            faults.append(_twice(known, entry))
    faults += [
        f"{one.at}: {one.name} is not there." for one in first.values() if one.name not in there
    ]
    unnamed = sorted(set(there) - first.keys())
    faults += [f"{name} is not in the manifest." for name in unnamed]
    disputed = _disputed(manifest)
    files = [
        Expected(one.name, one.pages, one.sha256, disputed.get(one.name))
        for one in first.values()
        if one.name in there
    ]
    files += [Expected(name, held=HeldReason.NOT_NAMED) for name in unnamed]
    said = manifest.delivery.announced_files
    if said is not None and said != len(first):
        faults.append(f"It says {said} files and names {len(first)}.")
    return Reconciled(tuple(files), tuple(faults))


def unread(there: Collection[str], why: str) -> Reconciled:
    """Where nothing can be understood of the manifest, every file is held until a person has looked."""
    held = (Expected(name, held=HeldReason.NO_MANIFEST) for name in sorted(there))
    return Reconciled(tuple(held), (f"The manifest cannot be read. {why}",))


def _twice(known: Entry, again: Entry) -> str:
    alike = (known.pages, known.sha256) == (again.pages, again.sha256)
    also = "" if alike else ", and says something else of it"
    return f"{again.at}: {again.name} was named before ({known.at.lower()}){also}."


def _disputed(manifest: Manifest) -> dict[str, HeldReason]:
    """A file named twice with different facts is not known well enough to be read as either."""
    facts: dict[str, set[tuple[int | None, str]]] = {}
    for one in manifest.entries:
        facts.setdefault(one.name, set()).add((one.pages, one.sha256))
    return {name: HeldReason.NAMED_TWICE for name, said in facts.items() if len(said) > 1}
