"""Displays of stations watch the signing that is open there, over a real WebSocket."""

from contextlib import AbstractAsyncContextManager, AsyncExitStack

import pytest
from effects import until
from signing import Signer, begun, offered, station_of, store_offer, waiting
from small_api import served
from talking import Client
from watchers import Watcher, watching

from models.accounts import Role
from models.signing import SigningMethod, SigningProcess
from models.stations import SignatureStation
from resolvers.signing import ending, stations
from schema.scalars import to_id
from schema.signing import station_display

FOLLOW = "subscription { stationProcess { id secret state contactName purpose } }"


def following(client: Client, role: Role = Role.STATION) -> AbstractAsyncContextManager[Watcher]:
    """Serve the application, and follow what a role's token may follow."""
    return watching(client, FOLLOW, role)


async def a_station(client: Client) -> SignatureStation:
    async with client.working() as work:
        return await station_of(client, work)


async def begin_at(client: Client, station: SignatureStation) -> SigningProcess:
    """Have a contract signed at a station."""
    async with client.working() as work:
        method = SigningMethod.STATION
        start = await begun(work, await waiting(work), method=method, station_id=station.id)
    return start.process


async def offer(client: Client, process: SigningProcess) -> None:
    async with client.working() as work:
        await offered(work, await work.get(SigningProcess, process.id))
        (process,) = await work.all(work.own(SigningProcess).where(SigningProcess.id == process.id))
    await store_offer(client, process)


async def test_a_display_shows_a_signing_from_its_beginning_to_its_end(client: Client) -> None:
    station = await a_station(client)
    async with following(client) as display:
        at_first = await display.next()
        process = await begin_at(client, station)
        prepared = await display.next()
        await offer(client, process)
        ready = await display.next()

        signer = Signer(client, ready["secret"])
        assert (await signer.sign()).json() == {"state": "SIGNED"}
        at_last = await display.next()

    assert at_first is None
    assert prepared == {
        "id": to_id(SigningProcess, process.id),
        "secret": ready["secret"],
        "state": "PREPARING",
        "contactName": "Aino Virtanen",
        "purpose": "HANDOVER",
    }
    assert ready == prepared | {"state": "OFFERED"}
    assert at_last is None


async def test_a_display_that_comes_back_gets_the_same_signing_with_another_secret(
    client: Client,
) -> None:
    station = await a_station(client)
    process = await begin_at(client, station)
    await offer(client, process)

    async with following(client) as display:
        first = await display.next()
    async with following(client) as display:
        second = await display.next()

    assert second["id"] == first["id"]
    assert second["secret"] != first["secret"]
    assert await Signer(client, first["secret"]).refused("") == (404, "LINK_NOT_VALID")
    assert (await Signer(client, second["secret"]).sign()).json() == {"state": "SIGNED"}


async def test_what_happens_elsewhere_is_not_shown(client: Client) -> None:
    station = await a_station(client)
    async with following(client) as display:
        await display.next()
        async with client.working() as work:
            await begun(work)

        assert await display.is_quiet()
        await begin_at(client, station)
        assert (await display.next())["state"] == "PREPARING"


async def test_a_signing_that_is_withdrawn_is_not_shown_any_more(client: Client) -> None:
    station = await a_station(client)
    process = await begin_at(client, station)
    async with following(client) as display:
        assert (await display.next())["state"] == "PREPARING"
        async with client.working() as work:
            await ending.withdraw(work, process.id)

        assert await display.next() is None


async def test_a_signing_whose_time_is_over_is_not_shown_any_more(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(station_display, "LONGEST_NAP_SECONDS", 0.2)
    station = await a_station(client)
    process = await begin_at(client, station)
    async with following(client) as display:
        assert (await display.next())["state"] == "PREPARING"
        async with client.working() as work:
            (await work.get(SigningProcess, process.id)).expires_at = work.now

        assert await display.next() is None


async def test_it_ends_when_the_token_is_taken_back(client: Client) -> None:
    station = await a_station(client)
    async with following(client) as display:
        await display.next()
        async with client.working() as work:
            await stations.unpair(work, station.id)

        assert await display.refused() == "UNAUTHENTICATED"
        end = await display.heard()

    assert end == {"type": "complete", "id": "1"}


@pytest.mark.parametrize("role", Role)
async def test_only_displays_follow_signings(client: Client, role: Role) -> None:
    async with following(client, role) as display:  # no token of these is bound to a station
        assert await display.refused() == "NOT_ALLOWED"


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("subscription { nothing }", "Cannot query field"),
        (
            "subscription { stationProcess { "
            + " ".join(f"a{number}: id" for number in range(31))
            + " } }",
            "31 aliases",
        ),
        ("subscription { stationProcess { " + "id " * 1_000 + "} }", "token"),
    ],
)
async def test_a_subscription_is_within_the_limits_of_every_document(
    client: Client, query: str, words: str
) -> None:
    await a_station(client)
    async with served(client.app) as url, Watcher.at(url, client.tokens[Role.STATION]) as made:
        await made.subscribe(query)
        told = await made.heard()

    assert told["type"] == "error"
    assert words in told["payload"][0]["message"]
    assert told["payload"][0]["extensions"]["code"] == "INVALID_INPUT"


async def test_many_displays_share_one_pair_of_ears(client: Client) -> None:
    station = await a_station(client)
    echo = client.database.echo
    async with served(client.app) as url, AsyncExitStack() as stack:
        token = client.tokens[Role.STATION]
        displays = [await stack.enter_async_context(Watcher.at(url, token)) for _ in range(6)]
        for one in displays:
            await one.subscribe(FOLLOW)
            assert await one.next() is None
        ears = echo._listening
        await begin_at(client, station)

        shown = [await one.next() for one in displays]

    async def nobody_listens() -> bool:
        return echo._listening is None

    assert ears is not None
    assert {each["state"] for each in shown} == {"PREPARING"}
    await until(nobody_listens)
