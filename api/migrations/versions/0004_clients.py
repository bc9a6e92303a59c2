"""The people the files are about."""

import sqlalchemy as sa
from alembic import op

from api.migrations import kinds

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the tables of this room."""
    _clients()
    _client_identifiers()
    _client_names()
    _client_relationships()


def _clients() -> None:
    op.create_table(
        "clients",
        sa.Column("client_id", kinds.text(32), primary_key=True),
        sa.Column("forename", kinds.text(200), nullable=False),
        sa.Column("surname", kinds.text(200), nullable=False),
        sa.Column("other_names", sa.JSON(), nullable=False),
        sa.Column("date_of_birth", sa.Date()),
        sa.Column("date_of_death", sa.Date()),
        sa.Column("nhs_number", kinds.text(10), nullable=False),
        sa.Column("address_lines", sa.JSON(), nullable=False),
        sa.Column("postcode", kinds.text(12), nullable=False),
        sa.Column("uprn", kinds.text(12), nullable=False),
        sa.Column("household", kinds.text(64), nullable=False),
        sa.Column("service", kinds.text(16), nullable=False),
        sa.Column("forename_folded", kinds.text(200), nullable=False),
        sa.Column("surname_folded", kinds.text(200), nullable=False),
        sa.Column("postcode_folded", kinds.text(12), nullable=False),
    )
    op.create_index("ix_clients_date_of_birth", "clients", ["date_of_birth"])
    op.create_index("ix_clients_household", "clients", ["household"])
    op.create_index("ix_clients_name", "clients", ["surname_folded", "forename_folded"])
    op.create_index("ix_clients_nhs_number", "clients", ["nhs_number"])
    op.create_index("ix_clients_postcode_folded", "clients", ["postcode_folded"])
    op.create_index("ix_clients_uprn", "clients", ["uprn"])


def _client_identifiers() -> None:
    op.create_table(
        "client_identifiers",
        sa.Column(
            "client_id",
            kinds.text(32),
            sa.ForeignKey("clients.client_id", name="fk_client_identifiers_client_id"),
            primary_key=True,
        ),
        sa.Column("system", kinds.text(32), primary_key=True),
        sa.Column("value", kinds.text(64), primary_key=True),
        sa.Column("value_folded", kinds.text(64), nullable=False),
    )
    op.create_index("ix_client_identifiers_value_folded", "client_identifiers", ["value_folded"])


def _client_names() -> None:
    op.create_table(
        "client_names",
        sa.Column(
            "client_id",
            kinds.text(32),
            sa.ForeignKey("clients.client_id", name="fk_client_names_client_id"),
            primary_key=True,
        ),
        sa.Column("part", kinds.text(200), primary_key=True),
    )
    op.create_index("ix_client_names_part", "client_names", ["part"])


def _client_relationships() -> None:
    op.create_table(
        "client_relationships",
        sa.Column(
            "client_id",
            kinds.text(32),
            sa.ForeignKey("clients.client_id", name="fk_client_relationships_client_id"),
            primary_key=True,
        ),
        sa.Column(
            "other_id",
            kinds.text(32),
            sa.ForeignKey("clients.client_id", name="fk_client_relationships_other_id"),
            primary_key=True,
        ),
        sa.Column("kind", kinds.text(32), primary_key=True),
    )
