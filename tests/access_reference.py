"""The policy once more, written from its words alone: who may do what to a record or a client.

A brute-force reading over plain dicts, for the tests to hold against the three readings of the product.
It shares no code with edrms/access: it reads the roles' table and the document types' table for itself,
keeps no scopes, and asks every question of every row anew.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import edrms.access
import edrms.fileplan

Row = Mapping[str, Any]
SHIPPED = Path(edrms.access.__file__).with_name("roles.toml").read_text("utf-8")
_TYPES = Path(edrms.fileplan.__file__).with_name("document_types.psv").read_text("utf-8")
RANKS = {"normal": 0, "restricted": 1, "sealed": 2}
LETTERS = {"C": "children", "A": "adults", "F": "finance", "G": "general"}
LOOKING = ("client:summary:search", "client:file:view", "record:content:view")
GRANTS = ("panel", "listed", "granted", "glass", "admitted")


def _own_services(table: str) -> dict[str, frozenset[str]]:
    """By type: the services it belongs to whoever's file it is on; none for the types of care."""
    header, *lines = table.splitlines()
    found = {}
    for line in lines:
        row = dict(zip(header.split("|"), line.split("|"), strict=True))
        letters = row["domains"].split()
        is_of_care = "C" in letters or "A" in letters
        found[row["code"]] = frozenset(() if is_of_care else (LETTERS[one] for one in letters))
    return found


OWN_SERVICES = _own_services(_TYPES)


@dataclass
class World:
    """Rows of a small council at one moment. only: permissions a person's API token is limited to."""

    at: datetime
    roles_text: str = SHIPPED
    only: dict[str, frozenset[str] | None] = field(default_factory=dict)
    clients: dict[str, str] = field(default_factory=dict)
    records: dict[str, Row] = field(default_factory=dict)
    parents: dict[str, str | None] = field(default_factory=dict)
    holdings: list[Row] = field(default_factory=list)
    memberships: list[Row] = field(default_factory=list)
    duties: list[Row] = field(default_factory=list)
    allocations: list[Row] = field(default_factory=list)
    blocks: list[Row] = field(default_factory=list)
    markings: list[Row] = field(default_factory=list)
    grants: list[Row] = field(default_factory=list)


@dataclass(frozen=True)
class Verdict:
    """Allowed or not; is_reviewed where every way in is one that is looked at afterwards."""

    allowed: bool
    is_reviewed: bool = False


