"""Adding clients and finding them: by id, by identifier keys, and as somebody types."""

from collections.abc import Collection, Iterable
from contextlib import suppress
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, false, func, or_, select, tuple_, union
from sqlalchemy.orm import QueryableAttribute, Session, aliased

from edrms.clients.folding import fold_digits, fold_name, fold_reference
from edrms.clients.model import CARE_SERVICES, Client, Identifier
from edrms.clients.tables import ClientIdentifier, ClientName, ClientRow
from edrms.db import Database
from edrms.errors import Invalid, Unavailable
from edrms.ids import ClientId
from edrms.uow import UnitOfWork

MOST_CANDIDATES = 200
_REGISTER = tuple(one.__tablename__ for one in (ClientRow, ClientIdentifier, ClientName))


def add_client(work: UnitOfWork, client: Client) -> None:
    """Put a new client on the register. Raises Invalid without a surname or a service that keeps
    files on people."""
    if not fold_name(client.surname):
        raise Invalid("The client was not added.", fields={"surname": "Enter a surname."})
    if client.service not in CARE_SERVICES:
        raise Invalid("The client was not added.", fields={"service": "Choose children or adults."})
    parts = _name_parts([client.full_name, *client.other_names])
    work.session.add(
        ClientRow(
            client_id=client.client_id,
            forename=client.forename,
            surname=client.surname,
            other_names=list(client.other_names),
            date_of_birth=client.date_of_birth,
            date_of_death=client.date_of_death,
            nhs_number=fold_digits(client.nhs_number),
            address_lines=list(client.address_lines),
            postcode=client.postcode,
            uprn=client.uprn,
            household=client.household,
            service=client.service,
            forename_folded=fold_name(client.forename),
            surname_folded=fold_name(client.surname),
            postcode_folded=fold_reference(client.postcode),
            identifiers=[
                ClientIdentifier(
                    system=known.system, value=known.value, value_folded=fold_reference(known.value)
                )
                for known in client.identifiers
            ],
            names=[ClientName(part=part) for part in parts],
        )
    )
    work.journal("client:summary:add", "client", client.client_id)


def _name_parts(names: Iterable[str]) -> list[str]:
    return sorted({part for name in names for part in fold_name(name).split()})


def take_stock_of_register(database: Database) -> None:
    """After many clients were put in at once: have the database plan its look-ups by them."""
    with suppress(Unavailable):  # then it will by itself, within minutes
        database.take_stock(*_REGISTER)


def client_from_row(row: ClientRow) -> Client:
    """The frozen value of a row."""
    return _client(row, [Identifier(known.system, known.value) for known in row.identifiers])


def _client(row: ClientRow | Row[Any], identifiers: Iterable[Identifier]) -> Client:
    return Client(
        client_id=ClientId(row.client_id),
        forename=row.forename,
        surname=row.surname,
        service=row.service,
        date_of_birth=row.date_of_birth,
        date_of_death=row.date_of_death,
        nhs_number=row.nhs_number,
        other_names=tuple(row.other_names),
        address_lines=tuple(row.address_lines),
        postcode=row.postcode,
        uprn=row.uprn,
        household=row.household,
        identifiers=tuple(identifiers),
    )


def get_clients(session: Session, client_ids: Collection[str]) -> dict[str, Client]:
    """The clients with these ids, those that exist."""
    rows = session.scalars(select(ClientRow).where(ClientRow.client_id.in_(client_ids)))
    return {row.client_id: client_from_row(row) for row in rows}


def find_by_keys(
    session: Session,
    *,
    nhs_numbers: Collection[str] = (),
    references: Collection[str] = (),
    dates_of_birth: Collection[date] = (),
    postcodes: Collection[str] = (),
    uprns: Collection[str] = (),
    names: Collection[tuple[str, str]] = (),
) -> list[Client]:
    """Every client who shares a strong key, or a whole name, with what was read; at most 200 of each.

    references and postcodes: folded as fold_reference does. names: (part of a surname, part of a
    forename), folded as fold_name does; both must be parts of the client's names.
    """
    by_key: list[tuple[Collection[object], Select[str]]] = [
        (nhs_numbers, _ids().where(ClientRow.nhs_number.in_(nhs_numbers))),
        (
            references,
            select(ClientIdentifier.client_id).where(ClientIdentifier.value_folded.in_(references)),
        ),
        (dates_of_birth, _ids().where(ClientRow.date_of_birth.in_(dates_of_birth))),
        (postcodes, _ids().where(ClientRow.postcode_folded.in_(postcodes))),
        (uprns, _ids().where(ClientRow.uprn.in_(uprns))),
        (names, _ids_by_name(names)),
    ]
    found: set[str] = set()
    for keys, statement in by_key:
        if keys:
            found.update(session.scalars(statement.limit(MOST_CANDIDATES)))
    return _clients_of(session, found)


