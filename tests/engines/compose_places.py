"""Where each host, port and path of docker-compose.yml is on this machine, and the check that none is left.

Only places are put in: what a variable says besides stays as the file has it. A process started here
gets nothing of our own environment.
"""

import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from tests.engines.compose_file import FILE, Service

LOOPBACK = "127.0.0."
_SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"


class NotPlaced(ValueError):
    """A host or path of the file has no place on this machine: the table must say where it is."""


@dataclass(frozen=True)
class Places:
    """texts: what to put for a text wherever it stands. values: what a variable is here."""

    root: Path
    texts: Mapping[str, str]
    values: Mapping[str, str] = field(default_factory=dict)

    def also(self, texts: Mapping[str, str], values: Mapping[str, str] | None = None) -> "Places":
        """The same with more of both."""
        return Places(self.root, {**self.texts, **texts}, {**self.values, **(values or {})})

    def environment(self, service: Service) -> dict[str, str]:
        """The environment of a process of this service. Raises NotPlaced."""
        given = {
            name: self.values.get(name, self.put(value))
            for name, value in service.environment.items()
        }
        for name, value in given.items():
            self._check(f"{service.name}: {name}", value)
        return {
            "PATH": f"{Path(sys.executable).parent}:{_SYSTEM_PATH}",
            "LANG": "C.UTF-8",
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONUNBUFFERED": "1",
            "PYTHONPATH": str(FILE.parent),  # this tree's code, wherever `edrms` was installed from
        } | given

    def words(self, service: Service, command: list[str]) -> list[str]:
        """A command of this service. Raises NotPlaced."""
        placed = [self.put(word) for word in command]
        for word in placed:
            self._check(f"{service.name}: its command", word)
        return placed

    def put(self, text: str) -> str:
        """The text with this machine's places, the longest match first."""
        known = "|".join(map(re.escape, sorted(self.texts, key=len, reverse=True)))
        return re.sub(known, lambda found: self.texts[found[0]], text) if known else text

    def _check(self, what: str, value: str) -> None:
        host = urlsplit(value).hostname if "://" in value else None
        if host is not None and not host.startswith(LOOPBACK) and not host.endswith(".localhost"):
            raise NotPlaced(f"{what}: the host {host} has no place here")
        if value.startswith("/") and not Path(value).is_relative_to(self.root):
            raise NotPlaced(f"{what}: the path {value} has no place here")
        if value == "0.0.0.0":
            raise NotPlaced(f"{what}: every interface of this machine would be listened on")
