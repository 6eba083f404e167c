"""Key rings: keys that are handed over as one (G31)."""

from collections.abc import Sequence
from uuid import UUID

from models.accounts import Permission
from models.errors import ExternalIdInUse, InvalidInput, NotFound, StillInUse
from models.events import EventKind
from models.keys import Key, KeyRing, KeyRingKey
from resolvers.checks import required_text
from resolvers.work import Work

NAME_TAKEN = "key_rings_organization_id_name_key"


async def create(work: Work, *, name: str, key_ids: Sequence[UUID | None]) -> KeyRing:
    """Put keys on a new ring.

    Raises:
        NotAllowed: The actor may not change keys.
        InvalidInput: The name is empty.
        NotFound: There is no such key.
        StillInUse: A key is on another ring.
        ExternalIdInUse: Another ring has that name.
    """
    work.require(Permission.EDIT_KEYS)
    ring = KeyRing(
        organization_id=work.actor.organization_id, name=required_text(name, path=("name",))
    )
    await work.add(ring, refusals={NAME_TAKEN: _name_taken(ring)})
    kept = await _hold_only(work, ring, key_ids)
    work.record(EventKind.KEY_RING_CREATED, ring, key_ids=kept)
    return ring


async def update(
    work: Work,
    id: UUID | None,
    *,
    name: str | None = None,
    key_ids: Sequence[UUID | None] | None = None,
) -> KeyRing:
    """Rename a ring, or say anew which keys are on it; what is None stays as it is.

    Raises:
        NotAllowed: The actor may not change keys.
        NotFound: There is no such ring or key.
        InvalidInput: The name is empty.
        StillInUse: A key is on another ring.
        ExternalIdInUse: Another ring has that name.
    """
    work.require(Permission.EDIT_KEYS)
    ring = await _locked(work, id)
    if name is not None:
        ring.name = required_text(name, path=("name",))
    await work.save({NAME_TAKEN: _name_taken(ring)})
    if key_ids is None:
        kept = [link.key_id for link in await _links(work, ring)]
    else:
        kept = await _hold_only(work, ring, key_ids)
    work.record(EventKind.KEY_RING_UPDATED, ring, key_ids=kept)
    return ring


async def _locked(work: Work, id: UUID | None) -> KeyRing:
    locked = await work.locked(KeyRing, [] if id is None else [id])
    if not locked:
        raise NotFound("Your organization has no such key ring.", path=("id",))
    await work.require_change(KeyRing, locked[0].id)
    return locked[0]


async def _hold_only(work: Work, ring: KeyRing, key_ids: Sequence[UUID | None]) -> list[UUID]:
    """Let a ring hold these keys and no others; gives their ids."""
    if work.is_narrow and not key_ids:
        message = "Name a key of yours: a ring is found through its keys."
        raise InvalidInput(message, path=("key_ids",))
    keys = await _locked_keys(work, key_ids)
    await _check_free(work, ring, keys)
    for link in await _links(work, ring):
        await work.session.delete(link)
    await work.save()
    await work.add(
        *(
            KeyRingKey(organization_id=ring.organization_id, key_ring_id=ring.id, key_id=key.id)
            for key in keys
        )
    )
    return [key.id for key in keys]


async def _locked_keys(work: Work, key_ids: Sequence[UUID | None]) -> list[Key]:
    """Lock keys: meanwhile nobody plans with them, nor puts them on another ring."""
    wanted = set(key_ids)
    keys = await work.locked(Key, [id for id in wanted if id is not None])
    if len(keys) != len(wanted):
        raise NotFound("Your organization has no such key.", path=("key_ids",))
    return keys


async def _check_free(work: Work, ring: KeyRing, keys: Sequence[Key]) -> None:
    codes = {key.id: key.code for key in keys}
    on_another = work.own(KeyRingKey).where(
        KeyRingKey.key_id.in_(codes), KeyRingKey.key_ring_id != ring.id
    )
    link = await work.first(on_another.order_by(KeyRingKey.key_id))
    if link is not None:
        other = await work.get(KeyRing, link.key_ring_id)
        raise StillInUse(
            f"The key {codes[link.key_id]} is on the key ring {other.name}; take it off there "
            "first.",
            path=("key_ids",),
        )


async def _links(work: Work, ring: KeyRing) -> Sequence[KeyRingKey]:
    of_ring = work.own(KeyRingKey).where(KeyRingKey.key_ring_id == ring.id)
    return await work.all(of_ring.order_by(KeyRingKey.key_id))


def _name_taken(ring: KeyRing) -> ExternalIdInUse:
    return ExternalIdInUse(f"Another key ring is called {ring.name!r}.", path=("name",))
