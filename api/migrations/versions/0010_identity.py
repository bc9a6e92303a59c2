"""Second factors, tokens of API clients, and sessions that can be ended."""

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Make the tables of this room."""
