"""The document that is offered: facts, agreements, languages; and that it stays as it was."""

import json

import pytest
from agreeing import (
    content_for,
    make_agreement,
    make_contract,
    make_version,
    texts_in,
)
from factories import make_automat, make_entity, make_key, make_unit, push

from models.contracts import KeyContract, Verification
from models.errors import NoAgreementText
from models.organizations import ContactDetails
from models.signing import SigningPurpose
from resolvers import organizations
from resolvers.access_schedules import set_schedule
from resolvers.agreements import choosing
from resolvers.agreements.content import digest_of_document
from resolvers.agreements.facts import PLACEHOLDERS
from resolvers.agreements.wording import DAILY_RETURN
from resolvers.work import Work

HOURS = {
    "windows": [
        {"weekdays": [1, 2, 3, 4, 5], "from": "08:00", "to": "17:00"},
        {"weekdays": [6, 7], "from": "10:00", "to": "24:00"},
    ],
    "dailyReturn": False,
}
EVE = ContactDetails('**Eve** <script>alert(1)</script> #read("/etc/passwd") {keys}')


async def test_the_document_tells_what_the_contract_is_about(work: Work) -> None:
    unit = await make_unit(work, time_zone="Europe/Helsinki")
    contract = await make_contract(work, unit, reference="KC-1")

    offered = await content_for(work, contract)

    document = offered.document
    (key,) = document["contract"].pop("keys")
    assert document == {
        "language": "en",
        "title": "Key contract",
        "purpose": "HANDOVER",
        "contract": {
            "reference": "KC-1",
            "contacts": ["Aino Virtanen"],
            "startsAt": "2027-06-02T12:00:00+00:00",
            "endsAt": "2027-06-04T12:00:00+00:00",
            "startsAtLocal": "2 June 2027 at 15:00",
            "endsAtLocal": "4 June 2027 at 15:00",
            "timeZone": "Europe/Helsinki",
            "pickUpInformation": "Ring the bell.",
            "organization": "Kotikatu Isännöinti",
            "accessSchedule": None,
        },
        "agreements": [],
    }
    assert (key["kind"], key["entities"]) == ("MECHANICAL", ["A 15"])


@pytest.mark.parametrize(
    ("language", "lines"),
    [
        ("fi", ["ma\N{EN DASH}pe 08:00\N{EN DASH}17:00", "la, su 10:00\N{EN DASH}24:00"]),
        ("sv", ["mån\N{EN DASH}fre 08:00\N{EN DASH}17:00", "lör, sön 10:00\N{EN DASH}24:00"]),
        ("en", ["Mon\N{EN DASH}Fri 08:00\N{EN DASH}17:00", "Sat, Sun 10:00\N{EN DASH}24:00"]),
    ],
)
async def test_the_document_tells_when_keys_may_be_fetched(
    work: Work, language: str, lines: list[str]
) -> None:
    unit = await make_unit(work, time_zone="Europe/Paris", access_schedules=True)
    contract = await make_contract(work, unit, language=language)
    await set_schedule(work, contract.id, HOURS)
    before = await content_for(work, contract)
    schedule = before.document["contract"]["accessSchedule"]
    await set_schedule(work, contract.id, HOURS | {"dailyReturn": True})
    after = await content_for(work, contract)

    assert schedule == HOURS | {"timeZone": "Europe/Paris", "lines": lines}
    daily = after.document["contract"]["accessSchedule"]
    assert daily["lines"] == [*lines, DAILY_RETURN[language]]
    assert after.digest != before.digest


async def test_a_permanent_contract_has_no_end_in_the_document(work: Work) -> None:
    await make_agreement(work, texts={"en": "From {starts} to {ends}."}, mandatory=True)

    document = (await content_for(work, await make_contract(work, days=None))).document

    assert (document["contract"]["endsAt"], document["contract"]["endsAtLocal"]) == (None, None)
    said = texts_in(document["agreements"][0]["blocks"])
    assert said == "From 2 June 2027 at 15:00 to until further notice."


async def test_every_placeholder_is_filled_in(work: Work) -> None:
    text = "\n\n".join(f"{name}: {{{name}}}." for name in PLACEHOLDERS)
    await make_agreement(work, texts={"fi": text}, mandatory=True)
    contract = await make_contract(work, language="fi", reference="KC-7")

    document = (await content_for(work, contract)).document

    code = document["contract"]["keys"][0]["code"]
    assert texts_in(document["agreements"][0]["blocks"]).splitlines() == [
        "reference: KC-7.",
        f"keys: {code}.",
        "entities: A 15.",
        "contacts: Aino Virtanen.",
        "contact: Aino Virtanen.",
        "starts: 2.6.2027 klo 15.00.",
        "ends: 4.6.2027 klo 15.00.",
        "organization: Kotikatu Isännöinti.",
        "pickUp: Ring the bell..",
    ]


async def test_a_fact_stays_text_whatever_is_written_in_it(work: Work) -> None:
    await make_agreement(work, texts={"en": "**{contact}** has {keys}."}, mandatory=True)
    contract = await make_contract(work, contacts=[EVE])

    (agreement,) = (await content_for(work, contract)).document["agreements"]

    (block,) = agreement["blocks"]
    assert block["spans"][0] == {"text": EVE.name, "strong": True, "emphasis": False}
    assert len(block["spans"]) == 2


