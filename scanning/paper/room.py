"""The services of paper together, for whoever joins the rooms (api/wiring.py)."""

from pathlib import Path

from edrms.audit.clock_witness import ClockWitness
from edrms.certificates.issuing import Issuing
from edrms.clock import Clock
from edrms.db import Database
from edrms.records.paper import HoldsOnRecords
from scanning.paper.boxes import Boxes
from scanning.paper.certifying import PaperCertifying
from scanning.paper.checks import SupervisorChecks
from scanning.paper.destroying import Destroying
from scanning.paper.looking import PaperLooks
from scanning.paper.placing import Placing
from scanning.paper.tasks import PaperTasks


class PaperRoom:
    """What there is to do with paper, from the box to the certificate."""

    def __init__(
        self, database: Database, clock: Clock, holds: HoldsOnRecords, witness: ClockWitness,
        key_file: Path, council: str,
    ) -> None:  # fmt: skip
        self.quality = SupervisorChecks(database, clock)
        self.boxes = Boxes(database, clock, holds)
        self.placing = Placing(database, clock, holds)
        self.tasks = PaperTasks(database, clock, holds)
        self.looks = PaperLooks(database, clock, holds, self.quality)
        self.certifying = PaperCertifying(database, clock, Issuing(witness, key_file), council)
        self.destroying = Destroying(database, clock, holds, self.quality, witness, self.certifying)
