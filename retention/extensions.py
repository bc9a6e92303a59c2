"""Keeping a record longer than the rules ask for, by a person's decision: one more date that counts."""

from datetime import date

from edrms.access.guards import said
from edrms.clock import civil_date
from edrms.errors import Invalid
from edrms.ids import new_id
from edrms.uow import UnitOfWork
from retention.evaluation import renew
from retention.tables import Extension

EXTEND = "retention:record:extend"


def extend(work: UnitOfWork, record_id: str, until: date, because: str) -> str:
    """Keep a record until then, in the transaction of an appraiser who has asked the policy.

    It never shortens. Returns the id of the extension. Raises Invalid for a day that is not to come.
    """
    if until <= civil_date(work.now):
        raise Invalid("The record was not extended.", fields={"until": "Give a day to come."})
    row = Extension(
        extension_id=new_id(), record_id=record_id, until=until, because=said(because),
        given_at=work.now, given_by=work.actor.staff_id,
    )  # fmt: skip
    work.session.add(row)
    work.journal(EXTEND, "record", record_id, personal=row.because, until=until.isoformat())
    renew(work, [record_id])
    return row.extension_id
