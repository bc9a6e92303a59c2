"""Two S3 servers of different makers: MinIO and versitygw, built with `go install` where not at hand."""

import os
from pathlib import Path

from tests.engines.programs import go_program
from tests.engines.server import Server, answers, free_port, launch, password

_KEY = "edrmstest"


def start_minio(space: Path) -> Server:
    """MinIO with its data under this directory. Community MinIO ends with this version."""
    program = go_program("minio", "github.com/minio/minio", "v0.0.0-20260212201848-7aac2a2c5b7c")
    secret, port = password(), free_port()
    (space / "data").mkdir()
    command: list[str | Path] = [
        program, "server", "--quiet", "--address", f"127.0.0.1:{port}",
        "--console-address", f"127.0.0.1:{free_port()}", space / "data",
    ]  # fmt: skip
    given = {"MINIO_ROOT_USER": _KEY, "MINIO_ROOT_PASSWORD": secret, "MINIO_BROWSER": "off"}
    process = launch(command, space / "log", lambda: answers(port), env=os.environ | given)
    return Server(f"s3+http://{_KEY}:{secret}@127.0.0.1:{port}", process)


def start_versitygw(space: Path) -> Server:
    """versitygw over a directory, old versions kept in another."""
    program = go_program("versitygw", "github.com/versity/versitygw/cmd/versitygw", "v1.8.0")
    secret, port = password(), free_port()
    for name in ("data", "versions"):
        (space / name).mkdir()
    command: list[str | Path] = [
        program, "--port", f"127.0.0.1:{port}", "posix", "--versioning-dir", space / "versions",
        space / "data",
    ]  # fmt: skip
    given = {"ROOT_ACCESS_KEY": _KEY, "ROOT_SECRET_KEY": secret}
    process = launch(command, space / "log", lambda: answers(port), env=os.environ | given)
    return Server(f"s3+http://{_KEY}:{secret}@127.0.0.1:{port}", process)
