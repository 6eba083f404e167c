"""What stands far from everything else with its postal code, and how far many things moved."""

import random
from statistics import median

import pytest

from geo.moved import Moved
from geo.neighbours import Standing, area_of, far_from_neighbours
from models.base import new_id
from models.places import Coordinates, PostalAddress

AREA = ("FI", "00100")


def standing(*places: tuple[float, float]) -> list[Standing]:
    return [Standing(new_id(), AREA, Coordinates(*place)) for place in places]


def test_one_far_from_the_others_is_found_with_its_numbers() -> None:
    near = standing((60.170, 24.940), (60.171, 24.941), (60.172, 24.942))
    (stray,) = standing((60.270, 24.940))

    found = far_from_neighbours([*near, stray])

    assert list(found) == [stray.id]
    far = found[stray.id]
    assert (far.area, far.neighbours, far.limit_metres) == ("00100", 3, 2_000)
    assert far.metres == pytest.approx(10_980, abs=50)
    assert "10" in far.message
    assert "00100" in far.message


def test_a_wide_village_has_nobody_far() -> None:
    wide = standing((60.1, 24.9), (60.2, 24.9), (60.3, 24.9), (60.4, 24.9), (60.5, 24.9))

    assert far_from_neighbours(wide) == {}


def test_three_are_too_few_to_tell() -> None:
    assert far_from_neighbours(standing((60, 24), (60, 24), (65, 25))) == {}


def test_neighbours_across_the_antimeridian_are_near() -> None:
    near = standing((-17.0, 179.999), (-17.0, -179.999), (-17.0, 179.998), (-17.001, -179.998))

    assert far_from_neighbours(near) == {}


@pytest.mark.parametrize(
    ("given", "area"),
    [
        (PostalAddress("Katu 1", postal_code="100"), AREA),
        (PostalAddress("Katu 12345, 00100 Helsinki"), AREA),
        (PostalAddress("Katu 1", city=" Helsinki "), ("FI", "helsinki")),
        (PostalAddress("Katu 1"), None),
    ],
)
def test_an_area_is_a_postal_code_or_else_a_town(
    given: PostalAddress, area: tuple[str, str] | None
) -> None:
    assert area_of(given) == area


def test_what_moved_is_counted_in_a_few_steps() -> None:
    dice = random.Random(6)
    moves = [dice.expovariate(1 / 300) + 0.02 for _ in range(999)]
    moved = Moved()
    for metres in [*moves, 0.0, 0.001]:
        moved = Moved.of_stored(moved.stored())
        moved.add(metres)

    assert moved.number == 999
    assert moved.largest == max(moves)
    assert moved.median == pytest.approx(median(moves), rel=0.011)
    assert Moved().median is None
