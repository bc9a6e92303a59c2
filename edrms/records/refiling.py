"""Moving a record to files of another class, of the same clients: what was classed wrongly is put right."""

from sqlalchemy import select

from edrms.errors import Invalid
from edrms.fileplan.catalogue import load_record_classes
from edrms.ids import new_id
from edrms.jobs.queue import enqueue
from edrms.records.filing import INDEX_LINE, INDEX_RECORD
from edrms.records.tables import FILED, CaseFile, Record, RecordAttachment
from edrms.uow import UnitOfWork

CHANGE = "record:file:change"


def move_to_class(work: UnitOfWork, record_id: str, class_id: str) -> None:
    """Move a filed record from every file it is on to its client's file of this class; journalled.

    Raises Invalid for an unknown class, or a record that is not filed. The caller asks about holds and
    has the answers of retention renewed.
    """
    if class_id not in {one.id for one in load_record_classes()}:
        raise Invalid("Choose a record class.", fields={"to_class": "There is no such class."})
    work.alone("filing")
    record = work.session.get(Record, record_id, with_for_update=True)
    if record is None or record.state != FILED:
        raise Invalid("Only a filed record is moved to another class.")
    before = {one.case_file_id: one.case_file for one in record.attachments}
    after = {_file_of(work, file, class_id) for file in before.values()}
    for attachment in list(record.attachments):
        if attachment.case_file_id not in after:
            work.session.delete(attachment)
    for case_file_id in sorted(after - set(before)):
        work.session.add(RecordAttachment(record_id=record_id, case_file_id=case_file_id))
    work.session.flush()
    work.session.expire(record, ["attachments"])
    classes = sorted({file.record_class for file in before.values()})
    work.journal(
        CHANGE, "record", record_id, from_files=sorted(before), to_files=sorted(after),
        from_classes=classes, to_class=class_id,
    )  # fmt: skip
    enqueue(work, INDEX_RECORD, record_id, line=INDEX_LINE)


def _file_of(work: UnitOfWork, file: CaseFile, class_id: str) -> str:
    """The client's file of the class, opened if there is none."""
    found = work.session.scalar(
        select(CaseFile.case_file_id).where(
            CaseFile.client_id == file.client_id, CaseFile.record_class == class_id
        )
    )
    if found:
        return found
    opened = CaseFile(
        case_file_id=new_id(), client_id=file.client_id, record_class=class_id,
        service=file.service, opened_at=work.now,
    )  # fmt: skip
    work.session.add(opened)
    work.session.flush()
    return opened.case_file_id
