"""What staff agree on: contracts of certain keys, without a reservation."""

from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule
from stories.guests import WHICH, Guests
from stories.partners import LENGTHS, SHIFTS, STARTS
from stories.stage import MINUTE, Fault
from stories.truth import TrueStay

from models.errors import ErrorCode, LivionKeyError
from models.organizations import ContactDetails
from models.times import Window
from resolvers import contract_changes, contracts

MOST_CONTRACTS = 5
NOT_FOR_NOW = {
    ErrorCode.KEY_TAKEN,
    ErrorCode.NO_FREE_LOCKER,
    ErrorCode.NO_SUITABLE_AUTOMAT,
    ErrorCode.MIXED_STORAGE,
}
GUEST = ContactDetails("Kaarina Niemi")


class Contracts(Guests):
    """Rules of contracts."""

    @precondition(lambda self: len(self.stays(by_staff=True)) < MOST_CONTRACTS)
    @rule(
        keys=st.lists(WHICH, min_size=1, max_size=2),
        begins=STARTS,
        lasts=LENGTHS,
        frees=st.booleans(),
        automat=st.none() | st.none() | WHICH,
    )
    def make_a_contract(
        self,
        keys: list[int],
        begins: timedelta,
        lasts: timedelta | None,
        *,
        frees: bool,
        automat: int | None,
    ) -> None:
        chosen = list({key % len(self.truth.keys) for key in keys})
        starts_at = self.truth.now + begins
        ends_at = None if lasts is None else starts_at + lasts
        self.tell(f"staff make a contract of keys {chosen}, {starts_at} - {ends_at} ({frees=})")
        where = None if automat is None else self.world.automats[automat % len(self.world.automats)]
        made = partial(
            contracts.create,
            key_ids=[self.truth.keys[number].id for number in chosen],
            contacts=[GUEST],
            window=Window(starts_at, ends_at),
            free_locker_after_fetch=frees,
            pick_up_information="Ring the bell.",
            automat_id=where,
        )
        answer = self.act(made, may_refuse=NOT_FOR_NOW)
        if isinstance(answer, LivionKeyError):
            self.tell(f"  {answer.code}: {answer}")
            return
        self.keep(answer.id, starts_at, ends_at)

    def keep(self, id: UUID, starts_at: Any, ends_at: Any) -> None:
        """Note a contract that staff made."""
        self.next_name += 1
        stay = TrueStay(f"S{self.next_name}", None, starts_at, ends_at, id=id)
        self.truth.stays[stay.name] = stay
        self.tell(f"  it is {stay.name}")

    @precondition(lambda self: self.stays(by_staff=True))
    @rule(which=WHICH, by=SHIFTS)
    def move_the_end_of_a_contract(self, which: int, by: timedelta) -> None:
        stay = self.choose(self.stays(by_staff=True), which)
        ends_at = (stay.ends_at or max(self.truth.now, stay.starts_at)) + by
        if ends_at <= stay.starts_at:
            return
        self.tell(f"staff move the end of {stay.name} to {ends_at}")
        moved = partial(contract_changes.change_end, id=stay.id, ends_at=ends_at)
        must_refuse = ends_at <= self.truth.now + MINUTE or not self.holds_keys(stay)
        may_refuse = {ErrorCode.INVALID_INPUT} if must_refuse else NOT_FOR_NOW
        answer = self.act(moved, may_refuse=may_refuse)
        if isinstance(answer, LivionKeyError):
            self.tell(f"  {answer.code}: {answer}")
        elif must_refuse:
            raise Fault(f"{stay.name} is over, or would be, and its end was moved")
        else:
            stay.ends_at = ends_at

    def holds_keys(self, stay: TrueStay) -> bool:
        """Tell whether a contract is still promised a key, or has one."""
        return bool(
            self.rows(
                "select id from key_allocations where key_contract_id = :contract and live",
                contract=stay.id,
            )
        )

    @precondition(lambda self: self.stays(by_staff=True))
    @rule(which=WHICH)
    def give_a_contract_up(self, which: int) -> None:
        stay = self.choose(self.stays(by_staff=True), which)
        is_out = bool(self.truth.out_with(stay.name))
        self.tell(f"staff give {stay.name} up")
        given_up = partial(contracts.cancel, id=stay.id)
        answer = self.act(given_up, may_refuse={ErrorCode.KEY_OUT})
        if is_out is not isinstance(answer, LivionKeyError):
            raise Fault(f"{stay.name} was given up with a key out, or not without one: {answer}")
        stay.is_cancelled = stay.is_cancelled or not is_out
