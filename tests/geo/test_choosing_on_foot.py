"""Which automat is chosen where the policy measures on foot: the river is in the way."""

from collections.abc import Iterator

import pytest
from choosing import choice, chosen, with_key
from factories import make_automat, make_unit
from walked import SIDE, corner, town

from geo.position import distance_metres
from geo.records import Records
from geo.replaying import canonical, outcome_of, replay
from geo.walking import loaded
from geo.walking.network import Network
from models.distances import DistanceKind
from models.selections import RejectionCode
from resolvers.work import Work

HOME, OTHER_BANK, SAME_BANK = corner(4, 5), corner(4, 6), corner(4, 3)


@pytest.fixture
def _network() -> Iterator[None]:
    loaded.use(Network(town()))
    yield
    loaded.use(None)


@pytest.mark.usefixtures("_network")
async def test_the_automat_on_the_same_bank_is_chosen_on_foot(work: Work) -> None:
    await make_automat(work, "Other bank", OTHER_BANK)
    await make_automat(work, "Same bank", SAME_BANK)
    walks = await make_unit(work, walking_distance=True)
    flies = await make_unit(work, walking_distance=False)

    on_foot = await choice(work, await with_key(work, HOME, unit_id=walks.id))
    straight = await choice(work, await with_key(work, HOME, unit_id=flies.id))

    assert (chosen(on_foot), chosen(straight)) == ("Same bank", "Other bank")
    first, second = on_foot.candidates
    assert first.facts.distance_kind is DistanceKind.WALK_NETWORK
    assert first.metres == pytest.approx(distance_metres(HOME, SAME_BANK), rel=1e-3)
    assert second.facts.distance_kind is DistanceKind.WALK_ESTIMATE
    kinds = {one.facts.distance_kind for one in straight.candidates}
    assert kinds == {DistanceKind.STRAIGHT_LINE}


@pytest.mark.usefixtures("_network")
async def test_the_largest_distance_is_one_on_foot_too(work: Work) -> None:
    await make_automat(work, "Round the river", corner(SIDE - 2, 6))
    unit = await make_unit(work, walking_distance=True, largest_distance_metres=800.0)

    decision = await choice(work, await with_key(work, corner(4, 5), unit_id=unit.id))

    (candidate,) = decision.candidates
    assert distance_metres(corner(4, 5), corner(SIDE - 2, 6)) < 800
    assert [one.code for one in candidate.rejections] == [RejectionCode.TOO_FAR]


@pytest.mark.usefixtures("_network")
async def test_a_choice_on_foot_is_made_again_without_the_network(work: Work) -> None:
    await make_automat(work, "Other bank", OTHER_BANK)
    await make_automat(work, "Same bank", SAME_BANK)
    unit = await make_unit(work, walking_distance=True)
    decision = await choice(work, await with_key(work, HOME, unit_id=unit.id))
    (record,) = (await Records.of_all({unit.id: decision}))[0].values()

    loaded.use(None)

    assert canonical(await replay(record, {})) == canonical(outcome_of(decision))


async def test_where_no_network_is_loaded_lines_are_straight_and_say_so(work: Work) -> None:
    await make_automat(work, "Other bank", OTHER_BANK)
    unit = await make_unit(work, walking_distance=True)

    decision = await choice(work, await with_key(work, HOME, unit_id=unit.id))

    (candidate,) = decision.candidates
    assert candidate.metres == pytest.approx(distance_metres(HOME, OTHER_BANK))
    assert candidate.facts.distance_kind is DistanceKind.STRAIGHT_LINE
