"""Generated post about a generated register, with what is true of each letter.

Every letter is of one kind of difficulty. clients: whose file it belongs on, nobody's when empty. The
people on the register never change: what differs is what the letter prints.
"""

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from edrms.clients.model import Client
from tests.quality.generated.layouts import HELD_OUT, TUNED_AND_REPORTED
from tests.quality.generated.noise import with_slips
from tests.quality.generated.register import Draw, Register

# Kinds and their share of the post; the last three are about nobody on the register.
KINDS = {
    "plain": 34, "names swapped": 8, "twin": 7, "sibling": 7, "two siblings": 5, "father or son": 4,
    "namesake": 5, "moved house": 6, "other name": 4, "one digit wrong": 5, "relative writes": 6,
    "copy to a client": 4, "few identifiers": 3, "initial only": 2,
    "stranger": 3, "stranger with a client's name": 2, "stranger in a client's house": 2,
    "unregistered sibling": 2,
}  # fmt: skip
NOBODYS = frozenset(list(KINDS)[-4:])
_RATES = ((0.35, 0.0), (0.35, 0.006), (0.2, 0.015), (0.1, 0.035))


@dataclass(frozen=True)
class Letter:
    """One document of a page. noise: the share of characters read wrongly."""

    kind: str
    layout: str
    noise: float
    text: str
    clients: frozenset[str]


@dataclass
class _Facts:
    """What is printed of the subject; an empty one leaves its line out."""

    who: Client
    ref: str = ""
    nhs: str = ""
    born: str = ""
    address: tuple[str, ...] = ()
    re: str = ""
    name: str = ""
    writer: str = ""
    relative: str = "a neighbour"
    copy: str = ""


