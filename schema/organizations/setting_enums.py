"""The enums of settings with the meaning of their values."""

from models.selections import SelectionMode
from models.settings import Setting
from schema.enums import describe

__all__ = ["SETTING_MEANINGS", "SelectionMode", "Setting"]

SETTING_MEANINGS = {
    Setting.TIME_ZONE: "The time zone of its clocks, by its IANA name.",
    Setting.LANGUAGE: "The language of its people, a BCP 47 primary tag.",
    Setting.COUNTRY_CODE: "The country, ISO 3166-1 alpha-2.",
    Setting.LEAST_PRECISION: "The coarsest placement that may choose an automat.",
    Setting.LARGEST_DISTANCE_METRES: "How far an automat may be from an entity, in metres; any "
    "distance where nobody says one.",
    Setting.SILENCE_TOLERANCE: "How long an automat may be silent and still be chosen.",
    Setting.USES_AUTOMATS: "Whether keys that lie at desks are to be fetched from automats.",
    Setting.ONE_DEVICE_GROUP: "Whether a stay that began in a device group has to end in it too.",
    Setting.PIN_LENGTH: "How many digits a PIN has, 4 to 9.",
    Setting.DEFAULT_DURATION: "The longest stay over which a locker is held all the time.",
    Setting.DEFAULT_SYNC_TIME: "How long before the start of such a stay its PIN goes to the "
    "automat.",
    Setting.FETCH_DURATION: "How long a locker is held for the fetch of a longer stay.",
    Setting.FETCH_SYNC_TIME: "How long before the start of a longer stay its first PIN goes to the "
    "automat.",
    Setting.RETURN_DURATION: "How long before the end of a longer stay a locker is held again.",
    Setting.RETURN_SYNC_TIME: "How long before the end of a longer stay its second PIN goes to the "
    "automat; never shorter than the return duration.",
    Setting.OVERDUE_DELAY: "How long after its end a key that is not back counts as overdue.",
    Setting.START_REMINDER_TIME: "How long before the start its contacts are reminded.",
    Setting.END_REMINDER_TIME: "How long before the end its contacts are reminded.",
    Setting.ACCESS_SCHEDULES: "Whether contracts may say when keys can be fetched.",
    Setting.STRONG_AUTHENTICATION: "Whether contracts may ask for strong authentication.",
    Setting.CONTACT_RETENTION: "How long after the end of its last contract a contact is kept "
    "before all that is personal of it is removed, and its signatures of that contract with it; "
    "looked at once a day.",
    Setting.EVENT_RETENTION: "How long an organization keeps the trail of what happened; what "
    "is said at its root counts, and it is never shorter than the other two need it. The oldest "
    "events are removed then, their seals stay.",
    Setting.ATTACHMENT_RETENTION: "How long after the end of its key contract an attachment is "
    "kept.",
    Setting.SELECTION_MODE: "Which rule comes first where a device group or the nearest automat "
    "could decide.",
    Setting.SPREADING_METRES: "Among the automats that can serve and are at most so many metres "
    "farther away than the nearest of them, the one with the largest share of free lockers is "
    "chosen; 0 always takes the nearest.",
    Setting.OFFLINE_AUTOMATS: "Whether automats are chosen however long they have been silent.",
    Setting.EXCLUDED_MODELS: "Cabinets that are never chosen (WRONG_MODEL).",
    Setting.EXCLUDED_AUTOMATS: "Automats that are never chosen (NOT_IN_SERVICE).",
    Setting.SERVED_AREA: "Only automats in this area are chosen by a group or by distance "
    "(OUTSIDE_AREA); a Polygon or MultiPolygon whose border belongs to it. Anywhere where nobody "
    "says one.",
    Setting.EXCLUDED_AREA: "No automat in this area is chosen by a group or by distance, and none "
    "to which the straight line from the entity, in longitude and latitude, meets it "
    "(OUTSIDE_AREA); a Polygon or MultiPolygon.",
    Setting.PREFERRED_AREA: "Automats in this area come before all others that are chosen by a "
    "group or by distance, as long as they are within the largest distance; a Polygon or "
    "MultiPolygon.",
    Setting.RETURN_ELSEWHERE: "Whether a key may be brought back to another automat than the one "
    "that it is fetched from.",
    Setting.RETURN_ELSEWHERE_METRES: "How far from the automat of the fetch that other one may be; "
    "any distance where nobody says one.",
    Setting.FAILOVER_EXTRA_METRES: "How much farther than before people may be sent when an "
    "automat fails; any distance where nobody says one.",
    Setting.WALKING_DISTANCE: "Whether distances are measured along the ways on foot, where a "
    "network of them is loaded.",
}

describe(
    Setting,
    "What a unit or a device group can decide for itself and all below it.",
    **{setting.name: meaning for setting, meaning in SETTING_MEANINGS.items()},
)
describe(
    SelectionMode,
    "Which rule comes first where a device group or the nearest automat could decide. Whatever the "
    "mode, a named automat comes first, then one in which a mechanical key lies.",
    BY_RESERVATION="A device group that the reservation names, else the nearest automat, else the "
    "entity's own group.",
    GROUP="A device group that the reservation names, else the entity's own, else the nearest "
    "automat.",
    SHADOW="As GROUP; what NEAREST would have chosen is recorded beside it.",
    NEAREST="The nearest automat; a device group only where the entity has no place that is exact "
    "enough.",
)
