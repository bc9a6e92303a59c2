"""Deciding, the SQL filter, the index's filter and an independent reference never disagree.

EDRMS_TEST_TRIPLES: how many random (staff, permission, record or client) triples; 100,000 by default.
"""

import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random

import pytest

import scanning.batches.tables  # noqa: F401 - all tables are known before any is made
from edrms.db import Base, Database
from tests.access_agreement import disagreements, triples
from tests.access_reference import World
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
