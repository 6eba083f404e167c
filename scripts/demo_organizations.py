"""Name the demo's organizations, their units and their desks."""

Row = dict[str, str | int | float]

ORGANIZATIONS: list[Row] = [
    {"key": key, "parent": parent, "name": name, "language": language}
    for key, parent, name, language in (
        ("kotikatu", "", "Kotikatu Isännöinti", "fi"),
        ("kotikatu-kluuvi", "kotikatu", "Kluuvi", "fi"),
        ("kotikatu-kamppi", "kotikatu", "Kamppi ja Kaartinkaupunki", "sv"),
        ("kotikatu-hakaniemi", "kotikatu", "Hakaniemi ja Kruununhaka", "fi"),
        ("esplanadi", "", "Esplanadi Toimistot", "en"),
        ("esplanadi-pohjoinen", "esplanadi", "Pohjoispuoli", "en"),
        ("esplanadi-etelainen", "esplanadi", "Eteläpuoli", "en"),
        ("autot", "", "Kantakaupungin Autot", "fi"),
        ("autot-henkiloautot", "autot", "Henkilöautot", "fi"),
        ("autot-pakettiautot", "autot", "Pakettiautot", "fi"),
    )
]

DESKS: list[Row] = [
    {"key": key, "unit": unit, "name": name, "address": address, "instructions": instructions}
    for key, unit, name, address, instructions in (
        (
            "kluuvi-desk",
            "kotikatu-kluuvi",
            "Kotikadun toimisto",
            "Kaisaniemenkatu 3, 00100 Helsinki",
            "Avainkaappi 2, arkisin 9-16",
        ),
        (
            "kamppi-desk",
            "kotikatu-kamppi",
            "Kampin huoltopiste",
            "Annankatu 25, 00100 Helsinki",
            "Soita ovikelloa, laatikosto B",
        ),
        (
            "esplanadi-desk",
            "esplanadi",
            "Aula ja vastaanotto",
            "Pohjoisesplanadi 21, 00100 Helsinki",
            "Reception, ask for the key drawer",
        ),
        (
            "autot-desk",
            "autot",
            "Kantakaupungin Autojen toimisto",
            "Simonkatu 8, 00100 Helsinki",
            "Kassakaappi takahuoneessa",
        ),
    )
]
