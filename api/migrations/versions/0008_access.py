"""Who works with whom, what is guarded, and who was let in beside the roles; references of records
that tell nothing of how many there are."""

import sqlalchemy as sa
from alembic import op

from api.migrations import kinds

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make the tables of this room."""
    _role_holdings()
    _teams()
    _ties_of_work()
    _guards()
    _reviews_and_notices()
    _references()


def _period() -> list[sa.Column[object]]:
    return [
        sa.Column("from_at", kinds.moment(), nullable=False),
        sa.Column("until_at", kinds.moment()),
    ]


def _staff(nullable: bool = False) -> sa.Column[object]:
    return sa.Column("staff_id", kinds.text(32), sa.ForeignKey("staff.staff_id"), nullable=nullable)


def _index(table: str, *columns: str) -> None:
    op.create_index(f"ix_{table}_{columns[0]}", table, list(columns))


def _role_holdings() -> None:
    op.create_table(
        "role_holdings",
        sa.Column("holding_id", kinds.text(32), primary_key=True),
        _staff(),
        sa.Column("role", kinds.text(64), nullable=False),
        *_period(),
    )
    _index("role_holdings", "staff_id")
    op.execute(
        "INSERT INTO role_holdings (holding_id, staff_id, role, from_at) "
        "SELECT substr(staff_roles.staff_id, 1, 8) || substr(role, 1, 24), staff_roles.staff_id, "
        "role, added_at FROM staff_roles JOIN staff ON staff.staff_id = staff_roles.staff_id"
    )
    op.drop_table("staff_roles")


def _teams() -> None:
    op.create_table(
        "teams",
        sa.Column("team_id", kinds.text(32), primary_key=True),
        sa.Column("name", kinds.text(200), nullable=False),
        sa.Column("service", kinds.text(16), nullable=False),
        sa.Column("parent_id", kinds.text(32), sa.ForeignKey("teams.team_id")),
        sa.UniqueConstraint("name", name="uq_teams_name"),
    )
    _index("teams", "parent_id")
    op.create_table(
        "team_memberships",
        sa.Column("membership_id", kinds.text(32), primary_key=True),
        sa.Column("team_id", kinds.text(32), sa.ForeignKey("teams.team_id"), nullable=False),
        _staff(),
        sa.Column("supervises", sa.Boolean(), nullable=False),
        *_period(),
    )
    _index("team_memberships", "team_id")
    _index("team_memberships", "staff_id")


def _ties_of_work() -> None:
    op.create_table(
        "allocations",
        sa.Column("allocation_id", kinds.text(32), primary_key=True),
        sa.Column("client_id", kinds.text(32), sa.ForeignKey("clients.client_id"), nullable=False),
        sa.Column("team_id", kinds.text(32), sa.ForeignKey("teams.team_id")),
        _staff(nullable=True),
        *_period(),
    )
    for column in ("client_id", "team_id", "staff_id"):
        _index("allocations", column)
    op.create_table(
        "duty_turns",
        sa.Column("turn_id", kinds.text(32), primary_key=True),
        _staff(),
        sa.Column("service", kinds.text(16), nullable=False),
        *_period(),
    )
    _index("duty_turns", "staff_id")


def _guard() -> list[sa.Column[object]]:
    return [
        sa.Column("subject_kind", kinds.text(16), nullable=False),
        sa.Column("subject_id", kinds.text(32), nullable=False),
        sa.Column("reason", kinds.text(), nullable=False),
        sa.Column("placed_by", kinds.text(64), nullable=False),
        sa.Column("ended_by", kinds.text(64), nullable=False),
        sa.Column("review_on", sa.Date()),
        *_period(),
    ]


def _guards() -> None:
    op.create_table(
        "access_blocks",
        sa.Column("block_id", kinds.text(32), primary_key=True),
        _staff(),
        *_guard(),
    )
    _index("access_blocks", "staff_id")
    op.create_index("ix_access_blocks_subject", "access_blocks", ["subject_id", "staff_id"])
    op.create_table(
        "access_markings",
        sa.Column("marking_id", kinds.text(32), primary_key=True),
        sa.Column("marking", kinds.text(16), nullable=False),
        *_guard(),
    )
    op.create_index("ix_access_markings_subject", "access_markings", ["subject_id", "marking"])
    op.create_index("ix_access_markings_marking", "access_markings", ["marking", "subject_kind"])
    op.create_table(
        "access_grants",
        sa.Column("grant_id", kinds.text(32), primary_key=True),
        _staff(),
        sa.Column("relation", kinds.text(16), nullable=False),
        *_guard(),
    )
    _index("access_grants", "staff_id")
    op.create_index("ix_access_grants_subject", "access_grants", ["subject_id", "staff_id"])
    op.create_index("ix_access_grants_relation", "access_grants", ["relation", "from_at"])


def _reviews_and_notices() -> None:
    op.create_table(
        "access_reviews",
        sa.Column("review_id", kinds.text(32), primary_key=True),
        sa.Column("kind", kinds.text(16), nullable=False),
        _staff(),
        sa.Column("subject_kind", kinds.text(16), nullable=False),
        sa.Column("subject_id", kinds.text(32), nullable=False),
        sa.Column("at", kinds.moment(), nullable=False),
        sa.Column("outcome", kinds.text(16), nullable=False),
        sa.Column("decided_by", kinds.text(64), nullable=False),
        sa.Column("decided_at", kinds.moment()),
        sa.Column("note", kinds.text(), nullable=False),
    )
    _index("access_reviews", "staff_id")
    _index("access_reviews", "subject_id")
    op.create_index("ix_access_reviews_open", "access_reviews", ["outcome", "at"])
    op.create_table(
        "access_notices",
        sa.Column("notice_id", kinds.text(32), primary_key=True),
        _staff(),
        sa.Column("kind", kinds.text(32), nullable=False),
        sa.Column("subject_kind", kinds.text(16), nullable=False),
        sa.Column("subject_id", kinds.text(32), nullable=False),
        sa.Column("about_staff_id", kinds.text(64), nullable=False),
        sa.Column("at", kinds.moment(), nullable=False),
        sa.Column("seen_at", kinds.moment()),
    )
    _index("access_notices", "staff_id")
    op.create_table(
        "sealed_links",
        sa.Column(
            "sealed_id", kinds.text(32), sa.ForeignKey("clients.client_id"), primary_key=True
        ),
        sa.Column("new_id", kinds.text(32), sa.ForeignKey("clients.client_id"), primary_key=True),
        sa.Column("linked_at", kinds.moment(), nullable=False),
        sa.Column("linked_by", kinds.text(64), nullable=False),
    )


def _references() -> None:
    op.add_column(
        "records", sa.Column("reference", kinds.text(16), nullable=False, server_default="")
    )
    on_sqlite = op.get_bind().dialect.name == "sqlite"
    digits = "printf('%06d', number)" if on_sqlite else "lpad(number::text, 6, '0')"
    op.execute(f"UPDATE records SET reference = 'R-' || {digits}")  # noqa: S608 - no outside words
    op.create_index("ix_records_reference", "records", ["reference"], unique=True)
