"""Contracts that make way for others: where they can go."""

from factories import DAY, HOUR, make_automat, make_desk, make_entity, make_key, push
from lives import at, fetch, give_back, lockers_of, look_after

from models.automats import AutomatModel, Locker
from models.contracts import LockerContractState
from resolvers import rivals
from resolvers.handover.lockers import key_fetched
from resolvers.work import Work


async def test_a_contract_makes_way_to_no_locker_whose_last_stay_was_not_looked_after(
    work: Work,
) -> None:
    await make_automat(work)
    desk = await make_desk(work)
    homes = [await make_entity(work) for _ in range(2)]
    for home in homes:
        await make_key(work, home, desk=desk)
    first, _ = await push(work, homes[0], days=1)
    second, _ = await push(work, homes[1], starts_at=work.now + DAY + HOUR, days=3)
    (over,), (held,) = await lockers_of(work, first), await lockers_of(work, second)
    late = at(work, work.now + 3 * DAY)

    assert await rivals.make_way(late, held, reason="A test.")

    indexes = [(await late.get(Locker, one.locker_id)).index for one in (over, held)]
    assert indexes == [0, 2]


async def test_a_key_is_followed_into_a_locker_whose_last_stay_was_not_looked_after(
    work: Work,
) -> None:
    automat = await make_automat(work)
    homes = [await make_entity(work) for _ in range(2)]
    key = await make_key(work, homes[0], automat=automat, rfid_tag="E200A1")
    await make_key(work, homes[1], desk=await make_desk(work))
    stay, _ = await push(work, homes[0], days=3)
    short, _ = await push(work, homes[1], days=1)
    (held,), (over,) = await lockers_of(work, stay), await lockers_of(work, short)
    late = stay.starts_at + 2 * DAY
    put = await give_back(work, held, at=late, index=1, tag=key.rfid_tag)

    await look_after(put, stay, at=late)

    assert held.locker_id == key.locker_id != over.locker_id
    await look_after(put, short, at=late)
    assert not over.state.is_live


async def test_a_locker_that_is_found_after_the_stay_is_for_the_return_only(work: Work) -> None:
    """The worker was away while the locker got lost and the stay came to its end."""
    automat = await make_automat(work, model=AutomatModel.LIVIONKEY_1)
    home, other = await make_entity(work), await make_entity(work)
    await make_key(work, home, automat=automat)
    stray = await make_key(work, other, desk=await make_desk(work), rfid_tag="E200A1")
    stay, _ = await push(work, home, days=1)
    (held,) = await lockers_of(work, stay)
    out = await fetch(work, held, at=stay.starts_at)
    put = await give_back(out, held, at=out.now + HOUR, tag=stray.rfid_tag)
    lost = await look_after(put, stay, at=put.now)
    assert held.state is LockerContractState.FAILED
    await key_fetched(lost, automat_id=automat.id, locker_index=0, at=lost.now + HOUR)
    assert stay.ends_at is not None

    await look_after(lost, stay, at=stay.ends_at + DAY)

    assert (held.state.is_live, held.return_only) == (True, True)
