"""The facts a letter prints: names, dates, numbers and addresses of those it is about.

Decides which identifiers are printed and how they are set out ("Re: ..." line, table, stack).
The wording round them is in templates/; what is to be expected of the letter is in truth.py.
"""

import random
from collections.abc import Mapping, Sequence
from datetime import date

from scanning.sample_post.blocks import Block, Paragraph, Table
from scanning.sample_post.model import RECEIVED_ON, Letter, SampleClient

COUNCIL = ("children", "adults", "finance")
LABELS = {
    "name": "Name",
    "date_of_birth": "Date of birth",
    "nhs_number": "NHS number",
    "reference": "Our reference",
    "address": "Address",
}


def long_date(day: date) -> str:
    """The date as a letter writes it, "3 March 2014"."""
    return f"{day.day} {day:%B %Y}"


def short_date(day: date) -> str:
    """The date as a form writes it, "03/03/2014"."""
    return f"{day:%d/%m/%Y}"


def age_on(day: date, born: date) -> int:
    """Whole years of age on the day."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def printed_identifiers(letter: Letter, client: SampleClient, long_dates: bool) -> dict[str, str]:
    """Identifier to what the letter prints for it, only those it shows, misprints included."""
    number = client.nhs_number
    born = client.date_of_birth
    values = {
        "name": client.name,
        "date_of_birth": long_date(born) if long_dates else short_date(born),
        "nhs_number": f"{number[:3]} {number[3:6]} {number[6:]}",
        "reference": client.case_reference,
        "address": ", ".join((*client.address_lines, client.postcode)),
    }
    values |= letter.printed_wrong
    return {kind: value for kind, value in values.items() if kind in letter.shows}


def subject_blocks(
    letter: Letter, people: Sequence[SampleClient], arrangement: str, from_council: bool
) -> list[Block]:
    """Who the letter is about, set out as a table, a "Re:" line or a stack of lines."""
    printed = [printed_identifiers(letter, c, arrangement == "line") for c in people]
    labels = dict(LABELS)
    if not from_council:
        labels["reference"] = "Your ref" if arrangement == "line" else "Council reference"
    if arrangement == "table":
        return [Table(tuple((f"{labels[k]}:", v) for k, v in one.items())) for one in printed]
    if arrangement == "stack":
        lines = [f"{labels[kind]}: {value}" for one in printed for kind, value in one.items()]
        return [Paragraph(line, "bold") for line in lines]
    return [Paragraph(_re_line(one, labels), "bold") for one in printed]


def _re_line(printed: Mapping[str, str], labels: Mapping[str, str]) -> str:
    short = {**labels, "date_of_birth": "DOB", "nhs_number": "NHS No", "address": "of"}
    rest = [f"{short[kind]} {value}" for kind, value in printed.items() if kind != "name"]
    return "Re: " + ", ".join([printed.get("name", ""), *rest])


def letter_fields(
    letter: Letter, people: Sequence[SampleClient], dice: random.Random
) -> dict[str, str]:
    """Every {placeholder} a template may use. Those of a person are absent where nobody is named."""
    fields = {
        "date": long_date(letter.written_on),
        "short_date": short_date(letter.written_on),
        "year": str(letter.written_on.year),
        "received": long_date(RECEIVED_ON),
        "particulars": letter.particulars,
        "number": f"{dice.randrange(10000, 99999)}",
        "other_number": f"{dice.randrange(100, 999)}",
        "their_ref": f"{dice.choice('BDKMPRT')}{dice.choice('ACGJLV')}/{dice.randrange(1000, 9999)}",
    }
    for suffix, client in zip(("", "2"), people, strict=False):
        fields |= _person_fields(letter, client, suffix)
    return fields


def _person_fields(letter: Letter, client: SampleClient, suffix: str) -> dict[str, str]:
    printed = printed_identifiers(letter, client, long_dates=True)
    return {
        f"name{suffix}": client.name,
        f"forename{suffix}": client.forename,
        f"surname{suffix}": client.surname,
        f"age{suffix}": str(age_on(letter.written_on, client.date_of_birth)),
        f"initial_surname{suffix}": f"{client.forename[0]} {client.surname}",
        f"nhs{suffix}": printed.get("nhs_number", "not recorded"),
        f"dob{suffix}": printed.get("date_of_birth", "not given"),
        f"ref{suffix}": printed.get("reference", "not given"),
    }
