"""Stays that are to be planned, and plans."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from geo.candidates import Seen
from geo.decisions import Decision
from geo.key_supply import KeyOption
from models.base import Json
from models.contracts import KeyContract, KeyContractStatus, LockerContractKind, Verification
from models.entities import ReservableEntity
from models.errors import LivionKeyError
from models.places import Coordinates
from models.reservations import Reservation
from models.settings import UnitSettings
from models.stays import Phase, default_phase, fetch_all_the_time, phases_of
from models.times import Window
from resolvers.planning.holdings import NOTHING_HELD, Held, HeldLocker


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants of a choice, beside the entity and the time.

    Args:
        automat_id: At which automat.
        device_group_id: At an automat of which group.
        key_ids: Certain keys.
        pins: PINs that somebody chose, by key; secret (R21, R25).
    """

    automat_id: UUID | None = None
    device_group_id: UUID | None = None
    key_ids: Sequence[UUID] = ()
    pins: Mapping[UUID, str] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a new contract says beside its keys and its time.

    Args:
        verification: How its main contact confirms it before it holds (R82).
        language: In which language its agreements are offered (G18).
        access_schedule: When its keys may be fetched (G29).
        agreement_ids: Agreements beside the mandatory ones, of a reservation's contract (R81).
    """

    verification: Verification = Verification.NONE
    language: str | None = None
    access_schedule: Json | None = None
    agreement_ids: Sequence[UUID] = ()


NO_TERMS = Terms()


@dataclass(eq=False, slots=True)
class Stay:
    """One promise that is to be planned.

    Args:
        window: When.
        settings: What holds for it.
        wanted: What somebody wants beside.
        entity: What is reserved; None for a contract that staff make of certain keys.
        reservation: Whose stay it is; None for a contract that staff make.
        contract: The key contract that is there already.
        held: What that contract held until now.
        made_by_staff: Whether one locker is held all the time, however long that is (R18).
        free_locker_after_fetch: For a contract by staff: whether the locker is free afterwards.
        reference: What people call a new contract; made when None.
        pick_up_information: How to get keys at a desk (R78).
        terms: What a new contract says beside.
        is_other: Whether what is signed is otherwise, beside the window and the keys (R69).
        by_fact: Whether fact asks for another plan; nobody has to sign that anew.
        notes: Why it is planned as it is, for whoever reads the decision.
        near: From where distances are measured where no entity is reserved.
        now: The moment at which it is planned.
    """

    window: Window
    settings: UnitSettings
    wanted: Wanted
    entity: ReservableEntity | None = None
    reservation: Reservation | None = None
    contract: KeyContract | None = None
    held: Held = NOTHING_HELD
    made_by_staff: bool = False
    free_locker_after_fetch: bool = False
    reference: str | None = None
    pick_up_information: str | None = None
    terms: Terms = NO_TERMS
    is_other: bool = False
    by_fact: bool = False
    notes: tuple[str, ...] = ()
    near: Coordinates | None = None
    now: datetime | None = None

    @property
    def awaits_signature(self) -> bool:
        """Whether its key contract does not hold before it is signed as it is now (R82).

        It goes on while a key is out (G34), and where only fact changed it.
        """
        if self.contract is None:
            return self.terms.verification is not Verification.NONE
        if self.contract.verification is Verification.NONE or self.held.keys_out:
            return False
        if self.by_fact:
            return self.contract.status is KeyContractStatus.WAITING_FOR_SIGNATURE
        return self.contract.signed_revision != self.contract.revision

    @property
    def phases(self) -> tuple[Phase, ...]:
        """When it holds lockers."""
        if self.free_locker_after_fetch:
            return fetch_all_the_time(self.window, self.settings)
        if self.made_by_staff:
            return (default_phase(self.window, self.settings),)
        kept = self._phases_held() if self.by_fact else ()
        return kept or phases_of(self.window, self.settings, self.now)

    def _phases_held(self) -> tuple[Phase, ...]:
        """Tell when it holds lockers by now: other settings than then are for others (G35)."""
        held = sorted(self.held.lockers, key=lambda one: one.window.starts_at, reverse=True)
        phases = {one.kind: Phase(one.kind, one.window, one.sync_at) for one in held}
        is_whole = phases.keys() - {LockerContractKind.RETURN}
        return tuple(reversed(phases.values())) if is_whole else ()

    def first_moment(self, now: datetime) -> datetime:
        """Tell when something has to be looked at first; the timers find out what."""
        starts_at = self.window.starts_at
        moments = [phase.sync_at for phase in self.phases]
        moments.append(starts_at - self.settings.start_reminder_time)
        if self.window.ends_at is not None:
            moments.append(self.window.ends_at - self.settings.end_reminder_time)
        return max(now, min([starts_at, *(moment for moment in moments if moment > now)]))


@dataclass(frozen=True, slots=True)
class Claim:
    """One locker for one key in one phase.

    Args:
        phase: When.
        automat: At which automat.
        locker_index: Which of its lockers; None when none could be found (FAILED).
        option: The key.
        before: The locker contract that goes on in this one.
        pin: What opens it.
        pin_mark: By which that is compared with other codes of the automat.
        left_free: How many lockers of the automat are free then beside those, as far as is known.
    """

    phase: Phase
    automat: Seen
    locker_index: int | None
    option: KeyOption
    before: HeldLocker | None = None
    pin: str | None = field(default=None, repr=False)
    pin_mark: str | None = None
    left_free: int = 0

    @property
    def automat_id(self) -> UUID:
        """At which automat."""
        return self.automat.id

    @property
    def lies_there(self) -> bool:
        """Whether the key is in that automat when it begins, and nobody has to bring it there."""
        is_at_desk = self.option.key.manual_storage_id is not None
        return self.option.automat_id == self.automat_id and not is_at_desk

    @property
    def is_return(self) -> bool:
        """Whether only the return is meant."""
        return self.phase.kind is LockerContractKind.RETURN


@dataclass(frozen=True, eq=False, slots=True)
class Plan:
    """What comes of a stay.

    Args:
        stay: The stay.
        decision: Which automat, and why; with a refusal when something is missing.
        keys: The keys that go out.
        claims: The lockers.
    """

    stay: Stay
    decision: Decision
    keys: tuple[KeyOption, ...] = ()
    claims: tuple[Claim, ...] = field(default=())

    @property
    def waits_for(self) -> LivionKeyError | None:
        """Why the stay cannot be fulfilled now."""
        return self.decision.refusal
