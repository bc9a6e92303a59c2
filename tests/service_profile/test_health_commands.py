"""`edrms health`: one line and the exit status, for a container's health check and for a person on call."""

from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest
from click.testing import CliRunner, Result
from werkzeug.serving import BaseWSGIServer, make_server

from api.app import create_app
from api.cli import main
from api.wiring import Instance
from edrms.access.model import Actor
from edrms.clock import SystemClock
from edrms.ids import StaffId
from edrms.jobs.presence import Presence
from tests import factories
from tests.engines.server import free_port

WORKER = Actor(StaffId("worker-1"), "EDRMS reading", frozenset())


def health(home: Path, part: str, **settings: str) -> Result:
    """Ask as the container does: by environment, in one command."""
    environment = {"EDRMS_HOME": str(home)} | settings
    return CliRunner().invoke(main, ["health", part], env=environment)


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Instance]:
    """An instance on the embedded engines, wherever the rest of the run is."""
    made = factories.new_instance(tmp_path / "home", database_url="", objects_url="", search_url="")
    yield made
    made.index.close()
    made.database.close()


@pytest.fixture
def port(made: Instance) -> Iterator[int]:
    """Where the web server of this instance answers."""
    server: BaseWSGIServer = make_server("127.0.0.1", 0, create_app(made))
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server.port
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_web_server_that_answers_is_well(made: Instance, port: int) -> None:
    said = health(made.settings.home, "web", EDRMS_HOST="0.0.0.0", EDRMS_PORT=str(port))
    assert (said.exit_code, said.output) == (0, f"web: answers on port {port}\n")


def test_a_web_server_that_does_not_answer_is_not_well(made: Instance) -> None:
    said = health(made.settings.home, "web", EDRMS_PORT=str(free_port()))
    assert said.exit_code == 1
    assert said.output.count("\n") == 1
    assert "no answer" in said.output


def test_a_database_with_its_tables_is_well(made: Instance) -> None:
    said = health(made.settings.home, "database")
    assert said.exit_code == 0
    assert said.output.startswith("database: reached, at migration")


def test_a_database_without_tables_is_not_well(tmp_path: Path) -> None:
    said = health(tmp_path, "database")
    assert said.exit_code == 1
    assert "edrms init" in said.output


def test_a_worker_seen_a_moment_ago_is_well(made: Instance) -> None:
    Presence(made.database, SystemClock()).say(WORKER, "read_page")
    said = health(made.settings.home, "worker")
    assert said.exit_code == 0
    assert said.output.startswith("worker: 1 of ")


def test_without_any_worker_of_this_machine_it_is_not_well(made: Instance) -> None:
    presence = Presence(made.database, SystemClock())
    presence.say(WORKER, "")
    presence.leave(WORKER)
    said = health(made.settings.home, "worker")
    assert said.exit_code == 1
    assert "none of" in said.output


def test_an_answer_carries_the_id_that_the_logs_have(made: Instance) -> None:
    browser = create_app(made).test_client()
    answer = browser.get("/api/v1/batches", headers={"X-Request-Id": "chosen by the asker"})
    assert answer.headers["X-Request-Id"] == answer.json["request_id"]
