"""The bytes of an encrypted object: C2SP chunked-encryption with SHA-512 and AES-256-GCM. No I/O here.

salt (24) || commitment (32) || chunks. Each chunk is 16 KiB sealed on its own and 16 bytes longer for
its tag; the last is always shorter than 16 KiB, and may be empty, so that a lost end is noticed.
To the byte: docs/encryption.md. Source: c2sp.org/chunked-encryption.
"""

import hashlib
import hmac
from collections.abc import Iterator

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from edrms.errors import Damaged, TooLarge

KEY_BYTES = 32
SALT_BYTES = 24
COMMITMENT_BYTES = 32
NONCE_BYTES = 12
TAG_BYTES = 16
CHUNK_BYTES = 16 << 10
SEALED_CHUNK_BYTES = CHUNK_BYTES + TAG_BYTES
HEADER_BYTES = SALT_BYTES + COMMITMENT_BYTES
MOST_CHUNKS = 1 << 38
CONTEXT = b"edrms/object@v1"
_LABEL = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0"


class Cipher:
    """What one data key and one salt give: the key, base nonce and commitment of one object."""

    def __init__(self, data_key: bytes, salt: bytes, context: bytes = CONTEXT) -> None:
        if len(data_key) != KEY_BYTES or len(salt) != SALT_BYTES:
            raise ValueError("a data key has 32 bytes and a salt 24")
        length = KEY_BYTES + NONCE_BYTES + COMMITMENT_BYTES
        derived = HKDFExpand(SHA512(), length, _LABEL + salt + context).derive(data_key)
        self._aead = AESGCM(derived[:KEY_BYTES])
        self._base = int.from_bytes(derived[KEY_BYTES : KEY_BYTES + NONCE_BYTES], "big")
        self.header = salt + derived[KEY_BYTES + NONCE_BYTES :]

    def seal(self, number: int, chunk: bytes | memoryview) -> bytes:
        """One chunk encrypted, its tag at its end. Raises TooLarge past the last number there can be."""
        if number >= MOST_CHUNKS:
            raise TooLarge("A stored object cannot be larger than 4 PiB.")
        return self._aead.encrypt(self._nonce(number), chunk, None)

    def unseal(self, number: int, sealed: bytes | memoryview) -> bytes:
        """The chunk, once its tag is checked. Raises Damaged for any other bytes than `seal` gave."""
        try:
            return self._aead.decrypt(self._nonce(number), sealed, None)
        except InvalidTag as error:
            raise Damaged(
                "Part of a stored file is not what was encrypted.", chunk=number
            ) from error

    def _nonce(self, number: int) -> bytes:
        return (self._base ^ number).to_bytes(NONCE_BYTES, "big")


def cipher_of(data_key: bytes, header: bytes, context: bytes = CONTEXT) -> Cipher:
    """The cipher of an object that begins with these bytes. Raises Damaged if another key made them."""
    if len(header) != HEADER_BYTES:
        raise Damaged("A stored file ends within its header.")
    cipher = Cipher(data_key, header[:SALT_BYTES], context)
    if not hmac.compare_digest(cipher.header, header):
        raise Damaged(
            "A stored file was not encrypted under the key kept for it: it was altered, or another "
            "object lies in its place."
        )
    return cipher


def sealed_size(size_bytes: int) -> int:
    """How many bytes an object of this many becomes."""
    return HEADER_BYTES + size_bytes + TAG_BYTES * (size_bytes // CHUNK_BYTES + 1)


def plain_size(sealed_bytes: int) -> int:
    """How many bytes an object had that became this many. Raises Damaged where none could have."""
    chunks, rest = divmod(sealed_bytes - HEADER_BYTES, SEALED_CHUNK_BYTES)
    if sealed_bytes < HEADER_BYTES or rest < TAG_BYTES:
        raise Damaged("A stored file has lost its end.", size_bytes=sealed_bytes)
    return chunks * CHUNK_BYTES + rest - TAG_BYTES


class Sealing:
    """An object being encrypted: give it pieces of any size, take what is ready, end it once.

    sha256 and size_bytes are of the plain bytes given so far.
    """

    def __init__(self, data_key: bytes, salt: bytes) -> None:
        self._cipher = Cipher(data_key, salt)
        self._waiting = bytearray()
        self._number = 0
        self._sha256 = hashlib.sha256()
        self.header = self._cipher.header
        self.size_bytes = 0

    @property
    def sha256(self) -> str:
        """Hex."""
        return self._sha256.hexdigest()

    def add(self, piece: bytes) -> Iterator[bytes]:
        """The whole chunks that this piece completes, sealed. To be read to its end."""
        self._sha256.update(piece)
        self.size_bytes += len(piece)
        self._waiting += piece
        whole = len(self._waiting) // CHUNK_BYTES * CHUNK_BYTES
        with memoryview(self._waiting) as waiting:
            for start in range(0, whole, CHUNK_BYTES):
                with waiting[start : start + CHUNK_BYTES] as chunk:
                    yield self._cipher.seal(self._number, chunk)
                self._number += 1
        del self._waiting[:whole]

    def end(self) -> bytes:
        """The last chunk, shorter than the others."""
        return self._cipher.seal(self._number, bytes(self._waiting))
