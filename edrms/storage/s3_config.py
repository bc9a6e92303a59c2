"""Where an S3 store is and how to sign for it, read from one URL. Nothing here opens a connection.

    s3+https://host:port/bucket[/prefix][?region=eu-west-2]

Credentials come from two settings of their own; in the URL they are for tests. No message made here
repeats any part of the URL, since a slip of the pen may put a secret anywhere in it.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from edrms.errors import CannotStart

_SCHEMES = {"s3+http": False, "s3+https": True}
_HOST = re.compile(r"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+")
_BUCKET = re.compile(r"(?!.*\.\.|[0-9.]+$)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_PREFIX = re.compile(r"[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*")
_REGION = re.compile(r"[a-z0-9-]{1,40}")
_EXPECTED = "expected s3+https://host:port/bucket, with /prefix and ?region=name where wanted"


@dataclass(frozen=True, slots=True)
class S3Config:
    """One bucket of one server. Its secrets are left out of every text made of it.

    endpoint: host or host:port. prefix: a folder of the bucket, without slashes at its ends, or "".
    answer_timeout_s: the longest silence of the server; also how long it may be slower than a
    trickle. connect_timeout_s: to connect, and to take each piece of what is sent.
    """

    endpoint: str
    bucket: str
    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)
    secure: bool = True
    region: str = "us-east-1"
    prefix: str = ""
    ca_file: Path | None = None
    connect_timeout_s: float = 10.0
    answer_timeout_s: float = 30.0


def s3_config(
    url: str, access_key: str = "", secret_key: str = "", ca_file: Path | None = None
) -> S3Config:
    """What the settings say of the store. Raises CannotStart naming what was expected."""
    parts = _split(url)
    bucket, _, prefix = parts.path.strip("/").partition("/")
    if not _BUCKET.fullmatch(bucket):
        raise _wrong("its bucket is missing or is not a name S3 allows")
    if prefix and not _PREFIX.fullmatch(prefix):
        raise _wrong("its prefix may hold letters, digits, - and _ only")
    access_key = access_key or unquote(parts.username or "")
    secret_key = secret_key or unquote(parts.password or "")
    if not (access_key and secret_key):
        raise CannotStart(
            "EDRMS_OBJECTS_ACCESS_KEY and EDRMS_OBJECTS_SECRET_KEY: expected both, to sign for the "
            "store that EDRMS_OBJECTS_URL names."
        )
    return S3Config(
        endpoint=parts.netloc.rpartition("@")[2],
        bucket=bucket,
        access_key=access_key,
        secret_key=secret_key,
        secure=_SCHEMES[parts.scheme],
        region=_region(parts.query),
        prefix=prefix,
        ca_file=ca_file,
    )


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        has_host = bool(_HOST.fullmatch(parts.hostname or "")) and parts.port != 0
    except ValueError:
        raise _wrong("its host and port cannot be read") from None
    if parts.scheme not in _SCHEMES:
        raise _wrong("it does not begin with s3+https:// or s3+http://")
    if not has_host:
        raise _wrong("its host and port cannot be read")
    if parts.fragment:
        raise _wrong("it goes on after a #")
    return parts


def _region(query: str) -> str:
    try:
        asked = parse_qs(query, strict_parsing=True) if query else {}
    except ValueError:
        raise _wrong("what follows the ? cannot be read") from None
    region = asked.pop("region", ["us-east-1"])
    if asked or len(region) != 1 or not _REGION.fullmatch(region[0]):
        raise _wrong("only one region=name may follow the ?")
    return region[0]


def _wrong(what: str) -> CannotStart:
    return CannotStart(f"EDRMS_OBJECTS_URL: {what}; {_EXPECTED}.")
