"""Single values of settings: which make sense, and the form in which they are kept."""

import math
import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from geo.areas import area
from models.errors import InvalidInput
from models.settings import (
    DURATION_NAMES,
    LONGEST_PIN,
    LONGEST_TIME,
    SETTING_NAMES,
    SHORTEST_PIN,
    Setting,
)
from models.times import time_zone
from resolvers.checks import checked_language

AREAS = {Setting.SERVED_AREA, Setting.EXCLUDED_AREA, Setting.PREFERRED_AREA}
MOST_EXCLUDED = 1_000
"""How many automats can be excluded one by one; an area can exclude any number."""
NEVER_ZERO = {Setting.FETCH_DURATION, Setting.RETURN_DURATION}
"""A locker that is held for no time has a PIN that opens nothing."""

NEVER_NEGATIVE = {
    Setting.SPREADING_METRES,
    Setting.RETURN_ELSEWHERE_METRES,
    Setting.FAILOVER_EXTRA_METRES,
}


def check_values(changes: Mapping[str, Any]) -> None:
    """Refuse values that make no sense, whatever else is said.

    Raises:
        InvalidInput: With the fact and the way out.
    """
    for name in SETTING_NAMES:
        value = changes.get(name)
        problem = None if value is None else _problem(name, value)
        if problem is not None:
            raise InvalidInput(problem, path=("settings", input_name(name)))


def input_name(name: str) -> str:
    """Give the name by which a setting is written in an input: durations are in seconds."""
    if name == Setting.EXCLUDED_AUTOMATS:
        return "excluded_automat_ids"
    return f"{name.removesuffix('_time')}_seconds" if name in DURATION_NAMES else name


def _problem(name: str, value: Any) -> str | None:
    if name in DURATION_NAMES:
        return _problem_of_duration(name, value)
    if name in AREAS:
        return _problem_of_area(value)
    if name in NEVER_NEGATIVE:
        return _problem_of_metres(name, value)
    return _problem_of_one(name, value)


def _problem_of_one(name: str, value: Any) -> str | None:
    match name:
        case Setting.TIME_ZONE:
            time_zone(value, path=("settings", name))
        case Setting.COUNTRY_CODE if not re.fullmatch("[A-Z]{2}", value):
            return f"A country code has two capital letters, such as FI; {value!r} has not."
        case Setting.LANGUAGE:
            checked_language(value, path=("settings", name))
        case Setting.LARGEST_DISTANCE_METRES if not 0 < value < math.inf:
            return f"The largest distance must be more than 0 metres, not {value:g}."
        case Setting.EXCLUDED_AUTOMATS if len(value) > MOST_EXCLUDED:
            return f"{len(value)} automats are excluded; {MOST_EXCLUDED} at most can be."
        case Setting.PIN_LENGTH if not SHORTEST_PIN <= value <= LONGEST_PIN:
            return f"A PIN has {SHORTEST_PIN} to {LONGEST_PIN} digits, not {value}."
    return None


def _problem_of_metres(name: str, value: float) -> str | None:
    if 0 <= value < math.inf:
        return None
    what = name.removesuffix("_metres").replace("_", " ")
    return f"The metres of {what} must be 0 or more, not {value:g}."


def _problem_of_area(text: str) -> str | None:
    try:
        area(text)
    except InvalidInput as refusal:
        return refusal.message
    return None


def _problem_of_duration(name: str, value: timedelta) -> str | None:
    least = timedelta(seconds=1) if name in NEVER_ZERO else timedelta(0)
    if least <= value <= LONGEST_TIME:
        return None
    bounds = f"from {least.total_seconds():.0f} to {LONGEST_TIME.total_seconds():.0f} seconds"
    given = f"{value.total_seconds():.0f}"
    return f"The {name.replace('_', ' ')} must be {bounds}, not {given}."


def kept(name: str, value: Any) -> Any:
    """Give a checked value as it is kept: an area in its canonical form, a list without repeats."""
    match value:
        case tuple():
            return tuple(dict.fromkeys(value))
        case str() if name in AREAS:
            return area(value).text
    return value
