"""Making a new instance, and putting the first people into it."""

import os
import secrets
from datetime import date
from pathlib import Path

from api import instance_keys
from api.csv_files import rows_of, wrong_line
from api.wiring import Instance, build, checkpoint_place, upgrade_tables
from edrms.access.model import Actor
from edrms.audit.notes import make_key
from edrms.audit.verifier import LOG_KEY
from edrms.clients.model import Client, Identifier
from edrms.clients.register import add_client, take_stock_of_register
from edrms.clock import Clock
from edrms.errors import CannotStart, Invalid, no_such
from edrms.fileplan import Service
from edrms.ids import ClientId, new_id
from edrms.settings import Settings
from edrms.staff.accounts import SYSTEM, actor_for, find_by_username
from edrms.uow import write

CLIENT_COLUMNS = (
    "forename", "surname", "date_of_birth", "nhs_number", "system", "reference", "address",
    "postcode", "uprn", "service",
)  # fmt: skip


def make_instance(settings: Settings, clock: Clock | None = None) -> Instance:
    """Directory, keys, tables, a place for objects and an empty index.

    What is there already is left as it is. clock: what the instance goes by, the machine's if not said.
    """
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    _make_secret_key(settings.home / "secret_key")
    _make_audit_log(settings)
    upgrade_tables(settings)
    instance_keys.make(settings)
    instance = build(settings, clock)
    instance.store.prepare(create=True)
    instance.index.prepare()
    return instance


def _make_audit_log(settings: Settings) -> None:
    """The key whose name is the log's origin, and the place for checkpoints. Raises CannotStart if the
    key that is there is of another log than the settings name."""
    origin = settings.audit_origin or f"edrms/{new_id()}"
    made = make_key(settings.audit_key, origin, LOG_KEY).key.name
    if settings.audit_origin not in ("", made):
        raise CannotStart(
            f"EDRMS_AUDIT_ORIGIN: the key in {settings.audit_key} is of the log {made}."
        )
    checkpoint_place(settings).prepare()
    make_key(settings.disposal_key, f"{made}/disposal", LOG_KEY)


def _make_secret_key(path: Path) -> None:
    if path.exists():
        return
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(32))


def staff_actor(instance: Instance, username: str) -> Actor:
    """The staff member of this name, for a command run on the machine itself. NotFound if none."""
    with instance.database.read() as session:
        member = find_by_username(session, username)
        if member is None or not member.active:
            raise no_such("staff member")
        return actor_for(session, member, instance.clock.now())


def import_clients(instance: Instance, path: Path) -> int:
    """Clients from a CSV with the columns of CLIENT_COLUMNS; all of them, or none with the line at fault.

    date_of_birth is YYYY-MM-DD or empty; lines of the address are parted by ";".
    """
    rows = list(rows_of(path, CLIENT_COLUMNS))
    with write(instance.database, SYSTEM, instance.clock) as work:
        for number, row in rows:
            try:
                add_client(work, _client_of(row))
            except ValueError as error:
                raise wrong_line(path, number, str(error)) from error
            except Invalid as error:
                raise wrong_line(path, number, " ".join(error.fields.values())) from error
    take_stock_of_register(instance.database)
    return len(rows)


def _client_of(row: dict[str, str]) -> Client:
    born, reference = row["date_of_birth"].strip(), row["reference"].strip()
    return Client(
        client_id=ClientId(new_id()),
        forename=row["forename"].strip(),
        surname=row["surname"].strip(),
        service=Service(row["service"].strip()).value,
        date_of_birth=date.fromisoformat(born) if born else None,
        nhs_number=row["nhs_number"].strip(),
        address_lines=tuple(part.strip() for part in row["address"].split(";") if part.strip()),
        postcode=row["postcode"].strip(),
        uprn=row["uprn"].strip(),
        identifiers=(Identifier(row["system"].strip(), reference),) if reference else (),
    )
