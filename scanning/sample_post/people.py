"""Invented people: a fixed cast that the letters are about, and a crowd that makes matching hard.

The cast (wording/cast.psv) holds the awkward cases: siblings, twins of nearly one name, two
people of the same name, a father and son, a parent who is a client too. Every number and address
is drawn from the seed; none belongs to anyone. What is written about them is in post_list*.py.
"""

import random
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from itertools import groupby

from scanning.sample_post.data import table
from scanning.sample_post.model import (
    DEFAULT_SEED,
    RECEIVED_ON,
    Relationship,
    SampleClient,
)

CAST_SIZE = len(table("cast"))


def nhs_check_digit(nine_digits: str) -> int | None:
    """Modulus 11 check digit; None where the nine digits have none.

    Source: NHS Data Dictionary, NHS NUMBER."""
    total = sum(int(digit) * (10 - place) for place, digit in enumerate(nine_digits))
    check = 11 - total % 11
    return None if check == 10 else check % 11


@dataclass
class _Draw:
    """The seeded dice, and what they gave already: no number is given twice."""

    dice: random.Random
    given: set[str] = field(default_factory=set)
    next_reference: dict[str, int] = field(default_factory=dict)

    def nhs_number(self) -> str:
        while True:
            nine_digits = f"999{self.dice.randrange(10**6):06d}"
            check = nhs_check_digit(nine_digits)
            number = f"{nine_digits}{check}"
            if check is not None and number not in self.given:
                self.given.add(number)
                return number

    def case_reference(self, system: str) -> str:
        first = {"LCS": 104000, "LAS": 218000}[system]
        number = self.next_reference.get(system, first) + self.dice.randrange(1, 40)
        self.next_reference[system] = number
        return f"{system}/{number}"

    def home(self) -> dict[str, object]:
        """Address lines, postcode and UPRN of a house that nobody else has."""
        while True:
            place = self.dice.choice(table("streets"))
            street = self.dice.choice(place["streets"].split(","))
            house = f"{self.dice.randrange(1, 140)} {street}"
            if house not in self.given:
                break
        self.given.add(house)
        letters = "".join(self.dice.choices("ABDEFGHJLNPQRSTUWXYZ", k=2))
        return {
            "address_lines": (house, place["town"]),
            "postcode": f"{place['district']} {self.dice.randrange(1, 10)}{letters}",
            "uprn": f"9990{self.dice.randrange(10**8):08d}",
        }


def make_clients(seed: int = DEFAULT_SEED, count: int = 200) -> tuple[SampleClient, ...]:
    """The register: the cast first, then the crowd. count: at least CAST_SIZE, else ValueError."""
    if count < CAST_SIZE:
        raise ValueError(f"count must be at least {CAST_SIZE}, the size of the cast")
    draw = _Draw(random.Random(f"clients:{seed}"))
    clients = [client for household in _cast() for client in _housed(household, draw)]
    while len(clients) < count:
        household = _crowd_household(draw.dice, len(clients) + 1)
        clients += _housed(household, draw)[: count - len(clients)]
    keys = {client.key for client in clients}
    return tuple(_only_known(client, keys) for client in clients)


def make_strangers(seed: int = DEFAULT_SEED) -> tuple[SampleClient, ...]:
    """People whom letters name but no register knows; their numbers are in no client's hand."""
    known = make_clients(seed)
    draw = _Draw(random.Random(f"strangers:{seed}"), {client.nhs_number for client in known})
    first = _Person("stranger-1", "Leopold", "Quennell", date(1950, 4, 2), "adults")
    second = _Person("stranger-2", "Tabitha", "Mossgrave", date(2013, 6, 14), "children")
    return tuple(c for person in (first, second) for c in _housed([person], draw))


@dataclass(frozen=True)
class _Person:
    key: str
    forename: str
    surname: str
    born: date
    service: str
    role: str = "adult"  # adult, parent or child of the household
    other_names: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    died: date | None = None
    household: str = ""


def _cast() -> Iterator[list[_Person]]:
    rows = (_person_of_row(row) for row in table("cast"))
    for _, household in groupby(rows, key=lambda person: person.household):
        yield list(household)


def _person_of_row(row: dict[str, str]) -> _Person:
    return _Person(
        key=row["key"],
        forename=row["forename"],
        surname=row["surname"],
        born=date.fromisoformat(row["born"]),
        service=row["service"],
        role=row["role"],
        other_names=tuple(filter(None, row["other_names"].split(","))),
        aliases=tuple(filter(None, row["aliases"].split(","))),
        died=date.fromisoformat(row["died"]) if row["died"] else None,
        household=row["household"],
    )


def _crowd_household(dice: random.Random, number: int) -> list[_Person]:
    community = dice.choice(table("names"))
    surname = dice.choice(community["surnames"].split(","))
    forenames = community["forenames"].split(",")
    if dice.random() < 0.45:
        born = _born(dice, 58, 97)
        died = RECEIVED_ON - timedelta(dice.randrange(20, 900)) if dice.random() < 0.08 else None
        key = f"client-{number:03d}"
        return [_Person(key, dice.choice(forenames), surname, born, "adults", died=died)]
    children = dice.sample(forenames, dice.choice((1, 1, 2, 2, 3)))
    people = [
        _Person(f"client-{number + i:03d}", name, surname, _born(dice, 1, 17), "children", "child")
        for i, name in enumerate(children)
    ]
    if dice.random() < 0.25:
        name = dice.choice([name for name in forenames if name not in children])
        key = f"client-{number + len(people):03d}"
        people.append(_Person(key, name, surname, _born(dice, 36, 50), "adults", "parent"))
    return people


def _born(dice: random.Random, youngest_years: int, oldest_years: int) -> date:
    return RECEIVED_ON - timedelta(dice.randrange(youngest_years * 366, oldest_years * 365))


def _housed(household: list[_Person], draw: _Draw) -> list[SampleClient]:
    home = draw.home()
    home["household_key"] = household[0].household or f"household-{household[0].key}"
    return [_client(person, household, home, draw) for person in household]


def _client(
    person: _Person, household: list[_Person], home: dict[str, object], draw: _Draw
) -> SampleClient:
    system = "LCS" if person.service == "children" else "LAS"
    return SampleClient(
        key=person.key,
        forename=person.forename,
        surname=person.surname,
        other_names=person.other_names,
        aliases=person.aliases,
        date_of_birth=person.born,
        date_of_death=person.died,
        nhs_number=draw.nhs_number(),
        system=system,
        case_reference=draw.case_reference(system),
        service=person.service,
        relationships=tuple(_relationships(person, household)),
        **home,  # type: ignore[arg-type]
    )


def _relationships(person: _Person, household: Iterable[_Person]) -> Iterator[Relationship]:
    kinds = {("child", "parent"): "parent", ("parent", "child"): "child"}
    kinds["child", "child"] = "sibling"
    for other in household:
        kind = kinds.get((person.role, other.role))
        if kind and other is not person:
            yield Relationship(kind, other.key)


def _only_known(client: SampleClient, keys: set[str]) -> SampleClient:
    known = tuple(tie for tie in client.relationships if tie.other_key in keys)
    return client if known == client.relationships else replace(client, relationships=known)
