"""Generated letters filed on the right clients and on wrong ones: which of them are listed as misfiles.

Each letter about somebody is once filed where it belongs, once on one only of its two clients' files, once
also on the file of a brother or sister of whom it says nothing (which people do for a family), and once for
each kind of wrong person there is: instead of the right one, and beside him. Letters about nobody are filed
on anybody: nobody on the register can be named for them.
"""

import random
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

from rich.console import Console
from rich.table import Table

from edrms.clients.model import Client
from edrms.db import Database
from scanning.indexing.model import PageText
from scanning.misfiles.comparing import compare
from tests.engines.instances import database_with_tables
from tests.quality.generated.database import put_on_register
from tests.quality.generated.letters import Letter, PostMaker
from tests.quality.generated.measure import REGISTER_SIZE, REPORTING
from tests.quality.generated.register import Register, make_register

LEAST_PRECISION = 0.95
MISFILED_IN_100 = 1.0  # of what is filed; how precise a list is depends on it
RIGHT = "filed rightly"
ONE_OF_TWO = "filed on one of its two clients"
NOBODYS = "about nobody on the register"
FAMILY = "filed rightly, and on a brother's or sister's"
FAMILY_TWINS = "filed rightly, and on a twin's"
RIGHTLY = (RIGHT, ONE_OF_TWO, FAMILY, FAMILY_TWINS)
KINDS = ("anybody", "brother or sister", "twin", "father or son", "namesake")
BESIDE = {kind: f"rightly, and on {kind}" for kind in ("anybody", "namesake", "father or son")}
THIRD = "on one of its two, and a third child"
WRONGLY = (*KINDS, *BESIDE.values(), THIRD)


@dataclass(frozen=True)
class Filing:
    """A letter filed on these clients, wrongly or not, and in which way."""

    kind: str
    letter: Letter
    filed: tuple[Client, ...]

    @property
    def is_wrong(self) -> bool:
        """Whether it is a misfile for which somebody on the register can be named."""
        return self.kind in WRONGLY

    @property
    def wrong(self) -> frozenset[str]:
        """Those on whose files it does not belong."""
        return frozenset(str(one.client_id) for one in self.filed) - self.letter.clients


@dataclass(frozen=True)
class Judged:
    """What the detector said of a filing: the client named, "" for none, and whose files it is wrongly on.
    ms: of processor."""

    filing: Filing
    named: str
    wrong: frozenset[str]
    ms: float

    @property
    def is_right(self) -> bool:
        """Whether what was listed names one of those whom the letter is about, and each wrong file only."""
        return self.named in self.filing.letter.clients and self.wrong == self.filing.wrong

    @property
    def is_found(self) -> bool:
        """Whether a misfile was listed so."""
        return self.filing.is_wrong and self.is_right


class Filer:
    """Files letters wrongly in every way there is."""

    def __init__(self, register: Register, seed: str) -> None:
        self._clients = register.clients
        self._dice = random.Random(f"misfiles:{seed}")
        self._place = {str(one.client_id): at for at, one in enumerate(register.clients)}
        self._twins = _both_ways(register.twins)
        self._of_one_name = _both_ways(_of_one_name(register))
        self._at_home = {at: set(home) for home in register.households.values() for at in home}
        self._called: dict[str, set[int]] = defaultdict(set)
        for at, one in enumerate(register.clients):
            self._called[one.full_name].add(at)

    def filings(self, letters: Iterable[Letter]) -> Iterator[Filing]:
        """Every letter in every way."""
        for letter in letters:
            about = sorted(self._place[one] for one in letter.clients)
            if not about:
                yield Filing(NOBODYS, letter, (self._dice.choice(self._clients),))
                continue
            yield Filing(RIGHT, letter, self._these(about))
            if len(about) > 1:
                yield Filing(ONE_OF_TWO, letter, self._these(about[:1]))
            for kind, others in self._wrong(about[0]).items():
                if left := sorted(others - set(about)):
                    other = self._dice.choice(left)
                    yield Filing(kind, letter, self._these([other]))
                    yield from self._beside(kind, letter, about, other)

    def _beside(self, kind: str, letter: Letter, about: list[int], other: int) -> Iterator[Filing]:
        """The same person's file beside the right ones."""
        if kind in BESIDE:
            yield Filing(BESIDE[kind], letter, self._these([*about, other]))
            return
        yield Filing(
            FAMILY_TWINS if kind == "twin" else FAMILY, letter, self._these([*about, other])
        )
        if len(about) > 1:
            yield Filing(THIRD, letter, self._these([about[0], other]))

    def _wrong(self, at: int) -> dict[str, set[int]]:
        twins, of_one_name = self._twins[at], self._of_one_name[at]
        return {
            "anybody": {self._dice.randrange(len(self._clients))},
            "brother or sister": self._at_home[at] - {at} - twins - of_one_name,
            "twin": twins,
            "father or son": of_one_name,
            "namesake": self._called[self._clients[at].full_name] - {at} - of_one_name,
        }

    def _these(self, places: Iterable[int]) -> tuple[Client, ...]:
        return tuple(self._clients[at] for at in places)


