"""`python -m tests.engines.profile COMMAND ...`: run a command with the service profile's settings.

The real servers are started (tests.engines), empty databases, a bucket and an index are made up on them,
and the command finds their URLs in EDRMS_DATABASE_URL, EDRMS_KEYS_URL and so on (NAMES). Where
those are set already nothing is started. Everything made here is removed when the command ends.
"""

import os
import signal
import subprocess
import sys

from tests.engines import instances
from tests.engines.__main__ import running
from tests.engines.programs import CannotInstall, say
from tests.engines.wanted import Engine

NAMES = ("EDRMS_DATABASE_URL", "EDRMS_KEYS_URL", "EDRMS_OBJECTS_URL", "EDRMS_SEARCH_URL")
ENGINES = [Engine.POSTGRESQL, Engine.MINIO, Engine.OPENSEARCH]


def main(command: list[str]) -> int:
    """Start what is missing, run, remove; the exit status is the command's."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if all(os.environ.get(name) for name in NAMES):
        return subprocess.run(command).returncode
    try:
        with running(ENGINES) as environment:
            os.environ |= environment
            return _on_servers(command)
    except CannotInstall as error:
        say(str(error))
        return 1
    except KeyboardInterrupt:
        return 130


def _on_servers(command: list[str]) -> int:
    urls = (
        instances.new_database(), instances.new_database(), instances.new_bucket(),
        instances.new_index(),
    )  # fmt: skip
    given = dict(zip(NAMES, urls, strict=True)) | {"EDRMS_PROFILE": "service"}
    try:
        return subprocess.run(command, env=os.environ | given).returncode
    finally:
        instances.remove_all()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
