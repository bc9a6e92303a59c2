"""Documents on the wrong person's file: incidents, and whom they concern."""

import sqlalchemy as sa
from alembic import op

from api.migrations import kinds

revision = "0028"
down_revision = "0030"


def upgrade() -> None:
    """Make the tables; there are no incidents yet."""
    op.create_table(
        "incidents",
        sa.Column("incident_id", kinds.text(32), primary_key=True),
        sa.Column("reference", kinds.text(16), nullable=False),
        sa.Column("record_id", kinds.text(32), sa.ForeignKey("records.record_id"), nullable=False),
        sa.Column("state", kinds.text(16), nullable=False),
        sa.Column("reported_by", kinds.text(64), nullable=False),
        sa.Column("reported_at", kinds.moment(), nullable=False),
        sa.Column("reason", kinds.text(), nullable=False),
        sa.Column("since", kinds.moment()),
        sa.Column("misfiled_by", kinds.text(64), nullable=False),
        sa.Column("repair_reason", kinds.text(), nullable=False),
        sa.Column("contained_by", kinds.text(64), nullable=False),
        sa.Column("contained_at", kinds.moment()),
        sa.Column("became", kinds.text(16), nullable=False),
        sa.Column("readers", sa.JSON(), nullable=False),
        sa.Column("risk", kinds.text(8), nullable=False),
        sa.Column("assessment", kinds.text(), nullable=False),
        sa.Column("assessed_by", kinds.text(64), nullable=False),
        sa.Column("assessed_at", kinds.moment()),
        sa.Column("regulator_told_on", sa.Date()),
        sa.Column("people_told_on", sa.Date()),
        sa.Column("closed_by", kinds.text(64), nullable=False),
        sa.Column("closed_at", kinds.moment()),
        sa.Column("closing", kinds.text(), nullable=False),
        sa.UniqueConstraint("reference", name="uq_incidents_reference"),
    )
    op.create_index("ix_incidents_record_id", "incidents", ["record_id"])
    op.create_index("ix_incidents_state", "incidents", ["state", "reported_at"])
    op.create_table(
        "incident_people",
        sa.Column(
            "incident_id", kinds.text(32), sa.ForeignKey("incidents.incident_id"), primary_key=True
        ),
        sa.Column(
            "client_id", kinds.text(32), sa.ForeignKey("clients.client_id"), primary_key=True
        ),
        sa.Column("part", kinds.text(8), primary_key=True),
    )
    op.create_index("ix_incident_people_client_id", "incident_people", ["client_id"])
