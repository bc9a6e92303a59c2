"""The one form of paper: an act shown, done, or shown again with what is wrong."""

from collections.abc import Callable, Mapping

from flask import redirect, render_template, request
from flask.typing import ResponseReturnValue

from api.web.forms import faults, typed_date
from api.web.shell import say, shell
from api.web.view_models import Choice, FieldError, FormField, PaperFormPage
from edrms.errors import Invalid, Refused


def line(name: str, label: str, hint: str = "", value: str = "") -> FormField:
    """A field of one line, as typed or with this value at first."""
    return FormField(name=name, label=label, hint=hint, value=request.form.get(name, value))


def lines(name: str, label: str, hint: str = "") -> FormField:
    """A field of several lines."""
    return FormField(
        name=name, label=label, hint=hint, kind="lines", value=request.form.get(name, "")
    )


def day(name: str, label: str, hint: str = "") -> FormField:
    """A day in three parts."""
    return FormField(
        name=name, label=label, hint=hint, kind="day", day=typed_date(request.form, name)
    )


def choice(name: str, label: str, choices: Mapping[str, str]) -> FormField:
    """One of several."""
    found = tuple(Choice(value=value, label=str(text)) for value, text in choices.items())
    return FormField(
        name=name, label=label, kind="choice", choices=found, value=request.form.get(name, "")
    )


def acted(
    page: Callable[[], PaperFormPage], do: Callable[[], tuple[str, str]]
) -> ResponseReturnValue:
    """The form, or what came of it. do: does it, and says what is done and where to go on.

    What is wrong is said on the form by field; what may not be done now on the page one came from.
    """
    if request.method == "GET":
        return _shown(page())
    try:
        said, href = do()
    except Invalid as error:
        return _shown(page(), error), 422
    except Refused as error:
        say("warning", error.message)
        return redirect(page().back_href, 303)
    say("success", said)
    return redirect(href, 303)


def _shown(page: PaperFormPage, error: Invalid | None = None) -> str:
    names = {one.name for one in page.fields}
    first = page.fields[0].name if page.fields else ""
    wrong = faults(error, {}) if error else ()
    found = tuple(
        one if one.field in names else FieldError(field=first, message=one.message) for one in wrong
    )
    return render_template("paper_form.html", page=page, errors=found, shell=shell())
