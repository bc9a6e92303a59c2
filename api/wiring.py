"""The one place that chooses engines and joins the rooms."""

from functools import partial
from pathlib import Path
from urllib.parse import unquote, urlsplit

import edrms.incidents.tables  # noqa: F401 - all tables are known before any is made
import scanning.arranging.tables
import scanning.batches.tables
import scanning.custody.tables
import scanning.indexing.tables
import scanning.misfiles.tables
import scanning.quality.tables
import scanning.sheets.tables  # noqa: F401
from api import instance_keys, migrations
from api.instance import Instance as Instance
from api.instance import checkpoint_place as checkpoint_place
from api.migrations.grants import grant
from edrms.access.allocations import Allocations
from edrms.access.glass import Glass
from edrms.access.guards import Guards
from edrms.access.model import Actor
from edrms.access.notices import Notices
from edrms.access.person_report import PersonReports
from edrms.access.reports import AccessReports
from edrms.access.reviews import Reviews
from edrms.access.seals import Seals
from edrms.access.teams import Teams
from edrms.audit.explorer import AuditExplorer
from edrms.audit.looks import AuditReports
from edrms.audit.notes import load_key
from edrms.audit.seal_view import LogSeal
from edrms.audit.sealer import Sealer
from edrms.audit.state import SealGuard
from edrms.audit.verifier import LOG_KEY
from edrms.clock import Clock, SystemClock
from edrms.db import Database
from edrms.errors import CannotStart
from edrms.ids import StaffId
from edrms.incidents.erasing import IncidentRows
from edrms.jobs.queue import Claim, Queue
from edrms.jobs.worker import Step, Worker
from edrms.pace import Pace
from edrms.records.client_files import ClientBrowsing
from edrms.records.erasing import RecordRows
from edrms.records.locking import ObjectLocks
from edrms.records.naming import Names
from edrms.records.viewing import RecordViewing
from edrms.settings import Settings
from edrms.staff.accounts import StaffDirectory
from edrms.staff.administration import StaffAdministration
from edrms.staff.second_factor import SecondFactors
from edrms.staff.session_lists import SessionLists
from edrms.staff.sessions import Sessions
from edrms.staff.tokens import ApiTokens
from edrms.storage.encrypted_store import EncryptedStore
from edrms.storage.local_store import LocalObjectStore
from edrms.storage.ports import ObjectStore
from edrms.storage.s3_config import s3_config
from edrms.storage.s3_store import S3ObjectStore
from edrms.tickets.service import ContentTickets
from retention.erasing import Erasing
from retention.moved_records import MovedRecords
from retention.preview_work import PREVIEW_SCHEDULE, PreviewWork
from scanning.batches.erasing import LedgerRows
from scanning.batches.ledger import Ledger
from scanning.batches.model import ARRANGE_ITEM, DIVIDE_ITEM, OPEN_ITEM, READ_PAGE
from scanning.custody.erasing import StoredObjects
from scanning.custody.replaced import ReplacedObjects
from scanning.custody.service import KeyCustody
from scanning.indexing.desk import IndexingDesk
from scanning.indexing.divide import divide_item
from scanning.indexing.remake import arrange_item, give_up_arranging
from scanning.intake.receive import Intake
from scanning.misfiles.erasing import MisfileRows
from scanning.quality.erasing import QualityRows
from scanning.reading.clamd_scanner import ClamdScanner
from scanning.reading.model import Limits
from scanning.reading.originals import Originals
from scanning.reading.ports import NoScanner, Reader, Scanner
from scanning.reading.sandboxed_reader import SandboxedReader
from scanning.reading.scratch import own_scratch
from scanning.reading.steps import Bench, give_up, open_item, read_page
from search.erasing import IndexEntries
from search.indexer import Indexer
from search.opensearch_config import opensearch_config
from search.opensearch_index import OpenSearchIndex
from search.ports import SearchIndex
from search.service import RecordSearch
from search.whoosh_index import WhooshIndex


