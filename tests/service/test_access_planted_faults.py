"""The test of the agreement would notice: each fault planted in one reading makes it disagree.

One database of a few worlds serves all; a fault is looked for in world after world until it shows.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from random import Random
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import and_, false, select, true

import scanning.batches.tables  # noqa: F401 - all tables are known before any is made
from edrms.access import facts, markings, policy, sql, standing
from edrms.access.model import LEVELS, Relation
from edrms.access.tables import Block, Grant, Marking, Period
from edrms.db import Base, Database
from search import access_filter
from tests.access_agreement import Disagreement, disagreements
from tests.access_reference import World
from tests.access_worlds import put, random_world

MOST_WORLDS = 14
Fault = tuple[object, str, Any]


def blocks_ignored_for(*roles: str) -> Callable[..., Any]:
    """A decision that forgets conflicts of interest of these roles."""
    real = policy._decide_content

    def decide(actor: Any, permission: str, about: Any) -> Any:
        if actor.roles & set(roles):
            about = replace(about, blocked=frozenset())
        return real(actor, permission, about)

    return decide


def without(real: Callable[..., Any], *relations: Relation) -> Callable[..., Any]:
    """The ways in of a policy that never heard of these relations."""

    def scopes(actor: Any, permission: str) -> Any:
        return tuple(
            replace(scope, relations=scope.relations - set(relations))
            for scope in real(actor, permission)
        )

    return scopes


def always_live(_at: object) -> Any:
    return true()


def live_if_begun(table: type[Period]) -> Callable[..., Any]:
    return lambda at: table.from_at <= at


def live_to_the_end(table: type[Period]) -> Callable[..., Any]:
    """The bound counted in: what ends at this very moment still holds."""
    return lambda at: and_(table.from_at <= at, (table.until_at.is_(None)) | (table.until_at >= at))


def first_file_only(real: Callable[..., Any]) -> Callable[..., Any]:
    """Facts in which only the first client's markings and blocks count."""

    def guards(session: Any, subjects: list[str], clients: Any, at: Any) -> Any:
        return real(session, subjects[:2], clients, at)

    return guards


def glass_lets_download(reach: Any, level: Any, _permission: str) -> frozenset[Relation]:
    sufficient = reach.at(level)
    return frozenset({Relation.ANY}) if Relation.ANY in sufficient else sufficient


def duty_everywhere(scope: Any, actor: Any, about: Any) -> Any:
    """Duty for one service opens another's files."""
    return policy_relation_through(scope, replace(actor, duties=frozenset(scope.services)), about)


policy_relation_through = policy._relation_through


def exempt_to_guests(scope: Any) -> list[str]:
    return [] if scope.sees_addresses else ["address"]


def address_to_all(scope: Any) -> list[str]:
    return [] if scope.sees_exempt else [category.marking for category in markings.EXEMPT]


def level_one_too_high(highest: Any) -> Any:
    return LEVELS[: LEVELS.index(highest) + 2]


def last_marking_first(own: str, marks: frozenset[str]) -> str:
    marked = [level for level in LEVELS if level in marks or level == own]
    return marked[0] if marked else own


def unknown_is_normal(own: str, marks: frozenset[str]) -> str:
    return REAL_LEVEL_OF(own if own in LEVELS else "normal", marks)


REAL_LEVEL_OF = markings.level_of


def nobody_blocked(*_given: Any) -> Any:
    return select(Block.subject_id).where(false())


def own_duties_of_papers(scope: Any, hidden: Any, services: Any, **chosen: Any) -> Any:
    """The index's filter by any service of the scope, not those served alone."""
    return REAL_FILTER(scope, hidden, scope.services, **chosen)


REAL_FILTER = access_filter._filter


def clients_alone(scope: Any, hidden: Any, services: Any, **chosen: Any) -> Any:
    return replace(REAL_FILTER(scope, hidden, services, **chosen), except_client_ids=frozenset())


def token_without_limits(actor: Any, permission: str) -> Any:
    return REAL_GRANTING(replace(actor, only=None), permission)


