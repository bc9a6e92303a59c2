"""Generated post over a register of 100,000 through wanted keys, register and suggestion, as a job does it.

One outcome for each letter; what they come to is in figures.py. Time is what one document takes here:
finding what is on the page, asking the database, matching, classifying.
"""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from edrms.db import Database
from scanning.indexing.model import PageText, Suggestion
from scanning.indexing.rules import client_may_be_filed_on, likely_clients
from scanning.indexing.suggesting import suggestion_for
from tests.quality.generated.letters import Letter
from tests.quality.generated.register import TODAY

REGISTER_SIZE = 100_000
# Of the register and of the post; what is reported comes from seeds that nothing was tuned to.
TUNING, CALIBRATING, REPORTING = (11, "tuning"), (23, "calibrating"), (42, "reporting")


@dataclass(frozen=True)
class Outcome:
    """What became of a letter. filed_on: the clients it would file itself on, the type taken as sure.

    ms, processor_ms: by the clock, and what this process worked (others work on the machine too).
    best: the likeliest client above one half. score: of the likeliest client; 0 without any.
    """

    letter: Letter
    best: str | None
    score: float
    filed_on: frozenset[str]
    ms: float
    processor_ms: float
    suggestion: Suggestion

    @property
    def is_wrongly_filed(self) -> bool:
        """Whether it went on a file of somebody else, or on one only of its two clients'."""
        return bool(self.filed_on) and self.filed_on != self.letter.clients

    @property
    def is_first_right(self) -> bool:
        """Whether the likeliest client is one of the letter's."""
        return self.best in self.letter.clients


def outcomes(database: Database, letters: Iterable[Letter]) -> Iterator[Outcome]:
    """Every letter in turn."""
    for letter in letters:
        yield _outcome(database, letter)


def _outcome(database: Database, letter: Letter) -> Outcome:
    pages = (PageText(1, letter.text),)
    started, busy = time.perf_counter(), time.process_time()
    suggestion = suggestion_for(database, pages, TODAY)
    ms, busy_ms = (time.perf_counter() - started) * 1000, (time.process_time() - busy) * 1000
    likely = likely_clients(suggestion.clients)
    files = likely and not any(client_may_be_filed_on(suggestion.clients, c) for c in likely)
    first = suggestion.clients[0] if suggestion.clients else None
    return Outcome(
        letter=letter,
        best=likely[0].client_id if likely else None,
        score=first.score if first else 0.0,
        filed_on=frozenset(c.client_id for c in likely) if files else frozenset(),
        ms=ms,
        processor_ms=busy_ms,
        suggestion=suggestion,
    )
