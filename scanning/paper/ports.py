"""What paper asks of others in the scanning room."""

from typing import Protocol

from sqlalchemy.orm import Session

from scanning.paper.model import Quality


class QualityCheck(Protocol):
    """Whether the scans of a batch were checked, and found good enough to stand for their paper."""

    def of_batch(self, session: Session, batch_id: str) -> Quality:
        """As it is now, from rows. Passed only where a check says so that covers everything in the batch:
        no check, one older than what came in since, and one not finished are all "not yet", with the reason.
        A failed check stays failed until a later one passes. Never raises for a batch that is not there."""
        ...
