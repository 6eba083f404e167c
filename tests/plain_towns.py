"""Random towns in plain numbers, for choices that are searched for by brute force.

Nothing of the product is in here: automats, groups, homes and policies are numbers, sets and lists.
Places and corners of areas lie on a fine grid of degrees, so that they often are equally far, on a
border, or at the same spot, and so that plain arithmetic on them is exact. Moments are hours after
the one at which everybody asks.
"""

import random
from dataclasses import dataclass, field, replace
from uuid import UUID

from plain_areas import GRID, Area, Point, area_in

Span = tuple[int, int | None]
"""From and until which hour; None: for good."""

MIDDLES = [(60.171875, 24.9375), (60.171875, 24.9375), (-16.75, 180.0), (0.0, 0.0)]
MODES = ["by_reservation", "group", "shadow", "nearest"]
KINDS = [*["desk"] * 4, "some", "one lies", "one lies and one is brought", "several"]
HAIRS = [0.0, 3e-9, 7e-9, 1.2e-8]
"""Degrees of latitude: nothing, less than 1 mm twice, and a little more."""


@dataclass(slots=True)
class Cabinet:
    """An automat.

    Args:
        id: Its id.
        point: Where it stands; None when nobody knows.
        lockers: How many it has, 1 or 30.
        usable: The indexes of those in order.
        in_service: Whether people may be sent there.
        silent: For how many minutes; None when it never said anything.
        installed: How many days ago.
        holds: Promised lockers: index, from and until when.
        keys: Lockers in which keys of others lie, and from when on one is promised to be out.
    """

    id: UUID
    point: Point | None
    lockers: int
    usable: set[int]
    in_service: bool
    silent: int | None
    installed: int
    holds: list[tuple[int, int, int | None]] = field(default_factory=list)
    keys: dict[int, int | None] = field(default_factory=dict)


@dataclass(slots=True)
class Policy:
    """What a unit says; the names are those of the settings, in plain numbers."""

    mode: str = "by_reservation"
    limit: float | None = None
    spreading: float = 0.0
    offline: bool = False
    tolerated: int = 60
    without: frozenset[int] = frozenset()
    excluded: frozenset[int] = frozenset()
    served: Area | None = None
    avoided: Area | None = None
    preferred: Area | None = None
    elsewhere: bool = True
    elsewhere_metres: float | None = None
    one_group: bool = False
    short: int = 14 * 24
    fetch: int = 3 * 24
    back: int = 3 * 24


@dataclass(slots=True)
class Home:
    """What is reserved.

    Args:
        point: Where it is; None when nobody knows exactly enough.
        group: Its own device group, by number.
        policy: What its unit says.
        needed: How many keys go together.
        at_desk: How many of its keys lie at a desk.
        lying: Its keys in automats: number of the automat, index of the locker.
        any_will_do: Whether its keys are interchangeable.
    """

    point: Point | None
    group: int | None
    policy: Policy
    needed: int = 1
    at_desk: int = 1
    lying: list[tuple[int, int]] = field(default_factory=list)
    any_will_do: bool = False


@dataclass(slots=True)
class Case:
    """One question: a home, a time, and what is named."""

    home: int
    span: Span
    named: int | None
    group: int | None


@dataclass
class Town:
    """All of it, and the dice."""

    dice: random.Random
    middle: Point
    cabinets: list[Cabinet] = field(default_factory=list)
    groups: list[frozenset[int]] = field(default_factory=list)
    homes: list[Home] = field(default_factory=list)

    def chance(self, share: float) -> bool:
        """Throw."""
        return self.dice.random() < share

    def point(self) -> Point:
        """Give a place on the grid within some two kilometres."""
        north, east = self.dice.randint(-160, 160), self.dice.randint(-320, 320)
        longitude = self.middle[1] + east * GRID
        return self.middle[0] + north * GRID, longitude - 360 if longitude > 180 else longitude

    def case(self) -> Case:
        """Ask something."""
        dice, start = self.dice, self.dice.randint(1, 400)
        length = dice.choice([12, 48, 48, 120, 240, 500, 900, None])
        return Case(
            dice.randrange(len(self.homes)),
            (start, None if length is None else start + length),
            dice.randrange(len(self.cabinets)) if self.chance(0.1) else None,
            dice.randrange(len(self.groups)) if self.chance(0.25) else None,
        )


def make_town(seed: int) -> Town:
    """Build a town; the same seed always builds the same."""
    dice = random.Random(seed)
    town = Town(dice, dice.choice(MIDDLES))
    size = dice.randint(20, 90) if town.chance(0.04) else dice.randint(2, 11)
    for _ in range(size):
        town.cabinets.append(_cabinet(town))
    if town.chance(0.4 if size > 16 else 0.05):
        _crowd(town)
    for _ in range(dice.randint(1, 3)):
        some = dice.sample(range(size), dice.randint(0 if town.chance(0.1) else 1, min(5, size)))
        town.groups.append(frozenset(some))
    town.homes = [_home(town) for _ in range(8)]
    return town


