"""For one run of the check: a role, an account, a bucket and an index of its own on the real servers, where
docker-compose.yml has `postgres`, `minio`, `opensearch` and `clamav`. Removed again afterwards.
"""

import http.client
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from minio import Minio
from minio.credentials import StaticProvider
from minio.minioadmin import MinioAdmin
from psycopg.sql import SQL, Identifier

from edrms.ids import new_id
from tests.engines.wanted import Engine

SERVERS = (Engine.POSTGRESQL, Engine.MINIO, Engine.OPENSEARCH, Engine.CLAMAV)


@dataclass(frozen=True)
class Engines:
    """urls: of the servers, with their administrators' credentials. name: of all that is made."""

    urls: Mapping[str, str]
    name: str

    @classmethod
    def of(cls, urls: Mapping[str, str]) -> "Engines":
        """A fresh name on these servers."""
        return cls(urls, f"edrms-check-{new_id()[:8]}")

    def texts(self) -> dict[str, str]:
        """What to put for each host of the file that has a server here."""
        there = {
            Engine.POSTGRESQL: ("edrms@postgres:5432/edrms", f"{self.name}@{{}}/{self.name}"),
            Engine.MINIO: ("minio:9000/edrms-records", f"{{}}/{self.name}"),
            Engine.OPENSEARCH: ("opensearch:9200/edrms-records", f"{{}}/{self.name}"),
            Engine.CLAMAV: ("clamav:3310", "{}"),
        }
        texts = {
            text: put.format(self._address(engine))
            for engine, (text, put) in there.items()
            if engine.value in self.urls
        }
        if Engine.POSTGRESQL.value in self.urls:
            address = self._address(Engine.POSTGRESQL)
            texts["edrms_owner@postgres:5432/edrms"] = f"{self.owner}@{address}/{self.name}"
            texts["edrms_keys@postgres:5432/edrms_keys"] = f"{self.keys}@{address}/{self.keys}"
        return texts

    @property
    def keys(self) -> str:
        """The name of the role and the database of the key store."""
        return f"{self.name}-keys"

    @property
    def owner(self) -> str:
        """The name of the role that owns the tables."""
        return f"{self.name}-owner"

    def postgres_values(self, password_file: Path) -> dict[str, str]:
        """What the script that makes the roles finds in PostgreSQL's own container."""
        url = urlsplit(self.urls[Engine.POSTGRESQL.value])
        return {
            "POSTGRES_USER": url.username or "",
            "POSTGRES_PASSWORD_FILE": str(password_file),
            "OWNER_ROLE": self.owner,
            "APPLICATION_ROLE": self.name,
            "APPLICATION_DATABASE": self.name,
            "KEYS_ROLE": self.keys,
            "KEYS_DATABASE": self.keys,
            "PGHOST": url.hostname or "",
            "PGPORT": str(url.port),
            "PGPASSWORD": url.password or "",
        }

    def give_all_to_the_application(self) -> None:
        """As an instance was made before the tables had an owner apart: no such role, and no grants."""
        url = urlsplit(self.urls[Engine.POSTGRESQL.value])._replace(path=f"/{self.name}")
        statements = (
            "ALTER DATABASE {role} OWNER TO {role}",
            "REASSIGN OWNED BY {owner} TO {role}",
            "DROP OWNED BY {owner}",
            "DROP ROLE {owner}",
        )
        names = {"role": Identifier(self.name), "owner": Identifier(self.owner)}
        with psycopg.connect(url.geturl()) as connection:
            for statement in statements:
                connection.execute(SQL(statement).format(**names))

    def write_minio_root(self, directory: Path) -> None:
        """The administrator's credentials, as MinIO's container has them."""
        url = urlsplit(self.urls[Engine.MINIO.value])
        directory.mkdir()
        (directory / "root_user").write_text(url.username or "")
        (directory / "root_password").write_text(url.password or "")

    def remove(self, access_key: str) -> None:
        """Remove everything made under the name, and this account of MinIO."""
        if Engine.POSTGRESQL.value in self.urls:
            self._remove_database()
        if Engine.MINIO.value in self.urls:
            self._remove_bucket(access_key)
        if Engine.OPENSEARCH.value in self.urls:
            self._remove_index()

    def _remove_database(self) -> None:
        with psycopg.connect(self.urls[Engine.POSTGRESQL.value], autocommit=True) as connection:
            for statement in ("DROP DATABASE IF EXISTS {} WITH (FORCE)", "DROP ROLE IF EXISTS {}"):
                for name in (self.name, self.keys, self.owner):
                    connection.execute(SQL(statement).format(Identifier(name)))

    def _remove_bucket(self, access_key: str) -> None:
        url = urlsplit(self.urls[Engine.MINIO.value])
        address, user, password = self._address(Engine.MINIO), url.username, url.password
        store = Minio(address, user, password, secure=False)
        if store.bucket_exists(self.name):
            for one in store.list_objects(self.name, recursive=True, include_version=True):
                store.remove_object(self.name, one.object_name or "", one.version_id)
            store.remove_bucket(self.name)
        admin = MinioAdmin(
            endpoint=address, credentials=StaticProvider(user or "", password or ""), secure=False
        )
        if access_key in json.loads(admin.user_list()):
            admin.user_remove(access_key)
        if access_key in json.loads(admin.policy_list()):
            admin.policy_remove(access_key)

    def _remove_index(self) -> None:
        connection = http.client.HTTPConnection(self._address(Engine.OPENSEARCH), timeout=30)
        connection.request("DELETE", f"/{self.name}*")
        connection.getresponse().read()
        connection.close()

    def _address(self, engine: Engine) -> str:
        return urlsplit(self.urls[engine.value]).netloc.rpartition("@")[2]
