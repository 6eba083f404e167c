"""What staff do: hand keys over at desks, take them back, and carry them."""

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from stories.contracts import GUEST, NOT_FOR_NOW, Contracts
from stories.guests import WHICH
from stories.partners import LENGTHS
from stories.stage import Fault
from stories.truth import AWAY, TrueKey

from models.errors import ErrorCode, LivionKeyError
from resolvers.handover import desks
from resolvers.handover.desks import KeyName


class Staff(Contracts):
    """Rules of staff."""

    @precondition(lambda self: self.truth.stored())
    @rule(which=WHICH, lasts=LENGTHS)
    def hand_it_over_to_somebody(self, which: int, lasts: timedelta | None) -> None:
        key = self.choose(self.truth.stored(), which)
        due_at = None if lasts is None else self.truth.now + lasts
        self.tell(f"a desk hands key {key.number} to somebody new until {due_at}")
        began_at = self.truth.now
        given = partial(desks.hand_over, contacts=[GUEST], due_at=due_at)
        answer = self.hand_over(key, given, may_refuse=NOT_FOR_NOW)
        if not isinstance(answer, LivionKeyError):
            self.keep(answer.contract.id, began_at, due_at)
            self.is_out_with(key, answer.contract.id)

    @precondition(lambda self: self.truth.stored() and self.truth.stays)
    @rule(which=WHICH, stay=st.none() | WHICH)
    def hand_it_over_to_whoever_waits(self, which: int, stay: int | None) -> None:
        key = self.choose(self.truth.stored(), which)
        named = None if stay is None else self.contract_id(self.choose(self.stays(), stay))
        self.tell(f"a desk hands key {key.number} to whoever waits for it ({stay})")
        given = partial(desks.hand_over, key_contract_id=named)
        unsigned = ErrorCode.WAITING_FOR_SIGNATURE
        may_refuse = {ErrorCode.INVALID_INPUT, ErrorCode.NOT_FOUND, unsigned}
        answer = self.hand_over(key, given, may_refuse=may_refuse)
        if not isinstance(answer, LivionKeyError):
            self.is_out_with(key, answer.contract.id)
        elif answer.code is not unsigned and self.waiting_for(key, named):
            raise Fault(f"somebody waits for key {key.number}: {answer}")

    def hand_over(self, key: TrueKey, given: Any, **allowed: Any) -> Any:
        return self.act(lambda work: given(work, [KeyName(code=key.code)]), **allowed)

    def waiting_for(self, key: TrueKey, contract_id: UUID | None) -> bool:
        """Tell whether a contract has a key that is still to be fetched."""
        rows = self.rows(
            "select key_contract_id from key_allocations where key_id = :key and live "
            "and fetched_at is null and (ends_at is null or ends_at > :now)",
            key=key.id,
        )
        return any(contract_id in {None, row["key_contract_id"]} for row in rows)

    def is_out_with(self, key: TrueKey, contract_id: UUID) -> None:
        """Note that a key was handed over under a contract."""
        self.tell(f"  key {key.number} is out")
        key.place, key.holder = AWAY, self.holder_of(key)
        stay = self.truth.stays.get(key.holder or "")
        if stay is None or self.contract_id(stay) != contract_id:
            raise Fault(f"key {key.number} was handed over, and {key.holder} has it")
        self.check_key(key)

    @precondition(lambda self: self.truth.keys)
    @rule(which=WHICH, desk=st.integers(0, 1), is_twice=st.booleans())
    def take_it_back_at_a_desk(self, which: int, desk: int, *, is_twice: bool) -> None:
        key = self.choose(self.truth.away() or self.truth.keys, which)
        self.tell(f"desk {desk} takes key {key.number} back")
        back = partial(
            desks.take_back, name=KeyName(id=key.id), manual_storage_id=self.world.desks[desk]
        )
        self.sure(back)
        key.place, key.holder = ("desk", desk), None
        if self.holder_of(key) is not None:
            raise Fault(f"key {key.number} is back, and still out by its contract")
        self.check_key(key)
        if is_twice:
            before = self.everything()
            self.sure(back)
            if self.everything() != before:
                raise Fault("what a desk said twice changed something")

    @precondition(lambda self: self.truth.stored())
    @rule(which=WHICH)
    def bring_it_where_it_is_needed(self, which: int) -> None:
        """Do as the product says: bring a key to its target."""
        wanted = [key for key in self.known_keys() if key["target_automat_id"] is not None]
        stored = [key for key in wanted if not self.truth.keys[key["number"]].is_away]
        if stored:
            row = self.choose(stored, which)
            automat = self.world.automats.index(row["target_automat_id"])
            self.carry(self.truth.keys[row["number"]], ("automat", automat, None))

    @precondition(lambda self: self.truth.stored())
    @rule(which=WHICH, automat=WHICH, index=st.none() | st.integers(0, 2))
    def carry_it_to_some_automat(self, which: int, automat: int, index: int | None) -> None:
        where = automat % len(self.world.automats)
        self.carry(self.choose(self.truth.stored(), which), ("automat", where, index))

    @precondition(lambda self: self.truth.stored())
    @rule(which=WHICH, desk=st.integers(0, 1))
    def carry_it_to_some_desk(self, which: int, desk: int) -> None:
        self.carry(self.choose(self.truth.stored(), which), ("desk", desk, None))

    def carry(self, key: TrueKey, where: tuple[str, int, int | None]) -> None:
        """Put a key that lies somewhere elsewhere."""
        kind, number, index = where
        self.tell(f"staff carry key {key.number} to {where}")
        given: dict[str, Any] = (
            {"manual_storage_id": self.world.desks[number]}
            if kind == "desk"
            else {"automat_id": self.world.automats[number], "locker_index": index}
        )
        may_refuse = {ErrorCode.NO_FREE_LOCKER, ErrorCode.INVALID_INPUT}
        carried = partial(desks.transfer, name=KeyName(code=key.code), **given)
        answer = self.act(carried, may_refuse=may_refuse if kind == "automat" else set())
        if isinstance(answer, LivionKeyError):
            self.tell(f"  {answer}")
            return
        place = self.known_places()[key.number]
        lies_there = self.truth.inside(*map(int, place[1:])) if place[0] == "locker" else None
        if lies_there not in {None, key}:
            raise Fault(f"key {key.number} is to be put into {place}, where another one lies")
        key.place = place
        self.tell(f"  it lies in {place}")
