"""A register of invented people that makes matching hard: households, siblings, twins, father and son
of one name, chance namesakes, people known by another name, dense case numbers that lie one digit apart.

Everything is drawn from the seed. What is written about them is in letters.py.
"""

import csv
import random
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache
from itertools import pairwise
from pathlib import Path

from edrms.clients.model import Client, Identifier
from edrms.ids import ClientId
from scanning.sample_post.people import nhs_check_digit

TODAY = date(2026, 11, 2)
_NEAR = {
    "Carys": "Cerys", "Anne": "Ann", "Oliver": "Olivia", "Emily": "Emilia", "Ella": "Ellen", "Mia": "Maia",
    "Freddie": "Freddy", "Adam": "Aidan", "Maryam": "Mariam", "Jakub": "Jacob", "Zofia": "Sofia",
}  # fmt: skip


@dataclass
class Register:
    """The clients, their households by key, and who is kin to whom in a way that misleads.

    twins, same_names: pairs of indexes; former: index to a name a client is also known by.
    """

    clients: list[Client] = field(default_factory=list)
    households: dict[str, list[int]] = field(default_factory=dict)
    twins: list[tuple[int, int]] = field(default_factory=list)
    same_names: list[tuple[int, int]] = field(default_factory=list)
    known_otherwise: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class _Community:
    surnames: tuple[str, ...]
    surname_weights: tuple[float, ...]
    forenames: tuple[str, ...]
    forename_weights: tuple[float, ...]


class Draw:
    """The seeded dice and what they gave already."""

    def __init__(self, seed: str) -> None:
        self.dice = random.Random(seed)
        self._nhs: set[str] = set()
        self._next = {"LCS": 104000, "LAS": 218000, "Mosaic": 150000}
        self._uprn = 999000000000

    def nhs_number(self) -> str:
        """Ten digits in the test range, never given before."""
        while True:
            nine = f"9{self.dice.randrange(10**8):08d}"
            check = nhs_check_digit(nine)
            if check is not None and f"{nine}{check}" not in self._nhs:
                self._nhs.add(f"{nine}{check}")
                return f"{nine}{check}"

    def case_id(self, system: str) -> str:
        """Plain integers, nearly without gaps: a digit misread is somebody else's."""
        self._next[system] += self.dice.choice((1, 1, 1, 2))
        return str(self._next[system])

    def home(self) -> dict[str, str | tuple[str, ...]]:
        """Address, a postcode that some fifteen homes share, and a UPRN of its own."""
        self._uprn += self.dice.randrange(1, 9)
        town = self.dice.randrange(len(_words("towns")))
        street = self.dice.choice(_words("streets"))
        house = self.dice.randrange(1, 160)
        group = random.Random(f"{town}{street}{house // 20}").randrange(10**6)
        letters = "ABDEFGHJLNPQRSTUWXYZ"
        code = f"ZZ{town + 1} {group % 9 + 1}{letters[group % 19]}{letters[group // 19 % 19]}"
        number = f"{house}{self.dice.choice('AB')}" if self.dice.random() < 0.08 else str(house)
        if self.dice.random() < 0.08:
            number = f"Flat {self.dice.randrange(1, 30)}, {house}"
        lines = (f"{number} {street}", _words("towns")[town])
        return {"address_lines": lines, "postcode": code, "uprn": str(self._uprn)}

    def born(self, youngest: int, oldest: int) -> date:
        """A day so many years ago."""
        return TODAY - timedelta(self.dice.randrange(youngest * 366, oldest * 365))

    def surname(self, community: _Community) -> str:
        """Often a common one; from the long tail otherwise, or double-barrelled."""
        chance = self.dice.random()
        if chance < 0.30:
            return self.dice.choice(_words("stems")) + self.dice.choice(_words("ends"))
        name = self.dice.choices(community.surnames, community.surname_weights)[0]
        if chance < 0.34:
            return f"{name}-{self.dice.choice(community.surnames)}"
        return name

    def forename(self, community: _Community) -> str:
        """A forename of that community."""
        return self.dice.choices(community.forenames, community.forename_weights)[0]

    def community(self) -> _Community:
        """One of them, by its share."""
        communities, weights = _communities()
        return self.dice.choices(communities, weights)[0]