async def test_a_fact_that_is_not_there_is_a_dash(work: Work) -> None:
    await make_agreement(work, texts={"en": "Pick up: {pickUp}"}, mandatory=True)
    contract = await make_contract(work)
    contract.pick_up_information = None
    await work.save()

    (agreement,) = (await content_for(work, contract)).document["agreements"]

    assert texts_in(agreement["blocks"]) == "Pick up: -"


async def test_what_is_reserved_is_told_and_not_all_that_the_key_opens(work: Work) -> None:
    home = await make_entity(work, name="A 15")
    attic = await make_entity(work, name="Attic")
    await make_key(work, home, attic, automat=await make_automat(work))
    await make_agreement(work, texts={"en": "For {entities}."}, mandatory=True)
    reservation, _ = await push(work, home)
    contract = await work.first(
        work.own(KeyContract).where(KeyContract.reservation_id == reservation.id)
    )
    assert contract is not None
    contract.verification = Verification.SIGNATURE
    await work.save()

    document = (await content_for(work, contract)).document

    assert texts_in(document["agreements"][0]["blocks"]) == "For A 15."
    assert sorted(document["contract"]["keys"][0]["entities"]) == ["A 15", "Attic"]


@pytest.mark.parametrize(
    ("languages", "expected"),
    [
        (("sv", "fi", "en", "de"), "sv"),
        (("sv-FI", "fi", "en", "de"), "sv"),
        ((None, "fi", "en", "de"), "fi"),
        (("no", "fi", "sv", "de"), "sv"),
        (("no", "fi", "no", "fi"), "fi"),
        (("no", "fi", "no", "da"), "en"),
    ],
)
async def test_the_language_falls_back_from_contract_to_unit_to_organization_to_english(
    work: Work, languages: tuple[str | None, ...], expected: str
) -> None:
    contract, contact, unit, organization = languages
    root = work.actor.organization_id
    await organizations.update_unit(work, root, {"language": organization})
    below = await make_unit(work, language=unit)
    texts = {language: f"In {language}." for language in ("fi", "sv", "en")}
    agreement = await make_agreement(work, texts=texts)
    person = ContactDetails("Aino Virtanen", language=contact)
    made = await make_contract(work, below, language=contract, contacts=[person])
    await choosing.choose(work, made.id, [agreement.id])

    offered = await content_for(work, made)

    (shown,) = offered.document["agreements"]
    assert (shown["language"], texts_in(shown["blocks"])) == (expected, f"In {expected}.")
    assert offered.language == offered.document["language"] == expected


async def test_an_agreement_in_a_language_that_we_do_not_speak_is_shown_in_it(work: Work) -> None:
    await make_agreement(work, texts={"de": "Ab {starts}."}, mandatory=True)

    document = (await content_for(work, await make_contract(work, language="de"))).document

    assert (document["language"], document["title"]) == ("en", "Key contract")
    (shown,) = document["agreements"]
    assert (shown["language"], shown["title"]) == ("de", "Title in de")
    assert texts_in(shown["blocks"]) == "Ab 2027-06-02 15:00."


@pytest.mark.parametrize("mandatory", [True, False])
async def test_an_agreement_without_a_text_that_could_be_offered_is_named(
    work: Work, *, mandatory: bool
) -> None:
    texts = {"de": "Bitte", "pl": "Prosze"}
    agreement = await make_agreement(work, texts=texts, mandatory=mandatory, name="House rules")
    contract = await make_contract(work, language="fi")
    await choosing.choose(work, contract.id, [agreement.id])

    with pytest.raises(NoAgreementText, match=r"'House rules' has no text in fi, en.* de, pl\."):
        await content_for(work, contract)


async def test_what_was_offered_stays_when_the_agreement_is_worded_anew(work: Work) -> None:
    agreement = await make_agreement(work, texts={"en": "Old."}, mandatory=True)
    contract = await make_contract(work)
    offered = await content_for(work, contract)
    kept = json.dumps(offered.document)

    version = await make_version(work, agreement, {"en": "New."})
    again = await content_for(work, contract)

    assert json.dumps(offered.document) == kept
    assert digest_of_document(json.loads(kept)) == offered.digest != again.digest
    assert [one["number"] for one in (*offered.agreements, *again.agreements)] == [1, 2]
    assert again.agreements[0]["versionId"] == str(version.id)
    assert texts_in(again.document["agreements"][0]["blocks"]) == "New."


async def test_the_same_is_offered_again_as_long_as_nothing_changes(work: Work) -> None:
    await make_agreement(work, mandatory=True)
    contract = await make_contract(work)

    first, second = await content_for(work, contract), await content_for(work, contract)

    assert first == second


async def test_the_digest_does_not_depend_on_the_order_of_the_keys() -> None:
    assert digest_of_document({"a": 1, "b": {"c": 2, "d": 3}}) == digest_of_document(
        {"b": {"d": 3, "c": 2}, "a": 1}
    )


async def test_a_return_is_signed_without_agreements(work: Work) -> None:
    await make_agreement(work, mandatory=True)
    contract = await make_contract(work, language="sv")

    offered = await content_for(work, contract, SigningPurpose.RETURN)

    assert offered.document["title"] == "Återlämning av nycklar"
    assert (offered.document["purpose"], offered.document["agreements"]) == ("RETURN", [])
    assert offered.agreements == []
