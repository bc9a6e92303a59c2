"""The services of quality together, for whoever joins the rooms (api/wiring.py)."""

from edrms.audit.state import SealGuard
from edrms.clock import Clock
from edrms.db import Database
from edrms.uow import UnitOfWork
from scanning.quality.desk import QualityDesk
from scanning.quality.figures import QualityFigures
from scanning.quality.judging import Judging
from scanning.quality.looking import QualityLooks
from scanning.quality.model import QualityRules
from scanning.quality.sampling import catch_up

MOST_BATCHES = 20


class QualityRoom:
    """What there is to do with the quality of scans."""

    def __init__(
        self, database: Database, clock: Clock, seals: SealGuard, rules: QualityRules
    ) -> None:
        self.rules = rules
        self.desk = QualityDesk(database, clock, seals)
        self.judging = Judging(database, clock, rules)
        self.looks = QualityLooks(database, clock, rules)
        self.figures = QualityFigures(database, clock)

    def catch_up(self, work: UnitOfWork) -> bool:
        """Draw for some batches that lack it; whether there may be more."""
        return catch_up(work, self.rules.sampling, MOST_BATCHES)
