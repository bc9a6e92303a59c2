"""docker-compose.yml keeps what docs/operations.md promises of it, and the check notices when it does not."""

from typing import Any

import pytest

from api.supervisor import GIVE_BACK_WITHIN_S, STOP_WITHIN_S
from tests.engines.compose_file import read, seconds, services
from tests.service_profile.compose_lint import faults


def test_the_compose_file_keeps_every_rule() -> None:
    assert faults(read()) == []


PLANTED: list[tuple[str, dict[str, Any], str]] = [
    ("web", {"healthcheck": {}}, "no health check"),
    ("worker", {"restart": "always"}, "not started again"),
    ("worker", {"deploy": {"resources": {"limits": {"cpus": "1", "pids": 1}}}}, "memory"),
    ("postgres", {"logging": {}}, "log may grow"),
    ("minio", {"cap_drop": []}, "keeps capabilities"),
    ("minio", {"cap_add": ["SYS_ADMIN"]}, "rights beyond"),
    ("minio", {"privileged": True}, "rights beyond"),
    ("clamav", {"security_opt": []}, "gain privileges"),
    ("web", {"read_only": False}, "may be written"),
    ("postgres", {"user": "0:0"}, "runs as root"),
    ("web", {"volumes": ["/var/run/docker.sock:/run/docker.sock"]}, "engine's socket"),
    ("opensearch", {"image": "opensearch:latest"}, "no version"),
    ("opensearch", {"image": "opensearch"}, "no version"),
    ("postgres", {"environment": {"POSTGRES_PASSWORD": "x"}}, "is written here"),
    ("web", {"environment": {"EDRMS_WEB_SECRET": "x"}}, "is written here"),
    ("web", {"environment": {"EDRMS_ROOT_KEY": "x"}}, "is written here"),
    ("web", {"environment": {"EDRMS_DATABASE_URL": "postgresql://a:b@c/d"}}, "password in its URL"),
    ("web", {"environment": {"EDRMS_DATABSE_URL": "x"}}, "no setting EDRMS_DATABSE_URL"),
    ("opensearch", {"ports": ["9200:9200"]}, "reachable from outside"),
    ("web", {"network_mode": "host"}, "networks of this file"),
    ("web", {"container_name": "web"}, "cannot be scaled"),
    ("opensearch", {"networks": ["index", "outside"]}, "way outside"),
    ("opensearch", {"networks": ["indx"]}, "no network indx"),
    ("web", {"volumes": ["scratch:/scratch"]}, "volume scratch is not declared"),
]


@pytest.mark.parametrize(("name", "change", "complaint"), PLANTED)
def test_a_planted_fault_is_found(name: str, change: dict[str, Any], complaint: str) -> None:
    content = read()
    content["services"][name] |= change
    assert any(complaint in fault for fault in faults(content)), faults(content)


def test_a_network_that_leads_outside_is_found() -> None:
    content = read()
    content["networks"]["index"] = {}
    assert "network index leads outside" in faults(content)


def test_only_the_index_users_stand_beside_the_search_engine() -> None:
    beside = {
        name for name, service in services(read()).items()
        if "index" in service.fields.get("networks", [])
    }  # fmt: skip
    assert beside == {"web", "worker", "sealer", "setup", "opensearch"}


def test_each_program_is_shown_only_its_own_secrets() -> None:
    shown = {
        name: {source for source, _ in service.mounts if source.startswith("secrets-")}
        for name, service in services(read()).items()
    }
    assert shown.pop("secrets") == {
        "secrets-edrms", "secrets-owner", "secrets-postgres", "secrets-minio",
    }  # fmt: skip
    assert shown.pop("minio-account") == {"secrets-edrms", "secrets-minio"}
    assert shown.pop("minio") == {"secrets-minio"}
    assert shown.pop("postgres") == {"secrets-postgres"}
    # The log's key is made by the one and used by the other; the tables' owner works in setup alone.
    assert shown.pop("setup") == {
        "secrets-edrms", "secrets-owner", "secrets-audit", "secrets-disposal",
    }  # fmt: skip
    assert shown.pop("sealer") == {"secrets-edrms", "secrets-audit"}
    assert shown.pop("worker") == {"secrets-edrms", "secrets-disposal"}  # signs certificates
    assert shown.pop("web") == {"secrets-edrms"}
    assert not any(shown.values())


def test_a_worker_has_longer_to_stop_than_it_waits_for_the_pages_in_hand() -> None:
    assert services(read())["worker"].stop_within_s > STOP_WITHIN_S + GIVE_BACK_WITHIN_S


def test_what_is_given_goes_before_the_default() -> None:
    given = read(given={"COUNCIL_NAME": "Elsewhere Council", "SITE_NAME": ""})
    assert services(given)["web"].environment["EDRMS_COUNCIL_NAME"] == "Elsewhere Council"
    assert services(given)["proxy"].environment["SITE_NAME"] == "localhost"


def test_a_duration_of_another_form_is_refused() -> None:
    with pytest.raises(ValueError, match="1h"):
        seconds("1h")
