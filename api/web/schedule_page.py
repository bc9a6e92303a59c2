"""The view models of retention schedules: rows in words, versions, what one would change."""

from collections.abc import Iterable, Sequence

from flask_babel import gettext as _

from api.authn import actor
from api.web.context import instance
from api.web.hold_wording import class_names
from api.web.presenting import pagination
from api.web.retention_wording import ACTIONS, BASES, EFFECTS, alternative_words
from api.web.subjects import href_of
from api.web.view_models import (
    ChangeRow,
    EnactPage,
    FieldError,
    PreviewPage,
    RuleRow,
    SchedulePage,
    VersionRow,
)
from edrms.access.policy import holds
from edrms.access.subjects import Subject, SubjectKind
from retention.comparing import Effect
from retention.desk import VIEW_DESK
from retention.model import Action, Rule
from retention.preview_work import PREVIEW
from retention.previewing import PAGE_SIZE, SeenChange
from retention.schedules import ENACT, PROPOSE
from retention.tables import ScheduleVersion
from retention.words import EVENTS, length

_COUNTED = (Effect.EARLIER, Effect.LATER, Effect.BECOMES_KNOWN, Effect.BECOMES_UNKNOWN,
            Effect.BECOMES_PERMANENT, Effect.OTHER)  # fmt: skip


def schedule_page(version: int | None, query: str) -> SchedulePage:
    """A version with its rows, those that have the words searched for; None: the one in force."""
    who, every = actor(), instance().retention.schedules.versions(actor())
    if version is None:
        version = instance().retention.schedules.number_in_force(who)
    rows = version_rows(every)
    found: tuple[RuleRow, ...] = ()
    shown, total = None, 0
    if version is not None:
        row, schedule = instance().retention.schedules.version(who, version)
        shown = next(one for one in rows if one.version == row.version)
        total = len(schedule.rules)
        found = tuple(rule_row(rule) for rule in schedule.rules.values() if _has(rule, query))
    return SchedulePage(
        sees_desk=holds(who, VIEW_DESK), shown=shown, rows=found, total=total, query=query,
        versions=rows, may_propose=holds(who, PROPOSE), may_preview=holds(who, PREVIEW),
        may_enact=holds(who, ENACT),
    )  # fmt: skip


def _has(rule: Rule, query: str) -> bool:
    """Whether a rule is of this class or has all of these words."""
    row = rule_row(rule)
    words = (
        f"{row.class_id} {row.title} {row.kept} {' '.join(row.otherwise)} {row.action} {row.basis} "
    )
    words += f"{row.authority} {row.owner} {row.notes}"
    return all(one in words.casefold() for one in query.casefold().split())


def rule_row(rule: Rule) -> RuleRow:
    """A rule in words."""
    kept = _("For good") if rule.action is Action.RETAIN else _(
        "%(span)s from %(event)s", span=length(rule.period), event=EVENTS[rule.trigger]
    )  # fmt: skip
    return RuleRow(
        class_id=rule.class_id, title=rule.title, kept=kept,
        otherwise=tuple(alternative_words(one) for one in rule.alternatives),
        action=str(ACTIONS[rule.action]), basis=str(BASES[rule.basis]), authority=rule.authority,
        owner=rule.owner, review_on=rule.review_on,
        maximum=length(rule.maximum) if rule.maximum else "", notes=rule.notes,
    )  # fmt: skip


def version_rows(every: Sequence[ScheduleVersion]) -> tuple[VersionRow, ...]:
    """Versions with who proposed and enacted them, newest first."""
    people = instance().staff.names(
        {name for row in every for name in (row.proposed_by, row.enacted_by) if name}
    )
    newest = max((row.version for row in every if row.in_force_from), default=0)
    return tuple(_version_row(row, people, newest) for row in every)


def _version_row(row: ScheduleVersion, people: dict[str, str], newest: int) -> VersionRow:
    if row.in_force_from is not None:
        state = "in_force" if row.replaced_at is None else "replaced"
    else:
        state = "proposed" if row.version > newest else "overtaken"
    return VersionRow(
        version=row.version, profile=row.profile, state=state,  # type: ignore[arg-type]
        note=row.note, proposed_by=people.get(row.proposed_by, row.proposed_by),
        proposed_at=row.proposed_at, enacted_by=people.get(row.enacted_by, row.enacted_by),
        in_force_from=row.in_force_from, enacted_because=row.enacted_because,
        replaced_at=row.replaced_at,
    )  # fmt: skip


def _one(version: int) -> tuple[ScheduleVersion, VersionRow]:
    row, _schedule = instance().retention.schedules.version(actor(), version)
    every = instance().retention.schedules.versions(actor())
    return row, next(one for one in version_rows(every) if one.version == version)


def preview_page(version: int, number: int) -> PreviewPage:
    """What a version would change, of the records the reader may see; one page of them (from 1)."""
    row, shown = _one(version)
    found = instance().retention.previews.of(actor(), version, number)
    names, sums = class_names(), found.sums
    may_enact = (
        shown.state == "proposed" and holds(actor(), ENACT) and row.proposed_by != actor().staff_id
    )
    return PreviewPage(
        shown=shown, state=found.state, percent=found.percent, is_under_way=found.is_under_way,
        is_current=found.is_current, begun_at=found.begun_at, against=found.against,
        records=sums.records, changed=sums.changed, become_due=sums.become_due,
        headings=(*(str(EFFECTS[one]) for one in _COUNTED), _("Newly due")),
        by_class=tuple(
            (class_id, names.get(class_id, ""),
             (*(counts.get(one, 0) for one in _COUNTED), sums.due_by_class.get(class_id, 0)))
            for class_id, counts in sorted(sums.by_class.items())
        ),
        first=tuple(change_rows(found.page)),
        paging=pagination(number, PAGE_SIZE, sums.changed), may_enact=may_enact,
    )  # fmt: skip


def change_rows(found: Iterable[SeenChange]) -> Iterable[ChangeRow]:
    """Records whose date would be another."""
    for one in found:
        yield ChangeRow(
            reference=one.reference, title=one.title, class_id=one.change.class_id,
            href=href_of(Subject(SubjectKind.RECORD, one.change.record_id)),
            effect=str(EFFECTS[one.change.effect]), becomes_due=one.change.becomes_due,
            before=one.before, after=one.after,
        )  # fmt: skip


def enact_page(
    version: int, reason: str = "", errors: tuple[FieldError, ...] = ()
) -> EnactPage:  # fmt: skip
    """The form that takes a version into force."""
    row, shown = _one(version)
    seen = instance().retention.previews.of(actor(), version, most=0)
    return EnactPage(
        shown=shown, previewed_at=seen.begun_at if seen.is_finished and seen.is_current else None,
        changed=seen.sums.changed, become_due=seen.sums.become_due,
        is_own=row.proposed_by == actor().staff_id,
        replaces=instance().retention.schedules.number_in_force(actor()), reason=reason,
        errors=errors,
    )  # fmt: skip
