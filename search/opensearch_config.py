"""Where an OpenSearch server is and which index is ours, read from one URL. Opens no connection.

    opensearch+https://host:port/name

User and password come from two settings of their own; in the URL they are for tests. No message made
here repeats any part of the URL, since a slip of the pen may put a secret anywhere in it.
"""

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, unquote, urlsplit

from edrms.errors import CannotStart

_SCHEMES = {"opensearch+http": False, "opensearch+https": True}
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,60}(?<!-building)")
_EXPECTED = "expected opensearch+https://host:port/name"


@dataclass(frozen=True, slots=True)
class OpenSearchConfig:
    """One family of indexes on one server. Its password is left out of every text made of it.

    name: of the alias that is searched. shards: parts each index is split into. copies: of each part
    beside the first, on other machines. answer_timeout_s: the longest silence when asking,
    work_timeout_s: when writing.
    """

    host: str
    port: int
    name: str
    user: str = ""
    password: str = field(default="", repr=False)
    secure: bool = True
    ca_file: Path | None = None
    shards: int = 1
    copies: int = 0
    answer_timeout_s: float = 20.0
    work_timeout_s: float = 120.0


def opensearch_config(
    url: str, user: str = "", password: str = "", ca_file: Path | None = None, copies: int = 0
) -> OpenSearchConfig:
    """What the settings say of the index. Raises CannotStart naming what was expected."""
    parts = _split(url)
    name = parts.path.strip("/")
    if not _NAME.fullmatch(name):
        raise _wrong("its name is missing, or holds more than small letters, digits, - and _")
    user, password = (
        user or unquote(parts.username or ""),
        password or unquote(parts.password or ""),
    )
    if bool(user) != bool(password):
        raise CannotStart("EDRMS_SEARCH_USER and EDRMS_SEARCH_PASSWORD: expected both or neither.")
    return OpenSearchConfig(
        host=parts.hostname or "",
        port=parts.port or 9200,
        name=name,
        user=user,
        password=password,
        secure=_SCHEMES[parts.scheme],
        ca_file=ca_file,
        copies=copies,
    )


def _split(url: str) -> SplitResult:
    try:
        parts = urlsplit(url)
        has_host = bool(parts.hostname) and parts.port != 0
    except ValueError:
        raise _wrong("its host and port cannot be read") from None
    if parts.scheme not in _SCHEMES:
        raise _wrong("it does not begin with opensearch+https:// or opensearch+http://")
    if not has_host:
        raise _wrong("its host and port cannot be read")
    if parts.query or parts.fragment:
        raise _wrong("nothing may follow the name")
    return parts


def _wrong(what: str) -> CannotStart:
    return CannotStart(f"EDRMS_SEARCH_URL: {what}; {_EXPECTED}.")