@cache
def _rows(name: str) -> tuple[dict[str, str], ...]:
    with (Path(__file__).parent / f"{name}.psv").open(encoding="utf-8", newline="") as lines:
        return tuple(csv.DictReader(lines, delimiter="|", quoting=csv.QUOTE_NONE))


@cache
def _words(kind: str) -> tuple[str, ...]:
    return next(tuple(row["words"].split(",")) for row in _rows("words") if row["kind"] == kind)


@cache
def _communities() -> tuple[tuple[_Community, ...], tuple[float, ...]]:
    rows = _rows("names")
    made = []
    for row in rows:
        surnames = tuple(row["surnames"].split(","))
        forenames = tuple(row["forenames"].split(","))
        made.append(
            _Community(
                surnames, tuple(1 / (i + 4) for i in range(len(surnames))),
                forenames, tuple(1 / (i + 12) for i in range(len(forenames))),
            )
        )  # fmt: skip
    return tuple(made), tuple(float(row["weight"]) for row in rows)


def make_register(seed: int, count: int) -> Register:
    """A register of so many people."""
    draw, made = Draw(f"register:{seed}"), Register()
    while len(made.clients) < count:
        _add_household(draw, made)
    return made


def _add_household(draw: Draw, made: Register) -> None:
    first = len(made.clients)
    key = f"h{first:06d}"
    home = draw.home()
    for place, client in enumerate(_people(draw)):
        made.clients.append(_registered(client, first + place, key, home, draw))
        made.households.setdefault(key, []).append(first + place)
        if client.other_names:
            made.known_otherwise.append(first + place)
    members = made.households[key]
    for one, other in pairwise(members):
        a, b = made.clients[one], made.clients[other]
        if a.date_of_birth == b.date_of_birth and a.date_of_birth:
            made.twins.append((one, other))
        elif (a.forename, a.surname) == (b.forename, b.surname):
            made.same_names.append((one, other))


def _people(draw: Draw) -> Iterator[Client]:
    """Names, births, services and other names of a household."""
    community, chance = draw.community(), draw.dice.random()
    surname = draw.surname(community)
    if chance < 0.5:
        yield _person(draw, draw.forename(community), surname, draw.born(20, 98), "adults")
        if chance < 0.08:
            yield _person(draw, draw.forename(community), surname, draw.born(20, 98), "adults")
        if chance < 0.012:  # father and son of one name: the pair above is replaced by namesakes
            name = draw.forename(community)
            yield _person(draw, name, surname, draw.born(60, 90), "adults", plain=True)
            yield _person(draw, name, surname, draw.born(25, 50), "adults", plain=True)
        return
    children = draw.dice.choices((1, 2, 3, 4), (45, 35, 14, 6))[0]
    used: set[str] = set()
    for _ in range(children):
        name = draw.forename(community)
        if name in used:
            continue
        used.add(name)
        child = _person(draw, name, surname, draw.born(0, 18), "children")
        yield child
        if draw.dice.random() < 0.03:
            twin = _NEAR.get(name) or draw.forename(community)
            if twin not in used:
                used.add(twin)
                yield replace(child, forename=twin, other_names=())
    if draw.dice.random() < 0.2:
        yield _person(draw, draw.forename(community), surname, draw.born(24, 50), "adults")


def _person(
    draw: Draw, forename: str, surname: str, born: date, service: str, plain: bool = False
) -> Client:
    other: tuple[str, ...] = ()
    if not plain and draw.dice.random() < 0.06:
        other = (f"{forename} {draw.surname(draw.community())}",)
    return Client(ClientId(""), forename, surname, service, born, other_names=other)


def _registered(
    client: Client, number: int, household: str, home: dict[str, str | tuple[str, ...]], draw: Draw
) -> Client:
    """With the numbers that the register has; not every one is known."""
    system = "LCS" if client.service == "children" else "LAS"
    ids = [Identifier(system, draw.case_id(system))]
    if draw.dice.random() < 0.3:
        ids.append(Identifier("Mosaic", draw.case_id("Mosaic")))
    known = {} if draw.dice.random() < 0.03 else home
    return replace(
        client,
        client_id=ClientId(f"c{number:06d}"),
        date_of_birth=None if draw.dice.random() < 0.02 else client.date_of_birth,
        nhs_number=draw.nhs_number() if draw.dice.random() < 0.8 else "",
        household=household,
        identifiers=tuple(ids),
        **known,  # type: ignore[arg-type]
    )
