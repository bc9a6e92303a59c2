"""The quality of scans by API: how a batch's check stands, samples to judge, and the log day by day."""

from collections.abc import Iterable
from datetime import date

from flask import Response, request

from api.authn import actor, permission, signed_in
from api.v1 import blueprint
from api.v1 import schema_quality as schema
from api.v1.operation import body, operation, send
from api.web.context import instance
from edrms.errors import Invalid
from scanning.quality.figures import Asked
from scanning.quality.model import BatchResult, Finding
from scanning.quality.words import advice, sentence


@blueprint.get("/batches/<batch_id>/quality")
@signed_in
@operation(schema.BatchQuality)
def batch_quality(batch_id: str) -> Response:
    """How the check of a batch stands, and what the automatic checks found (the first hundred)."""
    found = instance().quality.looks.batch(actor(), batch_id)
    placed = ((one.page, one.finding) for one in found.found)
    return send(_batch(found.result, found.pages_checked, dict(found.counts), placed))


def _batch(
    result: BatchResult, pages: int, counts: dict[str, int], placed: Iterable[tuple[int, Finding]]
) -> schema.BatchQuality:
    return schema.BatchQuality(
        state=result.state.value, why=result.why.value if result.why else None,
        documents=result.documents, sampled=result.sampled, passed=result.passed,
        failed=result.failed, is_escalated=result.is_escalated, pages_checked=pages, counts=counts,
        findings=_findings(placed),
    )  # fmt: skip


def _findings(placed: Iterable[tuple[int, Finding]]) -> list[schema.QualityFinding]:
    return [
        schema.QualityFinding(
            fault=one.fault.value, page=page, value=one.value, limit=one.limit,
            sentence=sentence(one), advice=advice(one.fault),
        )
        for page, one in placed
    ]  # fmt: skip


@blueprint.get("/quality/samples")
@permission("batch:quality:check")
@operation(schema.Samples, query=("failed",))
def samples() -> Response:
    """Samples to look at, in the order in which they are given out; with failed=yes those that failed."""
    desk = instance().quality.desk
    waiting = desk.waiting(actor())
    found = desk.queue(actor(), failed=request.args.get("failed") == "yes")
    rows = [
        schema.Sample(
            document_id=one.document.document_id, batch=one.batch.reference, why=one.sample.why,
            outcome=one.sample.outcome, is_anothers=one.is_others,
        )
        for one in found
    ]  # fmt: skip
    return send(schema.Samples(waiting=waiting.documents, failed=waiting.failed, samples=rows))


@blueprint.post("/quality/samples/<document_id>/take")
@permission("batch:quality:check")
@operation(schema.OpenedSample)
def take_sample(document_id: str) -> Response:
    """Take a sampled document for a quarter of an hour to look at it; 409 while a colleague has it."""
    opened = instance().quality.desk.open(actor(), document_id)
    placed = [(0, one) for one in opened.findings]
    placed += [(page.number, one) for page in opened.pages for one in page.findings]
    return send(
        schema.OpenedSample(
            document_id=document_id, batch=opened.at.batch.reference,
            pages=[page.number for page in opened.pages], findings=_findings(placed),
            seen=len(opened.judgements),
        )
    )  # fmt: skip


@blueprint.post("/quality/samples/<document_id>/judge")
@permission("batch:quality:check")
@operation(schema.BatchQuality, schema.Judgement)
def judge_sample(document_id: str) -> Response:
    """Pass or fail a document that was taken; answers how its batch stands (without its findings)."""
    given = body(schema.Judgement)
    result = instance().quality.judging.judge(
        actor(), document_id, has_passed=given.has_passed, seen=given.seen, fault=given.fault,
        reason=given.reason,
    )  # fmt: skip
    return send(_batch(result, 0, {}, ()))


@blueprint.get("/quality/days")
@permission("quality:figure:view")
@operation(schema.QualityDays, query=("from", "to", "device", "operator"))
def quality_days() -> Response:
    """What was logged by day, device and operator; the last twelve weeks unless days are given."""
    usual, given = instance().quality.figures.usual(), request.args
    asked = Asked(
        _day("from") or usual.from_day, _day("to") or usual.to_day, given.get("device", "")[:64],
        given.get("operator", "")[:64],
    )  # fmt: skip
    found = instance().quality.figures.of(actor(), asked)
    return send(
        schema.QualityDays(
            days=[
                schema.QualityDay(
                    on=one.on, device=one.device, operator=one.operator, pages=one.tally.pages,
                    findings=dict(one.tally.findings), judged=one.tally.judged,
                    failed=one.tally.failed,
                )
                for one in found.days
            ]
        )
    )  # fmt: skip


def _day(name: str) -> date | None:
    try:
        return date.fromisoformat(request.args[name]) if request.args.get(name) else None
    except ValueError as error:
        raise Invalid("This is no day.", fields={name: "Give it like 2026-05-31."}) from error
