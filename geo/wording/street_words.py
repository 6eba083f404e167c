"""Words in names of streets: abbreviations, kinds of streets, words that people leave out.

All of them folded (`tänav` is `tanav`). The languages stand together: a word that means one
thing in Finnish and another in French is written out both ways, and the index
knows which one exists.
"""

FIRST_WORDS: dict[str, tuple[str, ...]] = {
    # Finnish and Swedish points of the compass, great and small
    "p": ("pohjoinen", "pohjois"),
    "pohj": ("pohjoinen", "pohjois"),
    "e": ("etelainen", "etela", "east"),
    "et": ("etelainen", "etela"),
    "etel": ("etelainen", "etela"),
    "i": ("itainen",),
    "it": ("itainen",),
    "l": ("lantinen", "lilla"),
    "lant": ("lantinen",),
    "n": ("norra", "north", "nordre"),
    "s": ("sodra", "south", "sondre"),
    "o": ("ostra",),
    "v": ("vastra", "via", "vestre"),
    "w": ("west",),
    "st": ("stora", "sankt", "saint"),
    # French
    "r": ("rue", "rua"),
    "av": ("avenue", "avenida"),
    "ave": ("avenue",),
    "bd": ("boulevard", "bulevardul"),
    "bld": ("boulevard",),
    "blvd": ("boulevard",),
    "boul": ("boulevard",),
    "bvd": ("boulevard",),
    "pl": ("place", "plaza", "plac", "placa"),
    "ch": ("chemin",),
    "che": ("chemin",),
    "all": ("allee",),
    "imp": ("impasse",),
    "rte": ("route",),
    "fg": ("faubourg",),
    "q": ("quai",),
    "sq": ("square",),
    "pass": ("passage",),
    "crs": ("cours",),
    # Italian, Spanish, Portuguese, Polish, Romanian
    "c": ("calle", "carrer", "corso"),
    "avda": ("avenida",),
    "avd": ("avenida",),
    "pza": ("plaza", "piazza"),
    "pzza": ("piazza",),
    "pzz": ("piazza",),
    "ctra": ("carretera",),
    "cno": ("camino",),
    "vle": ("viale",),
    "cso": ("corso",),
    "str": ("strada",),
    "bdul": ("bulevardul",),
    "al": ("aleja", "aleje", "aleea"),
    "os": ("osiedle",),
    "tv": ("travessa",),
}

INNER_WORDS: dict[str, tuple[str, ...]] = {
    "st": ("saint", "sankt", "santa"),
    "ste": ("sainte",),
    "gal": ("general",),
    "gen": ("general",),
    "mal": ("marechal",),
    "psse": ("princesse",),
    "dr": ("docteur", "doktor", "doctor"),
    "prof": ("professor", "professeur"),
    "gd": ("grand",),
    "gde": ("grande",),
    "pt": ("petit",),
    "pres": ("president",),
}

LAST_WORDS: dict[str, tuple[str, ...]] = {
    "k": ("katu",),
    "t": ("tie", "tanav"),
    "kj": ("kuja",),
    "p": ("polku",),
    "g": ("gatan", "gata", "gate", "gatve", "gasse"),
    "gt": ("gate", "gata"),
    "v": ("vagen", "vei", "veien", "vej"),
    "vn": ("veien",),
    "gr": ("grand",),
    "st": ("street", "stigen"),
    "str": ("strasse", "straat", "street"),
    "pl": ("platz", "place", "plan", "plass", "plads", "plats"),
    "wg": ("weg",),
    "al": ("allee",),
    "tn": ("tanav",),
    "mnt": ("maantee",),
    "pst": ("puiestee",),
    "rd": ("road",),
    "ave": ("avenue",),
    "av": ("avenue",),
    "ln": ("lane", "laan"),
    "dr": ("drive",),
    "blvd": ("boulevard",),
    "ct": ("court",),
    "sq": ("square",),
    "ter": ("terrace",),
    "terr": ("terrace",),
    "hwy": ("highway",),
    "cres": ("crescent",),
    "cl": ("close",),
    "gdns": ("gardens",),
    "pk": ("park",),
    "pkwy": ("parkway",),
    "u": ("utca",),
}

GLUED_ENDINGS: list[tuple[str, tuple[str, ...]]] = [
    ("puist", ("puistikko",)),
    ("str", ("strasse", "straat")),
    ("kj", ("kuja",)),
    ("gt", ("gate", "gata")),
    ("vn", ("veien",)),
    ("pl", ("platz", "plein")),
    ("wg", ("weg",)),
    ("gr", ("granden",)),
    ("ln", ("laan",)),
    ("k", ("katu",)),
    ("t", ("tie",)),
    ("p", ("polku",)),
    ("g", ("gatan", "gata", "gate", "gasse")),
    ("v", ("vagen", "veien", "vej")),
]

DIGRAPHS = [("ae", "a"), ("oe", "o"), ("ue", "u")]

_DROPPED_WORDS = """
    tanav tn t iela gatve g ulica ul ulice utca u \u0443\u043b\u0438\u0446\u0430 \u0443\u043b
"""
DROPPED_WORDS = frozenset(_DROPPED_WORDS.split())
"""The ordinary kinds of street, which people leave out or add at will in these languages."""

_FIRST_TYPES = """
    rue ruelle avenue boulevard place chemin allee impasse route quai square cours passage via
    viale piazza corso vicolo largo calle avenida plaza paseo carrer rua travessa praca ulica aleja
    plac strada bulevardul aleea
"""
_LAST_TYPES = """
    katu tie kuja polku ranta rinne kaari tori aukio puisto puistikko portti raitti silta laituri
    gatan gata vagen grand granden stigen kajen platsen torget backen strasse gasse weg platz allee
    ring damm ufer steig pfad chaussee promenade markt straat laan plein gracht kade dijk gate vei
    veien vej plass gade street road lane drive avenue close court place square terrace way crescent
    gardens grove tanav tee maantee puiestee iela gatve utca ter koz
"""
FIRST_TYPES = sorted(_FIRST_TYPES.split(), key=len, reverse=True)
"""Kinds of streets that stand at the beginning of a name, the longest first."""

LAST_TYPES = sorted(_LAST_TYPES.split(), key=len, reverse=True)
"""Kinds of streets that stand at the end of a name, the longest first."""

_CONTRARIES = """
    nord nordre norra nordliche pohjois pohjoinen north sud sodra sondre etela etelainen south
    ost ostra ostre ostliche ita itainen east est west vastra vestre westliche lansi lantinen ouest
    ober obere upper haut haute yla ylainen ovre unter untere lower bas basse ala alainen nedre
    alt alte alter old vieux vieille vanha gamla neu neue neuer new nouveau nouvelle uusi nya nye
    gross grosse great grand grande iso suur stora store klein kleine little petit vaha pikku lilla
    links rechts vordere hintere inner outer sisa ulko
    ensimmainen toinen kolmas neljas viides kuudes
    forsta andra tredje fjarde femte
    first second third fourth fifth sixth seventh
    erste zweite dritte vierte
"""
CONTRARIES = [tuple(group.split()) for group in _CONTRARIES.strip().splitlines()]
"""Words at the beginning of a name that make two streets of it, never a slip of the finger."""
