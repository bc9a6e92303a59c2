"""Typed ids. Every entity has a random 128-bit id written as 32 hex digits; it carries no meaning.

Ids are unguessable enough to be opaque but are never treated as secrets: access is decided by policy.
"""

import secrets
from typing import NewType

StaffId = NewType("StaffId", str)
ClientId = NewType("ClientId", str)
CaseFileId = NewType("CaseFileId", str)
RecordId = NewType("RecordId", str)
BatchId = NewType("BatchId", str)
ItemId = NewType("ItemId", str)
DocumentId = NewType("DocumentId", str)
PageId = NewType("PageId", str)
JobId = NewType("JobId", str)
EventId = NewType("EventId", str)
ObjectKey = NewType("ObjectKey", str)


def new_id() -> str:
    """32 lower-case hex digits from the operating system's random source."""
    return secrets.token_hex(16)


_SAID_ALOUD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32: no I, L, O, U


def new_reference(kind: str) -> str:
    """A random reference for people, such as R-7K4M-Q2XD; 40 bits, so it is tried for uniqueness."""
    letters = "".join(secrets.choice(_SAID_ALOUD) for _ in range(8))
    return f"{kind}-{letters[:4]}-{letters[4:]}"
