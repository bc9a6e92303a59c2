"""Retention schedules by API: the versions, what a proposed one would change, taking one into force."""

from flask import Response

from api.authn import actor, permission, step_up
from api.v1 import blueprint, schema_access
from api.v1 import schema_retention as schema
from api.v1.operation import body, operation, send
from api.web.context import instance, page_number
from retention.answers import columns_of
from retention.comparing import Change
from retention.schedule import render
from retention.tables import ScheduleVersion


@blueprint.get("/retention/schedules")
@permission("retention:schedule:view")
@operation(schema.ScheduleList)
def schedules() -> Response:
    """Every version there ever was, newest first."""
    rows = instance().retention.schedules.versions(actor())
    return send(schema.ScheduleList(schedules=[_schedule(row) for row in rows]))


def _schedule(row: ScheduleVersion) -> schema.Schedule:
    return schema.Schedule(
        version=row.version, profile=row.profile, note=row.note,
        state="proposed" if row.in_force_from is None
        else "in_force" if row.replaced_at is None else "replaced",
        proposed_by=row.proposed_by, proposed_at=row.proposed_at, in_force_from=row.in_force_from,
        enacted_by=row.enacted_by, replaced_at=row.replaced_at,
    )  # fmt: skip


@blueprint.post("/retention/schedules")
@permission("retention:schedule:propose")
@operation(schema.ScheduleMade, schema.NewSchedule, status=201)
def propose_schedule() -> Response:
    """Import a schedule as a proposed version; what is wrong is named by line, and changes nothing."""
    given = body(schema.NewSchedule)
    made = instance().retention.schedules.propose(
        actor(), given.text, given.profile, given.note, given.drawn
    )  # fmt: skip
    return send(schema.ScheduleMade(version=made), 201)


@blueprint.get("/retention/schedules/<int:version>/csv")
@permission("retention:schedule:view")
@operation()
def export_schedule(version: int) -> Response:
    """One version as CSV, which imports again."""
    _, found = instance().retention.schedules.version(actor(), version)
    return Response(render(found), mimetype="text/csv")


@blueprint.post("/retention/schedules/<int:version>/preview")
@permission("retention:schedule:preview")
@operation(schema.PreviewAsked, status=202)
def ask_for_preview(version: int) -> Response:
    """Have it previewed by the facts of now. A proposed version is previewed without being asked."""
    made = schema.PreviewAsked(preview_id=instance().retention.previews.ask(actor(), version))
    return send(made, 202)


@blueprint.get("/retention/schedules/<int:version>/preview")
@permission("retention:schedule:preview")
@operation(schema.SchedulePreview, query=("page",))
def preview_schedule(version: int) -> Response:
    """How far the last preview is; once it is finished, which records that you may see would have
    another date, with both and why. Nothing is changed."""
    found = instance().retention.previews.of(actor(), version, page_number())
    sums = found.sums
    return send(
        schema.SchedulePreview(
            version=version, state=found.state, percent=found.percent, against=found.against,
            is_current=found.is_current, begun_at=found.begun_at, finished_at=found.finished_at,
            records=sums.records, changed=sums.changed, become_due=sums.become_due,
            by_class={
                class_id: {str(effect): count for effect, count in sorted(effects.items())}
                for class_id, effects in sorted(sums.by_class.items())
            },
            listed=[_change(one.change, one.after) for one in found.page],
        )
    )  # fmt: skip


def _change(one: Change, why: str) -> schema.ScheduleChange:
    before = columns_of(one.before)["due_on"] if one.before else None
    return schema.ScheduleChange(
        record_id=one.record_id, class_id=one.class_id, effect=one.effect.value,
        before_on=before, after_on=columns_of(one.after)["due_on"], why=why,
    )  # fmt: skip


@blueprint.post("/retention/schedules/<int:version>/enact")
@permission("retention:schedule:enact")
@step_up
@operation(takes=schema_access.Why, status=204)
def enact_schedule(version: int) -> Response:
    """From now on records are kept by this version; never by who proposed it."""
    instance().retention.schedules.take_effect(actor(), version, body(schema_access.Why).reason)
    return Response(status=204)
