"""Commands for whoever runs the service profile: first secrets, accounts, and asking how each part is.

The answer of a health command is one line and the exit status; the container's health check runs it.
"""

import http.client
from datetime import timedelta
from pathlib import Path
from typing import IO

import click

from api import migrations
from api.first_secrets import make_secrets
from api.migrations.grants import log_is_out_of_reach
from edrms.clock import SystemClock
from edrms.db import Database
from edrms.errors import Unavailable
from edrms.jobs.presence import Presence, host
from edrms.settings import Settings, load_settings
from edrms.storage.s3_config import s3_config
from edrms.storage.s3_minio_account import make_account

ANSWER_WITHIN_S = 5
SEEN_WITHIN = timedelta(seconds=60)
_LISTENS_EVERYWHERE = {"0.0.0.0": "127.0.0.1"}  # noqa: S104 - asked on loopback, not listened on


@click.group()
def secrets() -> None:
    """The passwords and keys of the service profile."""


@secrets.command("make")
@click.argument("directory", type=click.Path(file_okay=False, path_type=Path))
def make(directory: Path) -> None:
    """Make the passwords and keys that are missing, and say where they are.

    One that is there is left as it is. The values are never printed.
    """
    for secret, path, made in make_secrets(directory):
        click.echo(f"{'made' if made else 'there':<5}  {path}  {secret.meaning}")
    click.echo("Keep a copy of these files in a safe place apart from the backups.")


@click.command("minio-account")
@click.option("--root-user-file", envvar="MINIO_ROOT_USER_FILE", required=True, type=click.File())
@click.option(
    "--root-password-file", envvar="MINIO_ROOT_PASSWORD_FILE", required=True, type=click.File()
)
def minio_account(root_user_file: IO[str], root_password_file: IO[str]) -> None:
    """On MinIO, make the account of EDRMS, which may use its own bucket and nothing else."""
    settings = load_settings()
    config = s3_config(
        settings.objects,
        settings.objects_access_key,
        settings.objects_secret_key.get_secret_value(),
        settings.ca_file,
    )
    make_account(config, root_user_file.read().strip(), root_password_file.read().strip())
    click.echo(f"{config.access_key} may use the bucket {config.bucket}.")


@click.group()
def health() -> None:
    """Whether one part of the service works: one line, and status 0 or 1."""


@health.command("web")
def web() -> None:
    """Whether the web server of this machine answers."""
    settings = load_settings()
    address = _LISTENS_EVERYWHERE.get(settings.host, settings.host)
    connection = http.client.HTTPConnection(address, settings.port, timeout=ANSWER_WITHIN_S)
    try:
        connection.request("GET", "/api/v1/health")
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException) as error:
        raise Unavailable(
            f"web: no answer on port {settings.port} ({type(error).__name__})"
        ) from error
    finally:
        connection.close()
    if status != http.client.OK:
        raise Unavailable(f"web: answered {status} on port {settings.port}")
    click.echo(f"web: answers on port {settings.port}")


@health.command("worker")
def worker() -> None:
    """Whether a worker of this machine was seen lately."""
    settings = load_settings()
    rows = _database(settings)
    try:
        seen = Presence(rows, SystemClock()).alive(SEEN_WITHIN, host())
    finally:
        rows.close()
    if not seen:
        raise Unavailable(f"worker: none of {host()} was seen for {SEEN_WITHIN.seconds} s")
    click.echo(f"worker: {len(seen)} of {host()} at work")


@health.command("database")
def database() -> None:
    """Whether the database can be reached and has the tables of this version."""
    rows = _database(load_settings())
    try:
        migrations.check(rows)
        is_guarded = log_is_out_of_reach(rows)
    finally:
        rows.close()
    log = "out of this role's reach" if is_guarded else "guarded by triggers only"
    click.echo(f"database: reached, at migration {migrations.newest()}; the audit log is {log}")


def _database(settings: Settings) -> Database:
    return Database(settings.database, settings.database_password.get_secret_value())


COMMANDS: tuple[click.Command, ...] = (secrets, minio_account, health)
