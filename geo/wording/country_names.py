"""Countries as people write them at the end of an address, and how they order a street line."""

from geo.wording.street_names import key

_NAMES = {
    "AT": "Austria Österreich AUT",
    "AU": "Australia AUS",
    "AX": "Åland Ahvenanmaa ALA",
    "BE": "Belgium België Belgique Belgien BEL",
    "BG": "Bulgaria България BGR",
    "CA": "Canada Kanada CAN",
    "CH": "Switzerland Schweiz Suisse Svizzera CHE",
    "CZ": "Czechia Česko Czech_Republic Česká_republika CZE",
    "DE": "Germany Deutschland Saksa Tyskland Allemagne DEU GER",
    "DK": "Denmark Danmark Tanska DNK",
    "EE": "Estonia Eesti Viro Estland EST",
    "ES": "Spain España Espanja Spanien ESP",
    "FI": "Finland Suomi Finnland FIN",
    "FR": "France Ranska Frankrike Frankreich FRA",
    "GB": "United_Kingdom Great_Britain England Scotland Wales UK Iso-Britannia GBR",
    "GR": "Greece Ελλάδα GRC",
    "HR": "Croatia Hrvatska HRV",
    "HU": "Hungary Magyarország HUN",
    "IE": "Ireland Éire IRL",
    "IS": "Iceland Ísland ISL",
    "IT": "Italy Italia Italien ITA",
    "LT": "Lithuania Lietuva LTU",
    "LU": "Luxembourg Luxemburg LUX",
    "LV": "Latvia Latvija LVA",
    "NL": "Netherlands The_Netherlands Nederland Holland NLD",
    "NO": "Norway Norge Noreg Norja NOR",
    "PL": "Poland Polska POL",
    "PT": "Portugal PRT",
    "RO": "Romania România ROU",
    "RU": "Russia Россия RUS",
    "SE": "Sweden Sverige Ruotsi SWE",
    "SI": "Slovenia Slovenija SVN",
    "SK": "Slovakia Slovensko SVK",
    "UA": "Ukraine Україна UKR",
    "US": "United_States United_States_of_America USA",
}

COUNTRY_BY_NAME = {
    key(name): code for code, names in _NAMES.items() for name in [code, *names.split()]
}
"""Two letters of a country by its folded names and codes."""

NUMBER_FIRST = frozenset(["AU", "CA", "FR", "GB", "IE", "LU", "MC", "MT", "NZ", "US", "ZA"])
"""Where the house number is written before the street."""

STAIRCASE_LETTERS = frozenset(["AX", "FI", "SE"])
"""Where a letter behind the house number is usually a staircase of the same house."""

FLAT_AFTER_DASH = frozenset(["EE", "LT", "LV"])
"""Where `12-5` is flat 5 of house 12."""

STATES = frozenset(["AU", "CA", "US"])
"""Where two or three letters beside the postal code are a state, not a town."""