def _of_one_name(register: Register) -> Iterator[tuple[int, int]]:
    """Everybody at one home who is called the same, such as father and son."""
    for home in register.households.values():
        for one, other in combinations(home, 2):
            if register.clients[one].full_name == register.clients[other].full_name:
                yield one, other


def _both_ways(pairs: Iterable[tuple[int, int]]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = defaultdict(set)
    for one, other in pairs:
        found[one].add(other)
        found[other].add(one)
    return found


def judged(database: Database, filings: Iterable[Filing]) -> Iterator[Judged]:
    """What the detector says of each."""
    for one in filings:
        filed = {str(client.client_id): client for client in one.filed}
        busy = time.process_time()
        with database.read() as session:
            found = compare(session, (PageText(1, one.letter.text),), filed)
        ms = (time.process_time() - busy) * 1000
        named, wrong = (found.client_id, frozenset(found.filed)) if found else ("", frozenset())
        yield Judged(one, named, wrong, ms)


def false_share(found: Sequence[Judged]) -> float:
    """Of what is filed rightly, for one or a family, or on one of two clients, the share that was listed."""
    right = [one for one in found if one.filing.kind in RIGHTLY]
    return sum(bool(one.named) for one in right) / len(right) if right else 0.0


def recall(found: Sequence[Judged]) -> float:
    """Of misfiles, the share that was listed with the right client."""
    wrong = [one for one in found if one.filing.is_wrong]
    return sum(one.is_found for one in wrong) / len(wrong) if wrong else 0.0


def precision(found: Sequence[Judged], share: float) -> float:
    """Of what is listed, the share that is a misfile and names the right client, where this share of what is
    filed is misfiled as anybody's."""
    strays = [one for one in found if one.filing.kind == KINDS[0]]
    listed = sum(bool(one.named) for one in strays) / len(strays) if strays else 0.0
    right = recall(strays) * share
    every = listed * share + false_share(found) * (1 - share)
    return right / every if every else 1.0


def measure_misfiles(console: Console, engine: str, letters: int) -> bool:
    """Print the table for a register and post of the reporting seeds; whether the list is precise enough."""
    seed, post = REPORTING
    register = make_register(seed, REGISTER_SIZE)
    with tempfile.TemporaryDirectory(prefix="edrms-register-") as directory:
        database = database_with_tables(engine, Path(directory))
        put_on_register(database, register.clients)
        made = PostMaker(register, post, held_out=True).letters(letters)
        found = list(judged(database, Filer(register, post).filings(made)))
        database.close()
    console.print(misfiles_table(found, len(register.clients), engine))
    share = MISFILED_IN_100 / 100
    console.print(
        f"Listed of what is right: {false_share(found):.5f}. Precision where {MISFILED_IN_100:g} in 100 is"
        f" misfiled: {precision(found, share):.4f}. A record takes {_mean(found):.1f} ms of processor, p95"
        f" {sorted(one.ms for one in found)[int(0.95 * len(found))]:.1f} ms."
    )
    return precision(found, share) >= LEAST_PRECISION


def _mean(found: Sequence[Judged]) -> float:
    return sum(one.ms for one in found) / len(found)


def misfiles_table(found: Sequence[Judged], clients: int, engine: str) -> Table:
    """One row for each way of filing."""
    table = Table(title=f"Misfiles: {len(found)} filings, {clients} clients, {engine}")
    for column in ("Filed on", "Letters", "Listed", "Listed wrongly", "Recall"):
        table.add_column(column, justify="left" if column == "Filed on" else "right")
    for kind in (*RIGHTLY, NOBODYS, *WRONGLY):
        some = [one for one in found if one.filing.kind == kind]
        listed = [one for one in some if one.named]
        table.add_row(
            kind, str(len(some)), str(len(listed)),
            str(sum(not one.is_found for one in listed)),
            f"{recall(some):.3f}" if kind in WRONGLY else "",
        )  # fmt: skip
    return table
