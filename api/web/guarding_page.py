"""The view models of who can see a client or record, and of the forms that change it."""

from collections.abc import Iterable, Mapping
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _

from api.authn import actor
from api.web import access_wording
from api.web.context import instance
from api.web.forms import typed_date
from api.web.subjects import address, href_of, links_to
from api.web.view_models import (
    AccessPage,
    Action,
    Choice,
    FieldError,
    GuardFormPage,
    GuardRow,
    IdentityPage,
    TieRow,
)
from edrms.access.guards import BY_HAND
from edrms.access.markings import OF_CLIENTS, OF_RECORDS
from edrms.access.policy import holds
from edrms.access.reports import Guarding
from edrms.access.subjects import Subject, SubjectKind
from edrms.access.tables import Allocation, Block, Grant, Marking
from edrms.clock import civil_date
from edrms.errors import no_such
from edrms.fileplan import Sensitivity

SEALED = Sensitivity.SEALED.value


def access_page(subject: Subject) -> AccessPage:
    """Everything that is live about the subject and that the reader may know."""
    found = instance().access_reports.guarding(actor(), subject)
    people, teams = _people(found), _teams(found.allocations)
    is_client = subject.kind is SubjectKind.CLIENT
    may_know_blocks = may("access:block:place") or may("access:block:lift")
    return AccessPage(
        title=title_of(subject),
        kind=subject.kind.value,
        back_href=href_of(subject),
        grants=tuple(_grant_row(one, subject, people) for one in found.grants),
        markings=tuple(_marking_row(one, subject, people) for one in found.markings),
        blocks=tuple(_block_row(one, subject, people) for one in found.blocks)
        if may_know_blocks
        else None,
        allocations=tuple(allocation_row(one, people, teams) for one in found.allocations)
        if is_client
        else None,
        identity_href=url_for("guarding.identity", client_id=subject.subject_id)
        if is_client and may("client:identity:link")
        else "",
        actions=tuple(_actions(subject, found)),
        report_href=address("access_reports.could_see", subject)
        if may("access:report:view")
        else "",
    )


def may(permission: str) -> bool:
    """Whether the reader holds this permission at all."""
    return holds(actor(), permission)


def title_of(subject: Subject) -> str:
    """What the subject is called. NotFound where the reader may not know."""
    link = links_to([subject])[subject]
    if not link.href:
        raise no_such(subject.kind)
    return link.text


def _people(found: Guarding) -> dict[str, str]:
    ids = {one.placed_by for one in found.markings}
    ids |= {who for one in found.grants for who in (one.staff_id, one.placed_by)}
    ids |= {who for one in found.blocks for who in (one.staff_id, one.placed_by)}
    ids |= {one.staff_id for one in found.allocations if one.staff_id}
    return instance().staff.names(ids)


def _teams(rows: Iterable[Allocation]) -> dict[str, str]:
    return instance().teams.names(row.team_id for row in rows if row.team_id)


def allocation_row(
    row: Allocation, people: Mapping[str, str], teams: Mapping[str, str], end_href: str = ""
) -> TieRow:
    """An allocation to a team, a worker, or a worker of a team."""
    who = [people[row.staff_id]] if row.staff_id else []
    who += [teams[row.team_id]] if row.team_id else []
    how = _("Their own worker") if row.staff_id else _("Their team")
    return TieRow(who=", ".join(who), how=how, since=row.from_at, end_href=end_href)


def _grant_row(row: Grant, subject: Subject, people: Mapping[str, str]) -> TieRow:
    end_href = address("guarding.end_grant", subject, guard_id=row.grant_id)
    return TieRow(
        who=people[row.staff_id],
        how=access_wording.relation_words(row.relation),
        since=row.from_at,
        until=row.until_at,
        reason=row.reason,
        by=people[row.placed_by],
        end_href=end_href if may("access:grant:end") else "",
    )


def _marking_row(row: Marking, subject: Subject, people: Mapping[str, str]) -> GuardRow:
    may_lift = may("access:marking:lift") and row.marking != SEALED
    href = address("guarding.lift_marking", subject, guard_id=row.marking_id)
    return GuardRow(
        what=access_wording.marking_words(row.marking),
        effect=str(access_wording.EFFECTS.get(row.marking, "")),
        lift_href=href if may_lift else "",
        **_guard(row, people),
    )


def _block_row(row: Block, subject: Subject, people: Mapping[str, str]) -> GuardRow:
    href = address("guarding.lift_block", subject, guard_id=row.block_id)
    return GuardRow(
        what=people[row.staff_id],
        lift_href=href if may("access:block:lift") else "",
        **_guard(row, people),
    )


def _guard(row: Marking | Block, people: Mapping[str, str]) -> dict[str, Any]:
    today = civil_date(instance().clock.now())
    return {
        "reason": row.reason, "by": people[row.placed_by], "since": row.from_at,
        "review_on": row.review_on,
        "is_due": row.review_on is not None and row.review_on <= today,
    }  # fmt: skip


