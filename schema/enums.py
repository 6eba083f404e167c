"""Every enum of the schema with the meaning of its values; import them from here."""

from enum import Enum
from typing import Any

import strawberry

from models.accounts import Role
from models.automats import AutomatModel, AutomatState, LockerState
from models.contracts import KeyContractStatus, LockerContractKind, LockerContractState
from models.entities import EntityKind
from models.events import EventKind
from models.keys import KeyKind, KeyStatus
from models.organizations import UnitKind
from models.places import PlacementPrecision
from models.reservations import ReservationStatus, UpsertOutcome
from models.selections import RejectionCode, SelectionMethod

__all__ = [
    "AutomatModel",
    "AutomatState",
    "EntityKind",
    "EventKind",
    "KeyContractStatus",
    "KeyKind",
    "KeyStatus",
    "LockerContractKind",
    "LockerContractState",
    "LockerState",
    "PlacementPrecision",
    "RejectionCode",
    "ReservationStatus",
    "Role",
    "SelectionMethod",
    "UnitKind",
    "UpsertOutcome",
]


def describe(kind: type[Enum], description: str, **meanings: str) -> None:
    """Show an enum with what it is for and what each of its values means."""
    strawberry.enum(kind, description=description)
    definition: Any = kind.__dict__["__strawberry_definition__"]
    for value in definition.values:
        plain = value.name.replace("_", " ").capitalize() + "."
        value.description = meanings.get(value.name, plain)


describe(Role, "What a token is for.")
describe(UnitKind, "What a node of the organization's tree stands for.")
describe(EntityKind, "What kind of thing is reserved.")
describe(EventKind, "What happened.")
describe(UpsertOutcome, "What a push did.", UNCHANGED="The same again; nothing was written.")
describe(
    PlacementPrecision,
    "How exactly an address was placed, best first.",
    MANUAL="Somebody said where it is.",
    HOUSE_NUMBER="The house itself.",
    NUMBER_RANGE="A house whose range of numbers holds it, or its neighbour by letter.",
    INTERPOLATED="Between its neighbours on the same side of the street.",
    STREET="Somewhere on the street.",
    POSTAL_CODE="Somewhere in the postal code's area.",
    CITY="Somewhere in the town.",
)
describe(
    KeyKind,
    "How a key opens.",
    MECHANICAL="One certain key; where it lies, it has to be fetched.",
    ELECTROMECHANICAL="Programmed when it is fetched, so any free one will do.",
)
describe(
    KeyStatus,
    "Where a key stands in its life.",
    IN_STORAGE="At a desk or in an automat.",
    OUT="Somebody has it.",
    OVERDUE="Somebody has it who should have brought it back.",
    RETIRED="Out of use.",
)
describe(
    AutomatModel,
    "The cabinets that we know.",
    LIVIONKEY_30="30 lockers, 0 to 29.",
    LIVIONKEY_1="One locker, 0.",
)
describe(AutomatState, "Whether people may be sent to an automat.")
describe(LockerState, "What the cabinet says of a locker.")
describe(
    ReservationStatus,
    "Where a reservation stands.",
    CONFIRMED="Everything is found; it has not begun.",
    ACTIVE="It has begun.",
    ENDED="Its end is reached and every key is back.",
    CANCELLED="It was given up.",
    UNFULFILLED="Something is missing, see the reason; it is tried again when something changes.",
)
describe(KeyContractStatus, "Where a key contract stands.")
describe(
    LockerContractKind,
    "What a locker is held for.",
    DEFAULT="For the whole stay: one PIN fetches and returns.",
    FETCH="For fetching the key at the beginning of a long stay.",
    RETURN="For bringing the key back at the end of a long stay.",
)
describe(
    LockerContractState,
    "How far the automat is with a locker contract.",
    PLANNED="Its PIN goes to the automat at `syncAt`.",
    SYNCING="Its PIN is on the way; the automat has not confirmed it.",
    READY="The automat has its PIN.",
    COMPLETED="The key was fetched or brought back.",
    FAILED="No locker could be found or reached.",
    CANCELLED="It was given up; its PIN opens nothing.",
)
describe(
    SelectionMethod,
    "By which rule an automat was chosen; the first that applies.",
    NAMED_AUTOMAT="The push names it.",
    KEY_LOCATION="The mechanical key lies in it.",
    NEAREST="The nearest suitable one to the entity's address.",
    DEVICE_GROUP="The best one of a device group (legacy).",
)
describe(
    RejectionCode,
    "Why an automat cannot serve.",
    TOO_FAR="Farther than the policy allows.",
    OFFLINE="Silent for longer than the policy tolerates.",
    NOT_IN_SERVICE="Taken out of service.",
    FULL_IN_WINDOW="Too few lockers are free over the whole window.",
    WRONG_MODEL="It has too few lockers for the keys.",
    NOT_IN_GROUP="The device group that was named does not hold it.",
    POSITION_UNKNOWN="Its address could not be placed.",
    OUTSIDE_AREA="Outside the area that is served.",
    KEY_ELSEWHERE="The mechanical key lies in another automat.",
    NO_FREE_KEY="No free electromechanical key lies in it.",
)
