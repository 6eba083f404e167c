"""Languages: in which one something is said, and how titles, times and hours are written in it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from models.access_schedules import AccessSchedule, Hours
from models.signing import SigningPurpose

LAST_RESORT = "en"

TITLES: Mapping[SigningPurpose, Mapping[str, str]] = {
    SigningPurpose.HANDOVER: {"fi": "Avainsopimus", "sv": "Nyckelavtal", "en": "Key contract"},
    SigningPurpose.RETURN: {
        "fi": "Avainten palautus",
        "sv": "Återlämning av nycklar",
        "en": "Return of keys",
    },
}
SPOKEN = tuple(TITLES[SigningPurpose.HANDOVER])
"""The languages in which we can say what is ours; agreements can be in any."""
ENDLESS: Mapping[str, str] = {
    "fi": "toistaiseksi",
    "sv": "tills vidare",
    "en": "until further notice",
}
MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

WEEKDAYS: Mapping[str, tuple[str, ...]] = {
    "fi": ("ma", "ti", "ke", "to", "pe", "la", "su"),
    "sv": ("mån", "tis", "ons", "tors", "fre", "lör", "sön"),
    "en": ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"),
}
SHORTEST_RANGE = 3
DAILY_RETURN: Mapping[str, str] = {
    "fi": "Avain palautetaan saman noutoajan loppuun mennessä.",
    "sv": "Nyckeln återlämnas före slutet av samma hämtningstid.",
    "en": "A key is to be back by the end of the hours in which it was fetched.",
}


def primary(language: str) -> str:
    """Give the first part of a language's tag (BCP 47): `fi` of `fi-FI`."""
    return language.strip().lower().replace("_", "-").partition("-")[0]


def chain(*languages: str | None) -> list[str]:
    """List languages in the order in which they are tried, English last (G18)."""
    said = [primary(language) for language in languages if language]
    return list(dict.fromkeys([*filter(None, said), LAST_RESORT]))


def first_of(wanted: Iterable[str], there: Iterable[str]) -> str | None:
    """Choose the first wanted language that is there."""
    found = set(there)
    return next((language for language in wanted if language in found), None)


def spoken(wanted: Iterable[str]) -> str:
    """Choose the first wanted language that we speak ourselves."""
    return first_of(wanted, SPOKEN) or LAST_RESORT


def local_time(moment: datetime, zone: ZoneInfo, language: str) -> str:
    """Write a time as the wall clock of a zone shows it, to the minute; as ISO 8601 if unknown.

    Where the clock shows the time twice (as summer time ends), its offset from UTC is added.
    """
    local = moment.astimezone(zone)
    other = local.replace(fold=1 - local.fold).utcoffset()
    offset = "" if other == local.utcoffset() else f" (UTC{local:%z})"
    return f"{_written(local, language)}{offset}"


def until(ends_at: datetime | None, zone: ZoneInfo, language: str) -> str:
    """Write the end of a contract, which may have none."""
    if ends_at is None:
        return ENDLESS.get(language, ENDLESS[LAST_RESORT])
    return local_time(ends_at, zone, language)


def hours(schedule: AccessSchedule, language: str) -> list[str]:
    """Write when keys may be fetched, a line for each window; in English if unknown."""
    days = WEEKDAYS.get(language, WEEKDAYS[LAST_RESORT])
    lines = [f"{_days(one, days)} {one.starts}\N{EN DASH}{one.ends}" for one in schedule.windows]
    if schedule.daily_return:
        lines.append(DAILY_RETURN.get(language, DAILY_RETURN[LAST_RESORT]))
    return lines


def _days(hours: Hours, names: tuple[str, ...]) -> str:
    """Write weekdays: as a range where three or more follow each other without a gap."""
    days = hours.weekdays
    if len(days) >= SHORTEST_RANGE and days[-1] - days[0] == len(days) - 1:
        return f"{names[days[0] - 1]}\N{EN DASH}{names[days[-1] - 1]}"
    return ", ".join(names[day - 1] for day in days)


def _written(local: datetime, language: str) -> str:
    day, clock = f"{local.day}.{local.month}.{local.year}", f"{local:%H.%M}"
    match language:
        case "fi":
            return f"{day} klo {clock}"
        case "sv":
            return f"{day} kl. {clock}"
        case "en":
            return f"{local.day} {MONTHS[local.month - 1]} {local.year} at {local:%H:%M}"
    return local.replace(tzinfo=None).isoformat(sep=" ", timespec="minutes")
