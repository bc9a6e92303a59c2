"""The workbench's form: as suggested, as the person left it, and the decision it amounts to."""

from collections.abc import Mapping
from datetime import date

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from api.web.view_models import DateFields, IndexForm
from edrms.errors import Invalid
from scanning.batches.tables import Document
from scanning.indexing.filing import IndexDecision
from scanning.indexing.plain import suggestion_from_plain

LIKELIER_THAN_NOT = 0.5
LONGEST_TITLE = 200
EARLIEST_YEAR = 1900
Given = MultiDict[str, str]


def form_from_suggestion(document: Document) -> IndexForm:
    """The form as first shown: what is likelier than not is filled in, the rest left to the person."""
    suggestion = suggestion_from_plain(document.suggestion)
    suggested, found = suggestion.document_type, suggestion.document_date
    likely = [m for m in suggestion.clients if m.score > LIKELIER_THAN_NOT and not m.vetoes]
    return IndexForm(
        type=suggested.code or "" if suggested.score > LIKELIER_THAN_NOT else "",
        client_ids=tuple(match.client_id for match in likely),
        title=suggestion.title,
        document_date=DateFields.of(found.on) if found else DateFields(),
    )


def form_from_request(given: Given) -> IndexForm:
    """The form as the person left it."""
    return IndexForm(
        type=given.get("type", ""),
        other_type=given.get("other_type", ""),
        client_ids=tuple(dict.fromkeys(given.getlist("client"))),
        title=given.get("title", ""),
        document_date=DateFields(
            day=given.get("document_date-day", ""),
            month=given.get("document_date-month", ""),
            year=given.get("document_date-year", ""),
        ),
        client_query=given.get("client_query", ""),
        skip_reason=given.get("skip_reason", ""),
        reject_reason=given.get("reject_reason", ""),
    )


def decision_of(given: Given, today: date) -> IndexDecision:
    """What the form decides. Raises Invalid naming each field at fault, all at once."""
    form, wrong = form_from_request(given), dict[str, str]()
    document_type = _chosen_type(form, wrong)
    document_date = _document_date(form.document_date, today, wrong)
    if not form.client_ids:
        wrong["client"] = _("Choose the client this is about.")
    if len(form.title.strip()) > LONGEST_TITLE:
        wrong["title"] = _("Use at most %(most)s characters.", most=LONGEST_TITLE)
    if wrong:
        raise Invalid(_("The document was not filed."), fields=wrong)
    return IndexDecision(
        document_type, form.client_ids, document_date, form.title, {"by": "person"}
    )


def _chosen_type(form: IndexForm, wrong: dict[str, str]) -> str:
    """The type chosen; two different ones (possible without scripts) are a question, not a guess."""
    if form.type in ("", "other"):
        if not form.other_type:
            wrong["type"] = _("Choose a document type.")
        return form.other_type
    if form.other_type not in ("", form.type):
        wrong["type"] = _("Two types are chosen. Keep one: for the list, choose “Another type”.")
    return form.type


def _document_date(typed: DateFields, today: date, wrong: dict[str, str]) -> date | None:
    parts = [part.strip() for part in (typed.year, typed.month, typed.day)]
    if not any(parts):
        return None
    try:
        found = date(*(int(part) for part in parts))
    except (ValueError, OverflowError):
        wrong["document_date"] = _("Enter a real date, such as 3 11 2026, or leave it empty.")
        return None
    if found > today:
        wrong["document_date"] = _("The date of the document cannot be in the future.")
    if found.year < EARLIEST_YEAR:
        wrong["document_date"] = _("Enter the year in full, such as 2026.")
    return found


def reason_of(given: Mapping[str, str], field: str, missing: str) -> str:
    """The reason chosen for skipping or rejecting. Raises Invalid for the field when there is none."""
    reason = given.get(field, "").strip()
    if not reason:
        raise Invalid(missing, fields={field: missing})
    return reason
