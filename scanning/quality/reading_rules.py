"""The file of thresholds and rates: read whole, or refused with what is wrong in it."""

import tomllib
from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

from edrms.errors import CannotStart
from edrms.fileplan import load_document_types, load_record_classes
from scanning.quality.model import Fault, QualityRules, SamplingRates, Special, Thresholds

_NUMBERS = {one.name for one in fields(Thresholds)} - {"hold"}
_RATES = {one.name for one in fields(SamplingRates)}


def load(path: Path | None = None) -> QualityRules:
    """The rules of this file, or those shipped. Raises CannotStart naming what is wrong in it."""
    if path is None:
        return shipped()
    try:
        return parse(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, ValueError) as error:
        raise CannotStart(f"EDRMS_QUALITY_FILE: {path}: {error}") from error


@cache
def shipped() -> QualityRules:
    """Those that come with the product."""
    return parse(resources.files("scanning.quality").joinpath("thresholds.toml").read_text("utf-8"))


def parse(text: str) -> QualityRules:
    """The rules of a text in TOML. Raises ValueError naming what is wrong."""
    table = tomllib.loads(text)
    _only(table, {"version", "page", "sampling"}, "the file")
    version, page = table.get("version"), dict(table.get("page", {}))
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise ValueError("version: expected a whole number from 1")
    special = page.pop("for", [])
    hold = page.pop("hold", [])
    if not isinstance(hold, list) or (unknown := set(hold) - set(Fault)):
        raise ValueError(f"hold: unknown {sorted(unknown) if isinstance(hold, list) else hold}")
    usual = Thresholds(**_numbers(page, "page"), hold=frozenset(hold))
    return QualityRules(
        version, usual, tuple(_special(one) for one in special), _sampling(table["sampling"])
        if "sampling" in table else _missing("sampling"),
    )  # fmt: skip


def _missing(name: str) -> SamplingRates:
    raise ValueError(f"{name}: is missing")


def _special(row: Mapping[str, Any]) -> Special:
    given = dict(row)
    device, stream = given.pop("device", ""), given.pop("stream", "")
    if not (isinstance(device, str) and isinstance(stream, str) and (device or stream)):
        raise ValueError("page.for: say a device or a stream")
    return Special(device, stream, _numbers(given, f"page.for {device}{stream}"))


def _numbers(given: Mapping[str, Any], where: str) -> dict[str, float]:
    _only(given, _NUMBERS, where)
    for name, value in given.items():
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < 1e6:
            raise ValueError(f"{where}: {name}: expected a number from 0, not {value!r}")
    return {name: float(value) for name, value in given.items()}


def _sampling(given: Mapping[str, Any]) -> SamplingRates:
    _only(given, _RATES, "sampling")
    whole = {name for name in _RATES if not name.startswith("by_")}
    if absent := whole - set(given):
        raise ValueError(f"sampling: {', '.join(sorted(absent))} is missing")
    new = given["new_batches"]
    if not isinstance(new, int) or isinstance(new, bool) or new < 0:
        raise ValueError("sampling: new_batches: expected a whole number from 0")
    tables = {name: _rates(given.get(name, {}), name) for name in _RATES - whole}
    codes = {one.id for one in load_record_classes()}
    types = {one.code for one in load_document_types()}
    if unknown := (set(tables["by_class"]) - codes) | (set(tables["by_type"]) - types):
        raise ValueError(f"sampling: the file plan has no {', '.join(sorted(unknown))}")
    single = {name: _rate(given[name], name) for name in whole - {"new_batches"}}
    return SamplingRates(new_batches=new, **single, **tables)  # type: ignore[arg-type]


def _rates(given: object, where: str) -> dict[str, float]:
    if not isinstance(given, dict):
        raise ValueError(f"sampling.{where}: expected a table")
    return {name: _rate(value, f"{where}.{name}") for name, value in given.items()}


def _rate(value: object, where: str) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 1:
        raise ValueError(f"sampling: {where}: expected a share from 0 to 1, not {value!r}")
    return float(value)


def _only(given: Mapping[str, Any], known: set[str], where: str) -> None:
    if unknown := set(given) - known:
        raise ValueError(f"{where}: unknown {', '.join(sorted(unknown))}")
