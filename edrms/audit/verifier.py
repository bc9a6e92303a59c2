"""Checks an exported audit log without trusting whoever exported it. ONE file: it needs Python 3.11 and the
library `cryptography`, and nothing else of the product; copy it to any machine and run it.

    python verifier.py log EXPORT --key VKEY [--witness VKEY] [--held PATH] [--details FILE]
    python verifier.py proof FILE.tlog-proof --event FILE.json --key VKEY [--witness VKEY]

VKEY: the log's (a witness's) public key, or a file holding it; get it from somebody you trust, not from the
export. --held: a checkpoint (or a directory of them) that you have kept from an earlier time.
Ends with 0 if everything holds, 1 naming the first bad event if not. Formats: docs/audit.md.
"""

import argparse
import base64
import binascii
import hashlib
import hmac
import json
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

LOG_KEY, WITNESS_KEY = 1, 4  # signature types of c2sp.org/signed-note
HASH_BYTES = 32
_MISSING = b""
EMPTY_ROOT = hashlib.sha256(b"").digest()
PROOF_HEADER = "c2sp.org/tlog-proof@v1"
_MOST_SIGNATURES = 64
_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")
_SIGNATURE = re.compile(r"— ([^\s+]+) ([A-Za-z0-9+/=]+)")


class Tampered(Exception):
    """Something does not hold. kind: in one word. seq: the first bad event, counted from 0; until: the last
    one it may be, where only a range is known; None where no event is at fault."""

    def __init__(self, kind: str, words: str, seq: int | None = None, until: int | None = None):
        where = "" if seq is None else f"event {seq}: " if until in (None, seq) else (
            f"one of events {seq} to {until}: "
        )  # fmt: skip
        super().__init__(f"{kind}: {where}{words}")
        self.kind, self.seq, self.until = kind, seq, until


# --- the tree (RFC 6962, section 2.1) -------------------------------------------------------------


