from pathlib import Path

import pytest

from geo.geocoding import Match
from geo.index.address_merging import metres
from geo.index.embedded import EmbeddedGeocoder
from geo.index.importing import import_addresses
from models.database import Database
from models.errors import AddressAmbiguous, AddressNotFound, LivionKeyError
from models.places import PlacementPrecision, PostalAddress

DATA = Path(__file__).parent / "data" / "helsinki.csv"
HEADER = "street,housenumber,postcode,city,lat,lon,unit,country"

INVENTED = [
    # two towns with a street of one name, and a town with two of them
    "Hauptstraße,5,10827,Berlinchen,52.48,13.35,,XA",
    "Hauptstraße,5,13158,Berlinchen,52.60,13.38,,XA",
    "Hauptstraße,7,13158,Berlinchen,52.6005,13.38,,XA",
    "Hauptstraße,5,20095,Hamburgchen,53.55,10.0,,XA",
    "Hauptstraße,77,20095,Hamburgchen,53.56,10.0,,XA",
    "Müllerstraße,1,20095,Hamburgchen,53.57,10.0,,XA",
    "Mullerstraße,1,20095,Hamburgchen,53.59,10.0,,XA",
    "Lindenweg,12a,20095,Hamburgchen,53.5,10.1,,XA",
    "Lindenweg,12b,20095,Hamburgchen,53.5002,10.1,,XA",
    "Lindenweg,14,20095,Hamburgchen,53.5004,10.1,,XA",
    "Straße des 17. Juni,135,10623,Berlinchen,52.51,13.33,,XA",
    # a street with gaps, ranges and staircases
    "Pitkätie,2,40000,Koekylä,61.0,25.0,,XB",
    "Pitkätie,4,40000,Koekylä,61.0004,25.0,,XB",
    "Pitkätie,8,40000,Koekylä,61.0012,25.0,,XB",
    "Pitkätie,20-24,40000,Koekylä,61.004,25.0,,XB",
    "Pitkätie,30,40000,Koekylä,61.005,25.0,A,XB",
    "Pitkätie,30,40000,Koekylä,61.0053,25.0,B,XB",
    "Pitkätie,1,40000,Koekylä,61.0,25.0005,,XB",
    # one edit apart in one town, and a town whose name another begins with
    "Otavantie,3,50000,Alakylä,62.0,26.0,,XB",
    "Otavatie,3,50000,Alakylä,62.05,26.0,,XB",
    "Mäkelänkatu,2,71000,Etukylä,62.5,26.1,,XB",
    "Lakelankatu,2,72000,Takakylä,61.5,25.5,,XB",
    "Kaukotie,1,60000,Frankfurt am Main,50.1,8.6,,XB",
    # Estonian streets without their kind
    "Pikk,5,10123,Tallinnake,59.43,24.74,,XC",
    "Lai tänav,5,10123,Tallinnake,59.44,24.74,,XC",
    # a street that very many towns have
    *(f"Kirchgasse,1,{30_000 + i},Dorf {i},{45 + i * 0.1:.1f},9.0,,XD" for i in range(70)),
]


@pytest.fixture(scope="session")
async def geocoder(
    database: Database, tmp_path_factory: pytest.TempPathFactory
) -> EmbeddedGeocoder:
    """Give a geocoder that knows a bit of Helsinki and some invented towns."""
    invented = tmp_path_factory.mktemp("addresses") / "invented.csv"
    invented.write_text("\n".join([HEADER, *INVENTED]) + "\n")
    await import_addresses(database, DATA)
    await import_addresses(database, invented, country="XA")
    return EmbeddedGeocoder(database)


async def ask(geocoder: EmbeddedGeocoder, text: str, country_code: str = "FI") -> Match:
    return await geocoder.geocode(PostalAddress(text, country_code=country_code))


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
