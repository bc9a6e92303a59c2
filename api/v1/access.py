"""Who works with whom and who is let in, by API: what a case management system feeds, and what the
pages of access do."""

from datetime import UTC

from flask import Response

from api.authn import actor, permission, signed_in
from api.v1 import blueprint, schema_access
from api.v1.operation import body, operation, send
from api.web.context import instance
from edrms.access.subjects import Subject, SubjectKind
from edrms.access.tables import Allocation
from edrms.access.teams import TeamAccount
from edrms.errors import Invalid
from edrms.staff.finding import find_staff


@blueprint.get("/teams")
@permission("staff:team:manage")
@operation(schema_access.TeamList)
def teams() -> Response:
    """Every team with its members."""
    found = instance().teams.accounts(actor())
    return send(schema_access.TeamList(teams=[_team(one) for one in found]))


def _team(account: TeamAccount) -> schema_access.Team:
    return schema_access.Team(
        team_id=account.team_id, name=account.name, service=account.service, parent=account.parent,
        clients=account.clients,
        members=[
            schema_access.Member(username=one.username, supervises=one.supervises, since=one.since)
            for one in account.members
        ],
    )  # fmt: skip


@blueprint.post("/teams")
@permission("staff:team:manage")
@operation(schema_access.Team, schema_access.NewTeam, status=201)
def add_team() -> Response:
    """Add a team."""
    given = body(schema_access.NewTeam)
    team_id = instance().teams.add(actor(), given.name, given.service, given.parent_id)
    return send(_team(instance().teams.account(actor(), team_id)), 201)


@blueprint.post("/teams/<team_id>/members")
@permission("staff:team:manage")
@operation(schema_access.Team, schema_access.NewMember, status=201)
def join_team(team_id: str) -> Response:
    """Put a staff member in a team, or answer for it; nobody puts themselves in."""
    given = body(schema_access.NewMember)
    staff_id = found_staff(given.username)
    instance().teams.join(actor(), team_id, staff_id, supervises=given.supervises)
    return send(_team(instance().teams.account(actor(), team_id)), 201)


@blueprint.delete("/teams/<team_id>/members/<username>")
@permission("staff:team:manage")
@operation(status=204)
def leave_team(team_id: str, username: str) -> Response:
    """Take a staff member out of a team."""
    instance().teams.leave(actor(), team_id, found_staff(username))
    return Response(status=204)


@blueprint.get("/clients/<client_id>/allocations")
@permission("access:allocation:change")
@operation(schema_access.AllocationList)
def allocations(client_id: str) -> Response:
    """Whose client this is now."""
    rows = instance().allocations.of(actor(), client_id)
    return send(schema_access.AllocationList(allocations=[_allocation(row) for row in rows]))


def _allocation(row: Allocation) -> schema_access.Allocation:
    return schema_access.Allocation(
        allocation_id=row.allocation_id, client_id=row.client_id, team_id=row.team_id,
        staff_id=row.staff_id, since=row.from_at,
    )  # fmt: skip


@blueprint.post("/clients/<client_id>/allocations")
@permission("access:allocation:change")
@operation(schema_access.Allocation, schema_access.NewAllocation, status=201)
def allocate(client_id: str) -> Response:
    """From now on the client is this team's, this worker's, or both; 409 if it is so already.

    A program that sees no files may allocate every client it finds; a manager only those whom the
    manager works with already.
    """
    given = body(schema_access.NewAllocation)
    staff_id = found_staff(given.username) if given.username else None
    row = instance().allocations.start(actor(), client_id, team_id=given.team_id, staff_id=staff_id)
    return send(_allocation(row), 201)


@blueprint.delete("/clients/<client_id>/allocations/<allocation_id>")
@permission("access:allocation:change")
@operation(status=204)
def deallocate(client_id: str, allocation_id: str) -> Response:
    """The allocation is over."""
    instance().allocations.end(actor(), client_id, allocation_id)
    return Response(status=204)


@blueprint.post("/clients/<client_id>/glass")
@permission("access:glass:break")
@operation(schema_access.BrokenGlass, schema_access.BreakGlass, status=201)
def break_glass(client_id: str) -> Response:
    """Open a client's file in an emergency: the owners are told, and it is reviewed the next day."""
    given, subject = body(schema_access.BreakGlass), Subject(SubjectKind.CLIENT, client_id)
    broken = instance().glass.break_for(actor(), subject, given.reason, given.hours)
    shown = schema_access.BrokenGlass(
        grant_id=broken.grant_id, client_id=client_id, until=broken.until.astimezone(UTC)
    )
    return send(shown, 201)


@blueprint.delete("/glass/<grant_id>")
@signed_in
@operation(status=204)
def end_glass(grant_id: str) -> Response:
    """Close one's own before its time."""
    instance().glass.end(actor(), grant_id)
    return Response(status=204)


@blueprint.get("/notices")
@signed_in
@operation(schema_access.NoticeList)
def notices() -> Response:
    """What you are told about files you answer for, latest first."""
    return send(
        schema_access.NoticeList(
            notices=[
                schema_access.Notice(
                    notice_id=one.notice_id, kind=one.kind, subject_kind=one.subject.kind.value,
                    subject_id=one.subject.subject_id, about_staff_id=one.about_staff_id, at=one.at,
                )
                for one in instance().notices.unseen(actor())
            ]
        )
    )  # fmt: skip


@blueprint.post("/notices/<notice_id>/seen")
@signed_in
@operation(status=204)
def see_notice(notice_id: str) -> Response:
    """Put a notice away."""
    instance().notices.see(actor(), notice_id)
    return Response(status=204)


@blueprint.get("/access/reviews")
@permission("access:review:decide")
@operation(schema_access.ReviewList)
def reviews() -> Response:
    """Others' emergency and duty looks waiting to be reviewed, oldest first."""
    found, total = instance().reviews.waiting(actor())
    shown = [
        schema_access.Review(
            review_id=one.review_id, kind=one.kind, staff_id=one.staff_id,
            subject_kind=one.subject.kind.value, subject_id=one.subject.subject_id,
            reason=one.reason, at=one.at, until=one.until, is_overdue=one.is_overdue,
        )
        for one in found
    ]  # fmt: skip
    return send(schema_access.ReviewList(waiting=total, reviews=shown))


@blueprint.post("/access/reviews/<review_id>")
@permission("access:review:decide")
@operation(takes=schema_access.Verdict, status=204)
def decide_review(review_id: str) -> Response:
    """Say whether a look was justified; never one's own."""
    given = body(schema_access.Verdict)
    instance().reviews.decide(actor(), review_id, given.outcome, given.note)
    return Response(status=204)


def found_staff(username: str) -> str:
    """The id of the staff member of this user name. Raises Invalid if there is none."""
    found = find_staff(instance().database, username, field="username")
    if found.username != username:
        raise Invalid("There is no such user name.", fields={"username": "No such user name."})
    return found.staff_id
