"""The house keeps its laws, and each law would notice if it did not."""

import re
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from edrms.access.roles import PERMISSIONS, ROLES
from edrms.audit.vocabulary import ACTIONS
from tests.architecture import laws
from tests.architecture.laws import Module, modules

BROAD = {"edrms/jobs/worker.py", "api/problems.py", "scanning/reading/sandbox_server.py"}
KNOWN = set(sys.stdlib_module_names) | {"__future__"}
THING = re.compile(r"[a-z]+:[a-z]+:[a-z]+")
Law = Callable[[Iterable[Module]], Iterator[str]]


def libraries(tree: Iterable[Module]) -> Iterator[str]:
    return laws.libraries_stay_in_their_adapters(tree, KNOWN)


def broad_excepts(tree: Iterable[Module]) -> Iterator[str]:
    return laws.errors_are_named(tree, BROAD)


LAWS: dict[str, Law] = {
    "imports go down only": laws.imports_go_down_only,
    "pure modules stay pure": laws.pure_modules_stay_pure,
    "libraries stay in their adapters": libraries,
    "public things say what they are": laws.public_things_say_what_they_are,
    "nothing is too long": laws.nothing_is_too_long,
    "errors are named": broad_excepts,
    "nothing is left undone": laws.nothing_is_left_undone,
    "sql is never pasted together": laws.sql_is_never_pasted_together,
}
DOC = '"""Doc."""\n'
PLANTED = [
    ("imports go down only", "edrms/x.py", "import scanning.intake"),
    ("imports go down only", "edrms/x.py", "from api import app"),
    ("imports go down only", "search/x.py", "def f():\n    from scanning.batches import model"),
    ("imports go down only", "scanning/x.py", "import search"),
    ("imports go down only", "scanning/x.py", "from retention import rules"),
    ("imports go down only", "retention/x.py", "import api.wiring"),
    ("imports go down only", "api/x.py", "from tests import factories"),
    ("imports go down only", "edrms/x.py", "from . import db"),
    ("pure modules stay pure", "edrms/a/rules.py", "import os"),
    ("pure modules stay pure", "edrms/a/policy.py", "from sqlalchemy import select"),
    ("pure modules stay pure", "search/query.py", "from pathlib import Path"),
    ("pure modules stay pure", "edrms/a/model.py", "from edrms.db import Base"),
    (
        "pure modules stay pure",
        "edrms/a/workflow.py",
        "import datetime\nx = datetime.datetime.now()",
    ),
    ("pure modules stay pure", "retention/schedule.py", "x = open('f')"),
    ("libraries stay in their adapters", "edrms/x.py", "from flask import g"),
    ("libraries stay in their adapters", "search/service.py", "from whoosh.index import open_dir"),
    ("libraries stay in their adapters", "scanning/x.py", "import pytesseract"),
    ("libraries stay in their adapters", "scanning/intake/x.py", "import magic"),
    ("libraries stay in their adapters", "scanning/x.py", "import requests"),
    ("public things say what they are", "edrms/x.py", "def file():\n    return 1"),
    ("public things say what they are", "edrms/x.py", "class Record:\n    pass"),
    ("nothing is too long", "edrms/x.py", "x = 1\n" * 401),
    ("nothing is too long", "edrms/x.py", "def f():\n" + "    x = 1\n" * 51),
    ("errors are named", "edrms/x.py", "try:\n    pass\nexcept Exception:\n    pass"),
    ("errors are named", "edrms/x.py", "try:\n    pass\nexcept:\n    pass"),
    ("errors are named", "edrms/x.py", "try:\n    pass\nexcept (OSError, Exception):\n    pass"),
    ("nothing is left undone", "edrms/x.py", "# TO" + "DO later"),
    ("nothing is left undone", "edrms/x.py", "raise NotImplementedError"),
    ("sql is never pasted together", "edrms/x.py", "from sqlalchemy import text"),
    ("sql is never pasted together", "edrms/x.py", "c.exec_driver_sql('x')"),
]


@pytest.fixture(scope="module")
def tree() -> list[Module]:
    return modules(laws.ROOT)


@pytest.mark.parametrize("law", LAWS)
def test_the_house_keeps_the_law(tree: list[Module], law: str) -> None:
    assert list(LAWS[law](tree)) == []


@pytest.mark.parametrize(("law", "path", "source"), PLANTED)
def test_a_planted_fault_is_caught(tmp_path: Path, law: str, path: str, source: str) -> None:
    planted = tmp_path / path
    planted.parent.mkdir(parents=True)
    planted.write_text(DOC + source)
    assert list(LAWS[law](modules(tmp_path)))


def test_the_whole_tree_is_looked_at(tree: list[Module]) -> None:
    assert {module.package for module in tree} == set(laws.PACKAGES)
    assert len(tree) > 150


def test_every_journalled_action_is_in_the_vocabulary_and_every_one_there_is_used(
    tree: list[Module],
) -> None:
    used = laws.journalled_actions(tree)
    assert set(used) - ACTIONS == set(), used
    assert ACTIONS - set(used) == set()


def test_actions_and_permissions_share_one_grammar() -> None:
    assert all(THING.fullmatch(name) for name in ACTIONS | PERMISSIONS)


def test_every_permission_is_asked_for_somewhere_and_held_by_some_role(
    tree: list[Module],
) -> None:
    sources = "\n".join(one.source for one in tree if one.path != "edrms/access/roles.py")
    assert {name for name in PERMISSIONS if f'"{name}"' not in sources} == set()
    assert set().union(*(role.permissions for role in ROLES.values())) == PERMISSIONS


def test_a_foreign_action_would_be_noticed() -> None:
    planted = [Module("edrms/x.py", 'work.journal("record:content:shred", "record", "x")')]
    assert set(laws.journalled_actions(planted)) - ACTIONS == {"record:content:shred"}


def test_decisions_are_numbered_without_a_gap() -> None:
    numbers = sorted(int(path.name[:4]) for path in (laws.ROOT / "docs" / "adr").glob("[0-9]*.md"))
    assert numbers == list(range(1, len(numbers) + 1))


def test_no_test_file_shares_its_name_with_another() -> None:
    names = [path.name for path in (laws.ROOT / "tests").rglob("test_*.py")]
    assert len(names) == len(set(names))
