"""How the service is: work, engines, and the account of every page."""

import shutil
from datetime import datetime
from typing import Literal

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from api.authn import actor, permission
from api.confinement import confinement
from api.web import wording
from api.web.audit_check import reach_check, seal_check
from api.web.context import instance
from api.web.key_check import key_check
from api.web.presenting import batch_row, page_counts
from api.web.shell import shell
from api.web.view_models import Check, ReconciliationPage, StatusPage, WorkerRow, WorkRow
from edrms.access.policy import holds
from edrms.errors import NotFound, Unavailable
from edrms.ids import ObjectKey
from edrms.jobs.overview import Overview, overview
from search.ports import IndexUnavailable

blueprint = Blueprint("status", __name__)
MOST_DISAGREEING = 100
STALLED_AFTER_S = 30
_NO_SUCH_KEY = ObjectKey("0" * 32)


@blueprint.get("/status")
@permission("system:status:view")
def index() -> ResponseReturnValue:
    """Workers, waiting work and the health of each engine."""
    now, work = instance().clock.now(), overview(instance().database)
    rows = _work(work, now)
    page = StatusPage(
        checked_at=now,
        checks=_checks(work),
        workers=_workers(work, now),
        work=rows,
        is_stalled=not work.running
        and any(row.waiting and (row.oldest_age_s or 0) > STALLED_AFTER_S for row in rows),
        sees_every_batch=holds(actor(), "batch:all:view"),
    )
    return render_template("status.html", page=page, shell=shell())


def _work(work: Overview, now: datetime) -> tuple[WorkRow, ...]:
    """Every kind of work, also those with nothing to do."""
    found = {one.kind: one for one in work.kinds}
    rows = []
    for kind in dict.fromkeys([*wording.JOBS, *found]):
        one, name = found.get(kind), str(wording.JOBS.get(kind, kind))
        if one is None:
            rows.append(WorkRow(name=name, waiting=0, running=0, retried=0))
            continue
        age_s = int((now - one.oldest).total_seconds()) if one.oldest else None
        rows.append(
            WorkRow(
                name=name, waiting=one.waiting, running=one.running, retried=one.retried,
                oldest_age_s=age_s,
            )
        )  # fmt: skip
    return tuple(rows)


def _workers(work: Overview, now: datetime) -> tuple[WorkerRow, ...]:
    lease_s = instance().settings.lease_s
    return tuple(
        WorkerRow(
            name=job.worker,
            seen_age_s=max(0, int(lease_s - (job.lease_until - now).total_seconds())),
            is_alive=job.lease_until > now,
            task=str(wording.JOBS.get(job.kind, job.kind)),
        )
        for job in work.running
    )


def _checks(work: Overview) -> tuple[Check, ...]:
    checks = [
        _index_check(work), _store_check(), _lock_check(), key_check(instance().keys),
        _confinement_check(),
        _virus_check(), reach_check(instance()), seal_check(instance()),
    ]  # fmt: skip
    if holds(actor(), "batch:all:view"):
        checks.append(_pages_check())
    return tuple(checks)


def _index_check(work: Overview) -> Check:
    """The index against the rows: fewer is only right while records wait to be indexed."""
    name, held = _("Search index"), instance().viewing.count()
    try:
        found = instance().index.count()
    except IndexUnavailable:
        return Check(name=name, state="bad", detail=_("Missing or damaged: rebuild it."))
    detail = _("%(found)s of %(held)s records can be found", found=found, held=held)
    if found == held:
        return Check(name=name, state="good", detail=detail)
    is_on_its_way = any(one.kind == "index_record" for one in work.kinds)
    return Check(name=name, state="watch" if is_on_its_way else "bad", detail=detail)


def _store_check() -> Check:
    """The space of a directory; whether another store answers."""
    if instance().settings.objects.startswith("file:"):
        return _space_check()
    try:
        instance().store.size(_NO_SUCH_KEY)
    except NotFound:
        return Check(name=_("Document store"), state="good", detail=_("It answers"))
    except Unavailable:
        pass
    detail = _("It does not answer: documents cannot be opened or received")
    return Check(name=_("Document store"), state="bad", detail=detail)


def _lock_check() -> Check:
    """Whether the store itself refuses to lose what is filed."""
    name = _("Lock on filed documents")
    try:
        found = instance().locks.state()
    except Unavailable:
        return Check(name=name, state="bad", detail=_("The document store does not answer"))
    if not found.is_supported:
        detail = _("The store has none: filed documents are guarded by this service alone")
        return Check(name=name, state="watch", detail=detail)
    if found.waiting:
        detail = ngettext("%(num)s object waits for its lock", "%(num)s objects wait for their lock",
                          found.waiting)  # fmt: skip
        return Check(name=name, state="watch", detail=detail)
    detail = _("The store refuses to delete any of them")
    return Check(name=name, state="good", detail=detail)


def _space_check() -> Check:
    settings = instance().settings
    free, least = shutil.disk_usage(settings.home).free, settings.min_free_bytes
    detail = _(
        "%(free)s MB free; uploads are refused below %(least)s MB",
        free=f"{free // 1_000_000:,}",
        least=f"{least // 1_000_000:,}",
    )
    return Check(name=_("Disk space"), state=_space_state(free, least), detail=detail)


def _space_state(free: int, least: int) -> Literal["good", "watch", "bad"]:
    if free < least:
        return "bad"
    return "good" if free > 4 * least else "watch"


def _confinement_check() -> Check:
    """Whether the children that parse foreign files are confined as far as they can be."""
    name, granted = _("Reading of files"), confinement(instance().settings)
    if granted is None:
        return Check(name=name, state="watch", detail=_("No page worker has started here yet"))
    missing = sorted(wording.PROTECTIONS.get(one, one) for one, yes in granted.items() if not yes)
    if not missing:
        return Check(name=name, state="good", detail=_("Fully confined"))
    detail = _("Confined, but without: %(missing)s", missing=", ".join(map(str, missing)))
    return Check(name=name, state="watch", detail=detail)


def _virus_check() -> Check:
    name = _("Virus scan")
    if not instance().settings.antivirus_url:
        return Check(name=name, state="watch", detail=_("Not set up: files are read unscanned"))
    return Check(name=name, state="good", detail=_("Every file is scanned before it is read"))


def _pages_check() -> Check:
    count = instance().ledger.attention(actor()).disagreeing_batches
    if not count:
        detail = _("Every page received is accounted for")
        return Check(name=_("Page counts"), state="good", detail=detail)
    detail = ngettext("%(num)s batch does not agree", "%(num)s batches do not agree", count)
    return Check(name=_("Page counts"), state="bad", detail=detail)


@blueprint.get("/reconciliation")
@permission("batch:all:view")
def reconciliation() -> ResponseReturnValue:
    """The account over every batch, and the batches whose pages do not agree."""
    ledger = instance().ledger
    accounts = ledger.batches(actor(), MOST_DISAGREEING, show="disagreeing")
    names = instance().staff.names(account.batch.opened_by for account in accounts)
    page = ReconciliationPage(
        checked_at=instance().clock.now(),
        batch_count=ledger.count(actor()),
        pages=page_counts(ledger.whole(actor())),
        disagreeing=tuple(batch_row(account, names) for account in accounts),
    )
    return render_template("reconciliation.html", page=page, shell=shell())
