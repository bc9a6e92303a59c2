"""Copying a stored object into a new file, the same for every engine; and how their limits are told."""

import errno
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from edrms.errors import Damaged, NoSpace, TooLarge, Unavailable
from edrms.ids import ObjectKey

CHUNK_BYTES = 1 << 20
_FULL = {errno.ENOSPC, errno.EDQUOT}


def copy_checked(opened: Callable[[], BinaryIO], key: ObjectKey, sha256: str, to: Path) -> None:
    """Copy into a new file, keeping nothing unless every byte arrived and hashes as recorded."""
    digest = hashlib.sha256()
    with opened() as source, to.open("xb") as target:
        try:
            while chunk := source.read(CHUNK_BYTES):
                digest.update(chunk)
                with disk_errors_named():
                    target.write(chunk)
            with disk_errors_named():
                target.flush()
            if digest.hexdigest() != sha256:
                raise Damaged("A stored file no longer hashes as recorded.", key=key)
        except BaseException:
            to.unlink()
            raise


@contextmanager
def disk_errors_named() -> Iterator[None]:
    """The operating system's errors in the words of the port."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise NoSpace(
                "The disk is full: nothing of this file was kept. Free some space, then try again."
            ) from error
        raise Unavailable("The store could not read or write.", cause=str(error)) from error


def too_large(max_bytes: int) -> TooLarge:
    """More came than a file may have."""
    return TooLarge(
        f"The file is larger than {max_bytes // (1 << 20)} MB. "
        "Nothing of it was kept: split it and send the parts.",
        max_bytes=max_bytes,
    )
