"""Invented people and pages for the tests of indexing; plain functions with good defaults."""

from datetime import date

from edrms.clients.model import Client, Identifier
from edrms.ids import ClientId
from scanning.indexing.matching import match
from scanning.indexing.model import ClientMatch, PageText
from scanning.indexing.rules import client_may_be_filed_on


def a_client(
    client_id: str = "tom",
    forename: str = "Thomas",
    surname: str = "Pellow",
    born: date | None = date(2014, 3, 9),
    nhs_number: str = "",
    reference: tuple[str, str] | None = None,
    **rest: object,
) -> Client:
    """A child's client record; rest: any other field of Client."""
    fields = {"service": "children", **rest}
    return Client(
        client_id=ClientId(client_id),
        forename=forename,
        surname=surname,
        date_of_birth=born,
        nhs_number=nhs_number,
        identifiers=(Identifier(*reference),) if reference else (),
        **fields,  # type: ignore[arg-type]
    )


def pages(*texts: str) -> tuple[PageText, ...]:
    """Pages of these texts, numbered from 1."""
    return tuple(PageText(number, text) for number, text in enumerate(texts, 1))


def matches(text: str, *candidates: Client) -> tuple[ClientMatch, ...]:
    """The matches for a document of one page."""
    return match(pages(text), candidates)


def fileable(found: tuple[ClientMatch, ...]) -> set[str]:
    """The clients the document could be filed on without a person."""
    likely = [one for one in found if one.score > 0.5]
    if any(client_may_be_filed_on(found, one) for one in likely):
        return set()
    return {one.client_id for one in likely}
