"""Drafts of contracts: kept as they are asked for, changed at will, and made to hold."""

from typing import Any

import pytest
from factories import AINO, DAY, acting_as, make_automat, make_key, make_ring
from lives import trail
from outcomes import count_of, everything, undone
from promising import allocations, asked, lockers_of, made

from models.accounts import Role
from models.contracts import KeyAllocation, KeyContractStatus, LockerContract, Verification
from models.database import do_last_acts
from models.errors import (
    ExternalIdInUse,
    InvalidInput,
    KeyTaken,
    LivionKeyError,
    MixedStorage,
    NotAllowed,
    NotFound,
    StartsAfterEnd,
    StartsInPast,
)
from models.events import EventKind
from models.jobs import Job
from models.organizations import ContactDetails
from resolvers import contracts
from resolvers.staff_contracts import drafts
from resolvers.staff_contracts.asked import Asked
from resolvers.staff_contracts.changing import change
from resolvers.staff_contracts.contacts import contacts_of
from resolvers.work import Work

DRAFT = KeyContractStatus.DRAFT


async def test_a_draft_holds_no_key_and_no_locker(work: Work) -> None:
    key = await make_key(work, automat=await make_automat(work))

    draft = await drafts.create(work, asked(work, key))
    holding = await made(work, key)

    assert (draft.status, draft.draft is None) == (DRAFT, False)
    assert await allocations(work, draft) == []
    assert await lockers_of(work, draft) == []
    assert len(await allocations(work, holding)) == 1
    assert await trail(work, draft) == [EventKind.KEY_CONTRACT_DRAFT]


async def test_a_draft_may_be_incomplete(work: Work) -> None:
    draft = await drafts.create(work, Asked())

    assert (draft.status, draft.ends_at) == (DRAFT, None)
    assert draft.reference.startswith("KC-")
    assert await contacts_of(work, draft) == []
    assert await work.all(work.own(Job)) == []
    refusal = await undone(work, drafts.activate(work, draft.id, pins={}))
    assert (type(refusal), refusal.path) == (InvalidInput, ("key_ids",))


async def test_a_draft_that_is_made_to_hold_is_like_any_other_contract(work: Work) -> None:
    key = await make_key(work, automat=await make_automat(work))
    wish = asked(work, key, reference="A-1", free_locker_after_fetch=True, language="sv")
    draft = await drafts.create(work, wish)

    held = await drafts.activate(work, draft.id, pins={key.id: "194628"})

    (locker,) = await lockers_of(work, held)
    assert (held.id, held.status, held.draft) == (draft.id, KeyContractStatus.UPCOMING, None)
    assert (held.reference, held.language, held.free_locker_after_fetch) == ("A-1", "sv", True)
    assert (locker.locker_id, locker.pin) == (key.locker_id, "194628")
    assert (locker.starts_at, locker.ends_at) == (held.starts_at, held.ends_at)
    assert [one.name for one in await contacts_of(work, held)] == [AINO.name]
    assert EventKind.KEY_CONTRACT_UPCOMING in await trail(work, held)
    await do_last_acts(work.session)
    (job,) = await work.all(work.own(Job))
    assert job.subject_id == held.id


async def test_a_draft_that_says_no_start_begins_when_it_is_made_to_hold(work: Work) -> None:
    key = await make_key(work)
    draft = await drafts.create(work, Asked(contacts=[AINO], key_ids=[key.id]))
    later = Work(work.session, work.actor, work.now + 3 * DAY)

    held = await drafts.activate(later, draft.id, pins={})

    assert (held.starts_at, held.status) == (later.now, KeyContractStatus.ACTIVE)


async def test_a_draft_that_has_to_be_verified_waits_then(work: Work) -> None:
    key = await make_key(work, automat=await make_automat(work))
    draft = await drafts.create(work, asked(work, key, verification=Verification.SIGNATURE))

    held = await drafts.activate(work, draft.id, pins={})

    assert held.status is KeyContractStatus.WAITING_FOR_SIGNATURE
    assert held.verification is Verification.SIGNATURE


