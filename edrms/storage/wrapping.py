"""Keys wrapped by keys: AES-256-GCM with a fresh random nonce, bound to what the key is for. No I/O here.

nonce (12) || sealed key (32) || tag (16). What it is bound to is authenticated and not stored: a wrapped
key that was moved to another row does not open there.
"""

import hashlib
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from edrms.errors import Damaged
from edrms.ids import ObjectKey
from edrms.storage.sealed_format import KEY_BYTES, NONCE_BYTES, TAG_BYTES

WRAPPED_BYTES = NONCE_BYTES + KEY_BYTES + TAG_BYTES


def new_key() -> bytes:
    """32 bytes from the operating system's random source."""
    return secrets.token_bytes(KEY_BYTES)


def wrap(wrapping_key: bytes, key: bytes, bound_to: bytes) -> bytes:
    """A key under another. One wrapping key is good for 2^32 of these (random nonces of 96 bits)."""
    if len(key) != KEY_BYTES:
        raise ValueError("a key has 32 bytes")
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(wrapping_key).encrypt(nonce, key, bound_to)


def unwrap(wrapping_key: bytes, wrapped: bytes, bound_to: bytes) -> bytes:
    """The key. Raises Damaged for another wrapping key, place or purpose, or altered bytes."""
    if len(wrapped) != WRAPPED_BYTES:  # a tag cut short would be easier to guess
        raise Damaged("A wrapped key has the wrong length.")
    try:
        return AESGCM(wrapping_key).decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], bound_to)
    except InvalidTag as error:
        raise Damaged(
            "A wrapped key does not open under the key that should have wrapped it."
        ) from error


def of_holder(holder: str) -> bytes:
    """What a holder's key is bound to."""
    return b"edrms/holder-key@v1\0" + holder.encode()


def of_object(key: ObjectKey, holder: str) -> bytes:
    """What an object's data key is bound to, under one holder's key."""
    return b"edrms/object-key@v1\0" + key.encode() + b"\0" + holder.encode()


def of_key_store(store_id: str) -> bytes:
    """What the key is bound to that shows whether a root key is the right one."""
    return b"edrms/key-store@v1\0" + store_id.encode()


def root_id(key: bytes) -> str:
    """The public name of a root key: 16 hex digits that give nothing of it away."""
    return hashlib.sha256(b"edrms/root-key-id@v1\0" + key).hexdigest()[:16]
