"""Settings, read once from the environment (prefix EDRMS_) and then frozen.

Three URLs choose the engines. Everything left out has a default that works on one machine.
"""

import os
from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

MEBIBYTE = 1 << 20


class Settings(BaseSettings):
    """All settings of an instance. `home` holds everything that no URL places elsewhere."""

    model_config = SettingsConfigDict(env_prefix="EDRMS_", frozen=True, extra="forbid")

    home: Path = Path("var/edrms")
    database_url: str = ""
    objects_url: str = ""
    search_url: str = ""
    council_name: str = "Borchester Council"
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=1, le=65535)
    web_processes: int = Field(default=2, ge=1, le=64)
    web_threads: int = Field(default=8, ge=1, le=64)
    worker_processes: int = Field(default_factory=lambda: os.cpu_count() or 1, ge=1, le=256)
    lease_s: float = Field(default=30.0, gt=0)
    poll_s: float = Field(default=0.2, gt=0)
    ocr_languages: str = "eng"
    page_memory_bytes: int = Field(default=1536 * MEBIBYTE, gt=0)
    page_wall_s: int = Field(default=180, gt=0)
    max_pages_per_item: int = Field(default=3000, gt=0)
    max_upload_bytes: int = Field(default=512 * MEBIBYTE, gt=0)
    min_free_bytes: int = Field(default=256 * MEBIBYTE, ge=0)
    session_idle_s: int = Field(default=3600, gt=0)
    session_total_s: int = Field(default=12 * 3600, gt=0)
    secure_cookies: bool = False

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
    def work_directory(self) -> Path:
        """Scratch space for child processes; may be emptied whenever nothing runs."""
        return self.home.resolve() / "work"
