"""clamd from Debian's packages, knowing one signature: that of the harmless EICAR test file.

The signature databases proper are fetched by freshclam from the network, which tests do without.
"""

import base64
import hashlib
import os
import shutil
from pathlib import Path
from typing import Any

from tests.engines import programs
from tests.engines.server import Server, answers, free_port, launch

# The EICAR test file, kept encoded so that no scanner takes this source for it.
EICAR = base64.b64decode(
    "WDVPIVAlQEFQWzRcUFpYNTQoUF4pN0NDKTd9JEVJQ0FSLVNUQU5EQVJELUFOVElWSVJVUy1URVNULUZJTEUhJEgrSCo="
)
_CONFIGURATION = """\
Foreground yes
DatabaseDirectory {space}/signatures
TCPAddr 127.0.0.1
TCPSocket {port}
StreamMaxLength 100M
ReadTimeout 30
{user}
"""


def start(space: Path) -> Server:
    """Start it with its signatures and settings under this directory."""
    if shutil.which("clamd") is None:
        programs.debian("clamav-daemon")
    port = free_port()
    signatures = space / "signatures"
    signatures.mkdir()
    digest, size_bytes = hashlib.sha256(EICAR).hexdigest(), len(EICAR)
    (signatures / "test.hsb").write_text(f"{digest}:{size_bytes}:Eicar-Test-Signature\n")
    user = "User root" if os.geteuid() == 0 else ""
    settings = space / "clamd.conf"
    settings.write_text(_CONFIGURATION.format(space=space, port=port, user=user))
    command: list[str | Path] = ["clamd", "-c", settings]
    options: dict[str, Any] = {}
    process = launch(command, space / "log", lambda: answers(port), **options)
    return Server(f"clamd://127.0.0.1:{port}", process)
