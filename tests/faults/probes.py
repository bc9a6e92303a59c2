"""Small misbehaving functions for the sandbox's child to run, each one kind of harm."""

import os
import resource
import signal
import socket
import subprocess
import time
from pathlib import Path
from typing import Any

from scanning.reading.model import CannotRead, HeldReason, Limits

Plain = dict[str, Any]


def echo(args: Plain, workdir: Path, limits: Limits) -> Plain:
    return {"args": args, "workdir": str(workdir), "environment": sorted(os.environ)}


def refuse(args: Plain, workdir: Path, limits: Limits) -> Plain:
    raise CannotRead(HeldReason.DAMAGED, "as asked")


def fail(args: Plain, workdir: Path, limits: Limits) -> Plain:
    raise RuntimeError("the client's name would be here")


def hog_memory(args: Plain, workdir: Path, limits: Limits) -> Plain:
    return {"length": len(bytearray(limits.memory_bytes))}


def spin(args: Plain, workdir: Path, limits: Limits) -> Plain:
    while True:
        pass


def sleep(args: Plain, workdir: Path, limits: Limits) -> Plain:
    time.sleep(600)
    return {}


def start_a_program_and_sleep(args: Plain, workdir: Path, limits: Limits) -> Plain:
    """Programs in this process group and out of it; their process ids cannot be told outside."""
    script = "while true; do date +%s%N > beat-$0; sleep 0.05; done"
    subprocess.Popen(["sh", "-c", script, "inside"])
    subprocess.Popen(["sh", "-c", script, "outside"], start_new_session=True)
    time.sleep(args.get("for_s", 600))
    return {}


def flood_answer(args: Plain, workdir: Path, limits: Limits) -> Plain:
    return {"flood": "x" * (40 << 20)}


def flood_one_file(args: Plain, workdir: Path, limits: Limits) -> Plain:
    with (workdir / "flood").open("wb") as stream:
        while True:
            stream.write(bytes(1 << 20))


def flood_many_files(args: Plain, workdir: Path, limits: Limits) -> Plain:
    for number in range(10_000):
        (workdir / f"flood-{number}").write_bytes(bytes(1 << 20))
        time.sleep(0.01)
    return {}


def kill_itself(args: Plain, workdir: Path, limits: Limits) -> Plain:
    os.kill(os.getpid(), signal.SIGKILL)
    return {}


def kill_its_parent(args: Plain, workdir: Path, limits: Limits) -> Plain:
    """Where it succeeds, the kernel takes this process with it; where not, it says so."""
    os.kill(os.getppid(), signal.SIGKILL)
    time.sleep(0.5)
    return {"parent": "lives"}


def call_out(args: Plain, workdir: Path, limits: Limits) -> Plain:
    """Whether a listener of the test on this machine's loopback can be reached."""
    try:
        socket.create_connection(("127.0.0.1", args["port"]), timeout=1).close()
    except OSError:
        return {"connected": False}
    return {"connected": True}


def look_around(args: Plain, workdir: Path, limits: Limits) -> Plain:
    """Which of these files it can read, and whether it can write beside them."""
    found = {}
    for name in args["names"]:
        try:
            found[name] = bool(Path(name).read_bytes())
        except OSError:
            found[name] = False
    try:
        Path(args["write"]).write_text("x")
    except OSError:
        return {"read": found, "wrote": False}
    return {"read": found, "wrote": True}


def raise_its_limit(args: Plain, workdir: Path, limits: Limits) -> Plain:
    return {"soft": resource.getrlimit(resource.RLIMIT_AS)[0], "core": resource.getrlimit(4)[0]}
