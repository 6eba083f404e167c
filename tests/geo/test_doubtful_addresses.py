"""The embedded geocoder tells places of one name apart, or says that it cannot; no guesses."""

import pytest
from known_addresses import ask, fill_index

from geo.index.embedded import EmbeddedGeocoder
from models.database import Database
from models.errors import AddressAmbiguous, AddressNotFound


@pytest.fixture(scope="session")
async def geocoder(
    database: Database, tmp_path_factory: pytest.TempPathFactory
) -> EmbeddedGeocoder:
    """Give a geocoder that knows a bit of Helsinki and some invented towns."""
    return await fill_index(database, tmp_path_factory.mktemp("addresses"))


@pytest.mark.parametrize(
    ("text", "latitude"),
    [
        ("Hauptstr. 5, 10827 Berlinchen", 52.48),
        ("Hauptstraße 5, 13158 Berlinchen", 52.60),
        ("Hauptstraße 5, Hamburgchen", 53.55),
        ("Hauptstraße 5, 20095", 53.55),
        ("Hauptstrasse 77", 53.56),
        ("Müllerstraße 1, Hamburgchen", 53.57),
        ("Mullerstraße 1, Hamburgchen", 53.59),
        ("Straße des 17. Juni 135", 52.51),
        ("Lindenweg 12, Hamburgchen", 53.5),
    ],
)
async def test_town_postal_code_number_and_spelling_settle_which_street_is_meant(
    geocoder: EmbeddedGeocoder, text: str, latitude: float
) -> None:
    assert (await ask(geocoder, text, "XA")).coordinates.latitude == pytest.approx(latitude)


@pytest.mark.parametrize(
    ("country_code", "text", "first", "second"),
    [
        ("XA", "Hauptstraße 5", "Hauptstraße 5, ", "Hamburgchen"),
        ("XA", "Hauptstraße 5, Berlinchen", "10827 Berlinchen", "13158 Berlinchen"),
        ("XB", "Otavntie 3, Alakylä", "Otavantie 3", "Otavatie 3"),
        ("XD", "Kirchgasse 1", "Kirchgasse, Dorf", "70 streets"),
    ],
)
async def test_of_several_places_none_is_picked(
    geocoder: EmbeddedGeocoder, country_code: str, text: str, first: str, second: str
) -> None:
    with pytest.raises(AddressAmbiguous) as refusal:
        await ask(geocoder, text, country_code)

    assert first in refusal.value.message
    assert second in refusal.value.message


@pytest.mark.parametrize(
    ("country_code", "text", "message"),
    [
        ("FI", "Keksityntie 5, Helsinki", "Helsinki has no such street"),
        ("FI", "Yrjönkatu 26, Rovaniemi", "Rovaniemi is no town of the index"),
        ("FI", "Yrjönkatu 26 Rovaniemi", "Rovaniemi is no town of the index"),
        ("FI", "Yrjönkatu 26, 00100 Rovaniemi", "Rovaniemi is no town of the index"),
        ("XB", "Pitkätie 4, Alakylä", "there is one in Koekylä"),
        ("XB", "Pitkätie 4, 50000", "Alakylä has no such street"),
        ("XB", "Pitkätie 4, 99999", "the postal code 99999 is another"),
        ("XA", "Westlindenweg 12", "no town has such a street"),
        ("FI", "PL 123, 00101 Helsinki", "post box"),
        ("FI", "Hauptstraße 5, Berlin, Germany", "names DE"),
        ("XE", "Yrjönkatu 26", "No addresses of XE"),
        ("FI", "", "names no street or town"),
        ("XB", "99999", "postal code 99999"),
    ],
)
async def test_what_is_not_there_is_not_guessed(
    geocoder: EmbeddedGeocoder, country_code: str, text: str, message: str
) -> None:
    with pytest.raises(AddressNotFound, match=message):
        await ask(geocoder, text, country_code)


@pytest.mark.parametrize("code", ["40001", "04000", "50000"])
async def test_a_wrong_postal_code_makes_the_answer_less_sure(
    geocoder: EmbeddedGeocoder, code: str
) -> None:
    right = await ask(geocoder, "Pitkätie 4, 40000 Koekylä", "XB")

    wrong = await ask(geocoder, f"Pitkätie 4, {code} Koekylä", "XB")

    assert wrong.coordinates == right.coordinates
    assert wrong.confidence < right.confidence


async def test_a_street_of_another_town_is_no_slip_of_the_finger(
    geocoder: EmbeddedGeocoder,
) -> None:
    with pytest.raises(AddressNotFound, match="there is one in Etukylä"):
        await ask(geocoder, "Mäkelänkatu 2, Takakylä", "XB")

    slip = await ask(geocoder, "Mäkelänkatu 2, 72000 Takakylä", "XB")

    assert slip.matched_address == "Lakelankatu 2, 72000 Takakylä"


async def test_another_country_has_nothing_to_say(geocoder: EmbeddedGeocoder) -> None:
    with pytest.raises(AddressNotFound):
        await ask(geocoder, "Pitkätie 4, Koekylä", "XA")
