"""One OpenSearch node with all its modules, its jars from Maven Central."""

import urllib.error
import urllib.request
from pathlib import Path

from tests.engines import programs
from tests.engines.server import Server, free_port, launch

_HERE = Path(__file__).parent
_HEAP = "-Xmx768m"


def start(space: Path) -> Server:
    """Start it with its data under this directory."""
    classes, port = programs.class_path("opensearch"), free_port()
    command: list[str | Path] = [
        "java", _HEAP, "-cp", classes, _HERE / "Launcher.java", space / "node", str(port),
        str(free_port()),
    ]  # fmt: skip
    process = launch(command, space / "log", lambda: _is_ready(port))
    return Server(f"opensearch+http://127.0.0.1:{port}", process)


def _is_ready(port: int) -> bool:
    url = f"http://127.0.0.1:{port}/_cluster/health?wait_for_status=yellow&timeout=5s"
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False
