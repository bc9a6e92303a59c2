"""Settings, read once and then frozen: from the environment (prefix EDRMS_), a file, and secret files.

Three URLs choose the engines. Everything left out has a default that works on one machine.
EDRMS_SETTINGS_FILE names a file of NAME=value lines; EDRMS_SECRETS_DIRECTORY a directory (or several, with
a colon between) with one file for each secret (edrms_database_password). The environment goes before the
file, the file before those.
"""

import difflib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

from dotenv import dotenv_values
from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from edrms.audit.verifier import WITNESS_KEY, Key, Tampered
from edrms.errors import CannotStart

MEBIBYTE = 1 << 20
PREFIX = "EDRMS_"
_NONE = SecretStr("")
# Names with our prefix that are no settings: they tell where settings are, or one command something.
_OTHER_NAMES = {
    "EDRMS_SETTINGS_FILE", "EDRMS_SECRETS_DIRECTORY", "EDRMS_STAFF", "EDRMS_PROFILE",
    "EDRMS_SUPERVISOR_PID",
}  # fmt: skip
_OTHER_PREFIX = "EDRMS_TEST_"


class Settings(BaseSettings):
    """All settings of an instance. `home` holds everything that no URL places elsewhere."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="forbid", hide_input_in_errors=True
    )

    home: Path = Path("var/edrms")
    database_url: str = Field(default="", repr=False)
    database_password: SecretStr = _NONE
    objects_url: str = Field(default="", repr=False)
    objects_access_key: str = ""
    objects_secret_key: SecretStr = _NONE
    search_url: str = Field(default="", repr=False)
    search_user: str = ""
    search_password: SecretStr = _NONE
    search_copies: int = Field(default=0, ge=0, le=9)
    antivirus_url: str = ""
    ca_file: Path | None = None
    keys_url: str = Field(default="", repr=False)
    keys_password: SecretStr = _NONE
    root_key: SecretStr = _NONE
    root_key_file: str = ""
    root_key_command: str = Field(default="", repr=False)
    web_secret: SecretStr = _NONE
    audit_origin: str = ""
    audit_key_file: Path | None = None
    audit_checkpoints_url: str = ""
    audit_witness_key: str = ""
    audit_seal_limit_s: float = Field(default=900.0, gt=0)
    folders_file: Path | None = None
    quality_file: Path | None = None
    mailboxes_file: Path | None = None
    council_name: str = "Borchester Council"
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    web_processes: int = Field(default=2, ge=1, le=64)
    web_threads: int = Field(default=8, ge=1, le=64)
    worker_processes: int = Field(default_factory=lambda: os.cpu_count() or 1, ge=1, le=256)
    lease_s: float = Field(default=30.0, gt=0)
    poll_s: float = Field(default=0.2, gt=0)
    ocr_languages: str = "eng+cym"
    ocr_engine: Literal["fastest", "tesserocr", "pytesseract"] = "fastest"
    page_memory_bytes: int = Field(default=1536 * MEBIBYTE, gt=0)
    page_wall_s: int = Field(default=180, gt=0)
    max_pages_per_item: int = Field(default=3000, gt=0)
    max_upload_bytes: int = Field(default=512 * MEBIBYTE, gt=0)
    min_free_bytes: int = Field(default=256 * MEBIBYTE, ge=0)
    session_idle_s: int = Field(default=3600, gt=0)
    session_total_s: int = Field(default=12 * 3600, gt=0)
    secure_cookies: bool = False
    content_url: str = ""
    uploads_per_day_bytes: int = Field(default=50 * 1024 * MEBIBYTE, gt=0)
    database_owner_url: str = Field(default="", repr=False)
    database_owner_password: SecretStr = _NONE
    disposal_waiting_days: int = Field(default=14, ge=0, le=3650)
    disposal_rest: float = Field(default=40.0, ge=0, le=1000)
    disposal_key_file: Path | None = None
    backup_days: int = Field(default=90, ge=0, le=3650)
    indexing_days: int = Field(default=2, ge=1, le=365)
    glass_hours: int = Field(default=24, ge=1, le=168)
    require_second_factor: bool = False
    trusted_proxies: int = Field(default=0, ge=0, le=9)
    sign_ins_per_minute: int = Field(default=300, gt=0)
    requests_per_minute: int = Field(default=600, gt=0)
    searches_per_minute: int = Field(default=60, gt=0)
    uploads_per_minute: int = Field(default=600, gt=0)
    downloads_per_minute: int = Field(default=60, gt=0)

    @field_validator("audit_witness_key")
    @classmethod
    def _of_a_witness(cls, text: str) -> str:
        """A wrong key would let every clock be doubted, or none: it is found at the start."""
        try:
            is_wrong = bool(text) and Key.parse(text).kind != WITNESS_KEY
        except Tampered:
            is_wrong = True
        if is_wrong:
            raise ValueError("expected the public key of a witness, name+id+base64")
        return text

    @property
    def witness(self) -> Key | None:
        """The witness that must have seen the clock; None where none is set up."""
        return Key.parse(self.audit_witness_key) if self.audit_witness_key else None

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.home.resolve() / 'edrms.sqlite3'}"

    @property
    def objects(self) -> str:
        return self.objects_url or f"file://{self.home.resolve() / 'objects'}"

    @property
    def search(self) -> str:
        return self.search_url or f"whoosh://{self.home.resolve() / 'index'}"

    @property
    def keys(self) -> str:
        return self.keys_url or f"sqlite:///{self.home.resolve() / 'keys.sqlite3'}"

    @property
    def audit_key(self) -> Path:
        return self.audit_key_file or self.home.resolve() / "audit_key"

    @property
    def disposal_key(self) -> Path:
        return self.disposal_key_file or self.home.resolve() / "disposal_key"

    @property
    def audit_checkpoints(self) -> str:
        return self.audit_checkpoints_url or f"file://{self.home.resolve() / 'checkpoints'}"

    @property
    def work_directory(self) -> Path:
        """Scratch space for child processes; may be emptied whenever nothing runs."""
        return self.home.resolve() / "work"

    def environment(self) -> dict[str, str]:
        """These settings as a child process is to find them. Secrets it reads where we did."""
        given = self.model_dump(exclude_unset=True)
        return {
            f"{PREFIX}{name.upper()}": str(value)
            for name, value in given.items()
            if value is not None and not isinstance(value, SecretStr)
        }


def load_settings(**given: Any) -> Settings:
    """The settings of this process. Raises CannotStart naming each setting at fault and what was
    expected; no value is ever printed, since it may be a secret."""
    file = os.environ.get("EDRMS_SETTINGS_FILE")
    directories = [one for one in os.environ.get("EDRMS_SECRETS_DIRECTORY", "").split(":") if one]
    if file and not Path(file).is_file():
        raise CannotStart(f"EDRMS_SETTINGS_FILE: there is no file {file}.")
    for directory in directories:
        if not Path(directory).is_dir():
            raise CannotStart(f"EDRMS_SECRETS_DIRECTORY: there is no directory {directory}.")
    written = dotenv_values(file) if file else {}
    _refuse_unknown([*os.environ, *written])
    from_file = {
        name.removeprefix(PREFIX).lower(): value
        for name, value in written.items()
        if name.startswith(PREFIX) and name not in os.environ
    }
    try:
        return Settings(_secrets_dir=directories or None, **from_file | given)
    except ValidationError as error:
        wrong = [f"{PREFIX}{str(e['loc'][0]).upper()}: {e['msg']}." for e in error.errors()]
        raise CannotStart("\n".join(wrong)) from None


def _refuse_unknown(names: Iterable[str]) -> None:
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields} | _OTHER_NAMES
    ours = {name for name in names if name.upper().startswith(PREFIX)}
    unknown = {name for name in ours if not name.startswith(_OTHER_PREFIX)} - known
    if unknown:
        raise CannotStart("\n".join(_not_known(name, known) for name in sorted(unknown)))


def _not_known(name: str, known: set[str]) -> str:
    near = difflib.get_close_matches(name.upper(), known, n=1)
    hint = f"; did you mean {near[0]}?" if near else "; docs/operations.md lists them all."
    return f"{name}: there is no such setting{hint}"
