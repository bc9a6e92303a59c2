"""Issuing certificates and giving them out. Signed with a key of its own (EDRMS_DISPOSAL_KEY_FILE).

A certificate is a record of class X19 about no client, so it is kept in a table of its own, which nothing
is ever deleted from: JSON and PDF commit together with the state of the case (docs/adr/0019).
"""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session, lazyload

from edrms.access.model import Actor
from edrms.access.policy import require
from edrms.audit.clock_witness import ClockWitness
from edrms.audit.verifier import Key, Tampered
from edrms.certificates.certificate import Person
from edrms.certificates.issuing import Issued, Issuing, SignedFiles, head_of_log, moment, names_of
from edrms.clock import Clock, civil_date
from edrms.db import Database
from edrms.errors import no_such
from edrms.records.tables import Record, RecordStub
from edrms.uow import UnitOfWork, write
from retention import certificate as form
from retention.certificate import Certificate, Destroyed
from retention.certificate_pdf import pdf_of
from retention.disposal import appraisers_of
from retention.disposal_tables import (
    DisposalCase,
    DisposalCertificate,
    DisposalGround,
    DisposalItem,
)
from retention.transfer_receipts import receivers
from retention.workflow import ENDING, Decision, ItemState

CERTIFY = "disposal:case:certify"
VIEW_CERTIFICATE = "disposal:certificate:view"
VIEW = "disposal:case:view"


@dataclass(frozen=True, slots=True)
class Signed:
    """A certificate that was signed and is yet to be issued."""

    certificate: Certificate
    files: SignedFiles


class Certifying:
    """Draws certificates up, signs them, and issues them within the transaction that ends a case."""

    def __init__(
        self, database: Database, clock: Clock, witness: ClockWitness, key_file: Path,
        council: str, backup_days: int,
    ) -> None:  # fmt: skip
        self._database = database
        self._clock = clock
        self._issuing = Issuing(witness, key_file)
        self._council = council
        self._backup_days = backup_days

    def key(self) -> Key:
        """The public key certificates are signed with. Raises CannotStart where there is none."""
        return self._issuing.key()

    def drawn_up(
        self, session: Session, row: DisposalCase, items: Sequence[DisposalItem], at: datetime
    ) -> Certificate:
        """What is to be certified, as of `at`, of a case whose every item has ended.

        Raises Refused where the audit log has no checkpoint yet.
        """
        head = head_of_log(session)
        done = [one for one in items if one.state == ItemState.DONE]
        appraisers = appraisers_of(session, row.case_id, items)
        people = _people(session, [row.proposed_by, row.approved_by, row.executed_by, *appraisers])
        return Certificate(
            council=self._council, case_id=row.case_id, reference=row.reference,
            schedule_version=row.schedule_version, proposer=people[row.proposed_by],
            proposed_at=moment(row.proposed_at),
            appraisers=tuple(people[one] for one in appraisers), approver=people[row.approved_by],
            approved_at=moment(row.approved_at), list_sha256=row.list_sha256,
            waiting_days=row.waiting_days or 0, executor=people[row.executed_by],
            executed_at=moment(row.executing_at), certified_at=moment(at),
            destroyed=_destroyed(session, done), extended=_count(done, Decision.EXTEND),
            reclassed=_count(done, Decision.RECLASS), kept=len(items) - len(done),
            checkpoint_origin=head.origin, checkpoint_size=head.size,
            checkpoint_root=base64.b64encode(head.root).decode(), clock=self._issuing.clock_words(session),
            backups_expire_on=_day(civil_date(at) + timedelta(days=self._backup_days)),
        )  # fmt: skip

    def sign(self, certificate: Certificate) -> Signed:
        """Both forms, signed. Takes a while: done where nobody waits. Raises CannotStart without a key."""
        certified = form.content(certificate)
        return Signed(certificate, self._issuing.sign(certified, pdf_of(certified)))

    def issue(self, work: UnitOfWork, signed: Signed) -> None:
        """Keep a certificate for good; journalled with its hashes."""
        case_id, files = signed.certificate.case_id, signed.files
        work.session.add(
            DisposalCertificate(
                case_id=case_id, issued_at=work.now, sha256=files.sha256, pdf=files.pdf,
                document=files.document, pdf_sha256=files.pdf_sha256,
            )
        )  # fmt: skip
        work.journal(
            CERTIFY, "disposal_case", case_id, sha256=files.sha256, pdf_sha256=files.pdf_sha256,
            key=str(self._issuing.key()), destroyed=len(signed.certificate.destroyed),
        )  # fmt: skip

    def open(self, actor: Actor, case_id: str) -> Issued:
        """Both forms; journalled. NotFound where there is none (yet)."""
        require(actor, VIEW)
        with write(self._database, actor, self._clock) as work:
            found = work.session.get(DisposalCertificate, case_id)
            if found is None:
                raise no_such("certificate")
            row = work.session.get_one(DisposalCase, case_id)
            work.journal(VIEW_CERTIFICATE, "disposal_case", case_id)
            return Issued(row.reference, found.document, bytes(found.pdf))

    def check(self, data: bytes, key: Key | None = None) -> str:
        """Which case a file certifies, in words, if it is genuine. key: this instance's if None.

        A PDF is compared with those issued here. Raises Tampered naming what is wrong.
        """
        if data.startswith(b"%PDF-"):
            return self._check_pdf(data)
        certified = form.genuine_certificate(data, key or self.key())["certificate"]
        return f"case {certified['reference']}, {len(certified['destroyed'])} records destroyed"

    def _check_pdf(self, data: bytes) -> str:
        wanted = select(DisposalCertificate.case_id).where(
            DisposalCertificate.pdf_sha256 == hashlib.sha256(data).hexdigest()
        )
        with self._database.read() as session:
            case_id = session.scalar(wanted)
            if case_id is None:
                raise Tampered("altered", "no certificate issued here has this PDF")
            return f"PDF of case {session.get_one(DisposalCase, case_id).reference}"


