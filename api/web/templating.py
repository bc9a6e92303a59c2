"""Makes Flask's template engine ready for the pages: loaders, languages, and filters for words.

Filters turn values into what a person reads (a date, an NHS number, a size); they hold no rules of
the service. A template that names a field its view model lacks fails instead of showing nothing.
"""

import io
from collections.abc import Sequence
from dataclasses import is_dataclass
from datetime import date, datetime
from math import ceil
from pathlib import Path
from typing import Any, ClassVar

from flask import Flask, current_app, request, session
from flask_babel import Babel, format_date, format_datetime, get_locale, ngettext
from flask_babel import gettext as _
from jinja2 import ChoiceLoader, FileSystemLoader, PackageLoader, PrefixLoader, Undefined
from jinja2.bccache import Bucket, BytecodeCache
from jinja2.exceptions import UndefinedError
from markupsafe import Markup, escape

from api.web import wording
from api.web.view_models import ClientSummary, FieldError

WEB = Path(__file__).resolve().parent
TRANSLATIONS = WEB / "translations"
STATIC = WEB / "static"


class ViewUndefined(Undefined):
    """An absent name: allowed in the component macros' dictionaries, never in a view model."""

    def __init__(self, hint: str | None = None, obj: Any = None, *rest: Any, **named: Any) -> None:
        super().__init__(hint, obj, *rest, **named)
        if is_dataclass(obj):
            raise UndefinedError(
                hint or f"{type(obj).__name__} has no field {self._undefined_name}"
            )


class _CompiledOnce(BytecodeCache):
    """Templates compiled in this process, for every application it makes."""

    _compiled: ClassVar[dict[str, bytes]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take what was compiled from the same source."""
        if bucket.key in self._compiled:
            bucket.load_bytecode(io.BytesIO(self._compiled[bucket.key]))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep it for the next application."""
        self._compiled[bucket.key] = bucket.bytecode_to_string()


def install_templates(app: Flask) -> Babel:
    """Set the app's template engine, filters and languages. Call once, before any request.

    Reads app.config["LANGUAGES"], a sequence of codes, the first being the default ("en",).
    """
    app.jinja_loader = ChoiceLoader(
        [
            FileSystemLoader(WEB / "templates"),
            PrefixLoader({"govuk_frontend_jinja": PackageLoader("govuk_frontend_jinja")}),
        ]
    )
    app.config.setdefault("LANGUAGES", ("en",))
    app.jinja_env.bytecode_cache = _CompiledOnce()
    app.jinja_env.undefined = ViewUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(FILTERS)
    app.jinja_env.globals.update(page_language=page_language, wording=wording)
    return Babel(
        app,
        default_locale="en",
        default_timezone="Europe/London",
        default_translation_directories=str(TRANSLATIONS),
        locale_selector=choose_language,
    )


def choose_language() -> str:
    """The language chosen in this session, if it is one on offer; else the first on offer."""
    offered: Sequence[str] = current_app.config["LANGUAGES"]
    chosen = session.get("language", "") if request else ""
    return chosen if chosen in offered else offered[0]


def page_language() -> str:
    """Language code of the page, for the lang attribute."""
    return str(get_locale().language)


def civil_date(day: date | None) -> str:
    """3 November 2026; a plain sentence when there is none."""
    return format_date(day, "d MMMM y") if day else str(_("No date"))


def short_date(day: date | None) -> str:
    """3 Nov 2026, for columns."""
    return format_date(day, "d MMM y") if day else str(_("No date"))


def moment(at: datetime) -> str:
    """3 November 2026 at 2:05pm, in the council's time zone."""
    clock = format_datetime(at, "h:mm a").lower().replace(" ", "")
    return str(_("%(day)s at %(clock)s", day=format_datetime(at, "d MMMM y"), clock=clock))


def nhs_number(digits: str) -> str:
    """485 777 3456: grouped 3-3-4 as the NHS writes it. Anything not ten digits stays as it is."""
    if len(digits) != 10 or not digits.isdigit():
        return digits
    return f"{digits[:3]} {digits[3:6]} {digits[6:]}"


def client_facts(client: ClientSummary) -> list[str]:
    """What tells this client from another of the same name, each fact ready to read.

    The pages show it, and clients.suggest sends it as `facts`, so both say the same.
    """
    born = civil_date(client.born_on) if client.born_on else ""
    facts = [str(_("Born %(day)s", day=born)) if born else str(_("Date of birth not known"))]
    if client.died_on:
        facts.append(str(_("Died %(day)s", day=civil_date(client.died_on))))
    if client.nhs_number:
        facts.append(str(_("NHS %(number)s", number=nhs_number(client.nhs_number))))
    facts.extend(reference_words(known.system, known.value) for known in client.references)
    return [*facts, *(fact for fact in (client.address, client.service) if fact)]


def reference_words(system: str, value: str) -> str:
    """LCS 104233; the system is not said twice where the number begins with it (LCS/104233)."""
    return value if value.upper().startswith(system.upper()) else f"{system} {value}"


def file_size(size_bytes: int) -> str:
    """812 KB or 3.4 MB (1 KB is 1,000 bytes)."""
    if size_bytes < 1_000_000:
        return f"{ceil(size_bytes / 1000):,} KB"
    return f"{size_bytes / 1_000_000:,.1f} MB".replace(".0 ", " ")


def thousands(count: int) -> str:
    """12,345."""
    return f"{count:,}"


def span(seconds: int) -> str:
    """A length of time in the largest unit that says enough: 40 seconds, 3 minutes, 2 days."""
    if seconds < 60:
        return str(ngettext("%(num)s second", "%(num)s seconds", seconds))
    if seconds < 3600:
        return str(ngettext("%(num)s minute", "%(num)s minutes", seconds // 60))
    if seconds < 86_400:
        return str(ngettext("%(num)s hour", "%(num)s hours", seconds // 3600))
    return str(ngettext("%(num)s day", "%(num)s days", seconds // 86_400))


def marked(parts: Sequence[Any]) -> Markup:
    """Text parts as HTML, found words in mark elements. Every part is escaped."""
    pieces = [
        Markup("<mark>{}</mark>").format(part.text) if part.is_marked else escape(part.text)
        for part in parts
    ]
    return Markup("").join(pieces)


def error_for(errors: Sequence[FieldError], field: str) -> dict[str, str] | None:
    """The first fault of a field as the component macros want it, None when there is none."""
    return next(({"text": e.message} for e in errors if e.field == field), None)


FILTERS = {
    "civil_date": civil_date,
    "short_date": short_date,
    "moment": moment,
    "nhs_number": nhs_number,
    "client_facts": client_facts,
    "file_size": file_size,
    "thousands": thousands,
    "span": span,
    "marked": marked,
    "error_for": error_for,
}
