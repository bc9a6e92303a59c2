"""How well this machine confines the parsing of foreign files: told by a page worker when it starts,
shown on the status page. The web process never starts a parser to find out.
"""

import json
import os
from pathlib import Path

from edrms.settings import Settings


def _told_in(settings: Settings) -> Path:
    return settings.home / "confinement.json"


def tell_confinement(settings: Settings, protections: dict[str, bool]) -> None:
    """Write down what the kernel grants, by name; workers of one machine all say the same."""
    told = _told_in(settings)
    part = told.with_suffix(f".{os.getpid()}")
    part.write_text(json.dumps(protections, sort_keys=True))
    part.replace(told)  # whole or not at all, whoever reads meanwhile


def confinement(settings: Settings) -> dict[str, bool] | None:
    """What the last worker to start was granted; None when none has started here."""
    try:
        told: dict[str, bool] = json.loads(_told_in(settings).read_text())
    except FileNotFoundError:
        return None
    return told
