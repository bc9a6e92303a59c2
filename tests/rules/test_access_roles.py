"""The shipped roles as data: who sees what in which situation, written down by hand from what the field
does (not from the table of roles), and what a malformed table is told."""

from dataclasses import replace

import pytest

from edrms.access.model import ClientFacts, FileFacts, RecordFacts, Relation, Tie
from edrms.access.policy import (
    BREAK_GLASS,
    DOWNLOAD,
    FIND,
    OPEN_FILE,
    VIEW,
    decide,
    holds,
    may_break_glass,
)
from edrms.access.roles import ROLES, load_roles
from tests.factories import actor

ME, MY_TEAM = "me", "my team"
FINANCE, GENERAL = frozenset({"finance"}), frozenset({"general"})


def file(service: str, tie: str = "") -> FileFacts:
    """Somebody's file: mine, my team's, or nobody's I know."""
    mine = frozenset({ME}) if tie == "mine" else frozenset()
    ours = frozenset({MY_TEAM}) if tie == "ours" else frozenset()
    return FileFacts("client", service, allocated=mine, teams=ours)


def record(service: str, tie: str = "", level: str = "normal", **given: object) -> RecordFacts:
    """A record on one such file."""
    return RecordFacts((file(service, tie),), level, **given)  # type: ignore[arg-type]


SITUATIONS = {
    "my adult": record("adults", "mine"),
    "our adult": record("adults", "ours"),
    "an adult": record("adults"),
    "my adult, restricted": record("adults", "mine", "restricted"),
    "our adult, restricted": record("adults", "ours", "restricted"),
    "an adult, restricted": record("adults", "", "restricted"),
    "my child": record("children", "mine"),
    "our child": record("children", "ours"),
    "a child": record("children"),
    "my child, restricted": record("children", "mine", "restricted"),
    "a child, restricted": record("children", "", "restricted"),
    "my child, sealed": record("children", "mine", "sealed"),
    "a child, sealed": record("children", "", "sealed"),
    "an invoice on an adult's file": record("adults", services=FINANCE),
    "misdirected post on an adult's file": record("adults", services=GENERAL),
}
EVERY_ADULT = {"my adult", "our adult", "an adult"}
EVERY_CHILD = {"my child", "our child", "a child"}
RESTRICTED_ADULTS = {"my adult, restricted", "our adult, restricted", "an adult, restricted"}
RESTRICTED_CHILDREN = {"my child, restricted", "a child, restricted"}
INVOICE, MISDIRECTED = "an invoice on an adult's file", "misdirected post on an adult's file"
SEEN: dict[str, set[str]] = {
    "post_room": set(),
    "indexer": set(),
    "quality_supervisor": set(),
    "business_support": {"my adult", "our adult"},
    "business_support_children": {"my child", "our child"},
    "social_worker_adults": {"my adult", "our adult", "my adult, restricted"},
    "social_worker_children": {"my child", "our child", "my child, restricted"},
    "team_manager": {
        "my adult", "our adult", "my adult, restricted", "my child", "our child",
        "my child, restricted",
    },
    "emergency_duty": EVERY_ADULT | EVERY_CHILD | RESTRICTED_ADULTS | RESTRICTED_CHILDREN
    | {INVOICE, MISDIRECTED},
    "independent_reviewing_officer": EVERY_CHILD | {"my child, restricted"},
    "adoption_team": EVERY_CHILD | RESTRICTED_CHILDREN | {"my child, sealed", "a child, sealed"},
    "finance": {INVOICE},
    "complaints": {MISDIRECTED},
    "records_manager": EVERY_ADULT | EVERY_CHILD | {INVOICE, MISDIRECTED},
    "information_governance": EVERY_ADULT | EVERY_CHILD | RESTRICTED_ADULTS | RESTRICTED_CHILDREN
    | {INVOICE, MISDIRECTED},
    "auditor": set(),
    "system_administrator": set(),
    "partner_guest": set(),
    "integration_client": set(),
}  # fmt: skip
TAKES_AWAY = {
    "business_support", "business_support_children", "social_worker_adults",
    "social_worker_children", "team_manager", "independent_reviewing_officer", "adoption_team",
    "finance", "complaints", "records_manager", "information_governance",
}  # fmt: skip
BREAKS_GLASS = {
    "social_worker_adults", "social_worker_children", "team_manager",
    "independent_reviewing_officer",
}  # fmt: skip
# By grant, on a child's file: the highest level it opens to the role, "" for none.
LET_IN = {
    ("social_worker_children", Relation.GRANTED): "restricted",
    ("social_worker_children", Relation.ADMITTED): "sealed",
    ("social_worker_children", Relation.PANEL): "normal",
    ("social_worker_children", Relation.LISTED): "",
    ("social_worker_adults", Relation.GRANTED): "",
    ("business_support_children", Relation.GRANTED): "normal",
    ("partner_guest", Relation.LISTED): "normal",
    ("partner_guest", Relation.GRANTED): "",
    ("auditor", Relation.LISTED): "restricted",
    ("auditor", Relation.GRANTED): "",
    ("complaints", Relation.LISTED): "restricted",
    ("finance", Relation.GRANTED): "",
    ("records_manager", Relation.GRANTED): "restricted",
    ("information_governance", Relation.ADMITTED): "sealed",
    ("system_administrator", Relation.ADMITTED): "",
    ("independent_reviewing_officer", Relation.PANEL): "restricted",
}  # fmt: skip


