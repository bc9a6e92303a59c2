"""Lays out the front-end libraries that npm installed, so that the web pages can serve them.

`npm ci && python -m api.web.assets` copies the style sheets and modules of GOV.UK Frontend and MoJ
Frontend into api/web/static/vendor, which git ignores. On the way it takes out what only a gov.uk
site may use: the GDS Transport typeface gives way to fonts the computer has, and neither crown nor
crest is copied. It also compiles the translations. Nothing here runs while a
page is served, save `require_vendor` at start-up.
"""

import re
import shutil
import sys
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

PROJECT = Path(__file__).resolve().parents[2]
VENDOR = Path(__file__).resolve().parent / "static" / "vendor"
TRANSLATIONS = Path(__file__).resolve().parent / "translations"
COMMAND = "npm ci && python -m api.web.assets"
FONT_STACK = '"Segoe UI","Liberation Sans",Arial,sans-serif'

_GOVUK = Path("govuk-frontend/dist/govuk")
_MOJ = Path("@ministryofjustice/frontend/moj")
_STYLES = {
    _GOVUK / "govuk-frontend.min.css": "govuk-frontend.css",
    _MOJ / "moj-frontend.min.css": "moj-frontend.css",
}
_SCRIPTS = {_GOVUK / "govuk-frontend.min.js": "govuk-frontend.js"}
_FONT_FACE = re.compile(r"@font-face\{[^}]*\}")
_GOVUK_FONT = re.compile(r'"?GDS Transport"?,\s*arial,\s*sans-serif', re.IGNORECASE)
_SOURCE_MAP = re.compile(r"(/\*# sourceMappingURL=[^*]*\*/|//# sourceMappingURL=\S*)\s*$")
_IMAGE = re.compile(r"url\(/assets/images/([a-z0-9-]+\.svg)\)")
_CREST = re.compile(r"[a-z-]+:url\(/assets/images/govuk-crest\.svg\);?")


class AssetsMissing(RuntimeError):
    """A front-end file is not there; the message names it and the command that brings it."""

    def __init__(self, missing: Path) -> None:
        super().__init__(f"{missing} is missing. Run: {COMMAND}")


def restyle(css: str) -> str:
    """The style sheet without gov.uk-only parts: local fonts, relative image addresses.

    Raises ValueError when the typeface is still named after the change: the library has changed
    its layout, and publishing it as it is would break the typeface's licence.
    """
    plain = _CREST.sub("", _FONT_FACE.sub("", css))
    plain = _SOURCE_MAP.sub("", _GOVUK_FONT.sub(FONT_STACK, plain))
    if "GDS Transport" in plain or "govuk-crest" in plain:
        raise ValueError("gov.uk-only typeface or crest left in the style sheet")
    return _IMAGE.sub(r"url(images/\1)", plain)


def lay_out(modules: Path, vendor: Path) -> tuple[Path, ...]:
    """Write the front-end files from `modules` (node_modules) to `vendor`; the paths written.

    `vendor` is emptied first, so a file of an older version never stays behind.
    Raises AssetsMissing when npm has not installed a library.
    """
    sources = (*_STYLES, *_SCRIPTS)
    for source in sources:
        if not (modules / source).is_file():
            raise AssetsMissing(modules / source)
    shutil.rmtree(vendor, ignore_errors=True)
    (vendor / "images").mkdir(parents=True)
    return (*_write_styles(modules, vendor), *_write_scripts(modules, vendor))


def require_vendor(vendor: Path = VENDOR) -> None:
    """Refuse to start a web process without its front-end files. Raises AssetsMissing."""
    for name in (*_STYLES.values(), *_SCRIPTS.values()):
        if not (vendor / name).is_file():
            raise AssetsMissing(vendor / name)


def compile_translations(folder: Path) -> tuple[Path, ...]:
    """Write each language's messages.po as the messages.mo that pages read; the paths written."""
    written = []
    for source in sorted(folder.glob("*/LC_MESSAGES/messages.po")):
        with source.open("rb") as text:
            catalogue = read_po(text, locale=source.parts[-3])
        with source.with_suffix(".mo").open("wb") as compiled:
            write_mo(compiled, catalogue)
        written.append(source.with_suffix(".mo"))
    return tuple(written)


def _write_styles(modules: Path, vendor: Path) -> list[Path]:
    written = []
    for source, name in _STYLES.items():
        css = restyle((modules / source).read_text(encoding="utf-8"))
        (vendor / name).write_text(css, encoding="utf-8")
        written.append(vendor / name)
        for image in sorted(set(re.findall(r"url\(images/([^)]+)\)", css))):
            found = modules / source.parent / "assets" / "images" / image
            if not found.is_file():
                raise AssetsMissing(found)
            shutil.copyfile(found, vendor / "images" / image)
            written.append(vendor / "images" / image)
    return written


def _write_scripts(modules: Path, vendor: Path) -> list[Path]:
    written = []
    for source, name in _SCRIPTS.items():
        script = _SOURCE_MAP.sub("", (modules / source).read_text(encoding="utf-8"))
        (vendor / name).write_text(script, encoding="utf-8")
        written.append(vendor / name)
    return written


def main() -> int:
    """Lay out the files of this project; 0 when done, 1 with a message when one is missing."""
    try:
        written = lay_out(PROJECT / "node_modules", VENDOR)
    except AssetsMissing as problem:
        print(problem, file=sys.stderr)
        return 1
    languages = compile_translations(TRANSLATIONS)
    print(f"{len(written)} files in {VENDOR.relative_to(PROJECT)}, {len(languages)} translations")
    return 0


if __name__ == "__main__":
    sys.exit(main())
