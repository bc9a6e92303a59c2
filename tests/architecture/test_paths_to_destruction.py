"""Every place that could end or change what was filed is known by name: a new one must be thought about.

A hold keeps what it is on only if nothing gets round retention/hold_guard.py (docs/holds.md).
"""

import ast
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from tests.architecture import laws
from tests.architecture.laws import Module, modules

FILED_TABLES = {"Record", "Rendition", "RecordPage", "RecordAttachment", "PageContent", "CaseFile"}
ENDS_OBJECTS = {
    "edrms/storage/encrypted_store.py", "scanning/intake/receive.py",  # not filed yet
    "scanning/custody/erasing.py",  # after the key, of what was given up
    "scanning/custody/replaced.py",  # made of pages, made anew since, and named by no row any more
}  # fmt: skip
CHANGES_ROWS = {
    "retention/hold_guard.py",  # condemn
    "edrms/records/erasing.py", "scanning/batches/erasing.py", "scanning/custody/erasing.py",
    "edrms/records/content.py",  # of a record on no file, whose pages another has (ADR 0027)
}  # fmt: skip
GIVES_UP = {
    "edrms/records/tables.py", "retention/hold_guard.py", "retention/holds.py",
    "retention/erasing.py",  # asks for those given up, and ends them
    "scanning/custody/service.py",
    "scanning/arranging/keeping.py",  # asks whether one is being ended
}  # fmt: skip
DESTROYS_KEYS = {"scanning/custody/service.py"}
ENDING = {f"edrms.storage.key_destroying.{one}" for one in ("end_objects", "take_from")}
ENDS_KEYS = {"scanning/custody/service.py", "scanning/custody/replaced.py"}
DROPS_KEYS = {
    "scanning/custody/service.py", "scanning/custody/erasing.py", "edrms/storage/encrypted_store.py",
}  # fmt: skip
Path_ = Callable[[Iterable[Module]], Iterator[str]]


def _calls(module: Module) -> Iterator[tuple[ast.Call, str, str]]:
    """Each call of an attribute or name, with what it is called on as written."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call):
            match node.func:
                case ast.Attribute(value=value, attr=name):
                    yield node, ast.unparse(value), name
                case ast.Name(id=name):
                    yield node, "", name


def objects_are_ended(tree: Iterable[Module]) -> Iterator[str]:
    for module in tree:
        if module.path in ENDS_OBJECTS or module.path.startswith("edrms/storage/"):
            continue
        for node, on, name in _calls(module):
            if name == "delete" and ("store" in on or "objects" in on):
                yield f"{module.path}:{node.lineno}"


def rows_are_changed(tree: Iterable[Module]) -> Iterator[str]:
    for module in tree:
        if module.path in CHANGES_ROWS:
            continue
        for node, _, name in _calls(module):
            first = ast.unparse(node.args[0]) if node.args else ""
            if name in ("update", "delete") and first in FILED_TABLES:
                yield f"{module.path}:{node.lineno}"


def records_are_given_up(tree: Iterable[Module]) -> Iterator[str]:
    for module in tree:
        if module.path in GIVES_UP:
            continue
        for node in ast.walk(module.tree):
            is_name = isinstance(node, ast.Name) and node.id == "DESTROYING"
            is_word = isinstance(node, ast.Constant) and node.value == "destroying"
            if is_name or is_word:
                yield f"{module.path}:{node.lineno}"  # type: ignore[attr-defined]


def keys_are_destroyed(tree: Iterable[Module]) -> Iterator[str]:
    for module in tree:
        for line, name in module.imports:
            if name == "edrms.storage.key_destroying.destroy" and module.path not in DESTROYS_KEYS:
                yield f"{module.path}:{line}"
            if name in ENDING and module.path not in ENDS_KEYS:
                yield f"{module.path}:{line}"
        if module.path in DROPS_KEYS:
            continue
        for node, on, name in _calls(module):
            if name in ("drop", "forget") and "keys" in on:
                yield f"{module.path}:{node.lineno}"


PATHS: dict[str, Path_] = {
    "objects": objects_are_ended, "rows": rows_are_changed, "records": records_are_given_up,
    "keys": keys_are_destroyed,
}  # fmt: skip
PLANTED = [
    ("objects", "api/x.py", "def f(instance, key):\n    instance.store.delete(key)"),
    ("rows", "scanning/x.py", "def f(s):\n    s.execute(update(Record).values(title=''))"),
    ("rows", "retention/x.py", "def f(s):\n    s.execute(delete(PageContent))"),
    ("records", "retention/x.py", "def f(record):\n    record.state = DESTROYING"),
    ("records", "api/x.py", "def f(record):\n    record.state = 'destroying'"),
    ("keys", "retention/x.py", "from edrms.storage.key_destroying import destroy"),
    ("keys", "scanning/x.py", "from edrms.storage.key_destroying import take_from"),
    ("keys", "api/x.py", "def f(instance, holder):\n    instance.keys.drop(holder, ())"),
]


@pytest.mark.parametrize("path", PATHS)
def test_no_other_place_ends_or_changes_what_was_filed(path: str) -> None:
    assert list(PATHS[path](modules(laws.ROOT))) == []


@pytest.mark.parametrize(("path", "file", "source"), PLANTED)
def test_another_place_would_be_noticed(tmp_path: Path, path: str, file: str, source: str) -> None:
    planted = tmp_path / file
    planted.parent.mkdir(parents=True)
    planted.write_text(source)
    assert list(PATHS[path](modules(tmp_path)))
