"""What an erasure must not leave behind: identities, names in what others sign, and attachments."""

from datetime import datetime, timedelta

import pytest
from erasing import RETENTION, contract_with, erased, keep_contacts_for, kept_file, over
from factories import AINO, HOUR, make_key
from lives import at
from signing_rows import make_identification, make_process, make_signature
from sqlalchemy import select

from models.attachments import Attachment, AttachmentState, StoredFile
from models.contracts import KeyContract
from models.database import do_last_acts
from models.jobs import Job, JobKind
from models.organizations import Contact, ContactDetails
from models.signing import Identification, SigningProcess, SigningState
from models.times import Window
from resolvers import contracts, looking
from resolvers.attachments import removing
from resolvers.erasing import rule
from resolvers.relations import CONTACTS_OF_KEY_CONTRACT
from resolvers.work import Work


async def contract_with_two(work: Work) -> tuple[KeyContract, Contact, Contact]:
    """Make a contract of Aino and Veikko that begins now."""
    await keep_contacts_for(work, RETENTION)
    key = await make_key(work)
    window = Window(work.now, work.now + HOUR)
    people = [AINO, ContactDetails("Veikko Virtanen")]
    contract = await contracts.create(work, key_ids=[key.id], contacts=people, window=window)
    (found,) = await looking.belonging(work, CONTACTS_OF_KEY_CONTRACT, [contract.id])
    aino, veikko = [await work.get(Contact, one.id) for one in found]
    return contract, aino, veikko


async def attach(work: Work, contract: KeyContract) -> Attachment:
    file = await kept_file(work, b"a letter to Aino")
    attachment = Attachment(
        organization_id=work.actor.organization_id,
        key_contract_id=contract.id,
        name="Letter.pdf",
        state=AttachmentState.STORED,
        file_id=file.id,
        created_at=work.now,
        stored_at=work.now,
    )
    await work.add(attachment)
    return attachment


async def test_who_identified_themselves_is_kept_with_the_signature_alone(work: Work) -> None:
    contract, contact = await contract_with(work)
    process = await make_process(work, contract, contact.id)
    await make_identification(work, process)
    signature = await make_signature(work, process)
    then = await over(work, contract)

    erasure = await erased(then, contact)

    assert await then.all(then.own(Identification)) == []
    assert {"what": "identifications", "count": 1} in erasure.removed
    assert signature.identity == {"name": "Aino Virtanen"}

    after = at(work, then.now + RETENTION)
    await rule.look_after(after, contact.id)

    assert signature.identity is None


@pytest.mark.parametrize(
    ("state", "after"),
    [
        (SigningState.OFFERED, SigningState.WITHDRAWN),
        (SigningState.DECLINED, SigningState.DECLINED),
    ],
)
async def test_what_another_contact_did_not_sign_is_emptied_as_it_names_the_erased_one(
    work: Work, state: SigningState, after: SigningState
) -> None:
    contract, aino, veikko = await contract_with_two(work)
    offer = await kept_file(work, b"offer to Veikko, and Aino")
    await make_process(work, contract, veikko.id, state, offer_file_id=offer.id)
    then = await over(work, contract)

    erasure = await erased(then, aino)

    (left,) = await then.all(then.own(SigningProcess))
    assert (left.state, left.content, left.offer_file_id) == (after, {}, None)
    assert await then.find(StoredFile, offer.id) is None
    assert {"what": "unsigned documents", "count": 1} in erasure.removed


async def test_what_another_contact_signed_is_kept_for_a_while_and_the_receipt_says_so(
    work: Work,
) -> None:
    contract, aino, veikko = await contract_with_two(work)
    sealed = await kept_file(work, b"signed by Veikko, names Aino")
    process = await make_process(work, contract, veikko.id)
    signature = await make_signature(work, process, sealed_file_id=sealed.id)
    signature.signer_name = veikko.name
    then = await over(work, contract)

    erasure = await erased(then, aino)

    until = then.now + RETENTION
    (kept,) = erasure.kept
    assert kept["what"] == "document of another signer"
    assert kept["keyContract"] == contract.reference
    assert datetime.fromisoformat(kept["until"]) == until
    assert process.content != {}

    assert await rule.look_after(at(work, until), aino.id) is None

    assert (process.content, signature.sealed_file_id) == ({}, None)
    assert await then.find(StoredFile, sealed.id) is None
    assert signature.signer_name == "Veikko Virtanen", "it is theirs, and they are not erased"
    assert erasure.kept == []
    assert {"what": "documents of other signers", "count": 1} in erasure.removed


async def test_attachments_are_in_the_receipt_until_their_own_time_is_over(work: Work) -> None:
    contract, contact = await contract_with(work)
    attachment = await attach(work, contract)
    then = await over(work, contract)

    erasure = await erased(then, contact)

    (kept,) = erasure.kept
    assert (kept["what"], kept["keyContract"]) == ("attachments", contract.reference)
    until = datetime.fromisoformat(kept["until"])
    late = at(work, until)
    assert await rule.look_after(late, contact.id) == until + timedelta(days=1)
    await removing.Removal().keep(late, attachment.id, None)
    assert await rule.look_after(late, contact.id) is None
    assert erasure.kept == []


async def test_evidence_of_a_contract_that_is_not_over_yet_is_looked_at_again(work: Work) -> None:
    contract, contact = await contract_with(work)
    await make_signature(work, await make_process(work, contract, contact.id))
    assert contract.ends_at is not None
    then = at(work, contract.ends_at + HOUR)

    erasure = await erased(then, contact)

    await do_last_acts(work.session)
    assert [one["until"] for one in erasure.kept] == [None]
    planned = select(Job.due_at).where(Job.kind == JobKind.CONTACT, Job.subject_id == contact.id)
    assert list(await work.scalars(planned)) == [then.now + rule.AGAIN]


async def test_contracts_of_others_are_left_as_they_are(work: Work) -> None:
    contract, contact = await contract_with(work)
    other, _, veikko = await contract_with_two(work)
    theirs = await make_process(work, other, veikko.id, SigningState.DECLINED)
    await attach(work, other)
    then = await over(work, contract)

    erasure = await erased(then, contact)

    assert theirs.content != {}
    assert erasure.kept == []
