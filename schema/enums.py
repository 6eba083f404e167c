"""Every enum of the schema with the meaning of its values; import them from here."""

from enum import Enum
from typing import Any

import strawberry

from models.accounts import Role
from models.automats import AutomatModel, AutomatState, LockerState
from models.contracts import KeyContractStatus, LockerContractKind, LockerContractState
from models.custody import CustodyKind, CustodySource, LockerFact
from models.entities import EntityKind, KeyRule
from models.events import EventKind
from models.keys import KeyKind, KeyStatus
from models.lifecycles import KEY, KEY_CONTRACT, LOCKER_CONTRACT, RESERVATION
from models.organizations import UnitKind
from models.places import PlacementPrecision
from models.reservations import (
    Change,
    ErrorPolicy,
    ReservationStatus,
    RowOutcome,
    UpsertOutcome,
)
from models.selections import CounterfactualKind, RejectionCode, SelectionMethod

__all__ = [
    "AutomatModel",
    "AutomatState",
    "Change",
    "CounterfactualKind",
    "CustodyKind",
    "CustodySource",
    "EntityKind",
    "ErrorPolicy",
    "EventKind",
    "KeyContractStatus",
    "KeyKind",
    "KeyRule",
    "KeyStatus",
    "LockerContractKind",
    "LockerContractState",
    "LockerFact",
    "LockerState",
    "PlacementPrecision",
    "RejectionCode",
    "ReservationStatus",
    "Role",
    "RowOutcome",
    "SelectionMethod",
    "UnitKind",
    "UpsertOutcome",
]


def describe(
    kind: type[Enum], description: str, *, shown_as: str | None = None, **meanings: str
) -> None:
    """Show an enum with what it is for and what each of its values means."""
    strawberry.enum(kind, name=shown_as, description=description)
    definition: Any = kind.__dict__["__strawberry_definition__"]
    for value in definition.values:
        plain = value.name.replace("_", " ").capitalize() + "."
        value.description = meanings.get(value.name, plain)