async def test_a_refusal_leaves_the_draft_as_it_is(work: Work) -> None:
    key, free = await make_key(work), await make_key(work)
    inside = await make_key(work, automat=await make_automat(work))
    ahead = {"starts_at": work.now + 9 * DAY, "ends_at": None, "pick_up_information": None}
    cases: list[tuple[dict[str, Any], type[LivionKeyError]]] = [
        ({}, KeyTaken),
        ({"key_ids": [free.id, inside.id]}, MixedStorage),
        ({"contacts": []}, InvalidInput),
        ({"starts_at": work.now - DAY}, StartsInPast),
        ({"key_ids": [free.id], **ahead}, InvalidInput),
    ]
    others = [await drafts.create(work, asked(work, key, **given)) for given, _ in cases]
    await made(work, key)

    for draft, (_, wrong) in zip(others, cases, strict=True):
        before = await everything(work)
        refusal = await undone(work, drafts.activate(work, draft.id, pins={}))
        assert isinstance(refusal, wrong)
        assert await everything(work) == before


async def test_everything_of_a_draft_can_be_changed(work: Work) -> None:
    keys = [await make_key(work) for _ in range(3)]
    ring = await make_ring(work, *keys[1:])
    draft = await drafts.create(work, asked(work, keys[0]))
    begins = work.now + 5 * DAY

    await change(work, draft.id, {"key_ids": [], "key_ring_ids": [ring.id], "reference": "B-2"})
    await change(work, draft.id, {"starts_at": begins, "ends_at": None, "says_end": True})
    await change(work, draft.id, {"contacts": [ContactDetails("Veikko"), AINO]})
    await change(work, draft.id, {"verification": Verification.SIGNATURE, "language": "fi"})

    found = await drafts.asked_of(work, draft)
    assert set(found.key_ids) == {key.id for key in keys[1:]}
    assert (draft.reference, draft.starts_at, draft.ends_at) == ("B-2", begins, None)
    assert [one.name for one in await contacts_of(work, draft)] == ["Veikko", AINO.name]
    assert (draft.verification, draft.language) == (Verification.SIGNATURE, "fi")
    assert await count_of(work, KeyAllocation) == await count_of(work, LockerContract) == 0


async def test_a_draft_refuses_what_makes_no_sense(work: Work) -> None:
    key = await make_key(work)
    await made(work, await make_key(work), reference="A-1")
    draft = await drafts.create(work, asked(work, key))
    turned = {"starts_at": work.now, "ends_at": work.now - DAY, "says_end": True}

    cases: list[tuple[Any, type[LivionKeyError]]] = [
        (drafts.create(work, asked(work, key, pins={key.id: "194628"})), InvalidInput),
        (drafts.create(work, asked(work, key, reference="A 1")), InvalidInput),
        (drafts.create(work, asked(work, key, reference="A-1")), ExternalIdInUse),
        (change(work, draft.id, {"reference": "A-1"}), ExternalIdInUse),
        (change(work, draft.id, {"key_ids": [draft.id]}), NotFound),
        (change(work, draft.id, {"automat_id": key.id}), NotFound),
        (change(work, draft.id, {"template_id": key.id}), NotFound),
        (change(work, draft.id, {"agreement_ids": [key.id]}), NotFound),
        (change(work, draft.id, {"language": "FI"}), InvalidInput),
        (change(work, draft.id, {"contacts": [ContactDetails("")]}), InvalidInput),
        (change(work, draft.id, turned), StartsAfterEnd),
    ]
    for action, wrong in cases:
        assert isinstance(await undone(work, action), wrong)


async def test_a_draft_is_given_up_or_made_to_hold_once(work: Work) -> None:
    key = await make_key(work)
    draft, other = [await drafts.create(work, asked(work, key)) for _ in range(2)]
    await contracts.cancel(work, draft.id)
    await drafts.activate(work, other.id, pins={})

    for id in (draft.id, other.id):
        refusal = await undone(work, drafts.activate(work, id, pins={}))
        assert (type(refusal), refusal.path) == (InvalidInput, ("id",))
    assert draft.status is KeyContractStatus.CANCELLED


@pytest.mark.parametrize("role", [Role.VIEWER, Role.INSTALLER])
async def test_not_everybody_makes_drafts(work: Work, role: Role) -> None:
    draft = await drafts.create(work, asked(work, await make_key(work)))
    clerk = acting_as(work, role)

    for action in (
        drafts.create(clerk, Asked()),
        drafts.activate(clerk, draft.id, pins={}),
        change(clerk, draft.id, {"reference": "B"}),
    ):
        assert isinstance(await undone(clerk, action), NotAllowed)
