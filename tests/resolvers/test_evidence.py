"""Evidence of a contract: all that there is about it, in one file that anybody can check."""

from hashlib import sha256
from uuid import UUID

import pytest
from bundles import Bundle, broken, bundle_for, bundle_of
from counting import statements_of
from evidencing import again, in_thread, offered, prepared, signed
from sealed_documents import trusting
from signing import begun
from talking import Client

from models.contracts import KeyContract
from models.errors import NotFound
from resolvers.evidence.checking import certificates_in
from resolvers.evidence.gathering import chained, gather, safe
from resolvers.evidence.packing import MANIFEST, SIGNATURE
from resolvers.signing import ending
from resolvers.work import Reading


def test_a_bundle_holds_all_that_there_is_about_a_contract(bundle: Bundle) -> None:
    (text,) = [name for name in bundle.names if name.startswith("agreements/")]

    assert bundle.names == [
        "contract.json",
        "signatures.json",
        "events.json",
        text,
        "documents/01-handover-offer.pdf",
        "documents/01-handover-signed.pdf",
        "pictures/01-handover.png",
        "attachments/001-etc_plan_of_the_ho_se.txt",
        "certificates/root-1.der",
        "certificates/revoked-1.crl",
        MANIFEST,
        SIGNATURE,
    ]


def test_a_bundle_is_whole(bundle: Bundle) -> None:
    found = bundle.check()

    assert broken(found) == set()
    words = {one.what: one.words for one in found}
    assert "unbroken chain" in words["events.json"]
    assert "those that were given" in words["certificates"]
    assert words["documents/01-handover-signed.pdf"].startswith("time stamp is good")


def test_who_when_how_and_what_is_told_of_each_signature(
    bundle: Bundle,
) -> None:
    told = bundle.record("signatures.json")

    (signature,) = told["signatures"]
    (process,) = told["processes"]
    offer = bundle.read(process["offer"])
    assert signature["signer_name"] == "Aino Virtanen"
    assert signature["address"] == "2001:db8::1"
    assert signature["device"] == "A browser"
    assert signature["method"] == "link"
    assert signature["purpose"] == "handover"
    assert signature["offer_digest"] == sha256(offer).hexdigest()
    assert process["content"]["contract"]["reference"] == bundle.contract.reference
    assert [one["number"] for one in process["agreements"]] == [1]
    assert bundle.record("contract.json")["reference"] == bundle.contract.reference


def test_the_words_of_each_agreement_are_told_as_they_were(bundle: Bundle) -> None:
    (name,) = [name for name in bundle.names if name.startswith("agreements/")]

    text = bundle.record(name)

    assert text["name"] == "House rules"
    assert "Avaimia **ei** saa kopioida." in text["body"]
    assert text["language"] == "fi"


def test_what_happened_is_told_in_its_order_each_with_the_one_before(bundle: Bundle) -> None:
    events = bundle.record("events.json")

    kinds = [event["kind"] for event in events]
    wanted = ["signing_preparing", "signing_offered", "signing_signed", "signature_sealed"]
    assert [kind for kind in kinds if kind in wanted] == wanted
    assert [event["previous"] for event in events[1:]] == [e["sha256"] for e in events[:-1]]


def test_no_secret_is_in_a_bundle(bundle: Bundle) -> None:
    assert b"PRIVATE KEY" not in bundle.content
    assert b"secret_digest" not in bundle.content
    assert b'"pin"' not in bundle.content


def test_a_chain_tells_when_an_event_is_changed_left_out_or_put_elsewhere() -> None:
    events = [{"kind": "one"}, {"kind": "two"}, {"kind": "three"}]
    last = chained(events)[-1]["sha256"]

    for other in ([*events[:2], {"kind": "four"}], events[:2], [events[1], events[0], events[2]]):
        assert chained(other)[-1]["sha256"] != last


def test_whose_a_bundle_is_is_only_known_to_those_who_trust_somebody(bundle: Bundle) -> None:
    found = bundle.check(trusted=False)

    (about,) = [one for one in found if one.what == "certificates"]
    assert broken(found) == set()
    assert "it is not known whose they are" in about.words
    assert sha256(trusting(bundle.root).roots[0]).hexdigest() in about.words


def test_certificates_are_read_in_both_forms(bundle: Bundle) -> None:
    der = trusting(bundle.root).roots[0]

    assert certificates_in(bundle.root.read_bytes()) == [der]
    assert certificates_in(der) == [der]


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("plan.pdf", "plan.pdf"),
        ("../../etc/passwd", "etc_passwd"),
        ("C:\\windows\\x.exe", "C_windows_x.exe"),
        ("häät ja 李.txt", "h_t_ja_.txt"),
        ("...", "file"),
        ("", "file"),
        ("a" * 500 + ".pdf", ("a" * 500 + ".pdf")[-80:]),
        ("two\nlines\0", "two_lines"),
    ],
)
def test_a_name_that_somebody_chose_is_never_a_path(name: str, kept: str) -> None:
    assert safe(name) == kept


async def test_the_same_evidence_is_packed_in_the_same_way(
    bundle: Bundle,
) -> None:
    again = await bundle_for(bundle.client, bundle.contract)

    assert again.names == bundle.names
    for name in set(bundle.names) - {SIGNATURE}:
        assert again.read(name) == bundle.read(name)


async def test_what_is_not_signed_yet_is_evidence_too(client: Client) -> None:
    preparing = await prepared(client)
    process = await offered(client)
    waiting = await offered(client)
    signature = await signed(client, waiting)
    not_proved = {f"signature {signature.id} in its document"}

    for one, names, not_good in (
        (preparing, set(), set()),
        (process, {"documents/01-handover-offer.pdf"}, set()),
        (waiting, {"documents/01-handover-offer.pdf"}, not_proved),
    ):
        contract = await again(client, KeyContract, one.key_contract_id)
        made = await bundle_for(client, contract)
        assert {name for name in made.names if name.startswith("documents/")} == names
        assert broken(await in_thread(made.check)) == not_good


async def test_there_is_no_evidence_of_what_is_not_there(client: Client) -> None:
    with pytest.raises(NotFound):
        await bundle_of(client, UUID(int=1))


async def test_gathering_takes_as_many_statements_for_many_signings_as_for_one(
    client: Client,
) -> None:
    one, many = await offered(client), await offered(client)
    for _ in range(3):
        async with client.working() as work:
            await ending.withdraw(work, many.id)
            many = (await begun(work, await work.get(KeyContract, many.key_contract_id))).process

    counts = []
    for process in (one, many):
        async with client.working() as work:
            reading = Reading(await work.connection(), work.actor, work.now)
            with statements_of(client.database) as seen:
                await gather(reading, process.key_contract_id)
            counts.append(len(seen))

    assert counts[0] == counts[1] > 0
