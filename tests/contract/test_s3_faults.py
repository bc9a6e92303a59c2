"""What goes wrong between the store and a real server: silence, broken connections, lies, a full disk.

A bad line (s3_faults.py) stands before each server; what is left in the bucket is looked at past it.
What goes wrong while an object is read: test_s3_reading.py.
"""

import re
import time
import traceback
from collections.abc import Callable
from datetime import timedelta

import pytest
from minio.credentials import StaticProvider
from minio.minioadmin import MinioAdmin

from edrms.errors import Damaged, EdrmsError, NoSpace, Unavailable
from edrms.ids import ObjectKey, new_id
from edrms.storage.s3_errors import Garbled
from edrms.storage.s3_store import S3ObjectStore
from tests.contract.s3_buckets import bucket, config_of, name_of
from tests.contract.s3_faults import Fault, How, answer, with_header, with_status
from tests.contract.s3_place import ALWAYS, Place, place
from tests.contract.store_contract import LARGE, LETTER, MOST
from tests.contract.test_s3_store import SENT_AT_ONCE
from tests.engines.wanted import Engine

__all__ = ["place"]

ANY_AGE = timedelta(seconds=-5)
XML = "Content-Type: application/xml"
PAGE = answer("200 OK", b"<html><body>Please sign in</body></html>", "Content-Type: text/html")
OTHER_SUM = "x" * 43 + "="
FAILED = [500, 502, 503, 504]
FULL = {
    Engine.MINIO: ("507 Insufficient Storage", "XMinioStorageFull"),
    Engine.VERSITYGW: ("507 Insufficient Storage", "InsufficientStorage"),
}
ASKED: dict[str, Callable[[S3ObjectStore, ObjectKey], object]] = {
    "put": lambda store, key: store.put([LETTER], max_bytes=MOST),
    "put-large": lambda store, key: store.put([LARGE], max_bytes=len(LARGE)),
    "open": lambda store, key: store.open(key).read(),
    "size": lambda store, key: store.size(key),
    "delete": lambda store, key: store.delete(key),
    "keys": lambda store, key: list(store.keys()),
    "hold": lambda store, key: store.hold(key),
    "is-held": lambda store, key: store.is_held(key),
    "prepare": lambda store, key: store.prepare(),
}
asked = pytest.mark.parametrize("ask", ASKED.values(), ids=ASKED.keys())


def put_fails(place: Place, content: bytes = LETTER) -> EdrmsError:
    """Putting this over the line raises; says what."""
    with pytest.raises((Unavailable, Damaged)) as raised:
        place.store.put([content], max_bytes=1 << 30)
    return raised.value


# Silence


@asked
def test_a_server_that_says_nothing_is_unavailable_once_the_time_is_over(
    place: Place, ask: Callable[[S3ObjectStore, ObjectKey], object]
) -> None:
    key = place.direct.put([LETTER], max_bytes=MOST).key
    place.line.harm(Fault(how=How.STALL, at=-1, times=ALWAYS))
    since_s = time.monotonic()
    with pytest.raises(Unavailable):
        ask(place.impatient(answer_s=0.1), key)
    assert time.monotonic() - since_s < 20  # the usual limit is 30


def test_a_server_silent_once_is_asked_again_what_it_was_asked(place: Place) -> None:
    key = place.direct.put([LETTER], max_bytes=MOST).key
    place.line.harm(Fault("GET", How.STALL, at=-1))
    with place.impatient(answer_s=2).open(key) as stream:
        assert stream.read() == LETTER
    assert place.line.count("GET") == 2


def test_silence_in_the_middle_of_an_object_is_not_waited_for_for_ever(place: Place) -> None:
    key = place.direct.put([SENT_AT_ONCE], max_bytes=MOST).key
    place.line.harm(Fault("GET", How.STALL, at=1000, times=ALWAYS))
    with place.impatient(answer_s=0.2).open(key) as stream, pytest.raises(Unavailable):
        stream.read()


@pytest.mark.parametrize("at", [0, 400_000])
def test_a_server_that_trickles_is_given_up_however_fast_it_began(place: Place, at: int) -> None:
    key = place.direct.put([SENT_AT_ONCE], max_bytes=MOST).key
    place.line.harm(Fault("GET", How.DRIP, at=at, times=ALWAYS))
    with (
        place.impatient(answer_s=1).open(key) as stream,
        pytest.raises(Unavailable, match="too slow"),
    ):
        stream.read()


