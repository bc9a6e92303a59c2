"""Two instances alike to the last id, of which one holds a record more; and a session asked of both.

Randomness is dealt anew, by the name of the step, before every step of the making and every request, so
that the one record more cannot shift what comes after it: whatever still differs is a leak.
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import pytest
from flask.testing import FlaskClient

from api.app import create_app
from api.wiring import Instance, indexer
from edrms.access.tables import Block, Grant, Marking, Team
from edrms.access.work import allocate
from edrms.clients.model import Client, Identifier
from edrms.clients.register import add_client
from edrms.clock import FixedClock
from edrms.ids import ClientId, RecordId
from edrms.staff.accounts import SYSTEM
from edrms.uow import UnitOfWork, write
from tests import factories

HIDDEN_WORDS = "The periwinkle teapot of Ottoline Quince stood in Marzipan Lane beside the plan."
VISIBLE_WORDS = (
    "Care and support plan review: outcomes and the personal budget were agreed.",
    "The review of the plan was moved; a carer telephoned about the budget in Market Lane.",
    "Invoice for the period of care, purchase order and remittance to the provider.",
    "The teapot was mended. The assessment of needs stands; the plan continues.",
)
NAMES = ("Olive", "Bryn", "Jory", "Merryn", "Tamsin", "Denzel")
UNHURRIED = {
    f"{kind}_per_minute": 1_000_000
    for kind in ("sign_ins", "requests", "searches", "uploads", "downloads")
}
OTHER_TEAM = "team-of-others"


@dataclass(frozen=True)
class Case:
    """One way of being hidden. guard: what is placed on the hidden record once it is filed.

    about: whose file it is on, by number in NAMES; the first three are adults, the others children;
    the third of each is another team's. requests: of the session.
    """

    name: str
    role: str
    about: tuple[int, ...]
    document_type: str = "D30"
    guard: Callable[[UnitOfWork, str, str], None] | None = None
    requests: int = 220


def mark(word: str) -> Callable[[UnitOfWork, str, str], None]:
    """Place a marking on the record."""

    def place(work: UnitOfWork, record_id: str, _staff_id: str) -> None:
        work.session.add(
            Marking(
                marking_id=secrets.token_hex(16), marking=word, subject_kind="record",
                subject_id=record_id, reason="invented", placed_by="system", from_at=work.now,
            )
        )  # fmt: skip
        work.journal("access:marking:place", "record", record_id)

    return place


def block(work: UnitOfWork, record_id: str, staff_id: str) -> None:
    """A conflict of interest between the person and the record."""
    work.session.add(
        Block(
            block_id=secrets.token_hex(16), staff_id=staff_id, subject_kind="record",
            subject_id=record_id, reason="invented", placed_by="system", from_at=work.now,
        )
    )  # fmt: skip
    work.journal("access:block:place", "record", record_id)


@dataclass
class Twin:
    """One of the two instances, and the person's browser of it."""

    instance: Instance
    clock: FixedClock
    staff_id: str = ""
    clients: list[Client] = field(default_factory=list)
    records: list[RecordId] = field(default_factory=list)
    browser: FlaskClient = field(init=False)
    headers: dict[str, str] = field(default_factory=dict)


@contextmanager
def dealt() -> Iterator[Callable[[str], None]]:
    """Randomness that is the same after each naming of the same step."""
    dice = Random()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(secrets, "token_hex", lambda size=32: dice.randbytes(size).hex())
        patch.setattr(secrets, "token_bytes", lambda size=32: dice.randbytes(size))
        patch.setattr(secrets, "token_urlsafe", lambda size=32: dice.randbytes(size).hex())
        patch.setattr(secrets, "choice", lambda among: dice.choice(among))
        yield lambda step: dice.seed(step)


def make_twin(home: Path, case: Case, deal: Callable[[str], None], *, fuller: bool) -> Twin:
    """An instance; the fuller one has the hidden record in the midst of the others."""
    clock = factories.fixed_clock()
    deal("instance")
    twin = Twin(factories.new_instance(home, clock, **UNHURRIED), clock)
    _people(twin, case, deal)
    for number in range(12):
        if number == 6 and fuller:
            _file_hidden(twin, case, deal)
        deal(f"record {number}")
        words = VISIBLE_WORDS[number % len(VISIBLE_WORDS)]
        kind = ("D30", "D28", "D46", "D39")[number % 4] if number % 6 < 3 else "D05"
        about = twin.clients[number % 6]
        twin.records.append(
            factories.filed_record(
                twin.instance, [about], document_type=kind, texts=(words, f"Page {number}"),
                title=f"Plan {number}",
            )
        )  # fmt: skip
    _index(twin)
    _sign_in(twin, deal)
    return twin


def _people(twin: Twin, case: Case, deal: Callable[[str], None]) -> None:
    deal("people")
    with write(twin.instance.database, SYSTEM, twin.clock) as work:
        twin.staff_id = factories.add_to_staff(work, "person", case.role)
        work.session.add(Team(team_id=OTHER_TEAM, name="Others", service="adults"))
        work.journal("staff:team:add", "team", OTHER_TEAM)
        for number, name in enumerate(NAMES):
            service = "adults" if number < 3 else "children"
            person = Client(
                ClientId(f"{number + 1:032x}"), name, "Invented", service, postcode="BX1 2AB",
                identifiers=(Identifier("LAS", f"LAS-20441{number}"),),
            )  # fmt: skip
            add_client(work, person)
            work.session.flush()
            team = OTHER_TEAM if number % 3 == 2 else factories.TEAMS[service]
            allocate(work, person.client_id, team_id=team)
            twin.clients.append(person)
        for number in (0, 3):
            _list_to(work, twin.staff_id, twin.clients[number].client_id)


def _list_to(work: UnitOfWork, staff_id: str, client_id: str) -> None:
    work.session.add(
        Grant(
            grant_id=secrets.token_hex(16), staff_id=staff_id, relation="listed",
            subject_kind="client", subject_id=client_id, reason="invented", placed_by="system",
            from_at=work.now,
        )
    )  # fmt: skip
    work.journal("access:grant:give", "client", client_id)


def _file_hidden(twin: Twin, case: Case, deal: Callable[[str], None]) -> None:
    deal("hidden")
    about = [twin.clients[number] for number in case.about]
    record_id = factories.filed_record(
        twin.instance, about, document_type=case.document_type,
        texts=(HIDDEN_WORDS, VISIBLE_WORDS[0]), title="Plan of Ottoline Quince",
    )  # fmt: skip
    if case.guard:
        with write(twin.instance.database, SYSTEM, twin.clock) as work:
            case.guard(work, record_id, twin.staff_id)


def _index(twin: Twin) -> None:
    while indexer(twin.instance).do_some():
        pass


def _sign_in(twin: Twin, deal: Callable[[str], None]) -> None:
    app = create_app(twin.instance)
    app.config["SECRET_KEY"] = b"the same in both"
    given = {"username": "person", "password": factories.PASSWORD}
    deal("browser")
    twin.browser = app.test_client()
    assert twin.browser.post("/sign-in", data=given).status_code == 302
    deal("program")
    token = app.test_client().post("/api/v1/sessions", json=given).json["token"]
    twin.headers = {"Authorization": f"Bearer {token}"}
