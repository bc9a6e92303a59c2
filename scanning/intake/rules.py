"""What becomes of a file name. Names are for people to recognise; no path is ever made from one. Pure."""

import re
import unicodedata

LONGEST_NAME = 160
_UNSAFE = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def clean_file_name(given: str) -> str:
    """A name safe to show: last path part, no control or direction marks, at most 160 characters.

    The end is kept when a long name is shortened, so that its extension stays visible.
    """
    last = re.split(r"[/\\]", given)[-1]
    shown = "".join(char for char in last if unicodedata.category(char) not in _UNSAFE)
    shown = " ".join(unicodedata.normalize("NFC", shown).split())
    if len(shown) > LONGEST_NAME:
        shown = f"{shown[: LONGEST_NAME - 31]}…{shown[-30:]}"
    return shown if shown.strip(". ") else "unnamed file"
