"""The hours that automats are told with their codes, by their own clocks (R52-R54, G29)."""

from acknowledging import confirm, latest, linked
from factories import make_automat, make_key, make_unit
from promising import lockers_of, made

from models.access_schedules import AccessSchedule
from models.automat_links import AutomatLink
from models.automat_reports import CodeKind
from models.contracts import LockerContractState
from resolvers import automats, organizations
from resolvers.access_schedules import set_schedule
from resolvers.automat_codes import tables
from resolvers.work import Work

OFFICE = {
    "windows": [{"weekdays": [1, 2, 3, 4, 5], "from": "08:00", "to": "17:00"}],
    "dailyReturn": False,
}


async def zones_told(work: Work, link: AutomatLink) -> set[str]:
    """Tell by which clocks the hours go that an automat is told."""
    table = await tables.of_link(work, link.id)
    assert table is not None
    return {one.hours.time_zone for one in table.codes if one.hours}


async def test_a_table_says_at_which_hours_a_code_works(work: Work) -> None:
    unit = await make_unit(work, access_schedules=True)
    automat = await make_automat(work, unit_id=unit.id)
    contract = await made(work, await make_key(work, automat=automat), starts_at=work.now)
    link = await linked(work, automat)
    await confirm(work, automat)
    before = await latest(work, automat)

    await set_schedule(work, contract.id, OFFICE)

    table = await tables.of_link(work, link.id)
    assert table is not None
    hours = [one.hours for one in table.codes if one.hours is not None]
    schedule = AccessSchedule.read(OFFICE)
    assert [one.stretches for one in hours] == [tuple(schedule.stretches())]
    assert [one.kind for one in table.codes if one.hours] == [CodeKind.PIN]
    assert table.revision == before + 1
    (held,) = await lockers_of(work, contract)
    assert held.state is LockerContractState.SYNCING


async def test_hours_go_by_the_clock_of_the_automat(work: Work) -> None:
    unit = await make_unit(work, access_schedules=True)
    automat = await make_automat(work, unit_id=unit.id, time_zone="Asia/Tokyo")
    contract = await made(work, await make_key(work, automat=automat), starts_at=work.now)

    await set_schedule(work, contract.id, OFFICE)

    assert await zones_told(work, await linked(work, automat)) == {"Asia/Tokyo"}


async def test_hours_are_learned_anew_when_the_automats_clock_is_another_one(work: Work) -> None:
    unit = await make_unit(work, access_schedules=True)
    automat = await make_automat(work, unit_id=unit.id)
    contract = await made(work, await make_key(work, automat=automat), starts_at=work.now)
    await set_schedule(work, contract.id, OFFICE)
    link, before = await linked(work, automat), await latest(work, automat)

    await organizations.update_unit(work, unit.id, {"time_zone": "Asia/Tokyo"})

    assert await zones_told(work, link) == {automat.time_zone} == {"Europe/Helsinki"}
    assert await latest(work, automat) == before

    await automats.update(work, automat.id, {"time_zone": "Europe/Oslo"})

    assert await zones_told(work, link) == {"Europe/Oslo"}
    assert await latest(work, automat) == before + 1
