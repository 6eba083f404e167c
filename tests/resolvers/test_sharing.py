"""Keys that become shared, or are shared no more, while they are promised (R62)."""

from factories import make_key
from outcomes import undone
from promising import allocations, promised

from models.errors import KeyTaken
from resolvers import keys
from resolvers.work import Work


async def test_a_key_that_is_shared_no_more_is_promised_to_one_alone(work: Work) -> None:
    key = await make_key(work, shared=True)
    await promised(work, key)

    await keys.update(work, key.id, {"shared": False})

    assert isinstance(await undone(work, promised(work, key)), KeyTaken)


async def test_a_key_that_several_are_promised_stays_shared(work: Work) -> None:
    key = await make_key(work, shared=True)
    contracts = [await promised(work, key) for _ in range(2)]

    refusal = await undone(work, keys.update(work, key.id, {"shared": False}))

    assert (type(refusal), refusal.path) == (KeyTaken, ("shared",))
    for contract in contracts:
        (allocation,) = await allocations(work, contract)
        assert not allocation.exclusive


async def test_a_key_that_becomes_shared_is_promised_to_others_at_once(work: Work) -> None:
    key = await make_key(work)
    await promised(work, key)

    await keys.update(work, key.id, {"shared": True})

    assert await promised(work, key)
