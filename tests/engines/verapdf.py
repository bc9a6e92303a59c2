"""veraPDF, the PDF/A validator of the PDF Association and others: its jars from Maven Central."""

import subprocess
from pathlib import Path

from tests.engines import programs
from tests.engines.server import Server

_VALIDATE = Path(__file__).parent / "Validate.java"
_TIMEOUT_S = 120


def start(_space: Path) -> Server:
    """Nothing runs: the URL is the class path. Java starts anew for each look."""
    return Server(programs.class_path("verapdf"))


def verdicts(class_path: str, files: list[Path]) -> dict[Path, str]:
    """What it says of each file as PDF/A-2b: "" that it is, else which clauses it breaks."""
    done = subprocess.run(
        ["java", "-cp", class_path, _VALIDATE, *files],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True, timeout=_TIMEOUT_S,
    )  # fmt: skip
    said = [line for line in done.stdout.splitlines() if line.startswith(("yes ", "no "))]
    return {
        file: line.partition(": ")[2] if line.startswith("no ") else ""
        for file, line in zip(files, said, strict=True)
    }
