"""Whoosh and OpenSearch before the same records and the same questions: the same answers, to the last span.

The contract says what an answer must be like; this says that nobody can tell the engines apart. Records
and questions are made from a fixed seed, with the oddities of real letters among them.
"""

import random
import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest

from search.bench import made_records, vocabulary
from search.model import AccessFilter, IndexedRecord, SearchRequest, Sort
from search.opensearch_config import opensearch_config
from search.opensearch_index import OpenSearchIndex
from search.ports import SearchIndex
from search.whoosh_index import WhooshIndex
from tests.contract.index_contract import ADULTS, record
from tests.engines.wanted import Engine, url_of

RECORDS = 400
SOME = AccessFilter(
    frozenset({"service-3", "service-4", "adults"}), frozenset({"normal", "sensitive"})
)
ONE_CLIENT = AccessFilter(
    frozenset({"adults"}), frozenset({"normal"}), client_ids=frozenset({"c1"})
)
NOT_ONE = AccessFilter(SOME.services, SOME.sensitivities, except_client_ids=frozenset({"c1", "c3"}))
PLAIN_ACCESS = [*[SOME] * 5, ADULTS, (SOME, ONE_CLIENT), NOT_ONE, AccessFilter(), ()]
ODD_LETTERS = [
    "Siân O'Neill-Jones was seen on 12/03/2014 and again on 3rd April 2014",
    "NHS 999 123 4567, our ref BA/568286/39, call 01792 123456 or write to a.person@example.org",
    "the care plan of the child in care; care plan, care plan: CARE PLAN",
    "assess assessed assessing assessment reassessment",
    "Mae'r cynllun gofal ar gyfer Llŷr yn barod ers 12 Mawrth 2014",
    "",
]
ODD_QUESTIONS = [
    "siân", "oneill", "O'Neill", '"care plan"', '"plan care"', "care plan", "care -plan", "assess*",
    "12 March 2014", "2014-03-12", "9991234567", "ba56828639", "ref:ba568286", "client:lee",
    "type:letter", "carr plan", "asessment", "a OR b OR plan", "the of and", "*", "", "-plan", "\0",
    "who made the care plan for the child in the care of the council", "notes:scan", "title:letter",
]  # fmt: skip


def odd_records() -> Iterator[IndexedRecord]:
    for number, text in enumerate(ODD_LETTERS):
        yield record(
            f"odd{number}", pages=(text, ODD_LETTERS[(number + 1) % len(ODD_LETTERS)]),
            client_ids=frozenset({f"c{number % 4}"}), client_names=("Ann Lee", "Llŷr Rees"),
            identifiers=(f"BA/56828{number}/39",), file_names=("scan_0001.pdf",),
            document_date=date(2014, 3, 12) if number % 2 else None,
        )  # fmt: skip


def all_records() -> list[IndexedRecord]:
    return [*made_records(0, RECORDS), *odd_records()]


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[SearchIndex, SearchIndex]]:
    name = f"edrms-test-{secrets.token_hex(6)}"
    far = OpenSearchIndex(opensearch_config(f"{url_of(Engine.OPENSEARCH)}/{name}"))
    near = WhooshIndex(tmp_path_factory.mktemp("index") / "whoosh")
    made = all_records()
    for index in (near, far):
        index.prepare()
        index.rebuild(made[: RECORDS // 2])
        index.upsert(made[RECORDS // 4 :])
        index.delete({one.record_id: one.version for one in made[:20]})
    yield near, far
    far._server.ask("DELETE", f"/{name}.*")
    for index in (near, far):
        index.close()


def narrowed_by_ids(source: random.Random) -> tuple[AccessFilter, ...]:
    """A few overlapping filters with lists of thousands of ids, known and unknown."""
    records = [one.record_id for one in all_records()] + [f"gone{one}" for one in range(3000)]
    clients = [f"c{number}" for number in range(997)] + [f"x{one}" for one in range(3000)]

    def some_of(known: list[str], share: float) -> frozenset[str]:
        return frozenset(source.sample(known, int(len(known) * share)))

    return tuple(
        replace(
            source.choice([SOME, ADULTS]),
            client_ids=source.choice([None, None, some_of(clients, 0.6)]),
            except_client_ids=some_of(clients, source.choice([0, 0.1])),
            record_ids=source.choice([None, some_of(records, 0.8), some_of(records, 0.4)]),
            except_record_ids=some_of(records, source.choice([0, 0.2, 0.5])),
        )
        for _ in range(source.randrange(1, 4))
    )


def requests() -> Iterator[SearchRequest]:
    """A few hundred questions of every kind, each with an access filter and sometimes narrowed."""
    source, words = random.Random(11), vocabulary()
    kinds = [
        lambda: source.choice(words[:3000]),
        lambda: " ".join(source.choices(words[:600], k=2)),
        lambda: " ".join(source.choices(words[:200], k=3)),
        lambda: " ".join(source.choices(words[:500], k=7)),
        lambda: f'"{" ".join(source.choices(words[:20], k=2))}"',
        lambda: source.choice(words[:2000])[:3] + "*",
        lambda: source.choice(words[300:3000]) + "x",
        lambda: " OR ".join(source.choices(words[:3000], k=3)),
        lambda: f"{source.choice(words[:50])} -{source.choice(words[:20])}",
        lambda: f"title:{source.choice(words[:200])}",
        lambda: f"ref:CF/{source.randrange(RECORDS):06d}",
        lambda: source.choice(ODD_QUESTIONS),
    ]
    for number in range(360):
        yield SearchRequest(
            source.choice(ODD_QUESTIONS) if number < 60 else kinds[number % len(kinds)](),
            access=narrowed_by_ids(source) if number % 3 else source.choice(PLAIN_ACCESS),
            sort=source.choice(list(Sort)),
            page=source.choice([*[1] * 6, 2]),
            page_size=source.choice([5, 20, 100]),
            document_types=frozenset(source.choice([*[()] * 8, ("type 3", "letter")])),
            years=frozenset(source.choice([*[()] * 8, (2012, 2014)])),
            client_id=source.choice([*[None] * 8, "c3"]),
            from_date=source.choice([*[None] * 5, date(2012, 6, 1)]),
        )


def test_both_hold_the_same(engines: tuple[SearchIndex, SearchIndex]) -> None:
    near, far = engines
    assert dict(near.versions()) == dict(far.versions())
    assert near.count() == far.count() == len(all_records()) - 20


def test_both_answer_every_question_alike(engines: tuple[SearchIndex, SearchIndex]) -> None:
    near, far = engines
    answered = 0
    for request in requests():
        expected = near.search(request)
        assert far.search(request) == expected, request
        answered += bool(expected.hits)
    assert answered > 120  # the others ask for what is hidden, absent or beyond the last page
