"""Life events, schedules, extensions, and the answers of the rules."""

import sqlalchemy as sa
from alembic import op

from api.migrations import kinds

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Make the tables of this room."""
    _life_events()
    _schedules()
    _answers()
    _walks()


def _record(primary_key: bool = False) -> sa.Column[object]:
    of = sa.ForeignKey("records.record_id")
    return sa.Column("record_id", kinds.text(32), of, primary_key=primary_key, nullable=False)


def _life_events() -> None:
    op.create_table(
        "life_events",
        sa.Column("event_id", kinds.text(32), primary_key=True),
        sa.Column("subject_kind", kinds.text(16), nullable=False),
        sa.Column("subject_id", kinds.text(32), nullable=False),
        sa.Column("kind", kinds.text(24), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=False),
        sa.Column("until_on", sa.Date()),
        sa.Column("source", kinds.text(32), nullable=False),
        sa.Column("source_id", kinds.text(64), nullable=False),
        sa.Column("authority", kinds.text(), nullable=False),
        sa.Column("recorded_at", kinds.moment(), nullable=False),
        sa.Column("recorded_by", kinds.text(64), nullable=False),
        sa.Column("withdrawn_at", kinds.moment()),
        sa.Column("withdrawn_by", kinds.text(64), nullable=False),
        sa.Column("withdrawn_because", kinds.text(), nullable=False),
    )
    op.create_index("ix_life_events_subject_id", "life_events", ["subject_id"])
    live = sa.column("withdrawn_at").is_(None)
    op.create_index(
        "ix_life_events_source", "life_events", ["source", "source_id"], unique=True,
        sqlite_where=live, postgresql_where=live,
    )  # fmt: skip
    op.create_index("ix_life_events_history", "life_events", ["source", "source_id", "recorded_at"])


def _schedules() -> None:
    op.create_table(
        "retention_schedules",
        sa.Column("version", sa.Integer(), primary_key=True, autoincrement=False),
        sa.Column("profile", kinds.text(64), nullable=False),
        sa.Column("text", kinds.text(), nullable=False),
        sa.Column("drawn", sa.JSON(), nullable=False),
        sa.Column("note", kinds.text(), nullable=False),
        sa.Column("proposed_by", kinds.text(64), nullable=False),
        sa.Column("proposed_at", kinds.moment(), nullable=False),
        sa.Column("in_force_from", kinds.moment()),
        sa.Column("enacted_by", kinds.text(64), nullable=False),
        sa.Column("enacted_because", kinds.text(), nullable=False),
        sa.Column("replaced_at", kinds.moment()),
    )
    op.create_table(
        "retention_extensions",
        sa.Column("extension_id", kinds.text(32), primary_key=True),
        _record(),
        sa.Column("until_on", sa.Date(), nullable=False),
        sa.Column("because", kinds.text(), nullable=False),
        sa.Column("given_at", kinds.moment(), nullable=False),
        sa.Column("given_by", kinds.text(64), nullable=False),
    )
    op.create_index("ix_retention_extensions_record_id", "retention_extensions", ["record_id"])


def _answer() -> list[sa.Column[object]]:
    return [
        sa.Column("state", kinds.text(16), nullable=False),
        sa.Column("due_on", sa.Date()),
        sa.Column("not_before", sa.Date()),
        sa.Column("action", kinds.text(16), nullable=False),
        sa.Column("class_id", kinds.text(8), nullable=False),
        sa.Column("ground", sa.JSON(), nullable=False),
        sa.Column("schedule_version", sa.Integer(), nullable=False),
        sa.Column("evaluated_at", kinds.moment(), nullable=False),
    ]


def _answers() -> None:
    op.create_table(
        "retention_answers",
        _record(primary_key=True),
        *_answer(),
        sa.Column("due_month", sa.Integer()),
    )
    op.create_index("ix_retention_answers_due", "retention_answers", ["state", "due_on"])
    op.create_index("ix_retention_answers_month", "retention_answers", ["due_month", "class_id"])
    op.create_table(
        "retention_past_answers",
        sa.Column("number", kinds.big(), primary_key=True, autoincrement=True),
        _record(),
        *_answer(),
        sa.Column("missing", sa.JSON(), nullable=False),
        sa.Column("replaced_at", kinds.moment(), nullable=False),
    )
    op.create_index("ix_retention_past_answers_record_id", "retention_past_answers", ["record_id"])
    op.create_table(
        "retention_missing_facts",
        _record(primary_key=True),
        sa.Column("client_id", kinds.text(32), primary_key=True),
        sa.Column("class_id", kinds.text(8), primary_key=True),
        sa.Column("missing_trigger", kinds.text(24), primary_key=True),
        sa.Column("why", kinds.text(16), primary_key=True),
    )
    op.create_index(
        "ix_retention_missing_facts_what", "retention_missing_facts",
        ["client_id", "missing_trigger", "why"],
    )  # fmt: skip


def _walks() -> None:
    client = sa.ForeignKey("clients.client_id")
    op.create_table(
        "retention_to_renew",
        sa.Column("client_id", kinds.text(32), client, primary_key=True),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("since", kinds.moment(), nullable=False),
    )
    op.create_table(
        "retention_sweeps",
        sa.Column("name", kinds.text(8), primary_key=True),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("schedule_version", sa.Integer(), nullable=False),
        sa.Column("seen", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("started_at", kinds.moment(), nullable=False),
        sa.Column("finished_at", kinds.moment()),
    )
