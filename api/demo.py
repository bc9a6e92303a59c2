"""The demonstration: a filled instance under var/demo, made once, then served.

`python -m api.demo` serves it; `--once` only makes it and succeeds when every page is accounted for
and every known search finds its record. People, letters and the password are invented.
With EDRMS_PROFILE=service it stands on the engines that the settings name, which must be empty.
"""

import json
import os
import shutil
import sys
from collections.abc import Iterable, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import track
from rich.table import Table
from sqlalchemy import select

from api.demo_lives import add_lives
from api.ingest import ingest_paths, print_reconciliation, wait_until_read
from api.logs import log_to_stderr
from api.setting_up import make_instance, staff_actor
from api.supervisor import Supervisor
from api.wiring import Instance, build
from edrms.access.roles import ROLES, Role
from edrms.access.work import add_team, allocate, join_team
from edrms.clients.folding import fold_reference
from edrms.clients.model import CARE_SERVICES, Client, Identifier
from edrms.clients.register import add_client
from edrms.clients.tables import ClientRelationship
from edrms.errors import CannotStart, EdrmsError, NotFound
from edrms.ids import BatchId, ClientId, new_id
from edrms.settings import Settings, load_settings
from edrms.staff.accounts import SYSTEM, add_staff_member
from edrms.staff.persons import record_person
from edrms.uow import UnitOfWork, write
from retention.profiles import BASE
from retention.schedules import install
from scanning.batches.tables import Document, Item
from scanning.batches.verify import verify
from scanning.sample_post.generate import TRUTH_NAME, make_post
from scanning.sample_post.model import SampleClient
from scanning.sample_post.people import make_clients

HOME, SERVICE_HOME = Path("var/demo"), Path("var/demo-service")
PROFILE = "EDRMS_PROFILE"
PASSWORD = "sample post 2026"  # noqa: S105 - the demonstration's, printed for everybody
SCANNER, SEARCHER, KEEPER = "post_room", "team_manager", "records_manager"
console = Console(highlight=False)


def main(arguments: list[str]) -> int:
    """Make the demonstration if it is not there, check it, and serve it unless told not to."""
    log_to_stderr()
    try:
        settings = _settings()
        if not _is_complete(settings):
            _fill(settings)
    except EdrmsError as error:
        console.print(f"[red]{error.message}[/]")
        return 1
    if "--once" in arguments:
        return 0 if _check(build(settings)) else 1
    _serve(settings)
    return 0


def _settings() -> Settings:
    """On this machine alone, or in the service profile on engines named one by one."""
    match os.environ.get(PROFILE, "embedded"):
        case "embedded":
            return Settings(home=HOME)
        case "service":
            settings = load_settings(home=SERVICE_HOME)
        case _:
            raise CannotStart(f"{PROFILE}: expected embedded or service.")
    for name in ("database_url", "objects_url", "search_url"):
        if not getattr(settings, name):
            raise CannotStart(f"EDRMS_{name.upper()}: expected, since {PROFILE} is service.")
    return settings


def _is_complete(settings: Settings) -> bool:
    """Whether it was made, and its engines are those it was made on."""
    mark = settings.home / "complete"
    if not mark.exists():
        return False
    try:
        instance = build(settings)
        instance.ledger.batch(staff_actor(instance, SCANNER), BatchId(mark.read_text()))
    except (CannotStart, NotFound):
        return False
    return True


def _fill(settings: Settings) -> None:
    shutil.rmtree(settings.home, ignore_errors=True)
    instance = make_instance(settings)
    _add_people(instance)
    with write(instance.database, SYSTEM, instance.clock) as work:
        install(work, BASE)
    post = settings.home / "post"
    with console.status("Making the sample post (about a minute)") as status:
        make_post(
            post,
            progress=lambda done, of: status.update(
                f"Making the sample post: {done} of {of} files"
            ),
        )
    actor = staff_actor(instance, SCANNER)
    with Supervisor(settings) as supervisor:
        supervisor.add_workers(settings.worker_processes)
        supervisor.add_sealer()
        files = [path for path in sorted(post.iterdir()) if path.name != TRUTH_NAME]
        taken = ingest_paths(instance, actor, files, "Sample post, 2 November 2026")
        wait_until_read(instance, actor, taken.batch_id, meanwhile=supervisor.revive)
    add_lives(instance, staff_actor(instance, KEEPER))
    print_reconciliation(instance.ledger.batch(actor, taken.batch_id))
    (settings.home / "complete").write_text(taken.batch_id)


