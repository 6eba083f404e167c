"""What a service's answers are worth, shown with answers as the services send them."""

from collections.abc import Callable
from typing import Any

import pytest
from geocoding_peer import (
    MANNERHEIMINTIE,
    PLACE,
    Peer,
    asking,
    google_result,
    here_item,
    nominatim_place,
    pelias_feature,
    photon_feature,
    placed,
)
from starlette.responses import JSONResponse, Response

from models.errors import AddressAmbiguous, AddressNotFound
from models.places import PlacementPrecision, PostalAddress


async def test_nominatim_is_asked_by_parts_inside_the_country_without_the_flat(peer: Peer) -> None:
    peer.says([nominatim_place()])

    await placed(peer)

    assert peer.questions == [
        {
            "street": "Mannerheimintie 12",
            "city": "Helsinki",
            "postalcode": "00100",
            "countrycodes": "fi",
            "accept-language": "fi",
            "addressdetails": "1",
            "limit": "10",
            "format": "json",
        }
    ]


async def test_a_wrong_postal_code_does_not_hide_the_house(peer: Peer) -> None:
    def strict(question: dict[str, str]) -> Response:
        return JSONResponse([] if "postalcode" in question else [nominatim_place()])

    peer.answer = strict
    address = PostalAddress("", "Mannerheimintie 12", "00999", "Helsinki")

    match = await placed(peer, address)

    assert match.precision is PlacementPrecision.HOUSE_NUMBER
    assert match.confidence < 0.8
    assert len(peer.asked) == 2


async def test_a_shortened_street_is_asked_for_in_full(peer: Peer) -> None:
    def strict(question: dict[str, str]) -> Response:
        known = question["street"].lower() == "mannerheimintie 12"
        return JSONResponse([nominatim_place()] if known else [])

    peer.answer = strict

    match = await placed(peer, PostalAddress("c/o Virtanen, Mannerheimint. 12 as. 4, Helsinki"))

    assert match.precision is PlacementPrecision.HOUSE_NUMBER


async def test_a_post_box_lies_nowhere_and_nobody_is_asked(peer: Peer) -> None:
    with pytest.raises(AddressNotFound):
        await placed(peer, PostalAddress("PL 12, 00101 Helsinki"))

    assert peer.asked == []


async def test_house_12a_is_asked_for_when_there_is_no_house_12_with_a_staircase_a(
    peer: Peer,
) -> None:
    def only_12a(question: dict[str, str]) -> Response:
        return JSONResponse([nominatim_place("12a")] if "12a" in question["street"] else [])

    peer.answer = only_12a

    match = await placed(peer)

    assert match.precision is PlacementPrecision.HOUSE_NUMBER


@pytest.mark.parametrize(
    ("place", "precision"),
    [
        (nominatim_place("12"), PlacementPrecision.HOUSE_NUMBER),
        (nominatim_place("12 A"), PlacementPrecision.HOUSE_NUMBER),
        (nominatim_place("10-14"), PlacementPrecision.NUMBER_RANGE),
        (nominatim_place("12b"), PlacementPrecision.NUMBER_RANGE),
        (nominatim_place("12", osm_type="way"), PlacementPrecision.INTERPOLATED),
        (nominatim_place("13"), PlacementPrecision.STREET),
        (nominatim_place(None), PlacementPrecision.STREET),
        (nominatim_place(None, rank=26), PlacementPrecision.STREET),
        (nominatim_place(None, rank=21, road="", type="postcode"), PlacementPrecision.POSTAL_CODE),
        (nominatim_place(None, rank=16, road=""), PlacementPrecision.CITY),
    ],
)
async def test_only_the_number_makes_a_house(
    peer: Peer, place: dict[str, Any], precision: PlacementPrecision
) -> None:
    peer.says([place])

    match = await placed(peer)

    assert match.precision is precision


@pytest.mark.parametrize(
    "place",
    [
        nominatim_place(country_code="ee"),
        nominatim_place(road="Fredrikinkatu"),
        nominatim_place(None, rank=4, road=""),
    ],
)
async def test_another_country_another_street_and_a_whole_country_are_no_answers(
    peer: Peer, place: dict[str, Any]
) -> None:
    peer.says([place])

    with pytest.raises(AddressNotFound):
        await placed(peer)


