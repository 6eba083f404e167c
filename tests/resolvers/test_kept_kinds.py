"""Stays that fact plans anew go on as they were planned, whatever the settings say by now (G35)."""

from datetime import timedelta

import pytest
from factories import DAY, HOUR, MARKET_SQUARE, make_automat, make_entity, make_key, make_unit, push
from lives import lockers_of, look_after

from models.automats import Automat
from models.contracts import LockerContract
from models.reservations import Reservation
from resolvers import organizations
from resolvers.failover import applying
from resolvers.handover.lockers import key_fetched
from resolvers.work import Work

other_settings = pytest.mark.parametrize(("days", "default"), [(10, 5 * DAY), (20, 30 * DAY)])


async def planned_before(
    work: Work, *, inside: bool, days: int, default: timedelta
) -> tuple[Reservation, Automat, list[LockerContract]]:
    """Push a stay, and then change from when on stays are long."""
    unit = await make_unit(work)
    home, automat = await make_entity(work, unit_id=unit.id), await make_automat(work)
    for _ in range(2):
        await make_key(work, home, automat=automat if inside else None)
    stay, _ = await push(work, home, days=days)
    await organizations.update_unit(work, unit.id, {"default_duration": default})
    return stay, automat, await lockers_of(work, stay)


@other_settings
async def test_another_key_is_held_as_the_missing_one_was(
    work: Work, days: int, default: timedelta
) -> None:
    stay, automat, before = await planned_before(work, inside=True, days=days, default=default)
    key_id, kinds = before[0].key_id, [one.kind for one in before]
    await key_fetched(work, automat_id=automat.id, locker_index=0, at=work.now)

    await look_after(work, stay, at=work.now + HOUR)

    held = await lockers_of(work, stay)
    assert key_id not in {one.key_id for one in held}
    assert [one.kind for one in held] == kinds


@other_settings
async def test_a_stay_is_held_at_another_automat_as_it_was(
    work: Work, days: int, default: timedelta
) -> None:
    stay, automat, before = await planned_before(work, inside=False, days=days, default=default)
    market = await make_automat(work, "Market", MARKET_SQUARE)
    planned = [(one.kind, one.starts_at, one.ends_at, one.pin) for one in before]

    await applying.apply(work, automat.id)

    held = await lockers_of(work, stay)
    assert {one.automat_id for one in held} == {market.id}
    assert [(one.kind, one.starts_at, one.ends_at, one.pin) for one in held] == planned
