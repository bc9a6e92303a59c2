"""What people read about access is made from the policy: the table of the docs, and the matrix's words."""

import os
from pathlib import Path

from api.web.access_wording import MARKINGS, PERMISSIONS, RELATIONS
from edrms.access.markings import OF_RECORDS
from edrms.access.matrix import ways_of
from edrms.access.model import LEVELS, Relation
from edrms.access.policy import VIEW
from edrms.access.roles import PERMISSIONS as HELD
from edrms.access.roles import ROLES

PAGE = Path(__file__).parents[2] / "docs" / "access.md"
START, END = "<!-- roles -->\n", "<!-- /roles -->"


def roles_table() -> str:
    """The table of docs/access.md."""
    lines = ["| Role | Services | Normal | Restricted | Sealed |", "|---|---|---|---|---|"]
    for code, role in ROLES.items():
        ways = ways_of(code, VIEW)
        for services in dict.fromkeys(way.services for way in ways):
            by_level = [
                next(
                    (", ".join(way.relations) for way in ways
                     if (way.services, way.level) == (services, level)), "no",
                )
                for level in LEVELS
            ]  # fmt: skip
            lines.append(f"| {role.name} | {', '.join(services)} | {' | '.join(by_level)} |")
        if not ways:
            lines.append(f"| {role.name} | reads no record | | | |")
    return "\n".join(lines) + "\n"


def test_the_roles_in_the_docs_are_those_of_the_policy() -> None:
    """EDRMS_TEST_WRITE_DOCS=1 writes them anew."""
    before, rest = PAGE.read_text("utf-8").split(START)
    written, after = rest.split(END)
    if os.environ.get("EDRMS_TEST_WRITE_DOCS"):
        written = roles_table()
        PAGE.write_text(before + START + written + END + after, "utf-8")
    assert written == roles_table()


def test_every_permission_relation_and_marking_has_words() -> None:
    assert set(PERMISSIONS) == HELD
    assert set(RELATIONS) == set(Relation)
    assert set(MARKINGS) == OF_RECORDS
