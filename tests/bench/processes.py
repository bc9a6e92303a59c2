"""A process and all below it, as /proc shows them: who they are, their memory, their processor time."""

import os
import resource
from collections.abc import Iterator
from pathlib import Path

_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")
_GONE = (FileNotFoundError, ProcessLookupError)


def family(pid: int) -> Iterator[int]:
    """The process and everything below it, itself first."""
    yield pid
    for task in Path(f"/proc/{pid}/task").glob("*/children"):
        try:
            children = task.read_text().split()
        except _GONE:
            continue
        for child in children:
            yield from family(int(child))


def process_of(kind: str) -> int:
    """The process below this one that was started as `python -m api.process KIND ...`."""
    for pid in family(os.getpid()):
        command = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
        if command[1:4] == ["-m", "api.process", kind]:
            return pid
    raise LookupError(f"no process {kind}")


def memory_bytes(pid: int, measure: str) -> int:
    """Rss or Pss of one process; 0 for one that has just ended."""
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except _GONE:
        return 0
    lines = (line.split() for line in rollup.splitlines())
    return next((int(words[1]) * 1024 for words in lines if words[0] == f"{measure}:"), 0)


def processor_s() -> float:
    """Processor seconds so far of this process, of all below it, and of those that have ended."""
    return sum(processor_s_of(pid) for pid in family(os.getpid()))


def processor_s_below() -> float:
    """The same without this process itself."""
    return processor_s() - processor_s_of(os.getpid())


def processor_s_of(pid: int) -> float:
    """proc(5), stat: utime, stime, cutime and cstime are fields 14 to 17."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except _GONE:
        return 0.0
    return sum(int(ticks) for ticks in fields[11:15]) / _TICKS_A_SECOND


def ended_children_processor_s() -> float:
    """Processor seconds of children of this process that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
