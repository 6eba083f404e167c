"""A wish as a decision record keeps it: plain values going out, and the wish again coming in.

Of the settings those are kept by which automats are chosen; areas by their digests, as they are
long. Of a key only its id is kept.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from geo.decisions import Wish
from geo.key_supply import KeyOption, KeySupply
from models.addressed import PlacementProblem
from models.automats import AutomatModel
from models.errors import ErrorCode
from models.keys import Key
from models.places import Coordinates, PlacementPrecision
from models.selections import SelectionMode
from models.settings import Sayers, UnitSettings
from models.times import Window

Areas = Mapping[str, str]
"""Areas by their digests."""


def _seconds(duration: timedelta) -> float:
    return duration.total_seconds()


def _duration(seconds: float) -> timedelta:
    return timedelta(seconds=seconds)


def _models(names: Sequence[str]) -> tuple[AutomatModel, ...]:
    return tuple(AutomatModel(name) for name in names)


def _ids(texts: Sequence[str]) -> tuple[UUID, ...]:
    return tuple(UUID(text) for text in texts)


PLAIN = (
    "largest_distance_metres",
    "one_device_group",
    "spreading_metres",
    "offline_automats",
    "return_elsewhere",
    "return_elsewhere_metres",
    "walking_distance",
)
READ: dict[str, Callable[[Any], Any]] = {
    "least_precision": PlacementPrecision,
    "selection_mode": SelectionMode,
    "excluded_models": _models,
    "excluded_automats": _ids,
    "silence_tolerance": _duration,
}
NAMED = {"excluded_models", "excluded_automats", "served_area", "excluded_area"}
"""Settings of which rejections tell whose they are."""
AREAS = ("served_area", "excluded_area", "preferred_area")


def digest_of(area: str) -> str:
    """Name an area by what it says."""
    return sha256(area.encode()).hexdigest()


def settings_written(settings: UnitSettings) -> dict[str, Any]:
    """Write the settings by which automats are chosen."""
    areas = {name: getattr(settings, name) for name in AREAS}
    return {
        **{name: getattr(settings, name) for name in PLAIN},
        **{name: getattr(settings, name) for name in READ},
        "silence_tolerance": _seconds(settings.silence_tolerance),
        **{name: area and digest_of(area) for name, area in areas.items()},
        "sayers": {name: who for name, who in settings.sayers.names.items() if name in NAMED},
    }


def settings_read(written: Mapping[str, Any], areas: Areas) -> UnitSettings:
    """Read settings; those by which no automat is chosen are the built-in ones."""
    said: dict[str, Any] = {name: written[name] for name in PLAIN}
    said |= {name: read(written[name]) for name, read in READ.items()}
    said |= {name: areas[written[name]] for name in AREAS if written[name] is not None}
    return UnitSettings(**said, sayers=Sayers(names=written["sayers"]))


def areas_of(settings: UnitSettings) -> dict[str, str]:
    """List the areas that settings say, by their digests."""
    said = (getattr(settings, name) for name in AREAS)
    return {digest_of(area): area for area in said if area is not None}


def wish_written(wish: Wish) -> dict[str, Any]:
    """Write a wish, but for its settings."""
    problem = wish.no_place
    return {
        "window": window_written(wish.window),
        "return_window": wish.return_window and window_written(wish.return_window),
        "now": wish.now,
        "origin": place_written(wish.origin),
        "notes": wish.notes,
        "automat_id": wish.automat_id,
        "device_group_id": wish.device_group_id,
        "own_device_group_id": wish.own_device_group_id,
        "policy_version": wish.policy_version,
        "no_place": problem and (problem.code, problem.message),
        "supply": _supply_written(wish.supply),
    }


def wish_read(written: Mapping[str, Any], settings: UnitSettings) -> Wish:
    """Read a wish."""
    back, problem = written["return_window"], written["no_place"]
    return Wish(
        window=window_read(written["window"]),
        now=datetime.fromisoformat(written["now"]),
        settings=settings,
        supply=_supply_read(written["supply"]),
        origin=place_read(written["origin"]),
        notes=tuple(written["notes"]),
        automat_id=_id(written["automat_id"]),
        device_group_id=_id(written["device_group_id"]),
        own_device_group_id=_id(written["own_device_group_id"]),
        return_window=back and window_read(back),
        policy_version=written["policy_version"],
        no_place=problem and PlacementProblem(ErrorCode(problem[0]), problem[1]),
    )


def window_written(window: Window) -> tuple[datetime, datetime | None]:
    """Write a window."""
    return window.starts_at, window.ends_at


def window_read(written: Sequence[str | None]) -> Window:
    """Read a window."""
    starts_at, ends_at = (text and datetime.fromisoformat(text) for text in written)
    assert isinstance(starts_at, datetime)  # noqa: S101 - each window has a start
    return Window(starts_at, ends_at or None)


def place_written(place: Coordinates | None) -> tuple[float, float] | None:
    """Write a place."""
    return None if place is None else (place.latitude, place.longitude)


def place_read(written: Sequence[float] | None) -> Coordinates | None:
    """Read a place."""
    return None if written is None else Coordinates(*written)


def _id(text: str | None) -> UUID | None:
    return None if text is None else UUID(text)


def _supply_written(supply: KeySupply) -> dict[str, Any]:
    return {
        "interchangeable": supply.interchangeable,
        "needed": supply.needed,
        "all_go": supply.all_go,
        "inside": [
            (automat_id, [(option.key.id, option.locker_index) for option in options])
            for automat_id, options in supply.inside.items()
        ],
        "at_desks": [option.key.id for option in supply.at_desks],
    }


def _supply_read(written: Mapping[str, Any]) -> KeySupply:
    return KeySupply(
        interchangeable=written["interchangeable"],
        needed=written["needed"],
        all_go=written["all_go"],
        inside={
            UUID(automat_id): tuple(
                KeyOption(Key(id=UUID(key_id)), UUID(automat_id), index) for key_id, index in keys
            )
            for automat_id, keys in written["inside"]
        },
        at_desks=tuple(
            KeyOption(Key(id=UUID(key_id)), None, None) for key_id in written["at_desks"]
        ),
    )
