"""Folding text (folding.py) as a function of SQL, the same in both engines."""

from typing import Any

from sqlalchemy import Text
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction

from edrms.folding import DOUBLE, SINGLE

SQLITE_NAME = "edrms_fold"  # edrms/db.py gives it to each connection


class folded(GenericFunction[str]):
    """The same of a column of text, reckoned by the database."""

    type = Text()
    inherit_cache = True


@compiles(folded, "sqlite")
def _on_sqlite(element: Any, compiler: Any, **given: Any) -> str:
    return f"{SQLITE_NAME}({compiler.process(element.clauses, **given)})"


@compiles(folded, "postgresql")
def _on_postgresql(element: Any, compiler: Any, **given: Any) -> str:
    words = f"normalize({compiler.process(element.clauses, **given)}, NFKD)"
    words = f"regexp_replace({words}, '[\u0300-\u036f]', '', 'g')"
    for letter, plain in DOUBLE.items():
        words = f"replace({words}, '{letter}', '{plain}')"
    words = f"lower(translate({words}, '{SINGLE[0]}', '{SINGLE[1]}'))"
    return f"trim(regexp_replace({words}, '[^a-z0-9]+', ' ', 'g'))"
