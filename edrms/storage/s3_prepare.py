"""Looking, once at start, whether an S3 store is fit to be relied on. Nothing is promised unseen.

A small object, named so that it is never taken for a document, is written, written again, written
with a wrong checksum, in parts, read in part and removed. A server that fails is not used at all.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from http import HTTPStatus

from edrms.errors import CannotStart, Damaged, EdrmsError, NotFound
from edrms.ids import ObjectKey, new_id
from edrms.storage.s3_client import Body
from edrms.storage.s3_config import S3Config
from edrms.storage.s3_errors import (
    CredentialsRefused,
    Forbidden,
    Garbled,
    NoBucket,
    NoObjectLock,
    Precondition,
    WrongRegion,
)
from edrms.storage.s3_requests import Requests, encoded
from edrms.storage.s3_upload import put_in_parts, put_whole

_PROBE = b"EDRMS looks whether this store keeps its promises."


def check_bucket(requests: Requests, config: S3Config, *, create: bool) -> None:
    """Raises CannotStart naming what to change, Unavailable when nothing can be said just now."""
    with _fit_to_start():
        try:
            next(requests.objects(), None)
        except NoBucket:
            if not create:
                raise CannotStart(
                    f"EDRMS_OBJECTS_URL: the document store at {config.endpoint} has no bucket "
                    f"{config.bucket!r}. Make it, or let `edrms init` make it."
                ) from None
            requests.make_bucket()


def check_promises(requests: Requests) -> None:
    """Conditional put, checksums and ranges, tried out. Raises CannotStart for what is missing."""
    key = ObjectKey(f"probe-{new_id()}")
    body = Body(memoryview(_PROBE), sha256(_PROBE).digest())
    with _fit_to_start(), _leaving_nothing(requests, key):
        _tells_the_checksum(requests, key, body)
        _refuses_to_overwrite(requests, key, body)
        _reads_a_range_of_what_is_meant(requests, key)
    with _fit_to_start(), _leaving_nothing(requests, key):
        _refuses_a_wrong_checksum(requests, key, body)
        _tells_the_checksum_of_parts(requests, key, body)


@contextmanager
def _leaving_nothing(requests: Requests, key: ObjectKey) -> Iterator[None]:
    """Remove the object tried with; what was found out goes before a failure to remove it."""
    try:
        yield
    except EdrmsError:
        with suppress(EdrmsError):
            requests.delete_all(key)
        raise
    requests.delete_all(key)


def _tells_the_checksum(requests: Requests, key: ObjectKey, body: Body) -> None:
    try:
        put_whole(requests, key, body)
    except (Damaged, NotFound) as error:
        raise _unfit("does not tell the checksum of what it keeps") from error


def _tells_the_checksum_of_parts(requests: Requests, key: ObjectKey, body: Body) -> None:
    try:
        put_in_parts(requests, key, [body.content])
    except (Damaged, NotFound) as error:
        raise _unfit("does not tell the checksum of an object sent in parts") from error


def _refuses_to_overwrite(requests: Requests, key: ObjectKey, body: Body) -> None:
    try:
        requests.put(key, body)
    except Precondition:
        return
    raise _unfit("overwrites an object although asked not to (If-None-Match)")


def _refuses_a_wrong_checksum(requests: Requests, key: ObjectKey, body: Body) -> None:
    try:
        requests.put(key, body, encoded(sha256(b"other bytes").digest()))
    except Garbled:
        return
    raise _unfit("keeps bytes that do not match their checksum (x-amz-checksum-sha256)")


def _reads_a_range_of_what_is_meant(requests: Requests, key: ObjectKey) -> None:
    answer = requests.get(key, 6)
    if answer.status != HTTPStatus.PARTIAL_CONTENT or answer.data != _PROBE[6:]:
        raise _unfit("does not send a part of an object (Range)")
    try:
        requests.get(key, 6, '"of something else"').close()
    except Precondition:
        return
    raise _unfit("sends another object than was meant (If-Match)")


def _unfit(what: str) -> CannotStart:
    return CannotStart(
        f"EDRMS_OBJECTS_URL: this document store cannot be used, it {what}. "
        "docs/adr/0007-objects-on-s3.md names servers that can."
    )


@contextmanager
def _fit_to_start() -> Iterator[None]:
    """What only a change of settings cures is a reason not to start."""
    try:
        yield
    except (CredentialsRefused, Forbidden, WrongRegion) as error:
        raise CannotStart(error.message, **error.data) from error
    except NoObjectLock as error:  # the trial asks for no holds: it said "not implemented"
        raise _unfit("lacks a part of S3 that is needed") from error
