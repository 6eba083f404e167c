"""Towns of one country by all their names, found as people write them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA

from geo.wording.name_likeness import similarity
from geo.wording.street_names import key, words

FINNISH_PAIRS = {
    key(swedish): finnish
    for finnish, swedish in (
        pair.split("/")
        for pair in [
            "Helsinki/Helsingfors",
            "Espoo/Esbo",
            "Vantaa/Vanda",
            "Kauniainen/Grankulla",
            "Turku/Åbo",
            "Tampere/Tammerfors",
            "Pori/Björneborg",
            "Oulu/Uleåborg",
            "Vaasa/Vasa",
            "Porvoo/Borgå",
            "Kokkola/Karleby",
            "Pietarsaari/Jakobstad",
            "Hamina/Fredrikshamn",
            "Hämeenlinna/Tavastehus",
            "Lappeenranta/Villmanstrand",
            "Rauma/Raumo",
            "Naantali/Nådendal",
            "Parainen/Pargas",
            "Raasepori/Raseborg",
            "Tammisaari/Ekenäs",
            "Karjaa/Karis",
            "Hanko/Hangö",
            "Lohja/Lojo",
            "Loviisa/Lovisa",
            "Kirkkonummi/Kyrkslätt",
            "Sipoo/Sibbo",
            "Inkoo/Ingå",
            "Siuntio/Sjundeå",
            "Vihti/Vichtis",
            "Nurmijärvi/Nurmijärvi",
            "Tuusula/Träskända",
            "Järvenpää/Träskända",
            "Kerava/Kervo",
            "Hyvinkää/Hyvinge",
            "Mäntsälä/Mäntsälä",
            "Salo/Salo",
            "Maarianhamina/Mariehamn",
            "Kaskinen/Kaskö",
            "Kristiinankaupunki/Kristinestad",
            "Närpiö/Närpes",
            "Mustasaari/Korsholm",
            "Maalahti/Malax",
            "Vöyri/Vörå",
            "Korsnäs/Korsnäs",
            "Uusikaarlepyy/Nykarleby",
            "Pedersöre/Pedersöre",
            "Kruunupyy/Kronoby",
            "Luoto/Larsmo",
            "Lapinjärvi/Lappträsk",
            "Myrskylä/Mörskom",
            "Pyhtää/Pyttis",
            "Kemiönsaari/Kimitoön",
            "Paimio/Pemar",
            "Kaarina/S:t_Karins",
            "Raisio/Reso",
            "Uusikaupunki/Nystad",
            "Savonlinna/Nyslott",
            "Mikkeli/S:t_Michel",
            "Kajaani/Kajana",
            "Raahe/Brahestad",
            "Tornio/Torneå",
            "Lahti/Lahtis",
            "Joensuu/Joensuu",
            "Siilinjärvi/Siilinjärvi",
            "Seinäjoki/Seinäjoki",
            "Kaustinen/Kaustby",
            "Ylitornio/Övertorneå",
            "Inari/Enare",
            "Laihia/Laihela",
        ]
    )
    if key(finnish) != key(swedish) and finnish != "Tuusula"
}
"""The Finnish name of a town by its folded Swedish one, where the data does not say it itself."""

_LINKS = frozenset(
    [
        "am",
        "an",
        "im",
        "in",
        "bei",
        "ob",
        "vor",
        "auf",
        "sur",
        "sous",
        "en",
        "on",
        "upon",
        "under",
        "de",
        "la",
        "le",
        "les",
        "i",
        "nad",
        "pod",
        "v",
    ]
)


@dataclass(frozen=True, slots=True)
class Town:
    """A town of the index."""

    id: int
    name: str
    latitude: float
    longitude: float


class TownDirectory:
    """The towns of one country, as of one version of the index.

    Args:
        towns: All of them.
        names: Ids of towns and the folded names that they go by.
    """

    def __init__(self, towns: Iterable[Town], names: Iterable[tuple[int, str]]) -> None:
        self.towns = {town.id: town for town in towns}
        self.by_key: dict[str, set[int]] = defaultdict(set)
        self._by_first_word: dict[str, set[int]] = defaultdict(set)
        for town_id, name in names:
            self.by_key[name].add(town_id)
        for town in self.towns.values():
            self.by_key[key(town.name)].add(town.id)
            if len(given := words(town.name)) > 1:
                self._by_first_word[given[0]].add(town.id)
        self.nameless = self.by_key.pop("", set())
        self._found: dict[str, tuple[frozenset[int], float]] = {}

    @property
    def is_nameless(self) -> bool:
        """Tell whether the data names no town at all."""
        return bool(self.nameless) and not self.by_key

    def find(self, place: str) -> tuple[frozenset[int], float]:
        """Find the towns that a written name may mean, and how sure that is; 0 when none."""
        wanted = key(place)
        if wanted not in self._found:
            if len(self._found) > 10_000:
                self._found.clear()
            ids, certainty = self._search(wanted, words(place))
            self._found[wanted] = frozenset(ids), certainty
        return self._found[wanted]

    def _search(self, wanted: str, given: list[str]) -> tuple[set[int], float]:
        if known := self.by_key.get(wanted):
            return known, 1.0
        if len(given) == 1 and len(longer := self._by_first_word.get(wanted, set())) == 1:
            return longer, 0.97
        if len(given) > 1 and given[0] in self.by_key and given[1] in _LINKS:
            return self.by_key[given[0]], 0.97
        close = process.extract(
            wanted, self.by_key.keys(), scorer=OSA.normalized_similarity, score_cutoff=0.75, limit=5
        )
        likely = [(similarity(wanted, name), name) for name, _, _ in close]
        best = max(likely, default=(0.0, ""))[0]
        if not best:
            return set(), 0.0
        return {town for alike, name in likely if alike == best for town in self.by_key[name]}, best
