"""Signing at stations: which of them can take a contract now, and which cannot, and why not."""

from datetime import timedelta
from typing import Any

import pytest
from factories import make_stranger, make_unit
from racing import at_once
from signing import (
    begun,
    online_station,
    station_token,
    waiting,
)
from talking import Client

from models.contracts import KeyContract
from models.errors import (
    InvalidInput,
    NotFound,
    StationNotReady,
)
from models.signing import SigningMethod
from models.stations import SILENCE
from resolvers.signing import stations
from resolvers.work import Work, system
from schema.context import clock

Method = SigningMethod


async def test_at_a_station_a_signing_lasts_fifteen_minutes(work: Work) -> None:
    station = await online_station(work, await station_token(work))

    start = await begun(work, method=Method.STATION, station_id=station.id)

    assert start.process.expires_at == work.now + timedelta(minutes=15)
    assert start.secret is None


async def test_a_method_and_a_station_have_to_fit(work: Work) -> None:
    contract = await waiting(work)
    station = await online_station(work, await station_token(work))

    for method in (Method.LOCAL, Method.LINK):
        with pytest.raises(InvalidInput, match="no part"):
            await begun(work, contract, method=method, station_id=station.id)
    with pytest.raises(InvalidInput, match="which station"):
        await begun(work, contract, method=Method.STATION)


async def test_a_station_that_is_not_ready_says_why(work: Work) -> None:
    unit = await make_unit(work)
    contract = await waiting(work, unit)
    token_id = await station_token(work)
    station = await online_station(work, token_id, unit_id=unit.id)
    elsewhere = (await make_unit(work)).id

    async def refusal(**change: Any) -> str:
        before = {name: getattr(station, name) for name in change}
        for name, value in change.items():
            setattr(station, name, value)
        with pytest.raises(StationNotReady) as refused:
            await begun(work, contract, method=Method.STATION, station_id=station.id)
        for name, value in before.items():
            setattr(station, name, value)
        assert refused.value.path == ("station_id",)
        return refused.value.message

    assert await refusal(retired_at=work.now) == stations.RETIRED
    assert await refusal(organization_unit_id=elsewhere) == stations.OTHER_UNIT
    assert await refusal(token_id=None) == stations.NOT_PAIRED
    assert await refusal(last_seen_at=None) == stations.SILENT
    assert await refusal(last_seen_at=work.now - SILENCE) == stations.SILENT
    await begun(work, await waiting(work, unit), method=Method.STATION, station_id=station.id)
    assert await refusal() == stations.BUSY


async def test_a_station_serves_its_unit_and_those_below_it_and_no_other(work: Work) -> None:
    town = await make_unit(work)
    house = await make_unit(work, parent_id=town.id)
    token_id = await station_token(work)
    below = await online_station(work, token_id, unit_id=house.id)
    with pytest.raises(StationNotReady, match="another unit"):
        contract = await waiting(work, town)
        await begun(work, contract, method=Method.STATION, station_id=below.id)
    await stations.unpair(work, below.id)
    above = await online_station(work, await station_token(work), unit_id=town.id)

    start = await begun(
        work, await waiting(work, house), method=Method.STATION, station_id=above.id
    )

    assert start.process.station_id == above.id


async def test_of_two_contracts_at_the_same_moment_a_station_takes_one(client: Client) -> None:
    async with client.working() as work:
        contracts = [await waiting(work, agrees=False) for _ in range(4)]
        station = await online_station(work, await station_token(work))

    def at_station(contract: KeyContract) -> Any:
        return lambda work: begun(work, contract, method=Method.STATION, station_id=station.id)

    answers = await at_once(
        client.database,
        system(client.organization_id),
        *[at_station(contract) for contract in contracts],
        at=clock(),
    )

    assert len([one for one in answers if isinstance(one, StationNotReady)]) == 3


async def test_somebody_elses_contract_and_station_look_like_none(work: Work) -> None:
    contract = await waiting(work)
    stranger = await make_stranger(work)
    theirs = await online_station(stranger, await station_token(stranger))

    with pytest.raises(NotFound):
        await begun(stranger, contract)
    with pytest.raises(NotFound) as refused:
        await begun(work, contract, method=Method.STATION, station_id=theirs.id)

    assert refused.value.path == ("station_id",)
