"""How records stand, for the sums of the governance desk, and the triggers that say what changed."""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from api.migrations import kinds

revision = "0032"
down_revision = "0031"

# By table: the columns that a standing is made of, besides the record's id; those that may be empty.
_MADE_OF = {
    "records": ("state", "sensitivity", "document_type"),
    "record_attachments": ("record_id", "case_file_id"),
    "retention_answers": ("state", "class_id", "due_month"),
    "retention_missing_facts": ("record_id", "class_id"),
}
_ADD = "INSERT INTO retention_unsettled (record_id)"
_NEW, _OLD = "VALUES (NEW.record_id)", "VALUES (OLD.record_id)"
_OTHER = "SELECT OLD.record_id WHERE OLD.record_id <> NEW.record_id"
_OF_A_FILE = "SELECT record_id FROM record_attachments WHERE case_file_id = NEW.case_file_id"


def upgrade() -> None:
    """Make the tables and triggers. Every record is unsettled at first: the desk is right, and as slow as
    before, until upkeep has been through them."""
    op.create_table(
        "retention_kinds",
        sa.Column("kind_id", sa.Integer(), primary_key=True),
        sa.Column("sensitivity", kinds.text(16), nullable=False),
        sa.Column("document_type", kinds.text(8), nullable=False),
        sa.Column("services", kinds.text(80), nullable=False),
        sa.UniqueConstraint(
            "sensitivity", "document_type", "services",
            name="uq_retention_kinds_sensitivity_document_type_services",
        ),
    )  # fmt: skip
    op.create_table(
        "retention_standings",
        sa.Column("record_id", kinds.text(32), primary_key=True),
        sa.Column("kind_id", sa.Integer(), nullable=False),
        sa.Column("state", kinds.text(16), nullable=False),
        sa.Column("classes", kinds.text(), nullable=False),
        sa.Column("due_month", sa.Integer()),
    )
    op.create_index(
        "ix_retention_standings_sums", "retention_standings",
        ["state", "due_month", "classes", "kind_id"],
    )  # fmt: skip
    op.create_table(
        "retention_unsettled",
        sa.Column("number", kinds.big(), primary_key=True, autoincrement=True),
        sa.Column("record_id", kinds.text(32), nullable=False),
    )
    op.create_index("ix_retention_unsettled_record_id", "retention_unsettled", ["record_id"])
    records = sa.table("records", sa.column("record_id"), sa.column("state"))
    filed = sa.select(records.c.record_id).where(records.c.state == "filed")
    unsettled = sa.table("retention_unsettled", sa.column("record_id"))
    op.execute(unsettled.insert().from_select(["record_id"], filed))
    triggers = _on_postgresql() if op.get_bind().dialect.name == "postgresql" else _on_sqlite()
    for statement in triggers:
        op.execute(statement)


def _differs(columns: tuple[str, ...]) -> str:
    """In words both engines know; no column holds -1 or is empty where another value is meant."""
    return " OR ".join(
        f"coalesce(OLD.{one}, -1) <> coalesce(NEW.{one}, -1)" if one == "due_month"
        else f"OLD.{one} <> NEW.{one}"
        for one in columns
    )  # fmt: skip


def _on_sqlite() -> Iterator[str]:
    def trigger(name: str, when: str, *added: str) -> str:
        body = "".join(f"{_ADD} {one}; " for one in added)
        return f"CREATE TRIGGER {name} {when} BEGIN {body}END"

    for table, columns in _MADE_OF.items():
        yield trigger(f"{table}_unsettle_new", f"AFTER INSERT ON {table}", _NEW)
        yield trigger(f"{table}_unsettle_gone", f"AFTER DELETE ON {table}", _OLD)
        changed = f"AFTER UPDATE OF {', '.join(columns)} ON {table} WHEN {_differs(columns)}"
        yield trigger(f"{table}_unsettle", changed, _NEW, _OTHER)
    changed = f"AFTER UPDATE OF service ON case_files WHEN {_differs(('service',))}"
    yield trigger("case_files_unsettle", changed, _OF_A_FILE)


def _on_postgresql() -> Iterator[str]:
    yield (
        "CREATE FUNCTION retention_unsettle() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"IF TG_OP = 'DELETE' THEN {_ADD} {_OLD}; ELSE {_ADD} {_NEW}; END IF; "
        f"IF TG_OP = 'UPDATE' THEN {_ADD} {_OTHER}; END IF; RETURN NULL; END $$"
    )
    yield (
        "CREATE FUNCTION retention_unsettle_file() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"{_ADD} {_OF_A_FILE}; RETURN NULL; END $$"
    )
    for table, columns in _MADE_OF.items():
        each = "FOR EACH ROW {} EXECUTE FUNCTION retention_unsettle()"
        yield (
            f"CREATE TRIGGER {table}_unsettle_any AFTER INSERT OR DELETE ON {table} {each.format('')}"
        )
        changed = each.format(f"WHEN ({_differs(columns)})")
        yield f"CREATE TRIGGER {table}_unsettle AFTER UPDATE ON {table} {changed}"
    yield (
        "CREATE TRIGGER case_files_unsettle AFTER UPDATE ON case_files FOR EACH ROW "
        f"WHEN ({_differs(('service',))}) EXECUTE FUNCTION retention_unsettle_file()"
    )