def test_a_server_that_takes_no_more_bytes_is_given_up(place: Place) -> None:
    place.line.harm(Fault("PUT", How.STALL, in_answer=False, at=100))
    with pytest.raises(Unavailable):
        place.impatient(answer_s=0.5, send_s=0.5).put([LARGE], max_bytes=len(LARGE))
    assert place.line.count("PUT") == 1
    assert list(place.direct.keys()) == []


# Broken while storing


@pytest.mark.parametrize("at", [-1, 0, 100, len(LETTER) - 1])
def test_a_put_broken_off_is_not_repeated_and_leaves_nothing(place: Place, at: int) -> None:
    place.line.harm(Fault("PUT", How.CUT, in_answer=False, at=at))
    assert isinstance(put_fails(place), Unavailable)
    assert place.line.count("PUT") == 1
    assert place.is_empty()


@pytest.mark.parametrize("part", [1, 2, 3])
def test_half_an_upload_is_given_up_and_leaves_nothing(place: Place, part: int) -> None:
    fault = Fault("PUT", How.CUT, in_answer=False, at=100_000, path=f"partNumber={part}&")
    place.line.harm(fault)
    assert isinstance(put_fails(place, LARGE), Unavailable)
    assert place.line.count("PUT") == part
    assert place.is_empty()


def test_a_put_whose_answer_was_lost_is_not_repeated_and_is_taken_back(place: Place) -> None:
    place.line.harm(Fault("PUT", How.CUT, at=-1))
    assert isinstance(put_fails(place), Unavailable)
    assert place.line.count("PUT") == 1
    assert place.is_empty()


@pytest.mark.parametrize("path", ["partNumber=2&", "?uploadId="], ids=["a part", "the end"])
def test_an_upload_of_which_an_answer_was_lost_is_taken_back(place: Place, path: str) -> None:
    method = "POST" if path.startswith("?") else "PUT"
    place.line.harm(Fault(method, How.CUT, at=-1, path=path))
    assert isinstance(put_fails(place, LARGE), Unavailable)
    assert place.is_empty()


def test_an_upload_begun_without_our_knowing_is_no_object_and_is_cleared_when_old(
    place: Place,
) -> None:
    place.line.harm(Fault("POST", How.CUT, at=-1))
    put_fails(place, LARGE)
    assert list(place.direct.keys()) == []
    assert place.direct.clear_incomplete(ANY_AGE) == 1
    assert place.is_empty()


def test_a_server_gone_in_the_middle_of_a_put_has_nothing_when_it_is_back(place: Place) -> None:
    place.line.harm(Fault("PUT", How.GONE, in_answer=False, at=100))
    assert isinstance(put_fails(place), Unavailable)
    place.line.come_back()
    assert list(place.store.keys()) == []


def test_a_server_gone_in_the_middle_of_an_upload_has_no_object_when_it_is_back(
    place: Place,
) -> None:
    place.line.harm(Fault("PUT", How.GONE, in_answer=False, at=100_000, path="partNumber=2&"))
    assert isinstance(put_fails(place, LARGE), Unavailable)
    place.line.come_back()
    assert list(place.store.keys()) == []
    place.store.prepare()
    assert place.unfinished() == 1
    assert place.store.clear_incomplete(ANY_AGE) == 1
    assert place.is_empty()


def test_an_object_whose_server_went_before_it_could_be_taken_back_is_whole_and_can_be_found(
    place: Place,
) -> None:
    place.line.harm(Fault("PUT", How.GONE, at=-1))
    assert isinstance(put_fails(place), Unavailable)
    place.line.come_back()
    [key] = dict(place.store.keys())
    with place.store.open(key) as stream:
        assert stream.read() == LETTER
    place.store.delete(key)
    assert place.is_empty()


def test_an_upload_given_up_by_two_at_once_fails_neither(place: Place) -> None:
    key = ObjectKey(new_id())
    begun = place.direct._requests.begin(key)
    listed = list(place.direct._requests.uploads())
    for _ in range(2):
        place.direct._requests.abort(key, begun)
    assert [one.version for one in listed] == [begun]
    assert place.is_empty()


