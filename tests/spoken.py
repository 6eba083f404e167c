"""Messages of the link, any that hypothesis can think of."""

from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from automat_link.messages.base import LAST_NUMBER, LAST_REVISION, Message
from automat_link.messages.commands import (
    Answer,
    ClearLocker,
    OpenLocker,
    ProgramKey,
    Replay,
    Restart,
    Resync,
)
from automat_link.messages.reports import (
    AlarmCleared,
    AlarmRaised,
    CodeAccepted,
    CodeRefused,
    CodesApplied,
    DoorClosed,
    DoorOpened,
    KeyReturned,
    KeyTaken,
    Started,
)
from automat_link.messages.states import Health, LockerStateNow, Online, State
from automat_link.messages.wanted import Heard, Hours, WantedCode, WantedCodes
from models.access_schedules import MINUTES_OF_WEEK
from models.automat_alarms import AlarmKind
from models.automat_commands import CommandRefusal
from models.automat_reports import CodeKind, CodeRefusal
from models.codes import CodeUse

LINK = UUID("0199f1c2-7a5e-7c3b-8f4d-2b6e9a1c0d35")
NOON = datetime(2027, 6, 1, 12, tzinfo=UTC)
DIGITS = "830492"

moments = st.integers(0, 253_402_300_799_000_000).map(
    lambda microseconds: datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
)
lines = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=60)
numbers = st.integers(1, LAST_NUMBER)
revisions = st.integers(0, LAST_REVISION)
stretches = st.tuples(st.integers(0, MINUTES_OF_WEEK - 1), st.integers(1, MINUTES_OF_WEEK)).map(
    lambda one: (one[0], one[0] + one[1])
)
FIELDS: dict[str, st.SearchStrategy[Any]] = {
    "id": st.uuids(),
    "at": moments,
    "until": moments,
    "opens_at": moments,
    "closes_at": st.none() | moments,
    "throttled_until": st.none() | moments,
    "number": numbers,
    "oldest_number": numbers,
    "from_number": numbers,
    "misses": numbers,
    "revision": revisions,
    "index": st.integers(0, 29),
    "locker_index": st.integers(0, 29),
    "code_id": lines,
    "command_id": st.none() | st.uuids(),
    "tag": st.none() | st.from_regex("[0-9A-Fa-f]{4,64}", fullmatch=True),
    "code": st.from_regex("[0-9]{4,10}", fullmatch=True),
    "code_kind": st.sampled_from(CodeKind),
    "use": st.sampled_from(CodeUse),
    "refusal": st.sampled_from(CodeRefusal),
    "alarm": st.sampled_from(AlarmKind),
    "reason": st.sampled_from(["power", "restart", "update", "restored", "unknown"]),
    "cause": st.sampled_from(["code", "command", "forced", "unknown"]),
    "access_rights": st.lists(lines, max_size=3),
    "firmware": lines,
    "hardware_id": st.none() | lines,
    "power": st.sampled_from(["mains", "battery"]),
    "battery": st.none() | st.floats(0, 1),
    "signal_dbm": st.none() | st.floats(-200, 50),
    "temperature_celsius": st.none() | st.floats(-100, 200),
    "time_zone": st.sampled_from(["Europe/Helsinki", "UTC", "Australia/Lord_Howe"]),
    "stretches": st.lists(stretches, max_size=3),
}
TRUTHS = {"has_key", "door_open", "done", "again", "online", "daily_return"}


def any_of(model: type[Message], **others: st.SearchStrategy[Any]) -> st.SearchStrategy[Message]:
    """Give any message of a model."""
    known = FIELDS | dict.fromkeys(TRUTHS, st.booleans()) | others
    fields = {name: known[name] for name in model.model_fields if name in known}
    return st.fixed_dictionaries(fields).map(lambda told: model(**told))


REPORTS: list[type[Message]] = [
    *(Started, CodesApplied, CodeAccepted, CodeRefused, DoorOpened, DoorClosed),
    *(KeyTaken, KeyReturned, AlarmRaised, AlarmCleared),
]
COMMANDS: list[type[Message]] = [OpenLocker, ClearLocker, ProgramKey, Restart, Resync, Replay]
lockers = st.lists(any_of(LockerStateNow), max_size=30, unique_by=attrgetter("index"))
codes = any_of(
    WantedCode, id=lines, kind=st.sampled_from(CodeKind), hours=st.none() | any_of(Hours)
)
reports = st.one_of(*(any_of(model) for model in REPORTS))
commands = st.one_of(*(any_of(model) for model in COMMANDS))
others = st.one_of(
    any_of(State, lockers=lockers, health=any_of(Health)),
    any_of(Answer, refusal=st.none() | st.sampled_from(CommandRefusal)),
    any_of(Online),
    any_of(Heard),
    any_of(WantedCodes, codes=st.lists(codes, max_size=3)),
)
