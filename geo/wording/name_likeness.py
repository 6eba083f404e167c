"""How alike two names of streets are: a slip of the finger, or another street."""

import re
from functools import lru_cache

from rapidfuzz.distance import OSA

from geo.wording.street_names import key, words
from geo.wording.street_words import CONTRARIES, FIRST_TYPES, LAST_TYPES

ACCEPTED_SIMILARITY = 0.85
ONE_EDIT_FROM_LETTERS = 5

_ROMAN = re.compile(r"[ivx]+")
_DIGITS = re.compile(r"\d+")


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
    pairs = zip(_beginnings(written), _beginnings(known), strict=True)
    return any(
        one and other and not (one.startswith(other) or other.startswith(one))
        for one, other in pairs
    )


def are_numbered_apart(written: str, known: str) -> bool:
    """Tell whether two names end in different numerals or letters: `Rainier II`, `Street B`."""
    one, other = words(written), words(known)
    if len(one) < 2 or len(other) < 2 or one[-1] == other[-1]:
        return False
    last = (one[-1], other[-1])
    return all(len(word) == 1 for word in last) or all(map(_ROMAN.fullmatch, last))


def has_street_type(name: str) -> bool:
    """Tell whether a name says what kind of street it is."""
    folded = key(name)
    return _last_type(folded) is not None or _first_type(folded) is not None


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
