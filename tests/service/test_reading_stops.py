"""Once sealing has stood still for too long, no way to content gives any out; sealing opens them again."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from api.wiring import Instance
from edrms.audit.tables import AuditWaiting
from edrms.clock import FixedClock
from edrms.errors import Unavailable
from edrms.staff.accounts import SYSTEM
from edrms.uow import write
from scanning.reading.ports import Reader
from tests import factories

READER = factories.actor("social_worker_adults")
INDEXER = factories.actor("indexer")

Way = Callable[[Instance, str, str], object]
WAYS: dict[str, Way] = {
    "a record is opened": lambda one, record, _: one.viewing.open(READER, record),
    "a record is printed": lambda one, record, _: one.viewing.to_print(READER, record),
    "a page's picture": lambda one, record, _: one.viewing.page_image(READER, record, 1),
    "a page made small": lambda one, record, _: one.viewing.thumbnail_source(READER, record, 1),
    "a file as it came": lambda one, record, _: one.viewing.rendition(READER, record, "original"),
    "a search": lambda one, _, __: one.search.search(READER, "support plan"),
    "post that waits": lambda one, _, document: one.desk.open(INDEXER, document),
    "a page of post": lambda one, _, document: one.desk.page(INDEXER, document, 1),
}


@pytest.fixture
def place(tmp_path: Path, clock: FixedClock, reader: Reader) -> Iterator[tuple[Instance, str, str]]:
    """An instance whose events must be sealed within a minute, a filed record, a document that waits."""
    made = factories.new_instance(tmp_path / "home", clock, audit_seal_limit_s=60.0)
    one = factories.client()
    factories.on_the_register(made, one)
    record_id = factories.filed_record(made, [one])
    worker = factories.a_worker(made, reader)
    factories.read_in(made, worker, factories.actor("post_room"), {"a.txt": "Dear colleague"})
    [document] = made.desk.queue(INDEXER)
    yield made, record_id, document.document_id
    made.index.close()
    made.database.close()


def stands_still(instance: Instance) -> None:
    with write(instance.database, SYSTEM, instance.clock) as work:
        work.session.execute(update(AuditWaiting).values(since=datetime(2001, 1, 1, tzinfo=UTC)))


def catches_up(instance: Instance) -> None:
    with write(instance.database, SYSTEM, instance.clock) as work:
        work.session.execute(delete(AuditWaiting))


@pytest.mark.parametrize("way", WAYS)
def test_content_is_given_out_until_sealing_stands_still_and_again_after(
    place: tuple[Instance, str, str], way: str
) -> None:
    instance, record_id, document_id = place
    catches_up(instance)
    WAYS[way](instance, record_id, document_id)
    stands_still(instance)
    with pytest.raises(Unavailable) as refused:
        WAYS[way](instance, record_id, document_id)
    assert refused.value.error_code == "audit_unsealed"
    catches_up(instance)
    WAYS[way](instance, record_id, document_id)
