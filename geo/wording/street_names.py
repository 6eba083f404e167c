"""Names of streets as people write them: folded for comparing, abbreviations written out.

Every rule here only proposes spellings. Whether one of them is a street is for the index to say, so
rules of several languages may stand side by side.
"""

import re
import unicodedata
from functools import lru_cache
from itertools import product

from geo.wording.street_words import (
    DIGRAPHS,
    DROPPED_WORDS,
    FIRST_WORDS,
    GLUED_ENDINGS,
    INNER_WORDS,
    LAST_WORDS,
)

MOST_SPELLINGS = 12

_STROKES = str.maketrans(
    {
        "ø": "o",
        "æ": "ae",
        "œ": "oe",
        "đ": "d",
        "ð": "d",
        "ł": "l",
        "\u0131": "i",
        "þ": "th",
        "ħ": "h",
    }
)
_NO_WORD = re.compile(r"[\W_]+")
_PARENTHESES = re.compile(r"\([^)]*\)?")
_DASHED = re.compile(r"\s+[-\u2013\u2014]\s+|\s*[/;|]\s*")


@lru_cache(maxsize=50_000)
def fold(text: str) -> str:
    """Lower the case and drop diacritics: `Töölö` and `toolo` become alike, `ß` becomes `ss`."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text).casefold().translate(_STROKES)
    split = unicodedata.normalize("NFKD", plain).casefold()
    return "".join(character for character in split if not unicodedata.combining(character))


class _OneForOne(dict[int, str]):
    """Each letter folded to exactly one."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        plain = (fold(character) or character)[0]
        self[code] = plain
        return plain


_ONE_FOR_ONE = _OneForOne()


def aligned(text: str) -> str:
    """Fold a text letter for letter, so that positions in it are positions in the text."""
    return text.translate(_ONE_FOR_ONE)


def words(text: str) -> list[str]:
    """Give the folded words of a text, without punctuation."""
    return _NO_WORD.sub(" ", fold(text).replace("'", "").replace("\u2019", "")).split()


@lru_cache(maxsize=50_000)
def key(text: str) -> str:
    """Fold a name for comparing: no case, diacritics, blanks or dots."""
    return "".join(words(text))


def spelling(text: str) -> str:
    """Normalize a name but keep its diacritics: what two spellings of one street share."""
    normal = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
    return " ".join(_NO_WORD.sub(" ", normal).split())


def as_written(text: str) -> str:
    """Normalize blanks and letters only: what tells one street of the data from another."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def parts_of_name(name: str) -> list[str]:
    """Give a name, and its halves when it is written in two languages, as `Bozen - Bolzano`."""
    bare = _PARENTHESES.sub(" ", name).strip()
    halves = [half.strip() for half in _DASHED.split(bare) if len(half.strip()) > 2]
    return list(dict.fromkeys([name, bare or name, *(halves if len(halves) > 1 else [])]))


@lru_cache(maxsize=20_000)
def spellings(street: str) -> tuple[tuple[str, float], ...]:
    """Give the keys that a written street may stand for, with how sure each is, best first."""
    given = words(street)
    if not given:
        return ()
    found = {"".join(given): 1.0}
    firsts = _choices(given[0], FIRST_WORDS) if len(given) > 1 else [given[0]]
    inner = [_choices(word, INNER_WORDS) for word in given[1:-1]]
    lasts = [*_choices(given[-1], LAST_WORDS)] if len(given) > 1 else [given[0]]
    lasts += _written_out(given[-1])
    sequence = [lasts] if len(given) == 1 else [firsts, *inner, lasts]
    for chosen in product(*sequence):
        found.setdefault("".join(chosen), 0.97)
        if len(found) >= MOST_SPELLINGS:
            break
    for spelled in list(found):
        for pair, letter in DIGRAPHS:
            if pair in spelled:
                found.setdefault(spelled.replace(pair, letter), 0.97)
    for dropped in _without_type(given):
        found.setdefault(dropped, 0.96)
    return tuple(found.items())


def stored_keys(name: str) -> set[str]:
    """Give the keys under which the index keeps a name of the data."""
    keys: set[str] = set()
    for part in parts_of_name(name):
        given = words(part)
        keys |= {"".join(given), *_without_type(given)}
        if given:
            keys |= {"".join([*given[:-1], ending]) for ending in _certain_ending(given[-1])}
    return {each for each in keys if each}


def one_letter_less(name: str) -> set[str]:
    """Give a key itself and every key that is left when one letter is taken away."""
    return {name, *(name[:place] + name[place + 1 :] for place in range(len(name)))}


def _choices(word: str, table: dict[str, tuple[str, ...]]) -> list[str]:
    return [word, *table.get(word, ())]


def _written_out(last: str) -> list[str]:
    """Write out an ending that is glued to the last word, as in `Mannerheimint.`."""
    return [
        last[: -len(short)] + long
        for short, endings in GLUED_ENDINGS
        if last.endswith(short) and len(last) > len(short) + 2
        for long in endings
    ]


def _certain_ending(last: str) -> list[str]:
    """Write out the endings that are always abbreviations, for names that the data shortens."""
    if last == "str":
        return ["strasse"]
    return [last[:-3] + "strasse"] if last.endswith("str") and len(last) > 5 else []


def _without_type(given: list[str]) -> list[str]:
    """Leave out a word that people leave out, as `tänav` in Estonia or `ul.` in Poland."""
    if len(given) < 2:
        return []
    left = [given[:-1]] if given[-1] in DROPPED_WORDS else []
    left += [given[1:]] if given[0] in DROPPED_WORDS else []
    return ["".join(rest) for rest in left]
