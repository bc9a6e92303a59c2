"""What issuing a certificate needs, whatever it certifies: the key, the head of the audit log, the clock.

All certificates of an instance are signed with one key of its own (EDRMS_DISPOSAL_KEY_FILE).
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from edrms.audit.clock_witness import ClockWitness
from edrms.audit.notes import Signer, load_key
from edrms.audit.sealing import newest_checkpoint
from edrms.audit.verifier import LOG_KEY, Checkpoint, Key
from edrms.certificates.certificate import certified_sha256, document
from edrms.errors import CannotStart, Refused
from edrms.staff.tables import StaffMember


@dataclass(frozen=True, slots=True)
class SignedFiles:
    """A certificate in both forms, as it is stored and given out. sha256: of what it certifies, hex."""

    document: str
    sha256: str
    pdf: bytes
    pdf_sha256: str


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate as it is given out, in both forms."""

    reference: str
    document: str
    pdf: bytes


class Issuing:
    """Signs certificates of this instance."""

    def __init__(self, witness: ClockWitness, key_file: Path) -> None:
        self._witness = witness
        self._key_file = key_file

    def signer(self) -> Signer:
        """Raises CannotStart where there is no key."""
        if not self._key_file.exists():
            raise CannotStart(
                f"There is no key to sign certificates with ({self._key_file}): make it with "
                "`edrms disposal key --make`."
            )
        return load_key(self._key_file, LOG_KEY)

    def key(self) -> Key:
        """The public key certificates are signed with. Raises CannotStart where there is none."""
        return self.signer().key

    def sign(self, certified: dict[str, Any], pdf: bytes) -> SignedFiles:
        """Both forms, signed. certified has a list `destroyed`."""
        pdf_sha256 = hashlib.sha256(pdf).hexdigest()
        digest = certified_sha256(certified, pdf_sha256)
        note = self.signer().checkpoint(len(certified["destroyed"]), digest)
        return SignedFiles(
            document(certified, pdf_sha256, note), digest.hex(), pdf, pdf_sha256
        )  # fmt: skip

    def clock_words(self, session: Session) -> str:
        """What the machine's clock was compared with. Raises Refused where it was with nothing."""
        last = self._witness.last(session)
        if last is None:
            raise Refused("No checkpoint of the audit log was seen elsewhere yet.", code="clock")
        if last.witness:
            return f"checkpoint {last.size}, cosigned by {last.witness} at {moment(last.at)}"
        return f"checkpoint {last.size}, published at {moment(last.at)}; no witness is set up"


def head_of_log(session: Session) -> Checkpoint:
    """The newest checkpoint of the audit log. Raises Refused where there is none yet."""
    last = newest_checkpoint(session)
    if last is None:
        raise Refused("The audit log has no checkpoint yet: is the sealer running?", code="clock")
    return Checkpoint.parse(last.note)


def names_of(session: Session, staff_ids: Sequence[str]) -> dict[str, str]:
    """Names as they are now, by account; of one that is unknown its id."""
    rows = session.execute(
        select(StaffMember.staff_id, StaffMember.display_name).where(
            StaffMember.staff_id.in_(staff_ids)
        )
    )
    names = dict(rows.all())
    return {one: names.get(one, one) for one in staff_ids}


def moment(at: datetime | None) -> str:
    """ISO 8601 in UTC, to the second. Raises Refused for a moment that must be there and is not."""
    if at is None:
        raise Refused("The case lacks a moment it must have.", code="unfinished")
    return at.isoformat(timespec="seconds")
