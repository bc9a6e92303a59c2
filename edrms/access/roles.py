"""The roles shipped with the product, read once from roles.toml beside this module.

A malformed table stops the program at its first use: a wrong policy must never be half believed.
Permissions are `thing:part:verb`; a route naming one that no role could hold is refused at start.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from itertools import pairwise
from typing import Any

from edrms.access.model import LEVELS, Relation
from edrms.fileplan.model import Sensitivity, Service

_KNOWN = {
    "name", "permissions", "finds", "sees_addresses", "is_outside", "is_reviewed", "needs_end",
    "reach",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reach:
    """On files of these services: which relations suffice at each level ("any": none is needed)."""

    services: frozenset[Service]
    relations: tuple[frozenset[Relation], ...]  # in the order of LEVELS

    def at(self, level: Sensitivity) -> frozenset[Relation]:
        """The relations that suffice at this level; none where nobody of the role gets in."""
        return self.relations[LEVELS.index(level)]


@dataclass(frozen=True, slots=True)
class Role:
    """One role: what its holders may do, and on which records the content permissions reach.

    finds_everyone: finds any client by name (to file post); otherwise only those within reach.
    is_outside: of another organisation, to whom exempt papers do not go. is_reviewed: every look is
    looked at afterwards. needs_end: held only until a date.
    """

    code: str
    name: str
    permissions: frozenset[str]
    reaches: tuple[Reach, ...] = ()
    finds_everyone: bool = True
    sees_addresses: bool = False
    is_outside: bool = False
    is_reviewed: bool = False
    needs_end: bool = False


def load_roles(text: str) -> dict[str, Role]:
    """The roles of a table in TOML. Raises ValueError naming what is wrong in which role."""
    table = tomllib.loads(text)
    bundles = {name: frozenset(listed) for name, listed in table["bundles"].items()}
    return {code: _whole_role(code, row, bundles) for code, row in table["roles"].items()}


def _whole_role(code: str, row: dict[str, Any], bundles: Mapping[str, frozenset[str]]) -> Role:
    try:
        return _role(code, row, bundles)
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"role {code}: {error}") from error


def _role(code: str, row: dict[str, Any], bundles: Mapping[str, frozenset[str]]) -> Role:
    if unknown := set(row) - _KNOWN:
        raise ValueError(f"unknown words {sorted(unknown)}")
    permissions: set[str] = set()
    for one in row["permissions"]:
        permissions |= bundles.get(one, {one})
    if wrong := {one for one in permissions if one.count(":") != 2}:
        raise ValueError(f"{sorted(wrong)} are neither bundles nor permissions")
    return Role(
        code=code,
        name=row["name"],
        permissions=frozenset(permissions),
        reaches=tuple(_reach(reach) for reach in row.get("reach", ())),
        finds_everyone=_finds_everyone(row.get("finds", "everyone")),
        **{flag: _flag(row, flag) for flag in ("sees_addresses", "is_outside", "is_reviewed",
                                               "needs_end")},
    )  # fmt: skip


def _flag(row: dict[str, Any], flag: str) -> bool:
    """A word such as "no" would count as yes."""
    given = row.get(flag, False)
    if not isinstance(given, bool):
        raise ValueError(f"{flag} is true or false, not {given!r}")
    return given


def _finds_everyone(word: str) -> bool:
    if word not in ("everyone", "theirs"):
        raise ValueError(f"finds is everyone or theirs, not {word}")
    return word == "everyone"


def _reach(row: dict[str, Any]) -> Reach:
    if unknown := set(row) - {"services", *LEVELS}:
        raise ValueError(f"unknown words {sorted(unknown)} in reach")
    relations = [frozenset(Relation(word) for word in row.get(level, ())) for level in LEVELS]
    for lower, higher in pairwise(relations):
        if not (higher <= lower or Relation.ANY in lower):
            raise ValueError(f"{sorted(higher - lower)} reach higher but not lower")
    services = frozenset(Service(word) for word in row["services"])
    return Reach(services, tuple(relations))


ROLES = load_roles(resources.files("edrms.access").joinpath("roles.toml").read_text("utf-8"))
PERMISSIONS = frozenset().union(*(role.permissions for role in ROLES.values()))
