"""Connections broken and servers that lie while an object of an S3 store is read: never a wrong byte."""

from pathlib import Path

import pytest

from edrms.errors import Damaged, EdrmsError, NotFound, Unavailable
from edrms.ids import ObjectKey
from tests.contract.s3_faults import Fault, How, answer, with_header
from tests.contract.s3_place import ALWAYS, Place, place
from tests.contract.store_contract import LETTER, MOST
from tests.contract.test_s3_store import SENT_AT_ONCE, replace_behind_the_back

__all__ = ["place"]


@pytest.mark.parametrize("times", [1, 3])
def test_reading_is_taken_up_where_the_connection_broke(
    place: Place, tmp_path: Path, times: int
) -> None:
    stored = place.direct.put([SENT_AT_ONCE], max_bytes=MOST)
    place.line.harm(Fault("GET", How.CUT, at=200_000, times=times))
    place.store.fetch(stored.key, stored.sha256, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == SENT_AT_ONCE
    assert place.line.count("GET") == 1 + times


def test_a_connection_that_breaks_again_and_again_is_given_up(place: Place, tmp_path: Path) -> None:
    stored = place.direct.put([SENT_AT_ONCE], max_bytes=MOST)
    place.line.harm(Fault("GET", How.CUT, at=1000, times=ALWAYS))
    with pytest.raises(Unavailable):
        place.store.fetch(stored.key, stored.sha256, tmp_path / "copy")
    assert place.line.count("GET") == 4
    assert list(tmp_path.iterdir()) == []


def test_an_object_replaced_while_the_connection_was_broken_is_damaged(place: Place) -> None:
    key = place.direct.put([SENT_AT_ONCE], max_bytes=MOST).key
    place.line.harm(Fault("GET", How.CUT, at=200_000))
    with place.store.open(key) as stream:
        assert stream.read(1000) == SENT_AT_ONCE[:1000]
        replace_behind_the_back(place.direct, key, SENT_AT_ONCE[::-1])
        with pytest.raises(Damaged):
            stream.read()


def test_an_object_gone_while_the_connection_was_broken_is_not_found(place: Place) -> None:
    key = place.direct.put([SENT_AT_ONCE], max_bytes=MOST).key
    place.line.harm(Fault("GET", How.CUT, at=200_000))
    with place.store.open(key) as stream:
        assert stream.read(1000) == SENT_AT_ONCE[:1000]
        place.direct.delete(key)
        with pytest.raises(NotFound):
            stream.read()


def test_a_bit_changed_on_the_way_back_is_noticed_and_no_copy_is_left(
    place: Place, tmp_path: Path
) -> None:
    stored = place.direct.put([SENT_AT_ONCE], max_bytes=MOST)
    place.line.harm(Fault("GET", How.FLIP, at=len(SENT_AT_ONCE) - 1))
    with pytest.raises(Damaged):
        place.store.fetch(stored.key, stored.sha256, tmp_path / "copy")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("Content-Range", None, Unavailable),
        ("Content-Range", "bytes 900001-1048575/1048576", Unavailable),
        ("Content-Range", "bytes 900000-1048575/2000000", Unavailable),
        ("Content-Length", "148575", Unavailable),
        ("Content-Length", None, Unavailable),
        ("ETag", '"another"', Damaged),
        ("ETag", None, Damaged),
    ],
)
def test_another_range_than_was_asked_for_is_not_taken(
    place: Place, name: str, value: str | None, error: type[EdrmsError]
) -> None:
    key = place.direct.put([SENT_AT_ONCE], max_bytes=MOST).key
    with place.store.open(key) as stream:
        assert stream.read(1000) == SENT_AT_ONCE[:1000]
        place.line.harm(Fault("GET", times=ALWAYS, rewritten=with_header(name, value)))
        stream.seek(900_000)
        with pytest.raises(error):
            stream.read(1)


def test_the_whole_is_not_taken_for_the_part_asked_for(place: Place) -> None:
    key = place.direct.put([SENT_AT_ONCE], max_bytes=MOST).key
    whole = answer("200 OK", SENT_AT_ONCE, f"ETag: {etag(place, key)}")
    with place.store.open(key) as stream:
        assert stream.read(1000) == SENT_AT_ONCE[:1000]
        place.line.harm(Fault("GET", times=ALWAYS, instead=whole))
        stream.seek(900_000)
        with pytest.raises(Unavailable):
            stream.read(1)


def etag(place: Place, key: ObjectKey) -> str:
    found = place.direct._requests.get(key)
    found.close()
    return str(found.headers["etag"])


@pytest.mark.parametrize("value", [None, "", "-1", "1e3", "٣", "17, 17"])
def test_an_object_without_a_length_is_not_read(place: Place, value: str | None) -> None:
    key = place.direct.put([LETTER], max_bytes=MOST).key
    place.line.harm(Fault("GET", times=ALWAYS, rewritten=with_header("Content-Length", value)))
    with pytest.raises(Unavailable):
        place.store.open(key)


def test_an_object_that_cannot_be_told_from_another_is_not_read(place: Place) -> None:
    key = place.direct.put([LETTER], max_bytes=MOST).key
    for method, ask in (("GET", place.store.open), ("HEAD", place.store.size)):
        place.line.harm(Fault(method, rewritten=with_header("ETag", None)))
        with pytest.raises(Unavailable):
            ask(key)


@pytest.mark.parametrize(
    ("size_bytes", "error"), [(len(LETTER) - 1, Damaged), (len(LETTER) + 1, Unavailable)]
)
def test_an_object_said_to_be_of_another_size_is_noticed(
    place: Place, tmp_path: Path, size_bytes: int, error: type[EdrmsError]
) -> None:
    stored = place.direct.put([LETTER], max_bytes=MOST)
    place.line.harm(Fault("GET", rewritten=with_header("Content-Length", str(size_bytes))))
    with pytest.raises(error):
        place.impatient(answer_s=1).fetch(stored.key, stored.sha256, tmp_path / "copy")
    assert list(tmp_path.iterdir()) == []


def test_after_an_answer_with_more_than_it_said_the_next_one_is_read_right(place: Place) -> None:
    key = place.direct.put([LETTER], max_bytes=MOST).key
    place.line.harm(Fault("GET", rewritten=with_header("Content-Length", "1000")))
    with place.store.open(key) as stream:
        assert stream.read() == LETTER[:1000]
    with place.store.open(key) as stream:
        assert stream.read() == LETTER
