"""Sample values of the post pages, the status pages and the frame."""

from datetime import UTC, date, datetime

from api.web.view_models import (
    BatchesPage,
    BatchPage,
    BatchRow,
    Check,
    Choice,
    CountRow,
    DateFields,
    FieldError,
    FileDocument,
    FilePage,
    ItemDocument,
    ItemRow,
    Message,
    NavItem,
    PageCounts,
    PagesPage,
    Pagination,
    ReconciliationPage,
    SheetsPage,
    Shell,
    StatusPage,
    TracePage,
    TraceRow,
    UploadPage,
    WorkerRow,
    WorkRow,
)
from api.web.view_models.post import ContinuePage

NOW = datetime(2026, 11, 22, 14, 5, tzinfo=UTC)
ONE_PAGE = Pagination(page=1, page_count=1, first=1, last=4, total=4)
MANY_PAGES = Pagination(page=3, page_count=12, first=51, last=75, total=287)


def shell(current: str) -> Shell:
    """The frame with every link, the current one marked by its address."""
    links = (
        ("Home", "/", None),
        ("Upload post", "/post/upload", None),
        ("Batches", "/batches", None),
        ("Indexing queue", "/queue", 41),
        ("Clients", "/clients", None),
        ("Search", "/search", None),
        ("Status", "/status", None),
    )
    items = tuple(
        NavItem(text=text, href=href, current=href == current, count=count)
        for text, href, count in links
    )
    return Shell(
        council_name="Exampleshire Council",
        csrf_token="sample-token",  # noqa: S106 - no secret: the style guide has no session
        staff_name="Rhian Sample",
        navigation=items,
    )


FILED_MESSAGE = Message(
    kind="success",
    text="Filed: Discharge summary on the file of Amara Testwell.",
    link_text="View",
    link_href="/records/r1",
)

AGREEING = PageCounts(received=128, filed=97, waiting=12, blank=14, separator=3, held=2)
READING = PageCounts(received=46, filed=3, waiting=9, blank=4, being_read=30, files_not_counted=2)
MISSING = PageCounts(received=64, filed=58, blank=4)


def batch_row(number: int, pages: PageCounts, attention: int = 0) -> BatchRow:
    """A sample batch."""
    return BatchRow(
        batch_id=f"b{number}",
        reference=f"B-2026-{number:05d}",
        received_at=NOW,
        received_by="Rhian Sample",
        item_count=18,
        pages=pages,
        note="Tray 2, morning post" if number % 2 else "",
        stream="Children's services post",
        attention_count=attention,
    )


ROWS = (
    batch_row(412, READING),
    batch_row(411, AGREEING, attention=1),
    batch_row(410, MISSING),
    batch_row(409, PageCounts(received=1024, filed=1000, blank=24)),
)
BATCHES = BatchesPage(batches=ROWS, pagination=MANY_PAGES, may_upload=True)
NO_BATCHES = BatchesPage(batches=(), pagination=ONE_PAGE, show="attention", may_upload=True)

