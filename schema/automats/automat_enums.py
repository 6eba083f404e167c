"""The enums of the link to automats with the meaning of their values."""

from models.automat_alarms import AlarmKind, AlarmState
from models.automat_commands import CommandKind, CommandRefusal, CommandState
from models.automat_links import LinkState
from models.automat_reports import CodeKind, CodeRefusal, ReportKind
from schema.enums import describe

__all__ = [
    "AlarmKind",
    "AlarmState",
    "CodeKind",
    "CodeRefusal",
    "CommandKind",
    "CommandRefusal",
    "CommandState",
    "LinkState",
    "ReportKind",
]

describe(
    LinkState,
    "How far an automat is with its credentials.",
    shown_as="AutomatLinkState",
    NONE="It has none: it is run by hand, and nothing is sent to it.",
    WAITING="They were issued; it has not been heard of by them.",
    ACTIVE="It works with them.",
)
describe(
    ReportKind,
    "What an automat says that happened.",
    shown_as="AutomatEventKind",
    STARTED="It began to run.",
    CODES_APPLIED="It knows a revision of its codes.",
    CODE_ACCEPTED="Somebody typed a code that opened a locker.",
    CODE_REFUSED="Somebody typed a code that opened nothing.",
    KEY_TAKEN="A key left a locker.",
    KEY_RETURNED="A key came into a locker.",
    ALARM_RAISED="Something is wrong with it.",
    ALARM_CLEARED="What was wrong is not any more.",
    NOT_UNDERSTOOD="Something that we do not understand: its firmware is newer, or faulty.",
)
describe(CodeKind, "What kind of code was typed.")
describe(
    CodeRefusal,
    "Why a code opened nothing.",
    UNKNOWN="The automat does not know it.",
    TOO_EARLY="Its time has not come.",
    TOO_LATE="Its time is over.",
    OUTSIDE_HOURS="It opens at other hours of the week.",
    LOCKER_EMPTY="It takes a key out, and none is in the locker.",
    LOCKER_TAKEN="It brings a key back, and one is in the locker already.",
    LOCKER_BROKEN="The locker is out of order.",
    THROTTLED="Too many wrong codes were typed; the keypad rests for a while.",
    CODES_TOO_OLD="It has been without the network for longer than it may trust its codes.",
)
describe(
    CommandKind,
    "What an automat is told to do.",
    shown_as="AutomatCommandKind",
    OPEN_LOCKER="Open the door of a locker.",
    CLEAR_LOCKER="Count a locker as empty.",
    PROGRAM_KEY="Programme the electromechanical key in a locker.",
    RESTART="Start anew.",
    RESYNC="Read all its codes again.",
    REPLAY="Report again from a number on.",
)
describe(
    CommandState,
    "How far a command is.",
    shown_as="AutomatCommandState",
    WAITING="It has not been sent.",
    SENT="It was sent; the automat has not answered.",
    DONE="The automat did it.",
    REFUSED="The automat did not do it, see `refusal`.",
    EXPIRED="The automat did not answer before the deadline, and will not do it any more.",
)
describe(
    CommandRefusal,
    "Why an automat did not do what it was told.",
    shown_as="AutomatCommandRefusal",
    BUSY="It did something else at that moment.",
    NO_SUCH_LOCKER="It has no such locker.",
    LOCKER_NOT_EMPTY="A key is in the locker.",
    LOCKER_EMPTY="No key is in the locker.",
    LOCKER_BROKEN="The door does not open.",
    TOO_LATE="The deadline had passed when it came.",
    NOT_UNDERSTOOD="It does not know such a command.",
)
describe(
    AlarmKind,
    "What is wrong with an automat.",
    shown_as="AutomatAlarmKind",
    DEVICE_ERROR="It says that something does not work.",
    DEVICE_POWER_DISCONNECTED="It runs on its battery.",
    DEVICE_LOW_POWER="Its battery is nearly empty.",
    DEVICE_MOVED="Somebody moved it.",
    DEVICE_DISCONNECTED="Nothing has been heard of it for 90 seconds.",
    DEVICE_WIFI_OFFLINE="Its network is away.",
    WRONG_CODES="Too many wrong codes were typed; its keypad rests.",
    DOOR_LEFT_OPEN="A door has been open for too long.",
    DOOR_FORCED="A door was opened by force.",
    WRONG_KEY="Another key than the expected one is in a locker.",
    CLOCK_WRONG="Its clock differs from ours by more than it may.",
    REPORTS_LOST="It could not report again what was missing.",
    RESTORED_FROM_BACKUP="It has forgotten what it reported before.",
    CODES_NOT_CONFIRMED="It has not said that it knows the PIN of a contract that begins soon.",
    CREDENTIALS_EXPIRE="Its certificate ends soon.",
)
describe(AlarmState, "Whether the cause of an alarm is still there.", shown_as="AutomatAlarmState")