def _people(session: Session, staff_ids: Sequence[str]) -> dict[str, Person]:
    return {one: Person(one, name) for one, name in names_of(session, staff_ids).items()}


def _count(done: Sequence[DisposalItem], decision: Decision) -> int:
    return sum(one.decision == decision for one in done)


def _destroyed(session: Session, done: Sequence[DisposalItem]) -> tuple[Destroyed, ...]:
    gone = {one.record_id: one.item_id for one in done if one.decision in ENDING}
    rows = session.execute(
        select(Record, RecordStub, DisposalGround)
        .join(RecordStub, RecordStub.record_id == Record.record_id)
        .join(DisposalItem, DisposalItem.record_id == Record.record_id)
        .join(DisposalGround, DisposalGround.item_id == DisposalItem.item_id)
        .where(DisposalItem.item_id.in_(gone.values()))
        .order_by(Record.reference)
        .options(lazyload("*"))
    )
    handed = [one.record_id for one in done if one.decision == Decision.TRANSFER]
    received = receivers(session, handed)
    return tuple(
        _one(record, stub, ground, received.get(record.record_id, ""))
        for record, stub, ground in rows
    )


def _one(record: Record, stub: RecordStub, ground: DisposalGround, received_by: str) -> Destroyed:
    return Destroyed(
        record_id=record.record_id, reference=record.reference, class_id=ground.class_id,
        authority=ground.authority, schedule_version=ground.schedule_version,
        due_on=_day(ground.due_on), destroyed_at=moment(stub.ended_at), pages=stub.page_count,
        sha256=tuple(sorted(one["sha256"] for one in stub.renditions)),
        places=tuple(sorted(stub.proofs)), remains_in=tuple(stub.remains_in),
        received_by=received_by,
    )  # fmt: skip


def _day(on: date | None) -> str:
    return on.isoformat() if on else ""
