"""How much one person may send in on one day: counted in the database, so over every host alike."""

from datetime import date

from sqlalchemy.orm import Session

from edrms.clock import civil_date
from edrms.errors import Refused
from edrms.uow import UnitOfWork
from scanning.batches.tables import UploadTotal


class QuotaUsedUp(Refused):
    """The person has sent in as much as one may in a day; nothing of this file was kept."""

    code = "upload_quota_used_up"


def check_quota(session: Session, staff_id: str, today: date, size_bytes: int, most: int) -> None:
    """Raises QuotaUsedUp if this many bytes more are not allowed today."""
    total = session.get(UploadTotal, (staff_id, today))
    if (total.size_bytes if total else 0) + size_bytes > most:
        raise QuotaUsedUp(
            "You have sent in as much as one person may in a day. Nothing of this file was kept: "
            "send it tomorrow, or ask whoever runs the service."
        )


def count_upload(work: UnitOfWork, staff_id: str, size_bytes: int, most: int) -> None:
    """Count a file with the transaction that takes it in. Raises QuotaUsedUp if it is one too many."""
    work.alone(f"uploads of {staff_id}")
    today = civil_date(work.now)
    check_quota(work.session, staff_id, today, size_bytes, most)
    total = work.session.get(UploadTotal, (staff_id, today))
    if total is None:
        total = UploadTotal(staff_id=staff_id, day=today, size_bytes=0)
        work.session.add(total)
    total.size_bytes += size_bytes
