"""Kinds of columns as the database knows them, for migrations.

Text is compared and ordered by code point in both engines, whatever the database's own language.
"""

from typing import Any

import sqlalchemy as sa

from edrms.db import Big


def text(length: int | None = None) -> Any:
    """Text of at most so many characters, or of any length."""
    if length is None:
        return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
    return sa.String(length).with_variant(sa.String(length, collation="C"), "postgresql")


def moment() -> sa.DateTime:
    """An aware point in time."""
    return sa.DateTime(timezone=True)


def big() -> Any:
    """A whole number of 64 bits."""
    return Big
