"""What our documents say of their own, in the languages that they are made in."""

from collections.abc import Mapping

Words = Mapping[str, str]

ENGLISH: Words = {
    "handover": "Handover of keys",
    "return": "Return of keys",
    "contract": "The contract",
    "reference": "Reference",
    "organization": "Given by",
    "contacts": "Contacts",
    "keys": "Keys",
    "mechanical": "mechanical",
    "electromechanical": "electromechanical",
    "starts": "Begins",
    "ends": "Ends",
    "permanent": "until further notice",
    "pick_up": "How to get the keys",
    "hours": "Keys may be fetched",
    "version": "version",
    "mandatory": "required",
    "optional": "optional",
    "signature_handover": "Signature for the handover",
    "signature_return": "Signature for the return",
    "signed_by": "Signed by",
    "address": "Network address",
    "shown": "What was shown, SHA-256",
    "offered": "Offered by",
}
FINNISH: Words = {
    "handover": "Avainten luovutus",
    "return": "Avainten palautus",
    "contract": "Sopimus",
    "reference": "Tunnus",
    "organization": "Luovuttaja",
    "contacts": "Vastaanottajat",
    "keys": "Avaimet",
    "mechanical": "mekaaninen",
    "electromechanical": "elektromekaaninen",
    "starts": "Alkaa",
    "ends": "Päättyy",
    "permanent": "toistaiseksi",
    "pick_up": "Avainten nouto",
    "hours": "Avaimet noudettavissa",
    "version": "versio",
    "mandatory": "pakollinen",
    "optional": "valinnainen",
    "signature_handover": "Luovutuksen allekirjoitus",
    "signature_return": "Palautuksen allekirjoitus",
    "signed_by": "Allekirjoittanut",
    "address": "Verkko-osoite",
    "shown": "Nähty asiakirja, SHA-256",
    "offered": "Tarjonnut",
}
SWEDISH: Words = {
    "handover": "Överlämning av nycklar",
    "return": "Återlämning av nycklar",
    "contract": "Avtalet",
    "reference": "Beteckning",
    "organization": "Överlämnas av",
    "contacts": "Mottagare",
    "keys": "Nycklar",
    "mechanical": "mekanisk",
    "electromechanical": "elektromekanisk",
    "starts": "Börjar",
    "ends": "Slutar",
    "permanent": "tills vidare",
    "pick_up": "Hur nycklarna hämtas",
    "hours": "Nycklarna kan hämtas",
    "version": "version",
    "mandatory": "obligatoriskt",
    "optional": "valfritt",
    "signature_handover": "Underskrift för överlämningen",
    "signature_return": "Underskrift för återlämningen",
    "signed_by": "Undertecknat av",
    "address": "Nätverksadress",
    "shown": "Visad handling, SHA-256",
    "offered": "Erbjuds av",
}
LANGUAGES: Mapping[str, Words] = {"en": ENGLISH, "fi": FINNISH, "sv": SWEDISH}


def words_in(language: str) -> Words:
    """Give our words in a language; in English for one that we do not speak.

    Args:
        language: BCP 47; what follows its primary tag makes no difference.
    """
    return LANGUAGES.get(language.partition("-")[0].lower(), ENGLISH)
