"""A document's suggestion against the register: what is on the pages is found once, then everybody whom it
may point at is fetched, and suggest.py judges. Reading only.
"""

from datetime import date

from sqlalchemy.orm import Session

from edrms.clients.model import Client
from edrms.clients.register import find_by_keys, get_clients
from edrms.db import Database
from scanning.indexing.confirmations import confirmed
from scanning.indexing.facts import Known
from scanning.indexing.found import Identifiers
from scanning.indexing.identifiers import find_identifiers
from scanning.indexing.matching import keys_of
from scanning.indexing.model import PageText, Suggestion
from scanning.indexing.suggest import suggest_found
from scanning.indexing.type_models import learned_types


def suggestion_for(
    database: Database, pages: tuple[PageText, ...], received_on: date | None = None
) -> Suggestion:
    """What is suggested for these pages. received_on: civil date of receipt."""
    found = find_identifiers(pages)
    with database.read() as session:
        candidates, known = pointed_at(session, found)
        learned = learned_types(session)
    return suggest_found(found, pages, candidates, received_on, known=known, learned=learned)


def pointed_at(session: Session, found: Identifiers) -> tuple[tuple[Client, ...], Known]:
    """Everybody on the register whom what was found may point at, and what people's filing taught of them."""
    keys = keys_of(found)
    candidates = find_by_keys(
        session,
        nhs_numbers=keys.nhs_numbers,
        references=keys.references,
        dates_of_birth=keys.dates_of_birth,
        postcodes=keys.postcodes,
        uprns=keys.uprns,
        names=keys.names,
    )
    known = confirmed(session, found)
    taught = known.keys() - {client.client_id for client in candidates}
    return (*candidates, *get_clients(session, taught).values()), known
