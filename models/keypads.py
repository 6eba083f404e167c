"""What somebody types at an automat, and how long its keypad rests after wrong codes (G14).

A PIN is typed as it is, a return code after `*` (R32), a backup code is ten digits long (2.17); `#`
ends each. All of it is plain data, so that a keypad which rests goes on resting after a power cut.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from models.automat_reports import CodeKind
from models.settings import LONGEST_PIN, SHORTEST_PIN
from models.times import after

END = "#"
RETURN_MARK = "*"
BACKUP_CODE_DIGITS = 10
MISSES_BEFORE_REST = 5
FIRST_REST, LONGEST_REST = timedelta(minutes=1), timedelta(minutes=15)
FORGOTTEN_AFTER = timedelta(hours=1)
"""So long after the last miss, the next one begins a new row."""

PIN = re.compile(f"[0-9]{{{SHORTEST_PIN},{LONGEST_PIN}}}")
FORMS = {
    CodeKind.PIN: re.compile(f"({PIN.pattern})"),
    CodeKind.RETURN_CODE: re.compile(rf"\{RETURN_MARK}({PIN.pattern})"),
    CodeKind.BACKUP_CODE: re.compile(f"([0-9]{{{BACKUP_CODE_DIGITS}}})"),
}


@dataclass(frozen=True, slots=True)
class Typed:
    """A code as somebody typed it. It does not show its digits when it is printed.

    Args:
        kind: What kind of code it would be.
        digits: Its digits alone.
    """

    kind: CodeKind
    digits: str

    @classmethod
    def read(cls, keys: str) -> Self | None:
        """Read the keys that were pressed, with or without the `#` at their end.

        Returns:
            None for what cannot be a code at all: at the keypad that is one wrong code more.
        """
        pressed = keys.removesuffix(END)
        for kind, form in FORMS.items():
            if found := form.fullmatch(pressed):
                return cls(kind, found[1])
        return None

    def __repr__(self) -> str:
        """Say what it is without its digits."""
        return f"Typed({self.kind.value}, {len(self.digits)} digits)"


@dataclass(frozen=True, slots=True)
class Keypad:
    """How many wrong codes were typed in a row, and since when.

    From the fifth wrong code in a row on it rests after each: 1 minute, then 2, 4, 8, and 15 at
    most. While it rests it takes no code, not even a right one, and counts none. A code that opens
    a door ends the row, and so does an hour without a wrong one. A code that the automat knows but
    does not open now, such as one that is too early, neither counts nor ends it.

    So nobody tries more than eleven codes in an hour, and to guess one of thirty PINs of six digits
    takes months.

    Args:
        misses: How many wrong codes there were in a row.
        missed_at: When the last of them was typed, by the automat's clock; null for none.
    """

    misses: int = 0
    missed_at: datetime | None = None

    @property
    def rest(self) -> timedelta:
        """How long it rests after its last miss."""
        if self.misses < MISSES_BEFORE_REST:
            return timedelta()
        doublings = min(self.misses - MISSES_BEFORE_REST, 10)
        return min(FIRST_REST * (1 << doublings), LONGEST_REST)

    @property
    def rests_until(self) -> datetime | None:
        """When it takes codes again; null when it does not rest after its last miss."""
        if self.missed_at is None or not self.rest:
            return None
        return after(self.missed_at, self.rest)

    def is_resting(self, at: datetime) -> bool:
        """Tell whether it takes no code at a moment.

        A clock that was set back to before the last miss does not let it rest for longer.
        """
        return self.missed_at is not None and timedelta() <= at - self.missed_at < self.rest

    def missed(self, at: datetime) -> "Keypad":
        """Count one wrong code more."""
        if self.missed_at is None or at - self.missed_at >= FORGOTTEN_AFTER:
            return Keypad(1, at)
        return Keypad(self.misses + 1, at)

    def hit(self) -> "Keypad":
        """Begin anew, after a code that opened a door."""
        return Keypad()