class PostMaker:
    """Makes letters about a register; the same seed makes the same letters."""

    def __init__(self, register: Register, seed: str, *, held_out: bool) -> None:
        self._register, self._draw = register, Draw(f"post:{seed}")
        self._dice = self._draw.dice
        self._layouts = TUNED_AND_REPORTED | (HELD_OUT if held_out else {})
        self._pairs_at_home = [m for m in register.households.values() if len(m) > 1]
        by_name: dict[tuple[str, str], list[int]] = {}
        for place, client in enumerate(register.clients):
            by_name.setdefault((client.forename, client.surname), []).append(place)
        self._namesakes = [found for found in by_name.values() if len(found) > 1]

    def letters(self, count: int) -> list[Letter]:
        """So many letters."""
        kinds = self._dice.choices(list(KINDS), list(KINDS.values()), k=count)
        return [self._letter(kind) for kind in kinds]

    def _letter(self, kind: str) -> Letter:
        make: dict[str, Callable[[], tuple[_Facts, list[Client]]]] = {
            "two siblings": self._two_siblings, "twin": lambda: self._of(self._register.twins),
            "sibling": lambda: self._of(self._pairs_at_home),
            "father or son": lambda: self._of(self._register.same_names),
            "namesake": lambda: self._of(self._namesakes), "moved house": self._moved,
            "other name": self._other_name, "one digit wrong": self._digit_wrong,
            "names swapped": self._swapped, "relative writes": self._relative_writes,
            "copy to a client": self._copied, "few identifiers": self._few,
            "initial only": self._initial, "stranger": self._stranger,
            "stranger with a client's name": self._same_name_stranger,
            "stranger in a client's house": self._lodger,
            "unregistered sibling": self._unregistered_sibling,
        }  # fmt: skip
        facts, clients = make.get(kind, self._plain)()
        name, source = self._layout_for(facts.who, kind)
        noise = self._dice.choices([r for _, r in _RATES], [s for s, _ in _RATES])[0]
        text = with_slips(self._filled(source, facts), noise, self._dice)
        return Letter(kind, name, noise, text, frozenset(str(c.client_id) for c in clients))

    def _layout_for(self, who: Client, kind: str) -> tuple[str, str]:
        adult = who.service == "adults"
        out = {"school"} if adult else {"own_letter", "invoice"}
        if kind in ("initial only", "relative writes", "two siblings"):
            out |= {"form", "own_letter"}
        if kind == "relative writes":
            out |= {"police", "discharge", "gp", "invoice", "school", "hospital", "solicitor"}
        name = self._dice.choice([name for name in self._layouts if name not in out])
        return name, self._layouts[name]

    def _anyone(self) -> Client:
        return self._dice.choice(self._register.clients)

    def _facts(self, who: Client) -> _Facts:
        """What a letter usually prints: mostly enough, sometimes only one thing beside the name."""
        dice = self._dice
        facts = _Facts(who, name=_called(who), re=self._titled(who))
        if dice.random() < 0.85:
            facts.born = self._day(who.date_of_birth)
        if dice.random() < 0.7:
            facts.nhs = _grouped(who.nhs_number, dice)
        if dice.random() < 0.5 or not facts.born:
            facts.ref = self._reference(who)
        if dice.random() < 0.8:
            facts.address = (*who.address_lines, who.postcode) if who.postcode else ()
        return facts

    def _reference(self, who: Client) -> str:
        known = self._dice.choice(who.identifiers) if who.identifiers else None
        if known is None:
            return ""
        initials = self._dice.choice(("", "MA/", "JS/"))
        system = "" if not initials and self._dice.random() < 0.15 else f"{known.system}/"
        return f"{initials}{system}{known.value}"

    def _titled(self, who: Client) -> str:
        title = self._dice.choice(("", "", "Mr ", "Ms ") if who.service == "adults" else ("",))
        shouted = self._dice.random() < 0.15
        name = _called(who)
        return title + (name.upper() if shouted else name)

    def _day(self, born: date | None) -> str:
        if born is None:
            return ""
        return born.strftime(self._dice.choice(("%d/%m/%Y", "%d/%m/%Y", "%d.%m.%Y", "%-d %B %Y")))

    def _plain(self) -> tuple[_Facts, list[Client]]:
        who = self._anyone()
        return self._facts(who), [who]

    def _of(self, groups: list[tuple[int, int]] | list[list[int]]) -> tuple[_Facts, list[Client]]:
        who = self._register.clients[self._dice.choice(self._dice.choice(groups))]
        return self._facts(who), [who]

    def _swapped(self) -> tuple[_Facts, list[Client]]:
        facts, clients = self._plain()
        who = facts.who
        facts.re = self._dice.choice(
            (f"{who.surname.upper()}, {who.forename}", f"{who.surname} {who.forename}")
        )
        return facts, clients

    def _moved(self) -> tuple[_Facts, list[Client]]:
        facts, clients = self._plain()
        facts.address = self._elsewhere()
        return facts, clients

    def _elsewhere(self) -> tuple[str, ...]:
        home = self._draw.home()
        return (*home["address_lines"], str(home["postcode"]))

    def _other_name(self) -> tuple[_Facts, list[Client]]:
        who = self._register.clients[self._dice.choice(self._register.known_otherwise)]
        facts = self._facts(who)
        facts.re = facts.name = who.other_names[0]
        return facts, [who]

    def _digit_wrong(self) -> tuple[_Facts, list[Client]]:
        facts, clients = self._plain()
        wanted = [f for f in ("ref", "nhs", "born") if any(c.isdigit() for c in getattr(facts, f))]
        if wanted:
            which = self._dice.choice(wanted)
            setattr(facts, which, self._one_digit_off(getattr(facts, which)))
        return facts, clients

    def _one_digit_off(self, printed: str) -> str:
        places = [i for i, char in enumerate(printed) if char.isdigit()]
        place = self._dice.choice(places)
        digit = self._dice.choice([d for d in "0123456789" if d != printed[place]])
        return printed[:place] + digit + printed[place + 1 :]

    def _relative_writes(self) -> tuple[_Facts, list[Client]]:
        """The letter is addressed to another client of the household, and about this one."""
        members = [self._register.clients[i] for i in self._dice.choice(self._pairs_at_home)]
        who, other = self._dice.sample(members, 2)
        facts = self._facts(who)
        facts.writer, facts.relative = _called(other), _called(other)
        return facts, [who]

    def _copied(self) -> tuple[_Facts, list[Client]]:
        facts, clients = self._plain()
        other = self._anyone()
        facts.copy = f"cc: {_called(other)}, {', '.join(other.address_lines)} {other.postcode}"
        return facts, clients

    def _few(self) -> tuple[_Facts, list[Client]]:
        facts, clients = self._plain()
        facts.born = facts.nhs = facts.ref = ""
        return facts, clients

    def _initial(self) -> tuple[_Facts, list[Client]]:
        facts, clients = self._plain()
        facts.re = facts.name = f"{facts.who.forename[0]} {facts.who.surname}"
        return facts, clients

    def _two_siblings(self) -> tuple[_Facts, list[Client]]:
        """Both are named with their births; the letter belongs on both files."""
        members = [self._register.clients[i] for i in self._dice.choice(self._pairs_at_home)]
        one, other = self._dice.sample(members, 2)
        facts = self._facts(one)
        facts.nhs = facts.ref = ""
        births = [
            f", DOB {day}" if (day := self._day(c.date_of_birth)) else "" for c in (one, other)
        ]
        facts.re = f"{_called(one)}{births[0]}\nRe: {_called(other)}{births[1]}"
        facts.born = ""
        return facts, [one, other]

    def _stranger(self) -> tuple[_Facts, list[Client]]:
        return self._facts(self._nobody()), []

    def _nobody(self) -> Client:
        """Somebody who is not on the register, with numbers and a home of his own."""
        like, community = self._anyone(), self._draw.community()
        home = self._draw.home()
        oldest = (0, 18) if like.service == "children" else (20, 98)
        return replace(
            like, forename=self._draw.forename(community), surname=self._draw.surname(community),
            date_of_birth=self._draw.born(*oldest), nhs_number=self._draw.nhs_number(), other_names=(),
            identifiers=(), client_id=like.client_id, **home,  # type: ignore[arg-type]
        )  # fmt: skip

    def _same_name_stranger(self) -> tuple[_Facts, list[Client]]:
        like = self._anyone()
        return self._facts(
            replace(self._nobody(), forename=like.forename, surname=like.surname)
        ), []

    def _lodger(self) -> tuple[_Facts, list[Client]]:
        like = self._anyone()
        home = {"address_lines": like.address_lines, "postcode": like.postcode, "uprn": like.uprn}
        return self._facts(replace(self._nobody(), **home)), []  # type: ignore[arg-type]

    def _unregistered_sibling(self) -> tuple[_Facts, list[Client]]:
        """Same home and surname as a client; born, and called, otherwise; sometimes a twin."""
        like = self._anyone()
        born = like.date_of_birth if self._dice.random() < 0.3 else None
        days = timedelta(self._dice.randrange(300, 2500))
        return self._facts(
            replace(
                self._nobody(), surname=like.surname, address_lines=like.address_lines,
                postcode=like.postcode, uprn=like.uprn, service=like.service,
                date_of_birth=born or (like.date_of_birth or date(1980, 1, 1)) - days,
            )
        ), []  # fmt: skip

    def _filled(self, source: str, facts: _Facts) -> str:
        home = "\n".join(facts.address)
        values = {
            "re": facts.re, "name": facts.name, "born": facts.born, "nhs": facts.nhs, "ref": facts.ref,
            "address": home, "oneline": ", ".join(facts.address), "first": facts.who.forename,
            "last": facts.who.surname, "writer": facts.writer or facts.name,
            "dear": facts.writer or facts.name, "relative": facts.relative, "copy": facts.copy,
            "hospital": f"{self._dice.randrange(10**6):06d}",
        }  # fmt: skip
        if source == self._layouts["form"] and facts.name != _called(facts.who):
            values["first"], _, values["last"] = facts.name.partition(" ")
        return "\n".join(line for row in source.splitlines() for line in _line(row, values))


def _called(who: Client) -> str:
    return f"{who.forename} {who.surname}"


def _grouped(number: str, dice: random.Random) -> str:
    return f"{number[:3]} {number[3:6]} {number[6:]}" if dice.random() < 0.8 else number


_PLACE = re.compile(r"\$([a-z]+)")


def _line(row: str, values: dict[str, str]) -> list[str]:
    """The row with its places filled; without the label of a fact that is not given."""
    wanted = _PLACE.findall(row)
    if wanted and not any(values[name] for name in wanted):
        return []
    for name in wanted:
        if not values[name]:
            row = re.sub(rf"((?<![$\w])[A-Za-z][A-Za-z. ]*[:,]?\s*)?\${name}\b", "", row)
    return [_PLACE.sub(lambda found: values[found[1]], row)]
