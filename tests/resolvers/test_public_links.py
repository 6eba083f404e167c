"""Links by which a contact sees a contract: what they show, to whom, and for how long."""

from datetime import timedelta

import pytest
from acknowledging import linked
from agreeing import contact_of, make_contract
from factories import DAY, HOUR, NOON, acting_as, later, make_stranger, make_unit
from linking import make_link, make_stay

from models.accounts import Role
from models.automats import Automat
from models.contracts import (
    KeyAllocation,
    KeyContract,
    KeyContractStatus,
    LockerContract,
    LockerContractState,
)
from models.errors import InvalidInput, LinkNotValid, NotAllowed, NotFound
from models.events import Event, EventKind
from models.organizations import ContactDetails
from models.public_links import shown_until
from resolvers import automats, public_contracts, public_links
from resolvers.access_schedules import set_schedule
from resolvers.outside.secret import digest_of
from resolvers.work import Work

VEIKKO = ContactDetails("Veikko Nieminen", "veikko@example.com")


def test_a_contract_is_shown_for_seven_days_after_its_end() -> None:
    assert shown_until(NOON) == NOON + timedelta(days=7)
    assert shown_until(None) is None


async def test_a_link_keeps_only_the_hash_of_its_secret(work: Work) -> None:
    link, secret = await make_link(work)

    assert link.secret_digest == digest_of(secret)
    found = await public_links.by_secret(await work.connection(), secret)
    assert found is not None
    assert (found.link_id, found.owner.organization_id) == (link.id, work.actor.organization_id)
    events = await work.all(work.own(Event).where(Event.subject_id == link.id))
    assert [event.kind for event in events] == [EventKind.CONTRACT_LINK_CREATED]
    assert secret not in str([event.facts for event in events])


@pytest.mark.parametrize("secret", [None, "", "wrong", "x" * 5_000])
async def test_a_secret_that_is_none_opens_nothing(work: Work, secret: str | None) -> None:
    await make_link(work)

    with pytest.raises(LinkNotValid):
        await public_links.by_secret(await work.connection(), secret)


async def test_a_viewer_makes_no_links_and_takes_none_back(work: Work) -> None:
    link, _ = await make_link(work)
    viewer = acting_as(work, Role.VIEWER)

    with pytest.raises(NotAllowed):
        await make_link(viewer, await work.get(KeyContract, link.key_contract_id))
    with pytest.raises(NotAllowed):
        await public_links.revoke(viewer, link.id)


async def test_a_link_is_for_a_contact_of_the_contract_alone(work: Work) -> None:
    contract, other = await make_stay(work), await make_stay(work)
    stranger = await contact_of(work, other)

    with pytest.raises(NotFound):
        await make_link(work, contract, contact_id=stranger.id)


async def test_a_link_of_another_organization_is_not_found(work: Work) -> None:
    link, _ = await make_link(await make_stranger(work))

    with pytest.raises(NotFound):
        await public_links.revoke(work, link.id)


@pytest.mark.parametrize("status", [KeyContractStatus.DRAFT, KeyContractStatus.CANCELLED])
async def test_a_draft_and_what_was_given_up_get_no_link(
    work: Work, status: KeyContractStatus
) -> None:
    contract = await make_stay(work)
    contract.status = status
    await work.save()

    with pytest.raises(InvalidInput):
        await make_link(work, contract)


@pytest.mark.parametrize("status", [KeyContractStatus.DRAFT, KeyContractStatus.CANCELLED])
async def test_a_link_shows_no_draft_and_nothing_that_was_given_up(
    work: Work, status: KeyContractStatus
) -> None:
    contract = await make_stay(work)
    link, _ = await make_link(work, contract)
    assert await public_links.opened(work, link.id)
    contract.status = status
    await work.save()

    with pytest.raises(LinkNotValid):
        await public_links.opened(work, link.id)


async def test_a_link_that_was_taken_back_shows_nothing(work: Work) -> None:
    link, _ = await make_link(work)

    await public_links.revoke(work, link.id)
    again = await public_links.revoke(later(work, HOUR), link.id)

    assert again.revoked_at == work.now
    with pytest.raises(LinkNotValid):
        await public_contracts.seen(work, link.id)
    kinds = [event.kind for event in await work.all(work.own(Event)) if event.subject_id == link.id]
    assert kinds == [EventKind.CONTRACT_LINK_CREATED, EventKind.CONTRACT_LINK_REVOKED]


async def test_a_link_shows_nothing_once_the_contract_is_over_for_seven_days(work: Work) -> None:
    contract = await make_stay(work, days=2)
    link, _ = await make_link(work, contract)
    end = HOUR + 2 * DAY

    assert await public_contracts.seen(later(work, end + 7 * DAY - HOUR), link.id)
    with pytest.raises(LinkNotValid):
        await public_contracts.seen(later(work, end + 7 * DAY), link.id)
    with pytest.raises(InvalidInput):
        await make_link(later(work, end + 7 * DAY), contract)


async def test_a_link_follows_a_contract_that_is_made_longer(work: Work) -> None:
    contract = await make_contract(work, days=2)
    link, _ = await make_link(work, contract)
    contract.ends_at = work.now + 30 * DAY
    await work.save()

    assert await public_contracts.seen(later(work, 20 * DAY), link.id)


