"""What the JSON API sends and receives about the quality of scans, as pydantic models."""

from datetime import date
from typing import Literal

from pydantic import Field

from api.v1.schema import Model


class QualityFinding(Model):
    fault: str
    page: int = Field(description="Number of the page in its file; 0 for a whole document or file.")
    value: float | None
    limit: float | None
    sentence: str
    advice: str


class BatchQuality(Model):
    state: Literal["not_yet", "passed", "failed"]
    why: str | None = Field(description="Of not_yet: what it waits for.")
    documents: int
    sampled: int
    passed: int
    failed: int
    is_escalated: bool
    pages_checked: int
    counts: dict[str, int]
    findings: list[QualityFinding]


class Sample(Model):
    document_id: str
    batch: str
    why: str
    outcome: str
    is_anothers: bool = Field(description="Known to be another person's scan than the caller's.")


class Samples(Model):
    waiting: int
    failed: int
    samples: list[Sample]


class OpenedSample(Model):
    document_id: str
    batch: str
    pages: list[int] = Field(description="Their numbers in the file.")
    findings: list[QualityFinding]
    seen: int = Field(description="How many judgements there are; given back when judging.")


class Judgement(Model):
    has_passed: bool
    seen: int
    fault: str = ""
    reason: str = ""


class QualityDay(Model):
    on: date
    device: str
    operator: str
    pages: int
    findings: dict[str, int]
    judged: int
    failed: int


class QualityDays(Model):
    days: list[QualityDay]
