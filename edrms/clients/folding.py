"""How names, references and numbers are folded so that two spellings of one thing compare equal. Pure."""

import re
import unicodedata

# Letters that have no accent to take off but are typed and read as these.
_PLAIN = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ı": "i"}
)


def fold_name(name: str) -> str:
    """Letters only, lower case, no accents, one space between parts: "O'Neill-Siân" -> "oneill sian"."""
    plain = unicodedata.normalize("NFKD", name)
    plain = "".join(char for char in plain if not unicodedata.combining(char))
    plain = re.sub(r"['’`.]", "", plain.lower().translate(_PLAIN))
    return " ".join(re.sub(r"[^a-z]+", " ", plain).split())


def fold_reference(value: str) -> str:
    """Letters and digits only, upper case: "lcs / 104233" -> "LCS104233"."""
    return re.sub(r"[^A-Z0-9]", "", value.upper())


def fold_digits(value: str) -> str:
    """Digits only: "999 123 4567" -> "9991234567"."""
    return re.sub(r"\D", "", value)
