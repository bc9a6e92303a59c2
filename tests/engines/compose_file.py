"""docker-compose.yml as the checks read it: services, variables filled in, durations as seconds.

Only what the file uses is understood; anything else is an error. `docker compose config` reads the
same file, and tests/service_profile compares the two readings.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).resolve().parents[2] / "docker-compose.yml"
_VARIABLE = re.compile(r"\$(?:\$|\{([A-Z_]+):-([^}]*)\})")
_DURATION = re.compile(r"(\d+)(s|m)")
_SECONDS = {"s": 1, "m": 60}


@dataclass(frozen=True)
class Service:
    """One service of the file. `fields` is all that was written of it."""

    name: str
    fields: Mapping[str, Any]

    @property
    def command(self) -> list[str]:
        """The words after the image's entry point."""
        return [str(word) for word in self.fields.get("command", [])]

    @property
    def environment(self) -> dict[str, str]:
        """What the file sets; the image's own settings are in the Dockerfile."""
        return {name: str(value) for name, value in self.fields.get("environment", {}).items()}

    @property
    def is_ours(self) -> bool:
        """Whether it runs the `edrms` command of our own image."""
        return str(self.fields.get("image")).startswith("edrms:")

    @property
    def is_one_shot(self) -> bool:
        """Whether it does its work and ends."""
        return self.fields.get("restart") == "no"

    @property
    def health_command(self) -> list[str]:
        """The words of its health check; none if it has none."""
        kind, *words = self.fields.get("healthcheck", {}).get("test", ["NONE"])
        return ["/bin/sh", "-c", *words] if kind == "CMD-SHELL" else words

    @property
    def stop_within_s(self) -> int:
        """How long it may take to stop before it is killed."""
        return seconds(self.fields.get("stop_grace_period", "10s"))

    @property
    def mounts(self) -> list[tuple[str, str]]:
        """Source (a volume or path; "" for a fresh volume of its own) and target of each mount."""
        return [_mount(one) for one in self.fields.get("volumes", [])]


def read(text: str = "", given: Mapping[str, str] | None = None) -> dict[str, Any]:
    """The whole file, each ${NAME:-default} filled in from `given` or its default."""
    content: dict[str, Any] = yaml.safe_load(_filled(text or FILE.read_text(), given or {}))
    return content


def services(content: Mapping[str, Any]) -> dict[str, Service]:
    """The services of a file by name."""
    return {name: Service(name, fields) for name, fields in content["services"].items()}


def seconds(duration: str) -> int:
    """A duration such as 30s or 2m. Raises ValueError for another form."""
    found = _DURATION.fullmatch(duration)
    if found is None:
        raise ValueError(f"not a duration such as 30s: {duration}")
    return int(found[1]) * _SECONDS[found[2]]


def _filled(text: str, given: Mapping[str, str]) -> str:
    def fill(found: re.Match[str]) -> str:
        return "$" if found[1] is None else given.get(found[1], "") or found[2]

    return _VARIABLE.sub(fill, text)


def _mount(one: str | Mapping[str, Any]) -> tuple[str, str]:
    if isinstance(one, str):
        source, target = one.removesuffix(":ro").split(":")
        return source, target
    return one.get("source", ""), one["target"]