def build(settings: Settings, clock: Clock | None = None) -> Instance:
    """Join everything for these settings. Raises CannotStart naming what is wrong."""
    clock = clock or SystemClock()
    database = _database(settings)
    migrations.check(database)
    keys = instance_keys.key_store(settings, clock)
    instance_keys.check(database, keys)
    store = EncryptedStore(_store(settings), keys)
    index = _index(settings)
    replaced = ReplacedObjects(database, store, ObjectLocks(database, store, clock), clock)
    custody = KeyCustody(database, keys, clock, replaced)
    seal_guard = SealGuard(database, clock, settings.audit_seal_limit_s)
    return Instance(
        settings=settings,
        clock=clock,
        database=database,
        store=store,
        keys=keys,
        custody=custody,
        index=index,
        sessions=Sessions(database, clock, settings),
        session_lists=SessionLists(database, clock, settings),
        factors=SecondFactors(database, clock, settings),
        administration=StaffAdministration(database, clock),
        tokens=ApiTokens(database, clock),
        staff=StaffDirectory(database),
        intake=Intake(
            database, store, clock, settings.max_upload_bytes, settings.uploads_per_day_bytes
        ),
        ledger=Ledger(database, clock, seal_guard),
        desk=IndexingDesk(database, clock, seal_guard, MovedRecords(), settings.indexing_days),
        viewing=RecordViewing(database, store, clock, seal_guard),
        clients=ClientBrowsing(database, clock),
        search=RecordSearch(database, index, clock, seal_guard),
        queue=Queue(database, clock, settings.lease_s),
        tickets=ContentTickets(database, clock),
        guards=Guards(database, clock),
        seals=Seals(database, clock),
        glass=Glass(database, clock, settings.glass_hours),
        notices=Notices(database, clock),
        reviews=Reviews(database, clock),
        access_reports=AccessReports(database, clock),
        person_reports=PersonReports(database, clock),
        allocations=Allocations(database, clock),
        teams=Teams(database, clock),
        names=Names(database, clock),
        audit=AuditExplorer(database, clock, LogSeal(database, clock, settings.audit_seal_limit_s)),
        audit_reports=AuditReports(database, clock),
        erasing=_erasing(database, store, index, custody, clock, Pace(settings.disposal_rest)),
    )


def _erasing(
    database: Database, store: EncryptedStore, index: SearchIndex, custody: KeyCustody,
    clock: Clock, pace: Pace,
) -> Erasing:  # fmt: skip
    """Everywhere that something of a record lies, in the order in which it is erased."""
    places = (
        StoredObjects(database, store, custody, ObjectLocks(database, store, clock), clock, pace),
        IndexEntries(index),
        QualityRows(database, clock, pace),
        MisfileRows(database, clock, pace),
        IncidentRows(database, clock, pace),
        LedgerRows(database, clock, pace),
        RecordRows(database, clock, pace),
    )
    return Erasing(database, clock, places, pace)


def _database(settings: Settings) -> Database:
    return Database(settings.database, settings.database_password.get_secret_value())


def _store(settings: Settings) -> ObjectStore:
    url = urlsplit(settings.objects)
    if url.scheme == "file":
        return LocalObjectStore(Path(url.path), settings.min_free_bytes)
    if url.scheme in ("s3+http", "s3+https"):
        secret_key = settings.objects_secret_key.get_secret_value()
        return S3ObjectStore(
            s3_config(settings.objects, settings.objects_access_key, secret_key, settings.ca_file)
        )
    raise CannotStart(
        "EDRMS_OBJECTS_URL: expected file:///directory or s3+https://host:port/bucket."
    )


def _index(settings: Settings) -> SearchIndex:
    url = urlsplit(settings.search)
    if url.scheme == "whoosh":
        return WhooshIndex(Path(url.path))
    if url.scheme in ("opensearch+http", "opensearch+https"):
        password = settings.search_password.get_secret_value()
        return OpenSearchIndex(
            opensearch_config(
                settings.search, settings.search_user, password, settings.ca_file,
                settings.search_copies,
            )
        )  # fmt: skip
    raise CannotStart(
        "EDRMS_SEARCH_URL: expected whoosh:///directory or opensearch+https://host:port/name."
    )


