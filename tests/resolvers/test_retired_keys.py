"""Keys that are taken out of use."""

import pytest
from factories import make_automat, make_entity, make_key, push

from models.errors import ErrorCode, KeyOut
from models.keys import KeyStatus
from resolvers import keys
from resolvers.work import Work


async def test_a_retired_key_is_given_to_nobody(work: Work) -> None:
    apartment = await make_entity(work)
    await make_automat(work)
    key = await make_key(work, apartment)

    await keys.update(work, key.id, {"status": KeyStatus.RETIRED})

    reservation, _ = await push(work, apartment)
    assert reservation.unfulfilled_reason is ErrorCode.NO_KEY_FOR_ENTITY


@pytest.mark.parametrize("status", [KeyStatus.OUT, KeyStatus.OVERDUE])
async def test_a_key_that_somebody_has_is_not_retired(work: Work, status: KeyStatus) -> None:
    key = await make_key(work, await make_entity(work))
    key.status = status

    with pytest.raises(KeyOut):
        await keys.update(work, key.id, {"status": KeyStatus.RETIRED})

    assert key.status is status
