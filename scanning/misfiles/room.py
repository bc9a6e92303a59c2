"""The services of misfiles together, for whoever joins the rooms (api/instance.py)."""

from edrms.audit.state import SealGuard
from edrms.clock import Clock
from edrms.db import Database
from scanning.misfiles.desk import MisfileDesk
from scanning.misfiles.walking import MisfileWalks


class MisfileRoom:
    """What there is to do with misfiles."""

    def __init__(self, database: Database, clock: Clock, seals: SealGuard) -> None:
        self.walks = MisfileWalks(database, clock)
        self.desk = MisfileDesk(database, clock, seals)
