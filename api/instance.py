"""A running installation: its settings, engines and services. Made by api/wiring.py."""

from dataclasses import dataclass
from functools import cached_property

from edrms.access.allocations import Allocations
from edrms.access.glass import Glass
from edrms.access.guards import Guards
from edrms.access.notices import Notices
from edrms.access.person_report import PersonReports
from edrms.access.reports import AccessReports
from edrms.access.reviews import Reviews
from edrms.access.seals import Seals
from edrms.access.teams import Teams
from edrms.audit.clock_witness import ClockWitness
from edrms.audit.explorer import AuditExplorer
from edrms.audit.looks import AuditReports
from edrms.audit.place import CheckpointPlace, place_of
from edrms.audit.state import SealGuard
from edrms.clock import Clock
from edrms.db import Database
from edrms.incidents.cases import Incidents
from edrms.incidents.misfiles import Misfiles
from edrms.jobs.queue import Queue
from edrms.pace import Pace
from edrms.records.arrivals import Arrivals
from edrms.records.client_files import ClientBrowsing
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
from edrms.storage.key_store import KeyStore
from edrms.storage.ports import KeepingStore
from edrms.tickets.service import ContentTickets
from retention.disposal_room import DisposalRoom, DisposalSettings
from retention.erasing import Erasing
from retention.held_records import HeldRecords
from retention.hold_exchange import HoldExchange
from retention.holds import Holds
from retention.moved_records import MovedRecords
from retention.services import Retention
from retention.transfer_looks import TransferLooks
from retention.transfers import Transfers
from scanning.arranging.service import Arranging
from scanning.batches.closing import Closing
from scanning.batches.ledger import Ledger
from scanning.batches.sheet import BatchSheets
from scanning.custody.service import KeyCustody, scans_of_filed
from scanning.indexing.desk import IndexingDesk
from scanning.indexing.hands import Hands
from scanning.indexing.taking_back import ReturnedPost
from scanning.indexing.tracing import Tracing
from scanning.intake.receive import Intake
from scanning.misfiles.room import MisfileRoom
from scanning.paper.room import PaperRoom
from scanning.quality.reading_rules import load
from scanning.quality.room import QualityRoom
from scanning.sheets.service import Sheets
from search.ports import SearchIndex
from search.service import RecordSearch


