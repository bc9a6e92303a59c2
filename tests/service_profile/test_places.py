"""The check without Docker leaves no host or path of the file in place: it would test another machine's."""

from pathlib import Path

import pytest

from tests.engines.compose_file import Service
from tests.engines.compose_places import NotPlaced, Places
from tests.engines.name_server import NameServer

HERE = Places(Path("/here"), {"postgres:5432": "127.0.0.1:6000", "/run/secrets": "/here/secrets"})


def service(**environment: str) -> Service:
    """A service with this environment."""
    return Service("web", {"environment": environment})


def test_every_place_is_put_in_and_nothing_else_is_changed() -> None:
    given = HERE.environment(
        service(A="postgresql://edrms@postgres:5432/edrms", B="/run/secrets/edrms", C="as it is")
    )
    assert given["A"] == "postgresql://edrms@127.0.0.1:6000/edrms"
    assert given["B"] == "/here/secrets/edrms"
    assert given["C"] == "as it is"


@pytest.mark.parametrize(
    "value", ["s3+http://minio:9000/b", "https://10.0.0.8/", "/var/lib/edrms", "0.0.0.0"]
)
def test_a_host_or_path_without_a_place_is_refused(value: str) -> None:
    with pytest.raises(NotPlaced, match="web: A"):
        HERE.environment(service(A=value))


def test_a_path_without_a_place_in_a_command_is_refused() -> None:
    with pytest.raises(NotPlaced, match="/etc/other"):
        HERE.words(service(), ["run", "/etc/other"])


def test_nothing_of_our_own_environment_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EDRMS_COUNCIL_NAME", "Elsewhere")
    assert "EDRMS_COUNCIL_NAME" not in HERE.environment(service())


def test_the_name_server_gives_every_address_of_its_name_and_none_of_another() -> None:
    server = NameServer("web", ["127.0.0.1", "127.0.0.2"])
    asked = b"\x00\x07\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x03web\x00\x00\x01\x00\x01"
    with server:
        answer, other = server.answer(asked), server.answer(asked.replace(b"web", b"wet"))
    assert answer[:2] == b"\x00\x07"
    assert answer.endswith(b"\x7f\x00\x00\x02") and b"\x7f\x00\x00\x01" in answer
    assert other[3] & 0x0F == 3
