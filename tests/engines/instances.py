"""Where an instance under test keeps its things: on this machine, or on the real servers.

With PROFILE=service in the environment every instance gets a database, a bucket prefix and an index of
its own on the servers of tests.engines.wanted; all are removed when the tests of a file have ended.
"""

import atexit
import os
from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import psycopg
from minio import Minio
from minio.error import S3Error
from psycopg.sql import SQL, Identifier
from sqlalchemy import make_url

from api import migrations
from edrms.clock import FixedClock, SystemClock
from edrms.db import Database
from edrms.ids import new_id
from edrms.settings import Settings
from edrms.storage.s3_config import s3_config
from search.opensearch_config import opensearch_config
from search.opensearch_server import Server
from tests.engines.wanted import Engine, url_of

PROFILE = "EDRMS_TEST_PROFILE"
_made: list[str] = []
_buckets: list[str] = []
_indexes: list[str] = []


def is_service() -> bool:
    """Whether this run is on the real servers."""
    return os.environ.get(PROFILE) == "service"


def places() -> dict[str, Any]:
    """Settings that place a fresh instance; none where it lives in its home directory."""
    if not is_service():
        return {}
    return {
        "database_url": new_database(template=_template()),
        "keys_url": new_database(),
        "objects_url": new_bucket(),
        "search_url": new_index(),
    }


def new_bucket() -> str:
    """URL of a bucket to be, with credentials, on the first S3 server."""
    _buckets.append(f"{url_of(Engine.MINIO)}/edrms-test-{new_id()}")
    return _buckets[-1]


def new_index() -> str:
    """URL of an index to be, on the OpenSearch server."""
    _indexes.append(f"edrms-test-{new_id()}")
    return f"{url_of(Engine.OPENSEARCH)}/{_indexes[-1]}"


def new_database(template: str = "template0") -> str:
    """URL of a fresh database on the PostgreSQL server, a copy of this one."""
    name = f"edrms_test_{new_id()}"
    _on_server("CREATE DATABASE {} TEMPLATE {} ENCODING 'UTF8'", name, template)
    _made.append(name)
    return _url(name)


def lay_tables(settings: Settings) -> None:
    """Put a file with the tables where the embedded database will look for it, unless one is there."""
    place = Database(settings.database).file()
    if place is not None and not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        place.write_bytes(_file_with_tables())


def database_with_tables(engine: str, directory: Path, at: datetime | None = None) -> Database:
    """A fresh database with the tables of the newest migration: "sqlite" (in this directory) or
    "postgresql". at: when the migrations were applied, as their event says; just now if not said."""
    if engine == "postgresql":
        return Database(new_database(template=_template(at)))
    (directory / "rows").write_bytes(_file_with_tables(at))
    return Database(f"sqlite:///{directory / 'rows'}")


@cache
def _file_with_tables(at: datetime | None = None) -> bytes:
    """A SQLite file as the migrations leave it: quicker to copy than to make each time."""
    with TemporaryDirectory() as directory:
        file = Path(directory) / "edrms.sqlite3"
        database = Database(f"sqlite:///{file}")
        migrations.upgrade(database, FixedClock(at) if at else SystemClock())
        database.close()
        return file.read_bytes()


@cache
def _template(at: datetime | None = None) -> str:
    """The same on the PostgreSQL server: a database with the tables, to be copied."""
    url = new_database()
    database = Database(url)
    migrations.upgrade(database, FixedClock(at) if at else SystemClock())
    database.close()
    name = _made.pop()
    atexit.register(_drop, name)
    return name


def remove_all() -> None:
    """Remove what was made on the servers since this was last called."""
    while _made:
        _drop(_made.pop())
    while _buckets:
        _remove_bucket(_buckets.pop())
    if _indexes:
        _remove_indexes()


def _drop(name: str) -> None:
    _on_server("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def _remove_indexes() -> None:
    """All of them; a pattern that fits none is no error to the server."""
    server = Server(opensearch_config(f"{url_of(Engine.OPENSEARCH)}/any"))
    while _indexes:
        server.ask("DELETE", f"/{_indexes.pop()}.*")
    server.close()


def _remove_bucket(url: str) -> None:
    config = s3_config(url)
    client = Minio(config.endpoint, config.access_key, config.secret_key, secure=config.secure)
    if client.bucket_exists(config.bucket):
        for one in client.list_objects(config.bucket, recursive=True, include_version=True):
            _remove_object(client, config.bucket, one.object_name or "", one.version_id)
        client.remove_bucket(config.bucket)


def _remove_object(client: Minio, bucket: str, name: str, version: str | None) -> None:
    try:
        client.remove_object(bucket, name, version_id=version)
    except S3Error:  # a test left it locked
        client.disable_object_legal_hold(bucket, name, version_id=version)
        client.remove_object(bucket, name, version_id=version)


def _on_server(statement: str, *names: str) -> None:
    with psycopg.connect(url_of(Engine.POSTGRESQL), autocommit=True) as connection:
        connection.execute(SQL(statement).format(*(Identifier(name) for name in names)))


def _url(name: str) -> str:
    address = make_url(url_of(Engine.POSTGRESQL)).set(database=name)
    return address.render_as_string(hide_password=False)
