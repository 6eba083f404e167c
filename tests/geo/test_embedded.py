"""The embedded geocoder finds what is there, however it is written, and says how exactly."""

from pathlib import Path

import pytest
from known_addresses import HEADER, ask, fill_index

from geo.geocoding import Match
from geo.index.address_merging import metres
from geo.index.embedded import EmbeddedGeocoder
from geo.index.importing import import_addresses
from models.database import Database
from models.errors import AddressNotFound, LivionKeyError
from models.places import PlacementPrecision, PostalAddress


@pytest.fixture(scope="session")
async def geocoder(
    database: Database, tmp_path_factory: pytest.TempPathFactory
) -> EmbeddedGeocoder:
    """Give a geocoder that knows a bit of Helsinki and some invented towns."""
    return await fill_index(database, tmp_path_factory.mktemp("addresses"))


@pytest.mark.parametrize(
    "text",
    [
        "Yrjönkatu 26, 00100 Helsinki",
        "yrjonkatu 26 helsinki",
        "YRJÖNKATU 26, HELSINGFORS",
        "Yrjönk. 26, Helsinki",
        "Yrjönkatu 26 A 15, Helsinki",
        "Yrjönkatu 26 as. 4, 00100 Helsinki",
        "Yrjönkatu 26 B, 2. krs, Helsinki",
        "Yrjönkatu26, Helsinki",
        "Yrjönkatu 26, Helsinki, Finland",
        "Yrjonaktu 26, Helsinki",
        "Yrjönkat 26, Helsnki",
        "Georgsgatan 26, Helsingfors",
        "Georgsg. 26 lgh 3, Helsingfors",
        "c/o Matti Virtanen, Yrjönkatu 26, 00100 Helsinki",
        "Matti Virtanen c/o Torni\nYrjönkatu 26\n00100 Helsinki",
        "c/o Matti Virtanen Yrjönkatu 26, Helsinki",
        "Hotelli Torni, Yrjönkatu 26, Helsinki",
        "26 Yrjönkatu, Helsinki",
        "Helsinki, Yrjönkatu 26",
    ],
)
async def test_a_house_in_helsinki_is_found_however_it_is_written(
    geocoder: EmbeddedGeocoder, text: str
) -> None:
    match = await ask(geocoder, text)

    here = (match.coordinates.latitude, match.coordinates.longitude)
    assert match.precision is PlacementPrecision.HOUSE_NUMBER
    assert match.source == "embedded"
    assert metres(here, (60.16758, 24.93873)) < 100


async def test_the_fields_of_an_address_are_enough(geocoder: EmbeddedGeocoder) -> None:
    match = await geocoder.geocode(PostalAddress("", "Yrjönkatu 26 A 3", "00100", "Helsinki", "FI"))

    assert match.matched_address == "Yrjönkatu 26, 00100 Helsinki"
    assert match.confidence > 0.9


@pytest.mark.parametrize(
    ("text", "precision", "latitude"),
    [
        ("Pitkätie 4, Koekylä", PlacementPrecision.HOUSE_NUMBER, 61.0004),
        ("Pitkätie 30 B 12, Koekylä", PlacementPrecision.HOUSE_NUMBER, 61.0053),
        ("Pitkätie 20-24, Koekylä", PlacementPrecision.HOUSE_NUMBER, 61.004),
        ("Pitkätie 22, Koekylä", PlacementPrecision.NUMBER_RANGE, 61.004),
        ("Pitkätie 4c, Koekylä", PlacementPrecision.NUMBER_RANGE, 61.0004),
        ("Pitkätie 6, Koekylä", PlacementPrecision.INTERPOLATED, 61.0008),
        ("Pitkätie 6 A 3, Koekylä", PlacementPrecision.INTERPOLATED, 61.0008),
        ("Pitkätie 99, Koekylä", PlacementPrecision.STREET, 61.0012),
        ("Pitkätie, Koekylä", PlacementPrecision.STREET, 61.0012),
        ("40000 Koekylä", PlacementPrecision.POSTAL_CODE, 61.0025),
        ("Alakylä", PlacementPrecision.CITY, 62.025),
    ],
)
async def test_an_answer_says_how_exact_it_is(
    geocoder: EmbeddedGeocoder, text: str, precision: PlacementPrecision, latitude: float
) -> None:
    match = await ask(geocoder, text, "XB")

    assert match.precision is precision
    assert match.coordinates.latitude == pytest.approx(latitude, abs=0.0015)


