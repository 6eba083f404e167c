"""Which keys open what is reserved, where they will be, and whether anybody else has them then."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, bindparam, select

from geo.bookings import Bookings
from geo.key_supply import KeyOption, KeySupply, supply, supply_of_certain
from models.contracts import LockerContractKind as Kind
from models.dialects.among import among, ids_later
from models.entities import KeyRule
from models.errors import KeyTaken, NotFound
from models.keys import EntityKey, Key, KeyStatus
from models.stays import HOLD_STEP
from models.times import Window
from resolvers.planning.promised import promised
from resolvers.planning.stays import Stay
from resolvers.work import Reading, Work


class KeyFacts(NamedTuple):
    """A key and what is known of it for one stay.

    Args:
        key: Its row.
        locker_index: The locker in which it lies, or that is its own while it is out.
        taken: A stretch over which somebody else has it, if any.
        planned_from: From when on an earlier stay will bring it back, if one will.
        planned_automat_id: Where.
        planned_locker_index: In which locker.
        missing: Whether nobody knows where it is, so that a stay that begins soon cannot have it.
    """

    key: Key
    locker_index: int | None
    taken: Window | None
    planned_from: datetime | None
    planned_automat_id: UUID | None
    planned_locker_index: int | None
    missing: bool


Known = dict[Stay, list[KeyFacts]]
Left = tuple[UUID, int | None]
"""An automat, and its locker where that is known."""


async def keys_of(reading: Reading, stays: Sequence[Stay]) -> Known:
    """Read the keys of stays and what is promised of them, in three statements.

    A `Work` locks them: they and what they hold now, all in one order.
    """
    by_id, openers = await _keys(reading, stays)
    rows = [(stay, by_id[id]) for stay in stays for id in _keys_for(stay, openers) if id in by_id]
    known: Known = {stay: [] for stay in stays}
    facts = await promised(reading, rows, ignoring=contracts_of(stays))
    soon = reading.now + HOLD_STEP
    for (stay, key), said in zip(rows, facts, strict=True):
        if key.status != KeyStatus.RETIRED:
            known[stay].append(_key_facts(key, said, is_soon=stay.window.starts_at < soon))
    return known


def contracts_of(stays: Sequence[Stay]) -> list[UUID]:
    """List the key contracts of stays that have one: what those hold is theirs."""
    return [stay.contract.id for stay in stays if stay.contract is not None]


def homes_of(known: Known) -> dict[UUID, tuple[UUID, int]]:
    """Tell which locker keys leave when they are fetched, where nobody else's key is put."""
    return {
        facts.key.id: (facts.key.selected_automat_id, facts.locker_index)
        for its_keys in known.values()
        for facts in its_keys
        if facts.key.selected_automat_id is not None
        and facts.locker_index is not None
        and facts.key.locker_id in {None, facts.key.selected_locker_id}
    }


def _keys_for(stay: Stay, openers: dict[UUID, list[UUID]]) -> Sequence[UUID]:
    return openers[stay.entity.id] if stay.entity is not None else stay.wanted.key_ids


async def _keys(
    reading: Reading, stays: Sequence[Stay]
) -> tuple[dict[UUID, Key], dict[UUID, list[UUID]]]:
    entity_ids = {stay.entity.id for stay in stays if stay.entity is not None}
    told = {"owner": reading.actor.organization_id, "entities": entity_ids}
    openers: dict[UUID, list[UUID]] = defaultdict(list)
    for entity_id, key_id in await reading.rows(_openers(), **told):
        openers[entity_id].append(key_id)
    ids = {id for key_ids in openers.values() for id in key_ids}
    ids |= {id for stay in stays for id in stay.wanted.key_ids}
    ids |= {key.key_id for stay in stays for key in stay.held.keys}
    if isinstance(reading, Work):
        found: Sequence[Key] = await reading.locked(Key, ids)
    else:
        found = await reading.all(reading.own(Key).where(among(Key.id, ids)))
    return {key.id: key for key in found}, openers


@cache
def _openers() -> Select[UUID, UUID]:
    link = EntityKey
    mine = link.organization_id == bindparam("owner")
    opened = select(link.entity_id, link.key_id).where(
        mine, among(link.entity_id, ids_later("entities"))
    )
    return opened.order_by(link.key_id)


