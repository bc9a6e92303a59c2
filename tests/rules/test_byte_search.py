"""Looking for many strings together finds exactly what looking for each by itself finds."""

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edrms.storage import byte_search
from edrms.storage.byte_search import holds_any

PIECE = 1 << 20
few_letters = st.binary(max_size=80).map(lambda some: bytes(one % 3 for one in some))


@given(content=few_letters, wanted=st.lists(few_letters.filter(len), max_size=5))
def test_it_finds_what_is_there_and_nothing_else(
    tmp_path_factory: pytest.TempPathFactory, content: bytes, wanted: list[bytes]
) -> None:
    file = tmp_path_factory.mktemp("search") / "file"
    file.write_bytes(content)
    assert holds_any(file, wanted) == any(one in content for one in wanted)


@pytest.mark.parametrize("length", [1, 2, 7, 8, 9, 15, 16, 60, 61])
@pytest.mark.parametrize("at", [0, 1, 59, PIECE - 61, PIECE - 30, PIECE - 1, PIECE, PIECE + 17])
def test_it_finds_a_string_wherever_it_lies(tmp_path: Path, length: int, at: int) -> None:
    secret, file = bytes(range(1, length + 1)), tmp_path / "file"
    others = [bytes([200 + n]) * length for n in range(3)]
    whole = bytearray(PIECE + 400)
    file.write_bytes(whole)
    assert not holds_any(file, [*others, secret])
    whole[at : at + length] = secret
    file.write_bytes(whole)
    assert holds_any(file, [*others, secret])
    file.write_bytes(whole[: at + length])
    assert holds_any(file, [secret])
    file.write_bytes(whole[: at + length - 1])
    assert not holds_any(file, [*others, secret]) or length == 1


def test_of_thousands_the_last_is_found_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(byte_search, "_MOST_AT_ONCE", 10)
    source, file = random.Random(1), tmp_path / "file"
    secrets = [source.randbytes(60) for _ in range(25)]
    file.write_bytes(source.randbytes(5000) + secrets[-1] + source.randbytes(5000))
    assert holds_any(file, secrets) and not holds_any(file, secrets[:-1])


def test_nothing_cannot_be_looked_for(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"anything")
    assert not holds_any(file, [])
    with pytest.raises(ValueError, match="everywhere"):
        holds_any(file, [b"any", b""])
