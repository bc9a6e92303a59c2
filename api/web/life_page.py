"""The view models of a person's life events, and of the forms that add and withdraw one."""

from collections.abc import Iterable

from flask import request, url_for
from flask_babel import format_date
from flask_babel import gettext as _

from api.authn import actor
from api.web.context import instance
from api.web.forms import typed_date
from api.web.guarding_page import may, title_of
from api.web.retention_wording import KINDS, kind_words
from api.web.subjects import href_of, links_to
from api.web.view_models import Choice, FieldError, LifeFormPage, LifePage, LifeRow, WithdrawPage
from edrms.access.subjects import Subject
from edrms.access.subjects import SubjectKind as AccessKind
from edrms.errors import no_such
from edrms.fileplan import load_record_classes
from retention.life import SubjectKind
from retention.life_events import ClientLife
from retention.tables import LifeEvent

BY_FEED_ONLY = ("QC_PASS", "FY_END")  # of single records


def life_page(client_id: str) -> LifePage:
    """Everything said of a person that the reader may see. NotFound for one out of reach."""
    found = instance().retention.events.of_client(actor(), client_id)
    subject = Subject(AccessKind.CLIENT, client_id)
    return LifePage(
        title=title_of(subject),
        back_href=href_of(subject),
        rows=tuple(sorted(_rows(found), key=lambda row: row.on)),
        contradictions=tuple(one.words for one in found.contradictions),
        add_href=url_for("life.add", client_id=client_id) if may("retention:event:record") else "",
    )


def _rows(found: ClientLife) -> Iterable[LifeRow]:
    wrong = {one.event_id for clash in found.contradictions for one in clash.between}
    for kind, on in found.register:
        yield LifeRow(
            what=kind_words(kind), on=on, source=_("Register of clients"),
            is_contradicted=any(
                one.event_id == "" and one.kind == kind
                for clash in found.contradictions
                for one in clash.between
            ),
        )  # fmt: skip
    people = instance().staff.names(
        {name for row in found.events for name in (row.recorded_by, row.withdrawn_by) if name}
    )
    about = _about(found)
    for row in found.events:
        yield _row(found.client_id, row, about, people, is_contradicted=row.event_id in wrong)


def _row(
    client_id: str, row: LifeEvent, about: dict[str, str], people: dict[str, str], *,
    is_contradicted: bool,
) -> LifeRow:  # fmt: skip
    may_withdraw = row.withdrawn_at is None and may("retention:event:withdraw")
    return LifeRow(
        what=kind_words(row.kind),
        on=row.on,
        until=row.until,
        about=about.get(row.subject_id, ""),
        source=_("By hand") if row.source == "hand" else row.source,
        authority=row.authority,
        by=people.get(row.recorded_by, row.recorded_by),
        at=row.recorded_at,
        is_contradicted=is_contradicted,
        withdrawn_because=row.withdrawn_because,
        withdrawn_by=people.get(row.withdrawn_by, row.withdrawn_by),
        withdraw_href=url_for("life.withdraw", client_id=client_id, event_id=row.event_id)
        if may_withdraw
        else "",
    )


def _about(found: ClientLife) -> dict[str, str]:
    """What each event is about that is not about the whole person."""
    titles = {file_id: _class_title(kind) for file_id, kind in found.files}
    records = {
        Subject(AccessKind.RECORD, row.subject_id)
        for row in found.events
        if row.subject_kind == SubjectKind.RECORD
    }
    return titles | {one.subject_id: link.text for one, link in links_to(records).items()}


def _class_title(class_id: str) -> str:
    names = {one.id: one.name for one in load_record_classes()}
    return names.get(class_id, class_id)


def form_page(client_id: str, errors: tuple[FieldError, ...] = ()) -> LifeFormPage:
    """The form as first shown, or as typed. NotFound for a person out of reach."""
    subject, given = Subject(AccessKind.CLIENT, client_id), request.form
    files = instance().retention.events.files_of(actor(), client_id)
    return LifeFormPage(
        title=title_of(subject),
        href=request.path,
        back_href=url_for("life.show", client_id=client_id),
        kinds=tuple(
            Choice(value=kind, label=str(words))
            for kind, words in KINDS.items()
            if kind not in BY_FEED_ONLY
        ),
        files=tuple(Choice(value=one, label=_class_title(kind)) for one, kind in files),
        kind=given.get("kind") or request.args.get("kind", ""),
        about=given.get("about", ""),
        day=typed_date(given, "day"),
        until=typed_date(given, "until"),
        authority=given.get("authority", ""),
        errors=errors,
    )


def withdraw_page(
    client_id: str, event_id: str, errors: tuple[FieldError, ...] = ()
) -> WithdrawPage:
    """The form that takes one back. NotFound for what is not said of this person, or no longer."""
    found = instance().retention.events.of_client(actor(), client_id)
    row = next((one for one in found.events if one.event_id == event_id), None)
    if row is None or row.withdrawn_at is not None:
        raise no_such("life event")
    return WithdrawPage(
        title=title_of(Subject(AccessKind.CLIENT, client_id)),
        href=request.path,
        back_href=url_for("life.show", client_id=client_id),
        said=f"{kind_words(row.kind)}: {format_date(row.on, 'd MMMM y')}",
        reason=request.form.get("reason", ""),
        errors=errors,
    )
