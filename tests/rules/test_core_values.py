"""Small pure parts of the core: folding, stored words, journal modes, clocks, and claims."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edrms.clients.folding import fold_digits, fold_name, fold_reference
from edrms.clock import FixedClock, civil_date, start_of
from edrms.db import UtcDateTime, journal_mode, wal_is_safe
from edrms.ids import new_id
from edrms.records.words import WordBox, pack_words, unpack_words


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("O'Neill-Siân", "oneill sian"),
        ("  ANN   marie ", "ann marie"),
        ("D’Souza", "dsouza"),
        ("St. John", "st john"),
        ("Łukasz", "lukasz"),
        ("Bjørn Strauß", "bjorn strauss"),
        ("123", ""),
        ("", ""),
    ],
)
def test_two_spellings_of_a_name_fold_alike(written: str, folded: str) -> None:
    assert fold_name(written) == folded


@given(st.text(max_size=40))
def test_folding_twice_changes_nothing_more(text: str) -> None:
    for fold in (fold_name, fold_reference, fold_digits):
        assert fold(fold(text)) == fold(text)


def test_references_and_numbers_fold_to_what_tells_them_apart() -> None:
    assert fold_reference("lcs / 104233") == "LCS104233"
    assert fold_digits("999 123 4567") == "9991234567"


boxes = st.builds(
    WordBox,
    text=st.text(st.characters(exclude_categories=["Cs"]), max_size=20),
    x0=st.integers(0, 9000), y0=st.integers(0, 9000), x1=st.integers(0, 9000),
    y1=st.integers(0, 9000), confidence=st.integers(0, 100).map(lambda percent: percent / 100),
)  # fmt: skip


@given(st.lists(boxes, max_size=20))
def test_words_come_back_as_they_were_stored(words: list[WordBox]) -> None:
    assert unpack_words(pack_words(words)) == tuple(words)


def test_a_page_without_words_has_none() -> None:
    assert unpack_words(b"") == ()


@pytest.mark.parametrize(
    ("version", "is_safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 5), False),
        ((3, 44, 6), True),
        ((3, 45, 0), False),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 52, 0), True),
        ((4, 0, 0), True),
    ],
)
def test_write_ahead_logging_only_where_it_loses_nothing(
    version: tuple[int, int, int], is_safe: bool
) -> None:
    assert wal_is_safe(version) is is_safe
    assert journal_mode(version) == ("WAL" if is_safe else "TRUNCATE")


def test_a_naive_time_is_refused_by_the_database_and_by_the_clock() -> None:
    with pytest.raises(ValueError, match="naive"):
        UtcDateTime().process_bind_param(datetime(2026, 6, 1), None)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="aware"):
        FixedClock(datetime(2026, 6, 1))


def test_every_time_is_kept_in_utc() -> None:
    summer = datetime(2026, 6, 1, 1, 0, tzinfo=timezone(timedelta(hours=1)))
    stored = UtcDateTime().process_bind_param(summer, None)  # type: ignore[arg-type]
    assert stored is not None
    assert stored.tzinfo is UTC and stored == summer


def test_a_day_is_the_councils_day() -> None:
    late = datetime(2026, 6, 30, 23, 30, tzinfo=UTC)
    assert civil_date(late) == date(2026, 7, 1)
    assert civil_date(late.replace(month=1)) == date(2026, 1, 30)


def test_a_day_begins_at_the_councils_midnight() -> None:
    assert start_of(date(2026, 7, 1)) == datetime(2026, 6, 30, 23, tzinfo=UTC)
    assert start_of(date(2026, 1, 30)) == datetime(2026, 1, 30, tzinfo=UTC)


def test_ids_are_32_hex_digits_and_never_the_same() -> None:
    made = {new_id() for _ in range(1000)}
    assert len(made) == 1000
    assert all(len(one) == 32 and int(one, 16) >= 0 for one in made)
