"""Known devices: browsers in which a person signed in before, so that guessing elsewhere does not keep
that person waiting. A cookie names the device; it opens nothing by itself.
"""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from edrms.staff.tables import KnownDevice
from edrms.staff.throttle import digest
from edrms.uow import UnitOfWork

KEPT_FOR = timedelta(days=180)


def known_device(session: Session, token: str, staff_id: str, now: datetime) -> str:
    """The hash of this device if this person signed in on it lately, else ""."""
    row = session.get(KnownDevice, (digest(token), staff_id)) if token else None
    return row.device_hash if row and now < row.last_used_at + KEPT_FOR else ""


def remember_device(work: UnitOfWork, token: str, staff_id: str) -> str:
    """Know this device by a new token from now on, for everybody it was known for and this person.

    The old token is worth nothing afterwards, so a planted one gives nobody a device.
    """
    old, new = digest(token), secrets.token_urlsafe(32)
    others = select(KnownDevice).where(
        KnownDevice.device_hash == old, KnownDevice.staff_id != staff_id
    )
    moved = [(row.staff_id, row.last_used_at) for row in work.session.scalars(others)]
    work.session.execute(delete(KnownDevice).where(KnownDevice.device_hash == old))
    work.session.add_all(
        KnownDevice(device_hash=digest(new), staff_id=owner, last_used_at=at)
        for owner, at in [*moved, (staff_id, work.now)]
    )
    return new


def forget_old_devices(work: UnitOfWork) -> None:
    """Remove devices on which nobody signed in for long."""
    old = KnownDevice.last_used_at < work.now - KEPT_FOR
    work.session.execute(delete(KnownDevice).where(old))
