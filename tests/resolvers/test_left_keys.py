"""Where a stay leaves its key decides where the next one is, also where one call says both."""

import pytest
from batches import asked, pushed, reservation_of
from factories import DAY, PASILA, STATION, make_automat, make_entity, make_key, push
from outcomes import locker_contracts

from models.automats import AutomatModel
from resolvers import reservations
from resolvers.work import Work

ONE = AutomatModel.LIVIONKEY_1


@pytest.mark.parametrize("together", [False, True])
async def test_the_next_stay_is_where_the_one_before_leaves_the_key(
    work: Work, together: bool
) -> None:
    station = await make_automat(work, "Station", STATION, ONE)
    pasila = await make_automat(work, "Pasila", PASILA, ONE)
    other, home = await make_entity(work), await make_entity(work, STATION)
    await make_key(work, other)
    await make_key(work, home, automat=station)
    await push(work, home, external_id="tmp", starts_at=work.now, days=None)
    end = work.now + 59 * DAY
    await push(work, other, starts_at=end, days=3, automat_id=station.id)
    await reservations.cancel(work, external_id="tmp")
    first = asked(home, "first", starts_at=work.now + DAY, lasts=60 * DAY)
    after = asked(home, "after", starts_at=work.now + 70 * DAY)

    done = (
        await pushed(work, first, after)
        if together
        else [*(await pushed(work, first)), *(await pushed(work, after))]
    )

    fetch_and_back = await locker_contracts(work, reservation_of(done[0]))
    assert [one.automat_id for one in fetch_and_back] == [station.id, pasila.id]
    (held,) = await locker_contracts(work, reservation_of(done[1]))
    assert held.automat_id == pasila.id