describe(Role, "What a token or a person is for.")
describe(UnitKind, "What a node of the organization's tree stands for.")
describe(EntityKind, "What kind of thing is reserved.")
describe(
    EventKind,
    "What happened.",
    PLACEMENT_ACCEPTED="Somebody looked at a placement and found it right, for a reason.",
    SERVICE_ACCOUNT_KEY_ADDED="A service account has a new key; a former one lapses.",
    INSERT_KEY="A key has to be put into a locker before somebody comes for it.",
    RESERVATION_UNFULFILLED="Something is missing for a reservation, see the notice.",
    KEY_CONTRACT_NOT_SIGNED="A contract has begun unsigned, or goes on although a change of it is "
    "not signed, see the notice.",
    LOCKER_CONTRACT_SYNCING="A PIN goes to its automat.",
    LOCKER_CONTRACT_UNSYNCED="An automat has to forget a PIN, for a reason.",
    LOCKER_CONTRACT_RESYNCED="An automat has to learn a PIN anew, for a reason.",
    LOCKER_CONTRACT_FAILED="No locker could be found or kept; it is tried again.",
    LOCKER_CONTRACT_NOT_CONFIRMED="An automat has not said that it has a PIN that is needed soon.",
    AUTOMAT_ENROLLED="A cabinet fetched its credentials with its installation PIN.",
    AUTOMAT_REPORT_NOT_APPLIED="What an automat reported could not take effect, see the notice.",
    AUTOMAT_COMMAND_EXPIRED="An automat did not answer a command before its deadline.",
    PIN_READ="Somebody was shown a PIN, or the backup codes of a key.",
    CODE_ENTERED="Somebody typed a right code at an automat.",
    WRONG_CODE_ENTERED="Somebody typed a code at an automat that opened nothing.",
    DOCUMENT_TRUSTED="A GraphQL document may be asked for by its digest.",
    DOCUMENT_NOT_TRUSTED="A document is not trusted any more.",
    DOCUMENT_RULE_SET="Which roles may ask only for trusted documents was said anew.",
    SANDBOX_ADVANCE_BEGUN="Somebody asked that the clock of a sandbox be moved.",
    SANDBOX_ADVANCED="The clock of a sandbox was moved.",
    CONTACT_DATA_EXPORTED="Somebody was given all that is stored of a contact.",
    EVENTS_REMOVED="The oldest events of the trail were removed, as their time was over.",
    DEVICE_GROUP_NOT_FOUND="A push names a device group that is not there.",
    FREE_LOCKER_LIMIT_REACHED="No more lockers of a device group are free for a time than its "
    "`freeLockerLimit` says.",
    NO_FREE_LOCKERS="No locker of a device group is free any more for a time.",
    PERSON_JOINED="Somebody took up their invitation.",
    SIGN_IN_REFUSED="Somebody tried to sign in as one of the staff, and was not let in; see the "
    "facts for why.",
    SESSION_ENDED="Somebody signed out, or was signed out.",
    JOB_FAILED="What is due goes on failing.",
)
describe(
    UpsertOutcome,
    "What a push did.",
    CREATED="There was no such reservation; now there is.",
    UPDATED="The reservation is otherwise now, see `changed`.",
    UNCHANGED="The same again; nothing was written.",
)
describe(
    RowOutcome,
    "What became of one of many rows that were pushed together.",
    shown_as="ReservationRowOutcome",
    CREATED="There was no such reservation; now there is.",
    UPDATED="The reservation is otherwise now, see `changed`.",
    UNCHANGED="The same again; nothing was written.",
    REFUSED="A rule stood against it, see `userErrors`; nothing of it was kept.",
    NOT_DONE="Nothing stood against it, but another row was refused and REJECT_ALL was asked for; "
    "nothing of it was kept.",
)
describe(
    ErrorPolicy,
    "What a refused row means for the others that were pushed with it.",
    REJECT_ALL="Where one row is refused, nothing of any row is kept.",
    KEEP_GOOD="Rows that are not refused are done, as if each had been pushed alone.",
)
describe(
    Change,
    "What a push changed of a reservation.",
    shown_as="ReservationChange",
    ENTITY="Another entity is reserved.",
    STARTS_AT="It begins at another moment.",
    ENDS_AT="It ends at another moment, or has an end or none now.",
    TIME_ZONE="Its times are meant in another time zone.",
    CONTACTS="It is for other people, or more is known of them.",
    AUTOMAT="Another automat is asked for, or any.",
    DEVICE_GROUP="Another device group is asked for, or none.",
    KEYS="Other keys are asked for, or any.",
    STATUS="It had been given up or waited, and does not any more; or it waits now.",
)
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
    KeyRule,
    "How many of an entity's keys go with a reservation.",
    ONE="One of them.",
    ALL="All of them.",
    SOME="As many as `keyCount` says.",
)
describe(
    KeyStatus,
    f"Where a key stands in its life.\n\n{KEY.described()}",
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
    f"Where a reservation stands.\n\n{RESERVATION.described()}",
    CONFIRMED="Everything is found; it has not begun.",
    ACTIVE="It has begun.",
    ENDED="Its end is reached and every key is back.",
    CANCELLED="It was given up.",
    UNFULFILLED="Something is missing, see the reason; it is tried again when something changes.",
)
describe(
    KeyContractStatus,
    f"Where a key contract stands.\n\n{KEY_CONTRACT.described()}",
    OVERDUE="Its end and the overdue delay have passed, and a key is not back.",
)
describe(
    LockerContractKind,
    "What a locker is held for.",
    DEFAULT="For the whole stay: one PIN fetches and returns.",
    FETCH="For fetching the key at the beginning of a long stay.",
    RETURN="For bringing the key back at the end of a long stay.",
)
describe(
    LockerContractState,
    f"How far the automat is with a locker contract.\n\n{LOCKER_CONTRACT.described()}",
    PLANNED="Its PIN goes to the automat at `syncAt`.",
    SYNCING="Its PIN is on the way; the automat has not confirmed it.",
    READY="The automat has its PIN.",
    COMPLETED="The key was fetched or brought back.",
    FAILED="No locker could be found, or its automat has not said that it has the PIN.",
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
    CounterfactualKind,
    "What would have had to be otherwise for another automat to be chosen.",
    FULL="Just enough of its lockers would have had to be free.",
    LIMIT="The largest distance would have had to be larger.",
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
describe(
    CustodyKind,
    "What happened to a key.",
    REGISTERED="It was registered where it lies.",
    FETCHED="It was taken out of a locker.",
    RETURNED="It came back into a locker.",
    HANDED_OVER="It was handed over at a desk.",
    TAKEN_BACK="It was taken back at a desk.",
    TRANSFERRED="It was put elsewhere.",
    FOUND="It turned up where it was not known to be.",
    MISSED="It is not where it was known to be; nobody knows where it is.",
)
describe(
    CustodySource,
    "Who says what happened to a key.",
    STAFF="People, at a desk or at an automat.",
    SYSTEM="Nobody: it follows from something else.",
)
describe(
    LockerFact,
    "What was seen to happen at a locker.",
    KEY_FETCHED="A key was taken out of it.",
    KEY_RETURNED="A key was put into it.",
)
