"""Names of streets as people write them: folded for comparing, abbreviations written out.

Every rule here only proposes spellings. Whether one of them is a street is for the index to say, so
rules of several languages may stand side by side.
"""

import re
import unicodedata
from functools import lru_cache
from itertools import product

from rapidfuzz.distance import OSA

from geo.street_words import (
    CONTRARIES,
    DIGRAPHS,
    DROPPED_WORDS,
    FIRST_TYPES,
    FIRST_WORDS,
    GLUED_ENDINGS,
    INNER_WORDS,
    LAST_TYPES,
    LAST_WORDS,
)

ACCEPTED_SIMILARITY = 0.85
ONE_EDIT_FROM_LETTERS = 5
MOST_SPELLINGS = 12

_STROKES = str.maketrans(
    {"ø": "o", "æ": "ae", "œ": "oe", "đ": "d", "ð": "d", "ł": "l", "ı": "i", "þ": "th", "ħ": "h"}
)
_NO_WORD = re.compile(r"[\W_]+")
_ROMAN = re.compile(r"[ivx]+")
_DIGITS = re.compile(r"\d+")
_PARENTHESES = re.compile(r"\([^)]*\)?")
_DASHED = re.compile(r"\s+[-–—]\s+|\s*[/;|]\s*")


@lru_cache(maxsize=50_000)
def fold(text: str) -> str:
    """Lower the case and drop diacritics: `Töölö` and `toolo` become alike, `ß` becomes `ss`."""
    lowered = text.casefold()
    if lowered.isascii():
        return lowered
    plain = unicodedata.normalize("NFKD", lowered.translate(_STROKES))
    return "".join(character for character in plain if not unicodedata.combining(character))


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
    return _NO_WORD.sub(" ", fold(text).replace("'", "").replace("’", "")).split()


@lru_cache(maxsize=50_000)
def key(text: str) -> str:
    """Fold a name for comparing: no case, diacritics, blanks or dots."""
    return "".join(words(text))


def spelling(text: str) -> str:
    """Normalize a name but keep its diacritics: what two spellings of one street share."""
    normal = unicodedata.normalize("NFC", text.casefold())
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


def similarity(written: str, known: str) -> float:
    """Tell how alike two keys are, 0 when they are not to be taken for one street.

    One edit is a slip of the finger; more edits may be another street, above all when the kind of
    street or a number in the name differs (`Kirchgasse`, `Kirchstrasse`).
    """
    edits = OSA.distance(written, known)
    if edits > 1 and "ss" in known:  # a slip in ß is a slip in one letter
        edits = min(edits, OSA.distance(written.replace("ss", "s"), known.replace("ss", "s")))
    longest = max(len(written), len(known))
    likeness = 1 - edits / longest if longest else 0.0
    if _DIGITS.findall(written) != _DIGITS.findall(known) or are_contrary(written, known):
        return 0.0
    if edits <= 1 and longest >= ONE_EDIT_FROM_LETTERS:
        return likeness
    if likeness < ACCEPTED_SIMILARITY or written[:1] != known[:1]:
        return 0.0
    if _differ_in_type(written, known):
        return 0.0
    return likeness


def are_contrary(written: str, known: str) -> bool:
    """Tell whether one name begins as the contrary of the other: `Ostend…` and `Westend…`."""
    one, other = _beginnings(written), _beginnings(known)
    return any(a and b and a != b for a, b in zip(one, other, strict=True))


def are_numbered_apart(written: str, known: str) -> bool:
    """Tell whether two names end in different numerals or letters: `Rainier II`, `Street B`."""
    one, other = words(written), words(known)
    if len(one) < 2 or len(other) < 2 or one[-1] == other[-1]:
        return False
    last = (one[-1], other[-1])
    return all(len(word) == 1 for word in last) or all(map(_ROMAN.fullmatch, last))


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


def _differ_in_type(written: str, known: str) -> bool:
    """Tell whether both names say what kind of street they are, and say different kinds."""
    return _differ(_last_type(written), _last_type(known)) or _differ(
        _first_type(written), _first_type(known)
    )


def _differ(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and one != other


@lru_cache(maxsize=50_000)
def _beginnings(name: str) -> tuple[str, ...]:
    """Give the word of each group of contraries that a name begins with, the longest."""
    return tuple(
        max((word for word in group if name.startswith(word)), key=len, default="")
        for group in CONTRARIES
    )


@lru_cache(maxsize=50_000)
def _last_type(name: str) -> str | None:
    return next((kind for kind in LAST_TYPES if name.endswith(kind)), None)


@lru_cache(maxsize=50_000)
def _first_type(name: str) -> str | None:
    return next((kind for kind in FIRST_TYPES if name.startswith(kind)), None)


def has_street_type(name: str) -> bool:
    """Tell whether a name says what kind of street it is."""
    folded = key(name)
    return _last_type(folded) is not None or _first_type(folded) is not None