async def test_a_less_exact_answer_is_less_sure(geocoder: EmbeddedGeocoder) -> None:
    texts = ["Pitkätie 4", "Pitkätie 22", "Pitkätie 6", "Pitkätie 99", "40000 Koekylä", "Alakylä"]

    sure = [(await ask(geocoder, text, "XB")).confidence for text in texts]

    assert sure == sorted(sure, reverse=True)


@pytest.mark.parametrize(
    ("text", "matched"),
    [
        ("Pikk tänav 5, Tallinnake", "Pikk 5, 10123 Tallinnake"),
        ("Pikk tn 5-12, Tallinnake", "Pikk 5, 10123 Tallinnake"),
        ("Lai 5, Tallinnake", "Lai tänav 5, 10123 Tallinnake"),
    ],
)
async def test_the_ordinary_kind_of_street_may_be_left_out_or_added(
    geocoder: EmbeddedGeocoder, text: str, matched: str
) -> None:
    assert (await ask(geocoder, text, "XC")).matched_address == matched


async def test_a_town_is_found_by_the_beginning_of_its_name(geocoder: EmbeddedGeocoder) -> None:
    match = await ask(geocoder, "Kaukotie 1, Frankfurt", "XB")

    assert match.matched_address == "Kaukotie 1, 60000 Frankfurt am Main"


async def test_many_addresses_get_what_each_would_get_alone(geocoder: EmbeddedGeocoder) -> None:
    addresses = [
        PostalAddress(text, country_code=code)
        for code, text in [
            ("FI", "Yrjönkatu 26, Helsinki"),
            ("XA", "Hauptstraße 5"),
            ("XB", "Pitkätie 6, Koekylä"),
            ("FI", "Keksityntie 5, Helsinki"),
            ("XB", "40000 Koekylä"),
        ]
        * 150
    ]

    together = await geocoder.geocode_many(addresses)

    alone = [await geocoder.geocode_many([address]) for address in addresses[:5]]
    for answer, (expected,) in zip(together, alone * 150, strict=True):
        assert _told(answer) == _told(expected)


async def test_what_comes_in_later_is_found_at_once(
    geocoder: EmbeddedGeocoder, database: Database, tmp_path: Path
) -> None:
    with pytest.raises(AddressNotFound):
        await ask(geocoder, "Uusitie 1, Uusikylä", "XF")
    path = tmp_path / "new.csv"
    path.write_text(f"{HEADER}\nUusitie,1,70000,Uusikylä,63.0,27.0,,XF\n")

    await import_addresses(database, path)

    assert (await ask(geocoder, "Uusitie 1, Uusikylä", "XF")).coordinates.latitude == 63.0


async def test_nothing_that_is_written_breaks_the_geocoder(geocoder: EmbeddedGeocoder) -> None:
    odd = [
        "",
        " ",
        ",",
        "12",
        "\n",
        "c/o",
        "()",
        "0",
        "a" * 5_000,
        "🏠 12",
        "\0",
        "' or 1=1 --",
        "١٢",
        "%",
    ]

    answers = await geocoder.geocode_many(
        [PostalAddress(text, text, text, text, "FI") for text in odd]
    )

    assert all(isinstance(answer, AddressNotFound) for answer in answers)


def _told(answer: Match | LivionKeyError) -> object:
    return answer.message if isinstance(answer, LivionKeyError) else answer
