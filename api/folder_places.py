"""Which hot folders there are, from a TOML file: one [[folder]] for each. See docs/scanning-unit.md."""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from api.toml_parts import checked, parts_of
from edrms.errors import CannotStart
from scanning.batches.counts import Sides
from scanning.folders.drops import Place

SETTING = "EDRMS_FOLDERS_FILE"


class _Written(BaseModel):
    """A [[folder]] as it is written."""

    model_config = ConfigDict(extra="forbid")

    path: Path
    account: str = Field(min_length=1)
    needs_manifest: bool = False
    settle_s: float = Field(10.0, gt=0)
    wait_s: float = Field(3600.0, ge=0)
    stream: str = Field("", max_length=32)
    origin: str = Field("", max_length=160)
    device: str = Field("", max_length=64)
    sides: Sides = Sides.UNKNOWN


def places(file: Path) -> list[Place]:
    """The hot folders. Raises CannotStart naming the file and what is wrong in it."""
    written = parts_of(file, "folder", SETTING)
    found = [_place(file, number, one) for number, one in enumerate(written, start=1)]
    paths = [one.path for one in found]
    for path in paths:
        if (
            any(path != other and path.is_relative_to(other) for other in paths)
            or paths.count(path) > 1
        ):
            raise CannotStart(f"{SETTING}: {path} is named twice, or lies in another folder.")
    return found


def _place(file: Path, number: int, written: Any) -> Place:
    one = checked(_Written, written, at := f"{SETTING}: {file}, folder {number}")
    path = one.path if one.path.is_absolute() else file.parent / one.path
    if not path.is_dir():
        raise CannotStart(f"{at}: {path} is no folder.")
    return Place(path=path.resolve(), **one.model_dump(exclude={"path"}))
