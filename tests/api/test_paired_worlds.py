"""Two instances that differ by one record a person may not see answer that person's session alike.

Every byte is compared: status, every header, body. Nothing is normalised but what is dealt alike.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from random import Random
from urllib.parse import quote

import pytest
from flask import Flask
from sqlalchemy import select

from api.authn import SIGNED_IN, needed_by
from api.wiring import indexer
from edrms.access.facts import record_facts
from edrms.access.model import Actor
from edrms.access.policy import VIEW, decide, holds
from edrms.records.tables import Record
from edrms.staff.accounts import SYSTEM
from tests.api.paired_worlds import Case, Twin, block, dealt, make_twin, mark

CASES = (
    Case("by service, from a social worker", "social_worker_adults", (3,), "D05",
         requests=2_000),
    Case("by relation, from business support", "business_support", (2,)),
    Case("by a restricted marking, from business support", "business_support", (0,),
         guard=mark("restricted")),
    Case("by an address, from business support on two files", "business_support", (0, 1),
         guard=mark("address")),
    Case("by a sealed type, from a social worker", "social_worker_children", (3,), "D13"),
    Case("by a conflict of interest, from a social worker", "social_worker_adults", (0,), "D31",
         guard=block),
    Case("by relation, from a partner guest", "partner_guest", (1,)),
    Case("by an exemption, from a partner guest", "partner_guest", (0,), guard=mark("exempt-5")),
    Case("by type, from finance", "finance", (0, 1), "D41"),
    Case("by a sealed marking, from finance", "finance", (0,), "D46", guard=mark("sealed")),
)  # fmt: skip
WORDS = (
    "plan", "review", "budget", "teapot", "periwinkle", "perywinkle", "periwinkel", "quince",
    "quinse", "ottoline", "marzipan", "marzipane", "lane", "invoice", "care", "needs", "invented",
    "olive", "bryn", "LAS-204410", "teapott", "assesment", "zzz", "the", "R-", "d30", "page",
)  # fmt: skip
BY_CHANCE = {"/account/second-factor"}  # a new secret each time, and nothing of any record
ABSENT = "0" * 32


@pytest.fixture(params=CASES, ids=lambda case: case.name)
def twins(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[Twin, Twin, str]]:
    """The fuller instance, its twin, and the id of the record that only the fuller one has."""
    with dealt() as deal:
        fuller = make_twin(tmp_path / "fuller", request.param, deal, fuller=True)
        other = make_twin(tmp_path / "other", request.param, deal, fuller=False)
        assert fuller.records == other.records
        yield fuller, other, _one_more(fuller, other)
    for twin in (fuller, other):
        twin.instance.index.close()
        twin.instance.database.close()


def _one_more(fuller: Twin, other: Twin) -> str:
    found = []
    for twin in (fuller, other):
        with twin.instance.database.read() as session:
            found.append(set(session.scalars(select(Record.record_id))))
    [hidden] = found[0] - found[1]
    return hidden


def session_of(dice: Random, app: Flask, role: str, twin: Twin, hidden: str) -> Iterator[str]:
    """Addresses a curious person asks for: what they may, what they may not, what is not there."""
    who = Actor("person", "Person", frozenset({role}))  # type: ignore[arg-type]
    routes = [
        rule.rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ())
        and rule.endpoint != "static"
        and rule.rule not in BY_CHANCE
        and ((needs := needed_by(app, rule.endpoint)) == SIGNED_IN or holds(who, needs or ""))
    ]  # fmt: skip
    assert len(routes) > 5
    ids = [hidden, hidden, ABSENT, *twin.records, *(one.client_id for one in twin.clients)]
    while True:
        rule = dice.choice([*routes, *[one for one in routes if "search" in one] * 3])
        address = re.sub(r"<int:[^>]+>", lambda _: str(dice.choice((1, 1, 2, 3, 99))), rule)
        address = re.sub(
            r"<(rendition|kind)>", lambda _: dice.choice(("original", "none")), address
        )
        address = re.sub(r"<[^>]+>", lambda _: dice.choice(ids), address)
        yield f"{address}?{_query(dice)}"


def _query(dice: Random) -> str:
    words = dice.sample(WORDS, dice.choice((1, 1, 2, 3)))
    typed = " ".join(f"-{one}" if dice.random() < 0.1 else one for one in words)
    asked = [f"q={quote(dice.choice((typed, typed, typed[:4], chr(34) + typed + chr(34), '')))}"]
    for name, values in (
        ("type", ("D30", "D05", "D13", "D46", "none")), ("year", ("2026", "2025", "x")),
        ("page", ("1", "2", "7", "x")), ("sort", ("oldest", "newest")), ("show", ("mine", "all")),
    ):  # fmt: skip
        if dice.random() < 0.25:
            asked.append(f"{name}={dice.choice(values)}")
    return "&".join(asked)


def test_one_record_more_changes_no_byte_of_what_is_answered(
    twins: tuple[Twin, Twin, str], request: pytest.FixtureRequest
) -> None:
    fuller, other, hidden = twins
    case: Case = request.node.callspec.params["twins"]
    assert not may_see(fuller, case, hidden), "the case is no case"
    app = fuller.browser.application
    dice, found = Random(case.name), 0
    addresses = session_of(dice, app, case.role, fuller, hidden)
    with dealt() as deal:
        for number in range(case.requests):
            if number == case.requests // 2:
                for twin in (fuller, other):
                    deal("rebuild")
                    indexer(twin.instance).rebuild(SYSTEM)
            address, method = next(addresses), dice.choice(("GET",) * 9 + ("HEAD",))
            answers = [ask(twin, deal, number, address, method) for twin in (fuller, other)]
            assert answers[0] == answers[1], (number, method, address)
            found += answers[0][0] == 200
    assert found > case.requests // 5


def may_see(twin: Twin, case: Case, record_id: str) -> bool:
    """Whether the policy itself lets this person see the record."""
    actor = twin.instance.sessions.find(twin.headers["Authorization"].split()[1])
    assert actor and actor.actor.roles == {case.role}
    with twin.instance.database.read() as session:
        facts = record_facts(session, session.get_one(Record, record_id), twin.clock.now())
    return decide(actor.actor, VIEW, facts).allowed


def ask(twin: Twin, deal: object, number: int, address: str, method: str) -> tuple[object, ...]:
    """Everything that comes back."""
    deal(f"request {number}")  # type: ignore[operator]
    headers = twin.headers if address.startswith("/api/") else {}
    answer = twin.browser.open(address, method=method, headers=headers)
    assert answer.status_code < 500 and answer.status_code != 429, (address, answer.status_code)
    return answer.status_code, sorted(answer.headers.items()), answer.get_data()


def test_the_comparison_would_notice_a_record_that_is_seen(tmp_path: Path) -> None:
    case = Case("seen", "social_worker_adults", (0,))
    with dealt() as deal:
        twins = [make_twin(tmp_path / str(one), case, deal, fuller=one) for one in (True, False)]
        addresses = ("/search?q=periwinkle", "/api/v1/search?q=plan", "/clients/" + f"{1:032x}")
        for number, address in enumerate(addresses):
            answers = [ask(twin, deal, number, address, "GET") for twin in twins]
            assert answers[0] != answers[1], address