@pytest.mark.parametrize(
    ("name", "answer", "precision"),
    [
        ("google", google_result("RANGE_INTERPOLATED"), PlacementPrecision.INTERPOLATED),
        ("google", google_result("GEOMETRIC_CENTER"), PlacementPrecision.STREET),
        ("google", google_result("GEOMETRIC_CENTER", None), PlacementPrecision.STREET),
        ("here", here_item(houseNumberType="interpolated"), PlacementPrecision.INTERPOLATED),
        ("here", here_item(resultType="street"), PlacementPrecision.STREET),
        ("pelias", pelias_feature(accuracy="interpolated"), PlacementPrecision.INTERPOLATED),
        ("pelias", pelias_feature(layer="localadmin", street=None), PlacementPrecision.CITY),
        (
            "photon",
            photon_feature(type="street", name="Mannerheimintie"),
            PlacementPrecision.STREET,
        ),
        ("photon", photon_feature(housenumber="20"), PlacementPrecision.STREET),
        ("photon", photon_feature(housenumber="8-14"), PlacementPrecision.NUMBER_RANGE),
    ],
)
async def test_an_estimate_is_not_taken_for_a_house(
    peer: Peer, name: str, answer: dict[str, Any], precision: PlacementPrecision
) -> None:
    wrapped = {"google": "results", "here": "items"}.get(name, "features")
    peer.says({wrapped: [answer], "status": "OK"})

    async with asking(peer, name) as geocoder:
        match = await geocoder.geocode(MANNERHEIMINTIE)

    assert match.precision is precision


async def test_two_equally_good_houses_in_different_places_are_both_named(peer: Peer) -> None:
    rival = nominatim_place(lat="60.2000", lon="24.9000", display_name="12, the other one")
    peer.says([nominatim_place(), rival])

    with pytest.raises(AddressAmbiguous) as refused:
        await placed(peer)

    assert "60.16900, 24.94000" in refused.value.message
    assert "the other one (60.20000, 24.90000)" in refused.value.message


async def test_two_answers_for_one_house_are_one_answer(peer: Peer) -> None:
    peer.says([nominatim_place(), nominatim_place(lat="60.1695")])

    match = await placed(peer)

    assert match.coordinates == PLACE


async def test_the_postal_code_settles_which_of_two_houses_it_is(peer: Peer) -> None:
    peer.says([nominatim_place(postcode="00990", lat="60.25"), nominatim_place()])

    match = await placed(peer)

    assert match.coordinates == PLACE


async def test_the_parts_of_one_street_are_one_street(peer: Peer) -> None:
    peer.says([nominatim_place(None, rank=26), nominatim_place(None, rank=26, lat="60.19")])

    match = await placed(peer)

    assert match.precision is PlacementPrecision.STREET


def answers_for(house: dict[str, Any], town: dict[str, Any]) -> Callable[..., Response]:
    return lambda question: JSONResponse([house if "street" in question else town])


async def test_a_town_is_known_by_its_name_in_the_other_language(peer: Peer) -> None:
    town = nominatim_place(None, rank=16, road="")
    peer.answer = answers_for(nominatim_place(road="Mannerheimvägen"), town)
    address = PostalAddress("", "Mannerheimvägen 12", None, "Helsingfors")

    async with asking(peer) as nominatim:
        first = await nominatim.geocode(address)
        again = await nominatim.geocode(address)

    assert first == again
    assert first.precision is PlacementPrecision.HOUSE_NUMBER
    assert peer.questions[0]["accept-language"] == "sv"
    assert [question.get("street") for question in peer.questions].count(None) == 1


async def test_a_house_in_the_next_town_is_no_more_than_a_street(peer: Peer) -> None:
    town = nominatim_place(None, rank=16, road="", city="Vantaa", lat="60.29")
    peer.answer = answers_for(nominatim_place(), town)

    match = await placed(peer, PostalAddress("", "Mannerheimintie 12", None, "Vantaa"))

    assert match.precision is PlacementPrecision.STREET


async def test_a_house_far_from_the_town_is_no_answer(peer: Peer) -> None:
    town = nominatim_place(None, rank=16, road="", city="Oulu", lat="65.01", lon="25.47")
    peer.answer = answers_for(nominatim_place(), town)

    with pytest.raises(AddressNotFound):
        await placed(peer, PostalAddress("", "Mannerheimintie 12", None, "Oulu"))
