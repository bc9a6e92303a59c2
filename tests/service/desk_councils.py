"""Random councils whose staff look at the governance desk, with an answer for most of their records."""

from datetime import timedelta
from random import Random

from edrms.clock import Clock, civil_date
from edrms.db import Database
from edrms.staff.accounts import SYSTEM
from edrms.uow import write
from retention.settling import settle
from tests.access_reference import SHIPPED, World
from tests.access_worlds import random_world

CLASSES = ("A02", "C01", "C05", "X03")


def council(dice: Random) -> World:
    """A random council whose staff all have a role of the desk, some others beside it."""
    world = random_world(dice)
    world.roles_text = SHIPPED
    for one in world.only:
        world.only[one] = None
    world.holdings = [
        {"staff_id": one, "role": role, "from_at": world.at - timedelta(days=1), "until_at": None}
        for one in world.only
        for role in {dice.choice(("records_manager", "information_governance")),
                     dice.choice(("adoption_team", "finance", "team_manager", "records_manager"))}
    ]  # fmt: skip
    return world


def answer_rows(dice: Random, world: World) -> tuple[list[dict[str, object]], list[dict[str, str]]]:
    """A random answer for most records, near today or far from it; facts lacking for unknown ones."""
    answers, missing = [], []
    today = civil_date(world.at)
    ground = {"client_id": "", "class_id": "", "status": "", "event": "", "event_on": "",
              "period": [], "authority": "", "is_extension": True, "reason": "invented"}  # fmt: skip
    for record_id, row in world.records.items():
        state = dice.choice(("dated", "dated", "dated", "unknown", "permanent", "none"))
        if state == "none":
            continue
        days = dice.choice((-400, -1, 0, 1, 5, 40, 364, 370, 735, 5000, 7400, 20_000))
        on = today + timedelta(days=days + dice.randrange(25)) if state == "dated" else None
        class_id = "" if state == "unknown" else dice.choice((*CLASSES, ""))
        answers.append({
            "record_id": record_id, "state": state, "due_on": on, "not_before": None,
            "action": "" if state == "unknown" else "REVIEW", "class_id": class_id,
            "due_month": on.year * 100 + on.month if on else None, "ground": ground,
            "schedule_version": 1, "evaluated_at": world.at,
        })  # fmt: skip
        if state == "unknown":
            for _ in range(dice.choice((1, 1, 2, 3))):
                fact = {"record_id": record_id, "client_id": dice.choice(row["clients"]),
                        "class_id": dice.choice(CLASSES), "trigger": dice.choice(("DOB", "DOD", "")),
                        "why": dice.choice(("unknown", "contradicted"))}  # fmt: skip
                if fact not in missing:
                    missing.append(fact)
    return answers, missing


def settled(database: Database, clock: Clock, most: int = 10_000) -> None:
    """Settle what so many changes were about, as upkeep does."""
    with write(database, SYSTEM, clock) as work:
        settle(work, most)
