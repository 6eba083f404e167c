"""Evidence of a contract: a bundle that anybody can check, and that nobody can change unseen."""

import io
import json
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from evidencing import (
    folder_of,
    in_thread,
    livionkey_root,
    offered,
    prepared,
    run,
    sealed_contract,
    signed,
)
from factories import NOON
from sealed_documents import drawing, trusting, with_a_byte_changed
from stamping_peer import issued
from talking import Client, new_client

from models.attachments import Attachment, AttachmentState
from models.contracts import KeyContract
from models.database import Database
from models.errors import NotFound
from resolvers.attachments import storing
from resolvers.evidence.checking import certificates_in, check_bundle
from resolvers.evidence.containers import is_as_packed
from resolvers.evidence.exporting import export
from resolvers.evidence.gathering import chained, safe, written
from resolvers.evidence.packing import MANIFEST, SIGNATURE, member
from resolvers.evidence.sealing import Sealing
from resolvers.outside.findings import Finding

HEADER = 30
"""Bytes before the name of a member."""


@dataclass
class Bundle:
    """A bundle of evidence, and how to check it."""

    content: bytes
    folder: Path
    root: Path

    @property
    def names(self) -> list[str]:
        with ZipFile(io.BytesIO(self.content)) as archive:
            return archive.namelist()

    def read(self, name: str) -> bytes:
        with ZipFile(io.BytesIO(self.content)) as archive:
            return archive.read(name)

    def place_of(self, name: str) -> range:
        """Tell where in the file the bytes of a member are."""
        with ZipFile(io.BytesIO(self.content)) as archive:
            info = archive.getinfo(name)
        begin = info.header_offset + HEADER + len(info.filename)
        return range(begin, begin + info.file_size)

    def record(self, name: str) -> Any:
        return json.loads(self.read(name))

    def check(self, content: bytes | None = None, *, trusted: bool = True) -> list[Finding]:
        """Check it, or what somebody has made of it."""
        file = self.folder / "evidence.zip"
        file.write_bytes(self.content if content is None else content)
        return check_bundle(file, trusting(self.root).roots if trusted else [])

    def packed_with(self, **changed: bytes | None) -> bytes:
        """Pack it anew as we do, with other members: what a careful forger would do."""
        target = io.BytesIO()
        with ZipFile(io.BytesIO(self.content)) as archive, ZipFile(target, "w") as again:
            for name in archive.namelist():
                content = changed.get(name, archive.read(name))
                if content is not None:
                    with member(again, name, len(content)) as opened:
                        opened.write(content)
            for name in changed.keys() - set(archive.namelist()):
                with member(again, name, len(changed[name] or b"")) as opened:
                    opened.write(changed[name] or b"")
        return target.getvalue()


async def bundle_of(client: Client, contract_id: UUID, now: datetime = NOON) -> bytes:
    target = io.BytesIO()
    await export(client.database, client.outside, contract_id, target, now)
    return target.getvalue()


def broken(findings: list[Finding]) -> set[str]:
    return {one.what for one in findings if not one.is_good}


@pytest.fixture(scope="module")
async def client(database: Database) -> Any:
    """Give an organization of its own for all tests of this file."""
    async with new_client(database) as client:
        yield client


@pytest.fixture(scope="module")
async def contract(client: Client) -> KeyContract:
    contract = await sealed_contract(client)
    files, owner = client.outside.files, client.organization_id
    stored = await storing.put(files, owner, b"a plan of the house", "text/plain")
    async with client.working() as work:
        file = await storing.keep(work, stored)
        await work.add(
            Attachment(
                organization_id=owner,
                key_contract_id=contract.id,
                name="../../etc/plan of the hoüse.txt",
                state=AttachmentState.STORED,
                file_id=file.id,
                created_at=work.now,
                stored_at=work.now,
            )
        )
    return contract


@pytest.fixture(scope="module")
async def bundle(client: Client, contract: KeyContract) -> Bundle:
    content = await bundle_of(client, contract.id)
    return Bundle(content, folder_of(client), livionkey_root(client))


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
    bundle: Bundle, contract: KeyContract
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
    assert process["content"]["contract"]["reference"] == contract.reference
    assert [one["number"] for one in process["agreements"]] == [1]
    assert bundle.record("contract.json")["reference"] == contract.reference


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


@pytest.mark.parametrize(
    "name",
    [
        "contract.json",
        "signatures.json",
        "events.json",
        "documents/01-handover-offer.pdf",
        "documents/01-handover-signed.pdf",
        "pictures/01-handover.png",
        "attachments/001-etc_plan_of_the_ho_se.txt",
        "certificates/root-1.der",
        "certificates/revoked-1.crl",
        MANIFEST,
        SIGNATURE,
    ],
)
@pytest.mark.parametrize("share", [0.2, 0.5, 0.999])
def test_one_changed_byte_in_a_file_breaks_the_bundle_and_names_the_file(
    name: str, share: float, bundle: Bundle
) -> None:
    places = bundle.place_of(name)
    changed = with_a_byte_changed(bundle.content, places[int(len(places) * share)])

    found = bundle.check(changed)

    assert name in broken(found)


