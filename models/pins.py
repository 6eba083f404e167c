"""PINs: making ones that nobody guesses at once (livionkey.md 3.2, G13)."""

import re
import secrets
from collections.abc import Container
from datetime import timedelta

from models.errors import InvalidInput
from models.settings import LONGEST_PIN, SHORTEST_PIN

COOL_DOWN = timedelta(days=7)
"""How long a PIN that opens nothing any more is not used again at the same automat."""


def new_pin(taken: Container[str], length: int) -> str:
    """Make a PIN of so many digits that is hard to guess and not `taken` (G13)."""
    while True:
        pin = f"{secrets.randbelow(10**length):0{length}}"
        if pin not in taken and not is_easy(pin):
            return pin


def is_easy(pin: str) -> bool:
    """Tell whether a PIN has a run (`345`, `543`), a repeat (`777`), or repeats itself (`121212`).

    Three like digits or three running ones anywhere are enough.
    """
    return _EASY.search(pin) is not None


_DIGITS = "0123456789"
_RUNS = "|".join(digits[at : at + 3] for digits in (_DIGITS, _DIGITS[::-1]) for at in range(8))
_EASY = re.compile(rf"([0-9])\1\1|{_RUNS}|^([0-9]+)\2+$")


def checked_code(code: str, *, path: tuple[str, ...]) -> str:
    """Check a code that somebody chose: four to nine digits (R21, X4).

    Raises:
        InvalidInput: It is something else. The message does not repeat it: it is a secret.
    """
    if not re.fullmatch(rf"[0-9]{{{SHORTEST_PIN},{LONGEST_PIN}}}", code):
        what = path[-1].replace("_", " ")
        message = f"A {what} has {SHORTEST_PIN} to {LONGEST_PIN} digits."
        raise InvalidInput(message, path=path)
    return code