@dataclass(frozen=True)
class Instance:
    """A running installation: its settings, engines and services."""

    settings: Settings
    clock: Clock
    database: Database
    store: KeepingStore
    keys: KeyStore
    custody: KeyCustody
    index: SearchIndex
    sessions: Sessions
    session_lists: SessionLists
    factors: SecondFactors
    administration: StaffAdministration
    tokens: ApiTokens
    staff: StaffDirectory
    intake: Intake
    ledger: Ledger
    desk: IndexingDesk
    viewing: RecordViewing
    clients: ClientBrowsing
    search: RecordSearch
    queue: Queue
    tickets: ContentTickets
    guards: Guards
    seals: Seals
    glass: Glass
    notices: Notices
    reviews: Reviews
    access_reports: AccessReports
    person_reports: PersonReports
    allocations: Allocations
    teams: Teams
    names: Names
    audit: AuditExplorer
    audit_reports: AuditReports
    erasing: Erasing

    @cached_property
    def arrivals(self) -> Arrivals:
        """What came for the people somebody works with."""
        return Arrivals(self.database, self.clock)

    @cached_property
    def closing(self) -> Closing:
        """Closing batches."""
        return Closing(self.database, self.clock)

    @cached_property
    def post_sheets(self) -> Sheets:
        """Separators, envelopes and batch headers to print."""
        return Sheets(self.database, self.clock, self.settings.council_name)

    @cached_property
    def hands(self) -> Hands:
        """Documents that indexers have in hand."""
        seals = SealGuard(self.database, self.clock, self.settings.audit_seal_limit_s)
        return Hands(self.database, self.clock, seals)

    @cached_property
    def arranging(self) -> Arranging:
        """Pages of a file put in order by hand."""
        seals = SealGuard(self.database, self.clock, self.settings.audit_seal_limit_s)
        return Arranging(self.database, self.clock, seals)

    @cached_property
    def sheets(self) -> BatchSheets:
        """Sheets of batches, to print and sign."""
        return BatchSheets(self.database, self.clock, self.settings.council_name)

    @cached_property
    def tracing(self) -> Tracing:
        """Where a letter is."""
        return Tracing(self.database, self.clock)

    @cached_property
    def retention(self) -> Retention:
        """Life events, schedules and what the rules answer."""
        return Retention(self.database, self.clock)

    @cached_property
    def paper(self) -> PaperRoom:
        """Paper originals, from the box to the certificate."""
        chosen = self.settings
        witness = ClockWitness(checkpoint_place(chosen), chosen.witness)
        return PaperRoom(
            self.database, self.clock, HeldRecords(), witness, chosen.disposal_key,
            chosen.council_name, self.quality.looks,
        )  # fmt: skip

    @cached_property
    def quality(self) -> QualityRoom:
        """How good scans are: checks, samples, figures."""
        seals = SealGuard(self.database, self.clock, self.settings.audit_seal_limit_s)
        return QualityRoom(self.database, self.clock, seals, load(self.settings.quality_file))

    @cached_property
    def misfiles(self) -> MisfileRoom:
        """What is filed and names another client better."""
        seals = SealGuard(self.database, self.clock, self.settings.audit_seal_limit_s)
        return MisfileRoom(self.database, self.clock, seals)

    @cached_property
    def holds(self) -> Holds:
        """What must be kept, whatever its period says."""
        return Holds(self.database, self.clock, self.paper.tasks)

    @cached_property
    def hold_exchange(self) -> HoldExchange:
        """Holds out and in again."""
        return HoldExchange(self.database, self.clock, self.paper.tasks)

    @cached_property
    def wrong_person(self) -> Misfiles:
        """Documents on the wrong person's file, put right."""
        return Misfiles(self.database, self.clock, MovedRecords(), ReturnedPost())

    @cached_property
    def incidents(self) -> Incidents:
        """What such a document was, who opened it, and what was decided."""
        return Incidents(self.database, self.clock)

    @cached_property
    def locks(self) -> ObjectLocks:
        """The store's own holds on what is filed."""
        return ObjectLocks(self.database, self.store, self.clock, scans_of_filed())

    @cached_property
    def transfers(self) -> Transfers:
        """Handing records to others."""
        seals = SealGuard(self.database, self.clock, self.settings.audit_seal_limit_s)
        return Transfers(self.database, self.store, self.clock, seals, self.settings.council_name)

    @cached_property
    def transfer_looks(self) -> TransferLooks:
        """Looking at what is handed over."""
        return TransferLooks(self.database, self.clock)

    @cached_property
    def disposal(self) -> DisposalRoom:
        """From due to the certificate."""
        return _disposal(self.settings, self.database, self.clock, self.erasing, self.paper)


def _disposal(
    settings: Settings, database: Database, clock: Clock, erasing: Erasing, paper: PaperRoom
) -> DisposalRoom:
    witness = ClockWitness(checkpoint_place(settings), settings.witness)
    chosen = DisposalSettings(
        council=settings.council_name, waiting_days=settings.disposal_waiting_days,
        backup_days=settings.backup_days, key_file=settings.disposal_key,
    )  # fmt: skip
    pace = Pace(settings.disposal_rest)
    return DisposalRoom(database, clock, witness, erasing, chosen, pace, paper.tasks)


def checkpoint_place(settings: Settings) -> CheckpointPlace:
    """Where the audit log's checkpoints go. Raises CannotStart for what is no directory."""
    return place_of(settings.audit_checkpoints)
