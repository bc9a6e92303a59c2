"""Who works with whom, what is guarded, and who was let in beside the roles."""

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Make the tables of this room."""
