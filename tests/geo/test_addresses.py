import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo.wording.addresses import ParsedAddress, parse
from geo.wording.name_likeness import similarity
from geo.wording.postal_codes import postal_code_key
from geo.wording.street_names import aligned, fold, key, spelling, spellings
from models.places import PostalAddress

TOWNS = {"helsinki", "helsingfors", "oslo", "berlin", "paris", "lyon", "london", "tallinn"}


def read(text: str, country_code: str = "FI") -> ParsedAddress:
    return parse(PostalAddress(text, country_code=country_code), TOWNS)


def first(text: str, country_code: str = "FI") -> tuple[str, str]:
    """Give street and number of the likeliest reading."""
    reading = read(text, country_code).readings[0]
    return reading.street, str(reading.number or "")


@pytest.mark.parametrize(
    ("text", "street", "number"),
    [
        ("Mannerheimintie 12", "Mannerheimintie", "12"),
        ("Mannerheimintie 12 A 15, 00100 Helsinki", "Mannerheimintie", "12a"),
        ("Mannerheimintie 12 A 15 00100 Helsinki", "Mannerheimintie", "12a"),
        ("Mannerheimintie 12a15", "Mannerheimintie", "12a"),
        ("Mannerheimintie12, Helsinki", "Mannerheimintie", "12"),
        ("12 Mannerheimintie", "Mannerheimintie", "12"),
        ("Mannerheimintie 12 as. 4", "Mannerheimintie", "12"),
        ("Mannerheimintie 12 B rappu", "Mannerheimintie", "12b"),
        ("Mannerheimintie 12 A-porras", "Mannerheimintie", "12a"),
        ("Mannerheimintie 12, 2. krs", "Mannerheimintie", "12"),
        ("Mannerheimvägen 12 bst 7", "Mannerheimvägen", "12"),
        ("Mannerheimvägen 12 lgh 1102, Helsingfors", "Mannerheimvägen", "12"),
        ("Mannerheimintie 12-14 B", "Mannerheimintie", "12-14 B"),
        ("Fabianinkatu 29-27", "Fabianinkatu", "27-29"),
        ("Runeberginkatu 4b C 12", "Runeberginkatu", "4b C"),
        ("Mannerheimintie 12 (sisäpiha)", "Mannerheimintie", "12"),
        ("Hotelli Torni, Yrjönkatu 26, Helsinki", "Yrjönkatu", "26"),
    ],
)
def test_finnish_addresses_are_taken_apart(text: str, street: str, number: str) -> None:
    assert first(text) == (street, number)


@pytest.mark.parametrize(
    ("country_code", "text", "street", "number"),
    [
        ("DE", "Straße des 17. Juni 135, 10623 Berlin", "Straße des 17. Juni", "135"),
        ("NO", "17. juni gate 5, 0155 Oslo", "17. juni gate", "5"),
        ("FR", "12 bis, rue de la Paix, 75002 Paris", "rue de la Paix", "12 bis"),
        ("FR", "12, rue de la Paix, 75002 Paris", "rue de la Paix", "12"),
        ("GB", "Flat 3, 221B Baker Street, London NW1 6XE", "Baker Street", "221b"),
        ("IT", "Via Roma, 12, 00185 Roma", "Via Roma", "12"),
        ("ES", "Calle Mayor, 5, 2º B, 28013 Madrid", "Calle Mayor", "5"),
        ("DK", "Nørregade 12, 2. th, 1165 København", "Nørregade", "12"),
        ("LV", "Brīvības iela 12-5, Rīga, LV-1010", "Brīvības iela", "12"),
        ("EE", "Pikk tn 12-5, Kesklinna linnaosa, Tallinn", "Pikk tn", "12"),
        ("AT", "Mariahilfer Straße 12/3/15, 1060 Wien", "Mariahilfer Straße", "12/3"),
        ("PL", "ul. Długa 5 m. 3, 00-950 Warszawa", "ul. Długa", "5"),
        ("US", "350 5th Ave, New York, NY 10118", "5th Ave", "350"),
    ],
)
def test_addresses_of_other_countries_are_taken_apart(
    country_code: str, text: str, street: str, number: str
) -> None:
    assert first(text, country_code) == (street, number)


@pytest.mark.parametrize(
    ("country_code", "text", "code", "town"),
    [
        ("FI", "Mannerheimintie 12, 00100 Helsinki", "00100", "Helsinki"),
        ("FI", "Mannerheimintie 12, FI-00100 HELSINKI, Finland", "00100", "HELSINKI"),
        ("FI", "Mannerheimintie 12\n00100 Helsingfors\nSuomi", "00100", "Helsingfors"),
        ("FI", "Mannerheimintie 12, Helsinki 00100", "00100", "Helsinki"),
        ("NO", "Storgata 5 0155 Oslo", "0155", "Oslo"),
        ("GB", "10 Downing Street, London SW1A 2AA", "SW1A2AA", "London"),
        ("GB", "10 Downing Street, SW1A 2AA London", "SW1A2AA", "London"),
    ],
)
def test_postal_code_and_town_are_found_wherever_they_stand(
    country_code: str, text: str, code: str, town: str
) -> None:
    parsed = read(text, country_code)

    assert (parsed.postal_key, parsed.towns) == (code, (town,))


