"""A document's suggestion against the register: what is on the pages is found once, then everybody whom it
may point at is fetched, and suggest.py judges. Reading only.
"""

from datetime import date

from edrms.clients.register import find_by_keys, get_clients
from edrms.db import Database
from scanning.indexing.confirmations import confirmed
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
    keys = keys_of(found)
    with database.read() as session:
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
        candidates += get_clients(session, taught).values()
        learned = learned_types(session)
    return suggest_found(found, pages, tuple(candidates), received_on, known=known, learned=learned)
