"""`edrms verify` finds what a careful thief or a failing disk would do, and says nothing of a sound one."""

from pathlib import Path

import pytest
from sqlalchemy import text

from api.wiring import Instance
from edrms.ids import ObjectKey
from edrms.jobs.worker import Worker
from scanning.batches.verify import Report, verify
from tests import factories

POST_ROOM = factories.actor("post_room")


@pytest.fixture
def filed(instance: Instance, worker: Worker) -> Instance:
    """An instance with one letter filed and another waiting."""
    person = factories.client()
    factories.on_the_register(instance, person)
    sent: dict[str, bytes | str] = {
        "a.png": factories.png(factories.page(factories.letter_to(person))),
        "b.txt": "Dear colleague",
    }
    factories.read_in(instance, worker, POST_ROOM, sent)
    return instance


def report(instance: Instance, **how: bool) -> Report:
    return verify(instance.database, instance.store, **how)


_NO_QUESTIONS = {
    "sqlite": "PRAGMA defer_foreign_keys = ON",
    "postgresql": "SET LOCAL session_replication_role = replica",
}


def harm(instance: Instance, *statements: str) -> None:
    """Change rows behind the product's back."""
    with instance.database.engine.begin() as connection:
        connection.exec_driver_sql(_NO_QUESTIONS[connection.dialect.name])
        for statement in statements:
            connection.execute(text(statement))


def file_of(instance: Instance, key: str) -> Path:
    return next((instance.settings.home / "objects").rglob(key))


def object_keys(instance: Instance, query: str) -> list[str]:
    with instance.database.read() as session:
        return list(session.scalars(text(query)))


def test_a_sound_instance_is_clean_and_its_counts_agree(filed: Instance) -> None:
    found = report(filed)
    assert found.is_clean and found.faults == []
    assert (found.batches, found.items, found.pages) == (1, 2, 2)
    assert sum(found.at.values()) == 2
    assert found.unreferenced_objects == 0


@pytest.mark.embedded
@pytest.mark.parametrize(
    "query",
    [
        "SELECT object_key FROM items WHERE name = 'a.png'",
        "SELECT object_key FROM items WHERE name = 'b.txt'",
        "SELECT object_key FROM renditions WHERE kind = 'searchable_pdf'",
    ],
)
def test_one_flipped_bit_is_found_and_named(filed: Instance, query: str) -> None:
    (key,) = object_keys(filed, query)
    path = file_of(filed, key)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.chmod(0o600)
    path.write_bytes(content)
    assert report(filed).faults == [f"object {key}: its bytes no longer hash as recorded"]
    assert report(filed, read_every_byte=False).is_clean


@pytest.mark.parametrize(
    "query",
    [
        "SELECT object_key FROM items WHERE name = 'b.txt'",
        "SELECT view_key FROM page_contents WHERE view_key != ''",
        "SELECT text_layer_key FROM page_contents WHERE text_layer_key != ''",
    ],
)
def test_a_missing_object_is_found_and_named(filed: Instance, query: str) -> None:
    for key in object_keys(filed, query):
        filed.store.delete(ObjectKey(key))
        assert f"object {key}: named by a row, missing from the store" in report(filed).faults


@pytest.mark.parametrize(
    ("statements", "says"),
    [
        (["DELETE FROM item_pages WHERE document_id IN "
          "(SELECT document_id FROM documents WHERE state = 'to_index')"], "1 pages, 0 in the ledger"),
        (["DELETE FROM page_contents"], "nothing was kept"),
        (["UPDATE documents SET state = 'to_index', record_id = NULL"], "filed in one table"),
        (["UPDATE documents SET state = 'filed'"], "filed in one table"),
        (["DELETE FROM record_pages"], "has other pages than its document"),
        (["DELETE FROM renditions WHERE kind = 'original'"], "has no original"),
        (["UPDATE item_pages SET document_id = NULL"], "is in no document"),
        (["DELETE FROM quality_samples", "DELETE FROM quality_findings", "DELETE FROM page_checks",
          "DELETE FROM item_pages WHERE item_id IN (SELECT item_id FROM items WHERE name='b.txt')",
          "DELETE FROM documents WHERE item_id IN (SELECT item_id FROM items WHERE name = 'b.txt')",
          "DELETE FROM items WHERE name = 'b.txt'"], "was received, but its row is gone"),
        (["DELETE FROM record_pages", "DELETE FROM renditions", "DELETE FROM record_attachments",
          "UPDATE documents SET state = 'rejected'", "DELETE FROM records"],
         "was filed, but its row is gone"),
    ],
)  # fmt: skip
def test_a_lost_or_forged_row_is_found(filed: Instance, statements: list[str], says: str) -> None:
    harm(filed, *statements)
    faults = report(filed).faults
    assert any(says in fault for fault in faults), faults


def test_an_object_no_row_names_is_counted_and_no_fault(filed: Instance) -> None:
    filed.store.put([b"left behind"], max_bytes=100)
    found = report(filed)
    assert found.is_clean and found.unreferenced_objects == 1


def test_a_check_that_cannot_run_never_counts_as_passed(filed: Instance) -> None:
    harm(filed, "DROP TABLE page_barcodes", "DROP TABLE page_contents")
    with pytest.raises(Exception, match="page_contents"):
        report(filed)
