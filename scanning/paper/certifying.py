"""Issuing certificates of paper destroyed, and giving them out. Signed with the key of all certificates.

A certificate is a record of class X19 about no client, so it is kept in a table of its own, which nothing is
ever deleted from: it commits with the act that it certifies (docs/adr/0021).
"""

import base64
import hashlib
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from edrms.access.model import Actor
from edrms.access.policy import require
from edrms.audit.verifier import Key, Tampered
from edrms.certificates.certificate import Person
from edrms.certificates.certificate_pdf import Sheet, pdf_of_sheet
from edrms.certificates.issuing import Issued, Issuing, head_of_log, moment, names_of
from edrms.clock import Clock
from edrms.db import Database
from edrms.errors import Damaged, no_such
from edrms.uow import UnitOfWork, write
from scanning.paper import certificate as form
from scanning.paper.certificate import Certificate, DestroyedPaper, lines, paper_row
from scanning.paper.tables import PaperCertificate, PaperDestruction

CERTIFY = "paper:destruction:certify"
VIEW_CERTIFICATE = "paper:certificate:view"
VIEW = "paper:destruction:view"
KIND = "paper_destruction"
_COLUMNS = (("Box", 40), ("Batch", 22), ("File", 14), ("Pages", 22), ("Records", 76))
_NOTE = (
    "This page is for reading. The signed file beside it (JSON) is the proof: check it with "
    "`edrms paper verify`, or as docs/paper.md says, without this system."
)


class PaperCertifying:
    """Issues certificates within the transaction that records paper as destroyed."""

    def __init__(self, database: Database, clock: Clock, issuing: Issuing, council: str) -> None:
        self._database = database
        self._clock = clock
        self._issuing = issuing
        self._council = council

    def issue(
        self, work: UnitOfWork, row: PaperDestruction, destroyed: Sequence[DestroyedPaper]
    ) -> None:
        """Write the certificate of a confirmed destruction; journalled with its hashes.

        Raises CannotStart without a key, Refused where the audit log has no checkpoint yet.
        """
        certified = form.content(self._certificate(work, row, destroyed))
        made = self._issuing.sign(certified, pdf_of(certified))
        work.session.add(
            PaperCertificate(
                destruction_id=row.destruction_id, issued_at=work.now, document=made.document,
                sha256=made.sha256, pdf=made.pdf, pdf_sha256=made.pdf_sha256,
            )
        )  # fmt: skip
        work.journal(
            CERTIFY, KIND, row.destruction_id, sha256=made.sha256, pdf_sha256=made.pdf_sha256,
            key=str(self._issuing.key()), destroyed=len(destroyed),
        )  # fmt: skip

    def open(self, actor: Actor, destruction_id: str) -> Issued:
        """Both forms; journalled. NotFound where there is none; Damaged where what is stored is not what
        was signed."""
        require(actor, VIEW)
        with write(self._database, actor, self._clock) as work:
            found = work.session.get(PaperCertificate, destruction_id)
            if found is None:
                raise no_such("certificate")
            self._expect_genuine(found)
            row = work.session.get_one(PaperDestruction, destruction_id)
            work.journal(VIEW_CERTIFICATE, KIND, destruction_id)
            return Issued(row.reference, found.document, bytes(found.pdf))

    def _expect_genuine(self, found: PaperCertificate) -> None:
        try:
            whole = form.genuine_certificate(found.document.encode(), self._issuing.key())
        except Tampered as error:
            raise Damaged(
                "A stored certificate is not as it was signed.", what=str(error)
            ) from error
        if whole["pdf_sha256"] != hashlib.sha256(bytes(found.pdf)).hexdigest():
            raise Damaged("The PDF of a stored certificate is not the one that was signed.")

    def check(self, data: bytes, key: Key | None = None) -> str:
        """What a file certifies, in words, if it is genuine. key: this instance's if None.

        A PDF is compared with those issued here. Raises Tampered naming what is wrong.
        """
        if not data.startswith(b"%PDF-"):
            whole = form.genuine_certificate(data, key or self._issuing.key())["certificate"]
            return (
                f"destruction of paper {whole['reference']}, {len(whole['destroyed'])} on its list"
            )
        wanted = select(PaperDestruction.reference).join(
            PaperCertificate, PaperCertificate.destruction_id == PaperDestruction.destruction_id
        )
        digest = hashlib.sha256(data).hexdigest()
        with self._database.read() as session:
            found = session.scalar(wanted.where(PaperCertificate.pdf_sha256 == digest))
        if found is None:
            raise Tampered("altered", "no certificate issued here has this PDF")
        return f"PDF of destruction of paper {found}"

    def _certificate(
        self, work: UnitOfWork, row: PaperDestruction, destroyed: Sequence[DestroyedPaper]
    ) -> Certificate:
        head = head_of_log(work.session)
        names = names_of(work.session, [row.proposed_by, row.confirmed_by])
        return Certificate(
            council=self._council, destruction_id=row.destruction_id, reference=row.reference,
            proposer=Person(row.proposed_by, names[row.proposed_by]),
            proposed_at=moment(row.proposed_at),
            confirmer=Person(row.confirmed_by, names[row.confirmed_by]),
            confirmed_at=moment(row.confirmed_at), list_sha256=row.list_sha256,
            destroyed_on=row.destroyed_on.isoformat() if row.destroyed_on else "",
            method=row.method, witness=row.witness, contractor=row.contractor, number=row.number,
            destroyed=tuple(destroyed), checkpoint_origin=head.origin, checkpoint_size=head.size,
            checkpoint_root=base64.b64encode(head.root).decode(),
            clock=self._issuing.clock_words(work.session),
        )  # fmt: skip


def pdf_of(certified: dict[str, Any]) -> bytes:
    """The certificate as a PDF of A4 pages."""
    return pdf_of_sheet(
        Sheet(
            heading="Certificate of destruction of paper",
            title=f"Certificate of destruction of paper {certified['reference']}",
            author=certified["council"], facts=tuple(lines(certified)), note=_NOTE,
            columns=_COLUMNS, rows=tuple(paper_row(one) for one in certified["destroyed"]),
        )
    )  # fmt: skip
