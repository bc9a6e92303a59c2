"""A client and what identifies one, as frozen values."""

from dataclasses import dataclass
from datetime import date

from edrms.ids import ClientId

CARE_SERVICES = frozenset({"children", "adults"})  # who keep files on people


@dataclass(frozen=True, slots=True)
class Identifier:
    """A number another system knows the client by; the system is part of the key."""

    system: str
    value: str


@dataclass(frozen=True, slots=True)
class Client:
    """A person a file is about. Dates are civil dates; nhs_number is ten digits or empty."""

    client_id: ClientId
    forename: str
    surname: str
    service: str
    date_of_birth: date | None = None
    date_of_death: date | None = None
    nhs_number: str = ""
    other_names: tuple[str, ...] = ()
    address_lines: tuple[str, ...] = ()
    postcode: str = ""
    uprn: str = ""
    household: str = ""
    identifiers: tuple[Identifier, ...] = ()

    @property
    def full_name(self) -> str:
        return f"{self.forename} {self.surname}".strip()
