"""The process of the hot folders killed again and again: each file is one item, and none is lost."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from api.setting_up import staff_actor
from edrms.settings import Settings
from edrms.staff.accounts import SYSTEM
from edrms.uow import write
from tests import factories
from tests.faults.processes import ROOT, environment, wait_until

pytestmark = pytest.mark.faults
FILES, KILLS = 60, 6
SWEEP_OFTEN = """
import api.sources
from api.processes import main
api.sources.FOLDERS_EVERY_S = 0.2  # a file is taken in by the second sweep that sees it
main(["sources"])
"""


def there(hot: Path) -> int:
    return len(list(hot.glob("*.txt")))


def kill_after_the_next_file(
    command: list[str], settings: Settings, hot: Path, chance: random.Random
) -> None:
    process = subprocess.Popen(command, cwd=ROOT, env=environment(settings))
    before = there(hot)
    wait_until(lambda: there(hot) < before)
    time.sleep(chance.random() / 20)
    os.kill(process.pid, signal.SIGKILL)
    process.wait()


def test_killed_while_it_takes_in_files_it_loses_none_and_takes_none_twice(tmp_path: Path) -> None:
    hot = tmp_path / "hot"
    hot.mkdir()
    config = tmp_path / "folders.toml"
    config.write_text('[[folder]]\npath = "hot"\naccount = "scanner"\nsettle_s = 0.1\n')
    instance = factories.new_instance(tmp_path / "home", folders_file=config)
    with write(instance.database, SYSTEM, instance.clock) as work:
        factories.add_to_staff(work, "scanner", "post_room")
    actor = staff_actor(instance, "scanner")
    for number in range(FILES):
        (hot / f"{number:02}.txt").write_text(f"Letter {number}")
    chance = random.Random(7)
    command = [sys.executable, "-c", SWEEP_OFTEN]
    for _ in range(KILLS):
        if there(hot):
            kill_after_the_next_file(command, instance.settings, hot, chance)
    process = subprocess.Popen(command, cwd=ROOT, env=environment(instance.settings))
    wait_until(lambda: not there(hot) and not list(hot.glob(".edrms-batch*")))
    process.terminate()
    assert process.wait(timeout=20) == 0
    accounts = instance.ledger.batches(actor)
    names = sorted(item.name for account in accounts for item in account.items)
    assert names == [f"{number:02}.txt" for number in range(FILES)]
    released = [path.name for path in (hot / "released").rglob("*.txt")]
    assert sorted(released) == names
    instance.database.close()