def identity_page(client_id: str) -> IdentityPage:
    """Who this person was before, or is now."""
    subject = Subject(SubjectKind.CLIENT, client_id)
    ids = instance().seals.identities(actor(), client_id)
    found = [Subject(SubjectKind.CLIENT, one) for one in ids]
    links = links_to(found)
    return IdentityPage(
        title=title_of(subject),
        back_href=address("guarding.show", subject),
        identities=tuple(links[one] for one in found),
    )


def _actions(subject: Subject, found: Guarding) -> Iterable[Action]:
    is_client = subject.kind is SubjectKind.CLIENT
    if _relations():
        yield Action(text=_("Let somebody in"), href=address("guarding.grant", subject))
    if may("access:marking:place"):
        yield Action(text=_("Place a marking"), href=address("guarding.mark", subject))
    if may("access:block:place"):
        yield Action(text=_("Keep somebody out"), href=address("guarding.block", subject))
    is_sealed = any(one.marking == SEALED for one in found.markings)
    if is_client and may("access:seal:place") and not is_sealed:
        yield Action(text=_("Seal the file"), href=address("guarding.seal", subject))
    if is_client and instance().allocations.may_change(actor(), subject.subject_id):
        yield Action(
            text=_("Change who works with this person"),
            href=url_for("guarding.allocations", client_id=subject.subject_id),
        )


def _relations() -> tuple[Choice, ...]:
    return tuple(
        Choice(
            value=relation,
            label=access_wording.relation_words(relation),
            hint=str(access_wording.RELATION_HINTS[relation]),
        )
        for relation, permission in BY_HAND.items()
        if may(permission)
    )


def _markings(subject: Subject) -> tuple[Choice, ...]:
    known = OF_CLIENTS if subject.kind is SubjectKind.CLIENT else OF_RECORDS
    return tuple(
        Choice(value=code, label=str(words), hint=str(access_wording.EFFECTS[code]))
        for code, words in access_wording.MARKINGS.items()
        if code in known and code != SEALED
    )


def form_page(
    subject: Subject, action: str, errors: tuple[FieldError, ...] = (),
    guard_kind: str = "", guard_id: str = "",
) -> GuardFormPage:  # fmt: skip
    """The form of one action, as first shown or as typed. NotFound for a subject out of reach.

    First shown it is journalled as a look at who can see the subject; shown again, as what was refused.
    """
    given, headings = request.form, _headings()
    is_allocating = action == "allocate"
    ended = ""
    if request.method == "GET" and not is_allocating:
        found = instance().access_reports.guarding(actor(), subject, guard_id)
        ended = _ended(found, guard_kind, guard_id) if action == "end" else ""
    return GuardFormPage(
        action=action,  # type: ignore[arg-type]
        heading=headings[f"end {guard_kind}" if action == "end" else action],
        title=title_of(subject),
        href=request.path,
        back_href=href_of(subject) if is_allocating else address("guarding.show", subject),
        choices=_choices(subject, action),
        chosen=given.get("relation") or given.get("marking") or given.get("team", ""),
        staff=given.get("staff", ""),
        new_client=given.get("new_client", ""),
        reason=given.get("reason", ""),
        day=typed_date(given, "day"),
        said=ended,
        allocations=_allocations(subject) if is_allocating else (),
        errors=errors,
    )


def _headings() -> dict[str, str]:
    return {
        "grant": _("Let somebody in"),
        "mark": _("Place a marking"),
        "block": _("Keep somebody out"),
        "seal": _("Seal the file"),
        "allocate": _("Who works with this person"),
        "end grant": _("End a grant"),
        "end marking": _("Lift a marking"),
        "end block": _("Lift a block"),
    }


def _choices(subject: Subject, action: str) -> tuple[Choice, ...]:
    match action:
        case "grant":
            return _relations()
        case "mark":
            return _markings(subject)
        case "allocate":
            teams = instance().teams.choices(actor())
            return tuple(Choice(value=team.team_id, label=team.name) for team in teams)
    return ()


def _allocations(subject: Subject) -> tuple[TieRow, ...]:
    rows = instance().allocations.of(actor(), subject.subject_id)
    people = instance().staff.names(row.staff_id for row in rows if row.staff_id)
    teams = _teams(rows)
    return tuple(
        allocation_row(
            row, people, teams,
            url_for("guarding.end_allocation", client_id=subject.subject_id,
                    allocation_id=row.allocation_id),
        )
        for row in rows
    )  # fmt: skip


def _ended(found: Guarding, kind: str, guard_id: str) -> str:
    """What is about to be ended, in words. NotFound for what is not live on this subject."""
    people = _people(found)
    for grant in found.grants:
        if (kind, guard_id) == ("grant", grant.grant_id):
            how = access_wording.relation_words(grant.relation)
            return str(_("%(name)s: %(how)s", name=people[grant.staff_id], how=how))
    for marking in found.markings:
        if (kind, guard_id) == ("marking", marking.marking_id):
            return access_wording.marking_words(marking.marking)
    for block in found.blocks:
        if (kind, guard_id) == ("block", block.block_id):
            return str(_("%(name)s is kept out", name=people[block.staff_id]))
    raise no_such("guard")