def who(role: str, **given: object) -> object:
    fields = {"teams": frozenset({MY_TEAM}), "supervises": frozenset()} | given
    return actor(role, name=ME, **fields)


def test_every_shipped_role_is_written_down_here() -> None:
    assert set(SEEN) == set(ROLES)


@pytest.mark.parametrize("role", SEEN)
@pytest.mark.parametrize("situation", SITUATIONS)
def test_a_role_sees_what_the_field_says_and_nothing_else(role: str, situation: str) -> None:
    decision = decide(who(role), VIEW, SITUATIONS[situation])  # type: ignore[arg-type]
    assert decision.allowed is (situation in SEEN[role])
    taken = decide(who(role), DOWNLOAD, SITUATIONS[situation])  # type: ignore[arg-type]
    assert taken.allowed is (decision.allowed and role in TAKES_AWAY)


@pytest.mark.parametrize("role", SEEN)
@pytest.mark.parametrize("situation", SITUATIONS)
def test_a_conflict_of_interest_closes_every_situation(role: str, situation: str) -> None:
    conflict = replace(SITUATIONS[situation], blocked=frozenset({ME}))
    assert not decide(who(role), VIEW, conflict).allowed  # type: ignore[arg-type]
    assert not may_break_glass(who(role), conflict).allowed  # type: ignore[arg-type]


@pytest.mark.parametrize("role", SEEN)
def test_an_unknown_sensitivity_is_seen_by_nobody(role: str) -> None:
    every = frozenset(Tie(ME, relation) for relation in Relation)
    for service in ("children", "adults"):
        facts = record(service, "mine", "most secret", ties=every)
        assert not decide(who(role), VIEW, facts).allowed  # type: ignore[arg-type]


@pytest.mark.parametrize(("role", "relation"), LET_IN)
def test_a_grant_opens_so_much_and_no_more(role: str, relation: Relation) -> None:
    base = [who(role), VIEW]
    levels = ["normal", "restricted", "sealed"]
    highest = LET_IN[role, relation]
    for level in levels:
        closed = record("children", "", level)
        tied = replace(closed, ties=frozenset({Tie(ME, relation)}))
        opened = decide(*base, tied).allowed and not decide(*base, closed).allowed  # type: ignore[arg-type]
        before = decide(*base, closed).allowed  # type: ignore[arg-type]
        reached = highest != "" and levels.index(level) <= levels.index(highest)
        assert opened or before or not reached, level
        assert reached or before or not opened, level
    others = replace(record("children"), ties=frozenset({Tie("somebody else", relation)}))
    plain = decide(*base, record("children")).allowed  # type: ignore[arg-type]
    assert decide(*base, others).allowed is plain  # type: ignore[arg-type]


@pytest.mark.parametrize("role", SEEN)
def test_the_glass_is_broken_by_those_who_practise_and_never_of_a_seal(role: str) -> None:
    practises = role in BREAKS_GLASS
    service = "adults" if role == "social_worker_adults" else "children"
    assert holds(who(role), BREAK_GLASS) is practises  # type: ignore[arg-type]
    for level in ("normal", "restricted"):
        facts = record(service, "", level)
        assert may_break_glass(who(role), facts).allowed is practises  # type: ignore[arg-type]
    assert not may_break_glass(who(role), record(service, "mine", "sealed")).allowed  # type: ignore[arg-type]
    other = record("children" if service == "adults" else "adults")
    assert may_break_glass(who(role), other).allowed is (role == "team_manager")  # type: ignore[arg-type]


