"""Sample values of the indexing, search, client and record pages."""

from dataclasses import replace
from datetime import date, timedelta

from api.web.preview.pictures import HEIGHT_PX, LINES, WIDTH_PX
from api.web.preview.samples_post import MANY_PAGES, NOW, ONE_PAGE, ROWS
from api.web.view_models import (
    ArrivalsPage,
    Box,
    Choice,
    ChoiceGroup,
    ClientPage,
    ClientSuggestion,
    ClientSummary,
    DateFields,
    DocumentRow,
    Download,
    Evidence,
    Facet,
    FieldError,
    FindClientPage,
    HomePage,
    IndexDocumentPage,
    IndexForm,
    PageLink,
    PageView,
    QueuePage,
    QueueRow,
    RecentDocument,
    RecordPage,
    Reference,
    SearchHit,
    SearchPage,
    TextPart,
    TypeSuggestion,
)
from api.web.view_models.indexing import Printed, QueueDay, Sibling
from api.web.view_models.quality import Chart, ChartBar

AMARA = ClientSummary(
    client_id="c1",
    name="Amara Testwell",
    born_on=date(2014, 3, 3),
    nhs_number="9434765919",
    references=(Reference(system="Case system", value="100482"),),
    address="12 Invented Lane, Exampleton EX1 2MP",
    service="Children in need",
    other_names=("Amara Samplewright",),
    document_count=128,
)
TOBY = ClientSummary(
    client_id="c2",
    name="Toby Testwell",
    born_on=date(2016, 9, 21),
    address="12 Invented Lane, Exampleton EX1 2MP",
    document_count=1,
)
NO_DATE_CLIENT = ClientSummary(client_id="c3", name="A. Testwell", died_on=date(2020, 1, 5))
TYPES = (
    TypeSuggestion(
        code="D38",
        name="Discharge summary / clinic letter",
        confidence=0.91,
        sureness="sure",
        evidence="Says “discharge summary” and “NHS number”",
        places=(
            Printed(
                page_number=1,
                line=4,
                text="Discharge summary",
                box=Box(x=118, y=452, width=252, height=30),
            ),
        ),
    ),
    TypeSuggestion(code="D39", name="GP letter / summary", confidence=0.06),
)
MATCHES = (
    ClientSuggestion(
        client=AMARA,
        sureness="sure",
        evidence=(
            Evidence(text="NHS number 943 476 5919", page_number=1),
            Evidence(text="Name and date of birth", page_number=1),
        ),
        places=(
            Printed(
                page_number=1,
                line=5,
                text="NHS number: 943 476 5919",
                box=Box(x=545, y=576, width=370, height=30),
            ),
        ),
    ),
    ClientSuggestion(
        client=TOBY,
        sureness="check",
        evidence=(
            Evidence(text="Same address", page_number=2),
            Evidence(text="Date of birth on the letter is 3 March 2014", agrees=False),
        ),
    ),
)
TEXT = (
    TextPart(text="\n".join(LINES[:5]) + "\n"),
    TextPart(text="Discharge", is_marked=True),
    TextPart(text=" summary\n" + "\n".join(LINES[6:])),
)
BOXES = (Box(x=120, y=450, width=138, height=30), Box(x=258, y=575, width=215, height=30))
PAGES = tuple(PageView(number=n, width_px=WIDTH_PX, height_px=HEIGHT_PX) for n in (1, 2, 3))

