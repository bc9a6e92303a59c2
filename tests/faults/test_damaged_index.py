"""The search index harmed while it serves: search says so, everything else goes on, a rebuild mends it."""

from pathlib import Path

import pytest

from api.wiring import Instance, build, indexer
from edrms.errors import Unavailable
from edrms.staff.accounts import SYSTEM
from tests import factories

pytestmark = pytest.mark.faults
ADULTS = factories.actor("social_worker_adults")


@pytest.fixture
def filed(instance: Instance) -> Instance:
    person = factories.client()
    factories.on_the_register(instance, person)
    for number in range(5):
        factories.filed_record(instance, [person], texts=[f"hornbeam {number}"])
    while indexer(instance).do_some():
        pass
    assert instance.search.search(ADULTS, "hornbeam").results.total == 5
    return instance


def files_of_the_index(instance: Instance) -> list[Path]:
    files = [path for path in instance.index.directory.rglob("*") if path.is_file()]
    return sorted(path for path in files if path.stat().st_size)


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 255
    path.write_bytes(content)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.mark.parametrize("harm", [flip, cut, Path.unlink])
def test_any_harmed_file_is_noticed_by_a_new_process_and_a_rebuild_recovers(
    filed: Instance, harm: object
) -> None:
    assert callable(harm)
    for number in range(len(files_of_the_index(filed))):
        harm(files_of_the_index(filed)[number])
        started = build(filed.settings, filed.clock)
        try:
            assert started.search.search(ADULTS, "hornbeam").results.total == 5
        except Unavailable as error:
            assert error.error_code == "search_unavailable"
        assert started.clients.search(ADULTS, "tregenza")
        assert indexer(started).rebuild(SYSTEM) == 5
        assert started.search.search(ADULTS, "hornbeam").results.total == 5
        started.index.close()
        started.database.close()


def test_the_indexer_waits_while_the_index_is_damaged_and_goes_on_after_a_rebuild(
    filed: Instance,
) -> None:
    for path in files_of_the_index(filed):
        path.unlink()
    person = factories.client(nhs_number="", surname="Carne")
    factories.on_the_register(filed, person)
    late = factories.filed_record(filed, [person], texts=["late arrival"])
    indexer(filed).rebuild(SYSTEM)
    while indexer(filed).do_some():
        pass
    assert len(filed.index.versions()) == 6
    found = filed.search.search(ADULTS, "late arrival").found
    assert [one.record.record_id for one in found] == [late]
