"""Teams and allocations from CSV: all lines of a file, or none with the line at fault."""

from pathlib import Path

import pytest

from api.access_imports import import_allocations, import_teams
from api.wiring import Instance
from edrms.errors import Invalid
from tests import factories
from tests.service.events import events

TEAMS = "team,service,parent,member,supervises\n"
ALLOCATIONS = "system,reference,team,worker\n"
NORTH = "North,adults,,,\nNorth East,adults,North,pat,\nNorth,adults,,sam,yes\n"


@pytest.fixture
def staffed(instance: Instance) -> Instance:
    for name in ("pat", "sam"):
        factories.staff_member(instance, name)
    factories.on_the_register(instance, factories.client(), allocated=False)
    return instance


def file(directory: Path, name: str, text: str) -> Path:
    path = directory / name
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    "wrong",
    ["South,elders,,,", ",adults,,,", "South,adults,Nowhere,,", "South,adults,,nobody,",
     "South,adults,,pat,maybe", "North,children,,,", "South,adults"],
)  # fmt: skip
def test_one_wrong_line_of_teams_imports_nothing_and_is_named(
    staffed: Instance, tmp_path: Path, wrong: str
) -> None:
    before = len(events(staffed, "staff:team:add"))
    with pytest.raises(Invalid, match=r"teams\.csv, line 5"):
        import_teams(staffed, file(tmp_path, "teams.csv", f"{TEAMS}{NORTH}{wrong}\n"))
    assert len(events(staffed, "staff:team:add")) == before


def test_a_file_of_teams_sent_again_changes_nothing(staffed: Instance, tmp_path: Path) -> None:
    path = file(tmp_path, "teams.csv", TEAMS + NORTH)
    assert import_teams(staffed, path) == (2, 2)
    assert import_teams(staffed, path) == (0, 0)


@pytest.mark.parametrize(
    "wrong",
    ["LAS,LAS-000000,North,", "LCS,LAS-204417,North,", "LAS,LAS-204417,Nowhere,",
     "LAS,LAS-204417,,nobody", "LAS,LAS-204417,,", "LAS"],
)  # fmt: skip
def test_one_wrong_line_of_allocations_imports_nothing_and_is_named(
    staffed: Instance, tmp_path: Path, wrong: str
) -> None:
    import_teams(staffed, file(tmp_path, "teams.csv", TEAMS + NORTH))
    lines = f"{ALLOCATIONS}LAS,LAS-204417,North,\n{wrong}\n"
    with pytest.raises(Invalid, match=r"all\.csv, line 3"):
        import_allocations(staffed, file(tmp_path, "all.csv", lines))
    assert events(staffed, "client:allocation:start") == []


def test_a_file_of_allocations_sent_again_changes_nothing(
    staffed: Instance, tmp_path: Path
) -> None:
    import_teams(staffed, file(tmp_path, "teams.csv", TEAMS + NORTH))
    path = file(tmp_path, "all.csv", f"{ALLOCATIONS}LAS,las 204417,North,pat\n")
    assert import_allocations(staffed, path) == 1
    assert import_allocations(staffed, path) == 0
