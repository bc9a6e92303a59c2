"""The first secrets: made once, never printed, never made again, shown to nobody else."""

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api.cli import main
from api.first_secrets import SECRETS, make_secrets
from api.instance_keys import root_key
from edrms.errors import CannotStart
from edrms.settings import Settings, load_settings


def make(directory: Path) -> Result:
    """Run the command as the one-shot service does."""
    return CliRunner().invoke(main, ["secrets", "make", str(directory)])


def contents(directory: Path) -> dict[str, str]:
    """Every file below, by its place."""
    return {
        path.relative_to(directory).as_posix(): path.read_text()
        for path in directory.rglob("*")
        if path.is_file()
    }


def test_every_secret_is_made_and_its_place_said_but_not_its_value(tmp_path: Path) -> None:
    said = make(tmp_path)
    assert said.exit_code == 0
    made = contents(tmp_path)
    assert made.keys() == {secret.place for secret in SECRETS}
    for place, value in made.items():
        assert str(tmp_path / place) in said.output
        assert value not in said.output


def test_a_secret_that_is_there_is_never_made_again(tmp_path: Path) -> None:
    make(tmp_path)
    before = contents(tmp_path)
    said = make(tmp_path)
    assert contents(tmp_path) == before
    assert "made " not in said.output


def test_what_went_missing_is_made_and_the_rest_is_left(tmp_path: Path) -> None:
    make(tmp_path)
    before = contents(tmp_path)
    (tmp_path / "edrms/edrms_web_secret").unlink()
    make(tmp_path)
    after = contents(tmp_path)
    assert after.pop("edrms/edrms_web_secret") != before.pop("edrms/edrms_web_secret")
    assert after == before


def test_no_two_instances_have_a_secret_in_common(tmp_path: Path) -> None:
    make(tmp_path / "one")
    make(tmp_path / "two")
    one, two = contents(tmp_path / "one"), contents(tmp_path / "two")
    assert not set(one.values()) & set(two.values())
    assert all(len(value) >= 14 for value in one.values())


def test_a_secret_is_for_its_owner_and_group_only(tmp_path: Path) -> None:
    make(tmp_path)
    for secret in SECRETS:
        path = tmp_path / secret.place
        assert stat.S_IMODE(path.stat().st_mode) == 0o640
        assert stat.S_IMODE(path.parent.stat().st_mode) & 0o007 == 0


def test_two_programs_that_must_agree_are_given_the_same_password(tmp_path: Path) -> None:
    make(tmp_path)
    made = contents(tmp_path)
    assert made["postgres/application_password"] == made["edrms/edrms_database_password"]
    assert made["postgres/owner_password"] == made["owner/edrms_database_owner_password"]
    assert made["postgres/owner_password"] != made["postgres/application_password"]
    assert made["postgres/keys_password"] == made["edrms/edrms_keys_password"]
    assert made["edrms/edrms_keys_password"] != made["edrms/edrms_database_password"]


def test_passwords_that_no_longer_agree_are_refused(tmp_path: Path) -> None:
    make(tmp_path)
    (tmp_path / "postgres/application_password").write_text("another")
    said = make(tmp_path)
    assert said.exit_code == 1
    assert "differs" in said.output


def test_an_empty_file_is_refused_and_not_filled(tmp_path: Path) -> None:
    make(tmp_path)
    (tmp_path / "minio/root_password").write_text("")
    with pytest.raises(CannotStart, match="is empty"):
        list(make_secrets(tmp_path))
    assert (tmp_path / "minio/root_password").read_text() == ""


def test_two_starts_at_once_agree_on_every_secret(tmp_path: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: list(make_secrets(tmp_path)), range(4)))
    made = contents(tmp_path)
    assert made.keys() == {secret.place for secret in SECRETS}


def test_the_settings_read_them(tmp_path: Path) -> None:
    make(tmp_path)
    made = contents(tmp_path)
    settings = Settings(_secrets_dir=str(tmp_path / "edrms"))
    assert settings.objects_access_key == made["edrms/edrms_objects_access_key"]
    password = settings.database_password.get_secret_value()
    assert password == made["edrms/edrms_database_password"]
    assert settings.keys_password.get_secret_value() == made["edrms/edrms_keys_password"]
    assert settings.root_key.get_secret_value() == made["edrms/edrms_root_key"]
    assert len(root_key(settings).current_id()) == 16
    assert settings.web_secret.get_secret_value() == made["edrms/edrms_web_secret"]
    assert settings.database_owner_password.get_secret_value() == ""


def test_the_owner_is_read_where_its_directory_is_named_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path)
    made = contents(tmp_path)
    monkeypatch.setenv("EDRMS_SECRETS_DIRECTORY", f"{tmp_path}/edrms:{tmp_path}/owner")
    settings = load_settings()
    owner = settings.database_owner_password.get_secret_value()
    assert owner == made["owner/edrms_database_owner_password"]
    assert settings.database_password.get_secret_value() == made["edrms/edrms_database_password"]


def test_a_second_directory_that_is_not_there_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EDRMS_SECRETS_DIRECTORY", f"{tmp_path}:{tmp_path}/owner")
    with pytest.raises(CannotStart, match=r"no directory .*/owner"):
        load_settings()
