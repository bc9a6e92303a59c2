"""The view models of the governance desk: numbers with the lists behind them, and the lists."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from flask import url_for
from flask_babel import format_date, ngettext
from flask_babel import gettext as _

from api.authn import actor
from api.web.context import instance
from api.web.desk_form import filter_of, records_href
from api.web.hold_wording import class_names
from api.web.retention_wording import STANDINGS, lack_words
from api.web.subjects import href_of, links_to
from api.web.templating import short_date
from api.web.view_models import (
    DeskBar,
    DeskClassRow,
    DeskPage,
    Figure,
    KeptRow,
    LackRow,
    SubjectLink,
)
from edrms.access.policy import holds
from edrms.access.subjects import Subject, SubjectKind
from edrms.clock import civil_date
from retention.desk import VIEW_DESK, Listed, OfClient
from retention.desk_facts import Lacking
from retention.desk_filter import NO_CLASS, NO_TRIGGER, Standing, Wanted
from retention.desk_totals import ClassTotals, Stretch, Totals
from retention.model import Due, NotDue, Permanent, Unknown
from retention.words import day

Given = Mapping[str, str]


def desk_page(given: Given, wanted: Wanted) -> DeskPage:
    """What falls due when, as far as the filter and the reader's access go."""
    found = instance().retention.desk.totals(actor(), wanted)
    return DeskPage(
        as_of=instance().clock.now(),
        filter=filter_of(given, {}),
        has_schedule=instance().retention.schedules.number_in_force(actor()) is not None,
        figures=tuple(_figures(given, wanted, found)),
        months=tuple(_bar(given, one, "MMMM y") for one in found.months),
        years=(*(_bar(given, one, "y") for one in found.years), _beyond(given, found.beyond)),
        classes=tuple(_class_row(given, row, found) for row in found.classes.values()),
        year_ends=found.year_ends,
    )


def _figures(given: Given, wanted: Wanted, found: Totals) -> Iterable[Figure]:
    yield Figure(
        label=_("Due now"), count=found.overdue, is_alarm=bool(found.overdue),
        href=records_href(given, Standing.OVERDUE),
        detail=_("Their day has come. Nothing is destroyed before people have decided."),
    )  # fmt: skip
    facts = instance().retention.desk_facts.count(actor(), wanted)
    yield Figure(
        label=_("Facts to find out"), count=facts, href=_facts_href(given),
        detail=_("Without them records have no date and are kept."),
    )  # fmt: skip
    yield Figure(
        label=_("Records without a date"), count=found.unknown,
        href=records_href(given, Standing.UNKNOWN), detail=_("A fact is missing for each."),
    )  # fmt: skip
    yield Figure(
        label=_("Kept for good"), count=found.permanent,
        href=records_href(given, Standing.PERMANENT), detail=_("A rule retains them."),
    )  # fmt: skip
    if found.waiting:
        yield Figure(
            label=_("Not worked out yet"), count=found.waiting,
            href=records_href(given, Standing.WAITING),
            detail=_("Filed lately. They are kept; most are dated within minutes."),
        )  # fmt: skip
    yield from _sealed_figures()
    yield from _others_figures()


def _sealed_figures() -> Iterable[Figure]:
    """What is due under a seal, for who admits people to it: no governance officer can see it before."""
    if not holds(actor(), "access:seal:admit"):
        return
    due = instance().retention.desk.overdue(actor(), sealed=True)
    yield Figure(
        label=_("Sealed records due"), count=due, is_alarm=bool(due),
        href=url_for("retention_desk.records", state="overdue", sealed="yes"),
        detail=_("Admit an information governance officer, who can propose them."),
    )  # fmt: skip


def _others_figures() -> Iterable[Figure]:
    """What waits in the rooms beside the desk: cases of disposal, and holds."""
    if holds(actor(), "disposal:case:view"):
        cases = instance().disposal.cases.waiting_for(actor())
        yield Figure(
            label=_("Cases waiting for me"), count=cases, href=url_for("disposal.index"),
            is_alarm=bool(cases), detail=_("Of disposal, whose next step you can take."),
        )  # fmt: skip
    yield from _hold_figures()


def _hold_figures() -> Iterable[Figure]:
    """Holds that wait to be looked at, for whoever may see holds."""
    if not holds(actor(), "hold:hold:view"):
        return
    due = instance().holds.to_review(actor())
    yield Figure(
        label=_("Holds to look at"), count=due, href=url_for("holds.index", show="due"),
        is_alarm=bool(due), detail=_("Past their review day, or without an owner."),
    )  # fmt: skip


def home_figures() -> tuple[Figure, ...]:
    """What waits for whoever answers for how long records stay; nothing for others."""
    who = actor()
    if not holds(who, VIEW_DESK):
        return ()
    overdue = instance().retention.desk.overdue(who)
    facts = instance().retention.desk_facts.count(who)
    return (
        Figure(label=_("Records due"), count=overdue, is_alarm=bool(overdue),
               href=url_for("retention_desk.records", state="overdue"),
               detail=_("Their day has come.")),
        Figure(label=_("Facts to find out"), count=facts, href=url_for("retention_desk.unknown"),
               detail=_("Without them records have no date.")),
        *_sealed_figures(),
        *_others_figures(),
    )  # fmt: skip


