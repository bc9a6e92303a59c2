"""The first tables: audit, staff, jobs, clients, batches, records."""

import sqlalchemy as sa
from alembic import op

from api.migrations import kinds

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make every table of the first version, and have the database keep the audit append-only."""
    _audit()
    _keep_audit_append_only()
    _staff()
    _jobs()
    _clients()
    _batches()
    _records()


def _audit() -> None:
    op.create_table(
        "audit_details",
        sa.Column("event_id", kinds.text(32), primary_key=True),
        sa.Column("text", kinds.text(), nullable=False),
    )
    op.create_table(
        "audit_events",
        sa.Column("number", kinds.big(), primary_key=True, autoincrement=True),
        sa.Column("event_id", kinds.text(32), nullable=False),
        sa.Column("at", kinds.moment(), nullable=False),
        sa.Column("actor_id", kinds.text(64), nullable=False),
        sa.Column("action", kinds.text(64), nullable=False),
        sa.Column("subject_kind", kinds.text(32), nullable=False),
        sa.Column("subject_id", kinds.text(64), nullable=False),
        sa.Column("outcome", kinds.text(16), nullable=False),
        sa.Column("reason", kinds.text(), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.UniqueConstraint("event_id", name="uq_audit_events_event_id"),
    )
    op.create_index("ix_audit_events_action", "audit_events", ["action"])
    op.create_index("ix_audit_events_actor_id", "audit_events", ["actor_id"])
    op.create_index("ix_audit_events_at", "audit_events", ["at"])
    op.create_index("ix_audit_events_subject_id", "audit_events", ["subject_id"])


_NEVER = "audit events are never changed"
_TAKEN = "EXISTS (SELECT 1 FROM audit_events WHERE number = NEW.number OR event_id = NEW.event_id)"
_ON_SQLITE = {
    "update": "BEFORE UPDATE ON audit_events",
    "delete": "BEFORE DELETE ON audit_events",
    # INSERT OR REPLACE deletes without firing the trigger above.
    "replace": f"BEFORE INSERT ON audit_events WHEN {_TAKEN}",
}


def _keep_audit_append_only() -> None:
    if op.get_bind().dialect.name == "sqlite":
        for name, when in _ON_SQLITE.items():
            op.execute(
                f"CREATE TRIGGER audit_events_no_{name} {when} "
                f"BEGIN SELECT RAISE(ABORT, '{_NEVER}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_NEVER}' "
        "USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_events_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_events "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()"
    )


def _staff() -> None:
    op.create_table(
        "sign_in_attempts",
        sa.Column("username_hash", kinds.text(64), primary_key=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_failed_at", kinds.moment(), nullable=False),
    )
    op.create_table(
        "staff",
        sa.Column("staff_id", kinds.text(32), primary_key=True),
        sa.Column("username", kinds.text(64), nullable=False),
        sa.Column("display_name", kinds.text(200), nullable=False),
        sa.Column("password_hash", kinds.text(200), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("added_at", kinds.moment(), nullable=False),
        sa.UniqueConstraint("username", name="uq_staff_username"),
    )
    op.create_table(
        "staff_roles",
        sa.Column(
            "staff_id",
            kinds.text(32),
            sa.ForeignKey("staff.staff_id", name="fk_staff_roles_staff_id"),
            primary_key=True,
        ),
        sa.Column("role", kinds.text(64), primary_key=True),
    )
    op.create_table(
        "staff_sessions",
        sa.Column("token_hash", kinds.text(64), primary_key=True),
        sa.Column(
            "staff_id",
            kinds.text(32),
            sa.ForeignKey("staff.staff_id", name="fk_staff_sessions_staff_id"),
            nullable=False,
        ),
        sa.Column("csrf_token", kinds.text(64), nullable=False),
        sa.Column("started_at", kinds.moment(), nullable=False),
        sa.Column("last_used_at", kinds.moment(), nullable=False),
        sa.Column("ended_at", kinds.moment()),
    )
    op.create_index("ix_staff_sessions_staff_id", "staff_sessions", ["staff_id"])


def _jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("number", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("job_id", kinds.text(32), nullable=False),
        sa.Column("kind", kinds.text(32), nullable=False),
        sa.Column("subject_id", kinds.text(32), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("state", kinds.text(16), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("fence", sa.Integer(), nullable=False),
        sa.Column("worker", kinds.text(64), nullable=False),
        sa.Column("lease_until", kinds.moment()),
        sa.Column("not_before", kinds.moment()),
        sa.Column("queued_at", kinds.moment(), nullable=False),
        sa.Column("last_error", kinds.text(), nullable=False),
        sa.UniqueConstraint("job_id", name="uq_jobs_job_id"),
    )
    op.create_index("ix_jobs_claim", "jobs", ["state", "kind", "rank", "number"])
    op.create_index("ix_jobs_subject_id", "jobs", ["subject_id"])


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


def _batches() -> None:
    op.create_table(
        "batches",
        sa.Column("batch_id", kinds.text(32), primary_key=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("channel", kinds.text(16), nullable=False),
        sa.Column("stream", kinds.text(32), nullable=False),
        sa.Column("note", kinds.text(), nullable=False),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("expected_sheets", sa.Integer()),
        sa.Column("announced_files", sa.Integer()),
        sa.Column("opened_by", kinds.text(32), nullable=False),
        sa.Column("opened_at", kinds.moment(), nullable=False),
        sa.UniqueConstraint("number", name="uq_batches_number"),
    )
    op.create_index("ix_batches_opened_by", "batches", ["opened_by"])
    op.create_table(
        "items",
        sa.Column("item_id", kinds.text(32), primary_key=True),
        sa.Column(
            "batch_id",
            kinds.text(32),
            sa.ForeignKey("batches.batch_id", name="fk_items_batch_id"),
            nullable=False,
        ),
        sa.Column(
            "parent_id", kinds.text(32), sa.ForeignKey("items.item_id", name="fk_items_parent_id")
        ),
        sa.Column("depth", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("sender_key", kinds.text(200)),
        sa.Column("name", kinds.text(), nullable=False),
        sa.Column("object_key", kinds.text(32), nullable=False),
        sa.Column("sha256", kinds.text(64), nullable=False),
        sa.Column("size_bytes", kinds.big(), nullable=False),
        sa.Column("identical_to", kinds.text(32)),
        sa.Column("state", kinds.text(16), nullable=False),
        sa.Column("held_reason", kinds.text(32), nullable=False),
        sa.Column("held_detail", kinds.text(), nullable=False),
        sa.Column("media_type", kinds.text(100), nullable=False),
        sa.Column("page_count", sa.Integer()),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("received_at", kinds.moment(), nullable=False),
        sa.UniqueConstraint("batch_id", "ordinal", name="uq_items_batch_id_ordinal"),
        sa.UniqueConstraint("batch_id", "sender_key", name="uq_items_batch_id_sender_key"),
    )
    op.create_index("ix_items_batch_id", "items", ["batch_id"])
    op.create_index("ix_items_object_key", "items", ["object_key"])
    op.create_index("ix_items_parent_id", "items", ["parent_id"])
    op.create_index("ix_items_sha256", "items", ["sha256"])
    op.create_index("ix_items_state", "items", ["state"])
    op.create_table(
        "documents",
        sa.Column("document_id", kinds.text(32), primary_key=True),
        sa.Column(
            "item_id",
            kinds.text(32),
            sa.ForeignKey("items.item_id", name="fk_documents_item_id"),
            nullable=False,
        ),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("first_page", sa.Integer(), nullable=False),
        sa.Column("last_page", sa.Integer(), nullable=False),
        sa.Column("state", kinds.text(16), nullable=False),
        sa.Column("reason", kinds.text(), nullable=False),
        sa.Column("suggestion", sa.JSON(), nullable=False),
        sa.Column("pdf_key", kinds.text(32), nullable=False),
        sa.Column("pdf_sha256", kinds.text(64), nullable=False),
        sa.Column("pdf_size_bytes", kinds.big(), nullable=False),
        sa.Column("record_id", kinds.text(32)),
        sa.Column("waiting_since", kinds.moment(), nullable=False),
        sa.Column("taken_by", kinds.text(32), nullable=False),
        sa.Column("taken_at", kinds.moment()),
        sa.Column("skipped", sa.Integer(), nullable=False),
    )
    op.create_index("ix_documents_item_id", "documents", ["item_id"])
    op.create_index("ix_documents_record_id", "documents", ["record_id"])
    op.create_index("ix_documents_state", "documents", ["state"])
    op.create_index("ix_documents_waiting_since", "documents", ["waiting_since"])
    op.create_table(
        "item_pages",
        sa.Column("page_id", kinds.text(32), primary_key=True),
        sa.Column(
            "item_id",
            kinds.text(32),
            sa.ForeignKey("items.item_id", name="fk_item_pages_item_id"),
            nullable=False,
        ),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", kinds.text(16), nullable=False),
        sa.Column("kind", kinds.text(16), nullable=False),
        sa.Column("reason", kinds.text(), nullable=False),
        sa.Column(
            "document_id",
            kinds.text(32),
            sa.ForeignKey("documents.document_id", name="fk_item_pages_document_id"),
        ),
    )
    op.create_index("ix_item_pages_document_id", "item_pages", ["document_id"])
    op.create_index("ix_item_pages_item_id", "item_pages", ["item_id"])


def _records() -> None:
    op.create_table(
        "page_contents",
        sa.Column("page_id", kinds.text(32), primary_key=True),
        sa.Column("kind", kinds.text(16), nullable=False),
        sa.Column("text", kinds.text(), nullable=False),
        sa.Column("words", sa.LargeBinary(), nullable=False),
        sa.Column("text_source", kinds.text(16), nullable=False),
        sa.Column("width_px", sa.Integer(), nullable=False),
        sa.Column("height_px", sa.Integer(), nullable=False),
        sa.Column("resolution_dpi", sa.Integer(), nullable=False),
        sa.Column("rotation_degrees", sa.Integer(), nullable=False),
        sa.Column("confidence", sa.Float()),
        sa.Column("notes", sa.JSON(), nullable=False),
        sa.Column("view_key", kinds.text(32), nullable=False),
        sa.Column("view_media_type", kinds.text(32), nullable=False),
        sa.Column("text_layer_key", kinds.text(32), nullable=False),
    )
    op.create_table(
        "records",
        sa.Column("record_id", kinds.text(32), primary_key=True),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", kinds.text(16), nullable=False),
        sa.Column("document_type", kinds.text(8), nullable=False),
        sa.Column("title", kinds.text(), nullable=False),
        sa.Column("document_date", sa.Date()),
        sa.Column("received_on", sa.Date(), nullable=False),
        sa.Column("filed_at", kinds.moment(), nullable=False),
        sa.Column("filed_by", kinds.text(64), nullable=False),
        sa.Column("sensitivity", kinds.text(16), nullable=False),
        sa.Column("original_name", kinds.text(), nullable=False),
        sa.Column("batch_id", kinds.text(32), nullable=False),
        sa.Column("item_id", kinds.text(32), nullable=False),
        sa.Column("document_id", kinds.text(32), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.UniqueConstraint("document_id", name="uq_records_document_id"),
        sa.UniqueConstraint("number", name="uq_records_number"),
    )
    op.create_index("ix_records_batch_id", "records", ["batch_id"])
    op.create_index("ix_records_document_type", "records", ["document_type"])
    op.create_index("ix_records_filed_at", "records", ["filed_at"])
    op.create_table(
        "case_files",
        sa.Column("case_file_id", kinds.text(32), primary_key=True),
        sa.Column(
            "client_id",
            kinds.text(32),
            sa.ForeignKey("clients.client_id", name="fk_case_files_client_id"),
            nullable=False,
        ),
        sa.Column("record_class", kinds.text(8), nullable=False),
        sa.Column("service", kinds.text(16), nullable=False),
        sa.Column("opened_at", kinds.moment(), nullable=False),
        sa.UniqueConstraint(
            "client_id", "record_class", name="uq_case_files_client_id_record_class"
        ),
    )
    op.create_index("ix_case_files_client_id", "case_files", ["client_id"])
    op.create_table(
        "record_pages",
        sa.Column(
            "record_id",
            kinds.text(32),
            sa.ForeignKey("records.record_id", name="fk_record_pages_record_id"),
            primary_key=True,
        ),
        sa.Column("number", sa.Integer(), primary_key=True),
        sa.Column("page_id", kinds.text(32), nullable=False),
    )
    op.create_index("ix_record_pages_page_id", "record_pages", ["page_id"])
    op.create_table(
        "renditions",
        sa.Column(
            "record_id",
            kinds.text(32),
            sa.ForeignKey("records.record_id", name="fk_renditions_record_id"),
            primary_key=True,
        ),
        sa.Column("kind", kinds.text(24), primary_key=True),
        sa.Column("object_key", kinds.text(32), nullable=False),
        sa.Column("media_type", kinds.text(100), nullable=False),
        sa.Column("size_bytes", kinds.big(), nullable=False),
        sa.Column("sha256", kinds.text(64), nullable=False),
    )
    op.create_index("ix_renditions_object_key", "renditions", ["object_key"])
    op.create_table(
        "record_attachments",
        sa.Column(
            "record_id",
            kinds.text(32),
            sa.ForeignKey("records.record_id", name="fk_record_attachments_record_id"),
            primary_key=True,
        ),
        sa.Column(
            "case_file_id",
            kinds.text(32),
            sa.ForeignKey("case_files.case_file_id", name="fk_record_attachments_case_file_id"),
            primary_key=True,
        ),
    )
    op.create_index("ix_record_attachments_case_file_id", "record_attachments", ["case_file_id"])