class Reference:
    """Answers about one world."""

    def __init__(self, world: World) -> None:
        self.world = world
        table = tomllib.loads(world.roles_text)
        self._bundles, self._roles = table["bundles"], table["roles"]
        self._roles_held = self._live(world.holdings, "staff_id", "role")
        self._members = self._live(world.memberships, "staff_id", "team_id")
        answering = [row for row in world.memberships if row["supervises"]]
        self._supervisors = self._live(answering, "staff_id", "team_id")
        self._on_duty = self._live(world.duties, "staff_id", "service")
        self._working = self._live(world.allocations, "client_id", "staff_id", "team_id")
        self._blocked = self._live(world.blocks, "staff_id", "subject_id")
        self._marked = self._live(world.markings, "subject_id", "marking")
        self._granted = self._live(world.grants, "staff_id", "relation", "subject_id")

    def record(self, staff_id: str, permission: str, record_id: str) -> Verdict:
        """May this person do this to this record?"""
        record = self.world.records[record_id]
        files = [(one, self.world.clients[one]) for one in record["clients"]]
        if self._is_blocked(staff_id, [record_id, *record["clients"]]):
            return Verdict(False)
        marks = self._marks(record_id)
        level = self._level(record["sensitivity"], record_id, *record["clients"])
        ways = []
        for role in self._roles_with(staff_id, permission):
            if "address" in marks and not role.get("sees_addresses"):
                continue
            if role.get("is_outside") and any(one.startswith("exempt-") for one in marks):
                continue
            own = OWN_SERVICES.get(record["document_type"], frozenset())
            ways += self._ways(staff_id, permission, role, level, files, record_id, own)
        return Verdict(bool(ways), bool(ways) and all(ways))

    def client(self, staff_id: str, permission: str, client_id: str) -> Verdict:
        """May this person do this to this client?"""
        if self._is_blocked(staff_id, [client_id]):
            return Verdict(False)
        level, files = (
            self._level("normal", client_id),
            [(client_id, self.world.clients[client_id])],
        )
        ways = []
        for role in self._roles_with(staff_id, permission):
            everyone = role.get("finds", "everyone") == "everyone"
            if permission == "client:summary:search" and everyone and level != "sealed":
                ways.append(bool(role.get("is_reviewed")))
            own = frozenset({"finance", "general"})  # their papers may be on anybody's file
            ways += self._ways(staff_id, permission, role, level, files, client_id, own)
        return Verdict(bool(ways), bool(ways) and all(ways))

    def breaks_glass(self, staff_id: str, record_id: str) -> bool:
        """May this person let themselves in to this record by giving a reason?"""
        if not self._roles_with(staff_id, "access:glass:break"):
            return False
        record = self.world.records[record_id]
        if self._level(record["sensitivity"], record_id, *record["clients"]) == "sealed":
            return False
        glass = (staff_id, "glass", record_id)
        before = self._granted
        self._granted = before | {glass}
        allowed = self.record(staff_id, "record:content:view", record_id).allowed
        self._granted = before
        return allowed

    def knows_restricted(self, staff_id: str, record_id: str) -> bool:
        """Is this a restricted record kept from the person, of which some may know that it is there?"""
        record = self.world.records[record_id]
        subjects = [record_id, *record["clients"]]
        if self._is_blocked(staff_id, subjects):
            return False
        hidden = not self.record(staff_id, "record:content:view", record_id).allowed
        return hidden and self._level(record["sensitivity"], *subjects) == "restricted"

    def _live(self, rows: list[Row], *words: str) -> set[tuple[str, ...]]:
        """These words of the rows begun and not ended; one that ends at this very moment has ended."""
        begun = [row for row in rows if row["from_at"] <= self.world.at]
        live = [row for row in begun if row["until_at"] is None or row["until_at"] > self.world.at]
        return {tuple(row[word] for word in words) for row in live}

    def _listed(self, role: Row) -> set[str]:
        words = role["permissions"]
        return {one for word in words for one in self._bundles.get(word, [word])}

    def _roles_with(self, staff_id: str, permission: str) -> list[Row]:
        only = self.world.only.get(staff_id)
        if only is not None and permission not in only:
            return []
        held = [row for code, row in self._roles.items() if (staff_id, code) in self._roles_held]
        return [role for role in held if permission in self._listed(role)]

    def _is_blocked(self, staff_id: str, subjects: list[str]) -> bool:
        return any((staff_id, one) in self._blocked for one in subjects)

    def _marks(self, subject_id: str) -> set[str]:
        words = (*RANKS, "address", *(f"exempt-{number}" for number in range(1, 8)))
        return {word for word in words if (subject_id, word) in self._marked}

    def _level(self, own: str, *subjects: str) -> str:
        if own not in RANKS:
            return "unknown"
        marks = {mark for one in subjects for mark in self._marks(one) if mark in RANKS}
        return max({own, *marks}, key=RANKS.__getitem__)

    def _ways(
        self, staff_id: str, permission: str, role: Row, level: str,
        files: list[tuple[str, str]], record_id: str, own: frozenset[str],
    ) -> Iterator[bool]:  # fmt: skip
        """Each way in by this role; true where somebody must look at the look."""
        for reach in role.get("reach", []):
            for client_id, service in files:
                if not set(reach["services"]) & (own | {service}):
                    continue
                for word in reach.get(level, []):
                    if word == "duty" and service not in reach["services"]:
                        continue
                    if word == "glass" and permission not in LOOKING:
                        continue
                    if self._stands(staff_id, word, client_id, service, record_id):
                        yield bool(role.get("is_reviewed")) or word in ("duty", "glass")

    def _stands(
        self, staff_id: str, word: str, client_id: str, service: str, record_id: str
    ) -> bool:
        if word == "any":
            return True
        if word == "duty":
            return (staff_id, service) in self._on_duty
        if word in GRANTS:
            return any((staff_id, word, one) in self._granted for one in (client_id, record_id))
        working = [row for row in self._working if row[0] == client_id]
        if word == "allocated":
            return any(row[1] == staff_id for row in working)
        teams = {row[2] for row in working if row[2]}
        if word == "team":
            return any((staff_id, team) in self._members for team in teams)
        return any(
            (staff_id, one) in self._supervisors for team in teams for one in self._above(team)
        )

    def _above(self, team_id: str) -> Iterator[str]:
        """The team and every team it is below."""
        at: str | None = team_id
        passed: set[str] = set()
        while at is not None and at not in passed:
            passed.add(at)
            yield at
            at = self.world.parents[at]
