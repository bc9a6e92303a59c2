"""A real server for the browser tests: `edrms up` as its own processes, over a small instance.

Holds no test. The instance has the sample post's invented clients and one staff member per role.
"""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from api.setting_up import make_instance
from edrms.access.roles import ROLES
from edrms.clients.model import Client, Identifier
from edrms.ids import ClientId, new_id
from edrms.settings import Settings
from edrms.staff.accounts import SYSTEM
from edrms.staff.persons import set_person
from edrms.uow import write
from retention.profiles import BASE
from retention.schedules import install
from scanning.sample_post.people import make_clients
from tests import factories

PASSWORD = "invented for the tests"
STARTS_WITHIN_S, STOPS_WITHIN_S = 180, 12  # patience on a busy machine, not a promise
ONE_READER = {
    "EDRMS_WORKER_PROCESSES": "1"
}  # a few letters: a second would only have to be started


@dataclass(frozen=True)
class RunningSite:
    """Where the server answers and where its instance lies."""

    address: str
    home: Path


@contextmanager
def running_site(home: Path) -> Iterator[RunningSite]:
    """Make an instance in home and serve it until the block ends."""
    _fill(home)
    port = _free_port()
    environment = os.environ | ONE_READER | {"EDRMS_HOME": str(home), "EDRMS_PORT": str(port)}
    with (home / "server.log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "api.command", "up"], env=environment, stdout=log, stderr=log
        )
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(address, server, home / "server.log")
            yield RunningSite(address, home)
        finally:
            _stop(server)


def _stop(server: subprocess.Popen[bytes]) -> None:
    """Ask it to stop; a run without a terminal may have taught it to ignore the first asking."""
    for how in (signal.SIGINT, signal.SIGTERM, signal.SIGKILL):
        server.send_signal(how)
        try:
            server.wait(STOPS_WITHIN_S)
        except subprocess.TimeoutExpired:
            continue
        return


def _fill(home: Path) -> None:
    instance, staff = make_instance(Settings(home=home)), {}
    with write(instance.database, SYSTEM, instance.clock) as work:
        for code, role in ROLES.items():
            staff[code] = factories.add_to_staff(
                work, code, code, name=role.name, password=PASSWORD
            )
        for person in make_clients():
            factories.add_to_register(
                work,
                Client(
                    ClientId(new_id()), person.forename, person.surname, person.service,
                    date_of_birth=person.date_of_birth, nhs_number=person.nhs_number,
                    other_names=person.other_names, address_lines=person.address_lines,
                    postcode=person.postcode, uprn=person.uprn, household=person.household_key,
                    identifiers=(Identifier(person.system, person.case_reference),),
                ),
            )  # fmt: skip
        install(work, BASE)
    knows = factories.actor("system_administrator", name="whoever set it up")
    for number, code in enumerate(("post_room", "quality_supervisor"), start=1):
        set_person(instance.database, instance.clock, knows, staff[code], f"E{number}", "")
    instance.database.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(address: str, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < deadline:
        if server.poll() is not None:
            break
        try:
            urllib.request.urlopen(f"{address}/api/v1/health", timeout=2).close()
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.2)
        else:
            return
    raise AssertionError(f"the server did not start:\n{log.read_text()[-3000:]}")