# Lies while storing


@pytest.mark.parametrize("path", ["", "partNumber=2&"], ids=["small", "in parts"])
def test_bytes_changed_on_the_way_are_refused_and_not_kept(place: Place, path: str) -> None:
    place.line.harm(Fault("PUT", How.FLIP, in_answer=False, at=100, path=path))
    assert isinstance(put_fails(place, LARGE if path else LETTER), Garbled)
    assert place.is_empty()


def test_a_server_that_says_it_has_other_bytes_is_believed(place: Place) -> None:
    place.line.harm(Fault("PUT", rewritten=with_header("x-amz-checksum-sha256", OTHER_SUM)))
    assert isinstance(put_fails(place), Damaged)
    assert place.is_empty()


def test_a_server_silent_of_the_checksum_is_asked_for_it(place: Place) -> None:
    place.line.harm(Fault("PUT", rewritten=with_header("x-amz-checksum-sha256", None)))
    key = place.store.put([LETTER], max_bytes=MOST).key
    assert place.line.count("HEAD") == 1
    assert dict(place.direct.keys()).keys() == {key}


@pytest.mark.parametrize("name", ["x-amz-checksum-sha256", "Content-Length"])
@pytest.mark.parametrize("value", ["17", None])
def test_an_upload_that_is_not_said_to_be_whole_is_not_kept(
    place: Place, name: str, value: str | None
) -> None:
    place.line.harm(Fault("HEAD", times=ALWAYS, rewritten=with_header(name, value)))
    put_fails(place, LARGE)
    assert place.is_empty()


def test_what_was_stored_and_is_not_there_is_no_absent_object_but_a_failure(place: Place) -> None:
    place.line.harm(Fault("HEAD", times=ALWAYS, rewritten=with_status(200, "404 Not Found")))
    assert isinstance(put_fails(place, LARGE), Unavailable)
    assert place.is_empty()


def test_an_upload_that_fails_under_a_good_status_is_not_kept(place: Place) -> None:
    error = b"<Error><Code>InternalError</Code><Message>try again</Message></Error>"
    place.line.harm(Fault("POST", path="?uploadId=", instead=answer("200 OK", error, XML)))
    assert isinstance(put_fails(place, LARGE), Unavailable)
    assert place.is_empty()


@asked
def test_a_page_of_something_else_is_no_answer(
    place: Place, ask: Callable[[S3ObjectStore, ObjectKey], object]
) -> None:
    key = place.direct.put([LETTER], max_bytes=MOST).key
    place.line.harm(Fault(times=ALWAYS, instead=PAGE))
    with pytest.raises(Unavailable):
        ask(place.store, key)


@pytest.mark.parametrize(
    "body",
    [
        b"", b"\x00\xff\xfe", b"<ListBucketResult", b"<Error><Code>InternalError</Code></Error>",
        b"<ListBucketResult><Contents><Key>x</Key></Contents></ListBucketResult>",
        b"<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
    ],
    ids=["nothing", "noise", "half", "an error", "no time", "no way on"],
)  # fmt: skip
def test_a_listing_that_makes_no_sense_is_no_empty_listing(place: Place, body: bytes) -> None:
    place.line.harm(Fault("GET", times=ALWAYS, instead=answer("200 OK", body, XML)))
    with pytest.raises(Unavailable):
        list(place.store.keys())


def test_a_listing_cut_short_is_asked_for_again(place: Place) -> None:
    key = place.direct.put([LETTER], max_bytes=MOST).key
    place.line.harm(Fault("GET", How.CUT, at=60))
    assert dict(place.store.keys()).keys() == {key}
    assert place.line.count("GET") == 2


# Failures told


@pytest.mark.parametrize("status", FAILED)
def test_a_failing_server_is_asked_once_more_what_changes_nothing(
    place: Place, status: int
) -> None:
    key = place.direct.put([LETTER], max_bytes=MOST).key
    fails = answer(f"{status} Failing", b"")
    for method, ask in (("GET", list), ("HEAD", lambda _: place.store.size(key))):
        place.line.harm(Fault(method, instead=fails))
        ask(place.store.keys())
        assert place.line.count(method) == 2
        place.line.harm(Fault(method, times=2, instead=fails))
        with pytest.raises(Unavailable):
            ask(place.store.keys())
        place.line.harm(None)