@pytest.mark.parametrize(
    "text",
    [
        "c/o Matti Virtanen, Mannerheimintie 12, Helsinki",
        "c/o Matti Virtanen\nMannerheimintie 12\nHelsinki",
        "Mannerheimintie 12 c/o Virtanen, Helsinki",
    ],
)
def test_who_the_letter_goes_through_is_left_out(text: str) -> None:
    assert first(text) == ("Mannerheimintie", "12")


def test_names_before_the_street_are_tried_without_them() -> None:
    readings = read("c/o Matti Virtanen Mannerheimintie 12").readings

    assert "Mannerheimintie" in [reading.street for reading in readings]


def test_a_street_that_ends_in_a_town_is_read_both_ways() -> None:
    readings = read("12 Rue de Paris, Lyon", "FR").readings

    assert ("Rue de Paris", "") in [(each.street, each.place) for each in readings]


def test_fields_win_over_the_text() -> None:
    address = PostalAddress("anything", "Mannerheimintie 5 A 3", "00100", "Helsinki")

    parsed = parse(address, TOWNS)

    assert (parsed.readings[0].street, parsed.postal_key, parsed.towns) == (
        "Mannerheimintie",
        "00100",
        ("Helsinki",),
    )


def test_a_place_that_is_no_known_town_is_kept_as_such() -> None:
    assert read("Mannerheimintie 12, Rovaniemi").unknown_places == ("Rovaniemi",)


def test_a_post_box_is_no_street() -> None:
    parsed = read("PL 123, 00101 Helsinki")

    assert parsed.is_post_box
    assert parsed.readings == ()


def test_another_country_at_the_end_is_noticed() -> None:
    assert read("Hauptstraße 5, 10827 Berlin, Germany").named_country == "DE"


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("Mannerheimint.", "mannerheimintie"),
        ("Alvar Aallon k.", "alvaraallonkatu"),
        ("Pohj. Rautatiekatu", "pohjoinenrautatiekatu"),
        ("Hauptstr.", "hauptstrasse"),
        ("Koenigstraße", "konigstrasse"),
        ("Bd des Moulins", "boulevarddesmoulins"),
        ("Av. Foch", "avenuefoch"),
        ("Rue St Honoré", "ruesainthonore"),
        ("Pikk tn", "pikktanav"),
        ("ul. Długa", "dluga"),
        ("High St", "highstreet"),
    ],
)
def test_abbreviations_are_written_out(short: str, long: str) -> None:
    assert long in dict(spellings(short))


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("Läntinen Teatterikuja", "Itäinen Teatterikuja"),
        ("Westendstraße", "Ostendstraße"),
        ("Kirchgasse", "Kirchstraße"),
        ("Sebastian-Kneipp-Gasse", "Sebastian-Kneipp-Straße"),
        ("3. linja", "4. linja"),
        ("Obere Bahnhofstraße", "Untere Bahnhofstraße"),
        ("Rue du 8 Mai 1945", "Rue du 8 Mai 1946"),
    ],
)
def test_another_street_is_no_slip_of_the_finger(written: str, known: str) -> None:
    assert similarity(key(written), key(known)) == 0


@pytest.mark.parametrize("written", ["Manerheimintie", "Mannerheimnitie", "Mannerhaimintie"])
def test_a_slip_of_the_finger_is_forgiven(written: str) -> None:
    assert similarity(key(written), "mannerheimintie") > 0.85


@pytest.mark.parametrize(
    ("country_code", "one", "other"),
    [
        ("LV", "LV-1010", "1010"),
        ("NL", "1012 AB", "1012ab"),
        ("SE", "111 22", "SE-11122"),
        ("FI", "100", "00100"),
        ("US", "10118-1234", "10118"),
    ],
)
def test_postal_codes_are_compared_without_their_dress(
    country_code: str, one: str, other: str
) -> None:
    assert postal_code_key(one, country_code) == postal_code_key(other, country_code)


def test_letters_with_strokes_are_folded() -> None:
    assert key("Nørregade 5, Łódź, Straße, Ærø") == "norregade5lodzstrasseaero"


@given(st.text(max_size=120), st.sampled_from(["FI", "DE", "FR", "GB", "EE", "NL", "ZZ"]))
def test_nothing_that_is_written_breaks_the_parser(text: str, country_code: str) -> None:
    parsed = read(text, country_code)

    assert all(reading.street for reading in parsed.readings)


PARTS_OF_ADDRESSES = [
    *("12", "A", "15", ",", "\n", "katu", "Straße", "c/o", "00100", "Helsinki", "rue", "as.", "-"),
    *("4-6", "bis", "PL", "krs", "2.", "/", "Finland", "10827", "SW1A 1AA", "(", "17. Juni"),
]
ADDRESS_LIKE = st.lists(
    st.sampled_from(PARTS_OF_ADDRESSES),
    max_size=12,
).map(" ".join)


@given(ADDRESS_LIKE, st.sampled_from(["FI", "DE", "FR", "GB"]))
def test_no_order_of_an_addresss_parts_breaks_the_parser(text: str, country_code: str) -> None:
    parsed = parse(PostalAddress(text, text, text, text, country_code), TOWNS)

    assert parsed.country_code == country_code


@given(st.text(max_size=60))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert key(key(text)) == key(text)
    assert spelling(spelling(text)) == spelling(text)
    assert fold(fold(text)) == fold(text)


@given(st.text(max_size=60))
def test_aligned_text_keeps_its_length(text: str) -> None:
    assert len(aligned(text)) == len(text)
