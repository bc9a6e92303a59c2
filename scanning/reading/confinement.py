"""What a process that parses foreign bytes may not do, asked of the Linux kernel through ctypes.

Resource limits, no new privileges, own namespaces, and Landlock: the child sees its work directory
and the programs, not the database, the keys or the network. A kernel that lacks one of these is
told of in the answers (which a status page shows); it never stops the reading. Who is confined and
when is `sandbox_server`'s business.
"""

import ctypes
import os
import resource
import signal
import struct
import sys
from collections.abc import Iterable
from pathlib import Path

_libc = ctypes.CDLL(None, use_errno=True)

# linux/prctl.h, linux/sched.h, linux/landlock.h
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_CHILD_SUBREAPER, _PR_SET_NO_NEW_PRIVS = 1, 4, 36, 38
_CLONE_NEWIPC, _CLONE_NEWUSER, _CLONE_NEWPID, _CLONE_NEWNET = (
    0x08000000,
    0x10000000,
    0x20000000,
    0x40000000,
)
_LANDLOCK_CREATE, _LANDLOCK_ADD_RULE, _LANDLOCK_RESTRICT = 444, 445, 446
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR, _TRUNCATE = 1, 2, 4, 8, 1 << 14
_READ = _EXECUTE | _READ_FILE | _READ_DIR
_FILE_ONLY = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE

SYSTEM_READABLE = tuple(
    Path(name)
    for name in (
        "/usr",
        "/lib",
        "/lib64",
        "/bin",
        "/etc/ld.so.cache",
        "/etc/fonts",
        "/etc/magic",
        "/etc/localtime",
        "/dev/urandom",
        "/dev/zero",
        "/proc/self",
        "/sys/devices/system/cpu",
        sys.prefix,
        sys.base_prefix,
    )
)


def _prctl(option: int, value: int) -> bool:
    return bool(_libc.prctl(option, value, 0, 0, 0) == 0)


def die_with_parent() -> bool:
    """The kernel kills this process when the thread that forked it ends."""
    return _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


def hide_memory() -> bool:
    """No core dump, and no other process of the same account may look into this one."""
    return _prctl(_PR_SET_DUMPABLE, 0)


def refuse_new_privileges() -> bool:
    """A setuid program gives nothing to this process or its descendants."""
    return _prctl(_PR_SET_NO_NEW_PRIVS, 1)


def adopt_orphans() -> bool:
    """Descendants whose parent ended become this process's children, so it can find them."""
    return _prctl(_PR_SET_CHILD_SUBREAPER, 1)


def own_namespaces() -> bool:
    """The next child gets process ids of its own, and no network but a dead loopback.

    Returns False where the kernel or the container forbids it.
    """
    wanted = _CLONE_NEWPID | _CLONE_NEWNET | _CLONE_NEWIPC
    return bool(_libc.unshare(wanted) == 0 or _libc.unshare(wanted | _CLONE_NEWUSER) == 0)


def set_limits(memory_bytes: int, cpu_s: int, output_bytes: int) -> None:
    """Limits per process, inherited by programs it starts (tesseract)."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + 2))
    resource.setrlimit(resource.RLIMIT_FSIZE, (output_bytes, output_bytes))
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, 256))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def landlock_version() -> int:
    """Landlock version of the running kernel, 0 when it has none (linux/landlock.h)."""
    return max(0, int(_libc.syscall(_LANDLOCK_CREATE, None, 0, 1)))


def restrict_files(readable: Iterable[Path], writable: Iterable[Path]) -> bool:
    """From here on only these trees can be reached, and (version 4 on) no TCP.

    Needs `refuse_new_privileges` first. Returns False where the kernel has no Landlock.
    """
    version = landlock_version()
    if version == 0:
        return False
    everything = (1 << 13) - 1 | (1 << 13 if version >= 2 else 0)
    everything |= _TRUNCATE if version >= 3 else 0
    ruleset = _ruleset(version, everything)
    for path in readable:
        _allow(ruleset, path, _READ)
    for path in writable:
        _allow(ruleset, path, everything)
    _allow(ruleset, Path("/dev/null"), everything)
    restricted = _libc.syscall(_LANDLOCK_RESTRICT, ruleset, 0) == 0
    os.close(ruleset)
    return bool(restricted)


def _ruleset(version: int, files: int) -> int:
    tcp = 3 if version >= 4 else 0
    scopes = 3 if version >= 6 else 0  # abstract sockets and signals
    size_bytes = 24 if version >= 6 else 16 if version >= 4 else 8
    attributes = struct.pack("=QQQ", files, tcp, scopes)[:size_bytes]
    ruleset: int = _libc.syscall(_LANDLOCK_CREATE, attributes, size_bytes, 0)
    if ruleset < 0:
        raise OSError(ctypes.get_errno(), "landlock_create_ruleset")
    return ruleset


def _allow(ruleset: int, path: Path, access: int) -> None:
    if not path.exists():
        return
    allowed = access if path.is_dir() else access & _FILE_ONLY
    beneath = os.open(path, os.O_PATH | os.O_CLOEXEC)
    rule = struct.pack("=Qi", allowed, beneath)
    added = _libc.syscall(_LANDLOCK_ADD_RULE, ruleset, 1, rule, 0)
    os.close(beneath)
    if added != 0:
        raise OSError(ctypes.get_errno(), "landlock_add_rule")
