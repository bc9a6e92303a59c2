"""What every service of docker-compose.yml owes, as functions from the file to the sentences that say where
it does not keep it. They read text only, so planted faults can be put before them.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from edrms.settings import PREFIX, Settings
from tests.engines.compose_file import Service, services

_POINTERS = {"EDRMS_SECRETS_DIRECTORY", "EDRMS_SETTINGS_FILE"}
_SECRET = re.compile(r"PASSWORD|SECRET|TOKEN|ACCESS_KEY|ROOT_USER|ROOT_KEY", re.IGNORECASE)
_VERSION = re.compile(r":[0-9]")
_DOOR = "proxy"


def faults(content: Mapping[str, Any]) -> list[str]:
    """Every fault of the file; none is the only good answer."""
    found = [fault for service in services(content).values() for fault in _of_service(service)]
    return found + list(_of_networks(content)) + list(_of_volumes(content))


def _of_service(service: Service) -> Iterator[str]:
    for rule in _RULES:
        for fault in rule(service):
            yield f"{service.name}: {fault}"


def _says_whether_it_is_well(service: Service) -> Iterator[str]:
    if not service.is_one_shot and not service.health_command:
        yield "no health check"
    if not service.is_one_shot and service.fields.get("restart") != "unless-stopped":
        yield "is not started again after a crash"


def _has_limits(service: Service) -> Iterator[str]:
    limits = service.fields.get("deploy", {}).get("resources", {}).get("limits", {})
    for name in {"cpus", "memory", "pids"} - limits.keys():
        yield f"no limit of {name}"
    if "max-size" not in service.fields.get("logging", {}).get("options", {}):
        yield "its log may grow without end"


def _may_do_little(service: Service) -> Iterator[str]:
    fields = service.fields
    if fields.get("privileged") or fields.get("cap_add") or fields.get("pid"):
        yield "has rights beyond its own"
    if fields.get("cap_drop") != ["ALL"]:
        yield "keeps capabilities"
    if "no-new-privileges:true" not in fields.get("security_opt", []):
        yield "may gain privileges"
    if not fields.get("read_only") and not fields.get("x-not-read-only"):
        yield "its root may be written, and no reason is given"
    if str(fields.get("user", "1")).split(":")[0] in {"0", "root"}:
        yield "runs as root"
    if any("docker.sock" in source for source, _ in service.mounts):
        yield "has the engine's socket"


def _is_pinned(service: Service) -> Iterator[str]:
    image = str(service.fields.get("image", ""))
    if not _VERSION.search(image) or image.endswith(":latest"):
        yield f"its image has no version: {image}"


def _has_no_password(service: Service) -> Iterator[str]:
    for name, value in service.environment.items():
        is_path = name.endswith(("_FILE", "_DIRECTORY")) and value.startswith("/run/secrets/")
        if _SECRET.search(name) and not is_path:
            yield f"{name} is written here"
        if re.search(r"//[^/@:]*:[^/@]*@", value):
            yield f"{name} has a password in its URL"


def _names_real_settings(service: Service) -> Iterator[str]:
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields} | _POINTERS
    for name in service.environment.keys() - known:
        if name.startswith(PREFIX):
            yield f"there is no setting {name}"


def _is_reached_by_the_door_only(service: Service) -> Iterator[str]:
    if service.fields.get("ports") and service.name != _DOOR:
        yield "is reachable from outside"
    if service.fields.get("network_mode", "none") != "none":
        yield "is not on the networks of this file"
    if service.fields.get("container_name") and service.name in {"web", "worker"}:
        yield "cannot be scaled: its container has a fixed name"


_RULES: tuple[Callable[[Service], Iterator[str]], ...] = (
    _says_whether_it_is_well,
    _has_limits,
    _may_do_little,
    _is_pinned,
    _has_no_password,
    _names_real_settings,
    _is_reached_by_the_door_only,
)


def _of_networks(content: Mapping[str, Any]) -> Iterator[str]:
    declared = content["networks"]
    for name, network in declared.items():
        if name != "outside" and not (network or {}).get("internal"):
            yield f"network {name} leads outside"
    for service in services(content).values():
        for name in service.fields.get("networks", []):
            if name not in declared:
                yield f"{service.name}: there is no network {name}"
            elif name == "outside" and service.name not in {_DOOR, "signatures"}:
                yield f"{service.name}: has a way outside"


def _of_volumes(content: Mapping[str, Any]) -> Iterator[str]:
    used = {
        source
        for service in services(content).values()
        for source, _ in service.mounts
        if source and not source.startswith(".")
    }
    for name in sorted(used - content["volumes"].keys()):
        yield f"volume {name} is not declared"
    for name in sorted(content["volumes"].keys() - used):
        yield f"volume {name} is not used"