REAL_GRANTING = policy.granting
NO_TEAMS_BELOW: Fault = (standing, "_add_teams_below", lambda _session, _standings: None)
EVERY_TYPE = lambda _code: frozenset({"finance", "general"})  # noqa: E731

FAULTS: dict[str, list[Fault]] = {
    "blocks are ignored for a team manager": [
        (policy, "_decide_content", blocks_ignored_for("team_manager", "information_governance"))
    ],
    "rows forget conflicts of interest": [(sql, "blocked_subjects", nobody_blocked)],
    "the index forgets conflicts of interest": [
        (access_filter, "blocked_subjects", nobody_blocked)
    ],
    "a level too high is let in by deciding": [(policy, "levels_up_to", level_one_too_high)],
    "a level too high is let in by rows": [(sql, "levels_up_to", level_one_too_high)],
    "a level too high is let in by the index": [
        (access_filter, "levels_up_to", level_one_too_high)
    ],
    "the lowest marking counts": [(facts, "level_of", last_marking_first)],
    "an unknown sensitivity is normal": [(facts, "level_of", unknown_is_normal)],
    "a grant that has ended is honoured": [(Grant, "live", live_if_begun(Grant))],
    "a grant is honoured at the moment it ends": [(Grant, "live", live_to_the_end(Grant))],
    "a grant to come is honoured": [(Grant, "live", always_live)],
    "a marking lifted still counts": [(Marking, "live", live_if_begun(Marking))],
    "a block never ends": [(Block, "live", live_if_begun(Block))],
    "duty reaches beyond its service": [(policy, "_relation_through", duty_everywhere)],
    "a type's own service leaks to every type": [(facts, "services_of_type", EVERY_TYPE)],
    "a type's own service is forgotten by rows": [(sql, "types_of", lambda _services: [])],
    "a broken glass lets one download": [(policy, "_sufficient", glass_lets_download)],
    "exempt papers go to guests, by rows and index": [
        (sql, "hiding_markings", exempt_to_guests),
        (access_filter, "hiding_markings", exempt_to_guests),
    ],
    "protected addresses are shown by rows": [(sql, "hiding_markings", address_to_all)],
    "markings on a second client are ignored": [(facts, "_guards", first_file_only(facts._guards))],
    "the index ignores markings of clients": [(access_filter, "_filter", clients_alone)],
    "the index takes any service of the scope": [(access_filter, "_filter", own_duties_of_papers)],
    "rows forget the caseload": [
        (sql, "scopes", without(policy.scopes, Relation.ALLOCATED, Relation.TEAM))
    ],
    "the index forgets duty": [(access_filter, "scopes", without(policy.scopes, Relation.DUTY))],
    "a token's limits are forgotten": [(policy, "granting", token_without_limits)],
    "teams below are not answered for": [NO_TEAMS_BELOW],
    "the index ignores records let in one by one": [
        (access_filter, "tied_subjects", lambda _relations, _actor, _at: nobody_blocked())
    ],
}


@pytest.fixture(scope="module")
def council(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Database, list[World]]]:
    """A database with a few worlds."""
    database = Database(f"sqlite:///{tmp_path_factory.mktemp('faults') / 'edrms.sqlite3'}")
    Base.metadata.create_all(database.engine)
    dice, worlds = Random(7), []
    with database.session() as session:
        for number in range(MOST_WORLDS):
            world = random_world(dice, staff=14, clients=12, records=60)
            put(session, world, 1 + number * len(world.records), dice)
            worlds.append(world)
        session.commit()
    yield database, worlds
    database.close()


def first_disagreement(database: Database, worlds: list[World]) -> Disagreement | None:
    """Of these worlds; None if all readings agree in all of them."""
    for world in worlds:
        with database.read() as session:
            for found in islice(disagreements(session, world), 1):
                return found
    return None


def test_without_a_fault_these_worlds_agree(council: tuple[Database, list[World]]) -> None:
    database, worlds = council
    assert first_disagreement(database, worlds[:5]) is None


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_noticed(
    council: tuple[Database, list[World]], fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for place, name, planted in FAULTS[fault]:
        assert isinstance(place, ModuleType | type)
        monkeypatch.setattr(place, name, planted)
    assert first_disagreement(*council) is not None
