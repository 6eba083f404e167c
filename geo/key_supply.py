"""Where the keys of an entity are, as far as the choice of an automat cares.

A mechanical key is one certain key: if it lies in an automat, that automat it is. Electromechanical
keys are interchangeable: any automat will do in which one of them lies free. Keys at desks can be
brought anywhere. Mechanical keys decide where one is asked for by its id, else electromechanical
ones where the entity has enough of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from models.entities import KeyRule
from models.errors import KeyTaken, MixedStorage, NoKeyForEntity
from models.keys import Key, KeyKind


@dataclass(frozen=True, slots=True)
class KeyOption:
    """A key of the entity when the window begins.

    Args:
        key: Its row.
        automat_id: The automat in which it will lie, as far as is known; None for a desk.
        locker_index: The locker of that automat; None when that is not known.
        taken: Why it cannot be had over the window; None when nobody else holds it.
    """

    key: Key
    automat_id: UUID | None
    locker_index: int | None
    taken: KeyTaken | None = None

    @property
    def is_free(self) -> bool:
        """Whether nobody else holds it over the window."""
        return self.taken is None


@dataclass(frozen=True, slots=True)
class KeySupply:
    """The free keys, by where they are.

    Args:
        interchangeable: Whether any automat with a free key will do (electromechanical).
        needed: How many keys go out together.
        inside: For each automat in which keys lie, those of them that are free.
        at_desks: The free keys at desks.
        all_go: Whether each of these keys goes, wherever it lies.
    """

    interchangeable: bool
    needed: int
    inside: dict[UUID, tuple[KeyOption, ...]]
    at_desks: tuple[KeyOption, ...]
    all_go: bool = False

    @property
    def is_bound(self) -> bool:
        """Whether certain keys lie in automats, so that those decide."""
        return bool(self.inside) and not self.interchangeable

    @property
    def is_spread(self) -> bool:
        """Whether certain keys that all go lie in several automats."""
        return self.all_go and len(self.inside) > 1

    @property
    def may_be_brought(self) -> bool:
        """Whether enough free keys lie at desks."""
        return len(self.at_desks) >= self.needed

    def ready_in(self, automat_id: UUID) -> tuple[KeyOption, ...]:
        """Give the free keys that lie in an automat, if there are enough; else none."""
        options = self.inside.get(automat_id, ())
        return options if len(options) >= self.needed else ()

    def in_one(self, automat_id: UUID) -> "KeySupply":
        """Look only at the keys in one of the automats over which they are spread."""
        here = self.inside[automat_id]
        return replace(self, needed=len(here), inside={automat_id: here})

    def brought(self) -> "KeySupply":
        """Look at the keys at desks only."""
        return replace(self, interchangeable=False, inside={})


NO_KEYS = KeySupply(interchangeable=False, needed=1, inside={}, at_desks=())


def supply(
    options: Sequence[KeyOption],
    *,
    wanted: Sequence[UUID],
    rule: KeyRule = KeyRule.ONE,
    count: int | None = None,
) -> KeySupply:
    """Sort the keys of an entity out.

    Args:
        options: Every key that opens it and is not retired.
        wanted: Certain keys that shall all go out; the entity's rule decides when empty.
        rule: How many keys go with a reservation of the entity (G32).
        count: How many, where the rule is SOME.

    Raises:
        NoKeyForEntity: There is no key, or fewer than have to go.
        KeyTaken: Certain keys are held by somebody, or too few are free.
        MixedStorage: Certain keys lie partly in automats and partly at desks (R64).
    """
    certain = set(wanted) or {option.key.id for option in options if rule is KeyRule.ALL}
    chosen = [option for option in options if option.key.id in certain] if certain else options
    needed = len(certain) or (count or 1)
    if len(options) < needed:
        raise NoKeyForEntity(
            f"{needed} keys have to go and {len(options)} open the entity; register more keys."
            if options
            else ""
        )
    if certain:
        _check_certain(chosen)
    mechanical = [one for one in chosen if one.key.kind is KeyKind.MECHANICAL]
    electromechanical = [one for one in chosen if one.key.kind is KeyKind.ELECTROMECHANICAL]
    several = mechanical or _in_several(chosen)
    if len(electromechanical) >= needed and not (certain and several):
        return _interchangeable(electromechanical, needed=needed)
    return _certain(chosen, needed=needed, all_go=bool(certain))


def supply_of_certain(options: Sequence[KeyOption]) -> KeySupply:
    """Take certain keys that all go, whatever their kind: each from where it lies.

    Raises:
        NoKeyForEntity: There is no key.
        KeyTaken: One of them is held by somebody.
        MixedStorage: They lie partly in automats and partly at desks (R64).
    """
    if not options:
        raise NoKeyForEntity("At least one key has to go, and none is left.")
    _check_certain(options)
    return _certain(options, needed=len(options), all_go=True)


def _check_certain(chosen: Sequence[KeyOption]) -> None:
    for option in chosen:
        if option.taken is not None:
            raise option.taken
    if len({option.automat_id is None for option in chosen}) > 1:
        raise MixedStorage(path=("key_ids",))


def _in_several(chosen: Sequence[KeyOption]) -> bool:
    """Tell whether keys that all go lie in several automats, so that each goes from its own."""
    return len({option.automat_id for option in chosen}) > 1


def _interchangeable(keys: Sequence[KeyOption], *, needed: int) -> KeySupply:
    inside = _inside(keys)
    if not inside:
        return _certain(keys, needed=needed, all_go=False)
    return KeySupply(interchangeable=True, needed=needed, inside=inside, at_desks=())


def _certain(keys: Sequence[KeyOption], *, needed: int, all_go: bool) -> KeySupply:
    free = [option for option in keys if option.is_free]
    if len(free) < needed:
        raise _soonest(keys)
    at_desks = tuple(option for option in free if option.automat_id is None)
    return KeySupply(
        interchangeable=False,
        needed=needed,
        inside=_inside(free),
        at_desks=at_desks,
        all_go=all_go,
    )


def _soonest(keys: Sequence[KeyOption]) -> KeyTaken:
    """Choose the refusal of the key that can be had first."""
    refusals = [option.taken for option in keys if option.taken is not None]
    known = [refusal for refusal in refusals if refusal.free_from is not None]
    return min(known, key=lambda refusal: str(refusal.free_from), default=refusals[0])


def _inside(keys: Sequence[KeyOption]) -> dict[UUID, tuple[KeyOption, ...]]:
    inside: dict[UUID, list[KeyOption]] = {}
    for option in keys:
        if option.automat_id is not None:
            inside.setdefault(option.automat_id, []).extend([option] if option.is_free else [])
    return {automat_id: tuple(options) for automat_id, options in inside.items()}
