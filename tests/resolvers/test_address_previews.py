"""What a change of address would bring: as it comes then, and with nothing written."""

import random
from typing import Any

import pytest
from factories import (
    DAY,
    MARKET_SQUARE,
    PASILA,
    STATION,
    make_automat,
    make_entity,
    make_key,
    make_stranger,
    placed,
    push,
)
from outcomes import locker_contracts
from sqlalchemy import func, select

from models.addressed import PlacementProblem
from models.automats import AutomatModel
from models.errors import ErrorCode, LivionKeyError, NotFound
from models.places import Coordinates
from models.reservations import Reservation, ReservationStatus
from models.tables import metadata
from resolvers import entities
from resolvers.placements import previewing
from resolvers.planning.existing import stay_of
from resolvers.planning.planner import decide
from resolvers.planning.stays import Plan
from resolvers.planning.writing import write
from resolvers.work import Reading, Work


async def previewed(work: Work, home: Any, place: Any) -> previewing.Preview:
    await work.save()
    reading = Reading(await work.connection(), work.actor, work.now)
    return await previewing.preview(reading, home.id, address=None, found=place)


async def rows(work: Work) -> dict[str, Any]:
    await work.save()
    connection = await work.connection()
    counted = {}
    for name, table in metadata.tables.items():
        counted[name] = (await connection.execute(select(func.count()).select_from(table))).scalar()
    return counted


async def automat_then(work: Work, reservation: Reservation) -> Any:
    """Plan a stay anew and tell its automat; None when it has to wait or is refused."""
    (planned,) = await decide(work, [await stay_of(work, reservation)])
    if isinstance(planned, LivionKeyError):
        return None
    assert isinstance(planned, Plan)
    await write(work, [planned])
    chosen = planned.decision.chosen
    return chosen.automat.id if chosen and planned.waits_for is None else None


async def test_stays_that_would_move_are_told_and_nothing_is_written(work: Work) -> None:
    near = await make_automat(work, "Station", STATION)
    far = await make_automat(work, "Pasila", PASILA)
    home = await make_entity(work, STATION)
    for _ in range(2):
        await make_key(work, home)
    stays = [await push(work, home, starts_at=work.now + (1 + 5 * n) * DAY) for n in range(3)]
    before = await rows(work)
    held = [await locker_contracts(work, one) for one, _ in stays]

    preview = await previewed(work, home, placed(PASILA))

    assert [one.reservation.id for one in preview.stays] == [one.id for one, _ in stays]
    assert {(one.automat_id, one.would_be) for one in preview.stays} == {(near.id, far.id)}
    assert all(one.moves for one in preview.stays)
    assert await rows(work) == before
    assert [await locker_contracts(work, one) for one, _ in stays] == held
    assert home.position == STATION


async def test_a_place_beside_moves_nothing(work: Work) -> None:
    await make_automat(work, "Station", STATION)
    await make_automat(work, "Pasila", PASILA)
    home = await make_entity(work, STATION)
    await make_key(work, home)
    await push(work, home)

    (stay,) = (await previewed(work, home, placed(MARKET_SQUARE))).stays

    assert not stay.moves


async def test_without_a_place_a_stay_would_wait(work: Work) -> None:
    near = await make_automat(work, "Station", STATION)
    home = await make_entity(work, STATION)
    await make_key(work, home)
    await push(work, home)

    unknown = PlacementProblem(ErrorCode.ADDRESS_NOT_FOUND, "No such street.")
    (stay,) = (await previewed(work, home, unknown)).stays

    assert (stay.automat_id, stay.would_be) == (near.id, None)
    assert stay.refusal is not None
    assert stay.refusal.code is ErrorCode.ADDRESS_NOT_FOUND


async def test_only_coming_stays_are_told_and_at_most_so_many(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(previewing, "MOST_STAYS", 2)
    await make_automat(work, "Station", STATION)
    home = await make_entity(work, STATION)
    await make_key(work, home)
    now, _ = await push(work, home, starts_at=work.now, days=1)
    for number in range(3):
        await push(work, home, starts_at=work.now + (3 + 5 * number) * DAY)

    preview = await previewed(work, home, placed(PASILA))

    assert now.status is ReservationStatus.ACTIVE
    assert (len(preview.stays), preview.more) == (2, 1)


async def test_nobody_else_sees_it(work: Work) -> None:
    home = await make_entity(work, STATION)
    stranger = await make_stranger(work)

    with pytest.raises(NotFound):
        await previewed(stranger, home, placed(PASILA))


@pytest.mark.parametrize("seed", range(4))
async def test_the_preview_is_what_comes_when_all_are_planned_anew(work: Work, seed: int) -> None:
    dice = random.Random(seed)

    def somewhere() -> Coordinates:
        return Coordinates(60.17 + dice.uniform(0, 0.03), 24.93 + dice.uniform(0, 0.03))

    for number in range(4):
        await make_automat(work, f"A {number}", somewhere(), AutomatModel.LIVIONKEY_1)
    home, other = await make_entity(work, somewhere()), await make_entity(work, somewhere())
    for one in (home, home, other, other):
        await make_key(work, one)
    for _ in range(6):
        whose = dice.choice([home, home, other])
        begin = work.now + dice.randint(1, 12) * DAY
        try:
            async with work.attempt():
                await push(work, whose, starts_at=begin, days=dice.randint(1, 6))
        except LivionKeyError:
            continue
    then = placed(somewhere())

    preview = await previewed(work, home, then)

    assert preview.stays
    await entities.move(work, home.id, address=None, found=then)
    for stay in preview.stays:
        reservation = await work.get(Reservation, stay.reservation.id)
        assert await automat_then(work, reservation) == stay.would_be
