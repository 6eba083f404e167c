"""Text that our fonts cannot print, written so that it can still be told (PDF/A wants each glyph).

The fonts that come with typst know Latin, Greek, Cyrillic, Arabic, Hebrew and many more letters;
Chinese, Japanese, Korean and pictures they do not. Such a character is written as `[U+674E]`.
"""

import re
from collections.abc import Callable
from typing import Any

from typst import TypstError

NOT_SHOWN = re.compile(r"the text `\"(.+?)\"` could not be displayed", re.DOTALL)
ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
BEYOND_LETTERS = 0x2E00
ARABIC_FORMS = range(0xFB00, 0x10000)
SCRIPTS = range(0x0900, 0x1E00)
"""Where whole alphabets stand together, which a font has or has not."""
MOST_ROUNDS = 20
"""How often a document is made anew; each round learns of one error, and what is learned stays."""

TURNS_TEXT_AROUND = [*range(0x202A, 0x202F), *range(0x2066, 0x206A)]
"""Controls of direction, by which a text could read otherwise than it is."""

_unprintable: set[int] = set(TURNS_TEXT_AROUND)
"""Characters that were found to have no glyph: single ones, in most scripts 32 that stand together,
and beyond the alphabets whole pages of 256."""


class TooManyNotPrintable(Exception):
    """The text has characters of too many kinds that no font of ours can print."""


def printed(make: Callable[[Any], bytes], data: Any) -> bytes:
    """Make a document of data, with what cannot be printed of it written as numbers.

    Args:
        make: Makes it; raises `TypstError` where a font has no glyph.
        data: Strings in lists and dictionaries.

    Raises:
        TooManyNotPrintable: It would take too many rounds; another attempt goes on from here.
    """
    for _ in range(MOST_ROUNDS):
        try:
            return make(_written(data))
        except TypstError as error:
            found = NOT_SHOWN.findall(str(error))
            if not _learned("".join(found)):
                raise
    raise TooManyNotPrintable


def _learned(shown: str) -> bool:
    """Learn which characters an error names; tells whether any is new."""
    text = ESCAPED.sub(lambda found: chr(int(found[1], 16)), shown)
    before = len(_unprintable)
    _unprintable.update(_page(letter) for letter in text if not _is_plain(letter))
    return len(_unprintable) > before


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable()


def _page(letter: str) -> int:
    code = ord(letter)
    if code in SCRIPTS:
        return -(code >> 5) - SCRIPTS.stop  # hardly any 32 are of two scripts
    return code if code < BEYOND_LETTERS or code in ARABIC_FORMS else -(code >> 8)


def _written(value: Any) -> Any:
    if isinstance(value, str):
        if _is_plain(value):
            return value
        return "".join(
            f"[U+{ord(letter):04X}]" if _page(letter) in _unprintable else letter
            for letter in value
        )
    if isinstance(value, dict):
        return {name: _written(one) for name, one in value.items()}
    return [_written(one) for one in value] if isinstance(value, list) else value