def _key_facts(key: Key, said: Any, *, is_soon: bool) -> KeyFacts:
    taken = None if said.taken_from is None else Window(said.taken_from, said.taken_until)
    return KeyFacts(
        key=key,
        locker_index=said.locker_index,
        taken=taken,
        planned_from=said.planned_from,
        planned_automat_id=said.planned_automat_id,
        planned_locker_index=said.planned_locker_index,
        missing=is_soon and key.status == KeyStatus.OUT and not said.is_held,
    )


def supply_of(stay: Stay, known: Sequence[KeyFacts], bookings: Bookings) -> KeySupply:
    """Sort the keys of a stay out.

    Raises:
        NotFound: A wanted key does not open the entity.
        NoKeyForEntity: Too few keys open it.
        KeyTaken: The wanted keys, or too many of all keys, are promised to others.
        MixedStorage: The wanted keys lie partly in automats and partly at desks.
    """
    wanted = stay.wanted.key_ids
    if not set(wanted) <= {facts.key.id for facts in known}:
        raise NotFound("One of the keys does not open the entity.", path=("key_ids",))
    left = {one.key.id: _left(stay, one, bookings) for one in known}
    options = [_option(stay, one, bookings, left[one.key.id]) for one in known]
    options = _beside_those_inside(stay, left, options)
    if stay.entity is None:
        return supply_of_certain(options)
    rule = KeyRule(stay.entity.key_rule)
    return supply(options, wanted=wanted, rule=rule, count=stay.entity.key_count)


def _beside_those_inside(
    stay: Stay, left: Mapping[UUID, Left | None], options: Sequence[KeyOption]
) -> list[KeyOption]:
    """Count keys at desks as in the automat to which a stay has them brought, once some are there.

    People bring one after the other, and the stay can be changed meanwhile, or the next one be
    pushed: then it is where the stay before it leaves them.
    """
    held = stay.held.lockers
    going: dict[UUID | None, UUID] = {id: where[0] for id, where in left.items() if where}
    going |= {one.key_id: one.automat_id for one in held if one.kind is not Kind.RETURN}
    inside = {option.automat_id for option in options if option.key.id in going} - {None}
    return [_brought(option, going.get(option.key.id), inside) for option in options]


def _brought(option: KeyOption, to: UUID | None, inside: set[UUID | None]) -> KeyOption:
    is_on_its_way = option.automat_id is None and to in inside
    return replace(option, automat_id=to) if is_on_its_way else option


def _option(stay: Stay, facts: KeyFacts, bookings: Bookings, left: Left | None) -> KeyOption:
    key = facts.key
    taken = facts.taken
    if not key.shared and taken is None:
        taken = bookings.key_taken(key.id, stay.window)
    automat_id, locker_index = _place(facts, left)
    refusal = None if taken is None else _taken(stay, key, taken)
    if facts.missing:
        refusal = _missing(stay, key)
    return KeyOption(key, automat_id, locker_index, refusal)


def _left(stay: Stay, facts: KeyFacts, bookings: Bookings) -> Left | None:
    """Tell where an earlier stay leaves a key, be it one that is planned together with this one."""
    brought = bookings.key_brought(facts.key.id, stay.window.starts_at)
    if brought is not None and not _is_later(facts.planned_from, brought.window.starts_at):
        return brought.automat_id, brought.locker_index
    if facts.planned_automat_id is not None:
        return facts.planned_automat_id, facts.planned_locker_index
    return None


def _place(facts: KeyFacts, left: Left | None) -> tuple[UUID | None, int | None]:
    """Tell where a key will lie: where an earlier stay leaves it, else where it lies or lives."""
    key = facts.key
    if key.manual_storage_id is not None:
        return None, None
    return left or (key.automat_id or key.selected_automat_id, facts.locker_index)


def _is_later(moment: datetime | None, than: datetime) -> bool:
    return moment is not None and moment > than


def _taken(stay: Stay, key: Key, taken: Window) -> KeyTaken:
    path = ("key_ids",) if stay.wanted.key_ids else ()
    return KeyTaken(
        f"The key {key.code} is promised to somebody {taken}; you asked for it {stay.window}.",
        path=path,
    )


def _missing(stay: Stay, key: Key) -> KeyTaken:
    path = ("key_ids",) if stay.wanted.key_ids else ()
    return KeyTaken(f"Nobody knows where the key {key.code} is; look for it.", path=path)
