"""What the JSON API sends and receives about misfiles, as pydantic models."""

from datetime import datetime

from pydantic import Field

from api.v1.schema import Model


class MisfileParty(Model):
    """A client in a finding, and what the pages say of him."""

    client_id: str
    name: str
    words: str


class MisfileKept(Model):
    """A client on whose file the document may stay."""

    client_id: str
    name: str


class MisfileFound(Model):
    """A filed document whose pages name another client better than one on whose file it is."""

    finding_id: str
    record_id: str
    reference: str
    title: str
    filed_on: list[MisfileParty] = Field(description="Those on whose files it seems to be wrongly.")
    also_on: list[MisfileKept] = Field(
        description="Those on whose files it may stay, the client it names among them perhaps."
    )
    names: MisfileParty
    page: int = Field(description="Of the first thing that agrees, within the record.")
    line: int
    score: float
    matcher: str
    found_at: datetime
    state: str = Field(description="open, dismissed, repaired or withdrawn")
    reason: str


class Misfiles(Model):
    """Findings in one state, the latest first."""

    total: int
    findings: list[MisfileFound]


class Dismissal(Model):
    """Why a document is right where it is."""

    reason: str