@pytest.mark.parametrize("status", FAILED)
def test_a_failing_server_is_never_sent_an_object_again(place: Place, status: int) -> None:
    place.line.harm(Fault("PUT", instead=answer(f"{status} Failing", b"")))
    assert isinstance(put_fails(place), Unavailable)
    assert place.line.count("PUT") == 1
    assert place.is_empty()


@pytest.mark.parametrize("path", ["", "partNumber=2&"], ids=["small", "in parts"])
def test_a_full_store_says_so_and_keeps_nothing(place: Place, path: str) -> None:
    status, code = FULL[place.server]
    error = f"<Error><Code>{code}</Code><Message>full</Message></Error>".encode()
    place.line.harm(Fault("PUT", path=path, instead=answer(status, error, XML)))
    assert isinstance(put_fails(place, LARGE if path else LETTER), NoSpace)
    assert place.line.count("PUT") == (2 if path else 1)
    assert place.is_empty()


def test_a_quota_that_is_reached_is_a_full_store() -> None:
    """On MinIO only: the quotas of versitygw are those of the file system below it."""
    with bucket(config_of(Engine.MINIO), with_holds=False) as store:
        config = store._config
        credentials = StaticProvider(config.access_key, config.secret_key)
        admin = MinioAdmin(endpoint=config.endpoint, credentials=credentials, secure=config.secure)
        admin.bucket_quota_set(config.bucket, 1 << 20)
        for content in (SENT_AT_ONCE, LARGE):
            with pytest.raises(NoSpace):
                store.put([content], max_bytes=len(content))
        assert list(store.keys()) == []
        assert list(store._requests.uploads()) == []


# Deleting


def test_a_delete_whose_answer_was_lost_may_be_asked_again(place: Place) -> None:
    key = place.direct.put([LETTER], max_bytes=MOST).key
    place.line.harm(Fault("DELETE", How.CUT, at=-1))
    with pytest.raises(Unavailable):
        place.store.delete(key)
    assert place.line.count("DELETE") == 1
    place.store.delete(key)
    assert place.is_empty()


def test_what_does_not_go_away_is_not_said_to_be_deleted(place: Place) -> None:
    key = place.direct.put([LETTER], max_bytes=MOST).key
    query = {"versions": "", "prefix": name_of(key)}
    there = answer("200 OK", place.direct._requests._ask("GET", query=query).data, XML)
    place.line.harm(Fault("GET", times=ALWAYS, path="versions=", instead=there))
    with pytest.raises(Unavailable, match="comes back"):
        place.store.delete(key)


# Secrets

HARMS = [
    Fault(how=How.CUT, at=-1, times=ALWAYS),
    Fault(how=How.GONE, in_answer=False, at=-1),
    Fault(how=How.STALL, at=-1, times=ALWAYS),
    Fault(times=ALWAYS, instead=PAGE),
    Fault(times=ALWAYS, instead=answer("503 Failing", b"")),
    Fault(times=ALWAYS, instead=answer("200 OK", b"<", XML)),
    Fault(times=ALWAYS, instead=answer("403 Forbidden", b"<Error><Code>X</Code></Error>", XML)),
]


@pytest.mark.parametrize("harm", HARMS)
def test_no_error_and_no_log_tells_how_we_sign(
    place: Place, harm: Fault, caplog: pytest.LogCaptureFixture
) -> None:
    key, store = place.direct.put([LETTER], max_bytes=MOST).key, place.impatient(answer_s=0.1)
    texts = [repr(store), repr(store._config)]
    caplog.set_level("DEBUG")
    for ask in ASKED.values():
        place.line.harm(harm)
        with pytest.raises(EdrmsError) as raised:
            ask(store, key)
        texts += told(raised.value)
    config = store._config
    for text in [*texts, caplog.text]:
        assert config.secret_key not in text
        assert not re.search(rf"\b{config.access_key}\b", text)
        assert "AWS4-HMAC" not in text


def told(error: BaseException) -> list[str]:
    """All that an error and what it came from could put into a log."""
    texts = ["".join(traceback.format_exception(error))]
    while True:
        texts += [repr(error), repr(vars(error))]
        if (before := error.__cause__ or error.__context__) is None:
            return texts
        error = before
