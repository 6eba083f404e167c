"""What a reservation would get is what it gets; its decision can be made again from its record."""

from datetime import datetime

import pytest
from factories import DAY, HOUR, make_automat, make_entity, make_key, push
from lives import at, fetch
from outcomes import locker_contract
from trying import try_a_town

from geo.decisions import Decision
from models.entities import ReservableEntity
from models.errors import KeyOut, StartsInPast
from models.keys import Key
from models.reservations import Reservation
from resolvers import selections
from resolvers.planning.stays import Wanted
from resolvers.work import Work


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_a_reservation_gets_what_it_would_get(work: Work, seed: int) -> None:
    tried = await try_a_town(work, seed)

    assert tried.cases == 20
    assert tried.differences == []


async def would_get(
    work: Work,
    home: ReservableEntity,
    starts_at: datetime,
    *keys: Key,
    instead: Reservation | None = None,
) -> Decision:
    return await selections.preview(
        work,
        entity_id=home.id,
        entity_external_id=None,
        starts_at=starts_at,
        ends_at=starts_at + 3 * DAY,
        wanted=Wanted(key_ids=[key.id for key in keys]),
        reservation_id=instead and instead.id,
    )


async def test_a_new_start_that_a_push_refuses_is_refused_before(work: Work) -> None:
    home = await make_entity(work)
    await make_automat(work)
    await make_key(work, home)
    stay, _ = await push(work, home, starts_at=work.now)
    later = at(work, work.now + HOUR)

    for started_at, before in ((work.now, None), (work.now + HOUR / 2, stay)):
        with pytest.raises(StartsInPast):
            await would_get(later, home, started_at, instead=before)
    unchanged = await would_get(later, home, work.now, instead=stay)

    assert unchanged.chosen is not None


async def test_a_key_that_is_named_twice_is_wanted_once(work: Work) -> None:
    home = await make_entity(work)
    await make_automat(work)
    key = await make_key(work, home)

    said = await would_get(work, home, work.now + DAY, key, key)
    stay, _ = await push(work, home, days=3, key_ids=[key.id, key.id])

    assert said.supply.needed == 1
    assert said.chosen is not None
    assert stay.unfulfilled_reason is None


async def test_while_a_key_is_out_only_the_end_can_be_otherwise(work: Work) -> None:
    home, other = await make_entity(work), await make_entity(work)
    automat = await make_automat(work)
    await make_key(work, home, automat=automat)
    await make_key(work, other, automat=automat)
    stay, _ = await push(work, home)
    out = await fetch(work, await locker_contract(work, stay), at=stay.starts_at)

    for entity, starts_at in ((other, stay.starts_at), (home, stay.starts_at + HOUR)):
        with pytest.raises(KeyOut, match="is not back yet"):
            await would_get(out, entity, starts_at, instead=stay)
