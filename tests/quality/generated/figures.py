"""What matching over the generated register comes to, by kind of difficulty, as tables for a terminal."""

import tempfile
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from scanning.indexing.calibration import calibration
from tests.engines.instances import database_with_tables
from tests.quality.generated.calibrating import fitted, reliability, weighed
from tests.quality.generated.database import put_on_register
from tests.quality.generated.letters import KINDS, PostMaker
from tests.quality.generated.measure import (
    CALIBRATING,
    REGISTER_SIZE,
    REPORTING,
    Outcome,
    outcomes,
)
from tests.quality.generated.register import make_register

LETTERS = 6000
LEAST_PRECISION = 0.999


@dataclass(frozen=True)
class Share:
    """Counts over some letters. answered: of letters about nobody, those with a client above one half."""

    letters: int
    with_client: int
    filed: int
    wrong: int
    first_right: int
    answered: int
    p95_ms: float
    p95_processor_ms: float

    @property
    def precision(self) -> float:
        """Of what filed itself, the share on the right files."""
        return (self.filed - self.wrong) / self.filed if self.filed else 1.0

    @property
    def recall(self) -> float:
        """Of the letters about a client, the share that filed itself rightly."""
        return (self.filed - self.wrong) / self.with_client if self.with_client else 0.0

    @property
    def top1(self) -> float:
        """Of the letters about a client, the share whose likeliest client is right."""
        return self.first_right / self.with_client if self.with_client else 0.0


def share_of(found: Sequence[Outcome]) -> Share:
    """The counts over these outcomes."""
    about = [one for one in found if one.letter.clients]
    return Share(
        letters=len(found),
        with_client=len(about),
        filed=sum(bool(one.filed_on) for one in found),
        wrong=sum(one.is_wrongly_filed for one in found),
        first_right=sum(one.is_first_right for one in about),
        answered=sum(one.best is not None for one in found if not one.letter.clients),
        p95_ms=_p95(one.ms for one in found),
        p95_processor_ms=_p95(one.processor_ms for one in found),
    )


def _p95(values: Iterable[float]) -> float:
    ranked = sorted(values)
    return ranked[int(len(ranked) * 0.95)] if ranked else 0.0


def measure_matching(console: Console, engine: str, letters: int = LETTERS) -> bool:
    """Print the tables for a register and post of the reporting seeds; whether filing is precise enough."""
    seed, post = REPORTING
    register = make_register(seed, REGISTER_SIZE)
    with tempfile.TemporaryDirectory(prefix="edrms-register-") as directory:
        database = database_with_tables(engine, Path(directory))
        put_on_register(database, register.clients)
        made = PostMaker(register, post, held_out=True).letters(letters)
        found = list(outcomes(database, made))
        database.close()
    console.print(kinds_table(found, len(register.clients), engine))
    console.print(reliability_table(found))
    return share_of(found).precision >= LEAST_PRECISION


def kinds_table(found: Sequence[Outcome], clients: int, engine: str) -> Table:
    """One row for each kind of difficulty, and one for all."""
    table = Table(title=f"Matching: {len(found)} letters, {clients} clients, {engine}")
    for column in (
        "Kind", "Letters", "Filed", "Wrong", "Precision", "Recall", "Top 1", "Answered", "p95 ms",
        "of it work",
    ):  # fmt: skip
        table.add_column(column, justify="left" if column == "Kind" else "right")
    groups: dict[str, list[Outcome]] = defaultdict(list)
    for one in found:
        groups[one.letter.kind].append(one)
        groups[f"noise {one.letter.noise:.1%}"].append(one)
    noises = sorted(name for name in groups if name.startswith("noise"))
    for name in [kind for kind in KINDS if kind in groups] + noises:
        table.add_row(*_row(name, share_of(groups[name])))
    table.add_row(*_row("all", share_of(found)), style="bold")
    return table


def _row(name: str, share: Share) -> tuple[str, ...]:
    about = bool(share.with_client)
    return (
        name, str(share.letters), str(share.filed), str(share.wrong), f"{share.precision:.4f}",
        f"{share.recall:.3f}" if about else "", f"{share.top1:.3f}" if about else "",
        str(share.answered),
        f"{share.p95_ms:.1f}", f"{share.p95_processor_ms:.1f}",
    )  # fmt: skip


def reliability_table(found: Sequence[Outcome]) -> Table:
    """Whether a score of 0.9 is right nine times in ten."""
    table = Table(title=f"Scores of {calibration().version}, and how often they are right")
    for column in ("From", "To", "Suggestions", "Mean score", "Right"):
        table.add_column(column, justify="right")
    for least, most, count, mean, right in reliability(found):
        table.add_row(f"{least:.2f}", f"{most:.2f}", str(count), f"{mean:.3f}", f"{right:.3f}")
    return table


def calibrate(console: Console, letters: int = LETTERS) -> None:
    """Print the calibration that fits post of seeds used for nothing else."""
    seed, post = CALIBRATING
    register = make_register(seed, REGISTER_SIZE)
    with tempfile.TemporaryDirectory(prefix="edrms-register-") as directory:
        database = database_with_tables("sqlite", Path(directory))
        put_on_register(database, register.clients)
        made = PostMaker(register, post, held_out=False).letters(letters)
        console.print(fitted(list(weighed(database, made)), "match/?"))
        database.close()
