"""How the service is: work, engines, and the account of every page."""

import shutil
from typing import Literal

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from api.authn import actor, permission
from api.web.context import instance
from api.web.presenting import batch_row, page_counts
from api.web.shell import shell
from api.web.view_models import Check, ReconciliationPage, StatusPage, WorkerRow, WorkRow
from edrms.jobs.overview import Overview, overview
from scanning.batches.model import reconcile
from search.ports import IndexUnavailable

blueprint = Blueprint("status", __name__)


@blueprint.get("/status")
@permission("system:status:view")
def index() -> ResponseReturnValue:
    """Workers, waiting work and the health of each engine."""
    here = instance()
    now = here.clock.now()
    work = overview(here.database)
    page = StatusPage(
        checked_at=now,
        checks=_checks(),
        workers=_workers(work),
        work=tuple(
            WorkRow(
                name=one.kind.replace("_", " "), waiting=one.waiting, running=one.running,
                failed=one.retried,
                oldest_age_s=int((now - one.oldest).total_seconds()) if one.oldest else None,
            )
            for one in work.kinds
        ),
    )  # fmt: skip
    return render_template("status.html", page=page, shell=shell())


def _workers(work: Overview) -> tuple[WorkerRow, ...]:
    now, lease_s = instance().clock.now(), instance().settings.lease_s
    return tuple(
        WorkerRow(
            name=job.worker,
            seen_age_s=max(0, int(lease_s - (job.lease_until - now).total_seconds())),
            is_alive=job.lease_until > now,
            task=job.kind.replace("_", " "),
        )
        for job in work.running
    )


def _checks() -> tuple[Check, ...]:
    return (_index_check(), _space_check())


def _index_check() -> Check:
    try:
        held = instance().index.count()
    except IndexUnavailable as error:
        return Check(name=_("Search index"), state="bad", detail=str(error))
    return Check(name=_("Search index"), state="good", detail=_("%(n)s records", n=held))


def _space_check() -> Check:
    settings = instance().settings
    free, least = shutil.disk_usage(settings.home).free, settings.min_free_bytes
    detail = _(
        "%(free)s MB free; uploads are refused below %(least)s MB",
        free=free >> 20,
        least=least >> 20,
    )
    return Check(name=_("Disk space"), state=_space_state(free, least), detail=detail)


def _space_state(free: int, least: int) -> Literal["good", "watch", "bad"]:
    if free < least:
        return "bad"
    return "good" if free > 4 * least else "watch"


@blueprint.get("/reconciliation")
@permission("batch:all:view")
def reconciliation() -> ResponseReturnValue:
    """The account over every batch, and the batches whose pages do not agree."""
    accounts = instance().ledger.batches(actor(), 100_000)
    names = instance().staff.names(account.batch.opened_by for account in accounts)
    whole = reconcile(
        (item.page_count for account in accounts for item in account.items),
        (page.place for a in accounts for pages in a.pages.values() for page in pages),
    )
    page = ReconciliationPage(
        checked_at=instance().clock.now(),
        batch_count=len(accounts),
        pages=page_counts(whole),
        disagreeing=tuple(
            batch_row(account, names) for account in accounts if not account.reconciliation.balances
        ),
    )
    return render_template("reconciliation.html", page=page, shell=shell())