def _cabinet(town: Town) -> Cabinet:
    dice = town.dice
    place: Point | None = town.point()
    standing = [one.point for one in town.cabinets if one.point]
    if standing and town.chance(0.2):
        north, east = dice.choice(standing)
        place = north + dice.choice(HAIRS), east
    lockers = dice.choice([1, 30, 30])
    usable = {0} if lockers == 1 else set(range(dice.choice([2, 3, 5, 30])))
    cabinet = Cabinet(
        id=UUID(int=dice.getrandbits(128)),
        point=None if town.chance(0.06) else place,
        lockers=lockers,
        usable=set() if town.chance(0.04) else usable,
        in_service=not town.chance(0.08),
        silent=dice.choice([1, 60, 61, 500]) if town.chance(0.3) else None,
        installed=dice.randint(0, 3),
    )
    for index in range(min(lockers, 5)):
        _fill(town, cabinet, index)
    return cabinet


def _fill(town: Town, cabinet: Cabinet, index: int) -> None:
    """Promise a locker now and then, and lay a key into it that may be fetched some day."""
    dice, hour = town.dice, town.dice.randint(-200, 900)
    lies = town.chance(0.2)
    if lies:
        cabinet.keys[index] = None
    for number in range(dice.choice([0, 0, 1, 3])):
        until = None if town.chance(0.1) else hour + dice.choice([24, 72, 300])
        cabinet.holds.append((index, hour, until))
        if lies and number == 0 and town.chance(0.6):
            cabinet.keys[index] = until
        if until is None:
            return
        hour = until + dice.choice([0, 24, 200])


def _crowd(town: Town) -> None:
    """Promise nearly all that is free later: who fetches soon finds few places to come back to."""
    for cabinet in town.cabinets:
        cabinet.usable = {index for index in cabinet.usable if index < 3}
        for index in cabinet.usable:
            ends = [until for at, _, until in cabinet.holds if at == index]
            if None not in ends and town.chance(0.96):
                start = max([300, *(end for end in ends if end is not None)])
                cabinet.holds.append((index, start, None))


def _home(town: Town) -> Home:
    dice = town.dice
    point: Point | None = town.point()
    standing = [one.point for one in town.cabinets if one.point]
    if standing and town.chance(0.2):
        point = dice.choice(standing)
    group = dice.randrange(len(town.groups)) if town.chance(0.4) else None
    home = Home(None if town.chance(0.12) else point, group, policy_of(town))
    kind = dice.choice(
        ["desk"] * 4 + ["some", "one lies", "one lies and one is brought", "several"]
    )
    if kind == "some":
        return replace(home, needed=2, at_desk=2)
    if kind == "desk":
        return home
    count = dice.randint(1, 3) if kind == "several" else 1
    lying = [place for place in (_free_spot(town) for _ in range(count)) if place]
    if not lying:
        return home
    at_desk = 1 if kind == "one lies and one is brought" else 0
    return replace(home, at_desk=at_desk, lying=lying, any_will_do=kind == "several")


def _free_spot(town: Town) -> tuple[int, int] | None:
    """Find a locker without a key, and lay one into it that stays."""
    number = town.dice.randrange(len(town.cabinets))
    cabinet = town.cabinets[number]
    spots = [at for at in range(min(cabinet.lockers, 8)) if at not in cabinet.keys]
    if not spots:
        return None
    index = town.dice.choice(spots)
    cabinet.keys[index] = None
    return number, index


def policy_of(town: Town) -> Policy:
    """Say some things, each now and then."""
    dice, sometimes, policy = town.dice, town.chance, Policy()
    policy.mode = dice.choice(MODES)
    policy.limit = dice.choice([300.0, 900.0, 2_000.0]) if sometimes(0.4) else None
    policy.spreading = dice.choice([50.0, 400.0, 2_000.0]) if sometimes(0.4) else 0.0
    policy.offline = sometimes(0.2)
    policy.tolerated = dice.choice([30, 60, 240])
    policy.without = frozenset([dice.choice([1, 30])]) if sometimes(0.08) else frozenset()
    if sometimes(0.2):
        policy.excluded = frozenset([dice.randrange(len(town.cabinets))])
    policy.served = area_in(dice, town.middle) if sometimes(0.2) else None
    policy.avoided = area_in(dice, town.middle) if sometimes(0.2) else None
    policy.preferred = area_in(dice, town.middle) if sometimes(0.3) else None
    policy.elsewhere = not sometimes(0.3)
    policy.elsewhere_metres = dice.choice([200.0, 1_500.0]) if sometimes(0.4) else None
    policy.one_group = sometimes(0.2)
    policy.short = dice.choice([48, 200, 336])
    policy.fetch, policy.back = dice.choice([24, 72, 400]), dice.choice([24, 72, 400])
    return policy
