"""The database's tables over time: one chain of migrations, the same for SQLite and PostgreSQL.

A migration is applied whole or not at all, with its event, by one process at a time. The product
starts only on the very migration it was written for.
"""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.orm import Session

from edrms.clock import Clock
from edrms.db import Database, why_refused
from edrms.errors import CannotStart, Unavailable
from edrms.staff.accounts import SYSTEM
from edrms.uow import UnitOfWork, write


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    return config


@cache
def newest() -> str:
    """The migration this version of the product is written for."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def present(database: Database) -> str:
    """The migration the database is at; "" for one without tables. Raises Unavailable, and CannotStart
    when the server will not let us in."""
    file = database.engine.url.database if database.is_sqlite else None
    if file and not Path(file).exists():
        return ""
    try:
        with database.read() as session:
            return _at(session)
    except Unavailable as error:
        if words := why_refused(error):
            raise CannotStart(
                f"EDRMS_DATABASE_URL, EDRMS_DATABASE_PASSWORD: the database refuses us: {words}."
            ) from error
        raise


def upgrade(database: Database, clock: Clock) -> tuple[str, str]:
    """Bring the database to the newest migration; returns the one it was at and the one it is at.

    Raises CannotStart for a database that a newer version of the product has been at.
    """
    with write(database, SYSTEM, clock) as work:
        return apply(work), newest()


def apply(work: UnitOfWork) -> str:
    """Do as upgrade does, in the caller's transaction; returns the migration it was at."""
    work.alone("migrations")
    before = _at(work.session)
    if before != newest():
        _refuse_unknown(before)
        config = _config()
        config.attributes["connection"] = work.session.connection()
        command.upgrade(config, "head")
        work.journal("instance:schema:upgrade", "instance", "schema", before=before, after=newest())
    return before


def _at(session: Session) -> str:
    return MigrationContext.configure(session.connection()).get_current_revision() or ""


def check(database: Database) -> None:
    """Raises CannotStart unless the database is at the newest migration, saying what to do."""
    at = present(database)
    if at == newest():
        return
    if not at:
        raise CannotStart("The database has no tables yet: run `edrms init`.")
    _refuse_unknown(at)
    raise CannotStart(
        f"The database is at migration {at}, older than this version of the product, which needs "
        f"{newest()}. Stop every process of the instance, take a backup, then run `edrms migrate`."
    )


def _refuse_unknown(revision: str) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions()}
    if revision and revision not in known:
        raise CannotStart(
            f"The database is at migration {revision}, which this version of the product does not "
            "know: it has been used with a newer version. Install that version here."
        )
