"""Where the keys of an entity are, as far as the choice of an automat cares.

A mechanical key is one certain key: if it lies in an automat, that automat it is. Electromechanical
keys are interchangeable: any automat will do in which one of them lies free. Keys at desks can be
brought anywhere. Mechanical keys decide where one is asked for by its id, else electromechanical
ones where the entity has any.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from models.errors import KeyTaken, MixedStorage, NoKeyForEntity
from models.keys import Key, KeyKind


@dataclass(frozen=True, slots=True)
class KeyOption:
    """A key of the entity, and whether nobody else holds it over the window."""

    key: Key
    is_free: bool
    taken: str = ""
    """By whom the key is held and when, in words, when it is not free."""

    @property
    def automat_id(self) -> UUID | None:
        """The automat in which it lies, or to which it comes back while somebody has it."""
        if self.key.automat_id is None and self.key.manual_storage_id is None:
            return self.key.selected_automat_id
        return self.key.automat_id

    @property
    def locker_id(self) -> UUID | None:
        """The locker in which it lies, or to which it comes back."""
        return self.key.locker_id or (self.key.selected_locker_id if self.automat_id else None)


@dataclass(frozen=True, slots=True)
class KeySupply:
    """The free keys, by where they are.

    Args:
        interchangeable: Whether any automat with a free key will do (electromechanical).
        needed: How many keys go out together.
        inside: For each automat in which keys lie, those of them that are free.
        at_desks: The free keys at desks.
    """

    interchangeable: bool
    needed: int
    inside: dict[UUID, tuple[KeyOption, ...]]
    at_desks: tuple[KeyOption, ...]

    @property
    def is_bound(self) -> bool:
        """Whether certain keys lie in automats, so that those decide."""
        return bool(self.inside) and not self.interchangeable

    @property
    def may_be_brought(self) -> bool:
        """Whether enough free keys lie at desks."""
        return len(self.at_desks) >= self.needed

    def ready_in(self, automat_id: UUID) -> tuple[KeyOption, ...]:
        """Give the free keys that lie in an automat, if there are enough; else none."""
        options = self.inside.get(automat_id, ())
        return options if len(options) >= self.needed else ()

    def brought(self) -> "KeySupply":
        """Look at the keys at desks only."""
        return replace(self, interchangeable=False, inside={})


def supply(options: Sequence[KeyOption], *, wanted: Sequence[UUID]) -> KeySupply:
    """Sort the keys of an entity out.

    Args:
        options: Every key that opens it and is not retired.
        wanted: Certain keys that shall all go out; one of any when empty.

    Raises:
        NoKeyForEntity: There is no key.
        KeyTaken: Certain keys are held by somebody, or all are.
        MixedStorage: Certain keys lie partly in automats and partly at desks (R64).
    """
    if not options:
        raise NoKeyForEntity
    chosen = [option for option in options if option.key.id in wanted] if wanted else options
    if wanted:
        _check_wanted(chosen)
    mechanical = [o for o in chosen if o.key.kind is KeyKind.MECHANICAL]
    electromechanical = [o for o in chosen if o.key.kind is KeyKind.ELECTROMECHANICAL]
    needed = len(set(wanted)) or 1
    if electromechanical and not (wanted and mechanical):
        return _interchangeable(electromechanical, needed=needed)
    return _certain(chosen, needed=needed)


def _check_wanted(chosen: Sequence[KeyOption]) -> None:
    for option in chosen:
        if not option.is_free:
            raise KeyTaken(option.taken, path=("key_ids",))
    if len({option.automat_id is None for option in chosen}) > 1:
        raise MixedStorage(path=("key_ids",))


def _interchangeable(keys: Sequence[KeyOption], *, needed: int) -> KeySupply:
    inside = _inside(keys)
    if not inside:
        return _certain(keys, needed=needed)
    return KeySupply(interchangeable=True, needed=needed, inside=inside, at_desks=())


def _certain(keys: Sequence[KeyOption], *, needed: int) -> KeySupply:
    free = [option for option in keys if option.is_free]
    if not free:
        raise KeyTaken(keys[0].taken)
    at_desks = tuple(option for option in free if option.automat_id is None)
    return KeySupply(interchangeable=False, needed=needed, inside=_inside(free), at_desks=at_desks)


def _inside(keys: Sequence[KeyOption]) -> dict[UUID, tuple[KeyOption, ...]]:
    inside: dict[UUID, list[KeyOption]] = {}
    for option in keys:
        if option.automat_id is not None:
            inside.setdefault(option.automat_id, []).extend([option] if option.is_free else [])
    return {automat_id: tuple(options) for automat_id, options in inside.items()}