def _facts_href(given: Given) -> str:
    parts = {name: given[name] for name in ("class", "service") if given[name]}
    return url_for("retention_desk.unknown", **parts)  # type: ignore[arg-type]


def _bar(given: Given, stretch: Stretch, layout: str) -> DeskBar:
    href = records_href(given, from_day=stretch.from_day, to_day=stretch.to_day)
    return DeskBar(
        label=str(format_date(stretch.from_day, layout)), count=stretch.records, href=href
    )  # fmt: skip


def _beyond(given: Given, stretch: Stretch) -> DeskBar:
    href = records_href(given, from_day=stretch.from_day)
    label = _("%(year)s and after", year=stretch.from_day.year)
    return DeskBar(label=label, count=stretch.records, href=href)


def _class_row(given: Given, row: ClassTotals, found: Totals) -> DeskClassRow:
    code = row.class_id or NO_CLASS
    tomorrow, ends = found.months[0].from_day, found.year_ends
    after = date.fromordinal(ends.toordinal() + 1)
    name = class_names().get(row.class_id, "")
    return DeskClassRow(
        code=row.class_id,
        name=name if row.class_id else _("No class (kept longer by a person)"),
        href=url_for("retention_desk.index", **{"class": code}),  # type: ignore[arg-type]
        counts=(
            (row.overdue, records_href(given, Standing.OVERDUE, code)),
            (row.year, records_href(given, None, code, tomorrow, ends)),
            (row.later, records_href(given, None, code, after)),
            (row.unknown, records_href(given, Standing.UNKNOWN, code)),
            (row.permanent, records_href(given, Standing.PERMANENT, code)),
        ),
    )


def kept_row(row: Listed) -> KeptRow:
    """A record in a list."""
    standing, when = _stands(row)
    return KeptRow(
        reference=row.reference, title=row.title, classes=row.classes, when=when,
        href=href_of(Subject(SubjectKind.RECORD, row.record_id)), state=str(STANDINGS[standing]),
        is_due=standing == Standing.OVERDUE, is_held=row.is_held, why=row.why,
    )  # fmt: skip


def _stands(row: Listed) -> tuple[str, str]:
    match row.answer:
        case Due():
            return Standing.OVERDUE, short_date(row.answer.on)
        case NotDue():
            return Standing.AHEAD, short_date(row.answer.until)
        case Permanent():
            return Standing.PERMANENT, ""
        case Unknown():
            least = row.answer.not_before
            when = _("at least until %(day)s", day=short_date(least)) if least else ""
            return Standing.UNKNOWN, when
    return Standing.WAITING, ""


def lack_rows(found: Sequence[Lacking]) -> tuple[LackRow, ...]:
    """Facts in the work list, with who they are about and where to put them right."""
    about = {one.client_id: Subject(SubjectKind.CLIENT, one.client_id) for one in found}
    links = links_to(about.values())
    return tuple(_lack_row(one, links[about[one.client_id]]) for one in found)


def _lack_row(one: Lacking, who: SubjectLink) -> LackRow:
    parts = {"state": "unknown", "client": one.client_id, "why": one.why,
             "lacks": one.trigger or NO_TRIGGER}  # fmt: skip
    return LackRow(
        who=who, what=lack_words(one.trigger, one.why), classes=one.class_ids,
        records=one.records,
        records_href=url_for("retention_desk.records", **parts),  # type: ignore[arg-type]
        settles=one.settles, since=civil_date(one.since), remedy=_remedy(one) if who.href else None,
    )  # fmt: skip


def _remedy(one: Lacking) -> SubjectLink:
    """Where it is put right: the schedule for a rule, the life for what contradicts, else the form."""
    if not one.trigger:
        return SubjectLink(text=_("See the schedule"), href=url_for("retention_schedule.index"))
    if one.why == "unknown" and holds(actor(), "retention:event:record"):
        href = url_for("life.add", client_id=one.client_id, kind=one.trigger)
        return SubjectLink(text=_("Add the date"), href=href)
    return SubjectLink(
        text=_("See life events"), href=url_for("life.show", client_id=one.client_id)
    )


def kept_words(found: OfClient | None) -> tuple[str, ...]:
    """Until when a person's documents are kept, of those the reader may see, in sentences."""
    if found is None:
        return ()
    said = []
    if found.overdue:
        said.append(
            ngettext("%(num)s document is due.", "%(num)s documents are due.", found.overdue)
        )
    if found.last_on is not None:
        said.append(_("The latest date of a document: %(day)s.", day=day(found.last_on)))
        said.append(found.why)
    if found.unknown:
        said.append(ngettext("%(num)s document has no date, since a fact is missing.",
                             "%(num)s documents have no date, since facts are missing.",
                             found.unknown))  # fmt: skip
    if found.permanent:
        said.append(ngettext("%(num)s document is kept for good.",
                             "%(num)s documents are kept for good.", found.permanent))  # fmt: skip
    if found.waiting:
        said.append(ngettext("%(num)s document is not worked out yet.",
                             "%(num)s documents are not worked out yet.", found.waiting))  # fmt: skip
    return tuple(str(one) for one in said)
