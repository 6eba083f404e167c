"""Contents of signings for tests, in the shape of `SigningProcess.content`."""

from typing import Any


def paragraph(text: str, **marks: bool) -> dict[str, Any]:
    span = {"text": text, "strong": False, "emphasis": False, **marks}
    return {"kind": "paragraph", "spans": [span]}


def agreement_of(*blocks: dict[str, Any], **given: Any) -> dict[str, Any]:
    return {
        "name": "House rules",
        "title": "Järjestyssäännöt",
        "version": 3,
        "language": "fi",
        "mandatory": True,
        "blocks": list(blocks) or [paragraph("Avaimia ei saa kopioida.")],
        **given,
    }


def content_of(
    *agreements: dict[str, Any], purpose: str = "HANDOVER", **contract: Any
) -> dict[str, Any]:
    return {
        "language": "fi",
        "title": "Avainsopimus KC-7H2K9QZX",
        "purpose": purpose,
        "contract": {
            "reference": "KC-7H2K9QZX",
            "organization": "Kotikatu Isännöinti",
            "keys": [{"code": "7H2K9QZX", "kind": "MECHANICAL", "entities": ["A 15"]}],
            "contacts": ["Aino Virtanen"],
            "startsAt": "2027-06-01T12:00:00+00:00",
            "endsAt": None,
            "startsAtLocal": "2027-06-01T15:00",
            "endsAtLocal": None,
            "timeZone": "Europe/Helsinki",
            "pickUpInformation": None,
            **contract,
        },
        "agreements": list(agreements) or [agreement_of()],
    }
