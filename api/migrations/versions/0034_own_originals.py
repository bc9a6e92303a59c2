"""The file as it came is no form of a record any more where it holds pages of other documents too."""

from alembic import op

revision = "0034"
down_revision = "0033"


def upgrade() -> None:
    """Take it from the forms of such records; the file stays stored, under the keys of all of them."""
    op.execute(
        "DELETE FROM renditions WHERE kind = 'original' AND record_id IN ("
        "SELECT records.record_id FROM records JOIN item_pages ON item_pages.item_id = records.item_id "
        "WHERE item_pages.document_id <> records.document_id "
        "OR (item_pages.document_id IS NULL AND item_pages.kind = 'content'))"
    )
