"""The view models of the quality check: samples, one of them, a batch's part, and what waits."""

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from api.authn import actor
from api.web.context import instance
from api.web.presenting import page_view
from api.web.templating import civil_date
from api.web.view_models import (
    BatchQualityPart,
    Choice,
    FieldError,
    Figure,
)
from api.web.view_models.quality import QualitySamplePage, SampleRow
from edrms.access.model import BatchFacts
from edrms.access.policy import decide, holds
from edrms.clock import civil_date as day_of
from scanning.quality.access import CHECK
from scanning.quality.desk import KEPT_FOR, OpenSample, SampledDocument
from scanning.quality.looking import MOST_SHOWN, BatchQuality, names_of
from scanning.quality.model import BatchState, Finding
from scanning.quality.sampling_rules import FAILED, PASSED, Why
from scanning.quality.tables import QualityJudgement
from scanning.quality.words import NAMES, SEEN, WHY_NOT_YET, advice, sentence

WHYS = {
    Why.USUAL: _l("Part of the usual sample"),
    Why.NEW_OPERATOR: _l("A new operator"),
    Why.NEW_DEVICE: _l("A new scanner"),
    Why.OPERATOR: _l("By the rate of the operator"),
    Why.DEVICE: _l("By the rate of the scanner"),
    Why.TYPE: _l("Of a kind that is always looked at"),
    Why.RECORD_CLASS: _l("Of a class that is always looked at"),
    Why.SEALED: _l("Of a sealed kind"),
    Why.LEAST: _l("At least one document of each batch"),
    Why.ESCALATED: _l("Another document of the batch failed"),
}


def in_place(page: int, finding: Finding) -> str:
    """A finding with the page of its document; 0 for all of it."""
    said = f"{sentence(finding)} {advice(finding.fault)}"
    return _("Page %(number)s: %(said)s", number=page, said=said) if page else said


def home_figures() -> tuple[Figure, ...]:
    """What waits for whoever checks scans; nothing for others."""
    if not holds(actor(), CHECK):
        return ()
    waiting, here = instance().quality.desk.waiting(actor()), url_for("quality.index")
    found = [
        Figure(label=_("Documents to check"), count=waiting.documents, href=here,
               detail=_("Of the samples drawn from what was scanned.")),
    ]  # fmt: skip
    if waiting.failed:
        found.append(
            Figure(label=_("Failed checks"), count=waiting.failed, href=f"{here}#failed",
                   is_alarm=True, detail=_("Until they are put right their paper stays."))
        )  # fmt: skip
    return tuple(found)


def sample_row(one: SampledDocument) -> SampleRow:
    """A sampled document in a list."""
    sample, document, now = one.sample, one.document, instance().clock.now()
    in_hand = sample.taken_at is not None and sample.taken_at >= now - KEPT_FOR
    is_anothers = bool(sample.taken_by) and sample.taken_by != actor().staff_id and in_hand
    note = ""
    if not one.is_others:
        note = _("Not for you to check")
    elif is_anothers:
        note = _("A colleague is looking at it")
    return SampleRow(
        name=document.suggestion.get("title", "") or one.item.name,
        batch_reference=one.batch.reference,
        page_count=document.last_page - document.first_page + 1,
        why=str(WHYS.get(Why(sample.why), "")) if sample.why else "",
        drawn_at=sample.drawn_at, note=note,
        href="" if note else url_for("quality.sample", document_id=document.document_id),
    )  # fmt: skip


def sample_page(
    opened: OpenSample, given: dict[str, str], errors: tuple[FieldError, ...] = ()
) -> QualitySamplePage:
    """A sampled document to look at; given: what was typed, where something of it was wrong."""
    at = opened.at
    names = instance().staff.names(one.by for one in opened.judgements)
    may_open = decide(actor(), "batch:own:view", BatchFacts(at.batch.opened_by)).allowed
    return QualitySamplePage(
        document_id=at.document.document_id,
        name=at.document.suggestion.get("title", "") or at.item.name,
        batch_reference=at.batch.reference,
        batch_href=url_for("post.batch", batch_id=at.batch.batch_id) if may_open else "",
        pages=tuple(
            page_view(number, page.content) for number, page in enumerate(opened.pages, start=1)
        ),
        numbers=tuple(page.number for page in opened.pages),
        page_findings=tuple(
            tuple(in_place(0, one) for one in page.findings) for page in opened.pages
        ),
        findings=tuple(in_place(0, one) for one in opened.findings),
        judgements=tuple(_said(one, names[one.by]) for one in opened.judgements),
        seen=len(opened.judgements),
        has_failed=at.sample.outcome == FAILED,
        has_passed=at.sample.outcome == PASSED,
        waiting_count=instance().quality.desk.waiting(actor()).documents,
        faults=tuple(Choice(value=code.value, label=text) for code, text in SEEN.items()),
        fault=given.get("fault", ""),
        reason=given.get("reason", ""),
        pass_reason=given.get("pass_reason", ""),
        errors=errors,
    )


def _said(one: QualityJudgement, name: str) -> str:
    outcome = _("Failed") if one.outcome == FAILED else _("Passed")
    said = _("%(outcome)s on %(day)s by %(name)s.", outcome=outcome,
             day=civil_date(day_of(one.at)), name=name)  # fmt: skip
    return f"{said} {one.reason}".strip()


def batch_quality(found: BatchQuality) -> BatchQualityPart:
    """How the scans of a batch are, for its page."""
    result = found.result
    match result.state:
        case BatchState.PASSED:
            state = _("Passed: %(passed)s of %(documents)s documents were looked at.",
                      passed=result.passed, documents=result.documents)  # fmt: skip
        case BatchState.FAILED:
            state = _("Failed: %(failed)s documents are not good enough. All of the batch is looked at.",
                      failed=result.failed)  # fmt: skip
        case _:
            why = WHY_NOT_YET[result.why] if result.why else ""
            state = _("Not checked yet. %(why)s", why=why)
    return BatchQualityPart(
        state=state,
        is_bad=result.state is BatchState.FAILED,
        pages_checked=found.pages_checked,
        counts=tuple((NAMES[fault], count) for fault, count in names_of(found.counts)),
        found=tuple(
            (one.name, one.page, sentence(one.finding), advice(one.finding.fault))
            for one in found.found
        ),
        is_cut_off=sum(found.counts.values()) > MOST_SHOWN,
    )
