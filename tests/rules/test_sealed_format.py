"""An encrypted object is what docs/encryption.md says to the byte, and any other byte is noticed."""

import hashlib
import hmac
import random

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st

from edrms.errors import Damaged, TooLarge
from edrms.ids import ObjectKey
from edrms.storage import wrapping
from edrms.storage.holders import item_holder, record_holder
from edrms.storage.sealed_format import (
    CHUNK_BYTES,
    HEADER_BYTES,
    MOST_CHUNKS,
    SEALED_CHUNK_BYTES,
    Cipher,
    Sealing,
    cipher_of,
    plain_size,
    sealed_size,
)

KEY, SALT = bytes(range(32)), bytes(range(100, 124))
CONTENT = random.Random(3).randbytes(3 * CHUNK_BYTES + 100)
SIZES = [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES, len(CONTENT)]


def seal(content: bytes, pieces: int = 1, key: bytes = KEY) -> bytes:
    sealing = Sealing(key, SALT)
    step = max(1, -(-len(content) // pieces))
    parts = [content[at : at + step] for at in range(0, len(content), step)]
    body = b"".join(sealed for part in parts for sealed in sealing.add(part))
    assert sealing.sha256 == hashlib.sha256(content).hexdigest()
    return sealing.header + body + sealing.end()


def unseal(sealed: bytes, key: bytes = KEY) -> bytes:
    size_bytes = plain_size(len(sealed))
    cipher = cipher_of(key, sealed[:HEADER_BYTES])
    return b"".join(
        cipher.unseal(n, sealed[at : at + SEALED_CHUNK_BYTES])
        for n, at in enumerate(
            range(HEADER_BYTES, HEADER_BYTES + (size_bytes // CHUNK_BYTES + 1) * SEALED_CHUNK_BYTES,
                  SEALED_CHUNK_BYTES)
        )
    )  # fmt: skip


def written_from_the_page(content: bytes) -> bytes:
    """A second reading of docs/encryption.md, with nothing of the product's in it."""
    info = b"c2sp.org/chunked-encryption@v1+AEAD_AES_256_GCM\0" + SALT + b"edrms/object@v1"
    block1 = hmac.new(KEY, info + b"\x01", hashlib.sha512).digest()
    block2 = hmac.new(KEY, block1 + info + b"\x02", hashlib.sha512).digest()
    derived = block1 + block2
    key, nonce, commitment = derived[:32], derived[32:44], derived[44:76]
    out, chunks = SALT + commitment, [content[n : n + 16384] for n in range(0, len(content), 16384)]
    if not chunks or len(chunks[-1]) == 16384:
        chunks.append(b"")
    for number, chunk in enumerate(chunks):
        counter = number.to_bytes(12, "big")
        own = bytes(a ^ b for a, b in zip(nonce, counter, strict=True))
        out += AESGCM(key).encrypt(own, chunk, None)
    return out


@pytest.mark.parametrize("size", SIZES)
def test_the_bytes_are_those_of_the_page_on_encryption(size: int) -> None:
    sealed = seal(CONTENT[:size])
    assert sealed == written_from_the_page(CONTENT[:size])
    assert len(sealed) == sealed_size(size)
    assert plain_size(len(sealed)) == size
    assert unseal(sealed) == CONTENT[:size]


@given(st.integers(1, 40), st.integers(0, len(CONTENT)))
@settings(max_examples=40, deadline=None)
def test_the_pieces_it_came_in_make_no_difference(pieces: int, size: int) -> None:
    assert seal(CONTENT[:size], pieces) == seal(CONTENT[:size])


def test_sizes_that_no_object_can_have_are_those_of_a_lost_end() -> None:
    possible = {sealed_size(size) for size in range(3 * CHUNK_BYTES)}
    for sealed_bytes in range(HEADER_BYTES + 2 * SEALED_CHUNK_BYTES + 20):
        if sealed_bytes in possible:
            assert sealed_size(plain_size(sealed_bytes)) == sealed_bytes
        else:
            with pytest.raises(Damaged):
                plain_size(sealed_bytes)


def test_every_flipped_bit_is_found() -> None:
    sealed = seal(CONTENT[:300])
    for bit in range(0, len(sealed) * 8, 7):
        harmed = bytearray(sealed)
        harmed[bit // 8] ^= 1 << bit % 8
        with pytest.raises(Damaged):
            unseal(bytes(harmed))


@pytest.mark.parametrize("size", SIZES)
def test_every_cut_is_found(size: int) -> None:
    sealed = seal(CONTENT[:size])
    near = {
        n
        for at in range(HEADER_BYTES, len(sealed), SEALED_CHUNK_BYTES)
        for n in range(at - 18, at + 18)
    }
    for length in sorted(n for n in near | {0, 55, len(sealed) - 1} if 0 <= n < len(sealed)):
        with pytest.raises(Damaged):
            unseal(sealed[:length])
    with pytest.raises(Damaged):
        unseal(sealed + b"\0")


def chunks_of(sealed: bytes) -> list[bytes]:
    body = sealed[HEADER_BYTES:]
    return [body[at : at + SEALED_CHUNK_BYTES] for at in range(0, len(body), SEALED_CHUNK_BYTES)]


@pytest.mark.parametrize("order", [(1, 0, 2, 3), (0, 2, 1, 3), (0, 0, 2, 3), (0, 1, 3), (1, 2, 3)])
def test_chunks_moved_repeated_or_left_out_are_found(order: tuple[int, ...]) -> None:
    sealed = seal(CONTENT)
    chunks = chunks_of(sealed)
    with pytest.raises(Damaged):
        unseal(sealed[:HEADER_BYTES] + b"".join(chunks[n] for n in order))


def test_a_chunk_of_another_object_under_the_same_salt_is_found() -> None:
    ours, theirs = seal(CONTENT), seal(CONTENT, key=KEY[::-1])
    with pytest.raises(Damaged):
        unseal(ours[:HEADER_BYTES] + b"".join([chunks_of(theirs)[0], *chunks_of(ours)[1:]]))


def test_another_key_is_found_before_any_chunk_is_opened() -> None:
    with pytest.raises(Damaged, match="another object"):
        cipher_of(KEY[::-1], seal(CONTENT)[:HEADER_BYTES])


def test_another_context_is_another_object() -> None:
    header = Cipher(KEY, SALT, b"edrms/backup@v1").header
    with pytest.raises(Damaged):
        cipher_of(KEY, header)


def test_a_chunk_past_the_last_number_is_refused() -> None:
    cipher = Cipher(KEY, SALT)
    assert cipher.seal(MOST_CHUNKS - 1, b"")
    with pytest.raises(TooLarge):
        cipher.seal(MOST_CHUNKS, b"")


# --- wrapped keys ---------------------------------------------------------------------------------

HOLDER, OTHER = item_holder("a" * 32), record_holder("a" * 32)
PLACES = [
    wrapping.of_holder(HOLDER),
    wrapping.of_holder(OTHER),
    wrapping.of_object(ObjectKey("b" * 32), HOLDER),
    wrapping.of_object(ObjectKey("b" * 32), OTHER),
    wrapping.of_object(ObjectKey("c" * 32), HOLDER),
    wrapping.of_key_store("a" * 32),
]


def test_a_wrapped_key_opens_only_in_its_own_place_and_for_its_own_purpose() -> None:
    assert len(set(PLACES)) == len(PLACES)
    for place in PLACES:
        wrapped = wrapping.wrap(KEY, SALT + bytes(8), place)
        for other in PLACES:
            if other == place:
                assert wrapping.unwrap(KEY, wrapped, other) == SALT + bytes(8)
                continue
            with pytest.raises(Damaged):
                wrapping.unwrap(KEY, wrapped, other)


def test_a_wrapped_key_that_was_altered_or_cut_short_does_not_open() -> None:
    wrapped = wrapping.wrap(KEY, bytes(32), PLACES[0])
    harmed = [wrapped[:n] for n in range(len(wrapped))] + [wrapped + b"\0"]
    for bit in range(len(wrapped) * 8):
        changed = bytearray(wrapped)
        changed[bit // 8] ^= 1 << bit % 8
        harmed.append(bytes(changed))
    for one in harmed:
        with pytest.raises(Damaged):
            wrapping.unwrap(KEY, one, PLACES[0])
    with pytest.raises(Damaged):
        wrapping.unwrap(KEY[::-1], wrapped, PLACES[0])


def test_wrapping_is_never_twice_the_same() -> None:
    assert len({wrapping.wrap(KEY, bytes(32), PLACES[0])[:12] for _ in range(10_000)}) == 10_000


def test_the_name_of_a_root_key_gives_nothing_of_it_away() -> None:
    assert wrapping.root_id(KEY) != wrapping.root_id(KEY[::-1])
    assert wrapping.root_id(KEY) not in KEY.hex()
