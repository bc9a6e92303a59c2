"""docker-compose.yml without Docker: the very commands and environment of secrets, minio-account, setup, web,
worker, sealer and proxy, started as processes against the real servers, and a letter taken through them.

`python -m tests.engines.compose` starts the servers and says what it checks; it ends with 1 at the first
thing that differs from what docs/operations.md promises. With `--only postgresql,minio` an engine left
out is the embedded one.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.engines.__main__ import running
from tests.engines.compose_engines import SERVERS, Engines
from tests.engines.compose_file import FILE, Service, read, services
from tests.engines.compose_journey import (
    Differs,
    Door,
    journey,
    no_web_left,
    nothing_private,
    said,
)
from tests.engines.compose_places import NotPlaced, Places
from tests.engines.name_server import NameServer
from tests.engines.programs import CannotInstall, go_program
from tests.engines.server import free_port
from tests.engines.wanted import Engine

HEALTHY_WITHIN_S = 120
WEB_ADDRESSES = ("127.0.0.1", "127.0.0.2")
CADDY = ("caddy", "github.com/caddyserver/caddy/v2/cmd/caddy", "v2.11.4")
_VARIABLES_OF = {
    Engine.POSTGRESQL: ("EDRMS_DATABASE_URL", "EDRMS_DATABASE_OWNER_URL", "EDRMS_KEYS_URL"),
    Engine.MINIO: ("EDRMS_OBJECTS_URL",),
    Engine.OPENSEARCH: ("EDRMS_SEARCH_URL",),
    Engine.CLAMAV: ("EDRMS_ANTIVIRUS_URL",),
}


@dataclass
class Process:
    """A container's stand-in. health: the words of its health check, with this machine's places."""

    service: Service
    environment: Mapping[str, str]
    health: list[str]
    running: subprocess.Popen[bytes]
    log: Path

    def wait_until_healthy(self) -> None:
        """Run the service's own health check until it succeeds. Raises Differs."""
        deadline = time.monotonic() + HEALTHY_WITHIN_S
        while time.monotonic() < deadline and self.running.poll() is None:
            result = subprocess.run(
                self.health, env=self.environment, capture_output=True, text=True
            )
            if result.returncode == 0:
                said(f"{self.service.name} is healthy: {result.stdout.strip()}")
                return
            time.sleep(0.5)
        raise Differs(f"{self.service.name} did not become healthy:\n{self.last_words()}")

    def stop(self) -> None:
        """SIGTERM, as `docker compose stop` sends it, and no more than the grace the file gives."""
        self.running.send_signal(signal.SIGTERM)
        try:
            status = self.running.wait(self.service.stop_within_s)
        except subprocess.TimeoutExpired as error:
            raise Differs(f"{self.service.name} did not stop in time") from error
        if status != 0:
            raise Differs(f"{self.service.name} ended with {status}:\n{self.last_words()}")
        said(f"{self.service.name} stopped")

    def last_words(self) -> str:
        """The end of its log."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-20:])


class Profile:
    """The services of the file on this machine, below one directory."""

    def __init__(self, root: Path, engines: Engines) -> None:
        self.root = root
        self.engines = engines
        self.services = services(read())
        self.processes: list[Process] = []
        self.web_port, self.https_port = free_port(), free_port()
        self.places = Places(root, self._texts())

    def _texts(self) -> dict[str, str]:
        return {
            "/run/secrets/minio": f"{self.root}/minio-root",
            "/run/secrets": f"{self.root}/secrets",
            "/secrets": f"{self.root}/secrets",
            "/var/tmp": f"{self.root}/tmp",
            "/var/lib/edrms": f"{self.root}/home",
            "/var/lib/edrms-checkpoints": f"{self.root}/checkpoints",
            "/etc/caddy": f"{self.root}/caddy",
            **self.engines.texts(),
        }

    def once(self, name: str, *command: str) -> str:
        """Run a service to its end, or another command in its place; returns what it printed."""
        service = self.services[name]
        words = ["edrms", *(command or self.places.words(service, service.command))]
        environment = self._environment(service, self.places)
        result = subprocess.run(words, env=environment, capture_output=True, text=True)
        if result.returncode:
            raise Differs(f"{name}: {' '.join(words)} failed:\n{result.stdout}{result.stderr}")
        said(f"{name}: edrms {words[1]} done")
        return result.stdout

    def start(self, name: str, places: Places, program: str | Path = "edrms") -> Process:
        """Start a service; it is not waited for."""
        service = self.services[name]
        environment = self._environment(service, places)
        log = self.root / f"{name}-{len(self.processes)}.log"
        words = [str(program), *places.words(service, service.command)]
        with log.open("wb") as output:
            process = subprocess.Popen(
                words, env=environment, stdin=subprocess.DEVNULL, stdout=output, stderr=output
            )
        health = [places.put(word) for word in service.health_command]
        self.processes.append(Process(service, environment, health, process, log))
        return self.processes[-1]

    def web(self, number: int) -> Process:
        """One of several web containers: an address of its own, the same port."""
        values = {"EDRMS_HOST": WEB_ADDRESSES[number], "EDRMS_PORT": str(self.web_port)}
        values["EDRMS_CONTENT_URL"] = f"https://files.localhost:{self.https_port}"
        return self.start("web", self._own(f"web-{number}").also({}, values))

    def worker(self) -> Process:
        """The worker container."""
        return self.start("worker", self._own("worker"))

    def sealer(self) -> Process:
        """The container that seals the audit log."""
        return self.start("sealer", self._own("sealer"))

    def _own(self, name: str) -> Places:
        """A container's own volume, where the engines are the service's."""
        if Engine.OPENSEARCH.value not in self.engines.urls:
            return self.places  # the embedded index is in the home they share
        home = self.root / name
        home.mkdir()
        return self.places.also({"/var/lib/edrms": str(home)})

    def _environment(self, service: Service, places: Places) -> dict[str, str]:
        left_out = {
            variable
            for engine, variables in _VARIABLES_OF.items()
            if engine.value not in self.engines.urls
            for variable in variables
        }
        kept = {name: value for name, value in service.environment.items() if name not in left_out}
        return places.environment(Service(service.name, {"environment": kept}))

    def make_role(self) -> None:
        """Run what PostgreSQL's container runs when it first starts."""
        service = self.services["postgres"]
        values = self.engines.postgres_values(self.root / "secrets/postgres/superuser_password")
        environment = self.places.also({}, values).environment(service) | values
        script = FILE.parent / "deploy/application-role.sh"
        result = subprocess.run([script], env=environment, capture_output=True, text=True)
        if result.returncode:
            raise Differs(f"postgres: {script.name} failed:\n{result.stderr}")
        said("postgres: the roles and their databases are made")

    def expect_log(self, guarded: str) -> None:
        """Ask as a worker, which has the service's own role, how the audit log is guarded. Raises Differs."""
        said_so = self.once("worker", "health", "database")
        if guarded not in said_so:
            raise Differs(f"health database: expected {guarded!r}: {said_so}")

    def stop(self) -> None:
        """Stop what runs, the last started first."""
        while self.processes:
            self.processes.pop().stop()

    def kill(self) -> None:
        """Leave nothing running, whatever went wrong."""
        for process in self.processes:
            process.running.kill()
            process.running.wait()