def _add_people(instance: Instance) -> None:
    with write(instance.database, SYSTEM, instance.clock) as work:
        teams = {
            service: add_team(work, f"{service.title()} locality team", service)
            for service in sorted(CARE_SERVICES)
        }
        for number, role in enumerate(ROLES.values(), start=1001):
            _add_member(work, role, teams, fold_reference(f"E{number}"))
        sample = make_clients()
        ids = {person.key: ClientId(new_id()) for person in sample}
        for person in sample:
            add_client(work, _client(ids[person.key], person))
        work.session.flush()
        for person in sample:
            allocate(work, ids[person.key], team_id=teams[person.service])
            for tie in person.relationships:
                work.session.add(
                    ClientRelationship(
                        client_id=ids[person.key], other_id=ids[tie.other_key], kind=tie.kind
                    )
                )


def _add_member(work: UnitOfWork, role: Role, teams: dict[str, str], number: str) -> None:
    """Somebody with this role and employee number, in the teams whose clients it reaches; a guest only for
    half a year."""
    ends = work.now + timedelta(days=180) if role.needs_end else None
    member = add_staff_member(
        work, role.code, role.name, PASSWORD, frozenset({role.code}), until=ends
    )
    work.session.flush()
    record_person(work, member, number)
    for service, team_id in teams.items():
        if any(service in reach.services for reach in role.reaches):
            join_team(work, team_id, member, supervises=role.code == "team_manager")


def _client(client_id: ClientId, person: SampleClient) -> Client:
    return Client(
        client_id=client_id,
        forename=person.forename,
        surname=person.surname,
        service=person.service,
        date_of_birth=person.date_of_birth,
        date_of_death=person.date_of_death,
        nhs_number=person.nhs_number,
        other_names=tuple(
            dict.fromkeys([" ".join([person.forename, *person.other_names]), *person.aliases])
        ),
        address_lines=person.address_lines,
        postcode=person.postcode,
        uprn=person.uprn,
        household=person.household_key,
        identifiers=(Identifier(person.system, person.case_reference),),
    )


def _check(instance: Instance) -> bool:
    report = verify(instance.database, instance.store)
    for fault in report.faults:
        console.print(f"[red]{fault}[/]")
    console.print(f"{report.pages} pages received, {sum(report.at.values())} accounted for.")
    truth = json.loads((instance.settings.home / "post" / TRUTH_NAME).read_text("utf-8"))
    found = _search_for(instance, truth["known_searches"])
    return report.is_clean and not report.uncounted_items and found


def _search_for(instance: Instance, known: Sequence[dict[str, Any]]) -> bool:
    """Search for what is known to be in records that filed themselves; the rest still waits."""
    actor = staff_actor(instance, SEARCHER)
    filed = _filed(instance)
    table = Table("Search", "Must find", "Page", "Found")
    wrong = 0
    for row in track(list(known), "Searching", console=console, transient=True):
        name = row["attachment"] or row["file"]
        record_id = filed.get((name, row["document"]))
        if record_id is None:
            continue
        answer = instance.search.search(actor, row["words"])
        is_found = any(one.record.record_id == record_id for one in answer.found)
        wrong += not is_found
        table.add_row(row["words"], name, str(row["page"]), "yes" if is_found else "[red]no[/]")
    console.print(table)
    return wrong == 0


def _filed(instance: Instance) -> dict[tuple[str, int], str]:
    """Record id by file name and number of the document within the file."""
    statement = select(Item.name, Document.ordinal, Document.record_id).join(Document.item)
    with instance.database.read() as session:
        rows = session.execute(statement.where(Document.record_id.is_not(None)))
        return {(name, ordinal): str(record_id) for name, ordinal, record_id in rows}


def _serve(settings: Settings) -> None:
    instance = build(settings)
    with Supervisor(settings) as supervisor:
        supervisor.add_workers(settings.worker_processes)
        supervisor.add_sealer()
        supervisor.add_web()
        _introduce(settings, ROLES.keys(), instance)
        try:
            supervisor.watch()
        except KeyboardInterrupt:
            console.print("Stopping.")


def _introduce(settings: Settings, names: Iterable[str], instance: Instance) -> None:
    console.print(f"\n[bold]http://{settings.host}:{settings.port}[/]")
    console.print(f"Sign in with the password [bold]{PASSWORD}[/] as one of: {', '.join(names)}\n")
    console.print("Four things to try:")
    console.print(
        "  1. as team_manager, search for [bold]tortoise lunch box[/] and open the page it is on"
    )
    console.print("  2. as indexer, take the next document from the indexing queue and file it")
    console.print("  3. as post_room, upload files of your own and watch the pages being counted")
    console.print(
        "  4. as records_manager, see under [bold]Retention[/] what falls due, and add a date"
    )
    console.print("\nControl-C stops it. `make demo` starts it again as it was.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
