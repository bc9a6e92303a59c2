"""What an S3 server or the way to it did wrong, in the words of the port. `cause` has the S3 code.

Nothing a server says is shown to staff. Codes: the S3 API reference, and what MinIO and versitygw
were seen to answer.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus

from minio.error import InvalidResponseError, S3Error, ServerError
from urllib3.exceptions import HTTPError

from edrms.errors import Damaged, EdrmsError, NoSpace, NotFound, Refused, Unavailable
from edrms.ids import ObjectKey

_ABSENT = {"NoSuchKey", "NoSuchVersion"}
_UNSIGNED = {
    "SignatureDoesNotMatch", "InvalidAccessKeyId", "XAdminUserNotFound", "InvalidToken",
    "ExpiredToken", "InvalidClientTokenId",
}  # fmt: skip
_FORBIDDEN = {"AccessDenied", "AllAccessDisabled", "AccountProblem", "MethodNotAllowed"}
_NO_LOCK = {
    "ObjectLockConfigurationNotFoundError", "NoSuchObjectLockConfiguration", "NotImplemented",
    "InvalidBucketObjectLockConfiguration",
}  # fmt: skip
_LOCKED_CODES = {"ObjectLocked"}
_MAY_BE_LOCKED = {"AccessDenied", "InvalidRequest"}
_BY_LOCK = re.compile(r"WORM|object lock", re.IGNORECASE)
_FULL = {"XMinioStorageFull", "QuotaExceeded", "XMinioAdminBucketQuotaExceeded"}
_GARBLED = {"BadDigest", "XAmzContentChecksumMismatch", "XAmzContentSHA256Mismatch"}
_GARBLED |= {"InvalidDigest", "InvalidPart", "IncompleteBody", "ContentSHA256Mismatch"}


class CredentialsRefused(Unavailable):
    """The server does not know the access key, or the secret does not belong to it."""


class Forbidden(Unavailable):
    """The server knows the credentials, and they may not do this."""


class NoBucket(Unavailable):
    """The bucket named in the settings is not there."""


class NoUpload(Unavailable):
    """There is no such multipart upload: it was finished or given up."""


class WrongRegion(Unavailable):
    """The server belongs to another region than the settings say."""


class Garbled(Unavailable):
    """The server received other bytes than were sent, and refused them."""


class NoObjectLock(Unavailable):
    """The bucket, or the server, knows no legal holds."""


class Locked(Refused):
    """The server keeps this version whoever asks: by a hold or for a set time."""


class Precondition(Damaged):
    """The server holds something else under this key than the caller relied on."""


class Unsteady(Unavailable):
    """The connection failed or the server went silent: what it did of the request is unknown."""


@contextmanager
def asking(bucket: str, key: ObjectKey | None = None) -> Iterator[None]:
    """Everything the SDK, the connection or a senseless answer raises inside, as an EdrmsError."""
    try:
        yield
    except S3Error as error:
        status = error.response.status
        raise named(error.code or "", status, bucket, key, error.message or "") from error
    except ServerError as error:
        raise named("", error.status_code, bucket, key) from error
    except InvalidResponseError as error:
        raise named("not S3", error._code, bucket, key) from error
    except (HTTPError, OSError) as error:
        raise Unsteady(
            "The document store does not answer. Nothing was lost: try again in a few minutes.",
            cause=type(error).__name__,
        ) from error
    except (
        ValueError,
        SyntaxError,
        LookupError,
        TypeError,
    ) as error:  # XML errors are SyntaxErrors
        raise senseless(type(error).__name__) from error


def named(code: str, status: int, bucket: str, key: ObjectKey | None, why: str = "") -> EdrmsError:
    """The error for a code of S3, or for a bare HTTP status where the server gave none.

    why: what the server wrote beside the code; a refusal by object lock has no code of its own.
    """
    cause = f"{code or 'no code'} (HTTP {status})"
    if code in _LOCKED_CODES or (code in _MAY_BE_LOCKED and _BY_LOCK.search(why)):
        return Locked("The document store holds this object.", key=key, cause=cause)
    if code in _ABSENT and key is not None:
        return NotFound("There is no such object in the store.", key=key)
    if code == "NoSuchBucket":
        return NoBucket(f"The document store has no bucket {bucket!r}.", cause=cause)
    if code == "NoSuchUpload":
        return NoUpload("The document store lost what was sent of this file.", cause=cause)
    if code in _NO_LOCK:
        return NoObjectLock("The bucket of the document store knows no legal holds.", cause=cause)
    if code == "PreconditionFailed" or (not code and status == HTTPStatus.PRECONDITION_FAILED):
        return Precondition("Something else is stored under this key.", key=key, cause=cause)
    if code in _FULL or status == HTTPStatus.INSUFFICIENT_STORAGE:
        return NoSpace(
            "The document store is full: nothing of this file was kept. "
            "Free some space, then try again.",
            cause=cause,
        )
    if code in _GARBLED:
        return Garbled(
            "Bytes were changed on the way to the document store: nothing of this file was kept.",
            cause=cause,
        )
    return _about_access(code, cause, bucket) or Unavailable(
        "The document store cannot do this just now. Try again in a few minutes.", cause=cause
    )


def _about_access(code: str, cause: str, bucket: str) -> Unavailable | None:
    if code in _UNSIGNED:
        return CredentialsRefused(
            "The document store refused the credentials: look at EDRMS_OBJECTS_ACCESS_KEY and "
            "EDRMS_OBJECTS_SECRET_KEY.",
            cause=cause,
        )
    if code in _FORBIDDEN:
        return Forbidden(
            "The document store forbids this: the credentials need to read, write, list and delete "
            f"in the bucket {bucket!r}.",
            cause=cause,
        )
    if code == "RequestTimeTooSkewed":
        return Unavailable(
            "The clocks of this machine and of the document store differ by more than 15 minutes: "
            "set both by a time server.",
            cause=cause,
        )
    if code in {"AuthorizationHeaderMalformed", "PermanentRedirect"}:
        return WrongRegion(
            "The document store belongs to another region: set ?region= in EDRMS_OBJECTS_URL.",
            cause=cause,
        )
    return None


def senseless(what: str) -> Unavailable:
    """The server answered what no S3 server should: it cannot be relied on."""
    return Unavailable(
        "The document store gave an answer that makes no sense. An operator must look.", cause=what
    )