ITEMS = (
    ItemRow(
        item_id="i1",
        name="scan_2026-11-22_0914_tray2_front_office_multifunction_device.pdf",
        size_bytes=4_812_000,
        state="held",
        page_count=None,
        held_reason="encrypted",
        may_retry=True,
        may_reject=True,
        may_download=True,
    ),
    ItemRow(
        item_id="i2",
        name="scan0002.tif",
        size_bytes=912_000,
        state="reading",
        page_count=34,
        read_page_count=12,
    ),
    ItemRow(
        item_id="i3",
        name="letters.pdf",
        size_bytes=2_100_000,
        state="to_index",
        page_count=9,
        documents=(
            ItemDocument(
                document_id="d2",
                title="Discharge summary",
                page_count=3,
                state="filed",
                record_id="r1",
            ),
            ItemDocument(
                document_id="d1",
                title="Letter of 3 November 2026",
                page_count=6,
                state="to_index",
                may_index=True,
            ),
            ItemDocument(
                document_id="d3",
                title="Spring catalogue",
                page_count=2,
                state="rejected",
                reason="Advertising, nothing to file",
                may_restore=True,
            ),
        ),
    ),
    ItemRow(
        item_id="i4",
        name="photo.jpg",
        size_bytes=640_000,
        state="filed",
        page_count=1,
        duplicate_of="B-2026-00398",
    ),
    ItemRow(
        item_id="i5",
        name="empty.pdf",
        size_bytes=0,
        state="rejected",
        rejected_reason="Advertising, nothing to file",
    ),
)
BATCH = BatchPage(
    batch=ROWS[0],
    items=ITEMS,
    received_on=date(2026, 11, 22),
    device="Scanner 2",
    origin="Civic Centre, PO box 12",
    announced_files=19,
    received_files=18,
    counts=(CountRow("files", 19, 18, False), CountRow("sheets", 46, 46, True)),
    faults=("Line 7: scan_0011.pdf is not there.", "stray.pdf is not in the manifest."),
    untold=("expected_documents",),
    may_close=True,
    may_continue=True,
)
FILE_PAGES = PagesPage(
    item_id="i1",
    name="scan 7.tif",
    batch_id="b411",
    batch_reference="B-00411",
    documents=(
        FileDocument(
            document_id="d1",
            title="Document 1: Letter",
            state="to_index",
            pages=(
                FilePage(number=1, position=1, kind="content", has_picture=True, may_change=True),
                FilePage(
                    number=3, position=2, kind="content", has_picture=False, may_change=True,
                    may_split=True, fault="Cut off", is_turned=True,
                ),
            ),
            workbench=True,
        ),
        FileDocument(
            document_id="",
            title="Blank pages, separators and headers",
            state="",
            pages=(FilePage(number=2, position=0, kind="separator", has_picture=False),),
        ),
    ),
    seen=3,
    chosen=FilePage(number=3, position=2, kind="content", has_picture=False, may_change=True),
    places=(Choice(value="d1", label="Document 1: Letter"),),
    faults=(Choice(value="", label="Nothing"), Choice(value="cut_off", label="Cut off")),
    last_act="a page was turned",
    last_by="R. Sample",
    last_at=NOW,
)  # fmt: skip
SHEETS = SheetsPage(
    streams=(Choice(value="children", label="Children's services post"),), operator="R. Sample"
)
UPLOAD = UploadPage(
    streams=(
        Choice(value="children", label="Children's services post"),
        Choice(value="adults", label="Adult social care post"),
    ),
    max_file_size_bytes=200_000_000,
    max_files=500,
    accept=".pdf,.tif,.tiff,.jpg,.jpeg,.png,.docx,.txt,.eml",
    received_on=DateFields(day="22", month="11", year="2026"),
)
CONTINUE = ContinuePage(
    batch_id="b412",
    reference="B-2026-00412",
    announced_files=240,
    received_files=97,
    max_file_size_bytes=200_000_000,
    max_files=500,
    accept=UPLOAD.accept,
)
UPLOAD_FAULTS = UploadPage(
    streams=UPLOAD.streams,
    max_file_size_bytes=UPLOAD.max_file_size_bytes,
    max_files=UPLOAD.max_files,
    accept=UPLOAD.accept,
    received_on=DateFields(day="31", month="11", year="2026"),
    expected_sheets="many",
    errors=(
        FieldError(field="files", message="Choose at least one file"),
        FieldError(field="received_on", message="Date must be a real date"),
        FieldError(field="expected_sheets", message="Sheets must be a number, like 23"),
    ),
)
RECONCILIATION = ReconciliationPage(
    checked_at=NOW,
    batch_count=412,
    pages=PageCounts(received=48_210, filed=46_008, waiting=412, blank=1_780, held=8),
    disagreeing=(ROWS[2],),
)
STATUS = StatusPage(
    checked_at=NOW,
    checks=(
        Check(name="Search index", state="watch", detail="6 minutes behind"),
        Check(name="Room for files", state="good", detail="812 GB free"),
        Check(name="Page counts", state="bad", detail="1 batch does not agree"),
    ),
    workers=(
        WorkerRow(name="worker-1", seen_age_s=3, is_alive=True, task="Reading page 12 of scan0002"),
        WorkerRow(name="worker-2", seen_age_s=640, is_alive=False),
    ),
    work=(
        WorkRow(name="Read a page", waiting=312, running=2, retried=0, oldest_age_s=95),
        WorkRow(name="Index a record", waiting=12, running=1, retried=3, oldest_age_s=360),
    ),
)
TRACE = TracePage(
    typed="hospital discharge",
    may_search=True,
    rows=(
        TraceRow(
            batch_reference="B-00412",
            batch_href="/batches/b412",
            received_on=date(2026, 11, 22),
            file_name="scan_0004.tif",
            first_page=3,
            last_page=5,
            state="to_index",
            taken_by="Pat Example",
            document_href="/queue/d1",
        ),
        TraceRow(
            batch_reference="B-00398",
            batch_href="/batches/b398",
            received_on=date(2026, 11, 20),
            file_name="post.pdf",
            first_page=0,
            last_page=0,
            state="held",
        ),
    ),
)
