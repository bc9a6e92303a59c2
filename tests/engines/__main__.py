"""`python -m tests.engines [--only NAME,...] COMMAND ...`: run a command beside the real servers.

The command finds their URLs in the environment (tests.engines.wanted). Servers whose URL is there
already are used as they are. Everything started here is stopped when the command ends.
"""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.engines import clamav, dovecot, opensearch, postgresql, programs, s3, verapdf
from tests.engines.server import Server
from tests.engines.wanted import REQUIRED, Engine

_STARTS: dict[Engine, Callable[[Path], Server]] = {
    Engine.POSTGRESQL: postgresql.start,
    Engine.MINIO: s3.start_minio,
    Engine.VERSITYGW: s3.start_versitygw,
    Engine.OPENSEARCH: opensearch.start,
    Engine.CLAMAV: clamav.start,
    Engine.DOVECOT: dovecot.start,
    Engine.VERAPDF: verapdf.start,
}


@contextmanager
def running(engines: list[Engine]) -> Iterator[dict[str, str]]:
    """Start these servers; gives the environment that names them; stops what was started."""
    with tempfile.TemporaryDirectory(prefix="edrms-engines-") as scratch, ExitStack() as stop:
        Path(scratch).chmod(0o755)
        environment = {REQUIRED: "1"}
        for engine in engines:
            url = os.environ.get(engine.value)
            if not url:
                space = Path(scratch) / engine.name.lower()
                space.mkdir()
                server = _STARTS[engine](space)
                stop.callback(server.stop)
                url = server.url
                programs.say(f"{engine.name} is running")
            environment[engine.value] = url
        yield environment


def main(arguments: list[str]) -> int:
    """Start, run, stop; the exit status is the command's."""
    engines = list(Engine)
    if arguments[:1] == ["--only"]:
        engines = [Engine[name.upper()] for name in arguments[1].split(",")]
        arguments = arguments[2:]
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with running(engines) as environment:
            return subprocess.run(arguments, env=os.environ | environment).returncode
    except programs.CannotInstall as error:
        programs.say(str(error))
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
