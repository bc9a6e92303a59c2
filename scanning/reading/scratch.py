"""A worker's own scratch directory, and the removal of what dead workers left in theirs.

A directory belongs to the process that holds its lock; the kernel lets go of the lock when that
process ends, however it ends. Copies of originals lie here, so they must not outlive their use.
"""

import fcntl
import os
import shutil
import tempfile
from pathlib import Path

_held: list[int] = []  # locks of this process, kept until it ends


def own_scratch(parent: Path) -> Path:
    """A fresh private directory of this process under parent; those of dead processes are removed."""
    parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    sweeping = _locked(parent, wait=True)
    try:
        for left in parent.glob("worker-*"):
            _remove_if_left(left)
        made = Path(tempfile.mkdtemp(prefix="worker-", dir=parent))
        lock = _locked(made, wait=True)
        if lock is not None:
            _held.append(lock)
        return made
    finally:
        if sweeping is not None:
            os.close(sweeping)


def _remove_if_left(directory: Path) -> None:
    lock = _locked(directory, wait=False)
    if lock is not None:
        shutil.rmtree(directory, ignore_errors=True)
        os.close(lock)


def _locked(directory: Path, *, wait: bool) -> int | None:
    """A descriptor that holds the directory's lock, or None when another process has it."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor
