"""The moment that a refusal names for a locker holds when somebody asks for it."""

from datetime import datetime

from factories import DAY, make_automat, make_entity, make_key, make_unit, push

from models.automats import AutomatModel
from models.errors import ErrorCode
from resolvers.work import Work


async def hold_the_locker(work: Work, starts_at: datetime) -> None:
    """Let others have the only locker for four days."""
    home = await make_entity(work)
    await make_key(work, home)
    await push(work, home, starts_at=starts_at, days=4)


async def test_a_long_stay_that_ends_where_it_began_finds_room_for_its_return_too(
    work: Work,
) -> None:
    await make_automat(work, model=AutomatModel.LIVIONKEY_1)
    begin = work.now + DAY
    for starts_at in (begin, begin + 39 * DAY):
        await hold_the_locker(work, starts_at)
    unit = await make_unit(work, return_elsewhere=False)
    home = await make_entity(work, unit_id=unit.id)
    await make_key(work, home)

    stay, _ = await push(work, home, starts_at=begin, days=37, external_id="stay")
    free_from = stay.unfulfilled_free_from
    stay, _ = await push(work, home, starts_at=free_from, days=37, external_id="stay")

    assert free_from == begin + 9 * DAY
    assert stay.unfulfilled_reason is None


async def test_it_is_the_locker_in_which_the_key_lies_that_has_to_be_free(work: Work) -> None:
    home, automat = await make_entity(work), await make_automat(work)
    await make_key(work, home, automat=automat, shared=True)
    first, _ = await push(work, home)

    stay, _ = await push(work, home, external_id="stay")
    reason, free_from = stay.unfulfilled_reason, stay.unfulfilled_free_from
    stay, _ = await push(work, home, starts_at=free_from, external_id="stay")

    assert (reason, free_from) == (ErrorCode.NO_FREE_LOCKER, first.ends_at)
    assert stay.unfulfilled_reason is None
