"""What makes a run of the tests quick and changes nothing of what is run: each part is real, only its
preparation is not repeated for every instance. Measured in docs/architecture.md. Holds no test.
"""

import gc
from typing import Any

from argon2 import PasswordHasher
from sqlalchemy.dialects.postgresql.psycopg import PGDialect_psycopg
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.util import LRUCache

from edrms import db
from edrms.staff import passwords

SHIPPED_HASHER, SHIPPED_DUMMY_HASH = passwords._HASHER, passwords._DUMMY_HASH
_STATEMENTS = 4000
_compiled: LRUCache[Any, Any] = LRUCache(_STATEMENTS)


def hash_passwords_cheaply() -> None:
    """Still Argon2id, only as little of it as there can be: tests sign in hundreds of times."""
    passwords._HASHER = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    passwords._DUMMY_HASH = passwords._HASHER.hash("a password nobody has")


def compile_statements_once() -> None:
    """A statement is turned into SQL once for the run; else each instance's engine does so anew.

    SQLAlchemy keeps what it compiled by statement and dialect, and has a dialect for each engine. All
    engines here are made in one place, with the same options, so that their dialects are alike.
    """
    for dialect in (SQLiteDialect_pysqlite, PGDialect_psycopg):
        dialect.__eq__ = _is_alike  # type: ignore[method-assign]
        dialect.__hash__ = _kind  # type: ignore[method-assign]
    make = db.make_engine

    def make_engine(*given: Any, **named: Any) -> db.Engine:
        engine = make(*given, **named)
        engine._compiled_cache = _compiled
        return engine

    db.make_engine = make_engine


def _is_alike(one: Dialect, other: object) -> bool:
    return type(one) is type(other)


def _kind(one: Dialect) -> int:
    return hash(type(one))


def forget_no_module() -> None:
    """What was imported and collected stays for the run: the collector need not look at it again and
    again."""
    gc.collect()
    gc.freeze()
