"""What stands in an address beside the house: flats, floors, courtyards, `c/o`, post boxes."""

import re

_FLAT_WORDS = """
    as asunto asunnot bst lgh lagenhet huoneisto huon hto apt apartment appartement appt app whg
    wohnung top tur stiege krt korter korteri flat unit suite ste room int interno piso esc
    escalera bat batiment bloc etage etaj etg krs kerros kerroksessa floor fl og eg ug stock
    vaning vaningen van tr trp trappa uppg uppgang rappu porras rap ovi ovikoodi kv kvartira lok
    lejl byt dz door code port lgt \u043a\u0432 \u043a\u0432\u0430\u0440\u0442\u0438\u0440\u0430
"""
_FLOOR = r"(?:krs|kerros|floor|fl|og|eg|ug|etage|etg|stock|vaning|vaningen|van|tr|trp|kat|korrus)"
_PLACE_IN_HOUSE = (
    "sisapiha piha pihan katutaso kellari ylakerta alakerta innergard gard gardshus hinterhaus "
    "vorderhaus seitenflugel hof hinterhof courtyard rear ground basement rez rdc sous parterre "
    "souterrain"
)
_WORDS = "|".join(sorted(_FLAT_WORDS.split(), key=len, reverse=True))

_TAIL = re.compile(
    rf"(?:(?<=[\s,.(])\d{{1,2}}\s*(?:\.|st|nd|rd|th|e|er|eme)?\s*{_FLOOR}\b"
    rf"|(?<=[\d\s,./(-])(?:{_WORDS})\b|(?<=[\d\s])#\s*\d|(?<=[\d\s,])m\.?\s*\d+$"
    rf"|(?<=[\d\s,])\d{{0,2}}\.?\s*(?:th|tv|mf)\.?$).*$"
)
_SEGMENT = re.compile(
    rf"(?:(?:{_WORDS})\b.*|[a-z]-?\s?(?:rappu|porras|uppgang|trappa)\b.*"
    rf"|\d{{1,3}}\s?[.ºª°]?\s?[a-z]?\.?|[a-z]\s?\d{{0,3}}\s?[a-z]?|#\s*\d+\w?"
    rf"|\d{{1,2}}\s*(?:\.|st|nd|rd|th|e|er|eme)?\s*{_FLOOR}\b.*|\d{{0,2}}\.?\s*(?:th|tv|mf|st)\.?"
    rf"|(?:{'|'.join(_PLACE_IN_HOUSE.split())})\b.*)"
)
_CARE_OF = re.compile(
    r"(?:^|(?<=\s))(?:c\s?[/.]\s?o\b\.?|℅|p/a\b|attn\b\.?|att\b\.?:|z\.?\s?hd\.?|co/)\s*:?\s*",
    re.IGNORECASE,
)
_POST_BOX = re.compile(
    r"(?:pl|pb|p\.?\s?o\.?\s?box|po box|box|postfach|boite postale|bp|postboks|postbus|apartado)"
    r"\.?\s*\d+.*"
)
_ENOUGH_BEFORE = re.compile(r"[^\W\d_]{2}.*\d|\d.*[^\W\d_]{3}")


def is_in_house(segment: str) -> bool:
    """Tell whether a folded part of an address only says where in the house."""
    return _SEGMENT.fullmatch(segment) is not None


def is_post_box(segment: str) -> bool:
    """Tell whether a folded part of an address is a post box, which lies nowhere."""
    return _POST_BOX.fullmatch(segment) is not None


def without_flat(line: str) -> str:
    """Cut the flat, floor or staircase in words off a folded street line."""
    for found in _TAIL.finditer(line):
        if _ENOUGH_BEFORE.search(line[: found.start()]):
            return line[: found.start()].rstrip(" ,.-/(")
    return line


def split_care_of(segment: str) -> tuple[str, str | None]:
    """Part a segment at its `c/o`: what stands before it, and what after (None without one)."""
    found = _CARE_OF.search(segment)
    if found is None:
        return segment, None
    return segment[: found.start()].strip(), segment[found.end() :].strip()
