"""Which hot folders there are, from a TOML file: one [[folder]] for each. See docs/scanning-unit.md."""

import tomllib
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from edrms.errors import CannotStart
from scanning.batches.counts import Sides
from scanning.folders.drops import Place


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
    try:
        written = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CannotStart(f"EDRMS_FOLDERS_FILE: {file} cannot be read: {error}") from error
    if set(written) != {"folder"} or not isinstance(written["folder"], list):
        raise CannotStart(
            f"EDRMS_FOLDERS_FILE: {file} must hold [[folder]] parts and nothing else."
        )
    found = [_place(file, number, one) for number, one in enumerate(written["folder"], start=1)]
    paths = [one.path for one in found]
    for path in paths:
        if (
            any(path != other and path.is_relative_to(other) for other in paths)
            or paths.count(path) > 1
        ):
            raise CannotStart(
                f"EDRMS_FOLDERS_FILE: {path} is named twice, or lies in another folder."
            )
    return found


def _place(file: Path, number: int, written: Any) -> Place:
    try:
        one = _Written.model_validate(written)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise CannotStart(f"EDRMS_FOLDERS_FILE: {file}, folder {number}: {faults}") from error
    path = one.path if one.path.is_absolute() else file.parent / one.path
    if not path.is_dir():
        raise CannotStart(f"EDRMS_FOLDERS_FILE: {file}, folder {number}: {path} is no folder.")
    return Place(path=path.resolve(), **one.model_dump(exclude={"path"}))