async def test_whoever_still_has_a_key_sees_how_to_return_it(work: Work) -> None:
    contract = await make_stay(work, days=2)
    link, _ = await make_link(work, contract)
    (key,) = await work.all(
        work.own(KeyAllocation).where(KeyAllocation.key_contract_id == contract.id)
    )
    key.fetched_at = work.now + HOUR
    await work.save()

    seen = await public_contracts.seen(later(work, 30 * DAY), link.id)

    assert seen.status is KeyContractStatus.OVERDUE


async def test_a_contact_that_was_erased_or_replaced_sees_nothing(work: Work) -> None:
    contract = await make_stay(work)
    link, _ = await make_link(work, contract)
    (await contact_of(work, contract)).erased_at = work.now
    await work.save()

    with pytest.raises(LinkNotValid):
        await public_contracts.seen(work, link.id)


async def test_the_first_opening_is_kept(work: Work) -> None:
    link, _ = await make_link(work)
    assert (await public_contracts.seen(work, link.id)).is_new

    await public_links.note_opened(work, link.id)
    await public_links.note_opened(later(work, HOUR), link.id)

    assert link.opened_at == work.now
    assert not (await public_contracts.seen(work, link.id)).is_new


@pytest.mark.parametrize(
    ("state", "is_shown"),
    [
        (LockerContractState.PLANNED, False),
        (LockerContractState.SYNCING, True),
        (LockerContractState.READY, True),
    ],
)
async def test_a_pin_is_shown_from_when_it_goes_to_the_automat(
    work: Work, state: LockerContractState, *, is_shown: bool
) -> None:
    contract = await make_stay(work)
    link, _ = await make_link(work, contract)
    held = await held_by(work, contract)
    held.state = state
    await work.save()

    (locker,) = (await public_contracts.seen(work, link.id)).lockers

    assert locker.pin == (held.pin if is_shown else None)
    assert locker.contract.sync_at == held.sync_at
    assert locker.index == 0


@pytest.mark.parametrize("works", [True, False])
async def test_a_pin_is_shown_once_a_linked_automat_has_said_that_it_knows_it(
    work: Work, *, works: bool
) -> None:
    contract = await make_stay(work)
    link, _ = await make_link(work, contract)
    held = await held_by(work, contract)
    await linked(work, await work.get(Automat, held.automat_id), works=works)
    shown = {}
    for state in (LockerContractState.SYNCING, LockerContractState.READY):
        held.state = state
        await work.save()
        (locker,) = (await public_contracts.seen(work, link.id)).lockers
        shown[state] = locker.pin

    assert shown == {LockerContractState.SYNCING: None, LockerContractState.READY: held.pin}


async def test_no_pin_is_shown_while_a_signature_is_awaited(work: Work) -> None:
    contract = await make_stay(work)
    link, _ = await make_link(work, contract)
    (await held_by(work, contract)).state = LockerContractState.READY
    contract.status = KeyContractStatus.WAITING_FOR_SIGNATURE
    await work.save()

    (locker,) = (await public_contracts.seen(work, link.id)).lockers

    assert locker.pin is None


async def test_a_locker_that_opens_no_more_is_not_shown(work: Work) -> None:
    contract = await make_stay(work)
    link, _ = await make_link(work, contract)
    (await held_by(work, contract)).state = LockerContractState.COMPLETED
    await work.save()

    assert (await public_contracts.seen(work, link.id)).lockers == []


async def test_the_next_openings_are_shown_by_the_clock_of_the_place(work: Work) -> None:
    unit = await make_unit(work, access_schedules=True, time_zone="Europe/Paris")
    contract = await make_contract(work, unit, days=30)
    link, _ = await make_link(work, contract)
    assert (await public_contracts.seen(work, link.id)).openings is None
    hours = {"weekdays": [1, 2, 3, 4, 5], "from": "08:00", "to": "17:00"}
    await set_schedule(work, contract.id, {"windows": [hours], "dailyReturn": False})

    seen = await public_contracts.seen(work, link.id)

    assert seen.openings is not None
    assert len(seen.openings) == 5
    assert seen.openings[1].starts_at_local == "3 June 2027 at 08:00"
    assert seen.openings[1].ends_at_local == "3 June 2027 at 17:00"
    assert {one.time_zone for one in seen.openings} == {"Europe/Paris"}


async def test_a_contact_sees_when_and_how_people_get_to_the_automat(work: Work) -> None:
    contract = await make_stay(work)
    link, _ = await make_link(work, contract)
    held = await held_by(work, contract)
    (locker,) = (await public_contracts.seen(work, link.id)).lockers
    assert (locker.hours, locker.openings) == (None, [])
    kiosk = {"windows": [{"weekdays": [1, 2, 3, 4, 5, 6, 7], "from": "10:00", "to": "18:00"}]}
    await automats.update(work, held.automat_id, {"opening_hours": kiosk})

    (locker,) = (await public_contracts.seen(work, link.id)).lockers

    assert locker.openings
    assert locker.openings[0].starts_at >= held.starts_at
    assert held.ends_at is not None
    assert all(one.ends_at and one.ends_at <= held.ends_at for one in locker.openings)
    assert {one.time_zone for one in locker.openings} == {"Europe/Helsinki"}
    assert any(one.ends_at_local.endswith("at 18:00") for one in locker.openings)


async def held_by(work: Work, contract: KeyContract) -> LockerContract:
    row = LockerContract
    (held,) = await work.all(work.own(row).where(row.key_contract_id == contract.id))
    return held