def test_a_guest_sees_no_exempt_paper_and_no_protected_address() -> None:
    listed = frozenset({Tie(ME, Relation.LISTED)})
    guest = who("partner_guest")
    assert decide(guest, VIEW, record("adults", ties=listed)).allowed  # type: ignore[arg-type]
    for given in ({"exempt": frozenset({5})}, {"shows_address": True}):
        facts = record("adults", ties=listed, **given)
        assert not decide(guest, VIEW, facts).allowed  # type: ignore[arg-type]


def test_a_guest_finds_only_whom_it_is_listed_for_and_others_find_everyone_unsealed() -> None:
    for role in ("partner_guest", "indexer", "finance", "social_worker_adults"):
        everyone = role != "partner_guest"
        for level in ("normal", "restricted", "sealed"):
            unknown = ClientFacts(file("adults"), level)
            found = decide(who(role), FIND, unknown).allowed  # type: ignore[arg-type]
            assert found is (everyone and level != "sealed"), (role, level)
    listed = ClientFacts(
        replace(file("adults"), ties=frozenset({Tie(ME, Relation.LISTED)})), "normal"
    )
    assert decide(who("partner_guest"), FIND, listed).allowed  # type: ignore[arg-type]
    assert decide(who("partner_guest"), OPEN_FILE, listed).allowed  # type: ignore[arg-type]


def test_every_look_of_the_emergency_duty_is_reviewed_and_a_worker_s_own_is_not() -> None:
    assert decide(who("emergency_duty"), VIEW, record("adults")).is_reviewed  # type: ignore[arg-type]
    mine = decide(who("social_worker_adults"), VIEW, record("adults", "mine"))  # type: ignore[arg-type]
    assert not mine.is_reviewed
    on_duty = who("social_worker_adults", duties=frozenset({"adults"}))
    assert decide(on_duty, VIEW, record("adults")).is_reviewed  # type: ignore[arg-type]
    invited = record("adults", ties=frozenset({Tie(ME, Relation.PANEL)}))
    assert not decide(on_duty, VIEW, invited).is_reviewed  # type: ignore[arg-type]


# --- the table itself ------------------------------------------------------------------------------

WHOLE = """
[bundles]
read = ["record:content:view"]
[roles.reader]
name = "Reader"
permissions = ["read"]
[[roles.reader.reach]]
services = ["adults"]
normal = ["allocated", "granted"]
restricted = ["granted"]
"""
MALFORMED = {
    "unknown words": WHOLE.replace("name =", 'sees_all = true\nname ='),
    "neither bundles nor permissions": WHOLE.replace('["read"]', '["raed"]'),
    "everyone or theirs": WHOLE.replace("name =", 'finds = "nobody"\nname ='),
    "colleague": WHOLE.replace('"allocated"', '"colleague"'),
    "housing": WHOLE.replace('["adults"]', '["housing"]'),
    "reach higher but not lower": WHOLE.replace('restricted = ["granted"]', 'restricted = ["glass"]'),
    "admitted": WHOLE + 'sealed = ["admitted"]\n',
    "unknown words \\['secret'\\]": WHOLE + 'secret = ["granted"]\n',
    "is true or false": WHOLE.replace("name =", 'is_outside = "no"\nname ='),
    "'name'": WHOLE.replace('name = "Reader"', ""),
    "'services'": WHOLE.replace('services = ["adults"]', ""),
}  # fmt: skip


def test_a_whole_table_is_read() -> None:
    assert load_roles(WHOLE)["reader"].permissions == {"record:content:view"}


@pytest.mark.parametrize("what", MALFORMED)
def test_a_malformed_table_is_refused_naming_the_role(what: str) -> None:
    assert MALFORMED[what] != WHOLE
    with pytest.raises(ValueError, match=f"role reader: .*{what}"):
        load_roles(MALFORMED[what])


def test_only_any_below_lets_a_level_above_have_relations_of_its_own() -> None:
    any_below = WHOLE.replace('normal = ["allocated", "granted"]', 'normal = ["any"]')
    assert load_roles(any_below)["reader"].reaches
    with pytest.raises(ValueError, match="reach higher but not lower"):
        load_roles(WHOLE.replace('restricted = ["granted"]', 'restricted = ["any"]'))
