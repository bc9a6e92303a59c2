"""Retention by API: until when a record is kept, and the life events of people it follows from."""

from flask import Response, request

from api.authn import actor, permission
from api.v1 import blueprint, schema_access
from api.v1 import schema_retention as schema
from api.v1.operation import body, operation, send
from api.web.context import instance
from edrms.errors import Invalid
from retention.answers import columns_of, missing_of
from retention.event_feed import FedRow, read_csv
from retention.life import NewEvent, SubjectKind
from retention.model import Answer, Due, NotDue, Permanent
from retention.reading import RecordAnswer
from retention.tables import LifeEvent

_PAGE = 50
_MOST_PAGES = 10_000


@blueprint.get("/retention/records/<record_id>")
@permission("retention:answer:view")
@operation(schema.Kept)
def kept_until(record_id: str) -> Response:
    """Until when a record is kept and why, in one sentence; or which fact is not known."""
    return send(_kept(instance().retention.answers.of_record(actor(), record_id)))


def _kept(found: RecordAnswer) -> schema.Kept:
    columns = columns_of(found.answer)
    return schema.Kept(
        record_id=found.record_id,
        state=_state(found.answer),
        on=columns["due_on"],
        not_before=columns["not_before"],
        action=columns["action"],
        sentence=found.sentence,
        schedule_version=found.answer.schedule_version,
        missing=[
            schema.LackedFact(
                client_id=client_id,
                class_id=class_id, trigger=trigger, why=why,
            )
            for client_id, class_id, trigger, why in missing_of(found.answer)
            if client_id in found.known_clients | {""}
        ],
        before=[
            schema.KeptBefore(
                sentence=one.sentence, on=columns_of(one.answer)["due_on"],
                schedule_version=one.answer.schedule_version, since=one.since, until=one.until,
            )
            for one in found.before
        ],
    )  # fmt: skip


def _state(answer: Answer) -> schema.State:
    match answer:
        case Due():
            return "due"
        case NotDue():
            return "not_due"
        case Permanent():
            return "permanent"
        case _:
            return "unknown"


@blueprint.get("/retention/clients/<client_id>/events")
@permission("retention:event:view")
@operation(schema.Life)
def life(client_id: str) -> Response:
    """What is known of a person, withdrawn or not, and what of it cannot be true together."""
    found = instance().retention.events.of_client(actor(), client_id)
    return send(
        schema.Life(
            client_id=client_id,
            events=[_life_event(row) for row in found.events],
            contradictions=[
                schema.Contradiction(
                    clash=one.clash.value, words=one.words,
                    event_ids=[said.event_id for said in one.between if said.event_id],
                )
                for one in found.contradictions
            ],
        )
    )  # fmt: skip


def _life_event(row: LifeEvent) -> schema.LifeEvent:
    return schema.LifeEvent(
        event_id=row.event_id, subject_kind=row.subject_kind, subject_id=row.subject_id,
        kind=row.kind, on=row.on, until=row.until, source=row.source, authority=row.authority,
        recorded_at=row.recorded_at, recorded_by=row.recorded_by, withdrawn_at=row.withdrawn_at,
        withdrawn_by=row.withdrawn_by, withdrawn_because=row.withdrawn_because,
    )  # fmt: skip


@blueprint.post("/retention/clients/<client_id>/events")
@permission("retention:event:record")
@operation(schema_access.Made, schema.NewLifeEvent, status=201)
def record_life_event(client_id: str) -> Response:
    """Say that something has happened to a person; 409 where it cannot be true beside what is known."""
    given = body(schema.NewLifeEvent)
    kind, subject_id = SubjectKind.CLIENT, client_id
    if given.case_file_id and given.record_id:
        raise Invalid("It is about a file or a record.", fields={"record_id": "Not both of them."})
    if given.case_file_id:
        kind, subject_id = SubjectKind.CASE_FILE, given.case_file_id
    elif given.record_id:
        kind, subject_id = SubjectKind.RECORD, given.record_id
    event = NewEvent(kind, subject_id, given.kind, given.on, given.authority, given.until)
    made = instance().retention.events.record(actor(), event, about=client_id)
    return send(schema_access.Made(id=made), 201)


@blueprint.post("/retention/clients/<client_id>/events/<event_id>/withdraw")
@permission("retention:event:withdraw")
@operation(takes=schema_access.Why, status=204)
def withdraw_life_event(client_id: str, event_id: str) -> Response:
    """What it says was wrong: it stays, but nothing follows from it any more."""
    because = body(schema_access.Why).reason
    instance().retention.events.withdraw(actor(), event_id, because, about=client_id)
    return Response(status=204)


@blueprint.post("/retention/events")
@permission("retention:event:record")
@operation(schema.FeedTaken, schema.Feed, query=("accept_good_rows",))
def feed_life_events() -> Response:
    """Take a feed of life events in, as JSON or as text/csv with the same columns; larger ones by
    `edrms retention events`.

    All rows, or none with what is wrong in which; with accept_good_rows (for CSV: =yes in the query)
    the good ones. The same row again changes nothing.
    """
    if request.mimetype == "text/csv":
        rows, faults = read_csv(request.get_data(cache=False))
        accepts = request.args.get("accept_good_rows", "") == "yes"
    else:
        given = body(schema.Feed)
        rows = [FedRow(line=n, **one.model_dump()) for n, one in enumerate(given.events, start=1)]
        faults, accepts = {}, given.accept_good_rows
    done = instance().retention.feed.take(actor(), rows, faults, accept_good_rows=accepts)
    return send(
        schema.FeedTaken(
            added=done.added, corrected=done.corrected, unchanged=done.unchanged,
            left_out=done.left_out,
            faults=[schema.FeedFault(line=line, reason=one) for line, one in done.faults.items()],
        )
    )  # fmt: skip


@blueprint.get("/retention/unknown")
@permission("retention:fact:list")
@operation(schema.LackingFacts, query=("client_id", "page"))
def lacking_facts() -> Response:
    """Facts without which records have no date, those most records wait for first."""
    page = request.args.get("page", 1, int)
    if not 1 <= page <= _MOST_PAGES:
        raise Invalid("There is no such page.", fields={"page": f"From 1 to {_MOST_PAGES}."})
    found, total = instance().retention.answers.lacking(
        actor(), _PAGE, (page - 1) * _PAGE, request.args.get("client_id", "")
    )
    facts = [
        schema.LackingFact(
            client_id=one.client_id, trigger=one.trigger, why=one.why,
            class_ids=list(one.class_ids), records=one.records,
        )
        for one in found
    ]  # fmt: skip
    return send(schema.LackingFacts(total=total, facts=facts))
