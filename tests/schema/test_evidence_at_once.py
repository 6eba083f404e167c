"""Bundles of evidence are hard work: a few at a time, none for headers alone, none without end."""

import asyncio

import pytest
from evidencing import offered
from talking import Client

from resolvers.evidence.links import evidence_url
from schema.context import clock
from schema.web import evidence_routes


async def address_of(client: Client) -> str:
    """Give the address of a bundle, as a path."""
    process = await offered(client)
    url = evidence_url(client.outside, process.key_contract_id, clock())
    return url.removeprefix(client.outside.public_url)


async def test_two_bundles_are_made_at_a_time_and_others_are_asked_to_come_again(
    client: Client,
) -> None:
    address = await address_of(client)

    answers = await asyncio.gather(*(client.http.get(address) for _ in range(5)))
    later = await client.http.get(address)

    refused = [one for one in answers if one.status_code == 503]
    assert sorted(one.status_code for one in answers) == [200, 200, 503, 503, 503]
    assert {one.headers["retry-after"] for one in refused} == {"10"}
    assert {one.json()["error"]["code"] for one in refused} == {"FILE_REFUSED"}
    assert later.status_code == 200


async def test_nothing_is_made_for_headers_alone(client: Client) -> None:
    answer = await client.http.head(await address_of(client))

    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")


async def test_a_bundle_of_very_large_files_is_refused_with_their_size(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = await address_of(client)
    monkeypatch.setattr(evidence_routes, "MOST_BYTES", 10)

    answer = await client.http.get(address)
    monkeypatch.undo()

    assert answer.status_code == 422
    assert "more than the 10 that are sent" in answer.json()["error"]["message"]
    assert (await client.http.get(address)).status_code == 200
