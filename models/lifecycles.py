"""Which states follow which, and why: written once, as data, for everything that has states.

`work.move` asks here before it changes a state and writes an event with the reason; the schema
shows the same tables in its descriptions. A step that is not in a table is refused by name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from models.contracts import KeyContractStatus as Contract
from models.contracts import LockerContractState as Locker
from models.errors import IllegalTransition
from models.keys import KeyStatus as Key
from models.reservations import ReservationStatus as Reservation
from models.signing import SigningState as Signing


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """The states of one kind of thing.

    Args:
        noun: What it is called in messages.
        steps: For each state the states that may follow, each with when that happens.
    """

    noun: str
    steps: Mapping[StrEnum, Mapping[StrEnum, str]]

    def check(self, before: StrEnum, after: StrEnum) -> None:
        """Refuse a step that no rule allows.

        Raises:
            IllegalTransition: With the names of both states and those that may follow.
        """
        allowed = self.steps.get(before, {})
        if after in allowed:
            return
        names = ", ".join(state.name for state in allowed) or "nothing"
        raise IllegalTransition(
            f"A {self.noun} that is {before.name} cannot become {after.name}; it can become "
            f"{names}."
        )

    def described(self) -> str:
        """Write the table for people: a line for each step."""
        return "\n".join(
            f"- {before.name} → {after.name}: {when}."
            for before, following in self.steps.items()
            for after, when in following.items()
        )


RESERVATION = Lifecycle(
    "reservation",
    {
        Reservation.CONFIRMED: {
            Reservation.ACTIVE: "its start is reached",
            Reservation.CANCELLED: "it is given up",
            Reservation.UNFULFILLED: "it is changed, and something is missing for the new plan",
        },
        Reservation.ACTIVE: {
            Reservation.ENDED: "its end is reached and every key is back",
            Reservation.CONFIRMED: "its start is moved to later",
            Reservation.CANCELLED: "it is given up",
            Reservation.UNFULFILLED: "it is changed, and something is missing for the new plan",
        },
        Reservation.ENDED: {
            Reservation.ACTIVE: "its end is moved to later",
            Reservation.CONFIRMED: "it is moved to later",
            Reservation.CANCELLED: "it is given up afterwards",
            Reservation.UNFULFILLED: "it is moved, and something is missing for the new plan",
        },
        Reservation.UNFULFILLED: {
            Reservation.CONFIRMED: "what was missing is there",
            Reservation.ACTIVE: "the same, while its time runs",
            Reservation.CANCELLED: "it is given up",
        },
        Reservation.CANCELLED: {
            Reservation.CONFIRMED: "it is pushed again",
            Reservation.ACTIVE: "it is pushed again while its time runs",
            Reservation.UNFULFILLED: "it is pushed again, and something is missing",
        },
    },
)

KEY_CONTRACT = Lifecycle(
    "key contract",
    {
        Contract.DRAFT: {
            Contract.WAITING_FOR_SIGNATURE: "it is sent out to be signed",
            Contract.UPCOMING: "it is made to hold",
            Contract.ACTIVE: "it is made to hold while its time runs",
            Contract.CANCELLED: "it is given up",
        },
        Contract.WAITING_FOR_SIGNATURE: {
            Contract.UPCOMING: "it is signed",
            Contract.ACTIVE: "it is signed while its time runs, or a key is taken all the same",
            Contract.CANCELLED: "it is given up, or its end passes unsigned",
        },
        Contract.UPCOMING: {
            Contract.ACTIVE: "its start is reached, or a key is handed out before",
            Contract.WAITING_FOR_SIGNATURE: "what was signed is changed before a key is out",
            Contract.CANCELLED: "it is given up, or cannot be kept after a change",
        },
        Contract.ACTIVE: {
            Contract.WAITING_FOR_SIGNATURE: "what was signed is changed before a key is out",
            Contract.OVERDUE: "its end and the overdue delay have passed with a key out",
            Contract.ENDED: "its end is reached and every key is back",
            Contract.UPCOMING: "its start is moved to later, or a key handed out before is back",
            Contract.CANCELLED: "it is given up, or cannot be kept after a change",
        },
        Contract.OVERDUE: {
            Contract.ENDED: "every key is back",
            Contract.ACTIVE: "its end is moved to later",
        },
        Contract.ENDED: {
            Contract.UPCOMING: "it is moved to later",
            Contract.ACTIVE: "its end is moved to later",
            Contract.WAITING_FOR_SIGNATURE: "it is moved, and has to be signed as it is now",
            Contract.CANCELLED: "it is given up afterwards",
        },
        Contract.CANCELLED: {
            Contract.WAITING_FOR_SIGNATURE: "the same, and it has to be signed",
            Contract.UPCOMING: "its reservation is pushed again or fulfilled after all",
            Contract.ACTIVE: "the same, while its time runs",
        },
    },
)

SIGNING = Lifecycle(
    "signing",
    {
        Signing.PREPARING: {
            Signing.OFFERED: "its document is sealed and can be read",
            Signing.EXPIRED: "its time is over",
            Signing.WITHDRAWN: "it is taken back, or the contract is changed or given up",
        },
        Signing.OFFERED: {
            Signing.SIGNED: "the contact signs",
            Signing.DECLINED: "the contact does not want to sign",
            Signing.EXPIRED: "its time is over",
            Signing.WITHDRAWN: "it is taken back, or the contract is changed or given up",
        },
        Signing.SIGNED: {},
        Signing.DECLINED: {},
        Signing.EXPIRED: {},
        Signing.WITHDRAWN: {},
    },
)

LOCKER_CONTRACT = Lifecycle(
    "locker contract",
    {
        Locker.PLANNED: {
            Locker.SYNCING: "its `syncAt` is reached and its PIN is on the way to the automat",
            Locker.COMPLETED: "the key is handed over at a desk instead, or its time has passed",
            Locker.FAILED: "its locker was taken by fact and no other one is free",
            Locker.CANCELLED: "it is given up or replaced",
        },
        Locker.SYNCING: {
            Locker.READY: "the automat has said that it has the PIN",
            Locker.PLANNED: "it is moved to later, so the automat has to forget the PIN (un-sync)",
            Locker.COMPLETED: "the key is fetched, or brought back, or its time has passed",
            Locker.FAILED: "its locker was taken by fact and no other one is free, or its automat "
            "has not said in time that it has the PIN",
            Locker.CANCELLED: "it is given up or replaced",
        },
        Locker.READY: {
            Locker.SYNCING: "it is changed, so the automat has to learn it anew (re-sync)",
            Locker.PLANNED: "it is moved to later, so the automat has to forget the PIN (un-sync)",
            Locker.COMPLETED: "the key is fetched, or brought back, or its time has passed",
            Locker.FAILED: "its locker was taken by fact and no other one is free",
            Locker.CANCELLED: "it is given up or replaced",
        },
        Locker.FAILED: {
            Locker.PLANNED: "a locker was found after all, or its automat answers again",
            Locker.COMPLETED: "the key is handed over at a desk instead, or its time has passed",
            Locker.CANCELLED: "it is given up or replaced",
        },
        Locker.COMPLETED: {},
        Locker.CANCELLED: {},
    },
)

KEY = Lifecycle(
    "key",
    {
        Key.IN_STORAGE: {
            Key.OUT: "somebody takes it, or it is not where it should be",
            Key.RETIRED: "it is taken out of use",
        },
        Key.OUT: {
            Key.IN_STORAGE: "it is brought back",
            Key.OVERDUE: "it should have been back",
        },
        Key.OVERDUE: {
            Key.IN_STORAGE: "it is brought back",
            Key.OUT: "its holder may keep it longer",
        },
        Key.RETIRED: {Key.IN_STORAGE: "it is taken into use again"},
    },
)
