"""Bundles of evidence that somebody has changed: broken, and the changed file is named."""

from hashlib import sha256
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from bundles import Bundle, broken, bundle_for
from cryptography.hazmat.primitives.serialization import Encoding
from evidencing import again, in_thread, offered, run, signed
from sealed_documents import drawing, with_a_byte_changed
from stamping_peer import issued
from talking import Client

from models.contracts import KeyContract
from resolvers.evidence.checking import check_bundle
from resolvers.evidence.containers import is_as_packed
from resolvers.evidence.gathering import written
from resolvers.evidence.packing import MANIFEST, SIGNATURE, member
from resolvers.evidence.sealing import Sealing


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


async def test_a_document_that_is_not_in_the_store_any_more_is_named(client: Client) -> None:
    process = await offered(client)
    signature = await signed(client, process, picture=drawing())
    await run(client, Sealing(), signature.id)
    await client.outside.files.remove(f"{client.organization_id}/{process.offer_file_id}")

    made = await bundle_for(client, await again(client, KeyContract, process.key_contract_id))

    assert "documents/01-handover-offer.pdf" in broken(await in_thread(made.check))
