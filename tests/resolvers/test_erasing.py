from dataclasses import replace

import pytest
from erasing import contacts_of, contract_with, erased, kept_file, over, pushed_and_erased
from factories import (
    AINO,
    DAY,
    HOUR,
    acting_as,
    later,
    make_automat,
    make_entity,
    make_key,
    make_stranger,
    make_unit,
    push,
)
from linking import make_link
from lives import at, look_after
from outcomes import key_contract
from signing_rows import make_identification, make_process, make_signature

from models.accounts import Role
from models.attachments import StoredFile
from models.erasures import ErasureCause
from models.errors import InvalidInput, NotAllowed, NotFound, StillInUse
from models.events import Event, EventKind
from models.organizations import Contact
from models.reservations import ReservationContact, UpsertOutcome
from models.signing import Identification, SigningProcess, SigningState
from models.times import Window
from resolvers import contracts, personal_data
from resolvers.contacts import update as update_contact
from resolvers.erasing import contacts
from resolvers.handover import desks
from resolvers.handover.desks import KeyName
from resolvers.work import Work


async def test_nothing_personal_is_left_of_an_erased_contact(work: Work) -> None:
    contract, contact = await contract_with(work)
    then = await over(work, contract)

    erasure = await erased(then, contact, "Letter 17")

    (left,) = await contacts_of(then, contract)
    assert (left.name, left.email, left.phone) == ("Erased contact", None, None)
    assert left.erased_at == then.now
    assert (erasure.cause, erasure.reason, erasure.at) == (
        ErasureCause.REQUEST,
        "Letter 17",
        then.now,
    )
    assert [(one["what"], one["count"]) for one in erasure.removed] == [
        ("name", 1),
        ("email", 1),
        ("phone", 1),
    ]
    assert erasure.kept == []


async def test_to_erase_twice_is_to_erase_once(work: Work) -> None:
    contract, contact = await contract_with(work)
    then = await over(work, contract)
    first = await erased(then, contact)

    again = await erased(later(then, HOUR), contact)

    assert again.id == first.id


async def test_a_live_contract_needs_its_contacts(work: Work) -> None:
    contract, contact = await contract_with(work)

    with pytest.raises(StillInUse, match=contract.reference):
        await erased(work, contact)


async def test_a_contract_to_come_needs_its_contacts(work: Work) -> None:
    entity = await make_entity(work)
    await make_key(work, entity, automat=await make_automat(work))
    reservation, _ = await push(work, entity)
    contract = await key_contract(work, reservation)
    (contact,) = await contacts_of(work, contract)

    with pytest.raises(StillInUse, match=contract.reference):
        await erased(work, contact)


async def test_a_reservation_that_waits_needs_its_contacts(work: Work) -> None:
    reservation, _ = await push(work, await make_entity(work), external_id="stay-7")
    (contact,) = await work.all(work.own(Contact))

    with pytest.raises(StillInUse, match="the reservation stay-7 of default"):
        await erased(work, contact)
    after = at(work, (reservation.ends_at or work.now) + HOUR)
    assert (await erased(after, contact)).kept == []


async def test_a_key_that_is_out_needs_who_has_it(work: Work) -> None:
    key = await make_key(work)
    window = Window(work.now, work.now + HOUR)
    contract = await contracts.create(work, key_ids=[key.id], contacts=[AINO], window=window)
    (contact,) = await contacts_of(work, contract)
    await desks.hand_over(work, [KeyName(id=key.id)], key_contract_id=contract.id)
    then = later(work, 2 * HOUR)
    await look_after(work, contract, at=then.now)

    with pytest.raises(StillInUse, match=contract.reference):
        await erased(then, contact)


async def test_only_who_may_erases_contacts(work: Work) -> None:
    contract, contact = await contract_with(work)
    then = await over(work, contract)
    for role in set(Role) - {Role.ADMIN}:
        with pytest.raises(NotAllowed):
            await contacts.erase_on_request(acting_as(then, role), contact.id, reason=None)
    with pytest.raises(NotFound):
        await contacts.erase_on_request(await make_stranger(work), contact.id, reason=None)


@pytest.mark.parametrize("reason", ["Asked by VIRTANEN", "aino@example.com wrote", "Aino"])
async def test_a_reason_does_not_keep_what_is_erased(work: Work, reason: str) -> None:
    contract, contact = await contract_with(work)
    then = await over(work, contract)

    with pytest.raises(InvalidInput, match="must not repeat"):
        await erased(then, contact, reason)