def _clients_of(session: Session, client_ids: Collection[str]) -> list[Client]:
    """Plain rows, not mapped ones: a few hundred are looked at for every document."""
    known: dict[str, list[Identifier]] = {}
    of_these = ClientIdentifier.client_id.in_(client_ids)
    columns = (ClientIdentifier.client_id, ClientIdentifier.system, ClientIdentifier.value)
    for client_id, system, value in session.execute(select(*columns).where(of_these)):
        known.setdefault(client_id, []).append(Identifier(system, value))
    table = ClientRow.__table__
    rows = session.execute(select(table).where(table.c.client_id.in_(client_ids)))
    return [_client(row, sorted(known.get(row.client_id, ()), key=_by_system)) for row in rows]


def _by_system(known: Identifier) -> tuple[str, str]:
    return known.system, known.value


def _ids() -> Select[str]:
    return select(ClientRow.client_id)


def _ids_by_name(names: Collection[tuple[str, str]]) -> Select[str]:
    """Surnames first: they have an index and are the rarer; then the forename of the same client."""
    surname, forename = aliased(ClientName), aliased(ClientName)
    return (
        select(surname.client_id)
        .join(forename, forename.client_id == surname.client_id)
        .where(surname.part.in_({last for last, _ in names}))
        .where(tuple_(surname.part, forename.part).in_(list(names)))
        .distinct()
    )


def search_clients(
    session: Session,
    typed: str,
    limit: int = 20,
    offset: int = 0,
    *,
    within: ColumnElement[bool] | None = None,
    address_hidden: Select[str] | None = None,
    counted: bool = True,
) -> tuple[list[Client], int]:
    """Clients for what somebody typed, by surname, and how many there are in all.

    Every word typed must fit: as the beginning of a name part, as the beginning of an identifier or
    postcode, or as a date of birth; ten digits are an NHS number. Nothing typed finds nobody.
    counted: False leaves the number out, which costs as much as the clients: it is how many are given.
    within: whom the asker may find. address_hidden: ids of clients not to be found by their postcode.
    """
    wanted = _fits_all(typed, address_hidden)
    if within is not None:
        wanted = and_(wanted, within)
    statement = select(ClientRow).where(wanted)
    ordered = statement.order_by(
        ClientRow.surname_folded, ClientRow.forename_folded, ClientRow.client_id
    )
    rows = session.scalars(ordered.limit(limit).offset(offset))
    found = [client_from_row(row) for row in rows]
    if not counted:
        return found, len(found)
    total = session.scalar(select(func.count(ClientRow.client_id)).where(wanted)) or 0
    return found, total


def _fits_all(typed: str, address_hidden: Select[str] | None) -> ColumnElement[bool]:
    digits, words = fold_digits(typed), typed.split()
    if not words:
        return false()
    if len(digits) == 10 and not any(char.isalpha() for char in typed):
        return ClientRow.nhs_number == digits
    return and_(*(_fits(word, address_hidden) for word in words))


def _fits(word: str, address_hidden: Select[str] | None) -> ColumnElement[bool]:
    born = _as_date(word)
    if born:
        return ClientRow.date_of_birth == born
    if any(char.isdigit() for char in word):
        return _fits_number(fold_reference(word), address_hidden)
    parts = fold_name(word).split()
    matching_names = [
        ClientRow.client_id.in_(select(ClientName.client_id).where(_begins(ClientName.part, part)))
        for part in parts
    ]
    return or_(*matching_names) if matching_names else false()


def _fits_number(number: str, address_hidden: Select[str] | None) -> ColumnElement[bool]:
    """One list of ids, not two conditions with "or" between them: those would have every client looked at."""
    named = select(ClientIdentifier.client_id).where(_begins(ClientIdentifier.value_folded, number))
    home = aliased(ClientRow)
    lives_there = select(home.client_id).where(_begins(home.postcode_folded, number))
    if address_hidden is not None:
        lives_there = lives_there.where(home.client_id.not_in(address_hidden))
    return ClientRow.client_id.in_(union(named, lives_there))


def _begins(column: QueryableAttribute[str], start: str) -> ColumnElement[bool]:
    """A range, for which an index is used, where LIKE would have every row looked at."""
    return and_(column >= start, column < start + "\U0010ffff")


def _as_date(word: str) -> date | None:
    for layout in ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d"):
        try:
            return datetime.strptime(word, layout).date()
        except ValueError:
            continue
    return None