def upgrade_tables(settings: Settings) -> tuple[str, str]:
    """Bring the tables to the newest migration; returns the one they were at and the one they are at.

    With EDRMS_DATABASE_OWNER_URL the owner does it, and gives the role of EDRMS_DATABASE_URL its rights.
    Raises CannotStart for a database that a newer version has been at.
    """
    role = _application_role(settings)
    database = _owner_database(settings) if role else _database(settings)
    try:
        result = migrations.upgrade(database, SystemClock())
        if role:
            grant(database, role, SystemClock())
        return result
    finally:
        database.close()


def _application_role(settings: Settings) -> str:
    """The role that web and workers use, "" where no other owns the tables."""
    if not settings.database_owner_url:
        return ""
    owner, ours = urlsplit(settings.database_owner_url), urlsplit(settings.database)
    if not ours.username or ours.username == owner.username or ours.path != owner.path:
        raise CannotStart(
            "EDRMS_DATABASE_OWNER_URL: expected the database of EDRMS_DATABASE_URL by another role."
        )
    return unquote(ours.username)


def _owner_database(settings: Settings) -> Database:
    return Database(
        settings.database_owner_url, settings.database_owner_password.get_secret_value()
    )


def _scanner(settings: Settings) -> Scanner:
    return ClamdScanner(settings.antivirus_url) if settings.antivirus_url else NoScanner()


def page_reader(settings: Settings) -> SandboxedReader:
    """A reader within the limits of these settings; it may be shared by the workers of one process."""
    return SandboxedReader(
        Limits(
            memory_bytes=settings.page_memory_bytes,
            wall_s=settings.page_wall_s,
            max_pages=settings.max_pages_per_item,
            languages=settings.ocr_languages,
            ocr_engine=settings.ocr_engine,
        )
    )


def page_worker(instance: Instance, name: str, reader: Reader) -> Worker:
    """A worker that opens items, reads pages, divides items into documents, and previews schedules."""
    settings = instance.settings
    own = own_scratch(settings.work_directory)
    bench = Bench(
        database=instance.database,
        store=instance.store,
        clock=instance.clock,
        reader=reader,
        scanner=_scanner(settings),
        originals=Originals(instance.store, own / "originals"),
        scratch=own,
        actor=Actor(StaffId(name), "EDRMS reading", frozenset()),
        max_object_bytes=4 * settings.max_upload_bytes,
        quality=instance.quality.rules,
    )
    reading = {
        OPEN_ITEM: open_item, READ_PAGE: read_page, DIVIDE_ITEM: divide_item,
        ARRANGE_ITEM: arrange_item,
    }  # fmt: skip
    previews = PreviewWork(instance.database, instance.clock, bench.actor)
    steps: dict[str, Step] = {kind: partial(step, bench) for kind, step in reading.items()}

    def cannot(claim: Claim) -> None:
        if claim.kind == PREVIEW_SCHEDULE:
            previews.give_up(claim)
        elif claim.kind == ARRANGE_ITEM:
            give_up_arranging(bench, claim)
        else:
            give_up(bench, claim)

    return Worker(
        instance.queue,
        steps | {PREVIEW_SCHEDULE: previews.do},
        cannot,
        bench.actor,
        lease_s=settings.lease_s,
        poll_s=settings.poll_s,
        at_rest=bench.originals.let_go,
    )


def indexer(instance: Instance) -> Indexer:
    """What takes index jobs into the index; of the embedded engine one process may write at a time."""
    return Indexer(instance.database, instance.index, instance.queue, instance.clock)


def sealer(instance: Instance, name: str) -> Sealer:
    """What seals this instance's audit log, under this name. Raises CannotStart without its key."""
    settings = instance.settings
    return Sealer(
        instance.database, instance.clock, load_key(settings.audit_key, LOG_KEY),
        checkpoint_place(settings), name=name, lease_s=settings.lease_s,
    )  # fmt: skip
