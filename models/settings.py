"""What a unit decides for itself and all below it: durations, limits, a language (R50-R53, G2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import timedelta
from enum import StrEnum
from operator import attrgetter
from typing import Any, Self
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from models.cabinets import AutomatModel
from models.dialects.several import Several
from models.errors import InvalidInput
from models.places import PlacementPrecision
from models.selections import SelectionMode

SHORTEST_PIN, LONGEST_PIN = 4, 9
LONGEST_TIME = timedelta(days=3650)
DAY = timedelta(days=1)


class Setting(StrEnum):
    """What can be set; each is called like its column, and means what `UnitSettings` says."""

    TIME_ZONE = "time_zone"
    LANGUAGE = "language"
    COUNTRY_CODE = "country_code"
    LEAST_PRECISION = "least_precision"
    LARGEST_DISTANCE_METRES = "largest_distance_metres"
    SILENCE_TOLERANCE = "silence_tolerance"
    USES_AUTOMATS = "uses_automats"
    ONE_DEVICE_GROUP = "one_device_group"
    PIN_LENGTH = "pin_length"
    DEFAULT_DURATION = "default_duration"
    DEFAULT_SYNC_TIME = "default_sync_time"
    FETCH_DURATION = "fetch_duration"
    FETCH_SYNC_TIME = "fetch_sync_time"
    RETURN_DURATION = "return_duration"
    RETURN_SYNC_TIME = "return_sync_time"
    OVERDUE_DELAY = "overdue_delay"
    START_REMINDER_TIME = "start_reminder_time"
    END_REMINDER_TIME = "end_reminder_time"
    ACCESS_SCHEDULES = "access_schedules"
    STRONG_AUTHENTICATION = "strong_authentication"
    CONTACT_RETENTION = "contact_retention"
    ATTACHMENT_RETENTION = "attachment_retention"
    EVENT_RETENTION = "event_retention"
    SELECTION_MODE = "selection_mode"
    SPREADING_METRES = "spreading_metres"
    OFFLINE_AUTOMATS = "offline_automats"
    EXCLUDED_MODELS = "excluded_models"
    EXCLUDED_AUTOMATS = "excluded_automats"
    SERVED_AREA = "served_area"
    EXCLUDED_AREA = "excluded_area"
    PREFERRED_AREA = "preferred_area"
    RETURN_ELSEWHERE = "return_elsewhere"
    RETURN_ELSEWHERE_METRES = "return_elsewhere_metres"
    FAILOVER_EXTRA_METRES = "failover_extra_metres"
    WALKING_DISTANCE = "walking_distance"


@dataclass(frozen=True, slots=True)
class Sayers:
    """Who says what holds somewhere.

    Args:
        version: All who say anything with the versions of it, nearest first, such as
            `group_0193...@1 unit_0193...@3`; empty where all is built in.
        names: Which unit or device group says a setting, by its name; what is built in is not
            there.
    """

    version: str = ""
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class UnitSettings:
    """What holds somewhere: the nearest that says a setting wins, else the value given here.

    Args:
        time_zone: IANA name.
        language: BCP 47 primary tag.
        country_code: ISO 3166-1 alpha-2.
        least_precision: The coarsest placement that may choose an automat.
        largest_distance_metres: How far an automat may be from the entity; None: any distance.
        silence_tolerance: How long an automat may be silent and still be chosen.
        uses_automats: Whether keys that lie at desks are to be fetched from automats.
        one_device_group: Whether a stay that began in a device group has to end in it too.
        pin_length: How many digits a PIN has, 4 to 9 (G13).
        default_duration: The longest stay over which a locker is held all the time (R3).
        default_sync_time: How long before such a stay its PIN goes to the automat (R5).
        fetch_duration: How long the locker of a longer stay is held for the fetch (R7).
        fetch_sync_time: How long before a longer stay its first PIN goes to the automat (R7).
        return_duration: How long before the end of a longer stay a locker is held again (R9).
        return_sync_time: How long before the end of a longer stay its second PIN goes (R9).
        overdue_delay: How long after the end a key that is not back counts as overdue (G11).
        start_reminder_time: How long before the start its contacts are reminded (R74).
        end_reminder_time: How long before the end its contacts are reminded (R74).
        access_schedules: Whether contracts may say when keys can be fetched (2.16).
        strong_authentication: Whether contracts may ask for it (R86).
        contact_retention: How long after its last contract a contact is kept (G27).
        attachment_retention: How long after its contract an attachment is kept.
        event_retention: How long an organization keeps its trail, as its root says; never shorter
            than what the trail is needed for, see `resolvers.trail.removing`.
        selection_mode: Which rule comes first where several could choose an automat (G5).
        spreading_metres: Among automats so much farther than the nearest that can serve, the one
            with the largest free share is taken (G3); 0: the nearest.
        offline_automats: Whether automats are chosen however long they have been silent.
        excluded_models: Cabinets that are never chosen.
        excluded_automats: Automats that are never chosen, by their ids.
        served_area: Only automats in it are chosen; GeoJSON, see `geo.areas`. None: anywhere.
        excluded_area: No automat in it is chosen, and none behind it; GeoJSON. None: none is.
        preferred_area: Automats in it come before all others; GeoJSON. None: none does.
        return_elsewhere: Whether a key may come back to another automat than it is fetched from.
        return_elsewhere_metres: How far that may be from the automat of the fetch; None: any
            distance.
        failover_extra_metres: How much farther people may be sent when an automat fails; None: any
            distance.
        walking_distance: Whether distances are measured on foot where ways are known.
        sayers: Who says all this; settings are the same whoever says them.
    """

    time_zone: str = "Europe/Helsinki"
    language: str = "en"
    country_code: str = "FI"
    least_precision: PlacementPrecision = PlacementPrecision.INTERPOLATED
    largest_distance_metres: float | None = None
    silence_tolerance: timedelta = timedelta(hours=1)
    uses_automats: bool = True
    one_device_group: bool = False
    pin_length: int = 6
    default_duration: timedelta = 14 * DAY
    default_sync_time: timedelta = DAY
    fetch_duration: timedelta = 3 * DAY
    fetch_sync_time: timedelta = DAY
    return_duration: timedelta = 3 * DAY
    return_sync_time: timedelta = 4 * DAY
    overdue_delay: timedelta = timedelta(0)
    start_reminder_time: timedelta = DAY
    end_reminder_time: timedelta = DAY
    access_schedules: bool = False
    strong_authentication: bool = False
    contact_retention: timedelta = 1095 * DAY
    attachment_retention: timedelta = 1095 * DAY
    event_retention: timedelta = 3650 * DAY
    selection_mode: SelectionMode = SelectionMode.BY_RESERVATION
    spreading_metres: float = 0.0
    offline_automats: bool = False
    excluded_models: tuple[AutomatModel, ...] = ()
    excluded_automats: tuple[UUID, ...] = ()
    served_area: str | None = None
    excluded_area: str | None = None
    preferred_area: str | None = None
    return_elsewhere: bool = True
    return_elsewhere_metres: float | None = None
    failover_extra_metres: float | None = None
    walking_distance: bool = False
    sayers: Sayers = field(default=Sayers(), compare=False, repr=False)

    @classmethod
    def effective(cls, line: "Sequence[SaysSettings]") -> Self:
        """Put together what holds: whoever says a setting first wins."""
        return cls(**{name: getattr(says, name) for name, says in origins_of(line).items()})

    def check(self) -> None:
        """Refuse values that do not fit each other.

        Raises:
            InvalidInput: The return PIN would come after its window has opened.
        """
        if self.return_sync_time < self.return_duration:
            raise InvalidInput(
                f"The return sync time ({days(self.return_sync_time)}) is shorter than the return "
                f"duration ({days(self.return_duration)}): both count back from the end, so the "
                "PIN would reach the automat after its window has opened. Make the return sync "
                "time at least as long.",
                path=("settings", "return_sync_seconds"),
            )


class SaysSettings:
    """Columns for settings; what is null is inherited."""

    time_zone: Mapped[str | None]
    language: Mapped[str | None]
    country_code: Mapped[str | None]
    least_precision: Mapped[PlacementPrecision | None]
    largest_distance_metres: Mapped[float | None]
    silence_tolerance: Mapped[timedelta | None]
    uses_automats: Mapped[bool | None]
    one_device_group: Mapped[bool | None]
    pin_length: Mapped[int | None]
    default_duration: Mapped[timedelta | None]
    default_sync_time: Mapped[timedelta | None]
    fetch_duration: Mapped[timedelta | None]
    fetch_sync_time: Mapped[timedelta | None]
    return_duration: Mapped[timedelta | None]
    return_sync_time: Mapped[timedelta | None]
    overdue_delay: Mapped[timedelta | None]
    start_reminder_time: Mapped[timedelta | None]
    end_reminder_time: Mapped[timedelta | None]
    access_schedules: Mapped[bool | None]
    strong_authentication: Mapped[bool | None]
    contact_retention: Mapped[timedelta | None]
    attachment_retention: Mapped[timedelta | None]
    event_retention: Mapped[timedelta | None]
    selection_mode: Mapped[SelectionMode | None]
    spreading_metres: Mapped[float | None]
    offline_automats: Mapped[bool | None]
    excluded_models: Mapped[tuple[AutomatModel, ...] | None] = mapped_column(Several(AutomatModel))
    excluded_automats: Mapped[tuple[UUID, ...] | None] = mapped_column(Several(UUID))
    served_area: Mapped[str | None]
    excluded_area: Mapped[str | None]
    preferred_area: Mapped[str | None]
    return_elsewhere: Mapped[bool | None]
    return_elsewhere_metres: Mapped[float | None]
    failover_extra_metres: Mapped[float | None]
    walking_distance: Mapped[bool | None]


SETTING_NAMES = tuple(setting.value for setting in Setting)
DURATION_NAMES = tuple(field.name for field in fields(UnitSettings) if field.type is timedelta)


_all_of = attrgetter(*SETTING_NAMES)


def names_said(says: SaysSettings) -> list[str]:
    """List the settings that are said."""
    values = zip(SETTING_NAMES, _all_of(says), strict=True)
    return [name for name, value in values if value is not None]


def origins_of(line: Sequence[SaysSettings]) -> dict[str, SaysSettings]:
    """Tell who says each setting, nearest first; what nobody says is left out."""
    origins: dict[str, Any] = {}
    for says in line:
        for name in names_said(says):
            origins.setdefault(name, says)
    return origins


def days(duration: timedelta) -> str:
    """Write a duration for people, to the second: `3 d`, `1 d 12 h`, `1 h 30 min`."""
    minutes, seconds = divmod(int(duration.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    whole, hours = divmod(hours, 24)
    parts = ((whole, "d"), (hours, "h"), (minutes, "min"), (seconds, "s"))
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or "0 d"