def leaf_hash(event: bytes) -> bytes:
    """Hash of an event's bytes as a leaf."""
    return hashlib.sha256(b"\x00" + event).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash of two subtrees as one."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """The right edge of a tree that grows: the roots of its full subtrees, largest first.

    full: told of each full subtree as it comes to be, by height and place at that height.
    """

    def __init__(
        self, edge: Sequence[bytes] = (), size: int = 0,
        full: Callable[[int, int, bytes], None] | None = None,
    ) -> None:  # fmt: skip
        if len(edge) != size.bit_count():
            raise ValueError("this is no edge of a tree of that size")
        self.edge, self.size, self._full = list(edge), size, full

    def extend(self, leaves: Iterable[bytes]) -> None:
        """Append these leaf hashes."""
        edge, size, full, sha256 = self.edge, self.size, self._full, hashlib.sha256
        for one in leaves:
            rest, height = size, 0
            while rest & 1:
                one = sha256(b"\x01" + edge.pop() + one).digest()
                rest, height = rest >> 1, height + 1
                if full:
                    full(height, rest, one)
            edge.append(one)
            size += 1
        self.size = size

    def root(self) -> bytes:
        """Root of the whole tree."""
        if not self.edge:
            return EMPTY_ROOT
        root = self.edge[-1]
        for left in reversed(self.edge[:-1]):
            root = node_hash(left, root)
        return root


def inclusion_holds(
    leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes
) -> bool:
    """Whether the proof shows this leaf at this place of the tree (RFC 9162, section 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, reached = index, size - 1, leaf
    for one in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            reached = node_hash(one, reached)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            reached = node_hash(reached, one)
        place, last = place >> 1, last >> 1
    return last == 0 and reached == root


def consistency_holds(
    old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether the proof shows the old tree to be the beginning of the new one (RFC 9162, 2.1.4.2)."""
    if old == new or old == 0:
        empty_or_same = old_root == (new_root if old == new else EMPTY_ROOT)
        return empty_or_same and not proof
    path = list(proof) if old & (old - 1) else [old_root, *proof]
    if old > new or not path:
        return False
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old_reached = new_reached = path[0]
    for one in path[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old_reached, new_reached = node_hash(one, old_reached), node_hash(one, new_reached)
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            new_reached = node_hash(new_reached, one)
        place, last = place >> 1, last >> 1
    return last == 0 and (old_reached, new_reached) == (old_root, new_root)


# --- signed checkpoints (c2sp.org/signed-note, tlog-checkpoint, tlog-cosignature) -----------------


def unbase64(text: str) -> bytes:
    """Bytes of exactly the standard base64 form. Raises Tampered for any other spelling."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Tampered("malformed", "this is not base64") from error
    if base64.b64encode(data).decode() != text:
        raise Tampered("malformed", "this is not the one form of base64")
    return data


def key_id(name: str, kind: int, public: bytes) -> bytes:
    """The four bytes by which a signature line names its key."""
    return hashlib.sha256(name.encode() + b"\n" + bytes([kind]) + public).digest()[:4]


@dataclass(frozen=True)
class Key:
    """A public key with its name. kind: LOG_KEY or WITNESS_KEY."""

    name: str
    kind: int
    public: bytes

    @classmethod
    def parse(cls, text: str) -> "Key":
        """From its written form, name+hex id+base64. Raises Tampered."""
        parts = text.strip().split("+", 2)
        material = unbase64(parts[2]) if len(parts) == 3 else b""
        if len(material) != 1 + HASH_BYTES or material[0] not in (LOG_KEY, WITNESS_KEY):
            raise Tampered("malformed", "this is not an Ed25519 key of a log or a witness")
        key = cls(parts[0], material[0], material[1:])
        if not parts[0] or key.id.hex() != parts[1]:
            raise Tampered("malformed", "the key does not have the id it is written with")
        return key

    @property
    def id(self) -> bytes:
        """The id in its signature lines."""
        return key_id(self.name, self.kind, self.public)

    def __str__(self) -> str:
        material = base64.b64encode(bytes([self.kind]) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{material}"


def cosigned_message(text: str, timestamp: int) -> bytes:
    """What a witness signs."""
    return f"cosignature/v1\ntime {timestamp}\n{text}".encode()


@dataclass(frozen=True)
class Checkpoint:
    """A tree head as it was signed. text: what is signed, note: that with all signature lines."""

    origin: str
    size: int
    root: bytes
    text: str
    note: str
    signatures: tuple[tuple[str, bytes], ...]

    @classmethod
    def parse(cls, note: str) -> "Checkpoint":
        """From a signed note. Raises Tampered for anything but its exact form."""
        text, blank, signed = note.rpartition("\n\n")
        lines, signatures = text.split("\n"), signed.split("\n")
        matches = [_SIGNATURE.fullmatch(line) for line in signatures[:-1]]
        wrong = not blank or signatures[-1] or not matches or len(matches) > _MOST_SIGNATURES
        odd = any(ord(one) < 32 and one != "\n" for one in note) or "" in lines
        if wrong or odd or len(lines) < 3 or not _NUMBER.fullmatch(lines[1]):
            raise Tampered("malformed", "this is not a signed checkpoint")
        root = unbase64(lines[2])
        if len(root) != HASH_BYTES:
            raise Tampered("malformed", "the root of this checkpoint is no SHA-256")
        found = tuple((m[1], unbase64(m[2])) for m in matches if m)
        if len(found) != len(matches):
            raise Tampered("malformed", "a signature line of this checkpoint is not one")
        return cls(lines[0], int(lines[1]), root, text + "\n", note, found)

    def signed_at(self, key: Key) -> int | None:
        """When this key signed it (0 for a log's key, which says no time); None if it did not.

        Raises Tampered for a line of this key that does not verify.
        """
        when = None
        for name, signature in self.signatures:
            if name == key.name and signature[:4] == key.id:
                when = self._verified(key, signature[4:])
        return when

    def _verified(self, key: Key, signature: bytes) -> int:
        when, message = 0, self.text.encode()
        if key.kind == WITNESS_KEY:
            when = int.from_bytes(signature[:8], "big")
            signature, message = signature[8:], cosigned_message(self.text, when)
        try:
            Ed25519PublicKey.from_public_bytes(key.public).verify(signature, message)
        except InvalidSignature as error:
            words = f"a signature by {key.name} on the checkpoint of size {self.size} is false"
            raise Tampered("forged", words) from error
        return when


def genuine(note: str, log: Key | str) -> Checkpoint:
    """The checkpoint, if this log signed it. Raises Tampered.

    log: its key. An origin alone is compared, no signature: only for a log on one's own disk.
    """
    checkpoint, origin = Checkpoint.parse(note), log if isinstance(log, str) else log.name
    if checkpoint.origin != origin:
        words = f"this checkpoint is of {checkpoint.origin!r}, not of {origin!r}"
        raise Tampered("foreign", words)
    if not isinstance(log, str) and checkpoint.signed_at(log) is None:
        raise Tampered("forged", f"{log.name} did not sign the checkpoint of {checkpoint.size}")
    return checkpoint


# --- a whole log ----------------------------------------------------------------------------------


class Leaves(Protocol):
    """Leaf hashes one after another, such as the bytes of a file."""

    def __getitem__(self, part: slice, /) -> bytes: ...
    def find(self, leaf: bytes, start: int, /) -> int: ...


@dataclass(frozen=True)
class Report:
    """What was found to hold. witnessed: size and time (Unix seconds) of the newest cosigned one."""

    size: int
    checkpoints: int
    root: bytes
    witnessed: tuple[int, int] | None


def verify_log(
    events: Iterable[bytes | None], leaves: Leaves, own: Sequence[str], held: Sequence[str],
    log: Key | str, witness: Key | None = None,
) -> Report:  # fmt: skip
    """Check events in order against every checkpoint. Raises Tampered naming the first bad event.

    events: canonical bytes; None where the event of that place is missing. leaves: the leaf hashes one
    after another, which no promise rests on: they serve to say which event is at fault. own:
    checkpoints that come with the log. held: those kept elsewhere.
    """
    heads = _heads([genuine(note, log) for note in own], "the log's own")
    kept = [genuine(note, log) for note in held]
    reached = max(heads, default=0)
    for one in kept:
        if one.size > reached:
            words = f"a checkpoint of size {one.size} is held, the log ends at {reached}"
            raise Tampered("stale", words, reached)
    both = _heads([*heads.values(), *kept], "held") if kept else heads
    witnessed = _newest_cosigned([*map(Checkpoint.parse, own), *kept], witness)
    frontier = Walk(iter(events), leaves).through(both)
    return Report(frontier.size, len(both), frontier.root(), witnessed)


def _heads(checkpoints: Iterable[Checkpoint], whose: str) -> dict[int, Checkpoint]:
    found: dict[int, Checkpoint] = {}
    for one in checkpoints:
        if found.setdefault(one.size, one).root != one.root:
            words = f"two roots are signed for size {one.size} ({whose} checkpoints)"
            raise Tampered("forked", words)
    return found


def _newest_cosigned(
    checkpoints: Iterable[Checkpoint], witness: Key | None
) -> tuple[int, int] | None:
    if witness is None:
        return None
    times = [(one.size, one.signed_at(witness)) for one in checkpoints]
    cosigned = [(size, when) for size, when in times if when is not None]
    if not cosigned:
        raise Tampered("unwitnessed", f"no checkpoint here is cosigned by {witness.name}")
    return max(cosigned)


class Walk:
    """One pass over the events, from checkpoint to checkpoint.

    before: the tree of the events that came before these and were found to hold.
    """

    def __init__(
        self, events: Iterator[bytes | None], leaves: Leaves, before: Frontier | None = None
    ) -> None:
        self._events, self._leaves = events, leaves
        self._frontier = before or Frontier()

    def through(self, heads: dict[int, Checkpoint]) -> Frontier:
        """The tree of all of them. heads: the checkpoints ahead. Raises Tampered."""
        for size in sorted(heads):
            start, edge = self._frontier.size, list(self._frontier.edge)
            hashes = list(self._next(size - start))
            self._frontier.extend(hashes)
            if len(hashes) < size - start or self._frontier.root() != heads[size].root:
                self._blame(Frontier(edge, start), hashes, heads[size])
        if list(self._next(1)):
            words = "it stands behind the last checkpoint; nobody signed it"
            raise Tampered("appended", words, self._frontier.size)
        return self._frontier

    def _next(self, count: int) -> Iterator[bytes]:
        """Hashes of the events that follow; of a missing one the empty bytes."""
        for event in islice(self._events, count):
            yield _MISSING if event is None else leaf_hash(event)

    def _blame(self, before: Frontier, hashes: list[bytes], head: Checkpoint) -> None:
        """Say which event of these is the first bad one. Always raises Tampered."""
        start, size = before.size, head.size
        stored = self._leaves[start * HASH_BYTES : size * HASH_BYTES]
        true = [stored[at : at + HASH_BYTES] for at in range(0, len(stored), HASH_BYTES)]
        before.extend(true)
        if before.root() != head.root:
            words = "what was recorded then is not what was signed"
            if len(hashes) < size - start:
                raise Tampered("truncated", words, start, start + len(hashes))
            raise Tampered("relinked", words, start, size - 1)
        last = len(hashes) == size - start
        hashes += list(self._next(1)) if last else []
        at = next((i for i, one in enumerate(true) if hashes[i : i + 1] != [one]), len(true) - 1)
        raise self._named(start + at, hashes[at : at + 2], start)

    def _leaf(self, seq: int) -> bytes:
        return self._leaves[seq * HASH_BYTES : (seq + 1) * HASH_BYTES]

    def _named(self, seq: int, found: list[bytes], start: int) -> Tampered:
        """found: hashes of what stands in the place of this event and behind it."""
        if not found:
            return Tampered("truncated", "it is missing, and everything after it", seq)
        if found[0] == _MISSING:
            return Tampered("deleted", "it is missing", seq)
        place = self._place_of(found[0])
        if place is None:
            inserted = found[1:] == [self._leaf(seq)]
            kind = ("inserted", "it was never sealed") if inserted else ("edited", "it was changed")
            return Tampered(*kind, seq)
        if place < seq:
            return Tampered("duplicated", f"it is event {place} once more", seq)
        if found[1:] == [self._leaf(seq)]:
            return Tampered("swapped", f"event {place} stands in its place", seq)
        return Tampered("deleted", f"event {place} follows in its place", seq)

    def _place_of(self, leaf: bytes) -> int | None:
        at = self._leaves.find(leaf, 0)
        while at >= 0 and at % HASH_BYTES:
            at = self._leaves.find(leaf, at + 1)
        return None if at < 0 else at // HASH_BYTES


def verify_details(events: Iterable[bytes], details: Iterable[str]) -> int:
    """Check personal details given against the events that commit to them; returns how many agree.

    One that was erased is simply not among them. Raises Tampered.
    """
    given = {one["event_id"]: one for one in map(json.loads, details)}
    agreed = 0
    for seq, line in enumerate(events):
        event = json.loads(line)
        one = given.pop(event["event_id"], None)
        if one is None:
            continue
        key, text = bytes.fromhex(one["key"]), one["text"].encode()
        if hmac.new(key, text, hashlib.sha256).hexdigest() != event["detail_digest"]:
            raise Tampered("detail", "its personal detail is not what was written", seq)
        agreed += 1
    if given:
        raise Tampered("detail", f"{len(given)} details belong to no event of the log")
    return agreed


def verify_proof(proof: str, event: bytes, log: Key, witness: Key | None = None) -> Report:
    """Check a .tlog-proof (c2sp.org/tlog-proof) for one event. Raises Tampered."""
    head, blank, note = proof.partition("\n\n")
    lines = head.split("\n")
    if len(lines) > 1 and lines[1].startswith("extra "):
        del lines[1]
    index = lines[1].removeprefix("index ") if len(lines) > 1 else ""
    if not blank or lines[0] != PROOF_HEADER or not _NUMBER.fullmatch(index):
        raise Tampered("malformed", "this is not a proof")
    if lines[1] != f"index {index}":
        raise Tampered("malformed", "this is not a proof")
    checkpoint, path = genuine(note, log), [unbase64(line) for line in lines[2:]]
    witnessed = _newest_cosigned([checkpoint], witness)
    if not inclusion_holds(leaf_hash(event), int(index), checkpoint.size, path, checkpoint.root):
        raise Tampered("unproven", "the proof does not show it in the log", int(index))
    return Report(checkpoint.size, 1, checkpoint.root, witnessed)


# --- as a program ---------------------------------------------------------------------------------

EVENTS, LEAVES, DETAILS = "events.jsonl", "leaves.bin", "details.jsonl"
CHECKPOINTS = "checkpoints.jsonl"


def key_from(text_or_path: str) -> Key:
    """A key given as text, or as a file holding it."""
    path = Path(text_or_path)
    is_text = "+" in text_or_path and not path.exists()
    return Key.parse(text_or_path if is_text else path.read_text(encoding="utf-8"))


def notes_below(path: Path) -> list[str]:
    """The checkpoints in a file, or in all files of a directory.

    A file holds one checkpoint, as it is or as it was published (behind its consistency proof); one
    whose name ends in .jsonl holds many, each a string of JSON on its line.
    """
    if path.is_dir():
        files = sorted(one for one in path.rglob("*") if one.is_file() and one.name[0] != ".")
        return [note for file in files for note in notes_below(file)]
    if path.suffix == ".jsonl":
        return [str(json.loads(line)) for line in lines_of(path)]
    text = path.read_text(encoding="utf-8")
    return [text.partition("\n\n")[2] if text.startswith("old ") else text]


def lines_of(path: Path) -> Iterator[bytes]:
    """The lines of a file, without their ends. Raises Tampered for a last one cut short."""
    with path.open("rb") as file:
        for number, line in enumerate(file):
            if not line.endswith(b"\n"):
                raise Tampered("truncated", "its line is cut short", number)
            yield line[:-1]


def verify_export(
    export: Path, log: Key, witness: Key | None = None, held: Sequence[Path] = (),
    details: Path | None = None,
) -> Report:  # fmt: skip
    """Check an exported log, a directory. Raises Tampered naming the first bad event."""
    kept = [note for path in held for note in notes_below(path)]
    leaves = export / LEAVES
    report = verify_log(
        lines_of(export / EVENTS), leaves.read_bytes() if leaves.exists() else b"",
        notes_below(export / CHECKPOINTS), kept, log, witness,
    )  # fmt: skip
    given = details or export / DETAILS
    if details or given.exists():
        verify_details(lines_of(export / EVENTS), (line.decode() for line in lines_of(given)))
    return report


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    kinds = parser.add_subparsers(dest="kind", required=True)
    whole = kinds.add_parser("log", help="check a whole exported log")
    whole.add_argument("export", type=Path)
    whole.add_argument("--held", type=Path, action="append", default=[])
    whole.add_argument("--details", type=Path)
    single = kinds.add_parser("proof", help="check the proof of one event")
    single.add_argument("proof", type=Path)
    single.add_argument("--event", type=Path, required=True)
    for one in (whole, single):
        one.add_argument("--key", required=True, help="public key of the log, or its file")
        one.add_argument("--witness", help="public key of a witness that must have cosigned")
    return parser


def _verified(asked: argparse.Namespace) -> Report:
    log = key_from(asked.key)
    witness = key_from(asked.witness) if asked.witness else None
    if asked.kind == "log":
        return verify_export(asked.export, log, witness, asked.held, asked.details)
    proof, event = asked.proof.read_text(encoding="utf-8"), asked.event.read_bytes()
    return verify_proof(proof, event.removesuffix(b"\n"), log, witness)


def described(report: Report) -> str:
    """The report as a sentence."""
    words = f"{report.size} events hold against {report.checkpoints} checkpoints"
    if report.witnessed:
        size, when = report.witnessed
        words += f"; the newest cosigned one is of size {size}, signed at Unix time {when}"
    return f"{words}; root {base64.b64encode(report.root).decode()}"


def main(arguments: Sequence[str] | None = None) -> int:
    """Check what the command line names; 0 if it holds, 1 if not."""
    try:
        report = _verified(_parser().parse_args(arguments))
    except Tampered as error:
        print(f"NOT VERIFIED. {error}", file=sys.stderr)
        return 1
    except (OSError, UnicodeDecodeError, ValueError, KeyError, TypeError) as error:
        print(f"NOT VERIFIED. unreadable: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    print(f"VERIFIED. {described(report)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