QUEUE = QueuePage(
    rows=tuple(
        QueueRow(
            document_id=f"d{n}",
            name=f"Document {n} of letters.pdf",
            received_at=NOW - timedelta(days=7 - n),
            age_days=7 - n,
            due_in_days=n - 2,
            page_count=n,
            batch_id="b411",
            batch_reference="B-2026-00411",
            suggested_type=TYPES[0] if n != 3 else None,
            suggested_client=MATCHES[n % 2] if n != 3 else None,
            reasons=("Only one identifier agrees.", "The date of birth differs."),
            is_overdue=n == 1,
            taken_by="Idris Made-Up" if n == 2 else "",
            may_release=n == 2,
            skipped_reason="Need a colleague's opinion" if n == 1 else "",
        )
        for n in (1, 2, 3, 4)
    ),
    pagination=MANY_PAGES,
    due_days=2,
    overdue_count=1,
    in_hand_count=1,
    oldest_age_days=6,
    days=(
        QueueDay(label="Today", count=3, is_late=False),
        QueueDay(label="Before that", count=1, is_late=True),
    ),
    chart=Chart(
        chart_id="days",
        title="Documents waiting, by the day they came",
        bars=(
            ChartBar(label="Today", text="3", x=200, y=0, width=380, height=20),
            ChartBar(label="Before that", text="1", x=200, y=28, width=127, height=20),
        ),
        width=640,
        height=56,
    ),
)
WORKBENCH = IndexDocumentPage(
    document_id="d1",
    name="Document 1 of letters.pdf",
    batch_id="b411",
    batch_reference="B-2026-00411",
    received_at=NOW,
    page_numbers=tuple(range(1, len(PAGES) + 1)),
    pages=PAGES,
    all_types=(
        ChoiceGroup(
            label="Health",
            choices=(
                Choice(value="D38", label="Discharge summary / clinic letter"),
                Choice(value="D39", label="GP letter / summary"),
            ),
        ),
        ChoiceGroup(label="Courts", choices=(Choice(value="D17", label="Court order (family)"),)),
    ),
    skip_reasons=(
        Choice(value="opinion", label="I need a colleague's opinion"),
        Choice(value="not_mine", label="Not my area of work"),
    ),
    reject_reasons=(
        Choice(value="advert", label="Advertising, nothing to file"),
        Choice(value="misdirected", label="Not for this council", hint="It is sent on by hand"),
    ),
    form=IndexForm(
        type="D38", title="Discharge summary", document_date=DateFields.of(date(2026, 11, 3))
    ),
    item_id="i1",
    may_join=True,
    taken_at=NOW.isoformat(),
    suggested_types=TYPES,
    suggested_clients=MATCHES,
    siblings=(Sibling(client=NO_DATE_CLIENT, of="Amara Testwell"),),
    date_sureness="likely",
    date_places=(Printed(page_number=1, line=3, text="3 November 2026"),),
    dates_found=(date(2026, 11, 3), date(2026, 11, 17)),
    reasons=("Two clients live at this address.",),
)
WORKBENCH_FAULTS = replace(
    WORKBENCH,
    suggested_types=(),
    suggested_clients=(),
    form=IndexForm(type="other", client_query="testwel", document_date=DateFields(day="31")),
    found_clients=(NO_DATE_CLIENT,),
    errors=(
        FieldError(field="type", message="Choose a document type"),
        FieldError(field="client", message="Tick at least one client"),
        FieldError(field="document_date", message="Date must include a month and a year"),
        FieldError(field="title", message="Enter a title"),
    ),
)
HITS = tuple(
    SearchHit(
        record_id=f"r{n}",
        title=title,
        type_name="Discharge summary / clinic letter",
        document_date=date(2026, 11, 3) if n < 3 else None,
        clients=(AMARA, TOBY)[:n],
        page_count=n,
        snippet=(*TEXT[1:2], TextPart(text=" summary. Amara was seen on the children's ward …")),
        page_numbers=tuple(range(1, n + 1)),
    )
    for n, title in ((1, "Discharge summary"), (2, "Clinic letter"), (3, "Care package review"))
)
FACETS = (
    Facet(value="D38", label="Discharge summary / clinic letter", count=214, selected=True),
    Facet(value="D39", label="GP letter / summary", count=73),
)
YEARS = (Facet(value="2026", label="2026", count=190), Facet(value="2025", label="2025", count=97))
SEARCH = SearchPage(
    query="discharge ward",
    is_searched=True,
    hits=HITS,
    pagination=MANY_PAGES,
    matched="any",
    types=FACETS,
    years=YEARS,
    index_behind_s=360,
)
NOTHING_FOUND = SearchPage(query="dischrage", is_searched=True, suggestion="discharge")
BAD_QUERY = SearchPage(
    query='"open', is_searched=True, query_problem="The quotation mark has no partner"
)
FIND_CLIENT = FindClientPage(
    query="testwell", is_searched=True, clients=(AMARA, TOBY, NO_DATE_CLIENT), pagination=ONE_PAGE
)
CLIENT = ClientPage(
    client=AMARA,
    documents=tuple(
        DocumentRow(
            record_id=hit.record_id,
            title=hit.title,
            type_name=hit.type_name,
            document_date=hit.document_date,
            received_on=date(2026, 11, 22),
            page_count=hit.page_count,
        )
        for hit in HITS
    ),
    document_count=128,
    pagination=MANY_PAGES,
    types=FACETS,
)
RECORD = RecordPage(
    record_id="r1",
    reference="R-2026-0004811",
    title="Discharge summary",
    type_name="Discharge summary / clinic letter",
    document_date=date(2026, 11, 3),
    received_on=date(2026, 11, 22),
    filed_at=NOW,
    filed_by="Rhian Sample",
    clients=(AMARA, TOBY),
    page=replace(PAGES[1], boxes=BOXES, text=TEXT),
    links=tuple(
        PageLink(number=n, hit_count=2 if n in (1, 2) else 0) for n in range(1, 9) if n != 3
    ),
    page_count=8,
    previous_page=1,
    next_page=4,
    hidden_count=1,
    downloads=(
        Download(rendition="original", label="Original, as received", size_bytes=812_000),
        Download(rendition="searchable", label="Searchable PDF", size_bytes=2_340_000),
    ),
    batch_id="b411",
    batch_reference="B-2026-00411",
    query="discharge",
    hit_count=4,
    previous_hit_page=1,
    next_hit_page=5,
    text_source="ocr",
    reading_confidence=0.94,
)
ARRIVED = tuple(
    RecentDocument(record_id=hit.record_id, title=hit.title, client_name=AMARA.name, at=NOW)
    for hit in HITS
)
ARRIVALS = ArrivalsPage(arrivals=ARRIVED, pagination=MANY_PAGES, days=14)
OWN_PEOPLE = FindClientPage(clients=(AMARA, TOBY, NO_DATE_CLIENT), pagination=ONE_PAGE)
HOME = HomePage(
    waiting_count=41,
    overdue_count=1,
    oldest_age_days=6,
    held_count=2,
    disagreeing_count=0,
    sees_every_batch=True,
    may_upload=True,
    may_search=True,
    my_batches=ROWS,
    recent=ARRIVED,
    arrivals=ARRIVED,
    arrival_count=24,
)