async def test_links_of_an_erased_contact_show_nothing_any_more(work: Work) -> None:
    contract, contact = await contract_with(work)
    link, _ = await make_link(work, contract, contact_id=contact.id)
    then = await over(work, contract)

    erasure = await erased(then, contact)

    assert link.revoked_at == then.now
    assert {"what": "links", "count": 1} in erasure.removed


@pytest.mark.parametrize(
    ("state", "after"),
    [
        (SigningState.PREPARING, SigningState.WITHDRAWN),
        (SigningState.OFFERED, SigningState.WITHDRAWN),
        (SigningState.DECLINED, SigningState.DECLINED),
        (SigningState.EXPIRED, SigningState.EXPIRED),
    ],
)
async def test_documents_that_were_not_signed_are_emptied(
    work: Work, state: SigningState, after: SigningState
) -> None:
    contract, contact = await contract_with(work)
    offer = await kept_file(work, b"offer to Aino")
    process = await make_process(
        work, contract, contact.id, state, reason="I, Aino, will not.", offer_file_id=offer.id
    )
    await make_identification(work, process)
    then = await over(work, contract)

    await erased(then, contact)

    (left,) = await then.all(then.own(SigningProcess))
    assert (left.state, left.content, left.reason, left.offer_file_id) == (after, {}, None, None)
    assert await then.all(then.own(Identification)) == []
    assert await then.find(StoredFile, offer.id) is None


async def test_the_same_push_again_does_not_bring_an_erased_contact_back(work: Work) -> None:
    reservation, entity, then = await pushed_and_erased(work)

    _, outcome = await push(
        then, entity, external_id="stay-1", starts_at=reservation.starts_at, days=2
    )

    assert outcome is UpsertOutcome.UNCHANGED
    assert {one.name for one in await then.all(then.own(Contact))} == {"Erased contact"}


async def test_a_push_that_moves_the_stay_brings_a_contact_of_its_own(work: Work) -> None:
    _, entity, then = await pushed_and_erased(work)

    _, outcome = await push(then, entity, external_id="stay-1", starts_at=then.now + DAY)

    assert outcome is UpsertOutcome.UPDATED
    names = {one.name: one.erased_at for one in await then.all(then.own(Contact))}
    assert names == {"Erased contact": then.now, "Aino Virtanen": None}


async def test_an_erased_contact_is_not_given_a_name_again(work: Work) -> None:
    contract, contact = await contract_with(work)
    then = await over(work, contract)
    await erased(then, contact)

    with pytest.raises(InvalidInput, match="was erased"):
        await update_contact(then, contact.id, {"name": "Aino"})


async def test_no_event_of_a_life_holds_anything_of_a_person(work: Work) -> None:
    contract, contact = await contract_with(work)
    await make_link(work, contract, contact_id=contact.id)
    process = await make_process(work, contract, contact.id)
    await make_signature(work, process)
    then = await over(work, contract)
    await update_contact(then, contact.id, {"phone": "+358505550009"})
    await erased(then, contact, "Letter 17")
    await pushed_and_erased(work)

    await then.connection()
    events = await then.all(then.own(Event))

    assert EventKind.CONTACT_ERASED in {event.kind for event in events}
    trail = " ".join(f"{event.facts} {event.notice}" for event in events)
    for word in ("Aino", "Virtanen", "example.com", "+35850", "192.0.2.1", "Letter"):
        assert word not in trail


async def test_who_reaches_some_units_disposes_of_no_contact_of_others(work: Work) -> None:
    north, south = [await make_unit(work) for _ in range(2)]
    here, there = [
        (await push(work, await make_entity(work, unit_id=unit.id)))[0] for unit in (north, south)
    ]
    link = ReservationContact
    (known,) = await work.all(work.own(link).where(link.reservation_id == here.id))
    narrow = acting_as(work, Role.ADMIN)
    narrow.actor = replace(narrow.actor, units=frozenset({north.id}))

    contact, _ = await personal_data.export(narrow, known.contact_id)
    await work.add(
        link(
            organization_id=work.actor.organization_id,
            reservation_id=there.id,
            contact_id=contact.id,
            place=9,
        )
    )

    for dispose in (
        personal_data.export(narrow, contact.id),
        contacts.erase_on_request(narrow, contact.id, reason=None),
    ):
        with pytest.raises(NotAllowed, match="beyond the units"):
            await dispose
