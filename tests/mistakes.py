"""Everything that a partner can say wrongly in a push, as a table."""

from typing import Any

from documents import days_from_now

from models.base import new_id

AINO = {"name": "Aino Virtanen"}
LONG = "x" * 501
WIDE = "".join(chr(0x20000 + number**3 % 40_009) for number in range(500))
"""As many characters as a text may have, which take four bytes each and are hard to compress."""
LOCAL = {"startsAt": ..., "endsAt": ...}
INVALID = "INVALID_INPUT"


def contact(**changes: Any) -> dict[str, Any]:
    """Say two contacts, the second of which is wrong."""
    return {"contacts": [AINO, AINO | changes]}


# What is sent instead of what is right; the code; the place within the push, where there is one.
WRONG: dict[str, tuple[dict[str, Any], str, list[str]]] = {
    "no contact": ({"contacts": []}, INVALID, ["contacts"]),
    "a contact without a name": (contact(name=" "), INVALID, ["contacts", "1", "name"]),
    "a name that is too long": (contact(name=LONG), INVALID, ["contacts", "1", "name"]),
    "a name with NUL": (contact(name="A\0"), INVALID, ["contacts", "1", "name"]),
    "a mail address without @": (contact(email="aino"), INVALID, ["contacts", "1", "email"]),
    "an empty mail address": (contact(email=""), INVALID, ["contacts", "1", "email"]),
    "a long mail address": (contact(email=f"@{LONG}"), INVALID, ["contacts", "1", "email"]),
    "a mail address with NUL": (contact(email="a@b\0"), INVALID, ["contacts", "1", "email"]),
    "a phone number with NUL": (contact(phone="+358\0"), INVALID, ["contacts", "1", "phone"]),
    "a long phone number": (contact(phone="1" * 501), INVALID, ["contacts", "1", "phone"]),
    "a language with NUL": (contact(language="f\0i"), INVALID, ["contacts", "1", "language"]),
    "an empty number": ({"externalId": "  "}, INVALID, ["externalId"]),
    "a long number": ({"externalId": LONG}, INVALID, ["externalId"]),
    "a number with NUL": ({"externalId": "4711\0"}, INVALID, ["externalId"]),
    "a number and a source that are long together": (
        *({"externalId": WIDE, "source": WIDE}, INVALID),
        ["externalId"],
    ),
    "a blank source": ({"source": " "}, INVALID, ["source"]),
    "a long source": ({"source": LONG}, INVALID, ["source"]),
    "a source with NUL": ({"source": "pms\0"}, INVALID, ["source"]),
    "no entity": ({"entityId": ...}, INVALID, []),
    "an entity said twice": ({"entityExternalId": "A 15"}, INVALID, []),
    "an unknown entity": ({"entityId": f"entity_{new_id().hex}"}, "NOT_FOUND", ["entityId"]),
    "the id of something else": ({"entityId": "key_00"}, "NOT_FOUND", ["entityId"]),
    "no id at all": ({"entityId": "\0"}, "NOT_FOUND", ["entityId"]),
    "an unknown number of an entity": (
        *({"entityId": ..., "entityExternalId": "B"}, "NOT_FOUND"),
        ["entityExternalId"],
    ),
    "a number of an entity with NUL": (
        *({"entityId": ..., "entityExternalId": "A 15\0"}, "NOT_FOUND"),
        ["entityExternalId"],
    ),
    "an unknown automat": ({"automatId": "automat_1"}, "NOT_FOUND", ["automatId"]),
    "an unknown group": ({"deviceGroupId": "group_1"}, "NOT_FOUND", ["deviceGroupId"]),
    "an unknown key": ({"keyIds": ["key_1"]}, "NOT_FOUND", ["keyIds"]),
    "no start": ({"startsAt": ...}, INVALID, []),
    "a start said twice": ({"startsAtLocal": "2031-06-01T15:00"}, INVALID, []),
    "an end said twice": ({"endsAtLocal": "2031-06-01T15:00"}, INVALID, ["endsAt"]),
    "an end before the start": ({"endsAt": days_from_now(0.5)}, "STARTS_AFTER_END", ["endsAt"]),
    "no time at all": ({"endsAt": days_from_now(1)}, "STARTS_AFTER_END", ["endsAt"]),
    "a start in the past": ({"startsAt": days_from_now(-0.02)}, "STARTS_IN_PAST", ["startsAt"]),
    "a local start in the past": (
        *({**LOCAL, "startsAtLocal": "2020-01-01T12:00"}, "STARTS_IN_PAST"),
        ["startsAtLocal"],
    ),
    "a local end before the start": (
        *({**LOCAL, "startsAtLocal": "2031-06-02T12", "endsAtLocal": "2031-06-01T12"},),
        *("STARTS_AFTER_END", ["endsAtLocal"]),
    ),
    "a local time beyond the calendar": (
        *({**LOCAL, "startsAtLocal": "9999-12-31T23:59", "timeZone": "America/New_York"},),
        *(INVALID, ["startsAtLocal"]),
    ),
    "a start at the last moment of the calendar": (
        *({"startsAt": "9999-12-31T23:59:59.999999Z", "endsAt": None}, INVALID),
        ["startsAt"],
    ),
    "an unknown zone": ({"timeZone": "Europe/Atlantis"}, INVALID, ["timeZone"]),
    "a zone that is a path": ({"timeZone": "../../etc/passwd"}, INVALID, ["timeZone"]),
    "a zone that is a folder": ({"timeZone": "Europe"}, INVALID, ["timeZone"]),
    "a zone with NUL": ({"timeZone": "Europe/Paris\0"}, INVALID, ["timeZone"]),
    "a long zone": ({"timeZone": LONG}, INVALID, ["timeZone"]),
}

# What GraphQL does not even let in: the whole request is refused.
MISFITS: dict[str, dict[str, Any]] = {
    "a start without an offset": {"startsAt": "2031-06-01T12:00:00"},
    "a start in words": {"startsAt": "yesterday"},
    "a start as a number": {"startsAt": 1906718400},
    "a day that is not there": {"startsAt": "2031-06-31T12:00:00Z"},
    "a start before the calendar": {"startsAt": "0001-01-01T00:00:00+02:00"},
    "an end beyond the calendar": {"endsAt": "9999-12-31T23:59:59-05:00"},
    "a local time with an offset": {**LOCAL, "startsAtLocal": "2031-06-01T12:00:00Z"},
    "contacts that are null": {"contacts": None},
    "no contacts": {"contacts": ...},
    "a contact that is null": {"contacts": [None]},
    "a contact that has no name": {"contacts": [{"email": "aino@example.com"}]},
    "a contact that is a text": {"contacts": ["Aino"]},
    "a number that is null": {"externalId": None},
    "no number": {"externalId": ...},
    "a number that is a list": {"externalId": ["1"]},
    "keys that are not a list of texts": {"keyIds": [{}]},
    "something that is not in the schema": {"surprise": 1},
}
