"""One OpenSearch node with all its modules, its jars from Maven Central."""

import shutil
import urllib.error
import urllib.request
from pathlib import Path

from tests.engines import programs
from tests.engines.server import Server, free_port, launch

_HERE = Path(__file__).parent
_HEAP = "-Xmx768m"


def start(space: Path) -> Server:
    """Start it with its data under this directory."""
    classes, port = _class_path(), free_port()
    command: list[str | Path] = [
        "java", _HEAP, "-cp", classes, _HERE / "Launcher.java", space / "node", str(port),
        str(free_port()),
    ]  # fmt: skip
    process = launch(command, space / "log", lambda: _is_ready(port))
    return Server(f"opensearch+http://127.0.0.1:{port}", process)


def _class_path() -> str:
    """The jars' paths, fetched once; the cache remembers them for this very pom.xml."""
    missing = [
        package
        for program, package in (("javac", "default-jdk-headless"), ("mvn", "maven"))
        if shutil.which(program) is None
    ]
    if missing:
        programs.debian(*missing)
    listed = programs.cache() / "opensearch-class-path"
    pom = (_HERE / "pom.xml").read_text()
    known = listed.read_text() if listed.exists() else ""
    if not known.startswith(pom) or not _all_there(known.removeprefix(pom)):
        programs.say("fetching OpenSearch")
        programs.run(
            "mvn", "-q", "-B", "-f", _HERE / "pom.xml",
            "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath",
            f"-Dmdep.outputFile={listed}.new",
        )  # fmt: skip
        listed.write_text(pom + Path(f"{listed}.new").read_text().strip())
        known = listed.read_text()
    return known.removeprefix(pom)


def _all_there(class_path: str) -> bool:
    return all(Path(jar).exists() for jar in class_path.split(":"))


def _is_ready(port: int) -> bool:
    url = f"http://127.0.0.1:{port}/_cluster/health?wait_for_status=yellow&timeout=5s"
    try:
        with urllib.request.urlopen(url, timeout=10) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False
