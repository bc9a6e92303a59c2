"""The slips of OCR on clean text: letters taken for others, dropped, split lines, specks."""

import random

_ALIKE = {
    "0": "OO8", "1": "lI7", "2": "Z", "3": "8", "5": "S6", "6": "G8", "8": "B3", "9": "g", "O": "0Q",
    "I": "l1", "l": "I1", "S": "5", "B": "8", "Z": "2", "e": "co", "c": "e", "h": "b", "a": "o", "o": "ae",
    "u": "v", "n": "ri", "i": "l", "t": "f", "f": "t", "g": "q", ".": ",", ",": ".", "y": "v", "D": "O",
}  # fmt: skip
_PAIRS = (("rn", "m"), ("m", "rn"), ("cl", "d"), ("ll", "Il"), ("w", "vv"), ("ri", "n"))


def with_slips(text: str, rate: float, dice: random.Random) -> str:
    """The text with about this share of its characters read wrongly."""
    for pair, taken_for in _PAIRS:
        parts = text.split(pair)
        text = parts[0] + "".join(
            (taken_for if dice.random() < rate * 2 else pair) + part for part in parts[1:]
        )
    return "".join(_read(char, rate, dice) for char in text)


def _read(char: str, rate: float, dice: random.Random) -> str:
    if dice.random() >= rate:
        return char
    if char == "\n":
        return " " if dice.random() < 0.1 else char
    if char == " ":
        return dice.choice(("", "  ", "\n", " ' ", " "))
    chance = dice.random()
    if chance < 0.15:
        return ""
    if chance < 0.2:
        return char + dice.choice(" .'")
    return dice.choice(_ALIKE.get(char, char))
