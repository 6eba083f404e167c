"""Where keys come back to, and from where they are fetched, when the end is moved with one out."""

from datetime import datetime

from factories import (
    DAY,
    HOUR,
    PASILA,
    STATION,
    make_automat,
    make_desk,
    make_entity,
    make_key,
    make_unit,
    push,
)
from handing import name
from lives import fetch, lockers_of, look_after
from outcomes import locker_contract
from promising import lockers_of as lockers_by_staff
from promising import made

from models.automats import Automat, AutomatModel, Locker
from models.contracts import LockerContractState
from models.places import Coordinates
from resolvers import automats, contract_changes
from resolvers.handover.desks import transfer
from resolvers.work import Work

ONE = AutomatModel.LIVIONKEY_1
NORTH = Coordinates(STATION.latitude + 0.003, STATION.longitude)
"""330 metres north of the station."""
FARTHER = Coordinates(STATION.latitude + 0.006, STATION.longitude)
"""As far again."""


async def hold(work: Work, automat: Automat, starts_at: datetime) -> None:
    """Let others have the only locker of an automat for five days."""
    other = await make_entity(work)
    await make_key(work, other, desk=await make_desk(work, f"{automat.name} {starts_at}"))
    await push(work, other, starts_at=starts_at, days=5, automat_id=automat.id)


async def test_a_key_comes_back_to_where_it_was_fetched_once_that_has_room(work: Work) -> None:
    home = await make_entity(work)
    station = await make_automat(work, "Station", STATION, ONE)
    pasila = await make_automat(work, "Pasila", PASILA, ONE)
    await make_key(work, home)
    await hold(work, station, work.now + 59 * DAY)
    stay, _ = await push(work, home, external_id="stay", days=60)
    begin = stay.starts_at
    outwards, back = await lockers_of(work, stay)
    assert (outwards.automat_id, back.automat_id) == (station.id, pasila.id)
    out = await fetch(work, outwards, at=begin)

    await push(out, home, external_id="stay", starts_at=begin, days=90)

    assert (await locker_contract(out, stay)).automat_id == station.id


async def test_a_key_comes_back_no_farther_from_where_it_was_fetched(work: Work) -> None:
    unit = await make_unit(work, return_elsewhere_metres=400.0)
    home = await make_entity(work, unit_id=unit.id)
    station = await make_automat(work, "Station", STATION, ONE)
    north = await make_automat(work, "North", NORTH, ONE)
    farther = await make_automat(work, "Farther", FARTHER, ONE)
    await make_key(work, home)
    await hold(work, station, work.now + 59 * DAY)
    stay, _ = await push(work, home, external_id="stay", days=60)
    begin = stay.starts_at
    outwards, back = await lockers_of(work, stay)
    assert back.automat_id == north.id
    out = await fetch(work, outwards, at=begin)
    for automat in (station, north):
        await hold(work, automat, begin + 68 * DAY)

    await push(out, home, external_id="stay", starts_at=begin, days=70)

    assert farther.id not in {one.automat_id for one in await lockers_of(out, stay)}


async def all_out_of_order(work: Work, automat: Automat, *, out_of_order: bool) -> None:
    for locker in await work.all(work.own(Locker).where(Locker.automat_id == automat.id)):
        await automats.update_locker(work, locker.id, out_of_order=out_of_order)


async def test_a_key_that_waits_for_a_locker_still_does_when_the_end_is_moved(work: Work) -> None:
    automat, desk = await make_automat(work), await make_desk(work)
    first, second = [await make_key(work, desk=desk) for _ in range(2)]
    there = {"automat_id": automat.id, "free_locker_after_fetch": True}
    contract = await made(work, first, second, starts_at=work.now, days=5, **there)
    await transfer(work, name(first), automat_id=automat.id)
    held = {one.key_id: one for one in await lockers_by_staff(work, contract)}
    out = await fetch(work, held[first.id], at=work.now + HOUR)
    await all_out_of_order(out, automat, out_of_order=True)
    await look_after(out, contract, at=out.now)
    assert held[second.id].state is LockerContractState.FAILED
    assert contract.ends_at is not None

    await contract_changes.change_end(out, contract.id, ends_at=contract.ends_at + DAY)
    await all_out_of_order(out, automat, out_of_order=False)
    await look_after(out, contract, at=out.now + HOUR)

    waiting = held[second.id]
    await out.session.refresh(waiting)
    assert (waiting.state.is_live, waiting.ends_at) == (True, contract.ends_at)
