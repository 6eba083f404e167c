from datetime import datetime

from erasing import (
    RETENTION,
    contacts_of,
    contract_with,
    erased,
    keep_contacts_for,
    kept_file,
    over,
)
from factories import (
    DAY,
    HOUR,
    later,
    make_entity,
    push,
)
from lives import at
from signing_rows import make_process, make_signature

from models.attachments import StoredFile
from models.database import LAST_ACTS
from models.erasures import Erasure, ErasureCause
from models.jobs import JobKind
from models.organizations import Contact, ContactDetails
from resolvers import reservations
from resolvers.erasing import rule
from resolvers.erasing.evidence import AGAIN
from resolvers.jobs import PLAN
from resolvers.work import Work


async def test_a_signature_is_kept_as_evidence_until_its_time_is_over(work: Work) -> None:
    contract, contact = await contract_with(work)
    sealed = await kept_file(work, b"sealed")
    process = await make_process(work, contract, contact.id)
    signature = await make_signature(work, process, sealed_file_id=sealed.id)
    then = await over(work, contract)

    erasure = await erased(then, contact)

    until = then.now + RETENTION
    (kept,) = erasure.kept
    assert kept["what"] == "signature"
    assert kept["keyContract"] == contract.reference
    assert datetime.fromisoformat(kept["until"]) == until
    assert "art. 17 (3) e" in kept["ground"]
    assert (signature.signer_name, process.content["contract"]["contacts"]) == (
        "Aino Virtanen",
        ["Aino Virtanen"],
    )

    assert await rule.look_after(at(work, until - HOUR), contact.id) == until
    after = at(work, until)
    assert await rule.look_after(after, contact.id) is None

    await after.connection()
    assert signature.signer_name == "Erased contact"
    assert (signature.address, signature.device, signature.identity) == (None, None, None)
    assert (signature.sealed_file_id, process.content) == (None, {})
    assert await after.find(StoredFile, sealed.id) is None
    assert erasure.kept == []
    assert {"what": "signatures", "count": 1} in erasure.removed


async def planned_for(work: Work, contact: Contact) -> datetime | None:
    """Tell when a contact is looked at next; plans are written when the transaction ends."""
    plan = work.session.info[LAST_ACTS][PLAN]
    due_at: datetime | None = plan.due_at.get(
        (work.actor.organization_id, JobKind.CONTACT, contact.id)
    )
    return due_at


async def test_evidence_of_a_contract_that_still_runs_goes_when_it_is_over_long_enough(
    work: Work,
) -> None:
    contract, contact = await contract_with(work)
    signature = await make_signature(work, await make_process(work, contract, contact.id))
    assert contract.ends_at is not None
    then = at(work, contract.ends_at + HOUR)  # its end has passed, and no timer has seen it yet

    erasure = await erased(then, contact)

    assert [one["until"] for one in erasure.kept] == [None]
    look_at = await planned_for(then, contact)
    assert look_at is not None
    assert look_at == then.now + AGAIN
    ended = await over(work, contract)
    until = ended.now + RETENTION
    assert await rule.look_after(at(work, look_at), contact.id) is None
    assert look_at > until
    assert signature.signer_name == "Erased contact"


async def test_a_contact_is_erased_by_rule_when_its_last_contract_is_over_long_enough(
    work: Work,
) -> None:
    contract, contact = await contract_with(work)
    then = await over(work, contract)
    due_at = then.now + RETENTION

    assert await rule.look_after(then, contact.id) == due_at
    assert await rule.look_after(at(work, due_at - HOUR), contact.id) == due_at
    assert await rule.look_after(at(work, due_at), contact.id) is None

    (erasure,) = await work.all(work.own(Erasure))
    assert (erasure.cause, erasure.contact_id) == (ErasureCause.RETENTION, contact.id)
    (left,) = await contacts_of(work, contract)
    assert left.name == "Erased contact"


async def test_evidence_goes_with_the_contact_when_both_are_due(work: Work) -> None:
    contract, contact = await contract_with(work)
    signature = await make_signature(work, await make_process(work, contract, contact.id))
    then = await over(work, contract)

    assert await rule.look_after(at(work, then.now + RETENTION), contact.id) is None

    assert signature.signer_name == "Erased contact"


async def test_a_contact_that_is_needed_is_looked_at_again(work: Work) -> None:
    _, contact = await contract_with(work, hours=10_000)

    then = later(work, 400 * DAY)

    assert await rule.look_after(then, contact.id) == then.now + AGAIN
    assert contact.erased_at is None


async def test_a_contact_of_a_cancelled_reservation_goes_after_the_cancel(work: Work) -> None:
    await keep_contacts_for(work, RETENTION)
    await push(work, await make_entity(work), external_id="stay-8", days=None)
    (contact,) = await work.all(work.own(Contact))
    await reservations.cancel(work, external_id="stay-8")

    due_at = work.now + RETENTION

    assert await rule.look_after(at(work, due_at - HOUR), contact.id) == due_at
    assert await rule.look_after(at(work, due_at), contact.id) is None
    assert contact.erased_at == due_at


async def test_a_contact_that_a_push_took_off_its_reservation_goes_too(work: Work) -> None:
    await keep_contacts_for(work, RETENTION)
    entity = await make_entity(work)
    await push(work, entity, external_id="stay-9")
    (before,) = await work.all(work.own(Contact))
    await push(work, entity, external_id="stay-9", contacts=[ContactDetails("Veikko")])

    then = at(work, rule.made_at(before.id) + RETENTION + HOUR)

    assert await rule.look_after(then, before.id) is None
    assert before.erased_at == then.now
