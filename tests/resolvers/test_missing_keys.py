"""Keys of which nobody knows where they are: who is promised them soon gets others."""

import pytest
from factories import DAY, HOUR, make_automat, make_entity, make_key, push
from lives import look_after
from outcomes import keys_of

from models.automats import Automat
from models.entities import ReservableEntity
from models.errors import KeyTaken
from models.keys import Key
from models.reservations import ReservationStatus
from resolvers.handover.lockers import key_fetched
from resolvers.work import Work


async def lost_key(work: Work) -> tuple[ReservableEntity, Automat, Key]:
    """Let a key be taken out of its locker by nobody knows whom."""
    apartment, automat = await make_entity(work), await make_automat(work)
    key = await make_key(work, apartment, automat=automat)
    await key_fetched(work, automat_id=automat.id, locker_index=0, at=work.now)
    return apartment, automat, key


async def test_a_stay_that_begins_soon_cannot_have_a_key_that_is_missing(work: Work) -> None:
    apartment, automat, key = await lost_key(work)

    with pytest.raises(KeyTaken, match=f"Nobody knows where the key {key.code} is") as refusal:
        await push(work, apartment, starts_at=work.now + HOUR)
    assert refusal.value.free_from == work.now + DAY
    spare = await make_key(work, apartment, automat=automat)
    stay, _ = await push(work, apartment, starts_at=work.now + HOUR)

    assert [one.id for one in await keys_of(work, stay)] == [spare.id]


async def test_a_stay_that_begins_later_counts_on_the_key_to_be_found(work: Work) -> None:
    apartment, _, key = await lost_key(work)

    stay, _ = await push(work, apartment, starts_at=work.now + DAY)

    assert stay.status is ReservationStatus.CONFIRMED
    assert [one.id for one in await keys_of(work, stay)] == [key.id]


async def test_a_stay_gets_another_key_when_its_own_is_missing_at_the_start(work: Work) -> None:
    apartment, automat, key = await lost_key(work)
    stay, _ = await push(work, apartment, starts_at=work.now + 2 * DAY)
    spare = await make_key(work, apartment, automat=automat)
    assert [one.id for one in await keys_of(work, stay)] == [key.id]

    await look_after(work, stay, at=stay.starts_at - 2 * HOUR)

    assert [one.id for one in await keys_of(work, stay)] == [spare.id]
