"""The services of this room together, for whoever joins the rooms (api/wiring.py)."""

from edrms.clock import Clock
from edrms.db import Database
from retention.desk import Desk
from retention.desk_facts import FactsDesk
from retention.feeding import EventFeed
from retention.life_events import LifeEvents
from retention.previewing import Previews
from retention.reading import Answers
from retention.schedules import Schedules


class Retention:
    """What retention does for people and programs."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.answers = Answers(database, clock)
        self.desk = Desk(database, clock)
        self.desk_facts = FactsDesk(database, clock)
        self.events = LifeEvents(database, clock)
        self.feed = EventFeed(database, clock)
        self.previews = Previews(database, clock)
        self.schedules = Schedules(database, clock)
