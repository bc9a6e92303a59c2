"""The images hold what runs and nothing that builds, and none of them runs as root."""

import re
from pathlib import Path

import pytest

from tests.engines.compose_file import FILE, read, services
from tests.engines.compose_places import Places

TEXT = (FILE.parent / "Dockerfile").read_text()
IMAGES = ("proxy", "minio", "clamav", "service")
BUILDERS = ("front-end", "build", "go")
_NOT_IN_AN_IMAGE = re.compile(
    r"\b(gcc|g\+\+|build-essential|make|clang|golang|cargo|npm|nodejs|pip|ghostscript|git)\b"
)
_STAGE = re.compile(r"^FROM (\S+) AS (\S+)$", re.MULTILINE)


def stages(text: str) -> dict[str, str]:
    """The instructions of each stage by its name, continued lines joined, comments left out."""
    parts = _STAGE.split(re.sub(r"^#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " "))
    return dict(zip(parts[2::3], parts[3::3], strict=True))


def faults(name: str, text: str) -> list[str]:
    """What an image has that it must not, or lacks."""
    found = [f"{name}: {word}" for word in _NOT_IN_AN_IMAGE.findall(text)]
    users = re.findall(r"^USER (\S+)$", text, re.MULTILINE)
    if not users or not re.fullmatch(r"1000\d:1000\d", users[-1]):
        found.append(f"{name}: does not end as a user of its own")
    return found


@pytest.mark.parametrize("name", IMAGES)
def test_an_image_holds_nothing_that_builds_and_does_not_run_as_root(name: str) -> None:
    assert faults(name, stages(TEXT)[name]) == []


@pytest.mark.parametrize("line", ["RUN apt-get install gcc", "RUN apt-get install ghostscript"])
def test_a_compiler_or_ghostscript_in_an_image_is_found(line: str) -> None:
    assert faults("service", f"{stages(TEXT)['service']}\n{line}\n")


def test_an_image_that_ends_as_root_is_found() -> None:
    assert faults("service", f"{stages(TEXT)['service']}\nUSER root\n")


def test_every_stage_is_a_builder_or_an_image_and_every_image_is_used() -> None:
    assert set(stages(TEXT)) == {*IMAGES, *BUILDERS}
    used = {
        service.fields["build"]["target"]
        for service in services(read()).values()
        if "build" in service.fields
    }
    assert used == set(IMAGES)


def test_no_secret_is_named_in_a_layer() -> None:
    assert not re.search(r"^(ARG|ENV).*(PASSWORD|SECRET|TOKEN|KEY)", TEXT, re.MULTILINE)


def test_python_libraries_are_installed_by_their_hashes_only() -> None:
    assert TEXT.count("--require-hashes") == 1
    assert "--no-deps" in TEXT


def test_the_check_without_docker_gives_the_environment_the_image_gives() -> None:
    image = dict(
        re.findall(r"(\w+)=(\S+)", re.findall(r"^ENV (.*)$", stages(TEXT)["service"], re.M)[0])
    )
    service = services(read(text="services: {web: {image: 'edrms:1'}}"))["web"]
    here = Places(Path("/nowhere"), {}).environment(service)
    del here["PYTHONPATH"]  # where the code is: in the image it is installed, here it is this tree
    assert image.keys() == here.keys()
    assert {**image, "PATH": ""} == {**here, "PATH": ""}


def test_the_programs_built_are_the_ones_tested() -> None:
    tested = "".join(
        (FILE.parent / "tests/engines" / name).read_text() for name in ("s3.py", "compose.py")
    )
    for module, version in re.findall(r"go install .* (github\S+)@(\S+)", TEXT):
        assert f'"{module}", "{version}"' in tested
