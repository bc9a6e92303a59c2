"""The small part of S3 this product uses. A server that does these, and only these, will do.

    PutObject               with If-None-Match: *, x-amz-checksum-sha256, a signed payload
    CreateMultipartUpload, UploadPart, CompleteMultipartUpload, AbortMultipartUpload
                            with x-amz-checksum-algorithm SHA256 and a checksum of each part
    GetObject               whole, or from an offset on with Range and If-Match
    HeadObject              with x-amz-checksum-mode
    DeleteObject            by version id, which is "null" where the bucket keeps no versions
    ListObjectsV2, ListObjectVersions, ListMultipartUploads    paged, encoding-type=url
    GetBucketVersioning, GetObjectLockConfiguration            what the bucket can do
    GetObjectLegalHold, PutObjectLegalHold                     where it has object lock

Every method raises the errors of s3_errors.py and nothing of the SDK's.
"""

import hashlib
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from urllib3 import BaseHTTPResponse

from edrms.errors import NotFound, Unavailable
from edrms.ids import ObjectKey
from edrms.storage import s3_answers
from edrms.storage.s3_answers import Entry, Page
from edrms.storage.s3_client import Body, Client
from edrms.storage.s3_config import S3Config
from edrms.storage.s3_errors import Forbidden, NoObjectLock, NoUpload, asking, named

_CHECKSUM = "x-amz-checksum-sha256"
_NEW_ONLY = {"If-None-Match": "*"}
_ENCODED = {"encoding-type": "url", "max-keys": "1000"}
_ROUNDS = 5
_HOLD = "<LegalHold><Status>{}</Status></LegalHold>"


@dataclass(frozen=True, slots=True)
class Head:
    """What HeadObject says. checksum: base64, with "-parts" behind it after a multipart upload."""

    size_bytes: int
    checksum: str | None


def encoded(sha256: bytes) -> str:
    """A digest as S3 writes it in a header."""
    return b64encode(sha256).decode()


