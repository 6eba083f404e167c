"""Random towns of automats, groups, keys and homes, and what somebody might want there."""

import json
import random
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from factories import (
    DAY,
    HOUR,
    make_automat,
    make_desk,
    make_entity,
    make_group,
    make_key,
    make_unit,
)

from models.automats import Automat, AutomatModel, AutomatState, DeviceGroup
from models.entities import KeyRule, ReservableEntity
from models.errors import LivionKeyError
from models.keys import Key, KeyKind
from models.places import Coordinates
from models.selections import SelectionMode
from resolvers.work import Work

MIDDLE = Coordinates(60.1719, 24.9414)


@dataclass
class Town:
    """What stands in a town, and the dice."""

    dice: random.Random
    automats: list[Automat] = field(default_factory=list)
    groups: list[DeviceGroup] = field(default_factory=list)
    homes: list[ReservableEntity] = field(default_factory=list)
    keys: dict[Any, list[Key]] = field(default_factory=dict)

    def chance(self, share: float) -> bool:
        return self.dice.random() < share

    def place(self) -> Coordinates:
        """Give a place within some two kilometres, often one where something stands already."""
        if self.automats and self.chance(0.2):
            return self.dice.choice(self.automats).position or MIDDLE
        north, east = self.dice.uniform(-0.02, 0.02), self.dice.uniform(-0.04, 0.04)
        return Coordinates(MIDDLE.latitude + north, MIDDLE.longitude + east)

    def area(self) -> str:
        """Give a rectangle somewhere in the town, as GeoJSON in its canonical form."""
        a, b = self.place(), self.place()
        south, north = sorted((a.latitude, b.latitude + 0.004))
        west, east = sorted((a.longitude, b.longitude + 0.008))
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        return json.dumps({"type": "Polygon", "coordinates": [ring]}, separators=(",", ":"))

    def policy(self) -> dict[str, Any]:
        """Say some settings, each now and then."""
        dice = self.dice
        said: dict[str, Any] = {
            "selection_mode": dice.choice(list(SelectionMode)),
            "largest_distance_metres": dice.choice([300.0, 800.0, 1_500.0]),
            "spreading_metres": dice.choice([100.0, 900.0]),
            "offline_automats": dice.choice([True, False]),
            "excluded_models": (dice.choice(list(AutomatModel)),),
            "excluded_automats": tuple(one.id for one in dice.sample(self.automats, 1)),
            "served_area": self.area(),
            "excluded_area": self.area(),
            "preferred_area": self.area(),
            "return_elsewhere": False,
            "return_elsewhere_metres": dice.choice([200.0, 1_000.0]),
            "one_device_group": True,
            "uses_automats": False,
            "default_duration": dice.choice([2, 7]) * DAY,
        }
        return {name: value for name, value in said.items() if self.chance(0.25)}


async def make_town(work: Work, seed: int) -> Town:
    """Build a town; the same seed always builds the same."""
    town = Town(random.Random(seed))
    dice = town.dice
    for number in range(dice.randint(2, 24)):
        town.automats.append(await _automat(work, town, f"Automat {number}"))
    for _ in range(dice.randint(1, 3)):
        members = dice.sample(town.automats, dice.randint(1, min(4, len(town.automats))))
        town.groups.append(await make_group(work, *members))
    units = [await make_unit(work, **town.policy()) for _ in range(3)]
    desk = await make_desk(work)
    for number in range(12):
        home = await _home(work, town, dice.choice(units).id, f"Home {number}")
        town.homes.append(home)
        town.keys[home.id] = [
            key for _ in range(dice.randint(1, 3)) for key in await _key(work, town, home, desk)
        ]
    await work.save()
    return town


async def _automat(work: Work, town: Town, name: str) -> Automat:
    place = None if town.chance(0.1) else town.place()
    model = AutomatModel.LIVIONKEY_1 if town.chance(0.6) else AutomatModel.LIVIONKEY_30
    automat = await make_automat(work, name, place, model)
    if town.chance(0.1):
        automat.state = AutomatState.OUT_OF_SERVICE
    if town.chance(0.5):
        automat.last_seen_at = work.now - timedelta(minutes=town.dice.choice([1, 30, 90]))
    if model is AutomatModel.LIVIONKEY_30:
        automat.usable_lockers = town.dice.choice([0b1, 0b111, automat.usable_lockers])
    return automat


async def _home(work: Work, town: Town, unit_id: Any, name: str) -> ReservableEntity:
    group = town.dice.choice(town.groups) if town.chance(0.4) else None
    some = {"key_rule": KeyRule.SOME, "key_count": 2} if town.chance(0.15) else {}
    every = {"key_rule": KeyRule.ALL} if not some and town.chance(0.2) else {}
    return await make_entity(
        work,
        None if town.chance(0.15) else town.place(),
        name=name,
        unit_id=unit_id,
        device_group_id=group.id if group else None,
        **some,
        **every,
    )


async def _key(work: Work, town: Town, home: ReservableEntity, desk: Any) -> list[Key]:
    """Register a key of a home, in an automat or at the desk; none where that automat is full."""
    kind = KeyKind.ELECTROMECHANICAL if town.chance(0.5) else KeyKind.MECHANICAL
    automat = town.dice.choice(town.automats) if town.chance(0.5) else None
    try:
        async with work.attempt():
            where = {"automat": automat} if automat else {"desk": desk}
            return [await make_key(work, home, kind=kind, **where)]
    except LivionKeyError:
        return []


def wanted(town: Town, home: ReservableEntity) -> dict[str, Any]:
    """Say what somebody wants beside the home and the time, now and then."""
    said: dict[str, Any] = {}
    if town.chance(0.1):
        said["automat_id"] = town.dice.choice(town.automats).id
    if town.chance(0.3):
        said["device_group_id"] = town.dice.choice(town.groups).id
    if town.keys[home.id] and town.chance(0.15):
        said["key_ids"] = (town.dice.choice(town.keys[home.id]).id,)
    return said


def stretch(town: Town, work: Work) -> dict[str, Any]:
    """Say when: mostly for days, now and then for weeks, or for good."""
    dice = town.dice
    starts_at = work.now + dice.randint(1, 30 * 24) * HOUR
    if town.chance(0.07):
        return {"starts_at": starts_at, "ends_at": None}
    days = dice.choice([1, 2, 5, 9, 20, 45])
    return {"starts_at": starts_at, "ends_at": starts_at + days * DAY}
