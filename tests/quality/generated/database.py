"""The generated register in a database, put there in bulk and without events: for measuring only."""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import DeclarativeBase

from edrms.clients.folding import fold_digits, fold_name, fold_reference
from edrms.clients.model import Client
from edrms.clients.register import take_stock_of_register
from edrms.clients.tables import ClientIdentifier, ClientName, ClientRow
from edrms.db import Database

_AT_A_TIME = 5000


def put_on_register(database: Database, clients: Iterable[Client]) -> None:
    """Every client with identifiers and name parts, folded as edrms.clients.register folds them."""
    known = list(clients)
    with database.session() as session, session.begin():
        for table, rows in (
            (ClientRow, map(_row, known)),
            (ClientIdentifier, (row for client in known for row in _identifiers(client))),
            (ClientName, (row for client in known for row in _names(client))),
        ):
            _put(session.execute, table, list(rows))
    take_stock_of_register(database)


def _put(execute: Any, table: type[DeclarativeBase], rows: list[dict[str, Any]]) -> None:
    for start in range(0, len(rows), _AT_A_TIME):
        execute(insert(table), rows[start : start + _AT_A_TIME])


def _row(client: Client) -> dict[str, Any]:
    return {
        "client_id": client.client_id, "forename": client.forename, "surname": client.surname,
        "other_names": list(client.other_names), "date_of_birth": client.date_of_birth,
        "date_of_death": client.date_of_death, "nhs_number": fold_digits(client.nhs_number),
        "address_lines": list(client.address_lines), "postcode": client.postcode, "uprn": client.uprn,
        "household": client.household, "service": client.service,
        "forename_folded": fold_name(client.forename), "surname_folded": fold_name(client.surname),
        "postcode_folded": fold_reference(client.postcode),
    }  # fmt: skip


def _identifiers(client: Client) -> Iterator[dict[str, Any]]:
    for known in client.identifiers:
        yield {
            "client_id": client.client_id, "system": known.system, "value": known.value,
            "value_folded": fold_reference(known.value),
        }  # fmt: skip


def _names(client: Client) -> Iterator[dict[str, Any]]:
    names = (client.full_name, *client.other_names)
    for part in sorted({part for name in names for part in fold_name(name).split()}):
        yield {"client_id": client.client_id, "part": part}
