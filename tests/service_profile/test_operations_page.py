"""docs/operations.md tells of every setting with its default, and of every service and secret."""

import re

import pytest

from api.first_secrets import SECRETS
from edrms.settings import PREFIX, Settings
from tests.engines.compose_file import FILE, read, services

TEXT = (FILE.parent / "docs/operations.md").read_text()
_ROW = re.compile(rf"^\| `({PREFIX}[A-Z_]+)` \| (.+?) \| .+ \|$", re.MULTILINE)
_NAMED_HERE = {"EDRMS_SETTINGS_FILE", "EDRMS_SECRETS_DIRECTORY"}
TABLE = dict(_ROW.findall(TEXT))


def default(name: str) -> str:
    """The default of a setting as the table writes it."""
    field = Settings.model_fields[name.removeprefix(PREFIX).lower()]
    if field.default_factory is not None:
        return "one per core"
    value = getattr(field.default, "get_secret_value", lambda: field.default)()
    return "none" if value in ("", None) else f"`{value}`"


def test_every_setting_is_in_the_table_and_nothing_else_is() -> None:
    assert TABLE.keys() == {f"{PREFIX}{name.upper()}" for name in Settings.model_fields}


@pytest.mark.parametrize("name", sorted(TABLE))
def test_the_table_has_the_default_that_the_code_has(name: str) -> None:
    assert TABLE[name] == default(name)


def test_no_setting_is_named_on_the_page_that_does_not_exist() -> None:
    named = set(re.findall(rf"{PREFIX}[A-Z_]+[A-Z]", TEXT))
    assert named <= TABLE.keys() | _NAMED_HERE


def test_every_secret_is_told_of() -> None:
    for secret in SECRETS:
        assert secret.place.rpartition("/")[2] in TEXT


def test_every_variable_of_the_compose_file_is_told_of() -> None:
    for name in re.findall(r"\$\{([A-Z_]+):-", FILE.read_text()):
        assert re.search(rf"^{name}=", TEXT, re.MULTILINE), name


def test_every_service_is_told_of() -> None:
    for name in services(read()):
        assert re.search(rf"\b{name}\b", TEXT), name


def test_every_file_the_page_links_to_is_there() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", TEXT):
        assert (FILE.parent / "docs" / target).exists(), target
