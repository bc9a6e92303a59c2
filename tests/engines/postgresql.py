"""A private PostgreSQL cluster on a free port, from Debian's packages where no program is at hand."""

import os
import shutil
from pathlib import Path
from typing import Any

import psycopg

from tests.engines import programs
from tests.engines.server import Server, free_port, launch, password

_OWNER = "postgres"  # PostgreSQL refuses to run as root


def start(space: Path) -> Server:
    """Start it with its data under this directory."""
    binaries = _binaries()
    data, secret, port = space / "data", password(), free_port()
    secret_file = space / "password"
    secret_file.write_text(secret)
    as_owner = _not_root(space)
    programs.run(
        *_setpriv(as_owner), binaries / "initdb", "-D", data, "-U", "edrms", "-A", "scram-sha-256",
        f"--pwfile={secret_file}", "-E", "UTF8", "--locale=C.UTF-8",
    )  # fmt: skip
    url = f"postgresql://edrms:{secret}@127.0.0.1:{port}/postgres"
    command: list[str | Path] = [
        binaries / "postgres", "-D", data, "-p", str(port), "-c", "listen_addresses=127.0.0.1",
        "-c", "unix_socket_directories=", "-c", "max_connections=200", *_careless(),
    ]  # fmt: skip
    return Server(url, launch(command, space / "log", lambda: _is_ready(url), **as_owner))


def _careless() -> list[str]:
    """Thousands of small databases are made and dropped by tests: no machine crashes under them, so nothing
    waits for the disk where it is asked for. Benches never ask."""
    if not os.environ.get("EDRMS_TEST_CARELESS"):
        return []
    settings = ("fsync=off", "full_page_writes=off", "wal_level=minimal", "max_wal_senders=0",
                "checkpoint_timeout=1h")  # fmt: skip
    return [word for one in settings for word in ("-c", one)]


def _binaries() -> Path:
    for attempt in ("at hand", "installed"):
        versions = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
        if versions:
            return versions[-1].parent
        if found := shutil.which("postgres"):
            return Path(found).resolve().parent
        if attempt == "at hand":
            programs.debian("postgresql")
    raise programs.CannotInstall("PostgreSQL was installed but its programs are not there")


def _not_root(space: Path) -> dict[str, Any]:
    """Who the server runs as: the package's own account when we are root, else ourselves."""
    if os.geteuid():
        return {}
    for path in (space, *space.iterdir()):
        shutil.chown(path, _OWNER, _OWNER)
    return {"user": _OWNER, "group": _OWNER, "extra_groups": []}


def _setpriv(as_owner: dict[str, Any]) -> list[str]:
    if not as_owner:
        return []
    return ["setpriv", f"--reuid={_OWNER}", f"--regid={_OWNER}", "--clear-groups"]


def _is_ready(url: str) -> bool:
    try:
        psycopg.connect(url, connect_timeout=2).close()
    except psycopg.OperationalError:
        return False
    return True
