"""Reading the XML an S3 server answers with. Pure: text in, values out; ValueError if it is not S3.

Names are asked for with encoding-type=url, since a name may hold what XML cannot; versitygw sends them
as they are, and says so. The SDK's own readers stumble over times with nanoseconds (versitygw) and
lose the place in a long list of uploads.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import unquote_plus
from xml.etree import ElementTree


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a listing. version: of the object, or the id of an unfinished upload, or "".

    is_mark: it only says that the object was deleted.
    """

    name: str
    at: datetime
    version: str = ""
    is_mark: bool = False


@dataclass(frozen=True)
class Page:
    """Some of a listing; `following` are the query arguments that ask for the rest, if any."""

    entries: list[Entry]
    following: dict[str, str]


def objects(text: bytes) -> Page:
    """A page of ListObjectsV2."""
    root = _root(text, "ListBucketResult")
    return Page(
        [_entry(root, one, "LastModified") for one in root.iterfind("{*}Contents")],
        _following(root, {"continuation-token": "NextContinuationToken"}),
    )


def versions(text: bytes) -> Page:
    """A page of ListObjectVersions: versions and the marks deleting left."""
    root = _root(text, "ListVersionsResult")
    kept = (one for kind in ("Version", "DeleteMarker") for one in root.iterfind(f"{{*}}{kind}"))
    markers = {"key-marker": "NextKeyMarker", "version-id-marker": "NextVersionIdMarker"}
    return Page(
        [_entry(root, one, "LastModified", "VersionId") for one in kept], _following(root, markers)
    )


def uploads(text: bytes) -> Page:
    """A page of ListMultipartUploads."""
    root = _root(text, "ListMultipartUploadsResult")
    markers = {"key-marker": "NextKeyMarker", "upload-id-marker": "NextUploadIdMarker"}
    return Page(
        [_entry(root, one, "Initiated", "UploadId") for one in root.iterfind("{*}Upload")],
        _following(root, markers),
    )


def upload_id(text: bytes) -> str:
    """Of a multipart upload that was just begun."""
    return _needed(_root(text, "InitiateMultipartUploadResult"), "UploadId")


def failure(text: bytes) -> str:
    """The code of an error, "" for a finished upload: finishing may fail under status 200."""
    root = ElementTree.fromstring(text)  # noqa: S314 - as in _root
    if root.tag.rpartition("}")[2] == "Error":
        return root.findtext("{*}Code") or "no code"
    _root(text, "CompleteMultipartUploadResult")
    return ""


def finishing(parts: list[tuple[str, str]]) -> bytes:
    """The order to finish an upload of these parts: ETag and base64 SHA-256 of each."""
    order = ElementTree.Element("CompleteMultipartUpload")
    for number, (etag, checksum) in enumerate(parts, start=1):
        part = ElementTree.SubElement(order, "Part")
        for name, value in (
            ("ChecksumSHA256", checksum), ("ETag", etag), ("PartNumber", str(number)),
        ):  # fmt: skip
            ElementTree.SubElement(part, name).text = value
    return ElementTree.tostring(order, encoding="unicode").encode()


def says(text: bytes, answer: str, name: str) -> str:
    """In this kind of answer the text of the element of this name, "" if there is none."""
    return _root(text, answer).findtext(f"{{*}}{name}") or ""


def _root(text: bytes, name: str) -> ElementTree.Element:
    root = ElementTree.fromstring(text)  # noqa: S314 - expat since 2.4.1 limits what entities grow to
    if root.tag.rpartition("}")[2] != name:
        raise ValueError(f"{root.tag} instead of {name}")
    return root


def _entry(
    listing: ElementTree.Element,
    element: ElementTree.Element,
    time_name: str,
    version_name: str = "",
) -> Entry:
    version = element.findtext(f"{{*}}{version_name}", "") if version_name else ""
    at = datetime.fromisoformat(_needed(element, time_name)).astimezone(UTC)
    name = _name(listing, _needed(element, "Key"))
    return Entry(name, at, version, element.tag.endswith("DeleteMarker"))


def _name(listing: ElementTree.Element, text: str) -> str:
    return unquote_plus(text) if listing.findtext("{*}EncodingType") == "url" else text


def _needed(element: ElementTree.Element, name: str) -> str:
    text = element.findtext(f"{{*}}{name}")
    if not text:
        raise ValueError(f"no {name}")
    return text


def _following(root: ElementTree.Element, markers: dict[str, str]) -> dict[str, str]:
    if root.findtext("{*}IsTruncated") != "true":
        return {}
    found = {name: root.findtext(f"{{*}}{element}") for name, element in markers.items()}
    following = {name: marker for name, marker in found.items() if marker}
    if "key-marker" in following:
        following["key-marker"] = _name(root, following["key-marker"])
    if not following:
        raise ValueError("a listing breaks off and does not say where")
    return following
