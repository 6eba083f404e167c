"""Keys as people name them: by their id, by what is on their tags, or by their ring."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from models.errors import InvalidInput, NotFound
from models.keys import Key, KeyRing, KeyRingKey
from models.tags import same_tag
from resolvers.work import Work


@dataclass(frozen=True, slots=True)
class KeyName:
    """A key as somebody names it: exactly one of the three."""

    id: UUID | None = None
    code: str | None = None
    rfid_tag: str | None = None


async def named_keys(
    work: Work,
    names: Sequence[KeyName],
    ring_ids: Sequence[UUID | None] = (),
    *,
    path: tuple[str, ...] = ("keys",),
) -> list[Key]:
    """Find keys, each once, and those on rings too: a ring goes as one (G31).

    Raises:
        InvalidInput: There is none, or one has not exactly one name.
        NotFound: There is no such key or ring.
    """
    found = [await named_key(work, name, path=path) for name in dict.fromkeys(names)]
    for ring_id in dict.fromkeys(ring_ids):
        found += await _on_ring(work, ring_id)
    if not found:
        raise InvalidInput("At least one key is needed.", path=path)
    return list({key.id: key for key in found}.values())


async def named_key(work: Work, name: KeyName, *, path: tuple[str, ...] = ("key",)) -> Key:
    """Find a key by its id, its number or its tag.

    Raises:
        InvalidInput: Not exactly one of the three was given, or several keys have that tag.
        NotFound: There is no such key.
    """
    given = {"id": name.id, "code": name.code, "rfidTag": name.rfid_tag}
    if sum(value is not None for value in given.values()) != 1:
        raise InvalidInput(f"Give exactly one of {' and '.join(given)}.", path=path)
    if name.id is not None:
        return await work.get(Key, name.id, path=path)
    by_tag = Key.rfid_tag == same_tag(name.rfid_tag or "")
    same = by_tag if name.code is None else Key.code == name.code
    found = await work.all(work.seen(Key).where(same).order_by(Key.id).limit(2))
    if not found:
        raise NotFound("Your organization has no such key; look at its tag again.", path=path)
    if len(found) > 1:
        codes = " and ".join(key.code for key in found)
        message = f"Several keys have that tag, among them {codes}: name it by its code."
        raise InvalidInput(message, path=path)
    return found[0]


async def _on_ring(work: Work, ring_id: UUID | None) -> Sequence[Key]:
    ring = await work.get(KeyRing, ring_id, path=("key_ring_ids",))
    link = KeyRingKey
    on_it = work.own(Key).join(link, link.key_id == Key.id).where(link.key_ring_id == ring.id)
    return await work.all(on_it.order_by(Key.id))