class Requests:
    """The requests, for objects under the prefix of one bucket."""

    def __init__(self, config: S3Config) -> None:
        self._bucket = config.bucket
        self._folder = f"{config.prefix}/" if config.prefix else ""
        self._client = Client(config)

    def _ask(self, method: str, key: str | None = None, **what: Any) -> BaseHTTPResponse:
        name = None if key is None else self._folder + key
        with asking(self._bucket, None if key is None else ObjectKey(key)):
            return self._client.ask(method, name, **what)

    def put(self, key: str, body: Body, checksum: str | None = None) -> str | None:
        """One request for a whole object under a new key; the checksum the server says it has.

        checksum: what to claim instead of the truth, for finding out whether the server looks.
        """
        claimed = checksum or encoded(body.sha256)
        headers = {**_NEW_ONLY, _CHECKSUM: claimed, "Content-Type": "application/octet-stream"}
        return self._ask("PUT", key, headers=headers, body=body).headers.get(_CHECKSUM)

    def begin(self, key: str) -> str:
        """Begin a multipart upload: its id."""
        headers = {
            "x-amz-checksum-algorithm": "SHA256", "Content-Type": "application/octet-stream",
        }  # fmt: skip
        answer = self._ask("POST", key, headers=headers, query={"uploads": ""})
        with asking(self._bucket):
            return s3_answers.upload_id(answer.data)

    def put_part(self, key: str, upload: str, number: int, body: Body) -> str:
        """Send one part, numbered from 1: its ETag."""
        answer = self._ask(
            "PUT", key, body=body, headers={_CHECKSUM: encoded(body.sha256)},
            query={"partNumber": str(number), "uploadId": upload},
        )  # fmt: skip
        return answer.headers.get("etag", "")

    def finish(self, key: str, upload: str, parts: list[tuple[str, str]]) -> None:
        """Make the parts one object, under a new key only. parts: ETag and checksum of each."""
        answer = self._ask(
            "POST", key, body=s3_answers.finishing(parts), query={"uploadId": upload},
            headers={**_NEW_ONLY, "Content-Type": "application/xml"},
        )  # fmt: skip
        with asking(self._bucket):
            code = s3_answers.failure(answer.data)
        if code:
            raise named(code, answer.status, self._bucket, ObjectKey(key))

    def abort(self, key: str, upload: str) -> None:
        """Give up a multipart upload; the server forgets its parts. It may have done so before."""
        with suppress(NoUpload):
            self._ask("DELETE", key, query={"uploadId": upload})

    def get(self, key: str, start: int = 0, etag: str | None = None) -> BaseHTTPResponse:
        """The object from an offset on, streamed. etag: answer only if it is still this one."""
        headers = {"Range": f"bytes={start}-"} if start else {}
        if etag is not None:
            headers["If-Match"] = etag
        return self._ask("GET", key, headers=headers, stream=True)

    def head(self, key: str) -> Head:
        """Size and checksum."""
        try:
            answer = self._ask("HEAD", key, headers={"x-amz-checksum-mode": "ENABLED"})
        except (NotFound, Forbidden):
            next(self.objects(), None)  # HEAD is answered without a code: a listing tells the cause
            raise
        with asking(self._bucket):
            if not answer.headers.get("etag"):
                raise ValueError("no ETag: this is not S3")
            return Head(int(answer.headers["content-length"]), answer.headers.get(_CHECKSUM))

    def delete_all(self, key: str) -> None:
        """Delete every version of an object and every mark of deletion, then see that it is gone."""
        for _ in range(_ROUNDS):
            found = self.versions(key)
            if not found:
                return
            for one in found:
                self._delete(key, one.version)
        raise Unavailable("An object of the document store comes back after deleting.", key=key)

    def _delete(self, key: str, version: str) -> None:
        try:
            self._ask("DELETE", key, query={"versionId": version} if version else None)
        except NotFound:
            return  # another process was first

    def objects(self) -> Iterator[Entry]:
        """Every object straight under the prefix, its name without it."""
        return self._listed(s3_answers.objects, {"list-type": "2", "delimiter": "/"})

    def versions(self, key: str) -> list[Entry]:
        """Every version of one object, and every mark that deleting it left."""
        query = {"versions": "", "prefix": self._folder + key}
        return [one for one in self._listed(s3_answers.versions, query) if one.name == key]

    def uploads(self) -> Iterator[Entry]:
        """Multipart uploads begun and not finished. MinIO lists them by no prefix but a whole name."""
        return self._listed(s3_answers.uploads, {"uploads": "", "prefix": ""})

    def _listed(self, read: Callable[[bytes], Page], query: dict[str, str]) -> Iterator[Entry]:
        asked: dict[str, str] | None = {"prefix": self._folder} | query | _ENCODED
        while asked is not None:
            answer = self._ask("GET", query=asked)
            with asking(self._bucket):
                page = read(answer.data)
            for entry in page.entries:
                if entry.name.startswith(self._folder):
                    yield replace(entry, name=entry.name.removeprefix(self._folder))
            asked = asked | page.following if page.following else None

    def keeps_versions(self) -> bool:
        """Whether deleting and overwriting leave an older version behind."""
        answer = self._ask("GET", query={"versioning": ""})
        with asking(self._bucket):
            return s3_answers.says(answer.data, "VersioningConfiguration", "Status") in {
                "Enabled",
                "Suspended",
            }

    def has_object_lock(self) -> bool:
        """Whether objects of the bucket can be held."""
        try:
            answer = self._ask("GET", query={"object-lock": ""})
        except NoObjectLock:
            return False
        with asking(self._bucket):
            return (
                s3_answers.says(answer.data, "ObjectLockConfiguration", "ObjectLockEnabled")
                == "Enabled"
            )

    def is_held(self, key: str, version: str = "") -> bool:
        """Whether a legal hold lies on this version, or on the newest."""
        try:
            answer = self._ask("GET", key, query=_of(version, "legal-hold"))
        except NoObjectLock:
            return False
        with asking(self._bucket):
            return s3_answers.says(answer.data, "LegalHold", "Status") == "ON"

    def set_hold(self, key: str, *, on: bool) -> None:
        """Lay a legal hold on the newest version, or lift it."""
        order = _HOLD.format("ON" if on else "OFF").encode()
        digest = b64encode(hashlib.md5(order, usedforsecurity=False).digest()).decode()
        self._ask(
            "PUT", key, query=_of("", "legal-hold"), body=order, headers={"Content-MD5": digest}
        )

    def make_bucket(self) -> None:
        """Make the bucket, with object lock where the server has it: it cannot be added later."""
        try:
            self._make_bucket(with_holds=True)
        except NoObjectLock:
            self._make_bucket(with_holds=False)

    def _make_bucket(self, *, with_holds: bool) -> None:
        with asking(self._bucket):
            self._client.make_bucket(with_holds=with_holds)


def _of(version: str, what: str) -> dict[str, str]:
    return {what: ""} | ({"versionId": version} if version else {})
