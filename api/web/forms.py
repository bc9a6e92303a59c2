"""Reading what was typed into a form: dates in three parts, whole numbers, and faults by field."""

from collections.abc import Mapping
from datetime import date

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from api.web.view_models import DateFields, FieldError
from edrms.errors import Invalid

Given = MultiDict[str, str]


def typed_date(given: Given, field: str) -> DateFields:
    """The three parts as typed."""
    return DateFields(
        day=given.get(f"{field}-day", ""),
        month=given.get(f"{field}-month", ""),
        year=given.get(f"{field}-year", ""),
    )


def date_of(typed: DateFields, field: str) -> date | None:
    """The date typed, None for nothing. Raises Invalid for what is no date or has a short year."""
    parts = [typed.day.strip(), typed.month.strip(), typed.year.strip()]
    if not any(parts):
        return None
    message = _("Enter a real date, such as 3 11 2026.")
    if not all(part.isascii() and part.isdecimal() for part in parts) or len(parts[2]) != 4:
        raise Invalid(message, fields={field: message})
    day, month, year = (int(part) for part in parts)
    try:
        return date(year, month, day)
    except ValueError as error:
        raise Invalid(message, fields={field: message}) from error


def needed_date(typed: DateFields, field: str) -> date:
    """The same where a date must be given."""
    found = date_of(typed, field)
    if found is None:
        raise Invalid(_("Enter a date."), fields={field: _("Enter a date.")})
    return found


def whole_number(typed: str, field: str, message: str) -> int:
    """A whole number as typed. Raises Invalid with the message for anything else."""
    if not (typed.isascii() and typed.isdecimal() and len(typed) < 7):
        raise Invalid(message, fields={field: message})
    return int(typed)


def faults(error: Invalid, names: Mapping[str, str] | None = None) -> tuple[FieldError, ...]:
    """The faults for the page. names: the form's field for a field of the service."""
    names = names or {}
    found = error.fields or {"": error.message}
    return tuple(FieldError(field=names.get(f, f), message=text) for f, text in found.items())