@contextmanager
def profile(urls: Mapping[str, str]) -> Iterator[Profile]:
    """A profile in a directory of its own; afterwards nothing of it is left anywhere."""
    engines = Engines.of(urls)
    with tempfile.TemporaryDirectory(prefix="edrms-compose-") as directory:
        made = Profile(Path(directory), engines)
        (made.root / "tmp").mkdir()
        try:
            yield made
        finally:
            made.kill()
            engines.remove(_access_key(made.root))


def _access_key(root: Path) -> str:
    file = root / "secrets/edrms/edrms_objects_access_key"
    return file.read_text() if file.exists() else "none"


def check(urls: Mapping[str, str]) -> None:
    """Start everything in the file's order, take a letter through it, stop. Raises Differs."""
    with profile(urls) as made, ExitStack() as stack:
        made.once("secrets")
        if "made" in made.once("secrets"):
            raise Differs("secrets: made again what was there")
        if Engine.POSTGRESQL.value in urls:
            made.make_role()
        if Engine.MINIO.value in urls:
            made.engines.write_minio_root(made.root / "minio-root")
            made.once("minio-account")
        made.once("setup")
        made.once("setup")
        if Engine.POSTGRESQL.value in urls:
            _roles_are_apart(made)
        webs = [made.web(number) for number in range(len(WEB_ADDRESSES))]
        worker, sealer = made.worker(), made.sealer()
        for process in (*webs, worker, sealer):
            process.wait_until_healthy()
        names = stack.enter_context(NameServer("web", list(WEB_ADDRESSES)))
        proxy = made.start("proxy", _proxy_places(made, names), go_program(*CADDY))
        proxy.wait_until_healthy()

        def leave_one_web() -> None:
            made.processes.remove(webs[1])
            webs[1].stop()  # its address is still given out, as just after a crash

        door = Door.of(proxy.environment)
        journey(made.once, door, leave_one_web)
        made.processes.remove(webs[0])
        webs[0].stop()
        no_web_left(door)
        made.stop()
        nothing_private(proxy.log.read_text())
        if "Every page accepted is accounted for" not in made.once("setup", "verify"):
            raise Differs("verify: not every page is accounted for")


def _roles_are_apart(made: Profile) -> None:
    """The service's role cannot rewrite the log; nor can it after an instance made before is parted."""
    made.engines.give_all_to_the_application()
    made.expect_log("guarded by triggers only")
    made.make_role()  # what docs/operations.md says to do with such an instance
    made.once("setup", "migrate")
    made.expect_log("out of this role's reach")


def _proxy_places(made: Profile, names: NameServer) -> Places:
    data, settings = made.root / "proxy", made.root / "caddy"
    data.mkdir()
    settings.mkdir()
    shutil.copy(FILE.parent / "deploy/Caddyfile", settings)
    ports = {name: str(free_port()) for name in ("HTTP_PORT", "HEALTH_PORT")}
    ports["HTTPS_PORT"] = str(made.https_port)
    values = {"WEB_PORT": str(made.web_port), "RESOLVER": names.address, **ports}
    values["LARGEST_REQUEST"] = "3MiB"  # the one size changed: a gigabyte would only take time
    texts = {"8081": ports["HEALTH_PORT"], "/data": str(data), "/tmp": f"{made.root}/tmp"}
    return made.places.also(texts, values)


def main(arguments: list[str]) -> int:
    """Start the servers, check, stop them; 0 when everything is as promised."""
    parser = argparse.ArgumentParser(prog="python -m tests.engines.compose")
    parser.add_argument("--only", default="", help="servers to use, for example postgresql,minio")
    only = [name for name in parser.parse_args(arguments).only.upper().split(",") if name]
    engines = [engine for engine in SERVERS if not only or engine.name in only]
    try:
        with running(engines) as urls:
            check({name: url for name, url in urls.items() if name in list(Engine)})
    except (Differs, NotPlaced, CannotInstall) as error:
        print(f"compose: {error}", file=sys.stderr)
        return 1
    said("everything is as docker-compose.yml and docs/operations.md say")
    return 0


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    sys.exit(main(sys.argv[1:]))
