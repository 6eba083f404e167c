"""Postal codes: what they look like in a country, and how two of them are compared."""

import re
from functools import lru_cache

from rapidfuzz.distance import OSA

_DIGITS = {
    3: "IS FO",
    4: "AT AU BE BG CH CY DK GE HU LI LU LV MD MK MT NO NZ PH SI TN ZA",
    5: "AX DE EE ES FI FR HR IT LT MC MX ME RS SM TR UA US VA BA",
    6: "BY CN IN KZ RO RU SG VN",
}
_SHAPES = {
    "SE": r"\d{3} ?\d{2}",
    "CZ": r"\d{3} ?\d{2}",
    "SK": r"\d{3} ?\d{2}",
    "GR": r"\d{3} ?\d{2}",
    "NL": r"\d{4} ?[a-z]{2}",
    "PL": r"\d{2}-\d{3}",
    "PT": r"\d{4}(?:-\d{3})?",
    "JP": r"\d{3}-\d{4}",
    "US": r"\d{5}(?:-\d{4})?",
    "CA": r"[a-z]\d[a-z] ?\d[a-z]\d",
    "GB": r"[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2}",
    "IE": r"[a-z]\d[\dw] ?[a-z\d]{4}",
    "AD": r"ad\d{3}",
}
for _count, _countries in _DIGITS.items():
    for _country in _countries.split():
        _SHAPES.setdefault(_country, rf"\d{{{_count}}}")

_COUNTRY_PREFIX = re.compile(r"^[A-Z]{1,3}(?=\d{3,6}$)")
_NO_SIGN = re.compile(r"[\W_]+")


@lru_cache(maxsize=300)
def shape(country_code: str) -> str:
    """Give the regular expression of a country's postal codes, with an optional `FI-` before."""
    known = _SHAPES.get(country_code, r"\d{4,6}|[a-z]{1,2}\d[a-z\d]? ?\d[a-z]{2}|\d{4} ?[a-z]{2}")
    return rf"(?:[a-z]{{1,3}}-)?(?:{known})"


@lru_cache(maxsize=20_000)
def postal_code_key(code: str, country_code: str) -> str:
    """Write a postal code so that it can be compared: `LV-1010`, `1010` and `1012 AB`, `1012ab`."""
    plain = _COUNTRY_PREFIX.sub("", _NO_SIGN.sub("", code).upper())
    if country_code == "US":
        return plain[:5]
    if plain.isdigit() and len(plain) < 5 and _SHAPES.get(country_code) == r"\d{5}":
        return plain.zfill(5)  # spreadsheets eat the zeros of 00100
    return plain


def is_near_miss(one: str, other: str) -> bool:
    """Tell whether two keys of postal codes are one slip of the finger apart."""
    return OSA.distance(one, other, score_cutoff=1) <= 1
