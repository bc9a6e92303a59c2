"""Files of settings in TOML that are a list of parts, [[folder]] or [[mailbox]], each checked by a model."""

import tomllib
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from edrms.errors import CannotStart

Part = TypeVar("Part", bound=BaseModel)


def parts_of(file: Path, name: str, setting: str) -> list[Any]:
    """The parts of this name as they are written. Raises CannotStart for anything else in the file."""
    try:
        written = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CannotStart(f"{setting}: {file} cannot be read: {error}") from error
    if set(written) != {name} or not isinstance(written[name], list):
        raise CannotStart(f"{setting}: {file} must hold [[{name}]] parts and nothing else.")
    return list(written[name])


def checked(kind: type[Part], written: Any, at: str) -> Part:
    """One part. Raises CannotStart with what is wrong in which of its settings; at: which part it is."""
    try:
        return kind.model_validate(written)
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise CannotStart(f"{at}: {faults}") from error
