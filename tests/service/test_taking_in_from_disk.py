"""`edrms ingest` and the client import: one bad file stops no other, one bad line stops all."""

from pathlib import Path

import pytest

from api.ingest import ingest_paths
from api.setting_up import CLIENT_COLUMNS, import_clients, make_instance
from api.wiring import Instance
from edrms.errors import Invalid
from tests import factories
from tests.service.events import events

POST_ROOM = factories.actor("post_room")
HEADER = ",".join(CLIENT_COLUMNS)
OLIVE = (
    "Olive,Tregenza,1941-03-09,943 476 5919,LAS,LAS-204417,1 High Street;Borchester,BO1 1AA,,adults"
)


def test_a_file_that_cannot_be_read_is_named_and_the_others_are_taken_in(
    instance: Instance, tmp_path: Path
) -> None:
    post = tmp_path / "post"
    post.mkdir()
    (post / "a.txt").write_text("Dear colleague")
    (post / "z.txt").write_text("Dear colleague too")
    paths = [post / "a.txt", post / "gone.txt", post / "z.txt"]
    taken = ingest_paths(instance, POST_ROOM, paths)
    assert taken.refused == ("gone.txt",)
    account = instance.ledger.batch(POST_ROOM, taken.batch_id)
    assert [item.name for item in account.items] == ["a.txt", "z.txt"]
    assert (post / "a.txt").exists()  # the source is never touched


def test_clients_are_imported_whole(instance: Instance, tmp_path: Path) -> None:
    path = tmp_path / "clients.csv"
    path.write_text(f"{HEADER}\n{OLIVE}\n", encoding="utf-8-sig")
    assert import_clients(instance, path) == 1
    found = instance.clients.search(factories.actor("indexer"), "tregenza")
    assert [one.nhs_number for one in found] == ["9434765919"]


@pytest.mark.parametrize(
    "wrong",
    [
        OLIVE.replace("1941-03-09", "9 March"),
        OLIVE.replace("adults", "elders"),
        OLIVE.replace("adults", "finance"),
        OLIVE.replace("Tregenza", ""),
        "Olive,Tregenza",
        "\xff\xfe",
    ],
)
def test_one_wrong_line_imports_nobody_and_is_named(
    instance: Instance, tmp_path: Path, wrong: str
) -> None:
    path = tmp_path / "clients.csv"
    path.write_bytes(f"{HEADER}\n{OLIVE}\n".encode() + wrong.encode("latin-1") + b"\n")
    with pytest.raises(Invalid, match=r"clients\.csv, line 3"):
        import_clients(instance, path)
    assert events(instance, "client:summary:add") == []


def test_making_an_instance_again_leaves_it_as_it_is(instance: Instance) -> None:
    factories.on_the_register(instance, factories.client())
    key = (instance.settings.home / "secret_key").read_bytes()
    again = make_instance(instance.settings)
    assert (instance.settings.home / "secret_key").read_bytes() == key
    assert (instance.settings.home / "secret_key").stat().st_mode & 0o777 == 0o600
    assert len(events(again, "instance:schema:upgrade")) == 1
    again.database.close()
