"""The services of disposal together, for whoever joins the rooms (api/wiring.py)."""

from dataclasses import dataclass
from pathlib import Path

from edrms.audit.clock_witness import ClockWitness
from edrms.clock import Clock
from edrms.db import Database
from edrms.pace import Pace
from edrms.records.paper import PaperOfRecords
from retention.certifying import Certifying
from retention.disposal import Disposal
from retention.disposal_cases import DisposalCases
from retention.erasing import Erasing
from retention.executing import Executing
from retention.proposing import Proposing
from retention.stubs import Stubs


@dataclass(frozen=True, slots=True)
class DisposalSettings:
    """What of disposal a council chooses. waiting_days, backup_days: whole days."""

    council: str
    waiting_days: int
    backup_days: int
    key_file: Path


class DisposalRoom:
    """What disposal does, from proposing to the certificate."""

    def __init__(
        self, database: Database, clock: Clock, witness: ClockWitness, erasing: Erasing,
        chosen: DisposalSettings, pace: Pace, paper: PaperOfRecords,
    ) -> None:  # fmt: skip
        self.proposing = Proposing(database, clock)
        self.cases = DisposalCases(database, clock)
        self.acts = Disposal(database, clock, witness, chosen.waiting_days)
        self.certifying = Certifying(
            database, clock, witness, chosen.key_file, chosen.council, chosen.backup_days
        )
        self.executing = Executing(database, clock, witness, erasing, self.certifying, pace, paper)
        self.stubs = Stubs(database, clock)
