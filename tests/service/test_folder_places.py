"""Setting up hot folders: what is wrong is said at the start; one host sweeps a folder at a time."""

import threading
from pathlib import Path

import pytest

from api.folder_places import places
from api.sources import SourceWatch
from edrms.errors import CannotStart
from edrms.staff.accounts import SYSTEM
from edrms.uow import write
from scanning.batches.counts import Sides
from scanning.folders.drops import Place
from scanning.folders.files import alone_in
from tests import factories


def written(tmp_path: Path, text: str) -> Path:
    (tmp_path / "in" / "inner").mkdir(parents=True, exist_ok=True)
    file = tmp_path / "folders.toml"
    file.write_text(text)
    return file


def test_a_folder_is_set_up_by_a_few_words(tmp_path: Path) -> None:
    text = '[[folder]]\npath = "in"\naccount = "s"\nsides = "both"\nneeds_manifest = true\n'
    assert places(written(tmp_path, text)) == [
        Place(path=tmp_path.resolve() / "in", account="s", sides=Sides.BOTH, needs_manifest=True)
    ]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "must hold"), ("[folder]\npath = 1", "must hold"), ("][", "cannot be read"),
        ('[[folder]]\naccount = "s"', "folder 1: path"),
        ('[[folder]]\npath = "in"', "account"),
        ('[[folder]]\npath = "gone"\naccount = "s"', "is no folder"),
        ('[[folder]]\npath = "in"\naccount = "s"\nsettle_s = 0', "settle_s"),
        ('[[folder]]\npath = "in"\naccount = "s"\nsides = "three"', "sides"),
        ('[[folder]]\npath = "in"\naccount = "s"\ncolour = "grey"', "colour"),
        (2 * '[[folder]]\npath = "in"\naccount = "s"\n', "named twice"),
        ('[[folder]]\npath = "in"\naccount = "s"\n[[folder]]\npath = "in/inner"\naccount = "s"\n',
         "lies in another"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_the_set_up_is_said(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(CannotStart, match=why):
        places(written(tmp_path, text))


def test_a_folder_of_nobody_is_not_watched(tmp_path: Path) -> None:
    file = written(tmp_path, '[[folder]]\npath = "in"\naccount = "nobody"')
    instance = factories.new_instance(tmp_path / "home", folders_file=file)
    with pytest.raises(CannotStart, match="no active account nobody"):
        SourceWatch(instance)
    instance.database.close()


def test_of_two_who_sweep_a_folder_one_waits(tmp_path: Path) -> None:
    with alone_in(tmp_path) as first, alone_in(tmp_path) as second:
        assert (first, second) == (True, False)
    with alone_in(tmp_path) as again:
        assert again


def test_a_folder_that_fails_holds_up_no_other(tmp_path: Path) -> None:
    text = ('[[folder]]\npath = "in/inner"\naccount = "scanner"\nsettle_s = 0.05\n'
            '[[folder]]\npath = "other"\naccount = "scanner"\nsettle_s = 0.05\n')  # fmt: skip
    (tmp_path / "other").mkdir()
    file = written(tmp_path, text)
    instance = factories.new_instance(tmp_path / "home", folders_file=file)
    with write(instance.database, SYSTEM, instance.clock) as work:
        factories.add_to_staff(work, "scanner", "post_room")
    watch = SourceWatch(instance)
    (tmp_path / "in" / "inner").rmdir()
    (tmp_path / "other" / "a.txt").write_text("A letter")
    thread = threading.Thread(target=watch.run)
    thread.start()
    for _ in range(200):
        if (tmp_path / "other" / "released").exists():
            break
        threading.Event().wait(0.1)
    watch.stop()
    thread.join(timeout=20)
    assert [path.name for path in (tmp_path / "other" / "released").rglob("*.txt")] == ["a.txt"]
    instance.database.close()
