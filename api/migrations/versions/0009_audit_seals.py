"""Every event has its place in a tree, and checkpoints of the tree are signed."""

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Make the tables of this room."""
