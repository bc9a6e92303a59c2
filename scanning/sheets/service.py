"""Making sheets: their ids are kept before a page is printed, so that none is ever used twice."""

import secrets
from dataclasses import asdict
from datetime import date
from typing import Any

from edrms.access.model import Actor
from edrms.access.policy import require
from edrms.clock import Clock, civil_date
from edrms.db import Database
from edrms.errors import Invalid
from edrms.uow import UnitOfWork, write
from scanning.batches.counts import Sides
from scanning.intake.delivery import Delivery
from scanning.sheets.model import ID_CHARACTERS, ID_LENGTH, HeaderFacts, Sheet, SheetKind
from scanning.sheets.sheet_pdf import pdf_of
from scanning.sheets.tables import PostSheet

MOST_SHEETS = 200
MOST_OPERATOR = 80


class Sheets:
    """The sheets of this council."""

    def __init__(self, database: Database, clock: Clock, council: str) -> None:
        self._database = database
        self._clock = clock
        self._council = council

    def make(
        self, actor: Actor, kind: SheetKind, count: int = 1, facts: HeaderFacts | None = None
    ) -> bytes:
        """A PDF of so many new sheets, each with an id of its own. A batch has one header.

        Raises Invalid naming every field that is wrong.
        """
        require(actor, "batch:sheet:make")
        if kind is SheetKind.BATCH:
            facts = _checked(facts or HeaderFacts(), civil_date(self._clock.now()))
        elif not 1 <= count <= MOST_SHEETS:
            wrong = {"count": f"Give a number from 1 to {MOST_SHEETS}."}
            raise Invalid("No sheet was made.", fields=wrong)
        with write(self._database, actor, self._clock) as work:
            wanted = 1 if kind is SheetKind.BATCH else count
            sheets = [_new(work, kind, facts) for _ in range(wanted)]
            ids = [sheet.sheet_id for sheet in sheets]
            work.journal("batch:sheet:make", "sheet", ids[0], kind=kind.value, sheets=ids)
        return pdf_of(sheets, self._council, facts)


def _new(work: UnitOfWork, kind: SheetKind, facts: HeaderFacts | None) -> Sheet:
    sheet_id = _free_id(work)
    said = facts_to_plain(facts) if facts and kind is SheetKind.BATCH else {}
    row = PostSheet(
        sheet_id=sheet_id, kind=kind.value, facts=said, made_by=work.actor.staff_id,
        made_at=work.now,
    )  # fmt: skip
    work.session.add(row)
    work.session.flush()
    return Sheet(kind, sheet_id)


def _free_id(work: UnitOfWork) -> str:
    while True:
        sheet_id = "".join(secrets.choice(ID_CHARACTERS) for _ in range(ID_LENGTH))
        if work.session.get(PostSheet, sheet_id) is None:
            return sheet_id


def facts_to_plain(facts: HeaderFacts) -> dict[str, Any]:
    """What a header says as JSON; what it does not say is left out."""
    plain = {name: value for name, value in asdict(facts).items() if value not in (None, "")}
    if facts.received_on:
        plain["received_on"] = facts.received_on.isoformat()
    return plain


def facts_from_plain(plain: dict[str, Any]) -> HeaderFacts:
    """The facts of a header that was printed."""
    received_on = plain.get("received_on")
    typed = {
        "received_on": date.fromisoformat(received_on) if received_on else None,
        "sides": Sides(plain.get("sides", "")),
    }
    return HeaderFacts(**plain | typed)


def _checked(facts: HeaderFacts, today: date) -> HeaderFacts:
    """The same, if a batch could be opened with it. Raises Invalid by field."""
    delivery = Delivery(
        stream=facts.stream, device=facts.device, sides=facts.sides,
        received_on=facts.received_on, expected_sheets=facts.expected_sheets,
        expected_documents=facts.expected_documents,
    )  # fmt: skip
    delivery.checked(today)
    if len(facts.operator) > MOST_OPERATOR:
        wrong = {"operator": f"Use at most {MOST_OPERATOR} characters."}
        raise Invalid("No header was made.", fields=wrong)
    return facts