@pytest.mark.parametrize(
    "name",
    ["contract.json", "events.json", "documents/01-handover-signed.pdf", "certificates/root-1.der"],
)
def test_a_file_that_was_changed_and_packed_anew_is_named_too(name: str, bundle: Bundle) -> None:
    original = bundle.read(name)
    changed = with_a_byte_changed(original, len(original) // 2)

    assert name in broken(bundle.check(bundle.packed_with(**{name: changed})))


def test_no_byte_of_the_container_can_be_changed_unseen(bundle: Bundle) -> None:
    inside = [bundle.place_of(name) for name in bundle.names]
    outside = [
        place
        for place in range(len(bundle.content))
        if not any(place in members for members in inside)
    ]

    unseen = [
        place
        for place in outside
        if not broken(bundle.check(with_a_byte_changed(bundle.content, place)))
    ]

    assert outside
    assert unseen == []


def test_more_bytes_before_or_after_a_bundle_are_seen(bundle: Bundle) -> None:
    assert broken(bundle.check(bundle.content + b"\0"))
    assert broken(bundle.check(b"\0" + bundle.content))


@pytest.mark.parametrize("length", [0, 10, 1_000, 0.5, -1])
def test_a_bundle_that_was_cut_is_broken(length: float, bundle: Bundle) -> None:
    whole = len(bundle.content)
    cut = int(length * whole) if 0 < length < 1 else int(length) % whole

    assert broken(bundle.check(bundle.content[:cut]))


def test_a_file_that_is_missing_and_one_that_does_not_belong_there_are_named(
    bundle: Bundle,
) -> None:
    without = bundle.packed_with(**{"pictures/01-handover.png": None})
    more = bundle.packed_with(**{"documents/02-handover-signed.pdf": b"%PDF"})

    assert "pictures/01-handover.png" in broken(bundle.check(without))
    assert "documents/02-handover-signed.pdf" in broken(bundle.check(more))


def test_a_forged_manifest_is_not_signed(bundle: Bundle) -> None:
    changed = bundle.read("contract.json").replace(b'"language": "fi"', b'"language": "sv"')
    manifest = bundle.record(MANIFEST)
    for one in manifest["files"]:
        if one["path"] == "contract.json":
            one["sha256"] = sha256(changed).hexdigest()

    forged = bundle.packed_with(**{"contract.json": changed, MANIFEST: written(manifest)})

    assert changed != bundle.read("contract.json")
    assert broken(bundle.check(forged)) == {MANIFEST}


def test_whose_a_bundle_is_is_only_known_to_those_who_trust_somebody(bundle: Bundle) -> None:
    found = bundle.check(trusted=False)

    (about,) = [one for one in found if one.what == "certificates"]
    assert broken(found) == set()
    assert "it is not known whose they are" in about.words
    assert sha256(trusting(bundle.root).roots[0]).hexdigest() in about.words


def test_a_bundle_of_somebody_else_is_not_trusted(bundle: Bundle) -> None:
    stranger = issued("Somebody else")[0].public_bytes(Encoding.DER)
    file = bundle.folder / "evidence.zip"
    file.write_bytes(bundle.content)

    found = check_bundle(file, [stranger])

    assert {MANIFEST, "documents/01-handover-offer.pdf"} <= broken(found)


def test_what_is_no_bundle_is_broken(tmp_path: Path) -> None:
    file = tmp_path / "other.zip"
    with ZipFile(file, "w") as archive, member(archive, "contract.json", 2) as opened:
        opened.write(b"{}")

    assert broken(check_bundle(file, []))


def test_a_bundle_that_was_compressed_is_not_read_at_all(tmp_path: Path) -> None:
    file = tmp_path / "bomb.zip"
    with ZipFile(file, "w", ZIP_DEFLATED) as archive:
        archive.writestr("manifest.json", b"0" * 50_000_000)

    with file.open("rb") as opened, ZipFile(opened) as archive:
        assert not is_as_packed(opened, archive)
    assert broken(check_bundle(file, [])) == {"bomb.zip"}


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
    client: Client, contract: KeyContract, bundle: Bundle
) -> None:
    again = Bundle(await bundle_of(client, contract.id), bundle.folder, bundle.root)

    assert again.names == bundle.names
    for name in set(bundle.names) - {SIGNATURE}:
        assert again.read(name) == bundle.read(name)


async def test_what_is_not_signed_yet_is_evidence_too(client: Client) -> None:
    preparing = await prepared(client)
    process = await offered(client)
    waiting = await offered(client)
    await signed(client, waiting)

    for one, names in (
        (preparing, set()),
        (process, {"documents/01-handover-offer.pdf"}),
        (waiting, {"documents/01-handover-offer.pdf"}),
    ):
        content = await bundle_of(client, one.key_contract_id)
        made = Bundle(content, folder_of(client), livionkey_root(client))
        assert {name for name in made.names if name.startswith("documents/")} == names
        assert broken(await in_thread(made.check)) == set()


async def test_a_document_that_is_not_in_the_store_any_more_is_named(client: Client) -> None:
    process = await offered(client)
    signature = await signed(client, process, picture=drawing())
    await run(client, Sealing(), signature.id)
    await client.outside.files.remove(f"{client.organization_id}/{process.offer_file_id}")

    content = await bundle_of(client, process.key_contract_id)

    made = Bundle(content, folder_of(client), livionkey_root(client))
    assert "documents/01-handover-offer.pdf" in broken(await in_thread(made.check))


async def test_there_is_no_evidence_of_what_is_not_there(client: Client) -> None:
    with pytest.raises(NotFound):
        await bundle_of(client, UUID(int=1))
