"""Deciding, the SQL filter, the index's filter and an independent reference never disagree.

EDRMS_TEST_TRIPLES: how many random (staff, permission, record or client) triples; 100,000 by default.
"""

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import select

import scanning.batches.tables  # noqa: F401 - all tables are known before any is made
from edrms.access.policy import VIEW
from edrms.db import Base, Database
from edrms.records.tables import Record
from search.access_filter import access_filters
from search.model import SearchRequest
from search.whoosh_index import WhooshIndex
from tests.access_agreement import actors, disagreements, indexed, roles_of_world, triples
from tests.access_reference import Reference, World
from tests.access_worlds import put, random_world

TRIPLES = int(os.environ.get("EDRMS_TEST_TRIPLES", "100000"))
SEED = 20260601


def worlds_in(database: Database, dice: Random) -> Iterator[World]:
    """Random worlds without end, each put into the database beside those before it."""
    first = 1
    while True:
        world = random_world(dice)
        with database.session() as session:
            put(session, world, first, dice)
            session.commit()
        first += len(world.records)
        yield world


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A database of its own with all tables."""
    made = Database(f"sqlite:///{tmp_path / 'edrms.sqlite3'}")
    Base.metadata.create_all(made.engine)
    yield made
    made.close()


def test_the_four_readings_of_the_policy_never_disagree(database: Database) -> None:
    asked = 0
    for world in worlds_in(database, Random(SEED)):
        with database.read() as session:
            found = list(islice(disagreements(session, world), 3))
        assert not found, (asked, world.roles_text[:80], found)
        asked += triples(world)
        if asked >= TRIPLES:
            break
    assert asked >= TRIPLES


def test_the_real_index_lets_in_what_the_reference_lets_in(
    database: Database, tmp_path: Path
) -> None:
    index = WhooshIndex(tmp_path / "index")
    index.prepare()
    shown = 0
    for world in islice(worlds_in(database, Random(5)), 4):
        reference = Reference(world)
        with database.read() as session, roles_of_world(world):
            rows = session.scalars(select(Record).where(Record.record_id.in_(world.records))).all()
            index.rebuild([indexed(row) for row in rows])
            for actor in actors(session, world):
                access = access_filters(session, actor, VIEW, world.at)
                found = {
                    hit.record_id
                    for page in (1, 2)
                    for hit in index.search(
                        SearchRequest("", access, page=page, page_size=100)
                    ).hits
                }
                may = {
                    one
                    for one in world.records
                    if reference.record(actor.staff_id, VIEW, one).allowed
                }
                assert found == may, actor
                total = index.search(SearchRequest("", access)).total
                assert total == len(may)
                shown += len(may)
    index.close()
    assert shown > 100
