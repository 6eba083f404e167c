"""How each service is asked: the arguments for geopy, one set for each try, likeliest first."""

from typing import Any

from geo.services.questions import Question
from geo.wording.countries import ALPHA_3

RIVALS = 10
"""How many answers we want to see: one alone would hide that another is as good."""


def to_nominatim(question: Question) -> list[dict[str, Any]]:
    """Ask by parts; a second time without the postal code, which people get wrong most often."""
    parts = {"street": question.street_line, "city": question.city}
    exact = parts | {"postalcode": question.postal_code}
    tries = [exact, parts] if question.postal_code and question.city else [exact]
    return [
        {
            "query": {name: part for name, part in query.items() if part},
            "country_codes": question.country_code.lower(),
            "language": question.language or False,
            "addressdetails": True,
            "limit": RIVALS,
        }
        for query in tries
    ]


def to_photon(question: Question) -> list[dict[str, Any]]:
    """Ask in one line; Photon knows neither countries nor our languages."""
    return [{"query": question.line, "limit": RIVALS}]


def to_pelias(question: Question) -> list[dict[str, Any]]:
    """Ask in one line, inside the country."""
    countries = [three_letters(question)]
    return [{"query": question.line, "countries": countries, "language": question.language}]


def to_google(question: Question) -> list[dict[str, Any]]:
    """Ask in one line, inside the country."""
    components = {"country": question.country_code}
    return [{"query": question.line, "components": components, "language": question.language}]


def to_here(question: Question) -> list[dict[str, Any]]:
    """Ask in one line, inside the country."""
    return [arguments | {"limit": RIVALS} for arguments in to_pelias(question)]


def three_letters(question: Question) -> str:
    """Write the question's country in three letters."""
    return ALPHA_3.get(question.country_code, question.country_code)
