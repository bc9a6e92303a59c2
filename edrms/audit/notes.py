"""Signing: keys kept in files, checkpoints of the log, cosignatures of a witness.

Formats: c2sp.org/signed-note, tlog-checkpoint, tlog-cosignature, and for a checkpoint with its proof the
request body of c2sp.org/tlog-witness. Their checking is in edrms/audit/verifier.py.
"""

import base64
import os
import stat
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from edrms.audit.verifier import Key, Tampered, cosigned_message, key_id, unbase64
from edrms.errors import CannotStart

_SECRET = "PRIVATE+KEY+"  # noqa: S105 - the format's first words, no secret
_SEED_BYTES = 32


@dataclass(frozen=True)
class Signer:
    """A private key with its name. Never printed."""

    key: Key
    _private: Ed25519PrivateKey

    def checkpoint(self, size: int, root: bytes) -> str:
        """A signed checkpoint of our log, whose origin is the key's name."""
        text = f"{self.key.name}\n{size}\n{base64.b64encode(root).decode()}\n"
        return f"{text}\n{self._line(self._private.sign(text.encode()))}"

    def cosignature(self, text: str, timestamp: int) -> str:
        """The signature line of a witness for the text of a checkpoint. timestamp: Unix seconds."""
        signature = self._private.sign(cosigned_message(text, timestamp))
        return self._line(timestamp.to_bytes(8, "big") + signature)

    def _line(self, signature: bytes) -> str:
        return f"— {self.key.name} {base64.b64encode(self.key.id + signature).decode()}\n"


def make_key(path: Path, name: str, kind: int) -> Signer:
    """A new key in a new file that only its owner may read; one that is there is left as it is.

    The name of a log's key is its origin. Raises CannotStart for a name no signature line can carry.
    """
    if not name or any(one.isspace() or ord(one) < 32 for one in name) or "+" in name:
        raise CannotStart("The name of an audit log or witness is one word without +.")
    if not path.exists():
        seed = Ed25519PrivateKey.generate().private_bytes_raw()
        public = Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()
        material = base64.b64encode(bytes([kind]) + seed).decode()
        words = f"{_SECRET}{name}+{key_id(name, kind, public).hex()}+{material}\n"
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_new(path, words.encode())
    return load_key(path, kind)


def write_new(path: Path, content: bytes) -> None:
    """Write a file that was not there, whole and on the disk, for its owner alone.

    Raises FileExistsError, OSError.
    """
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def load_key(path: Path, kind: int) -> Signer:
    """The key in this file. Raises CannotStart saying what is wrong with it."""
    try:
        mode, words = path.stat().st_mode, path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise CannotStart(f"The key file {path} cannot be read ({error}).") from error
    if stat.S_IMODE(mode) & 0o077:
        raise CannotStart(f"The key file {path} may be read by others: chmod 600 it.")
    try:
        name, _, material = words.removeprefix(_SECRET).split("+", 2)
        seed = unbase64(material)
    except (ValueError, Tampered) as error:
        raise CannotStart(f"The key file {path} holds no key of ours.") from error
    if not words.startswith(_SECRET) or len(seed) != 1 + _SEED_BYTES or seed[0] != kind:
        raise CannotStart(f"The key file {path} holds no key for this use.")
    private = Ed25519PrivateKey.from_private_bytes(seed[1:])
    return Signer(Key(name, kind, private.public_key().public_bytes_raw()), private)


def published(old: int, proof: list[bytes], note: str) -> str:
    """A checkpoint behind the proof that it continues the one of size old."""
    lines = [f"old {old}", *(base64.b64encode(one).decode() for one in proof)]
    return "\n".join(lines) + "\n\n" + note


def read_published(content: str) -> tuple[int, list[bytes], str]:
    """Old size, proof and note of a published checkpoint. Raises Tampered."""
    head, _, note = content.partition("\n\n")
    first, *proof = head.split("\n")
    size = first.removeprefix("old ")
    if not size.isascii() or not size.isdigit() or first != f"old {int(size)}" or len(proof) > 63:
        raise Tampered("malformed", "this is not a published checkpoint")
    return int(size), [unbase64(line) for line in proof], note
