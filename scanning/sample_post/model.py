"""Words of the sample post: an invented client, a letter ordered, a file ordered, what came of it.

Frozen values only. How a person is invented is in people.py, what the post holds in post_list*.py,
how it is drawn in layout.py and drawing.py; nothing here touches a file.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

RECEIVED_ON = date(2026, 11, 2)  # the day all this post is opened; there is no other clock
DEFAULT_SEED = 20261102
RESOLUTION_DPI = 300
PAGE_SIZE_PX = (2480, 3508)  # A4 at 300 dpi
SEPARATOR_VALUE = "EDRMS-SEP"


@dataclass(frozen=True, slots=True)
class Relationship:
    """kind: what the other person is to this one: "parent", "child" or "sibling"."""

    kind: str
    other_key: str


@dataclass(frozen=True, slots=True)
class SampleClient:
    """An invented person. service: "children" or "adults"; system: "LCS" or "LAS".

    nhs_number: ten digits of the range 999 that is kept for tests, with a valid check digit.
    case_reference: as printed in letters, for example "LCS/104233".
    postcode: of an area (ZZ) that does not exist. household_key: shared by people of one address.
    """

    key: str
    forename: str
    surname: str
    other_names: tuple[str, ...]
    aliases: tuple[str, ...]
    date_of_birth: date
    date_of_death: date | None
    nhs_number: str
    system: str
    case_reference: str
    service: str
    address_lines: tuple[str, ...]
    postcode: str
    uprn: str
    household_key: str
    relationships: tuple[Relationship, ...] = ()

    @property
    def name(self) -> str:
        """Forename and surname as a letter prints them."""
        return f"{self.forename} {self.surname}"


class Container(StrEnum):
    """How a letter arrives: the kind of file made of it."""

    TIFF_G4 = "tiff_g4"
    TIFF_LZW = "tiff_lzw"
    TIFF_DEFLATE = "tiff_deflate"
    PDF_SCANNED = "pdf_scanned"  # one JPEG a page
    PDF_G4 = "pdf_g4"  # one bitonal image a page
    PDF_SEARCHABLE = "pdf_searchable"  # scanned, with invisible text over the picture
    PDF_DIGITAL = "pdf_digital"
    PDF_MIXED = "pdf_mixed"  # first letter born digital, the others scanned
    JPEG = "jpeg"
    PNG = "png"
    DOCX = "docx"
    EML = "eml"


class Waits(StrEnum):
    """Why a letter must wait for a person and may not file itself."""

    NAME_ONLY = "name_only"
    IDENTIFIERS_DISAGREE = "identifiers_disagree"
    TWO_CLIENTS = "two_clients"
    LIKE_ANOTHER_CLIENT = "like_another_client"  # a twin or namesake fits as well
    NOT_A_CLIENT = "not_a_client"
    NOBODY_NAMED = "nobody_named"


ALL_IDENTIFIERS = ("name", "date_of_birth", "nhs_number", "reference", "address")


@dataclass(frozen=True, slots=True)
class Letter:
    """One document ordered: the template, whom it is about and which identifiers it prints.

    about: keys of clients (or of strangers, who are in no register). printed_wrong: identifier to
    the value printed in place of the true one. particulars: the paragraph that only this letter
    has. sought: words a reader would search for, found in this letter alone.
    """

    template: str
    written_on: date
    about: tuple[str, ...] = ()
    shows: tuple[str, ...] = ALL_IDENTIFIERS
    subject: str = ""  # "table", "line", "stack" or "" for the template's own
    particulars: str = ""
    printed_wrong: Mapping[str, str] = field(default_factory=dict)
    sought: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PostFile:
    """One file ordered. look: the name of a look in looks.py. attachments: only of an e-mail.

    upside_down, sideways: page numbers in the file, from 1. blank_backs: every content page is
    followed by its blank back. separated: letters stand between separator sheets.
    """

    name: str
    container: Container
    letters: tuple[Letter, ...]
    look: str = "scan"
    blank_backs: bool = False
    separated: bool = False
    upside_down: frozenset[int] = frozenset()
    sideways: frozenset[int] = frozenset()
    attachments: tuple["PostFile", ...] = ()


@dataclass(frozen=True, slots=True)
class SamplePost:
    """What a run made. truth: the content of truth.json, the expected reading of every file."""

    directory: Path
    files: tuple[Path, ...]
    truth_file: Path
    truth: Mapping[str, Any]
    clients: tuple[SampleClient, ...]
