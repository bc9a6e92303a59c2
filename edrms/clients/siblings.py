"""Brothers and sisters of clients: as the register ties them, or children of one household."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session, aliased

from edrms.clients.tables import ClientRelationship, ClientRow
from edrms.fileplan.model import Service

SIBLING = "sibling"


def siblings_of(
    session: Session,
    client_ids: Collection[str],
    *,
    within: ColumnElement[bool],
    address_hidden: Select[str] | None = None,
) -> dict[str, str]:
    """Siblings of these clients who are not among them: id, and of whom, by surname and forename.

    within: whom the asker may find. address_hidden: ids of clients whose household must not be told by.
    """
    found: dict[str, str] = {}
    for statement in (
        _tied(client_ids),
        _tied_back(client_ids),
        _at_home(client_ids, address_hidden),
    ):
        named = statement.where(within, ClientRow.client_id.not_in(client_ids))
        ordered = named.order_by(
            ClientRow.surname_folded, ClientRow.forename_folded, ClientRow.client_id
        )
        for sibling, of in session.execute(ordered):
            found.setdefault(sibling, of)
    return found


def _tied(client_ids: Collection[str]) -> Select[str, str]:
    tie = ClientRelationship
    return (
        select(ClientRow.client_id, tie.client_id)
        .join(tie, tie.other_id == ClientRow.client_id)
        .where(tie.kind == SIBLING, tie.client_id.in_(client_ids))
    )


def _tied_back(client_ids: Collection[str]) -> Select[str, str]:
    tie = ClientRelationship
    return (
        select(ClientRow.client_id, tie.other_id)
        .join(tie, tie.client_id == ClientRow.client_id)
        .where(tie.kind == SIBLING, tie.other_id.in_(client_ids))
    )


def _at_home(client_ids: Collection[str], address_hidden: Select[str] | None) -> Select[str, str]:
    one = aliased(ClientRow)
    told = [one.household != "", one.service == Service.CHILDREN.value]
    if address_hidden is not None:
        told.append(one.client_id.not_in(address_hidden))
        told.append(ClientRow.client_id.not_in(address_hidden))
    return (
        select(ClientRow.client_id, one.client_id)
        .join(one, one.household == ClientRow.household)
        .where(one.client_id.in_(client_ids), ClientRow.service == Service.CHILDREN.value, *told)
    )
