"""What a push is refused for, and what is somebody else's: nothing is half done afterwards."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from factories import (
    AINO,
    DAY,
    acting_as,
    make_automat,
    make_entity,
    make_group,
    make_key,
    make_ring,
    make_stranger,
    make_unit,
    push,
)
from outcomes import everything, undone

from models.accounts import Role
from models.automats import AutomatModel
from models.base import new_id
from models.entities import EntityKind, ReservableEntity
from models.errors import ErrorCode
from models.keys import KeyKind
from models.organizations import ContactDetails, UnitKind
from models.places import PostalAddress
from resolvers import (
    accounts,
    automats,
    contacts,
    desks,
    device_groups,
    entities,
    key_rings,
    keys,
    organizations,
    reservations,
)
from resolvers.planning.stays import Wanted
from resolvers.pushing.requests import Request, Times
from resolvers.work import Work

BACK = timedelta(minutes=15, seconds=1)
SOMEWHERE = PostalAddress("Katu 1")
Saying = Callable[[Work, ReservableEntity], dict[str, Any]]


@pytest.mark.parametrize(
    ("code", "path", "said"),
    [
        (ErrorCode.INVALID_INPUT, ("contacts",), lambda work, one: {"contacts": []}),
        (
            ErrorCode.INVALID_INPUT,
            ("contacts", "0", "name"),
            lambda work, one: {"contacts": [ContactDetails("  ")]},
        ),
        (
            ErrorCode.INVALID_INPUT,
            ("contacts", "1", "email"),
            lambda work, one: {"contacts": [AINO, ContactDetails("Veikko", "veikko")]},
        ),
        (ErrorCode.INVALID_INPUT, ("external_id",), lambda work, one: {"external_id": " "}),
        (ErrorCode.INVALID_INPUT, ("external_id",), lambda work, one: {"external_id": "x" * 501}),
        (ErrorCode.INVALID_INPUT, ("source",), lambda work, one: {"source": "  "}),
        (ErrorCode.INVALID_INPUT, (), lambda work, one: {"entity_external_id": "A"}),
        (ErrorCode.INVALID_INPUT, (), lambda work, one: {"entity_id": None}),
        (ErrorCode.NOT_FOUND, ("entity_id",), lambda work, one: {"entity_id": new_id()}),
        (
            ErrorCode.NOT_FOUND,
            ("entity_external_id",),
            lambda work, one: {"entity_id": None, "entity_external_id": "nobody's"},
        ),
        (
            ErrorCode.NOT_FOUND,
            ("automat_id",),
            lambda work, one: {"wanted": Wanted(automat_id=new_id())},
        ),
        (
            ErrorCode.NOT_FOUND,
            ("device_group_id",),
            lambda work, one: {"wanted": Wanted(device_group_id=new_id())},
        ),
        (
            ErrorCode.NOT_FOUND,
            ("key_ids",),
            lambda work, one: {"wanted": Wanted(key_ids=[new_id()])},
        ),
        (
            ErrorCode.STARTS_AFTER_END,
            ("ends_at",),
            lambda work, one: {"times": Times(work.now + DAY, work.now + DAY)},
        ),
        (
            ErrorCode.STARTS_IN_PAST,
            ("starts_at",),
            lambda work, one: {"times": Times(work.now - BACK, None)},
        ),
        (ErrorCode.INVALID_INPUT, None, lambda work, one: {"times": Times()}),
        (
            ErrorCode.INVALID_INPUT,
            None,
            lambda work, one: {"times": Times(work.now, starts_at_local=work.now)},
        ),
        (
            ErrorCode.INVALID_INPUT,
            ("time_zone",),
            lambda work, one: {"times": Times(work.now, time_zone="Europe/Nowhere")},
        ),
    ],
)
async def test_a_push_is_refused_and_leaves_nothing(
    work: Work, code: ErrorCode, path: tuple[str, ...] | None, said: Saying
) -> None:
    apartment = await make_entity(work)
    await make_automat(work)
    await make_key(work, apartment)
    given: dict[str, Any] = {
        "external_id": "stay",
        "entity_id": apartment.id,
        "contacts": [AINO],
        "times": Times(work.now + DAY, work.now + 2 * DAY),
        "wanted": Wanted(),
        **said(work, apartment),
    }
    before = await everything(work)

    refusal = await undone(work, reservations.push(work, Request(**given)))

    assert refusal.code is code
    assert path is None or refusal.path == path
    assert await everything(work) == before


Use = Callable[[Work, dict[str, UUID]], Awaitable[Any]]


def create_entity(work: Work, **given: Any) -> Awaitable[Any]:
    return entities.create(work, kind=EntityKind.CAR, name="Car", **given)


def install(work: Work, **given: Any) -> Awaitable[Any]:
    model = AutomatModel.LIVIONKEY_1
    return automats.install(
        work, device_id="9", name="New", model=model, address=SOMEWHERE, **given
    )


def register(work: Work, *entity_ids: UUID, **given: Any) -> Awaitable[Any]:
    return keys.register(work, kind=KeyKind.MECHANICAL, entity_ids=entity_ids, **given)


def unit(work: Work, parent_id: UUID | None = None) -> Awaitable[Any]:
    kind = UnitKind.OTHER
    return organizations.create_unit(work, parent_id=parent_id, kind=kind, changes={"name": "A"})


TOUCHES: dict[str, Use] = {
    "entity's unit": lambda work, of: create_entity(work, unit_id=of["unit"]),
    "entity's group": lambda work, of: create_entity(work, device_group_id=of["group"]),
    "entity": lambda work, of: entities.update(work, of["entity"], {"name": "Mine"}),
    "entity's address": lambda work, of: entities.move(
        work, of["entity"], address=SOMEWHERE, found=None
    ),
    "automat's unit": lambda work, of: install(work, unit_id=of["unit"]),
    "automat's group": lambda work, of: install(work, device_group_ids=[of["group"]]),
    "automat": lambda work, of: automats.update(work, of["automat"], {"name": "Mine"}),
    "automat's address": lambda work, of: automats.move(
        work, of["automat"], address=SOMEWHERE, found=None
    ),
    "locker": lambda work, of: automats.update_locker(work, of["locker"], out_of_order=True),
    "group": lambda work, of: device_groups.update(work, of["group"], name="Mine"),
    "group's automats": lambda work, of: device_groups.create(
        work, name="G", automat_ids=[of["automat"]]
    ),
    "key": lambda work, of: keys.update(work, of["key"], {"code": "MINE"}),
    "key's entity": lambda work, of: register(work, of["entity"], manual_storage_id=of["desk"]),
    "key's automat": lambda work, of: register(work, automat_id=of["automat"]),
    "key's desk": lambda work, of: register(work, manual_storage_id=of["desk"]),
    "desk": lambda work, of: desks.update(work, of["desk"], name="Mine"),
    "desk's unit": lambda work, of: desks.create(work, name="Desk", unit_id=of["unit"]),
    "unit": lambda work, of: organizations.update_unit(work, of["unit"], {"name": "Mine"}),
    "unit's parent": lambda work, of: unit(work, of["unit"]),
    "ring": lambda work, of: key_rings.update(work, of["ring"], name="Mine"),
    "ring's key": lambda work, of: key_rings.create(work, name="R", key_ids=[of["key"]]),
    "contact": lambda work, of: contacts.update(work, of["contact"], {"name": "M"}),
    "reservation": lambda work, of: reservations.cancel(work, id=of["reservation"]),
    "token": lambda work, of: accounts.revoke_token(work, of["token"]),
}


async def belongings(owner: Work) -> dict[str, UUID]:
    """Give an organization one of everything."""
    apartment, automat = await make_entity(owner), await make_automat(owner)
    key = await make_key(owner, apartment, automat=automat)
    reservation, _ = await push(owner, apartment)
    (contact,) = await reservations.contacts_of(owner, reservation.id)
    desk = await desks.create(owner, name="Desk")
    token, _ = await accounts.create_token(owner, role=Role.VIEWER)
    assert key.locker_id is not None
    return {
        "unit": (await make_unit(owner)).id,
        "group": (await make_group(owner, automat)).id,
        "entity": apartment.id,
        "automat": automat.id,
        "locker": key.locker_id,
        "key": key.id,
        "ring": (await make_ring(owner, key)).id,
        "desk": desk.id,
        "reservation": reservation.id,
        "contact": contact.id,
        "token": token.id,
    }


async def test_what_is_somebody_elses_looks_like_what_is_not_there(work: Work) -> None:
    stranger = await make_stranger(work)
    theirs = await belongings(stranger)
    before = await everything(work), await everything(stranger)

    refusals = {name: await undone(work, touch(work, theirs)) for name, touch in TOUCHES.items()}
    missing = {
        name: await undone(work, touch(work, dict.fromkeys(theirs, new_id())))
        for name, touch in TOUCHES.items()
    }

    assert {name for name, one in refusals.items() if one.code is not ErrorCode.NOT_FOUND} == set()
    assert {name: one.message for name, one in refusals.items()} == {
        name: one.message for name, one in missing.items()
    }
    assert (await everything(work), await everything(stranger)) == before


ALLOWED: dict[str, set[Role]] = {
    "reservation": {Role.USER, Role.ADVANCED_USER, Role.ADMIN, Role.PARTNER},
    "contact": {Role.USER, Role.ADVANCED_USER, Role.ADMIN, Role.PARTNER},
    "entity": {Role.ADVANCED_USER, Role.ADMIN, Role.PARTNER},
    "entity's address": {Role.ADVANCED_USER, Role.ADMIN, Role.PARTNER},
    "key": {Role.ADVANCED_USER, Role.ADMIN},
    "ring": {Role.ADVANCED_USER, Role.ADMIN},
    "desk": {Role.ADVANCED_USER, Role.ADMIN},
    "automat": {Role.ADMIN, Role.INSTALLER},
    "automat's address": {Role.ADMIN, Role.INSTALLER},
    "locker": {Role.ADMIN, Role.INSTALLER},
    "group": {Role.ADMIN, Role.INSTALLER},
    "unit": {Role.ADMIN},
    "token": {Role.ADMIN},
}


@pytest.mark.parametrize("role", Role)
async def test_a_role_does_what_the_table_allows(work: Work, role: Role) -> None:
    ours = await belongings(work)
    actor = acting_as(work, role)

    for name, roles in ALLOWED.items():
        if role in roles:
            await TOUCHES[name](actor, ours)
        else:
            refusal = await undone(work, TOUCHES[name](actor, ours))
            assert refusal.code is ErrorCode.NOT_ALLOWED, name
            assert role.value in refusal.message
